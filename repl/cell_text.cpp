#include "cell_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace l2g::repl {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

}  // namespace

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view space = " \t\r\n";
  const auto first = s.find_first_not_of(space);
  return first == s.npos ? std::string_view() : s.substr(first, s.find_last_not_of(space) - first + 1);
}

std::size_t word_length(std::string_view s) {
  return std::size_t(std::find_if_not(s.begin(), s.end(), is_word) - s.begin());
}

std::string without_local(std::string_view code) {
  const auto start = code.find_first_not_of(" \t");
  if (start == code.npos || word_length(code.substr(start)) != 5 || code.substr(start, 5) != "local")
    return std::string(code);
  std::string rest(code.substr(start + 5));
  const std::string_view bare = trimmed(rest);
  if (bare.substr(0, word_length(bare)) == "function") return rest;
  for (const char* attribute : {"<const>", "<close>"})
    if (const auto at = rest.find(attribute); at < rest.find('=')) rest.erase(at, std::strlen(attribute));
  const auto end =
      std::find_if_not(rest.begin(), rest.end(), [](char c) { return is_word(c) || std::strchr(" \t,", c); });
  if (end == rest.end() || *end == ';' || *end == '\n') rest.insert(end - rest.begin(), " = nil");
  return rest;
}

std::string_view question(std::string_view line) {
  line = trimmed(line);
  std::string_view topic;
  if (line.starts_with('?'))
    topic = line.substr(1);
  else if (line.ends_with('?'))
    topic = line.substr(0, line.size() - 1);
  else if (line.starts_with("help "))
    topic = line.substr(5);
  topic = trimmed(topic);
  const bool plain =
      !topic.empty() && std::all_of(topic.begin(), topic.end(), [](char c) { return is_word(c) || c == '.'; });
  return plain ? topic : std::string_view();
}

bool continues_previous(std::string_view line) {
  line = trimmed(line);
  if (line.empty() || line.starts_with("--") || line.starts_with("::")) return false;
  const auto word = line.substr(0, word_length(line));
  return word.empty() ? std::strchr(".:+-*/^%<>=~&|,)]}", line[0]) != nullptr : word == "and" || word == "or";
}

std::string_view assigned_name(std::string_view code) {
  if (code.starts_with("local ")) code = trimmed(code.substr(6));
  const auto end = std::find_if_not(code.begin(), code.end(), [](char c) { return is_word(c) || c == '.'; });
  const auto name = code.substr(0, std::size_t(end - code.begin())), rest = trimmed(code.substr(name.size()));
  return rest.starts_with('=') && !rest.starts_with("==") ? name : std::string_view();
}

}  // namespace l2g::repl
