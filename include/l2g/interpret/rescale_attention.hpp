#pragma once
// Attention: the product rule for scores and for sums of values, and between them softmax in closed form. With
// l = log of the sum of exponentials, e = l0 - l, d_j = ln y_j - ln y0_j and the logarithmic mean
// L(a, b) = (a - b) / (ln a - ln b):
//   m_j = g_j L(y_j, y0_j) - T_j sum_i g_i L(y_i, y0_i),   T_j = y0_j phi(x_j - x0_j) / phi(-e),  phi(t) = (e^t - 1) /
//   t,
// of which sum_j m_j (x_j - x0_j) = sum_j g_j (y_j - y0_j). Masks, ALiBi and rotary positions are constants. The scores
// of one head lie in memory at a time.
#include <l2g/cpu/attention.hpp>
#include <l2g/interpret/rescale_containers.hpp>
#include <l2g/nn/attention.hpp>
#include <l2g/nn/grouped_attention.hpp>

namespace l2g::interpret {
namespace rules {

/// (e^t - 1) / t by its series, for |t| <= 1/2.
template <class T>
auto phi_near_zero(const auto& cx, auto t) {
  constexpr int terms = sizeof(T) == 4 ? 8 : 14;
  double factorial = 1;
  for (int n = 2; n <= terms; ++n) factorial *= n;
  auto sum = cx.value(T(1 / factorial));
  for (int n = terms; n > 1; --n) {
    factorial /= n;
    sum = sum * t + T(1 / factorial);
  }
  return sum;
}

/// Softmax of one row on both sides: scores -> mean of the probabilities (in `other`), and the multipliers of the
/// probabilities to those of the scores.
template <class T>
struct RescaleSoftmax {
  const T* scores;  // of the input
  T *other, *m;     // scores of the reference; multipliers
  T *y, *y0;        // room for n numbers each
  index_t n;
  T lse(auto& cx, const T* x) const {
    auto top = cx.value(T(-1e30)), sum = cx.value(T(0));
    for (index_t j = cx.first(); j < n; j += cx.step()) {
      const auto v = cx.load(x, j, n, T(-1e30));
      top = cx.select(v > top, v, top);
    }
    const T most = cx.max(top);
    for (index_t j = cx.first(); j < n; j += cx.step()) sum = sum + cx.exp(cx.load(x, j, n, T(-1e30)) - cx.value(most));
    return most + std::log(cx.sum(sum));
  }
  void operator()(auto& cx) const {
    const T l = lse(cx, scores), l0 = lse(cx, other), e = l0 - l, size = e < 0 ? -e : e;
    auto sum = cx.value(T(0));
    for (index_t j = cx.first(); j < n; j += cx.step()) {
      const auto a = cx.load(scores, j, n, T(-1e30)) - cx.value(l), b = cx.load(other, j, n, T(-1e30)) - cx.value(l0);
      const auto pa = cx.exp(a), pb = cx.exp(b), d = a - b;
      const auto near = cx.select(d > cx.value(T(0)), d, -d) < cx.value(T(0.5));
      const auto mean = cx.select(near, pb * phi_near_zero<T>(cx, cx.select(near, d, cx.value(T(0)))),
                                  (pa - pb) / cx.select(near, cx.value(T(1)), d));
      const auto part = cx.load(m, j, n) * mean;
      sum = sum + part;
      cx.store(y, j, n, pa);
      cx.store(y0, j, n, pb);
      cx.store(m, j, n, part);
    }
    const T total = cx.sum(sum), shrink = std::exp(-size);
    const T phi = size < T(1e-3) ? T(1) - size / T(2) + size * size / T(6) : -std::expm1(-size) / size;  // phi(-|e|)
    const T factor = total / phi, ka = e > 0 ? shrink : T(1), kb = e > 0 ? T(1) : shrink;
    for (index_t j = cx.first(); j < n; j += cx.step()) {
      const auto pa = cx.load(y, j, n), pb = cx.load(y0, j, n);
      const auto d = cx.load(scores, j, n) - cx.load(other, j, n);
      const auto near = cx.select(d > cx.value(T(0)), d, -d) < cx.value(T(0.5));
      const auto t = cx.select(near, pb * kb * phi_near_zero<T>(cx, cx.select(near, d, cx.value(T(0)))),
                               (pa * ka - pb * kb) / cx.select(near, cx.value(T(1)), d));
      cx.store(m, j, n, cx.load(m, j, n) - t * factor);
      cx.store(other, j, n, (pa + pb) * T(0.5));
    }
  }
};

}  // namespace rules

namespace detail {

/// (a + b) / 2 of n rows of d numbers, close together.
template <class T>
void mean_of_rows(const T* a, const T* b, index_t row, index_t n, index_t d, T* to) {
  for (index_t t = 0; t < n; ++t)
    for (index_t j = 0; j < d; ++j) to[t * d + j] = (a[t * row + j] + b[t * row + j]) * T(0.5);
}

/// Multipliers of the mixed values g (pairs, length, width) to those of queries, keys and values, for `spec` of the
/// pairs.
template <class T>
void rescale_attention(Tape<T>& tape, const Pairs& pairs, const AttentionSpec& s, Projections<const T> in, const T* g,
                       Projections<T> to) {
  const ArenaFrame frame(tape.arena);
  Context<Cpu>& c = tape.context;
  const index_t l = s.length, d = s.head_width, w = s.width(), items = pairs.inputs * s.kv_heads;
  const index_t most = 4 * index_t(cpu::threads_of(c.pool)), shards = items < most ? items : most;
  const index_t room = 3 * l * l + 3 * l * d + 2 * l;
  T* const memory = tape.take(shards * room);
  const T scale = T(1) / std::sqrt(T(d));
  const index_t per_input = pairs.references;
  cpu::parallel(c.pool, shards, [&](index_t shard) {
    cpu::Lanes cx;
    T *const scores = memory + shard * room, *const other = scores + l * l, *const m = other + l * l;
    T *const q = m + l * l, *const k = q + l * d, *const v = k + l * d, *const y = v + l * d, *const y0 = y + l;
    const auto score = [&](index_t row, index_t h, index_t kv, index_t n, T* out) {
      const T *const a = in.q + row * l * in.query_row + h * d, *const b = in.k + row * l * in.key_row + kv * d;
      cpu::gemm_one<T>(n, n, d, scale, a, {in.query_row}, b, {in.key_row, true}, T(0), out, {n});
      const T slope = s.alibi ? T(alibi_slope(h, s.heads)) : T(0);
      for (index_t r = 0; slope != T(0) && r < n; ++r) kernels::subtract_distance(cx, out + r * n, n, r, slope);
    };
    for (index_t item = items * shard / shards; item < items * (shard + 1) / shards; ++item) {
      const index_t input = item / s.kv_heads, kv = item % s.kv_heads;
      for (index_t h = kv * s.group(); h < (kv + 1) * s.group(); ++h) {
        for (index_t r = 0; r < per_input; ++r) {
          const index_t pair = input * per_input + r, b = pairs.reference_of(pair), n = c.lengths.of(pair, l);
          if (r == 0) score(input, h, kv, n, scores);
          score(b, h, kv, n, other);
          mean_of_rows(in.v + input * l * in.key_row + kv * d, in.v + b * l * in.key_row + kv * d, in.key_row, n, d, v);
          mean_of_rows(in.k + input * l * in.key_row + kv * d, in.k + b * l * in.key_row + kv * d, in.key_row, n, d, k);
          mean_of_rows(in.q + input * l * in.query_row + h * d, in.q + b * l * in.query_row + h * d, in.query_row, n, d,
                       q);
          const T* const from = g + pair * l * w + h * d;
          cpu::gemm_one<T>(n, n, d, T(1), from, {w}, v, {d, true}, T(0), m, {n});
          for (index_t t = 0; t < n; ++t) {
            const index_t seen = s.causal ? t + 1 : n;
            rules::RescaleSoftmax<T>{scores + t * n, other + t * n, m + t * n, y, y0, seen}(cx);
            for (index_t j = seen; j < n; ++j) m[t * n + j] = other[t * n + j] = T(0);
          }
          T *const mq = to.q + pair * l * to.query_row + h * d, *const mk = to.k + pair * l * to.key_row + kv * d,
                   *const mv = to.v + pair * l * to.key_row + kv * d;
          const T old = h > kv * s.group() ? T(1) : T(0);  // the heads of a group add to the same keys and values
          cpu::gemm_one<T>(n, d, n, scale, m, {n}, k, {d}, T(0), mq, {to.query_row});
          cpu::gemm_one<T>(n, d, n, scale, m, {n, true}, q, {d}, old, mk, {to.key_row});
          cpu::gemm_one<T>(n, d, n, T(1), other, {n, true}, from, {w}, old, mv, {to.key_row});
          for (index_t t = n; t < l; ++t)
            for (index_t j = 0; j < d; ++j)
              mq[t * to.query_row + j] = mk[t * to.key_row + j] = mv[t * to.key_row + j] = T(0);
        }
      }
    }
  });
}

/// What both kinds of attention share: values and multipliers of queries, keys, values.
template <class T, class L>
class Attended final : public Link<T> {
 public:
  Attended(Tape<T>& tape, const L& layer, Shape<dyn, dyn, dyn> shape, Projections<T> at, const T* mixed, T* log_sum,
           std::vector<LinkPtr<T>> projections, LinkPtr<T> proj)
      : layer_(layer),
        shape_(shape),
        at_(at),
        mixed_(mixed),
        log_sum_(log_sum),
        pairs_(tape.pairs),
        lengths_(tape.context.lengths),
        place_(tape.place("attention")),
        projections_(std::move(projections)),
        proj_(std::move(proj)) {}
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    Context<Cpu>& c = tape.context;
    const bool joined = projections_.size() == 1;
    const index_t n = pairs_.count(), rows = n * shape_[1], size = rows * shape_[2];
    T* const mixed = tape.take(size);
    proj_->rescale(tape, g, mixed);
    c.lengths = of_pairs(lengths_, pairs_);
    Projections<T> to = at_;
    to.q = tape.take(rows * at_.query_row);
    if (joined)
      to.k = to.q + shape_[2], to.v = to.q + 2 * shape_[2];
    else
      to.k = tape.take(rows * at_.key_row), to.v = tape.take(rows * at_.key_row);
    const auto spec = layer_.spec(Seq{n, shape_[1], shape_[2]}, false, 0);
    const Projections<const T> values{at_.q, at_.k, at_.v, at_.query_row, at_.key_row};
    if (tape.gradient())
      attention_grad(c, spec, values, mixed_, log_sum_, mixed, to);
    else
      rescale_attention(tape, pairs_, spec, values, mixed, to);
    if (tape.blaming) {
      const index_t q = shape_[1] * at_.query_row, k = shape_[1] * at_.key_row, w = shape_[1] * shape_[2];
      if (joined)
        blame<T>(tape, pairs_, place_, {{to.q, at_.q, q}}, {mixed, mixed_, w});
      else
        blame<T>(tape, pairs_, place_, {{to.q, at_.q, q}, {to.k, at_.k, k}, {to.v, at_.v, k}}, {mixed, mixed_, w});
    }
    if constexpr (requires { layer_.place; })
      if (layer_.place.rotates()) l2g::detail::rotate(c, spec, layer_.place, to.q, to.k, T(-1));
    T* const more = joined ? nullptr : tape.take(size);
    projections_[0]->rescale(tape, to.q, m);
    for (std::size_t i = 1; i < projections_.size(); ++i) {
      projections_[i]->rescale(tape, i == 1 ? to.k : to.v, more);
      map(c, size, kernels::Add<T>{m, more, m});
    }
  }

 private:
  const L& layer_;
  Shape<dyn, dyn, dyn> shape_;
  Projections<T> at_;
  const T* mixed_;
  T* log_sum_;
  Pairs pairs_;
  Lengths lengths_;
  std::string place_;
  std::vector<LinkPtr<T>> projections_;
  LinkPtr<T> proj_;
};

}  // namespace detail

template <class T, index_t C, index_t H, index_t Drop, bool Causal, class Qkv, class Proj, class P, class S>
LinkPtr<T> trace_parts(Tape<T>& tape, const SelfAttention<C, H, Drop, Causal, Qkv, Proj>& l, const P& p, View<T, S> x,
                       View<T, S> y) {
  using L = SelfAttention<C, H, Drop, Causal, Qkv, Proj>;
  const index_t b = x.shape[0], n = x.shape[1], ch = l.in;
  const auto qkv = detail::new_view<T>(tape, with_channels(x.shape, Extent<L::C3>(3 * ch)));
  const auto mixed = detail::new_view<T>(tape, y.shape);
  T* const log_sum = tape.take(b * l.heads * n);
  std::vector<LinkPtr<T>> projections;
  projections.push_back(tape.within("qkv", [&] { return trace(tape, l.qkv, p.qkv, x, qkv); }));
  attention(tape.context, l.spec(x.shape, false, 0), l.template parts<const T>(qkv.data), mixed.data, log_sum);
  LinkPtr<T> proj = tape.within("proj", [&] { return trace(tape, l.proj, p.proj, mixed, y); });
  return std::make_unique<detail::Attended<T, L>>(tape, l, Shape<dyn, dyn, dyn>{b, n, ch},
                                                  l.template parts<T>(qkv.data), mixed.data, log_sum,
                                                  std::move(projections), std::move(proj));
}

template <class T, index_t C, index_t H, index_t KV, index_t Drop, bool Causal, class Place, class Query, class Key,
          class Value, class Proj, class P, class S>
LinkPtr<T> trace_parts(Tape<T>& tape, const Attention<C, H, KV, Drop, Causal, Place, Query, Key, Value, Proj>& l,
                       const P& p, View<T, S> x, View<T, S> y) {
  using L = Attention<C, H, KV, Drop, Causal, Place, Query, Key, Value, Proj>;
  const index_t b = x.shape[0], n = x.shape[1], ch = l.in;
  const auto q = detail::new_view<T>(tape, y.shape), mixed = detail::new_view<T>(tape, y.shape);
  const auto k = detail::new_view<T>(tape, with_channels(x.shape, Extent<L::W>(l.key_width()))),
             v = detail::new_view<T>(tape, k.shape);
  T* const log_sum = tape.take(b * l.heads * n);
  const AttentionSpec spec = l.spec(x.shape, false, 0);
  std::vector<LinkPtr<T>> projections;
  projections.push_back(tape.within("query", [&] { return trace(tape, l.to_query, p.query, x, q); }));
  projections.push_back(tape.within("key", [&] { return trace(tape, l.to_key, p.key, x, k); }));
  projections.push_back(tape.within("value", [&] { return trace(tape, l.to_value, p.value, x, v); }));
  if (l.place.rotates()) l2g::detail::rotate(tape.context, spec, l.place, q.data, k.data, T(1));
  attention(tape.context, spec, l.template parts<const T>(q.data, k.data, v.data), mixed.data, log_sum);
  LinkPtr<T> proj = tape.within("proj", [&] { return trace(tape, l.proj, p.proj, mixed, y); });
  return std::make_unique<detail::Attended<T, L>>(tape, l, Shape<dyn, dyn, dyn>{b, n, ch},
                                                  l.template parts<T>(q.data, k.data, v.data), mixed.data, log_sum,
                                                  std::move(projections), std::move(proj));
}

}  // namespace l2g::interpret
