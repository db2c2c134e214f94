#pragma once
// Sums over the rows of a matrix. The rows are cut into shards that depend on their number only; a shard is one item,
// and the shards are added in order, so that the bits do not depend on who worked on them.
#include <l2g/core/context.hpp>

namespace l2g::kernels {

inline constexpr index_t most_shards = 16;
/// Shards of n rows: at least 64 rows each, 16 at most.
constexpr index_t shards_of(index_t n) {
  const index_t s = (n + 63) / 64;
  return s < 1 ? 1 : s > most_shards ? most_shards : s;
}
constexpr index_t shard_begin(index_t n, index_t shards, index_t s) { return n * s / shards; }

template <class T>
struct ColumnSum {  // partial[s, j] = sum of x[i, j] over the rows of shard s
  const T* x;
  T* partial;
  index_t n, c, shards;
  L2G_HD void operator()(auto& cx, index_t s) const {
    T* sum = partial + s * c;
    for (index_t j = cx.first(); j < c; j += cx.step()) cx.store(sum, j, c, cx.value(T(0)));
    for (index_t i = shard_begin(n, shards, s); i < shard_begin(n, shards, s + 1); ++i)
      for (index_t j = cx.first(); j < c; j += cx.step())
        cx.store(sum, j, c, cx.load(sum, j, c) + cx.load(x + i * c, j, c));
  }
};
template <class T>
struct AddShards {  // out[j] += partial[0, j] + partial[1, j] + ...
  const T* partial;
  T* out;
  index_t shards, stride;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    auto sum = cx.load(partial, j, end);
    for (index_t s = 1; s < shards; ++s) sum = sum + cx.load(partial + s * stride, j, end);
    cx.store(out, j, end, cx.load(out, j, end) + sum);
  }
};
/// out[j] += the sum of x[i, j] over the n rows of x, (n, c). Takes shards_of(n) x c numbers of scratch.
template <class C, class T>
void add_column_sums(C& context, const T* x, index_t n, index_t c, T* out) {
  Frame frame(context.scratch);
  const index_t shards = shards_of(n);
  T* partial = context.scratch.template take<T>(shards * c);
  rows(context, shards, ColumnSum<T>{x, partial, n, c, shards});
  map(context, c, AddShards<T>{partial, out, shards, c});
}
template <class T>
struct SquareSum {  // partial[s] = sum of x^2 over shard s of n numbers, in double
  const T* x;
  double* partial;
  index_t n, shards;
  L2G_HD void operator()(auto& cx, index_t s) const {
    const index_t begin = n / 16 * s / shards * 16, end = s + 1 == shards ? n : n / 16 * (s + 1) / shards * 16;
    double sum = 0;
    for (index_t block = begin; block < end; block += 4096) {
      const index_t stop = block + 4096 < end ? block + 4096 : end;
      auto v = cx.value(T(0));
      for (index_t j = block + cx.first(); j < stop; j += cx.step()) {
        const auto a = cx.load(x, j, stop);
        v = cx.fma(a, a, v);
      }
      sum += double(cx.sum(v));
    }
    if (cx.leader()) cx.write(partial, s, sum);
  }
};

}  // namespace l2g::kernels
