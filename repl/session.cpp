#include "session.hpp"

#include "binding.hpp"
#include "cell_text.hpp"
#include "display.hpp"
#include "globals.hpp"
#include "help.hpp"
#include "hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

namespace l2g::repl {
namespace {

constexpr int results_kept = 9;
constexpr const char* stopped = "stopped by Ctrl-C; variables keep their values, models their weights";

// `print x` also ends early for Lua, which waits for an assignment to x; to wait with it would puzzle.
bool ends_early(const std::string& message) {
  return message.ends_with("<eof>") && !message.ends_with("syntax error near <eof>");
}

// Lua's name for a chunk in messages is cut at the front when a path is long.
std::string with_full_path(std::string message, const std::string& path) {
  if (path.size() + 1 < LUA_IDSIZE) return message;
  const std::string cut = "..." + path.substr(path.size() - (LUA_IDSIZE - 1 - 3));
  for (std::size_t size = cut.size(); size > LUA_IDSIZE - 8; --size)
    if (const std::string s = "..." + cut.substr(cut.size() - size + 3); message.starts_with(s + ":"))
      return path + message.substr(s.size());
  return message;
}

// The line and the few before it: Lua notices some mistakes only later.
std::string file_lines(const std::string& path, long last) {
  std::ifstream in(path);
  std::string line, text;
  for (long i = 1; i <= last && std::getline(in, line); ++i)
    if (i + 3 > last) text += line + '\n';
  return text;
}

// A script with how it was called, as it stands in the history.
std::string script_text(const std::string& path, const std::vector<std::string>& arguments) {
  std::ifstream in(path);
  std::string text = "-- l2g run " + path;
  for (const auto& a : arguments) text += " " + a;
  text += "\n";
  for (std::string line; std::getline(in, line);) text += line + "\n";
  return text;
}

// Takes "chunk:line: " off the message and gives the line, or 0.
long take_position(std::string& message, const std::string& chunk) {
  if (!message.starts_with(chunk + ":")) return 0;
  char* end = nullptr;
  const long line = std::strtol(message.c_str() + chunk.size() + 1, &end, 10);
  if (!end || end[0] != ':' || end[1] != ' ') return 0;
  message.erase(0, std::size_t(end + 2 - message.c_str()));
  return line;
}

bool is_verb(const Registry& registry, const std::string& name) {
  return registry.find(name) || !registry.members(name).empty();
}

// Does the global of this name still hold the verb?
bool holds_verb(lua_State* L, const std::string& name) {
  lua_pushglobaltable(L);
  lua_pushstring(L, name.c_str());
  lua_rawget(L, -2);
  const Object* o = to_object(L, -1);
  const bool holds =
      o && o->type == &type_of<Callable>() && static_cast<const Callable*>(o->pointer.get())->name == name;
  lua_pop(L, 2);
  return holds;
}

// Verbs whose names the user gave to other values.
std::vector<std::string> covered_verbs(lua_State* L, const Registry& registry) {
  std::vector<std::string> names;
  for (const auto& v : registry.verbs()) {
    const std::string name = v->name.substr(0, v->name.find('.'));
    if ((names.empty() || names.back() != name) && !holds_verb(L, name)) names.push_back(name);
  }
  return names;
}

// What Lua says of a global that could not be called or computed with, when its name is that of a verb.
std::string hint_for_verb(lua_State* L, const Registry& registry, const std::string& message) {
  constexpr std::string_view mark = "(global '";
  const auto at = message.find(mark);
  if (at == message.npos) return {};
  const auto from = at + mark.size();
  const std::string name = message.substr(from, message.find('\'', from) - from);
  if (!is_verb(registry, name)) return {};
  if (holds_verb(L, name)) return fmt::format("'{}' is a verb of l2g; take another name for your value", name);
  return fmt::format("'{0}' is a verb of l2g; take another name for your value ({0} = nil gives the verb back)", name);
}

int on_error(lua_State* L) {
  if (lua_type(L, 1) != LUA_TSTRING) {
    if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL)
      luaL_tolstring(L, 1, nullptr);
    else
      lua_pushstring(L, shown(L, 1, window_width()).c_str());
    lua_replace(L, 1);
  }
  lua_settop(L, 1);
  if (shell_of(L).settings.trace) luaL_traceback(L, L, lua_tostring(L, 1), 1);
  return 1;
}

std::atomic<lua_State*> interruptible{nullptr};

void stop(lua_State* L, lua_Debug*) {
  lua_sethook(L, nullptr, 0, 0);
  if (!interrupt_flag.exchange(false)) return;  // work in C++ saw the request first
  shell_of(L).interrupted = true;
  luaL_error(L, "stopped");
}

void on_interrupt(int) {
  request_interrupt();
  // lua_sethook is made to be called from a signal handler.
  if (lua_State* L = interruptible.load())
    lua_sethook(L, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

}  // namespace

Session::Session(const Registry& verbs, Settings chosen) : Shell(verbs, chosen), L_(luaL_newstate()) {
  if (!L_) throw error("not enough memory to start");
  luaL_openlibs(L_);
  open_binding(L_, *this);
  open_globals(L_);
  given_ = globals();
}

Session::~Session() {
  if (interruptible == L_) interruptible = nullptr;
  lua_close(L_);
}

Session::Compiled Session::compile(std::string_view code, const std::string& chunk, int line,
                                   std::string& message) const {
  const std::string lines(std::size_t(line - 1), '\n');
  const auto load_text = [&](const std::string& text) {
    if (luaL_loadbufferx(L_, text.data(), text.size(), ("=" + chunk).c_str(), "t") == LUA_OK) return true;
    message = text_at(L_, -1);
    lua_pop(L_, 1);
    return false;
  };
  if (load_text(lines + "return " + std::string(code))) return Compiled::good;
  const std::string of_expression = message;
  if (load_text(lines + std::string(code))) return Compiled::good;
  const bool more = ends_early(of_expression) || ends_early(message);
  // A text that is no statement from its first word on was meant as an expression: that error says more.
  const auto start = trimmed(code);
  const auto token = start.substr(0, std::max<std::size_t>(word_length(start), 1));
  if (message.ends_with(fmt::format("unexpected symbol near '{}'", token))) message = of_expression;
  if (const auto at = message.find("<eof> expected near "); at != message.npos) message.replace(at, 20, "unexpected ");
  if (const auto at = message.find("'<eof>' expected near "); at != message.npos)
    message.replace(at, 22, "unexpected ");
  return more ? Compiled::more : Compiled::bad;
}

bool Session::complete(std::string_view text) const {
  if (!question(text).empty()) return true;
  std::string message;
  const Compiled result = compile(without_local(text), "cell", 1, message);
  if (result == Compiled::good) lua_pop(L_, 1);
  return result != Compiled::more || !hint_for_code(text).empty();
}

Outcome Session::call(int arguments) {
  const int base = lua_gettop(L_) - arguments;
  lua_pushcfunction(L_, on_error);
  lua_insert(L_, base);
  interrupted = false;
  const int status = lua_pcall(L_, arguments, LUA_MULTRET, base);
  lua_remove(L_, base);
  lua_sethook(L_, nullptr, 0, 0);
  // A request that came as the work ended still stops what would come next.
  const bool late = interrupt_flag.exchange(false);
  if (status == LUA_OK && !late) return {};
  if (status == LUA_OK) return lua_settop(L_, base - 1), Outcome{Outcome::interrupted, stopped};
  std::string message(text_at(L_, -1));
  lua_settop(L_, base - 1);
  if (interrupted) {
    if (message.ends_with("stopped")) message.replace(message.size() - 7, 7, stopped);
    return {Outcome::interrupted, message};
  }
  if (message.find("\nhint: ") == message.npos)
    for (const std::string& hint : {hint_for_verb(L_, registry, message), hint_for_message(message)})
      if (!hint.empty() && message.find("\nhint: ") == message.npos) message += "\nhint: " + hint;
  return {Outcome::failed, message};
}

void Session::show_results(int first, bool quiet) {
  const int count = lua_gettop(L_) - first + 1;
  if (count == 0) return;
  std::string text;
  bool all_nil = true;
  for (int i = first; i < first + count; ++i) {
    all_nil = all_nil && lua_isnil(L_, i);
    text += i > first ? "\n" : "";
    const Object* o = to_object(L_, i);
    text += o ? details_of(*o, window_width()) : shown(L_, i, window_width());
  }
  if (all_nil && count == 1) quiet = true;
  if (!quiet) say(text);
  if (!all_nil) {
    lua_pushglobaltable(L_);
    for (int n = results_kept; n >= 1; --n) {
      lua_pushstring(L_, n == 1 ? "_" : fmt::format("_{}", n - 1).c_str());
      lua_rawget(L_, -2);
      lua_pushstring(L_, fmt::format("_{}", n).c_str());
      lua_insert(L_, -2);
      lua_rawset(L_, -3);
    }
    lua_pushstring(L_, "_");
    lua_pushvalue(L_, first);
    lua_rawset(L_, -3);
    lua_pop(L_, 1);
  }
  lua_settop(L_, first - 1);
}

Outcome Session::piece(std::string_view code, const std::string& chunk, int line) {
  const int base = lua_gettop(L_);
  const std::string_view bare = trimmed(code);
  if (bare == "exit" || bare == "quit" || bare == "exit()" || bare == "quit()") return {Outcome::leave};
  if (const auto topic = question(code); !topic.empty()) {
    if (push_path(topic))
      say(lua_isuserdata(L_, -1) ? help_on(registry, read(L_, -1), window_width()) : shown(L_, -1, window_width()));
    else
      try {
        say(help_on(registry, std::string(topic), window_width()));
      } catch (const std::exception& e) {
        lua_settop(L_, base);
        return {Outcome::failed, fmt::format("{}:{}: {}", chunk, line, e.what())};
      }
    lua_settop(L_, base);
    return {};
  }
  std::string message;
  const Verb* verb = registry.find(bare);
  if (compile(verb && verb->alone ? verb->name + "()" : without_local(code), chunk, line, message) != Compiled::good) {
    if (const std::string hint = hint_for_code(code); !hint.empty()) message += "\nhint: " + hint;
    return {Outcome::failed, message};
  }
  made = {};
  history.emplace_back(bare);
  const auto covered = covered_verbs(L_, registry);
  Outcome outcome = call(0);
  for (const auto& name : covered_verbs(L_, registry))
    if (std::find(covered.begin(), covered.end(), name) == covered.end())
      say(fmt::format("note: '{0}' is a verb of l2g; take another name for your value ({0} = nil gives the verb back)",
                      name));
  if (outcome.status != Outcome::done) {
    history.pop_back();
    if (outcome.status == Outcome::failed && outcome.message.find("\nhint: ") == std::string::npos &&
        outcome.message.find("is not defined") != std::string::npos)
      if (const std::string hint = hint_for_code(code); !hint.empty()) outcome.message += "\nhint: " + hint;
    return outcome;
  }
  const bool quiet = bare.ends_with(';');
  // What a verb made is described when it is given a name, too: data = load "x.csv" tells what was read.
  if (const Object* o = made.as<Object>(); o && o->type->details && !quiet)
    if (const auto name = assigned_name(bare); !name.empty() && push_path(name)) {
      if (const Object* set = to_object(L_, -1); set && *set == *o) say(details_of(*o, window_width()));
      lua_pop(L_, 1);
    }
  made = {};
  show_results(base + 1, quiet);
  return {};
}

bool Session::goes_on(const std::string& statement, std::string_view line) const {
  std::string message;
  if (!continues_previous(line)) return false;
  const Compiled result = compile(without_local(statement + std::string(line)), "cell", 1, message);
  if (result == Compiled::good) lua_pop(L_, 1);
  return result != Compiled::bad;
}

Outcome Session::run(std::string_view text, const std::string& chunk) {
  std::string pending;
  int line = 1, first_line = 1;
  if (text.starts_with("#!")) text.remove_prefix(std::min(text.find('\n'), text.size()));
  while (!text.empty() || !pending.empty()) {
    const std::string_view next = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), next.size() + 1));
    if (pending.empty()) first_line = line;
    pending.append(next).push_back('\n');
    ++line;
    const bool last = trimmed(text).empty();
    // The line after may go on with the statement; a statement may also need more lines.
    if (!last && (!complete(pending) || goes_on(pending, text.substr(0, text.find('\n'))))) continue;
    pending.pop_back();
    if (!trimmed(pending).empty())
      if (Outcome outcome = piece(pending, chunk, first_line); outcome.status != Outcome::done) return outcome;
    pending.clear();
    if (last) break;
  }
  return {};
}

Outcome Session::cell(std::string_view text) {
  const std::string chunk = fmt::format("cell {}", ++cells_);
  interrupt_flag = false;  // a Ctrl-C at the prompt has done its work
  lua_sethook(L_, nullptr, 0, 0);
  Outcome outcome = run(text, chunk);
  const long line = take_position(outcome.message, chunk);
  if (line > 0 && trimmed(text).find('\n') != std::string_view::npos)
    outcome.message.insert(0, fmt::format("line {}: ", line));
  return outcome;
}

Outcome Session::file(const std::string& path, const std::vector<std::string>& arguments) {
  if (std::FILE* f = std::fopen(path.c_str(), "rb"))
    std::fclose(f);
  else
    return {Outcome::failed, fmt::format("{}: {}", path, std::strerror(errno))};
  const auto with_hint = [&](Outcome outcome) {
    outcome.message = with_full_path(std::move(outcome.message), path);
    std::string rest = outcome.message;
    const long line = take_position(rest, path);
    const bool name = rest.find("is not defined") != std::string::npos || rest.find(" near ") != std::string::npos;
    if (line > 0 && name && rest.find("\nhint: ") == std::string::npos)
      if (const std::string hint = hint_for_code(file_lines(path, line)); !hint.empty())
        outcome.message += "\nhint: " + hint;
    return outcome;
  };
  lua_createtable(L_, int(arguments.size()), 1);
  lua_pushstring(L_, path.c_str());
  lua_rawseti(L_, -2, 0);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    lua_pushlstring(L_, arguments[i].data(), arguments[i].size());
    lua_rawseti(L_, -2, lua_Integer(i + 1));
  }
  lua_setglobal(L_, "arg");
  const int base = lua_gettop(L_);
  if (luaL_loadfilex(L_, path.c_str(), "t") != LUA_OK) {
    std::string message(text_at(L_, -1));
    lua_settop(L_, base);
    return with_hint({Outcome::failed, message});
  }
  luaL_checkstack(L_, int(arguments.size()) + 8, "too many arguments");
  for (const auto& a : arguments) lua_pushlstring(L_, a.data(), a.size());
  history.push_back(script_text(path, arguments));
  const Outcome outcome = call(int(arguments.size()));
  if (outcome.status != Outcome::done) history.pop_back();
  lua_settop(L_, base);
  return with_hint(outcome);
}

void Session::say(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!text.ends_with('\n')) std::fputc('\n', stdout);
  if (settings.interactive) std::fflush(stdout);
}

std::vector<std::string> Session::globals() const {
  lua_pushglobaltable(L_);
  auto keys = keys_of_table(L_, -1);
  lua_pop(L_, 1);
  return keys;
}

std::vector<std::string> Session::own_globals() const {
  std::vector<std::string> names = globals();
  std::erase_if(names, [&](const std::string& name) {
    return std::binary_search(given_.begin(), given_.end(), name) || name.starts_with('_') || name == "arg";
  });
  return names;
}

std::vector<std::pair<std::string, Value>> Session::objects() {
  std::vector<std::pair<std::string, Value>> out;
  for (const auto& name : own_globals()) {
    push_path(name);
    if (const Object* o = to_object(L_, -1)) out.emplace_back(name, *o);
    lua_pop(L_, 1);
  }
  return out;
}

std::vector<Variable> Session::variables() {
  std::vector<Variable> out;
  const std::size_t width = window_width();
  for (const auto& name : own_globals()) {
    push_path(name);
    Variable v{name, lua_typename(L_, lua_type(L_, -1)), shown(L_, -1, width), 0};
    if (const Object* o = to_object(L_, -1)) {
      v.type = o->type->name;
      if (o->type->bytes) v.bytes = o->type->bytes(o->pointer.get());
    } else if (lua_type(L_, -1) == LUA_TSTRING) {
      v.bytes = lua_rawlen(L_, -1);
    }
    lua_pop(L_, 1);
    out.push_back(std::move(v));
  }
  return out;
}

// Pushes the value at a path such as `math.sqrt` or `splits.train` without running code of the user.
bool Session::push_path(std::string_view path) const {
  const int base = lua_gettop(L_);
  lua_pushglobaltable(L_);
  while (true) {
    const std::string name(path.substr(0, path.find('.')));
    if (lua_istable(L_, -1)) {
      lua_pushstring(L_, name.c_str());
      lua_rawget(L_, -2);
    } else if (const Object* o = to_object(L_, -1)) {
      const Callable* c = o->type == &type_of<Callable>() ? static_cast<const Callable*>(o->pointer.get()) : nullptr;
      const Verb* verb = c ? registry.find(c->name + "." + name) : nullptr;
      for (const auto* v : registry.methods(*o->type))
        if (v->name == name) verb = v;
      const auto field =
          std::find_if(o->type->fields.begin(), o->type->fields.end(), [&](const Field& f) { return f.name == name; });
      if (field != o->type->fields.end())
        push(L_, field->get(*o));
      else if (verb)
        push(L_, make_object<Callable>(verb->name, verb));
      else
        lua_pushnil(L_);
    } else {
      lua_pushnil(L_);
    }
    if (lua_isnil(L_, -1)) return lua_settop(L_, base), false;
    if (name.size() >= path.size()) break;
    path.remove_prefix(name.size() + 1);
  }
  lua_replace(L_, base + 1);
  lua_settop(L_, base + 1);
  return true;
}

std::vector<std::string> Session::members_of(std::string_view path) const {
  const int base = lua_gettop(L_);
  std::vector<std::string> out;
  if (push_path(path)) {
    if (lua_type(L_, -1) == LUA_TSTRING) lua_settop(L_, base), push_path("string");
    if (lua_istable(L_, -1))
      out = keys_of_table(L_, -1);
    else if (const Object* o = to_object(L_, -1); o && o->type == &type_of<Callable>())
      out = registry.members(static_cast<const Callable*>(o->pointer.get())->name);
    else if (o)
      out = registry.members(*o->type);
  }
  lua_settop(L_, base);
  return out;
}

void catch_interrupts(Session& session) {
  interruptible = session.state();
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);  // no SA_RESTART: a prompt that waits for a line must notice
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace l2g::repl
