#pragma once
#include <l2g/dyn/predict.hpp>
#include <l2g/eval/metrics.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/train/source.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace l2g::model {

L2G_INLINE SequenceSource source_of(const Model& model, const data::Dataset& dataset) {
  SequenceSource source{&dataset, model.input};
  source.tokens = model.tokens;
  return source;
}
L2G_INLINE std::vector<SequenceSource> strands_of(const Model& model, const data::Dataset& dataset) {
  std::vector<SequenceSource> strands(model.both_strands ? 2 : 1, source_of(model, dataset));
  if (model.both_strands) strands[1].reverse = true;
  return strands;
}

L2G_INLINE std::uint64_t SequenceSource::fingerprint() const {
  std::uint64_t h = 1469598103934665603ull;
  const auto mix = [&](unsigned char c) { h = (h ^ c) * 1099511628211ull; };
  const auto number = [&](std::int64_t n) {
    for (int i = 0; i < 8; ++i) mix(static_cast<unsigned char>(n >> 8 * i));
  };
  if (tokens) {
    const TokenRows encoded = strands[0].ids.empty() ? token_rows(*tokens, *dataset) : strands[0];
    number(tokens->length);
    for (const std::int32_t id : encoded.ids) number(id);
  }
  for (const std::string& s : dataset->sequences) {
    for (const char c : s) mix(static_cast<unsigned char>(c));
    mix(0);
  }
  for (const std::int32_t l : dataset->labels) mix(static_cast<unsigned char>(l));
  return h;
}

L2G_INLINE const TokenRows& SequenceSource::strand(bool other) {
  TokenRows& encoded = strands[other];
  if (encoded.ids.empty()) encoded = token_rows(*tokens, *dataset, other);
  return encoded;
}

L2G_INLINE void SequenceSource::fill_tokens(Batch<float, Seq>& batch, std::int64_t position,
                                            std::span<const index_t> rows) {
  if (augment.shift != 0)
    throw error("rows of tokens cannot be shifted: a model that reads tokens is trained with shift = 0");
  const auto length = static_cast<std::size_t>(tokens->length);
  const Rng rng{seed, static_cast<std::uint64_t>(position)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const index_t row = rows[i] % dataset->rows();
    const bool other = tripled ? rows[i] >= dataset->rows() : draw_augment(augment, rng, row).reverse_complement;
    const TokenRows& from = strand(other != reverse);
    std::copy_n(from.ids.data() + std::size_t(row) * length, length, batch.ids.data + i * length);
    batch.lengths[i] = from.lengths[std::size_t(row)];
  }
}

L2G_INLINE void SequenceSource::fill(Batch<float, Seq>& batch, std::int64_t position, std::span<const index_t> rows) {
  const std::span<float> values(batch.values.data, static_cast<std::size_t>(batch.values.size()));
  const index_t n = dataset->rows();
  if (tokens) fill_tokens(batch, position, rows);
  if (!tokens && !tripled)
    data::encode<float>(*dataset, rows, input, values, augment, {seed, std::uint64_t(position)}, reverse);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const index_t row = rows[i] % n, copy = rows[i] / n;
    if (tripled && !tokens) {
      const std::size_t size = values.size() / rows.size();
      const data::Augment moved{.shift = copy == 1 ? shift : 0, .full_shift = copy == 1};
      data::encode<float>(*dataset, {&row, 1}, input, values.subspan(i * size, size), moved,
                          {seed, std::uint64_t(position) + i}, copy > 0);
    }
    batch.labels[i] = dataset->labelled() ? dataset->labels[static_cast<std::size_t>(row)] : -1;
  }
}

L2G_INLINE std::vector<std::int32_t> Predictions::labels(double threshold) const {
  std::vector<std::int32_t> best(static_cast<std::size_t>(rows));
  for (index_t r = 0; r < rows; ++r) {
    std::int32_t k = 0;
    if (classes == 2)
      k = p(r, 1) >= threshold;
    else
      for (std::int32_t j = 1; j < classes; ++j)
        if (p(r, j) > p(r, k)) k = j;
    best[std::size_t(r)] = k;
  }
  return best;
}
L2G_INLINE std::vector<double> Predictions::scores(index_t k) const {
  std::vector<double> s(static_cast<std::size_t>(rows));
  for (index_t r = 0; r < rows; ++r) s[std::size_t(r)] = p(r, k);
  return s;
}

L2G_INLINE Predictions predict(AnyStep& step, const Model& model, const data::Dataset& dataset, index_t first,
                               const Progress& progress) {
  std::vector<SequenceSource> strands = strands_of(model, dataset);
  return predict(step, strands, model.outputs(), first, progress);
}

L2G_INLINE Predictions predict(AnyStep& step, std::span<SequenceSource> sources, index_t classes, index_t first,
                               const Progress& progress) {
  Predictions found{sources[0].rows(), classes, {}};
  found.probability.assign(static_cast<std::size_t>(found.rows * found.classes), 0.0);
  const int strands = int(sources.size());
  for (int strand = 0; strand < strands; ++strand) {
    each_prediction(step, sources[std::size_t(strand)], [&](index_t row, index_t, const float* y) {
      double top = -1e300, sum = 0;
      for (index_t k = 0; k < found.classes; ++k) top = std::max(top, double(y[first + k]));
      for (index_t k = 0; k < found.classes; ++k) sum += std::exp(double(y[first + k]) - top);
      for (index_t k = 0; k < found.classes; ++k)
        found.probability[std::size_t(row * found.classes + k)] += std::exp(double(y[first + k]) - top) / sum / strands;
      if (row % 256 == 0) progress((double(row) / double(found.rows) + strand) / strands, "predict");
    });
  }
  return found;
}

L2G_INLINE Predictions predict(const Model& model, const data::Dataset& dataset, const PredictOptions& options) {
  const index_t batch = std::max<index_t>(1, std::min(options.batch, dataset.rows()));
  AnyStep step(build<float>(model.spec, model.shape(batch)), model.shape(batch), CrossEntropy{}, 0, options.pool,
               Outside::weights);
  give_weights(model, step);
  return predict(step, model, dataset, 0, options.progress);
}

L2G_INLINE Evaluation judge(const Predictions& predictions, const data::Dataset& dataset, double threshold) {
  const std::vector<std::int32_t> said = predictions.labels(threshold);
  double sum = 0;
  for (index_t r = 0; r < predictions.rows; ++r)
    sum -= std::log(std::max(predictions.p(r, dataset.labels[std::size_t(r)]), 1e-12));
  return {sum / double(std::max<index_t>(1, predictions.rows)),
          eval::matthews(dataset.labels, said, predictions.classes)};
}

L2G_INLINE void write_predictions(const Model& model, const data::Dataset& dataset, const Predictions& predictions,
                                  const std::string& path) {
  const auto cell = [](const std::string& s) {
    if (s.find_first_of(",\"\r\n") == s.npos) return s;
    std::string quoted = "\"";
    for (const char c : s) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
  };
  std::string text = "id,label";
  for (const std::string& c : model.classes) text += "," + cell("p_" + c);
  text += "\n";
  const std::vector<std::int32_t> said = predictions.labels(model.threshold);
  for (index_t r = 0; r < predictions.rows; ++r) {
    const auto i = static_cast<std::size_t>(r);
    text += cell(dataset.ids.empty() ? std::to_string(r + 1) : dataset.ids[i]) + "," +
            cell(model.classes[static_cast<std::size_t>(said[i])]);
    for (index_t k = 0; k < predictions.classes; ++k) {
      char number[32];
      const auto end = std::to_chars(number, number + sizeof number, predictions.p(r, k), std::chars_format::fixed, 6);
      text += "," + std::string(number, end.ptr);
    }
    text += "\n";
  }
  io::write_file(path, text);
}

}  // namespace l2g::model
