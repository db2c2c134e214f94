#pragma once
// The tensors of a record by name: keys, extents, roles. Initialisation is made of it; files too.
#include <l2g/core/philox.hpp>
#include <l2g/core/record.hpp>

#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

namespace l2g {

enum class Role { trained, frozen, buffer };

template <class T>
struct TensorRef {
  std::string key;  // "encoder.0.attention.qkv.weight"
  T* data;
  std::vector<index_t> extents;
  Role role;
  Init init;
  index_t size() const {
    index_t n = 1;
    for (const index_t e : extents) n *= e;
    return n;
  }
};

namespace detail {
template <class T, class F>
struct NameTensors : Visitor {
  F& f;
  std::string path;
  std::vector<std::size_t> marks;
  explicit NameTensors(F& g) : f(g) {}
  template <class S, class D>
  void show(std::string_view name, View<T, S, D>& v, Role role, Init init) {
    TensorRef<T> t{path + std::string(name), v.data, {}, role, init};
    for (int i = 0; i < S::rank; ++i) t.extents.push_back(v.shape[i]);
    if constexpr (std::is_void_v<decltype(f(t))>) {
      f(t);
    } else {
      if (T* const memory = f(t)) v.data = memory;
    }
  }
  template <class S, class D>
  void field(std::string_view name, View<T, S, D>& v, Init init = {}) {
    show(name, v, in_frozen ? Role::frozen : Role::trained, init);
  }
  template <class S, class D>
  void buffer(std::string_view name, View<T, S, D>& v, Init init = {}) {
    show(name, v, Role::buffer, init);
  }
  void enter(std::string_view name) {
    marks.push_back(path.size());
    path += std::string(name) + ".";
  }
  void leave() {
    path.resize(marks.back());
    marks.pop_back();
  }
};
}  // namespace detail

/// f(const TensorRef<T>&) for each tensor of a record of parameters, in the order of binding. Where f returns memory
/// (T*, not null) the tensor is bound to it.
template <class T, class Record, class F>
void each_tensor(Record& record, F&& f) {
  detail::NameTensors<T, F> v(f);
  record.each(v);
}

/// Starts every parameter as its layer says. What a tensor gets depends on the seed and its key alone, so that freezing
/// or adding layers elsewhere does not change it.
template <class T>
void initialize(const TensorRef<T>& t, std::uint64_t seed) {
  std::uint32_t stream = 2166136261u;  // FNV-1a of the key
  for (const char c : t.key) stream = (stream ^ static_cast<unsigned char>(c)) * 16777619u;
  const Rng rng{seed, ~std::uint64_t(0)};
  for (index_t i = 0; i < t.size(); ++i) {
    double v = t.init.a;
    if (t.init.kind == Init::uniform) v = t.init.a * (2 * rng.uniform(stream, std::uint64_t(i)) - 1);
    if (t.init.kind == Init::normal) {  // Box and Muller
      const double u = (rng.word(stream, 2 * std::uint64_t(i)) + 0.5) * 0x1p-32;
      const double w = rng.uniform(stream, 2 * std::uint64_t(i) + 1);
      v = t.init.a * std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * w);
    }
    t.data[i] = T(v);
  }
}
template <class T, class Record>
void initialize(Record& record, std::uint64_t seed) {
  each_tensor<T>(record, [&](const TensorRef<T>& t) {
    if (t.data) initialize(t, seed);
  });
}

}  // namespace l2g
