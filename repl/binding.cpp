#include "binding.hpp"

#include "display.hpp"

#include <fmt/format.h>
#include <l2g/core/number_text.hpp>

#include <algorithm>
#include <new>

namespace l2g::repl {
namespace {

constexpr int deepest_table = 16;

Value read_nested(lua_State* L, int index, int depth);

Value read_table(lua_State* L, int index, int depth) {
  if (depth > deepest_table) throw error("a table is nested too deeply, or holds itself");
  luaL_checkstack(L, 4, "a table is nested too deeply");
  index = lua_absindex(L, index);
  const auto count = lua_rawlen(L, index);
  Value::List list;
  for (lua_Unsigned i = 1; i <= count; ++i) {
    lua_rawgeti(L, index, lua_Integer(i));
    list.push_back(read_nested(L, -1, depth + 1));
    lua_pop(L, 1);
  }
  Value::Table named;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING)
      named.emplace_back(text_at(L, -2), read_nested(L, -1, depth + 1));
    else if (!lua_isinteger(L, -2) || lua_Unsigned(lua_tointeger(L, -2)) - 1 >= count)
      throw error("a table has a key that is neither a name nor a place from 1 on");
  }
  if (named.empty()) return list;
  for (std::size_t i = 0; i < list.size(); ++i) named.emplace_back(std::to_string(i + 1), list[i]);
  std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return named;
}

Value read_nested(lua_State* L, int index, int depth) {
  switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TNONE:
      return {};
    case LUA_TBOOLEAN:
      return lua_toboolean(L, index) != 0;
    case LUA_TNUMBER:
      return lua_isinteger(L, index) ? Value(index_t(lua_tointeger(L, index))) : Value(double(lua_tonumber(L, index)));
    case LUA_TSTRING:
      return std::string(text_at(L, index));
    case LUA_TTABLE:
      return read_table(L, index, depth);
    case LUA_TUSERDATA:
      if (const Object* o = to_object(L, index)) return *o;
      [[fallthrough]];
    default:
      return Opaque{lua_typename(L, lua_type(L, index))};
  }
}

const Callable* callable(const Object& o) {
  return o.type == &type_of<Callable>() ? static_cast<const Callable*>(o.pointer.get()) : nullptr;
}

Object& checked_object(lua_State* L, int index) {
  if (Object* o = to_object(L, index)) return *o;
  throw error("this is not a value of l2g");
}

// Is it `{values = {...}, axis = "x"}`, where a table `{name = value, ...}` may stand alone? Only when it names that
// parameter and nothing but parameters.
bool names_parameters(const Verb& verb, const Parameter& p, const Value::Table& given) {
  bool own = false;
  for (const auto& [key, value] : given) {
    if (!verb.find(key)) return false;
    own = own || (key == p.name && (value.as<Value::Table>() || value.as<Value::List>()));
  }
  return own;
}

// Is it a value such as the entry of a list, m[1], where a value must stand? Options are known or near one that
// is; of a value some name is neither.
bool is_value(const Verb& verb, const Parameter& p, const Value::Table& given) {
  if (p.kind != Kind::any || !p.required) return false;
  std::vector<std::string> options;
  for (const auto& o : verb.parameters) options.push_back(o.name);
  bool strange = false;
  for (const auto& [key, value] : given) {
    if (key == p.name || only_digits(key)) return false;
    strange = strange || closest(key, options).empty();
  }
  return strange;
}

// `{cnn = 0.7, axis = "dev MCC"}`: no verb has texts among the values of its own table.
void refuse_options_among_values(const Verb& verb, const Parameter& p, const Value::Table& given) {
  for (const auto& [key, value] : given)
    if (const Parameter* option = verb.find(key); option && option->kind == Kind::text && value.as<std::string>())
      throw error(fmt::format("{0}: the option '{1}' stands among the {2}; write {0}{{{2} = {{...}}, {1} = {3}}}",
                              verb.name, key, p.name, typed_form(value)));
}

// Splits what a call was given into values by place and by name. A table in the last place holds options, unless its
// parameter takes a table as such.
void collect(lua_State* L, const Callable& c, Value::List& by_place, Value::Table& by_name) {
  int first = 2;
  const int last = lua_gettop(L);
  if (c.self.type) {
    by_place.emplace_back(c.self);
    if (const Object* o = first <= last ? to_object(L, first) : nullptr; o && *o == c.self) ++first;
  }
  for (int i = first; i < last; ++i) by_place.push_back(read(L, i));
  if (first > last) return;
  const std::size_t place = by_place.size();
  Value value = read(L, last);
  const Parameter* p = place < c.verb->parameters.size() ? &c.verb->parameters[place] : nullptr;
  if (auto* list = std::get_if<Value::List>(&value.held)) {
    const bool is_argument =
        p && (p->kind == Kind::list || p->kind == Kind::any || (p->kind == Kind::table && p->required)) &&
        !(list->size() && list->front().as<Value::List>() && p->kind == Kind::list);
    if (is_argument && !list->empty()) return by_place.push_back(std::move(value));
    for (auto& x : *list) by_place.push_back(std::move(x));
  } else if (auto* named = std::get_if<Value::Table>(&value.held);
             named && !(p && is_value(*c.verb, *p, *named)) &&
             !(p && p->kind == Kind::table && p->required && !names_parameters(*c.verb, *p, *named))) {
    Value::Table numbered;
    for (auto& [key, x] : *named) (only_digits(key) ? numbered : by_name).emplace_back(key, std::move(x));
    std::sort(numbered.begin(), numbered.end(),
              [](const auto& a, const auto& b) { return std::stoull(a.first) < std::stoull(b.first); });
    for (auto& [key, x] : numbered) by_place.push_back(std::move(x));
  } else {
    if (named && p->kind == Kind::table) refuse_options_among_values(*c.verb, *p, *named);
    by_place.push_back(std::move(value));
  }
}

int call(lua_State* L) {
  const Object self = checked_object(L, 1);  // a copy: the value must outlive the call
  const Callable* c = callable(self);
  if (!c) throw error(kind_in_words(self) + " cannot be called; its members are shown by help(value)");
  Shell& shell = shell_of(L);
  if (!c->verb) {
    throw error("'" + c->name + "' is a group of verbs: " + c->name + "." + shell.registry.members(c->name).front() +
                "(...) and others, see help \"" + c->name + "\"");
  }
  Value::List by_place;
  Value::Table by_name;
  collect(L, *c, by_place, by_name);
  shell.made = c->verb->run(c->verb->check(by_place, by_name), shell);
  push(L, shell.made);
  return 1;
}

int index(lua_State* L) {
  const Object& o = checked_object(L, 1);
  const Registry& registry = shell_of(L).registry;
  if (lua_isinteger(L, 2) && o.type->item) return push(L, o.type->item(o.pointer.get(), lua_tointeger(L, 2))), 1;
  const std::string key(lua_type(L, 2) == LUA_TSTRING ? text_at(L, 2) : std::string_view());
  if (const Callable* c = callable(o)) {
    const Verb* verb = c->self.type ? nullptr : registry.find(c->name + "." + key);
    if (!verb) {
      const auto members = c->self.type ? std::vector<std::string>() : registry.members(c->name);
      throw error(members.empty() ? c->name + " is a verb and has no member '" + key + "'"
                                  : c->name + ": " + unknown("member", key, members));
    }
    return push(L, make_object<Callable>(verb->name, verb)), 1;
  }
  for (const auto& f : o.type->fields)
    if (f.name == key) return push(L, f.get(o)), 1;
  for (const auto* v : registry.methods(*o.type))
    if (v->name == key) return push(L, make_object<Callable>(o.type->name + "." + key, v, o)), 1;
  if (lua_type(L, 2) != LUA_TSTRING) throw error(kind_in_words(o) + " is read by the name of a member, not by place");
  throw error(o.type->name + ": " + unknown("member", key, registry.members(*o.type)));
}

int set_index(lua_State* L) {
  const Object& o = checked_object(L, 1);
  if (const Callable* c = callable(o); c && !c->self.type)
    throw error("'" + c->name + "' is a verb of l2g, and nothing can be kept in it; take another name");
  throw error("members of " + kind_in_words(o) + " cannot be set");
}

int length(lua_State* L) {
  const Object& o = checked_object(L, 1);
  if (!o.type->length) throw error(kind_in_words(o) + " has no length");
  return lua_pushinteger(L, o.type->length(o.pointer.get())), 1;
}

int to_text(lua_State* L) { return lua_pushstring(L, summary_of(checked_object(L, 1), window_width()).c_str()), 1; }

int joined(lua_State* L) {
  luaL_tolstring(L, 1, nullptr);
  luaL_tolstring(L, 2, nullptr);
  return lua_concat(L, 2), 1;
}

int equal(lua_State* L) {
  const Object *a = to_object(L, 1), *b = to_object(L, 2);
  return lua_pushboolean(L, a && b && *a == *b), 1;
}

int release(lua_State* L) {
  checked_object(L, 1).~Object();
  return 0;
}

}  // namespace

void push(lua_State* L, const Value& value) {
  luaL_checkstack(L, 4, "a value is nested too deeply");
  if (value.empty() || value.as<Opaque>()) {
    lua_pushnil(L);
  } else if (const auto* b = value.as<bool>()) {
    lua_pushboolean(L, *b);
  } else if (const auto* i = value.as<index_t>()) {
    lua_pushinteger(L, *i);
  } else if (const auto* d = value.as<double>()) {
    lua_pushnumber(L, *d);
  } else if (const auto* s = value.as<std::string>()) {
    lua_pushlstring(L, s->data(), s->size());
  } else if (const auto* o = value.as<Object>()) {
    new (lua_newuserdatauv(L, sizeof(Object), 0)) Object(*o);
    luaL_setmetatable(L, object_metatable);
  } else if (const auto* list = value.as<Value::List>()) {
    lua_createtable(L, int(list->size()), 0);
    lua_Integer place = 0;
    for (const auto& x : *list) push(L, x), lua_rawseti(L, -2, ++place);
  } else if (const auto* named = value.as<Value::Table>()) {
    lua_createtable(L, 0, int(named->size()));
    for (const auto& [key, x] : *named) {
      lua_pushlstring(L, key.data(), key.size());
      push(L, x);
      lua_rawset(L, -3);
    }
  }
}

Value read(lua_State* L, int index) { return read_nested(L, index, 0); }

std::string summary_of(const Object& o, std::size_t width) {
  return fitted(o.type->summary ? o.type->summary(o.pointer.get()) : o.type->name, width);
}

std::string details_of(const Object& o, std::size_t width) {
  if (!o.type->details) return summary_of(o, width);
  const std::string text = o.type->details(o.pointer.get());
  std::string out;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const auto line = std::string_view(text).substr(start, end - start);
    // Sentences are wrapped; the columns of a table would not survive that and are cut.
    const bool table = line.find("  ", std::min(line.find_first_not_of(' '), line.size())) != line.npos;
    out += table ? fitted(line, width) + '\n' : wrapped(line, width, 0);
    if (line.empty()) out += '\n';
    start = end + 1;
  }
  return out;
}

void open_binding(lua_State* L, Shell& shell) {
  *static_cast<Shell**>(lua_getextraspace(L)) = &shell;
  if (auto& type = type_of<Callable>(); type.name.empty()) {
    type.name = "verb";
    type.details = [](const void* p) {
      const auto& c = *static_cast<const Callable*>(p);
      return c.verb ? c.verb->signature() + "\n" + c.verb->doc + "\n"
                    : c.name + ": a group of verbs, see help \"" + c.name + "\"\n";
    };
    type.summary = [](const void* p) {
      const auto& c = *static_cast<const Callable*>(p);
      return c.verb ? c.verb->signature() + ": " + c.verb->doc
                    : c.name + ": a group of verbs, see help \"" + c.name + "\"";
    };
  }
  static constexpr luaL_Reg methods[] = {
      {"__call", guarded<call>},     {"__index", guarded<index>},      {"__newindex", guarded<set_index>},
      {"__len", guarded<length>},    {"__tostring", guarded<to_text>}, {"__eq", guarded<equal>},
      {"__concat", guarded<joined>}, {"__gc", guarded<release>},       {nullptr, nullptr}};
  luaL_newmetatable(L, object_metatable);
  luaL_setfuncs(L, methods, 0);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
  for (const auto& v : shell.registry.verbs()) {
    const std::string name = v->name.substr(0, v->name.find('.'));
    push(L, make_object<Callable>(name, shell.registry.find(name)));
    lua_setglobal(L, name.c_str());
  }
}

}  // namespace l2g::repl
