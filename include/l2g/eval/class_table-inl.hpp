#pragma once
#include <l2g/eval/class_table.hpp>
#include <l2g/eval/ranking-inl.hpp>

#include <cstdio>
#include <numeric>

namespace l2g::eval {

L2G_INLINE std::vector<ClassRow> class_table(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                                             std::span<const std::int32_t> predicted,
                                             std::span<const std::string> classes) {
  const auto n = static_cast<index_t>(classes.size());
  const auto scores = class_scores(confusion(truth, predicted, n));
  const LabelAreas roc = roc_auc_classes(probabilities, truth, n),
                   pr = average_precision_classes(probabilities, truth, n);
  std::vector<ClassRow> table;
  for (std::size_t k = 0; k < classes.size(); ++k)
    table.push_back(
        {scores[k], classes[k].empty() ? std::to_string(k) : classes[k], roc.per_label[k], pr.per_label[k]});
  return table;
}

L2G_INLINE std::string to_text(std::span<const ClassRow> table, index_t most) {
  std::vector<std::size_t> shown(table.size());
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  if (static_cast<index_t>(shown.size()) > most) {
    std::stable_sort(shown.begin(), shown.end(),
                     [&](std::size_t a, std::size_t b) { return table[a].support > table[b].support; });
    shown.resize(static_cast<std::size_t>(std::max<index_t>(most, 0)));
  }
  std::string text = "class        precision  recall     F1    AUC  AUPRC    rows\n";
  for (const std::size_t k : shown) {
    const ClassRow& r = table[k];
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, "  %9.3f  %6.3f  %5.3f  %5.3f  %5.3f  %6lld\n", r.precision, r.recall, r.f1,
                  r.auc, r.auprc, static_cast<long long>(r.support));
    std::size_t end = std::min<std::size_t>(11, r.name.size());
    while (end > 0 && end < r.name.size() && (r.name[end] & 0xC0) == 0x80) --end;  // whole letters of UTF-8
    std::string name = r.name.substr(0, end);
    name.resize(11, ' ');
    text += name + numbers;
  }
  if (shown.size() < table.size())
    text += "and " + std::to_string(table.size() - shown.size()) + " classes with fewer rows\n";
  return text;
}

}  // namespace l2g::eval
