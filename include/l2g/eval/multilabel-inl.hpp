#pragma once
#include <l2g/eval/classification-inl.hpp>
#include <l2g/eval/multilabel.hpp>

namespace l2g::eval {

namespace detail {
struct Hits {
  double hit = 0, true_ones = 0, called = 0;
  void add(std::int32_t truth, std::int32_t call) {
    if (truth < 0) return;
    hit += truth > 0 && call > 0, true_ones += truth > 0, called += call > 0;
  }
  double f1() const { return ratio(2 * hit, true_ones + called); }
};
}  // namespace detail

L2G_INLINE LabelF1 label_f1(std::span<const std::int32_t> truth, std::span<const std::int32_t> called, index_t labels) {
  detail::same_rows("F1 of labels", truth.size(), called.size(), "calls");
  const std::size_t width = static_cast<std::size_t>(std::max<index_t>(labels, 0));
  if (width < 1 || truth.empty() || truth.size() % width)
    throw error("F1 of labels: " + std::to_string(truth.size()) + " entries are not rows of " + std::to_string(labels));
  std::vector<detail::Hits> of_label(width), of_row(truth.size() / width);
  detail::Hits all;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    of_label[i % width].add(truth[i], called[i]), of_row[i / width].add(truth[i], called[i]);
    all.add(truth[i], called[i]);
  }
  LabelF1 r;
  for (const auto& h : of_label) {
    r.per_label.push_back(h.f1());
    r.macro += h.f1() / static_cast<double>(width), r.weighted += h.f1() * detail::ratio(h.true_ones, all.true_ones);
  }
  r.micro = all.f1();
  for (const auto& h : of_row) r.samples += h.f1() / static_cast<double>(of_row.size());
  return r;
}

}  // namespace l2g::eval
