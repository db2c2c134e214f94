#pragma once
#include <l2g/eval/classification-inl.hpp>
#include <l2g/eval/compare.hpp>
#include <l2g/eval/ranking-inl.hpp>

#include <cstdio>

namespace l2g::eval {

namespace detail {

/// printf into a string; the lines of these texts are short.
template <class... A>
std::string printed(const char* format, A... a) {
  char line[256];
  std::snprintf(line, sizeof line, format, a...);
  return line;
}

}  // namespace detail

L2G_INLINE Comparison compare(std::span<const std::int32_t> truth, const Said& first, const Said& second,
                              index_t classes, const BootstrapOptions& options) {
  const Confusion a = confusion(truth, first.called, classes), b = confusion(truth, second.called, classes);
  detail::same_table("comparison, first", first.probabilities.size(), truth.size(), classes);
  detail::same_table("comparison, second", second.probabilities.size(), truth.size(), classes);
  Comparison c;
  c.rows = a.rows(), c.classes = classes;
  if (c.rows < 1) throw error("comparison: there are no labelled rows");
  c.first_mcc = matthews(a), c.second_mcc = matthews(b);
  c.first_accuracy = eval::accuracy(a), c.second_accuracy = eval::accuracy(b);
  c.mcc = bootstrap_difference(matthews, truth, first.called, second.called, classes, options);
  c.accuracy = mcnemar(truth, first.called, second.called);
  c.first_auc = roc_auc_classes(first.probabilities, truth, classes).macro;
  c.second_auc = roc_auc_classes(second.probabilities, truth, classes).macro;
  if (classes == 2 && a.of_truth(0) > 1 && a.of_truth(1) > 1) {
    const auto column = [](std::span<const double> table) {
      std::vector<double> score;
      for (std::size_t i = 1; i < table.size(); i += 2) score.push_back(table[i]);
      return score;
    };
    c.auc = delong(column(first.probabilities), column(second.probabilities), truth);
  }
  return c;
}

L2G_INLINE std::string to_text(const Comparison& c, const std::string& first, const std::string& second) {
  using detail::printed;
  std::string s = std::to_string(c.rows) + " rows, the same for both; first: " + first + ", second: " + second + "\n";
  s += "            first  second  difference\n";
  s += printed("MCC        %6.3f  %6.3f  %+.3f [%+.3f, %+.3f], better in %.0f %% of resamples\n", c.first_mcc,
               c.second_mcc, c.mcc.value, c.mcc.lo, c.mcc.hi, 100 * c.mcc.share_above);
  s += printed("accuracy   %6.3f  %6.3f  %+.3f, McNemar p %.2g (only first: %lld, second: %lld)\n", c.first_accuracy,
               c.second_accuracy, c.first_accuracy - c.second_accuracy, c.accuracy.p,
               static_cast<long long>(c.accuracy.only_first), static_cast<long long>(c.accuracy.only_second));
  s += printed("ROC-AUC    %6.3f  %6.3f  %+.3f", c.first_auc, c.second_auc, c.first_auc - c.second_auc);
  if (c.auc) s += printed(" [%+.3f, %+.3f], DeLong p %.2g", c.auc->lo, c.auc->hi, c.auc->p);
  s += "\n";
  if (c.mcc.lo > 0 || c.mcc.hi < 0)
    return s + "the interval of the difference leaves 0 out: " + (c.mcc.lo > 0 ? "the first" : "the second") +
           " is better on rows like these\n";
  return s + "the interval of the difference holds 0: these rows do not tell the two apart\n";
}

}  // namespace l2g::eval
