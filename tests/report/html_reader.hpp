#pragma once
// Reads a page as strictly as XML with HTML's elements that have no end; throws std::runtime_error.
#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

inline void check_html(const std::string& html) {
  const auto fail = [&](const std::string& why, std::size_t at) {
    throw std::runtime_error(why + " at " + std::to_string(at) + ": " + html.substr(at, 80));
  };
  const std::set<std::string> empty{"meta", "br", "hr", "img", "input", "link"};
  std::vector<std::string> open;
  std::set<std::string> ids;
  for (std::size_t at = 0; at < html.size();) {
    const char c = html[at];
    if (c == '>') fail("a bare '>'", at);
    if (c == '&') {
      const std::size_t end = html.find(';', at);
      if (end == html.npos || end > at + 8) fail("a bare '&'", at);
      at = end;
    }
    if (c != '<') {
      ++at;
      continue;
    }
    // The end of the tag, quotes skipped.
    std::size_t end = at + 1;
    for (char quote = 0; end < html.size() && (quote || html[end] != '>'); ++end) {
      if (html[end] == '"') quote = quote ? 0 : '"';
      if (quote && html[end] == '<') fail("'<' inside of a value", at);
    }
    if (end >= html.size()) fail("a tag without an end", at);
    const std::string tag = html.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.starts_with("!")) continue;
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1)) fail("</" + tag.substr(1) + "> closes nothing", at);
      open.pop_back();
      continue;
    }
    const std::string name = tag.substr(0, tag.find_first_of(" \n/"));
    if (const std::size_t id = tag.find(" id=\""); id != tag.npos) {
      const std::string value = tag.substr(id + 5, tag.find('"', id + 5) - id - 5);
      if (!ids.insert(value).second) fail("id " + value + " stands twice", at);
    }
    for (const char* word : {" onerror", " onload", " onclick", " javascript:"})
      if (tag.find(word) != tag.npos && tag.find("=\"") > tag.find(word)) fail("code in an attribute", at);
    if (tag.back() == '/' || empty.count(name)) continue;
    if (name == "style" || name == "script") {
      at = html.find("</" + name + ">", at);
      if (at == html.npos) throw std::runtime_error(name + " without an end");
      at += name.size() + 3;
      continue;
    }
    open.push_back(name);
  }
  if (!open.empty()) throw std::runtime_error("<" + open.back() + "> is never closed");
  const bool control = std::any_of(
      html.begin(), html.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
  if (control) throw std::runtime_error("a control character");
}
