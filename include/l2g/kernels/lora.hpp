#pragma once
// SVD-LoRA: u = x A^T, v = u o lambda o mask, y += s v B^T. The mask is r numbers in the model's memory.
// And the dropout of an adapter's input on its way back.
#include <l2g/kernels/reduce.hpp>

namespace l2g::kernels {

template <class T>
struct RankMask {  // a policy's draw: Bernoulli(keep) / keep, or ones
  const StepState* state;
  std::uint32_t stream, keep;
  T inv_keep;
  bool draw;
  T* mask;
  L2G_HD void operator()(const auto& cx, index_t j, index_t end) const {
    const auto words = cx.philox(state->rng, stream, j);
    cx.store(mask, j, end, draw ? cx.keep(words.w[0], keep, cx.value(inv_keep)) : cx.value(T(1)));
  }
};
template <class T>
struct RankScale {  // a row: out = scale * u o lambda o mask
  const T *u, *lambda, *mask;
  T* out;
  index_t r;
  T scale;
  L2G_HD void operator()(auto& cx, index_t row) const {
    for (index_t j = cx.first(); j < r; j += cx.step())
      cx.store(out + row * r, j, r, cx.load(u + row * r, j, r) * cx.load(lambda, j, r) * cx.load(mask, j, r) * scale);
  }
};
template <class T>
struct RankGrad {  // a shard: partial[s, j] = scale * mask[j] * sum over its rows of u dv
  const T *u, *dv, *mask;
  T* partial;
  index_t n, r, shards;
  T scale;
  L2G_HD void operator()(auto& cx, index_t s) const {
    for (index_t j = cx.first(); j < r; j += cx.step()) {
      auto sum = cx.value(T(0));
      for (index_t i = shard_begin(n, shards, s); i < shard_begin(n, shards, s + 1); ++i)
        sum = cx.fma(cx.load(u + i * r, j, r), cx.load(dv + i * r, j, r), sum);
      cx.store(partial + s * r, j, r, sum * cx.load(mask, j, r) * scale);
    }
  }
};

/// y += mask o x / keep, the mask drawn as Dropout draws it. Index j counts counters, four elements each.
template <class T>
struct DropoutAdd {
  const StepState* state;
  std::uint32_t stream, keep;
  T scale;
  const T* x;
  T* y;
  index_t n;
  L2G_HD void operator()(const auto& cx, index_t j, index_t) const {
    const auto words = cx.philox(state->rng, stream, j);
    for (int w = 0; w < 4; ++w) {
      const index_t i = j / 16 * 64 + w * 16 + j % 16;
      if (i < n) cx.store(y, i, n, cx.load(y, i, n) + cx.keep(words.w[w], keep, cx.load(x, i, n) * scale));
    }
  }
};

}  // namespace l2g::kernels
