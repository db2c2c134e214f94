#include "completion.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

namespace l2g::repl {
namespace {

constexpr const char* keywords[] = {"and",    "break",    "do",   "else",  "elseif", "end",  "false",
                                    "for",    "function", "if",   "local", "nil",    "not",  "or",
                                    "repeat", "return",   "then", "true",  "until",  "while"};

bool is_path_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("_.:").find(c) != std::string_view::npos;
}

// Where the end of the text stands: inside quotes or not, and in the arguments of which call.
struct Place {
  bool in_text = false;
  std::size_t text_start = 0;
  std::string verb;    // "load", "d:split"; empty when in no call
  std::string option;  // the option whose value is being written
  bool fresh = false;  // a name here would be an option: just after ( { or ,
};

std::string name_before(std::string_view text, std::size_t end) {
  while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '(')) --end;
  std::size_t start = end;
  while (start > 0 && is_path_char(text[start - 1])) --start;
  return std::string(text.substr(start, end - start));
}

Place place_of(std::string_view text) {
  struct Bracket {
    char kind;
    std::string verb, option;
    bool fresh = true;
  };
  std::vector<Bracket> open;
  Place place;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      const std::size_t start = i + 1;
      for (++i; i < text.size() && text[i] != c; ++i)
        if (text[i] == '\\') ++i;
      if (i >= text.size()) {
        place.in_text = true;
        place.text_start = start;
        if (open.empty()) place.verb = name_before(text, start - 1);  // load "x
        break;
      }
      if (!open.empty()) open.back().fresh = false;
    } else if (c == '(' || c == '{' || c == '[') {
      std::string verb = c == '[' ? std::string() : name_before(text, i);
      if (c == '{' && verb.empty() && !open.empty() && open.back().kind == '(') verb = open.back().verb;  // f(x, {
      open.push_back({c, std::move(verb), {}});
    } else if (c == ')' || c == '}' || c == ']') {
      if (!open.empty()) open.pop_back();
    } else if (open.empty() || c == ' ' || c == '\n') {
      continue;
    } else if (c == ',') {
      open.back().fresh = true;
      open.back().option.clear();
    } else if (c == '=') {
      open.back().option = name_before(text, i);
      open.back().fresh = false;
    } else if (!is_path_char(c)) {
      open.back().fresh = false;
    }
  }
  if (!open.empty() && place.verb.empty()) {
    place.verb = open.back().verb;
    place.option = open.back().option;
    place.fresh = open.back().fresh;
  }
  return place;
}

void add_files(std::vector<std::string>& found, std::string_view typed) {
  namespace fs = std::filesystem;
  const auto slash = typed.rfind('/');
  const std::string folder(slash == typed.npos ? "" : typed.substr(0, slash + 1));
  const std::string_view start = slash == typed.npos ? typed : typed.substr(slash + 1);
  std::string where = folder.empty() ? "." : folder;
  if (const char* home = std::getenv("HOME"); home && where.starts_with("~/")) where.replace(0, 1, home);
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(where, none)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start) || (start.empty() && name.starts_with('.'))) continue;
    found.push_back(folder + name + (entry.is_directory(none) ? "/" : ""));
  }
}

const Verb* verb_of(const Session& session, const std::string& path) {
  if (const Verb* v = session.registry.find(path)) return v;
  const auto at = path.find_last_of(".:");
  return at == path.npos ? nullptr : session.registry.find(path.substr(at + 1));
}

}  // namespace

Completion completion(const Session& session, std::string_view text) {
  const Place place = place_of(text);
  const Verb* verb = verb_of(session, place.verb);
  Completion out;
  if (place.in_text) {
    out.start = place.text_start;
    const std::string_view typed = text.substr(out.start);
    const Parameter* p = !verb                      ? nullptr
                         : !place.option.empty()    ? verb->find(place.option)
                         : verb->parameters.empty() ? nullptr
                                                    : &verb->parameters[0];
    if (p && p->kind == Kind::text && !p->allowed.empty()) {
      for (const auto& a : p->allowed)
        if (a.starts_with(typed)) out.found.push_back(a);
    } else if (p && p->completes == Completes::verb) {
      for (const auto& n : session.registry.names())
        if (n.starts_with(typed)) out.found.push_back(n);
    } else {
      add_files(out.found, typed);
    }
  } else {
    out.start = text.size();
    while (out.start > 0 && is_path_char(text[out.start - 1])) --out.start;
    const std::string_view word = text.substr(out.start);
    const auto mark = word.find_last_of(".:");
    if (mark != word.npos) {
      out.start += mark + 1;
      std::string path(word.substr(0, mark));
      std::replace(path.begin(), path.end(), ':', '.');
      out.found = session.members_of(path);
    } else {
      if (place.fresh && verb)
        for (const auto& p : verb->parameters) out.found.push_back(p.name + "=");
      // Where an option can stand, one that fits is what is meant.
      std::erase_if(out.found, [&](const std::string& s) { return !s.starts_with(word); });
      if (out.found.empty()) {
        for (const auto& g : session.globals())
          if (!g.starts_with('_') || word.starts_with('_')) out.found.push_back(g);
        if (!word.empty()) out.found.insert(out.found.end(), std::begin(keywords), std::end(keywords));
      }
    }
    const std::string_view typed = text.substr(out.start);
    std::erase_if(out.found, [&](const std::string& s) { return !s.starts_with(typed); });
  }
  std::sort(out.found.begin(), out.found.end());
  out.found.erase(std::unique(out.found.begin(), out.found.end()), out.found.end());
  return out;
}

}  // namespace l2g::repl
