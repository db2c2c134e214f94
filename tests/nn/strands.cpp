#include <l2g/data/encode.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/kmer_bag.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/strand_mean.hpp>

#include "check.hpp"

using namespace l2g;

namespace {

constexpr index_t letters = 9;
const std::vector<std::string> texts{"ACGTTGCAA", "GATTACA", "ACNNGTT", "TNA", "NNNNNNNNN", "CA"};

/// Rows of one-hot letters, (rows, 9, channels); a row ends after `lengths`.
std::vector<double> encoded(const data::EncodeOptions& options, bool reverse) {
  std::vector<double> x(texts.size() * std::size_t(letters * options.channels));
  for (std::size_t r = 0; r < texts.size(); ++r)
    data::encode_sequence<double>(
        texts[r], options,
        {x.data() + r * std::size_t(letters * options.channels), std::size_t(letters * options.channels)}, reverse);
  return x;
}
template <class L>
std::vector<double> run(const L& layer, const std::vector<double>& x, index_t channels, bool right = false) {
  Step<L, double, Seq> step(layer, Seq{index_t(texts.size()), letters, channels});
  initialize<double>(step.p, 3);
  each_tensor<double>(step.p, [&](const TensorRef<double>& t) {
    const Rng rng{5, 5};
    for (index_t i = 0; i < t.size(); ++i) t.data[i] = rng.uniform(9, std::uint64_t(i)) - 0.5;
  });
  std::copy(x.begin(), x.end(), step.batch.values.data);
  for (std::size_t r = 0; r < texts.size(); ++r) step.batch.lengths[index_t(r)] = std::int32_t(texts[r].size());
  step.use_lengths(right);
  step.forward(false);
  return {step.y.data, step.y.data + step.y.size()};
}

}  // namespace

TEST_CASE("StrandMean: gradients, poison, lockstep", "[nn]") {
  check_layer(StrandMean<Sequential<Conv1d<5, 6, 3>, Relu, GlobalMaxPool, Linear<6, 2>>>{}, Shape<3, 9, 5>{},
              {.lengths = {9, 4, 6}});
  check_layer(StrandMean<Sequential<Conv1d<4, 6, 3>, BatchNorm1d<6>, Relu>>{}, Shape<3, 9, 4>{});
  check_layer(StrandMean<Linear<>>{{5, 3}}, Seq{2, 9, 5});
  check_layer(Sequential<Linear<3, 5>, StrandMean<Relu>, MeanPool>{}, Shape<2, 7, 3>{}, {.lengths = {7, 3}});
}

TEST_CASE("StrandMean is the mean over rows as they are and as the other strand is encoded", "[nn]") {
  const auto check = [](const auto& layer, const data::EncodeOptions& options, bool right) {
    const auto x = encoded(options, false), z = encoded(options, true);
    const auto a = run(layer, x, options.channels, right), b = run(layer, z, options.channels, right);
    const auto y = run(StrandMean<std::remove_cvref_t<decltype(layer)>>{layer}, x, options.channels, right);
    REQUIRE(a.size() == y.size());
    for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == Approx((a[i] + b[i]) / 2).margin(1e-12));
    REQUIRE(a != b);
  };
  using Deep = Sequential<Conv1d<>, Relu, Flatten, Linear<>>;
  const auto deep = [](index_t channels) {
    return Deep{Tuple{Conv1d<>{channels, 4, 3, 1, 1, 1}, Relu{}, Flatten{}, Linear<>{36, 2}}};
  };
  for (const bool right : {false, true})
    for (const bool zeros : {false, true}) check(deep(5), {letters, 5, right, zeros}, false);
  check(deep(4), {letters, 4, false, false}, false);
  using Pooled = Sequential<Conv1d<>, GlobalMaxPool>;
  check(Pooled{Tuple{Conv1d<>{5, 4, 3, 1, 1, 1}, GlobalMaxPool{}}}, {letters, 5, true, true}, true);
}

TEST_CASE("KmerBag: gradients, poison, lockstep", "[nn]") {
  check_layer(KmerBag<2, 3>{}, Shape<2, 6, 5>{}, {.lengths = {6, 1}});
  check_layer(KmerBag<3, 2, true>{}, Shape<2, 5, 4>{});
  check_layer(KmerBag<>{1, 40}, Seq{2, 4, 5}, {.lengths = {4, 2}});
}

TEST_CASE("KmerBag adds the table rows of the k-mers that a sequence has", "[nn]") {
  const auto code = [](const std::string& word) {
    index_t n = 0;
    for (const char c : word) {
      const auto at = std::string("ACGT").find(c);
      if (at == std::string::npos) return index_t(-1);
      n = 4 * n + index_t(at);
    }
    return n;
  };
  const auto reversed = [](std::string word) {
    std::reverse(word.begin(), word.end());
    for (char& c : word) c = c == 'N' ? 'N' : "TGCA"[std::string("ACGT").find(c)];
    return word;
  };
  const data::EncodeOptions right{letters, 5, true, false};
  const auto check = [&](const auto& layer, bool canonical) {
    const auto y = run(layer, encoded(right, false), 5, true);
    for (std::size_t r = 0; r < texts.size(); ++r)
      for (index_t j = 0; j < 2; ++j) {
        double sum = 0;
        const index_t n = index_t(texts[r].size()) - 2;
        for (index_t t = 0; t < n; ++t) {
          const std::string word = texts[r].substr(std::size_t(t), 3);
          const index_t row = canonical ? std::min(code(word), code(reversed(word))) : code(word);
          if (row >= 0) sum += Rng{5, 5}.uniform(9, std::uint64_t(row * 2 + j)) - 0.5;
        }
        REQUIRE(y[r * 2 + std::size_t(j)] == Approx(n > 0 ? sum / std::sqrt(double(n)) : 0).margin(1e-12));
      }
  };
  check(KmerBag<>{3, 2}, false);
  check(KmerBag<dyn, dyn, true>{3, 2}, true);
  // Both strands of a row are the same to a canonical bag.
  const auto a = run(KmerBag<dyn, dyn, true>{3, 2}, encoded(right, false), 5, true);
  const auto b = run(KmerBag<dyn, dyn, true>{3, 2}, encoded(right, true), 5, true);
  for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(a[i] == Approx(b[i]).margin(1e-12));
}
