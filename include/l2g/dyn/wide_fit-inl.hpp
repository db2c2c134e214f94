#pragma once
#include <l2g/core/number_text.hpp>
#include <l2g/core/progress.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/data/logistic_choice.hpp>
#include <l2g/dyn/wide_fit.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

/// Where the wide path of a model stands: beside the deep part, perhaps inside of a mean over both strands.
struct WidePlace {
  const Spec* path = nullptr;  // null: there is none
  bool in_mean = false;
};
inline WidePlace wide_place(const Spec& s) {
  if (s.type == "strand_mean") {
    const WidePlace inside = wide_place(s.parts.front());
    return {inside.path, true};
  }
  if (s.type != "residual" || s.parts.size() != 2) return {};
  const Spec& skip = s.parts[1];
  const bool positional = skip.type == "sequential" && !skip.parts.empty() && skip.parts.front().key == "kmers";
  return {positional || skip.type == "kmer_bag" ? &skip : nullptr, false};
}

/// A sequence as the model sees it: padded with N, or cut.
inline std::string as_read(std::string sequence, const data::EncodeOptions& input) {
  const auto length = static_cast<std::size_t>(input.length);
  if (sequence.size() < length)
    sequence.insert(input.pad_right ? sequence.size() : 0, std::string(length - sequence.size(), 'N'));
  return sequence.substr(0, length);
}

/// The features of a wide path, numbered as its weights are: one for each position and 3-mer, or for each k-mer.
inline data::Features wide_features(const Model& m, const WidePlace& wide, std::span<const std::string> sequences) {
  std::vector<std::string> read, reverse;
  for (const std::string& s : sequences) {
    read.push_back(as_read(s, m.input));
    if (wide.in_mean) reverse.push_back(as_read(data::reverse_complement(s), m.input));
  }
  if (wide.path->type == "kmer_bag") {
    const auto k = static_cast<index_t>(wide.path->numbers.at("k"));
    auto counts = std::make_shared<data::FeatureBlock>(*data::kmer_counts(read, k));
    if (wide.path->words.at("strands") == "both")
      for (std::uint32_t& word : counts->ids) {
        std::uint32_t other = 0;
        for (index_t i = 0; i < k; ++i) other = 4 * other + (3 - (word >> (2 * i) & 3));
        word = std::min(word, other);
      }
    return {{counts}};
  }
  const auto one = data::positional_kmers(read, 3, m.input.length);
  if (!wide.in_mean) return {{one}};
  const auto other = data::positional_kmers(reverse, 3, m.input.length);
  auto both = std::make_shared<data::FeatureBlock>();
  both->features = one->features;
  both->start.push_back(0);
  for (std::size_t r = 0; r < read.size(); ++r) {
    for (const auto* strand : {one.get(), other.get()})
      both->ids.insert(both->ids.end(), strand->ids.begin() + std::ptrdiff_t(strand->start[r]),
                       strand->ids.begin() + std::ptrdiff_t(strand->start[r + 1]));
    both->start.push_back(both->ids.size());
    both->scale.push_back(0.5);
  }
  return {{both}};
}

/// Weight of feature i for class c; of two classes each gets half of the log odds.
inline float class_weight(const std::vector<double>& w, index_t outputs, index_t i, index_t c) {
  if (outputs > 1) return float(w[std::size_t(i * outputs + c)]);
  return float(c == 1 ? w[std::size_t(i)] / 2 : -w[std::size_t(i)] / 2);
}

}  // namespace detail

L2G_INLINE WideFit fit_wide_path(Model& m, const data::Dataset& train, const data::Dataset& dev,
                                 const WideFitOptions& options) {
  const detail::WidePlace wide = detail::wide_place(m.spec);
  if (!wide.path) throw error("the model '" + m.name + "' has no wide path that could be fitted");
  const auto head = m.weights.find("head.weight"), head_bias = m.weights.find("head.bias");
  if (head == m.weights.end() || head_bias == m.weights.end())
    throw error("the model '" + m.name + "' has no head beside its wide path: call its last layer \"head\"");
  if (!train.labelled() || !dev.labelled()) throw error("the wide path needs rows with labels, for train and for dev");

  const data::Features features = detail::wide_features(m, wide, train.sequences);
  const data::Features dev_features = detail::wide_features(m, wide, dev.sequences);
  data::LogisticOptions o;
  o.stop = &interrupt_flag;
  double fitted = 0;
  const double all = double(options.C.size());
  options.progress(0, "linear model");
  const auto chosen = data::choose_logistic({features, train.labels}, {dev_features, dev.labels}, m.outputs(),
                                            options.C, o, [&] { options.progress(++fitted / all, "linear model"); });
  throw_if_interrupted();

  const index_t classes = m.outputs(), outputs = chosen.model.outputs();
  const bool bag = wide.path->type == "kmer_bag";
  // A bag's table is (k-mers, classes), and it divides by the root of the number of windows where the features have 4
  // over that root; the map on positions is (classes, positions x 64) and ends where no 3-mer begins any more.
  Numbers& weight = m.weights.at(bag ? "skip.weight" : "skip.weights.weight").values;
  const index_t columns = static_cast<index_t>(weight.size()) / classes;
  for (index_t i = 0; i < columns; ++i)
    for (index_t c = 0; c < classes; ++c) {
      const float w = detail::class_weight(chosen.model.weights, outputs, i, c);
      if (bag)
        weight[std::size_t(i * classes + c)] = 4 * w;
      else
        weight[std::size_t(c * columns + i)] = w;
    }
  std::fill(head->second.values.begin(), head->second.values.end(), 0.0f);
  std::fill(head_bias->second.values.begin(), head_bias->second.values.end(), 0.0f);
  Numbers& bias = bag ? head_bias->second.values : m.weights.at("skip.weights.bias").values;
  for (index_t c = 0; c < classes; ++c) bias[std::size_t(c)] = detail::class_weight(chosen.model.bias, outputs, 0, c);
  m.notes["wide path"] = "fitted first: C " + number_text(chosen.C) + ", dev MCC " + number_text(chosen.dev_mcc);
  return {chosen.C, chosen.dev_mcc};
}

}  // namespace l2g::model
