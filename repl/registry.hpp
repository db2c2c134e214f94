#pragma once
// The one registry of what the shell can do. The Lua binding, argument checks, `help`, completion and the manual all
// read it, so a name, a default or a doc line is written once. Nothing here knows Lua.
#include <l2g/core/errors.hpp>

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace l2g::repl {

struct Type;

/// A C++ value of the session with the type the shell knows it by.
struct Object {
  std::shared_ptr<void> pointer;
  const Type* type = nullptr;
  /// The same object: the first part of an object has its address, but not its type.
  friend bool operator==(const Object& a, const Object& b) { return a.pointer == b.pointer && a.type == b.type; }
};

/// A value of the language that no verb can use (a function, a thread); kept for error messages.
struct Opaque {
  std::string kind;
};

/// What goes into a verb and comes out of it.
struct Value {
  using List = std::vector<Value>;
  using Table = std::vector<std::pair<std::string, Value>>;
  std::variant<std::monostate, bool, index_t, double, std::string, Object, List, Table, Opaque> held;

  Value() = default;
  Value(bool x) : held(x) {}
  Value(int x) : held(index_t(x)) {}
  Value(index_t x) : held(x) {}
  Value(std::size_t x) : held(index_t(x)) {}
  Value(double x) : held(x) {}
  Value(const char* x) : held(std::string(x)) {}
  Value(std::string x) : held(std::move(x)) {}
  Value(Object x) : held(std::move(x)) {}
  Value(List x) : held(std::move(x)) {}
  Value(Table x) : held(std::move(x)) {}
  Value(Opaque x) : held(std::move(x)) {}
  template <class T>
  Value(const std::vector<T>& items) : held(List(items.begin(), items.end())) {}

  bool empty() const { return held.index() == 0; }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&held);
  }
};

/// A member of a type that is read, not called.
struct Field {
  std::string name, doc;
  std::function<Value(const Object&)> get;
};

/// One of the charts that `plot(value)` draws.
struct TypeChart {
  std::string name, doc;
  std::function<Value(const void*)> make;  ///< an object of type Chart, see verbs/chart.hpp
};

/// What the shell knows about a C++ type. All functions but `summary` may be empty.
struct Type {
  std::string name, doc;
  std::function<std::string(const void*)> summary;  ///< one short line, shown for a value
  std::function<std::string(const void*)> details;  ///< several lines, shown at the prompt
  std::function<std::size_t(const void*)> bytes;    ///< memory that the value holds
  std::function<index_t(const void*)> length;       ///< `#value`
  std::function<Value(const void*, index_t)> item;  ///< `value[i]`, i from 1
  std::vector<Field> fields;
  std::vector<TypeChart> charts;
};

/// The one description of T; filled by Registry::type.
template <class T>
Type& type_of() {
  static Type description;
  return description;
}

template <class T>
Value object(std::shared_ptr<T> pointer) {
  return Object{std::move(pointer), &type_of<T>()};
}
template <class T, class... A>
Value make_object(A&&... a) {
  return object(std::make_shared<T>(std::forward<A>(a)...));
}
template <class T>
std::shared_ptr<T> object_cast(const Value& value) {
  const auto* o = value.as<Object>();
  return o && o->type == &type_of<T>() ? std::static_pointer_cast<T>(o->pointer) : nullptr;
}

/// Fills type_of<T>() with functions over const T&.
template <class T>
struct TypeBuilder {
  Type& type;
  template <class F>
  TypeBuilder& summary(F f) {
    return type.summary = [f](const void* p) { return f(*static_cast<const T*>(p)); }, *this;
  }
  template <class F>
  TypeBuilder& details(F f) {
    return type.details = [f](const void* p) { return f(*static_cast<const T*>(p)); }, *this;
  }
  template <class F>
  TypeBuilder& bytes(F f) {
    return type.bytes = [f](const void* p) { return std::size_t(f(*static_cast<const T*>(p))); }, *this;
  }
  template <class F>
  TypeBuilder& length(F f) {
    return type.length = [f](const void* p) { return index_t(f(*static_cast<const T*>(p))); }, *this;
  }
  template <class F>
  TypeBuilder& item(F f) {
    return type.item = [f](const void* p, index_t i) { return Value(f(*static_cast<const T*>(p), i)); }, *this;
  }
  template <class F>
  TypeBuilder& field(std::string name, std::string doc, F f) {
    type.fields.push_back({std::move(name), std::move(doc),
                           [f](const Object& o) { return Value(f(*static_cast<const T*>(o.pointer.get()))); }});
    return *this;
  }
  /// A field that is an object inside of T: it is shared, not copied, and keeps its T alive.
  template <class Part>
  TypeBuilder& part(std::string name, std::string doc, Part T::*member) {
    type.fields.push_back({std::move(name), std::move(doc), [member](const Object& o) {
                             const auto whole = std::static_pointer_cast<T>(o.pointer);
                             return object(std::shared_ptr<Part>(whole, &(whole.get()->*member)));
                           }});
    return *this;
  }
  template <class F>
  TypeBuilder& chart(std::string name, std::string doc, F f) {
    type.charts.push_back(
        {std::move(name), std::move(doc), [f](const void* p) { return Value(f(*static_cast<const T*>(p))); }});
    return *this;
  }
};

enum class Kind { any, flag, integer, number, text, list, table, object };
enum class Completes { nothing, file, verb, layer, metric };

/// One argument of a verb. Without a default and not optional(), it must be given.
struct Parameter {
  std::string name, doc;
  Kind kind = Kind::any;
  Value fallback{};
  bool required = true;
  std::vector<std::string> allowed{};  ///< texts that are accepted; Kind::object and any: names of types, whose methods
                                       ///< the verb is one of when this is its first parameter
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  Completes completes = Completes::nothing;

  Parameter optional() && { return required = false, std::move(*this); }
  Parameter by_default(Value v) && { return required = false, fallback = std::move(v), std::move(*this); }
  Parameter one_of(std::vector<std::string> v) && { return allowed = std::move(v), std::move(*this); }
  Parameter between(double low, double high) && { return least = low, most = high, std::move(*this); }
  Parameter at_least(double low) && { return least = low, std::move(*this); }
  Parameter with(Completes c) && { return completes = c, std::move(*this); }
  bool takes(const Type& type) const;
};

inline Parameter any(std::string name, std::string doc) { return {std::move(name), std::move(doc), Kind::any}; }
inline Parameter flag(std::string name, std::string doc) { return {std::move(name), std::move(doc), Kind::flag}; }
inline Parameter integer(std::string name, std::string doc) { return {std::move(name), std::move(doc), Kind::integer}; }
inline Parameter number(std::string name, std::string doc) { return {std::move(name), std::move(doc), Kind::number}; }
inline Parameter text(std::string name, std::string doc) { return {std::move(name), std::move(doc), Kind::text}; }
inline Parameter list(std::string name, std::string doc) { return {std::move(name), std::move(doc), Kind::list}; }
inline Parameter table(std::string name, std::string doc) { return {std::move(name), std::move(doc), Kind::table}; }
inline Parameter file(std::string name, std::string doc) {
  return text(std::move(name), std::move(doc)).with(Completes::file);
}
/// An argument that is an object of one of the named types.
inline Parameter value_of(std::vector<std::string> types, std::string name, std::string doc) {
  return Parameter{std::move(name), std::move(doc), Kind::object}.one_of(std::move(types));
}

struct Verb;

/// Checked arguments of one call: every value has the type that the verb declared. A name that the verb does not
/// declare is a fault of the verb and throws std::logic_error.
class Arguments {
 public:
  Arguments(const Verb& verb, std::vector<Value> values) : verb_(&verb), values_(std::move(values)) {}
  /// True when the argument was given or has a default.
  bool has(std::string_view name) const { return !value(name).empty(); }
  const Value& value(std::string_view name) const;
  const std::vector<Value>& values() const { return values_; }
  bool flag(std::string_view name) const { return get<bool>(name); }
  index_t integer(std::string_view name) const { return get<index_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  /// The text, or `otherwise` when the argument was left out.
  std::string text_or(std::string_view name, std::string otherwise) const {
    return has(name) ? text(name) : std::move(otherwise);
  }
  const Value::List& list(std::string_view name) const { return get<Value::List>(name); }
  /// A list of numbers; throws error when an item is not one.
  std::vector<double> numbers(std::string_view name) const;
  /// A list of whole numbers; throws error when an item is not one.
  std::vector<index_t> integers(std::string_view name) const;
  /// A list of texts; throws error when an item is not one.
  std::vector<std::string> texts(std::string_view name) const;
  const Value::Table& table(std::string_view name) const { return get<Value::Table>(name); }
  /// The object when it is a T, else null (an argument may take several types).
  template <class T>
  std::shared_ptr<T> object(std::string_view name) const {
    return object_cast<T>(value(name));
  }

 private:
  template <class T>
  const T& get(std::string_view name) const {
    if (const T* x = value(name).as<T>()) return *x;
    absent(name);
  }
  [[noreturn]] void absent(std::string_view name) const;

  const Verb* verb_;
  std::vector<Value> values_;
};

class Shell;

/// A thing to do. A verb whose first argument is an object is also a method of that object's type.
struct Verb {
  std::string name;   ///< `load`, or with a group of its own `plot.roc`
  std::string group;  ///< heading in help and manual
  std::string doc;    ///< one line
  std::vector<Parameter> parameters;
  std::function<Value(const Arguments&, Shell&)> run;
  std::string help{};     ///< some lines more
  std::string example{};  ///< lines that can be typed
  bool alone = false;     ///< its bare name at the prompt runs it, as with `help`
  bool gathers = false;   ///< all values given by place become the list of its first parameter

  const Parameter* find(std::string_view parameter) const;
  /// `load(path, {label, sequence, ...})`
  std::string signature() const;
  /// Values given by place and by name, checked and completed by defaults; throws error in the words of the user.
  Arguments check(const Value::List& by_place, const Value::Table& by_name) const;
};

class Registry {
 public:
  /// Adds a verb; a name that is taken is a fault of the program (std::logic_error).
  void add(Verb verb);
  template <class T>
  TypeBuilder<T> type(std::string name, std::string doc) {
    Type& t = type_of<T>();
    t = Type{};
    t.name = std::move(name);
    t.doc = std::move(doc);
    types_.push_back(&t);
    return {t};
  }
  const std::vector<std::unique_ptr<Verb>>& verbs() const { return verbs_; }
  const std::vector<const Type*>& types() const { return types_; }
  const Verb* find(std::string_view name) const;
  const Type* find_type(std::string_view name) const;
  /// Verbs that are methods of a type.
  std::vector<const Verb*> methods(const Type& type) const;
  /// Names of fields and methods.
  std::vector<std::string> members(const Type& type) const;
  /// The second parts of verbs `space.member`.
  std::vector<std::string> members(std::string_view space) const;
  std::vector<std::string> names() const;

 private:
  std::vector<std::unique_ptr<Verb>> verbs_;  // pointers stay good while the registry grows
  std::vector<const Type*> types_;
};

/// "a number", "a Dataset", "nothing": what a value is, in words.
std::string kind_in_words(const Value& value);
/// "a whole number of at least 1", "one of left, right": what a parameter wants, in words.
std::string wanted_in_words(const Parameter& parameter);
/// A value as it is typed: 3, "x", {1, 2}.
std::string typed_form(const Value& value);

}  // namespace l2g::repl
