// The layers of pre-trained language models are their definitions, computed here by plain loops in double.
#include <l2g/nn/attention_map.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/with_lora.hpp>

#include "run.hpp"

using namespace l2g;

namespace {

using Vector = std::vector<double>;
std::size_t at(index_t i) { return std::size_t(i); }

/// W x + b of one position.
template <class Params>
Vector mapped(const Params& p, const Vector& x) {
  const index_t o = p.weight.shape[0], i = p.weight.shape[1];
  Vector y(at(o));
  for (index_t r = 0; r < o; ++r) {
    if constexpr (requires { p.bias.data; })
      if (p.bias.data && p.bias.size() == o) y[at(r)] = p.bias.data[r];
    for (index_t k = 0; k < i; ++k) y[at(r)] += p.weight.data[r * i + k] * x[at(k)];
  }
  return y;
}
template <class R>
Vector row(const R& run, index_t s, index_t t) {
  Vector x;
  for (index_t k = 0; k < run.c; ++k) x.push_back(run.x(s, t, k));
  return x;
}

/// Rotary positions in the layout of transformers: x cos + rotate_half(x) sin over concatenated angles; or neighbours.
Vector turned(Vector x, index_t heads, index_t t, const AnyPositions& place) {
  const index_t d = index_t(x.size()) / heads;
  Vector y = x;
  for (index_t h = 0; h < heads && place.rotates(); ++h)
    for (index_t j = 0; j < d; ++j) {
      const bool pairs = place.pairs_neighbours();
      const index_t u = pairs ? j / 2 : j % (d / 2);
      const bool first = pairs ? j % 2 == 0 : j < d / 2;
      const index_t other = pairs ? (first ? j + 1 : j - 1) : (first ? j + d / 2 : j - d / 2);
      const double angle = double(t) / std::pow(double(place.base()), 2 * double(u) / double(d));
      y[at(h * d + j)] = x[at(h * d + j)] * std::cos(angle) + (first ? -1 : 1) * x[at(h * d + other)] * std::sin(angle);
    }
  return y;
}

/// The largest error of the output, and of the probabilities that attention_probabilities shows.
std::pair<double, double> attention_gap(AnyPositions place, bool causal, index_t heads, index_t kv,
                                        std::vector<double> slopes, std::vector<std::int32_t> lengths) {
  const index_t c = 12, l = 70, d = c / heads, w = d * kv;
  const auto measure_one = [&]<bool Causal>(std::bool_constant<Causal>) {
    using L =
        Attention<dyn, dyn, dyn, dyn, Causal, AnyPositions, Linear<>, Linear<>, Linear<>, Linear<dyn, dyn, false>>;
    Run<L, Seq> run(L{c, heads, kv, 0, place, {c, c}, {c, w}, {c, w}, {c, c}}, Seq{2, l, c}, lengths);
    run.step.forward(false);
    const auto map = attention_probabilities(run.step.model, run.step.saved(), run.step.context.lengths);
    REQUIRE(index_t(map.size()) == 2 * heads * l * l);
    const auto& p = run.step.p;
    std::vector<Vector> q, k, v, mixed;
    for (index_t s = 0; s < 2; ++s)
      for (index_t t = 0; t < l; ++t) {
        q.push_back(turned(mapped(p.query, row(run, s, t)), heads, t, place));
        k.push_back(turned(mapped(p.key, row(run, s, t)), kv, t, place));
        v.push_back(mapped(p.value, row(run, s, t)));
        mixed.push_back(Vector(at(c)));
      }
    double worst = 0;
    for (index_t s = 0; s < 2; ++s)
      for (index_t h = 0; h < heads; ++h)
        for (index_t t = 0; t < l; ++t) {
          Vector e(at(l));
          double sum = 0;
          for (index_t j = 0; j < (Causal ? t + 1 : run.real(s)) && t < run.real(s); ++j) {
            double dot = 0;
            for (index_t i = 0; i < d; ++i)
              dot += q[at(s * l + t)][at(h * d + i)] * k[at(s * l + j)][at(h / (heads / kv) * d + i)];
            const double slope = slopes.empty() ? 0 : slopes[at(h)];
            sum += e[at(j)] = std::exp(dot / std::sqrt(double(d)) - slope * std::abs(double(t - j)));
          }
          for (index_t j = 0; j < l; ++j) {
            const double share = sum > 0 ? e[at(j)] / sum : 0;
            worst = std::max(worst, std::abs(share - map[at(((s * heads + h) * l + t) * l + j)]));
            for (index_t i = 0; i < d; ++i)
              mixed[at(s * l + t)][at(h * d + i)] += share * v[at(s * l + j)][at(h / (heads / kv) * d + i)];
          }
        }
    const double gap =
        run.gap([&](index_t s, index_t t, index_t o) { return mapped(p.proj, mixed[at(s * l + t)])[at(o)]; });
    return std::pair{gap, worst};
  };
  return causal ? measure_one(std::true_type{}) : measure_one(std::false_type{});
}
void check_attention(AnyPositions place, bool causal, index_t heads, index_t kv, std::vector<double> slopes = {},
                     std::vector<std::int32_t> lengths = {}) {
  const auto [gap, map] = attention_gap(place, causal, heads, kv, std::move(slopes), std::move(lengths));
  CHECK(gap < 1e-11);
  CHECK(map < 1e-12);
}

double gelu(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }
double gelu_new(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
}
double silu(double x) { return x / (1 + std::exp(-x)); }

}  // namespace

TEST_CASE("Attention is its definition: grouped heads", "[nn]") {
  check_attention({}, false, 6, 6);
  check_attention({}, false, 6, 2, {}, {70, 65});
  check_attention({}, true, 6, 1, {}, {3, 70});
}

TEST_CASE("Attention is its definition: rotary positions", "[nn]") {
  check_attention({AnyPositions::rotary, 10000}, false, 3, 3);
  check_attention({AnyPositions::rotary, 10000}, true, 6, 2, {}, {70, 9});
  check_attention({AnyPositions::rotary_pairs, 10000}, true, 3, 1);
  check_attention({AnyPositions::rotary_pairs, 50}, false, 2, 2, {}, {70, 9});
}

TEST_CASE("Attention is its definition: ALiBi", "[nn]") {
  check_attention({AnyPositions::alibi_slopes}, false, 4, 4, {1.0 / 4, 1.0 / 16, 1.0 / 64, 1.0 / 256});
  // Six heads: those of four, then every second of eight.
  check_attention({AnyPositions::alibi_slopes}, true, 6, 3, {1.0 / 4, 1.0 / 16, 1.0 / 64, 1.0 / 256, 1.0 / 2, 1.0 / 8},
                  {70, 33});
}

TEST_CASE("slopes of ALiBi for twelve heads are those of DNABERT-2", "[nn]") {
  for (index_t h = 0; h < 8; ++h) CHECK(alibi_slope(h, 12) == std::exp2(-double(h + 1)));
  for (index_t h = 8; h < 12; ++h) CHECK(alibi_slope(h, 12) == std::exp2(-(double(h - 8) + 0.5)));
  CHECK(alibi_slope(0, 1) == std::exp2(-8.0));
}

TEST_CASE("one joined projection and three separate ones give the same attention", "[nn]") {
  using Joined = SelfAttention<12, 3>;
  using Apart = Attention<12, 3>;
  using In = Shape<2, 70, 12>;
  Run<Joined, In> a(Joined{}, In{}, {70, 41});
  Run<Apart, In> b(Apart{}, In{}, {70, 41});
  auto& joined = a.step.p;
  auto& to = b.step.p;
  const auto cut = [&](auto& part, index_t which) {
    std::copy_n(joined.qkv.weight.data + which * 144, 144, part.weight.data);
    std::copy_n(joined.qkv.bias.data + which * 12, 12, part.bias.data);
  };
  cut(to.query, 0), cut(to.key, 1), cut(to.value, 2);
  std::copy_n(joined.proj.weight.data, 144, to.proj.weight.data);
  std::copy_n(joined.proj.bias.data, 12, to.proj.bias.data);
  a.step.forward(false), b.step.forward(false);
  double worst = 0;
  for (index_t i = 0; i < a.step.y.size(); ++i) worst = std::max(worst, std::abs(a.step.y[i] - b.step.y[i]));
  CHECK(worst < 1e-13);
  CHECK(attention_probabilities(a.step.model, a.step.saved(), a.step.context.lengths) ==
        attention_probabilities(b.step.model, b.step.saved(), b.step.context.lengths));
}

TEST_CASE("activations of feed-forward layers", "[nn]") {
  const auto gated = [](auto layer, double (*f)(double)) {
    Run run(layer, Shape<2, 5, 6>{});
    run.step.forward(true);
    const auto& p = run.step.p;
    return run.gap([&](index_t s, index_t t, index_t o) {
      Vector g = mapped(p.gate, row(run, s, t)), u = mapped(p.up, row(run, s, t));
      for (std::size_t i = 0; i < g.size(); ++i) u[i] *= f(g[i]);
      return mapped(p.down, u)[at(o)];
    });
  };
  const auto plain = [](auto layer, double (*f)(double)) {
    Run run(layer, Shape<2, 5, 6>{});
    run.step.forward(true);
    const auto& p = run.step.p;
    return run.gap([&](index_t s, index_t t, index_t o) {
      Vector u = mapped(p.up, row(run, s, t));
      for (double& v : u) v = f(v);
      return mapped(p.down, u)[at(o)];
    });
  };
  CHECK(gated(GatedFeedForward<6, 20, Activation::gelu>{}, gelu) < 1e-13);
  CHECK(gated(GatedFeedForward<6, 20, Activation::silu, Linear<6, 20>, Linear<6, 20>, Linear<20, 6>>{}, silu) < 1e-13);
  CHECK(plain(FeedForward<6, 20>{}, gelu) < 1e-13);
  CHECK(plain(FeedForward<6, 20, Activation::gelu_tanh>{}, gelu_new) < 1e-13);
  CHECK(plain(FeedForward<6, 20, Activation::relu>{}, [](double x) { return x > 0 ? x : 0; }) < 1e-13);
  Run<Silu, Seq> s(Silu{}, Seq{2, 5, 6});
  s.step.forward(true);
  CHECK(s.gap([&](index_t b, index_t t, index_t k) { return silu(s.x(b, t, k)); }) < 1e-15);
  Run<Tanh, Seq> h(Tanh{}, Seq{2, 5, 6});
  h.step.forward(true);
  CHECK(h.gap([&](index_t b, index_t t, index_t k) { return std::tanh(h.x(b, t, k)); }) < 1e-15);
}

TEST_CASE("RmsNorm, and the epsilon of both norms", "[nn]") {
  const auto statistic = [](const Vector& x, bool centred, double epsilon) {
    double mean = 0, square = 0;
    for (const double v : x) mean += centred ? v / double(x.size()) : 0;
    for (const double v : x) square += (v - mean) * (v - mean) / double(x.size());
    return std::pair{mean, 1 / std::sqrt(square + epsilon)};
  };
  const auto rms = [&](auto layer, double epsilon) {
    Run run(layer, Shape<2, 5, 19>{});
    for (index_t i = 0; i < 19; ++i) run.step.batch.values[i] *= 1e-3;  // where epsilon counts
    run.step.forward(true);
    return run.gap([&](index_t s, index_t t, index_t k) {
      return run.x(s, t, k) * statistic(row(run, s, t), false, epsilon).second * run.step.p.weight.data[k];
    });
  };
  CHECK(rms(RmsNorm<19>{}, 1e-5) < 1e-13);
  CHECK(rms(RmsNorm<19, 6>{}, 1e-6) < 1e-13);
  Run run(LayerNorm<19, 12>{}, Shape<2, 5, 19>{});
  for (index_t i = 0; i < 19; ++i) run.step.batch.values[i] *= 1e-6;
  run.step.forward(true);
  CHECK(run.gap([&](index_t s, index_t t, index_t k) {
    const auto [mean, inverse] = statistic(row(run, s, t), true, 1e-12);
    return (run.x(s, t, k) - mean) * inverse * run.step.p.weight.data[k] + run.step.p.bias.data[k];
  }) < 1e-9);
  CHECK(LayerNorm<>{}.epsilon() == 1e-5);
  CHECK(LayerNorm<8, 12>{}.epsilon() == 1e-12);
  // In float a row of equal numbers is the bias, not NaN.
  Step<LayerNorm<8, 12>, float, Shape<1, 1, 8>> equal;
  initialize<float>(equal.p, 1);
  for (index_t i = 0; i < 8; ++i) equal.batch.values[i] = 3.7f;
  equal.forward(false);
  for (index_t i = 0; i < 8; ++i) CHECK(std::abs(equal.y[i]) < 1e-5f);
}

TEST_CASE("FirstToken and LastToken", "[nn]") {
  Run<FirstToken, Seq> first(FirstToken{}, Seq{3, 5, 19}, {5, 2, 0});
  first.step.forward(false);
  CHECK(first.gap([&](index_t s, index_t, index_t k) { return s == 2 ? 0 : first.x(s, 0, k); }) == 0);
  Run<LastToken, Seq> last(LastToken{}, Seq{3, 5, 19}, {5, 2, 0});
  last.step.forward(false);
  CHECK(last.gap([&](index_t s, index_t, index_t k) { return s == 2 ? 0 : last.x(s, s == 0 ? 4 : 1, k); }) == 0);
}

TEST_CASE("TokenDropoutEmbedding multiplies by 0.88 over the share that is not masked", "[nn]") {
  using L = TokenDropoutEmbedding<9, 7, 2>;
  Run<L, Shape<3, 8, 1>> run(L{}, {}, {8, 5, 4});
  const std::int32_t ids[] = {3, 4, 5, 6, 7, 8, 0, 1, /**/ 3, 2, 2, 4, 5, 2, 2, 2, /**/ 2, 2, 2, 2, 2, 2, 2, 2};
  std::copy_n(ids, 24, run.step.batch.ids.data);
  run.step.forward(false);
  const double scale[] = {0.88, 0.88 / (1 - 2.0 / 5), 0};  // a sequence of masks only: zero
  CHECK(run.gap([&](index_t s, index_t t, index_t k) {
    const index_t id = ids[s * 8 + t];
    return id == 2 ? 0 : run.step.p.weight.data[id * 7 + k] * scale[s];
  }) < 1e-15);
}

TEST_CASE("learned positions, segments, and a tied decoder", "[nn]") {
  Run<LearnedPositions<9, 7, 2>, Shape<2, 5, 7>> positions({}, {});
  positions.step.forward(false);
  CHECK(positions.gap([&](index_t s, index_t t, index_t k) {
    return positions.x(s, t, k) + positions.step.p.weight.data[(t + 2) * 7 + k];
  }) == 0);
  Run<SegmentEmbedding<2, 7>, Shape<2, 5, 7>> segments({}, {});
  segments.step.forward(false);
  CHECK(segments.gap([&](index_t s, index_t t, index_t k) {
    return segments.x(s, t, k) + segments.step.p.weight.data[k];
  }) == 0);
  using Model = TiedLanguageModel<Embedding<9, 6, 0>, Linear<6, 5>, Linear<5, 6>, ChannelBias<9>>;
  Run<Model, Shape<2, 5, 1>> model({}, {});
  for (int i = 0; i < 10; ++i) model.step.batch.ids[i] = i % 9;
  model.step.forward(false);
  const auto& p = model.step.p;
  CHECK(model.gap([&](index_t s, index_t t, index_t o) {
    const double* const word = p.words.weight.data + (s * 5 + t) % 9 * 6;
    const Vector z = mapped(p.transform, mapped(p.body, Vector(word, word + 6)));
    double logit = p.bias.bias.data[o];
    for (index_t k = 0; k < 6; ++k) logit += z[at(k)] * p.words.weight.data[o * 6 + k];
    return logit;
  }) < 1e-13);
  std::vector<std::string> keys;
  each_tensor<double>(model.step.p, [&](const TensorRef<double>& t) { keys.push_back(t.key); });
  CHECK(keys == std::vector<std::string>{"words.weight", "body.weight", "body.bias", "transform.weight",
                                         "transform.bias", "bias"});
}

TEST_CASE("a float model of these layers is close to the same in double", "[nn]") {
  using Block =
      Sequential<Residual<Sequential<RmsNorm<48, 6>, Attention<48, 6, 2, 0, true, Rotary<>>>>,
                 Residual<Sequential<LayerNorm<48, 12>, GatedFeedForward<48, 64>>>,
                 Residual<Attention<48, 6, 6, 0, false, Alibi>>, Residual<Attention<48, 6, 3, 0, true, RotaryPairs<>>>,
                 Residual<FeedForward<48, 64, Activation::gelu_tanh>>, Silu, Tanh>;
  using Model = TiedLanguageModel<TokenDropoutEmbedding<31, 48, 2>, Sequential<LearnedPositions<70, 48>, Block>>;
  using In = Shape<2, 70, 1>;
  Step<Model, double, In> exact;
  Step<Model, float, In> fast;
  initialize<double>(exact.p, 3), initialize<float>(fast.p, 3);
  std::vector<TensorRef<float>> from;
  each_tensor<float>(fast.p, [&](const TensorRef<float>& t) { from.push_back(t); });
  std::size_t next = 0;
  each_tensor<double>(exact.p, [&](const TensorRef<double>& t) {
    for (index_t i = 0; i < t.size(); ++i) t.data[i] = double(from[next].data[i]);
    ++next;
  });
  for (index_t i = 0; i < 140; ++i) exact.batch.ids[i] = fast.batch.ids[i] = std::int32_t(i * 11 % 31);
  exact.forward(false), fast.forward(false);
  double gap = 0, largest = 0;
  for (index_t i = 0; i < exact.y.size(); ++i) {
    gap = std::max(gap, std::abs(exact.y[i] - double(fast.y[i])));
    largest = std::max(largest, std::abs(exact.y[i]));
  }
  CHECK(gap / largest < 1e-5);
}
