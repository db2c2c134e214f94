#pragma once
// What transformers and the NumPy reference said: tests/goldens/models/<name>/expected.npz.
#include <l2g/core/philox.hpp>
#include <l2g/io/npy.hpp>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

// The checkpoints that are compared as language models and as classifiers, one for each architecture.
inline const std::vector<std::string> golden_names{"roberta",
                                                   "bert",
                                                   "distilbert",
                                                   "dnabert2",
                                                   "opt",
                                                   "opt_post_norm",
                                                   "gpt2",
                                                   "nucleotide_transformer_v1",
                                                   "nucleotide_transformer_v2",
                                                   "llama"};
inline std::string golden_folder(const std::string& name) { return "tests/goldens/models/" + name; }

/// max|a - b| / max|b|.
inline double gap(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double difference = 0, most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = std::max(difference, std::abs(a[i] - b[i]));
    most = std::max(most, std::abs(b[i]));
    if (!std::isfinite(a[i])) return a[i];
  }
  return most > 0 ? difference / most : difference;
}

/// What the goldens keep of a gradient: itself up to 64 numbers, else its norm and eight dot products.
inline std::vector<double> fingerprint(const std::vector<double>& g) {
  if (g.size() <= 64) return g;
  std::vector<double> found(9);
  const l2g::Rng rng{1, 0};
  for (std::size_t i = 0; i < g.size(); ++i) {
    found[0] += g[i] * g[i];
    for (std::uint32_t k = 1; k <= 8; ++k) found[k] += g[i] * (2 * rng.uniform(k, i) - 1);
  }
  found[0] = std::sqrt(found[0]);
  return found;
}

/// One batch of a golden file.
struct GoldenBatch {
  l2g::index_t rows, length;
  std::vector<std::int32_t> ids, lengths, labels;
  std::vector<double> logits;
  double loss;

  GoldenBatch(const l2g::io::NpzFile& file, const std::string& name) {
    const auto i = file.read(name + ".ids");
    rows = i.shape[0], length = i.shape[1];
    ids = i.values<std::int32_t>();
    lengths = file.read(name + ".lengths").values<std::int32_t>();
    labels = file.read(name + ".labels").values<std::int32_t>();
    logits = file.read(name + ".logits").values<double>();
    loss = file.read(name + ".loss").values<double>()[0];
  }
  /// Ids, lengths and, where there is one for each row of the prediction, labels into a step.
  void give(auto& step) const {
    std::copy(ids.begin(), ids.end(), step.batch.ids.data);
    std::copy(lengths.begin(), lengths.end(), step.batch.lengths);
    if (l2g::index_t(labels.size()) == step.y.shape.rows())  // not of pooled features
      std::copy(labels.begin(), labels.end(), step.batch.labels);
    step.use_lengths(true);
  }
  /// Numbers (rows, any length, channels) with those behind the end of a sequence as zero, as the goldens have them.
  std::vector<double> real(const float* y, l2g::index_t positions, l2g::index_t channels) const {
    std::vector<double> found(std::size_t(rows * positions * channels));
    for (l2g::index_t r = 0; r < rows; ++r)
      for (l2g::index_t t = 0; t < positions; ++t)
        for (l2g::index_t c = 0; c < channels && (positions == 1 || t < lengths[std::size_t(r)]); ++c) {
          const l2g::index_t at = (r * positions + t) * channels + c;
          found[std::size_t(at)] = double(y[at]);
        }
    return found;
  }
};
