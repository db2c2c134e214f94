#include "help.hpp"

#include "binding.hpp"
#include "display.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace l2g::repl {
namespace {

constexpr const char* lua_in_short =
    R"(The language is Lua 5.4. What a session needs of it:
  x = 3                          a variable; no declaration
  x                              its value is shown; x; with a semicolon is not
  _  _1                          the last result, the one before
  "text"  'text'                 texts; "a" .. "b" joins them
  {1, 2, 3}  {name = "x", n = 3} a list (t[1] is its first item, #t its length), a table (t.name)
  f(x)  f "text"  f{a = 1}       calls; a table of options may stand without parentheses
  not  and  or  ==  ~=  <  <=    conditions; nil is nothing
  if x > 1 then ... elseif ... else ... end
  for i = 1, 10 do ... end       for i, x in ipairs(list) do ... end
  function f(a, b) return a + b end
  -- a comment
)";

std::vector<std::string> groups_of(const Registry& registry) {
  std::vector<std::string> groups;
  for (const auto& v : registry.verbs())
    if (std::find(groups.begin(), groups.end(), v->group) == groups.end()) groups.push_back(v->group);
  return groups;
}

std::string default_of(const Parameter& p) {
  if (p.required) return "must be given";
  return p.fallback.empty() ? "optional" : "default " + typed_form(p.fallback);
}

std::string text_table(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t width) {
  std::size_t widest = 0;
  for (const auto& [name, doc] : rows) widest = std::max(widest, columns(name));
  std::string out;
  for (const auto& [name, doc] : rows) {
    const std::size_t indent = widest + 4;
    const std::string body = wrapped(doc, std::max(width, indent + 20), indent);
    out += "  " + name + std::string(indent - 2 - columns(name), ' ') +
           (body.size() > indent ? body.substr(indent) : std::string("\n"));
  }
  return out;
}

std::string help_on_verb(const Verb& v, std::size_t width) {
  std::string out = wrapped(v.signature(), width, 0) + wrapped(v.doc, width, 2);
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& p : v.parameters)
    rows.emplace_back(p.name, fmt::format("{} ({}; {})", p.doc, wanted_in_words(p), default_of(p)));
  if (!rows.empty()) out += "\n" + text_table(rows, width);
  if (!v.help.empty()) out += "\n" + wrapped(v.help, width, 2);
  if (!v.example.empty()) out += "\nexample\n" + wrapped(v.example, 10000, 2);
  return out;
}

std::string help_on_type(const Registry& registry, const Type& type, std::size_t width) {
  std::string out = type.name + ": " + type.doc + "\n";
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& f : type.fields) rows.emplace_back("." + f.name, f.doc);
  for (const auto* v : registry.methods(type)) rows.emplace_back(":" + v->name, v->doc);
  return rows.empty() ? out : out + text_table(rows, width);
}

std::string one_line(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != text.npos; at += 2) text.replace(at, 1, "\\|");
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string help_overview(const Registry& registry, std::size_t width) {
  std::string out;
  for (const auto& group : groups_of(registry)) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& v : registry.verbs())
      if (v->group == group) rows.emplace_back(v->name, v->doc);
    out += group + "\n" + text_table(rows, width);
  }
  return out + wrapped(
                   "Type help \"load\" or load? for one of them, help \"lua\" for the language, exit to leave. Tab "
                   "completes names, options and files; Ctrl-C stops what runs.",
                   width, 0);
}

std::string help_on(const Registry& registry, const Value& topic, std::size_t width) {
  if (const auto* o = topic.as<Object>()) {
    if (o->type == &type_of<Callable>()) {
      const auto& c = *static_cast<const Callable*>(o->pointer.get());
      if (c.verb) return help_on_verb(*c.verb, width);
      return help_on(registry, c.name, width);
    }
    const std::string about = details_of(*o, width);
    return about + (about.ends_with('\n') ? "" : "\n") + help_on_type(registry, *o->type, width);
  }
  const auto* name = topic.as<std::string>();
  if (!name) throw error("help is about a verb, a type or a value: help \"load\", help(load)");
  if (*name == "lua") return lua_in_short;
  if (const Verb* v = registry.find(*name)) return help_on_verb(*v, width);
  if (const Type* t = registry.find_type(*name)) return help_on_type(registry, *t, width);
  if (const auto members = registry.members(*name); !members.empty()) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& m : members) rows.emplace_back(*name + "." + m, registry.find(*name + "." + m)->doc);
    return text_table(rows, width);
  }
  auto names = registry.names();
  for (const auto* t : registry.types()) names.push_back(t->name);
  names.push_back("lua");
  const auto near = closest(*name, names);
  throw error("no help on '" + *name + "'" +
              (near.empty() ? "; type help for what there is" : " (did you mean '" + std::string(near) + "'?)"));
}

std::string manual(const Registry& registry) {
  std::string out =
      "# Reference of the shell\n\nMade by `l2g --manual` from the registry that the shell itself uses. A verb takes "
      "its "
      "arguments by place or by name: `load(\"x.csv\", {label = \"y\"})` and `load{\"x.csv\", label = \"y\"}` are the "
      "same. A verb whose first argument is a value is also a method of it: `split(d)`, `d:split()`.\n";
  for (const auto& group : groups_of(registry)) {
    out += "\n## " + group + "\n";
    for (const auto& v : registry.verbs()) {
      if (v->group != group) continue;
      out += fmt::format("\n### {}\n\n`{}`\n\n{}\n", v->name, v->signature(), v->doc);
      if (!v->parameters.empty()) out += "\n| argument | what it is | type | default |\n| --- | --- | --- | --- |\n";
      for (const auto& p : v->parameters)
        out += fmt::format("| `{}` | {} | {} | {} |\n", p.name, one_line(p.doc), one_line(wanted_in_words(p)),
                           p.required           ? "must be given"
                           : p.fallback.empty() ? ""
                                                : "`" + typed_form(p.fallback) + "`");
      if (!v->help.empty()) out += "\n" + v->help + "\n";
      if (!v->example.empty()) out += "\n```lua\n" + v->example + (v->example.ends_with('\n') ? "" : "\n") + "```\n";
    }
  }
  if (!registry.types().empty()) out += "\n## Values\n";
  for (const auto* t : registry.types()) {
    out += fmt::format("\n### {}\n\n{}\n", t->name, t->doc);
    const auto methods = registry.methods(*t);
    if (!t->fields.empty() || !methods.empty()) out += "\n| member | what it is |\n| --- | --- |\n";
    for (const auto& f : t->fields) out += fmt::format("| `.{}` | {} |\n", f.name, one_line(f.doc));
    for (const auto* v : methods) out += fmt::format("| `:{}` | {} |\n", v->name, one_line(v->doc));
  }
  return out;
}

}  // namespace l2g::repl
