#pragma once
// What a model says about sequences.
#include <l2g/core/progress.hpp>
#include <l2g/dyn/model.hpp>

namespace l2g::model {

/// Rows of a data set as one-hot batches, or as tokens; what is drawn follows from the seed and the position alone.
struct SequenceSource {
  const data::Dataset* dataset = nullptr;
  data::EncodeOptions input{};
  data::Augment augment{};
  std::uint64_t seed = 0;
  bool reverse = false;  // the other strand of every row
  /// Three rows for each: as it is; its other strand moved by `shift` (left or right by a fair coin); its other strand.
  bool tripled = false;
  int shift = 3;
  /// Tokens instead: all rows are encoded once, in the first batch that asks for a strand. Rows of tokens do not shift.
  std::optional<TokenInput> tokens{};
  TokenRows strands[2]{};

  index_t rows() const { return (tripled ? 3 : 1) * dataset->rows(); }
  std::uint64_t fingerprint() const;
  void fill(Batch<float, Seq>& batch, std::int64_t position, std::span<const index_t> rows);

 private:
  const TokenRows& strand(bool other);
  void fill_tokens(Batch<float, Seq>& batch, std::int64_t position, std::span<const index_t> rows);
};
/// The rows as a model reads them.
SequenceSource source_of(const Model& model, const data::Dataset& dataset);
/// One source for each strand that the predictions of a model are a mean of.
std::vector<SequenceSource> strands_of(const Model& model, const data::Dataset& dataset);

struct Predictions {
  index_t rows = 0, classes = 0;
  std::vector<double> probability;  // (rows, classes)
  double p(index_t row, index_t k) const { return probability[std::size_t(row * classes + k)]; }
  /// The class of each row: the most probable one, or by the threshold of the second where there are two.
  std::vector<std::int32_t> labels(double threshold = 0.5) const;
  std::vector<double> scores(index_t k) const;
};

struct PredictOptions {
  index_t batch = 64;
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

/// Probabilities of a model for every row; averaged over both strands where the model says so.
Predictions predict(const Model& model, const data::Dataset& dataset, const PredictOptions& options = {});
/// The same with the weights that a step has now; logits start at column `first`.
Predictions predict(AnyStep& step, const Model& model, const data::Dataset& dataset, index_t first = 0,
                    const Progress& progress = {});
/// The same of sources that may be read many times: rows of tokens are encoded once.
Predictions predict(AnyStep& step, std::span<SequenceSource> strands, index_t classes, index_t first = 0,
                    const Progress& progress = {});

/// Mean negative log-likelihood and MCC on labelled rows.
Evaluation judge(const Predictions& predictions, const data::Dataset& dataset, double threshold = 0.5);

/// CSV: id, label, and one probability a class. Throws file_error.
void write_predictions(const Model& model, const data::Dataset& dataset, const Predictions& predictions,
                       const std::string& path);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/predict-inl.hpp>
#endif
