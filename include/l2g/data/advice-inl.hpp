#pragma once
// From scores of linear models to advice on pooling and augmentation.
#include <l2g/data/baseline_result.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace l2g::data::detail {

// Standard error of an MCC, as of a correlation: what a difference of two scores on the same rows must exceed to count.
inline double mcc_error(double mcc, index_t rows) {
  return std::sqrt(std::max(0.0, 1 - mcc * mcc) / static_cast<double>(std::max<index_t>(1, rows)));
}

inline const BaselineScore* find_model(const Baseline& b, std::string_view name) {
  for (const auto& m : b.models)
    if (m.model == name) return &m;
  return nullptr;
}

inline Answer position_answer(const Baseline& b) {
  const auto *counts = find_model(b, "kmer5"), *pos1 = find_model(b, "pos1"), *pos3 = find_model(b, "pos3");
  if (!counts || !(pos1 || pos3)) return Answer::unclear;
  const double positional = std::max(pos1 ? pos1->dev_mcc : -1, pos3 ? pos3->dev_mcc : -1);
  const double margin = mcc_error(counts->dev_mcc, b.dev_rows);
  if (positional > counts->dev_mcc + margin) return Answer::yes;
  if (positional < counts->dev_mcc - margin) return Answer::no;
  return Answer::unclear;
}

// A model that saw one strand only loses a little on the other even where the strand means nothing, as it has learnt
// the noise of one strand: four fifths kept is no loss; less is one when it is half, or far beyond chance.
inline Answer strand_answer(const Baseline& b) {
  const auto* best = find_model(b, b.floor);
  if (best && best->model == "gc") best = find_model(b, "kmer5");  // GC is the same on both strands and tells nothing
  if (!best) return Answer::unclear;
  const double error = mcc_error(best->dev_mcc, b.dev_rows);
  if (!(best->dev_mcc > 3 * error)) return Answer::unclear;  // nothing was learnt that could be lost
  const double kept = best->dev_reverse_mcc / best->dev_mcc;
  const double lost = best->dev_mcc - best->dev_reverse_mcc;
  if (kept >= 0.8 || lost < error) return Answer::no;
  return kept < 0.5 || lost > 5 * error ? Answer::yes : Answer::unclear;
}

inline Advice advise(const Baseline& b) {
  Advice a;
  a.position_matters = position_answer(b);
  a.strand_matters = strand_answer(b);
  a.keep_positions = a.position_matters != Answer::no;
  a.augment.reverse_complement = a.strand_matters == Answer::no;
  a.augment.shift = a.keep_positions ? 0 : 3;
  switch (a.position_matters) {
    case Answer::yes:
      a.sentence =
          "Position matters (positional k-mers beat k-mer counts): keep positions, no global pooling, no shift";
      break;
    case Answer::no:
      a.sentence =
          "Position matters little (k-mer counts beat positional k-mers): pool over the whole length, small shifts may "
          "help";
      break;
    case Answer::unclear:
      a.sentence = "Whether position matters is unclear: keep positions first, then try global pooling";
      break;
  }
  switch (a.strand_matters) {
    case Answer::yes:
      a.sentence +=
          ". The strand matters (the best linear model loses much on reverse complements): do not augment with reverse "
          "complements.";
      break;
    case Answer::no:
      a.sentence +=
          ". The strand matters little: augment with reverse complements and average both strands at test time.";
      break;
    case Answer::unclear:
      a.sentence +=
          ". Whether the strand matters is unclear: try training with and without reverse complements, choose on dev.";
      break;
  }
  return a;
}

}  // namespace l2g::data::detail
