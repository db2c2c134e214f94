#pragma once
// A record is a struct of views with one member, each(v), that shows its fields to a visitor. Parameters, gradients,
// optimizer state and saved activations are all records: one mechanism measures them (in a constant expression when
// shapes are static), binds them to memory, initialises, names, saves and loads them.
#include <l2g/core/view.hpp>

#include <string_view>

namespace l2g {

inline constexpr std::size_t alignment = 64;
constexpr std::size_t align_up(std::size_t n) { return (n + alignment - 1) / alignment * alignment; }
template <class T>
constexpr std::size_t bytes_of(index_t n) {
  return align_up(std::size_t(n) * sizeof(T));
}

/// How a parameter starts: a constant, uniform in [-a, a), or normal with standard deviation a.
struct Init {
  enum Kind : unsigned char { constant, uniform, normal } kind = constant;
  double a = 0;
};

struct Nothing {  // the record of a layer without parameters or saved state
  constexpr void each(auto&) {}
};

struct Stream {  // the saved state of a stochastic layer: the number of its random stream, no memory
  std::uint32_t id = 0;
  constexpr void each(auto& v) { v.stream(id); }
};

// A visitor has field (trained, or frozen inside a frozen scope), buffer (in the file, not for the optimizer), stream,
// enter, leave and freeze.
constexpr void scope(auto& v, std::string_view name, auto&& body) {
  v.enter(name);
  body();
  v.leave();
}
constexpr void frozen(auto& v, auto&& body) {
  const bool was = v.freeze(true);
  body();
  v.freeze(was);
}

enum class Part { all, trained, frozen, buffers };

/// A visitor that does nothing; others override what they need.
struct Visitor {
  bool in_frozen = false;
  constexpr void field(std::string_view, auto&, Init = {}) {}
  constexpr void buffer(std::string_view, auto&, Init = {}) {}
  constexpr void stream(std::uint32_t&) {}
  constexpr void enter(std::string_view) {}
  constexpr void leave() {}
  constexpr bool freeze(bool f) { return std::exchange(in_frozen, f); }
};

/// Adds up the bytes of a part of a record. Bind walks in the same order.
struct Measure : Visitor {
  Part part = Part::all;
  std::size_t bytes = 0;
  index_t elements = 0;
  std::uint32_t streams = 0;
  constexpr explicit Measure(Part p) : part(p) {}
  constexpr bool wants(bool is_buffer) const {
    if (part == Part::all) return true;
    return is_buffer ? part == Part::buffers : part == (in_frozen ? Part::frozen : Part::trained);
  }
  template <class T, class S, class D>
  constexpr void count(View<T, S, D>& v) {
    bytes += bytes_of<T>(v.size());
    elements = added(elements, v.size());
  }
  constexpr void field(std::string_view, auto& v, Init = {}) {
    if (wants(false)) count(v);
  }
  constexpr void buffer(std::string_view, auto& v, Init = {}) {
    if (wants(true)) count(v);
  }
  constexpr void stream(std::uint32_t& s) { s = streams++; }
};

/// Gives the views of a part of a record their memory, field after field, 64-byte aligned.
struct Bind : Measure {
  std::byte* base;
  constexpr Bind(Part p, std::byte* memory) : Measure(p), base(memory) {}
  template <class T, class S, class D>
  constexpr void place(View<T, S, D>& v) {
    v.data = reinterpret_cast<T*>(base + bytes);
    count(v);
  }
  constexpr void field(std::string_view, auto& v, Init = {}) {
    if (wants(false)) place(v);
  }
  constexpr void buffer(std::string_view, auto& v, Init = {}) {
    if (wants(true)) place(v);
  }
};

template <class Record>
constexpr Measure measure(Record r, Part part = Part::all) {
  Measure m(part);
  r.each(m);
  return m;
}
template <class Record>
void bind(Record& r, std::byte* base, Part part = Part::all) {
  Bind b(part, base);
  r.each(b);
}

}  // namespace l2g
