#include "registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace l2g::repl {
namespace {

std::string joined(const std::vector<std::string>& words, const char* separator = ", ") {
  std::string s;
  for (const auto& w : words) s += (s.empty() ? "" : separator) + w;
  return s;
}

std::string with_article(const std::string& noun) {
  return (std::string_view("AEIOUaeiou").find(noun[0]) != std::string_view::npos ? "an " : "a ") + noun;
}

std::string number_in_words(double x) { return fmt::format("{}", x); }

// "got 2.5", "got a text "x"": short, so that the message stays one line.
std::string given_in_words(const Value& value) {
  if (value.as<index_t>() || value.as<double>()) return typed_form(value);
  const auto* t = value.as<std::string>();
  return kind_in_words(value) + (t && t->size() <= 40 ? " " + typed_form(value) : "");
}

// A list of {name, value} pairs as a table that keeps their order; {name, x, y} gives the name a list. Nothing else.
std::optional<Value::Table> pairs_of(const Value& value) {
  const auto* list = value.as<Value::List>();
  if (!list) return {};
  Value::Table out;
  for (const auto& item : *list) {
    const auto* pair = item.as<Value::List>();
    const auto* name = pair && pair->size() > 1 ? pair->front().as<std::string>() : nullptr;
    if (!name) return {};
    out.emplace_back(*name, pair->size() == 2 ? (*pair)[1] : Value(Value::List(pair->begin() + 1, pair->end())));
  }
  return out;
}

// The value in the type that the parameter wants, or nothing in `fits`.
Value converted(const Parameter& p, const Value& value, bool& fits) {
  fits = true;
  switch (p.kind) {
    case Kind::any:
      return value;
    case Kind::flag:
      return fits = value.as<bool>(), value;
    case Kind::text:
      return fits = value.as<std::string>(), value;
    case Kind::object:
      return fits = value.as<Object>() && p.takes(*value.as<Object>()->type), value;
    case Kind::list:
      if (const auto* t = value.as<Value::Table>(); t && t->empty()) return Value::List{};
      return fits = value.as<Value::List>(), value;
    case Kind::table:
      if (auto pairs = pairs_of(value)) return *std::move(pairs);
      return fits = value.as<Value::Table>(), value;
    case Kind::integer:
      if (const auto* x = value.as<double>(); x && std::abs(*x) < 9e15 && *x == std::floor(*x)) return index_t(*x);
      return fits = value.as<index_t>(), value;
    case Kind::number:
      if (const auto* x = value.as<index_t>()) return double(*x);
      return fits = value.as<double>(), value;
  }
  return value;
}

Value checked(const Verb& verb, const Parameter& p, const Value& given) {
  bool fits = false;
  Value value = converted(p, given, fits);
  const auto refuse = [&] {
    throw error(
        fmt::format("{}: '{}' must be {}, got {}", verb.name, p.name, wanted_in_words(p), given_in_words(given)));
  };
  if (!fits) refuse();
  const auto* whole = value.as<index_t>();
  const auto* real = value.as<double>();
  if (whole || real) {
    const double x = whole ? double(*whole) : *real;
    if (!(x >= p.least && x <= p.most)) refuse();
  }
  if (const auto* t = value.as<std::string>(); t && p.kind != Kind::any && !p.allowed.empty() &&
                                               std::find(p.allowed.begin(), p.allowed.end(), *t) == p.allowed.end())
    throw error(verb.name + ": " + unknown(p.name, *t, p.allowed));
  return value;
}

template <class T>
std::vector<T> items_of(const Verb& verb, std::string_view name, const Value::List& list, Kind kind) {
  Parameter item{std::string(name), "", kind};
  std::vector<T> out;
  for (const auto& x : list) {
    item.name = fmt::format("{}[{}]", name, out.size() + 1);
    out.push_back(*checked(verb, item, x).template as<T>());
  }
  return out;
}

}  // namespace

bool Parameter::takes(const Type& type) const {
  return (kind == Kind::object || kind == Kind::any) &&
         std::find(allowed.begin(), allowed.end(), type.name) != allowed.end();
}

std::string kind_in_words(const Value& value) {
  if (const auto* o = value.as<Object>()) return with_article(o->type->name);
  if (const auto* o = value.as<Opaque>()) return with_article(o->kind);
  static constexpr const char* names[] = {"nothing", "true or false", "a whole number", "a number", "a text",
                                          "",        "a list",        "a table"};
  if (const auto* b = value.as<bool>()) return *b ? "true" : "false";
  return names[value.held.index()];
}

std::string typed_form(const Value& value) {
  if (value.empty()) return "nil";
  if (const auto* b = value.as<bool>()) return *b ? "true" : "false";
  if (const auto* i = value.as<index_t>()) return std::to_string(*i);
  if (const auto* d = value.as<double>()) return number_in_words(*d);
  if (const auto* s = value.as<std::string>()) return '"' + *s + '"';
  if (const auto* l = value.as<Value::List>()) {
    std::vector<std::string> words;
    for (const auto& x : *l) words.push_back(typed_form(x));
    return '{' + joined(words) + '}';
  }
  return kind_in_words(value);
}

std::string wanted_in_words(const Parameter& p) {
  std::string range;
  if (std::isfinite(p.least) && std::isfinite(p.most))
    range = fmt::format(" from {} to {}", number_in_words(p.least), number_in_words(p.most));
  else if (std::isfinite(p.least))
    range = " of at least " + number_in_words(p.least);
  else if (std::isfinite(p.most))
    range = " of at most " + number_in_words(p.most);
  switch (p.kind) {
    case Kind::any:
      return "a value";
    case Kind::flag:
      return "true or false";
    case Kind::integer:
      return "a whole number" + range;
    case Kind::number:
      return "a number" + range;
    case Kind::text:
      return p.allowed.empty() ? "a text in quotes" : "one of \"" + joined(p.allowed, "\", \"") + "\"";
    case Kind::list:
      return "a list {...}";
    case Kind::table:
      return "a table {name = value, ...}";
    case Kind::object:
      return with_article(joined(p.allowed, " or "));
  }
  return {};
}

const Value& Arguments::value(std::string_view name) const {
  const Parameter* p = verb_->find(name);
  if (!p) throw std::logic_error(verb_->name + " declares no argument " + std::string(name));
  return values_[std::size_t(p - verb_->parameters.data())];
}

void Arguments::absent(std::string_view name) const {
  throw std::logic_error(verb_->name + " reads argument " + std::string(name) + " that is absent or of another type");
}

std::vector<double> Arguments::numbers(std::string_view name) const {
  return items_of<double>(*verb_, name, list(name), Kind::number);
}
std::vector<index_t> Arguments::integers(std::string_view name) const {
  return items_of<index_t>(*verb_, name, list(name), Kind::integer);
}
std::vector<std::string> Arguments::texts(std::string_view name) const {
  return items_of<std::string>(*verb_, name, list(name), Kind::text);
}

const Parameter* Verb::find(std::string_view parameter) const {
  for (const auto& p : parameters)
    if (p.name == parameter) return &p;
  return nullptr;
}

std::string Verb::signature() const {
  std::vector<std::string> required, options;
  for (const auto& p : parameters) (p.required ? required : options).push_back(p.name);
  if (!options.empty()) required.push_back("{" + joined(options) + "}");
  return name + "(" + joined(required) + ")";
}

Arguments Verb::check(const Value::List& by_place, const Value::Table& by_name) const {
  if (gathers && !(by_place.size() == 1 && by_place[0].as<Value::List>())) {
    Verb plain = *this;
    plain.gathers = false;
    const Arguments gathered = plain.check(by_place.empty() ? Value::List{} : Value::List{by_place}, by_name);
    return {*this, gathered.values()};
  }
  std::vector<std::string> options;
  for (const auto& p : parameters) options.push_back(p.name);
  if (by_place.size() > parameters.size())
    throw error(fmt::format("{} takes at most {} value{}{}{}, got {}", name, parameters.size(),
                            parameters.size() == 1 ? "" : "s", options.empty() ? "" : ": ", joined(options),
                            by_place.size()));
  std::vector<Value> values(parameters.size());
  for (std::size_t i = 0; i < by_place.size(); ++i)
    if (!by_place[i].empty()) values[i] = checked(*this, parameters[i], by_place[i]);
  for (const auto& [key, value] : by_name) {
    const Parameter* p = find(key);
    if (!p) {
      if (options.empty()) throw error(fmt::format("{} takes no options, got '{}'", name, key));
      const auto near = closest(key, options);
      throw error(fmt::format("{}: unknown option '{}'{}; options are {}", name, key,
                              near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), joined(options)));
    }
    Value& slot = values[std::size_t(p - parameters.data())];
    if (!slot.empty()) throw error(fmt::format("{}: '{}' is given twice, by place and by name", name, key));
    slot = checked(*this, *p, value);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty()) continue;
    const Parameter& p = parameters[i];
    if (p.required)
      throw error(
          fmt::format("{}: '{}' is missing ({}: {}); usage: {}", name, p.name, wanted_in_words(p), p.doc, signature()));
    bool fits = false;
    values[i] = p.fallback.empty() ? Value{} : converted(p, p.fallback, fits);
  }
  return {*this, std::move(values)};
}

void Registry::add(Verb verb) {
  if (find(verb.name)) throw std::logic_error("two verbs are called " + verb.name);
  for (const auto& p : verb.parameters)
    if (!p.fallback.empty()) {
      bool fits = false;
      converted(p, p.fallback, fits);
      if (!fits) throw std::logic_error(verb.name + ": the default of " + p.name + " has another type");
    }
  verbs_.push_back(std::make_unique<Verb>(std::move(verb)));
}

const Verb* Registry::find(std::string_view name) const {
  for (const auto& v : verbs_)
    if (v->name == name) return v.get();
  return nullptr;
}

const Type* Registry::find_type(std::string_view name) const {
  for (const auto* t : types_)
    if (t->name == name) return t;
  return nullptr;
}

std::vector<const Verb*> Registry::methods(const Type& type) const {
  std::vector<const Verb*> out;
  for (const auto& v : verbs_)
    if (v->name.find('.') == std::string::npos && !v->parameters.empty() && v->parameters[0].takes(type))
      out.push_back(v.get());
  return out;
}

std::vector<std::string> Registry::members(const Type& type) const {
  std::vector<std::string> out;
  for (const auto& f : type.fields) out.push_back(f.name);
  for (const auto* v : methods(type)) out.push_back(v->name);
  return out;
}

std::vector<std::string> Registry::members(std::string_view space) const {
  std::vector<std::string> out;
  for (const auto& v : verbs_)
    if (v->name.size() > space.size() && v->name.starts_with(space) && v->name[space.size()] == '.')
      out.push_back(v->name.substr(space.size() + 1));
  return out;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> out;
  for (const auto& v : verbs_) out.push_back(v->name);
  return out;
}

}  // namespace l2g::repl
