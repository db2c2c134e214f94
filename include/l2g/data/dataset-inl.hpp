#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/dataset.hpp>
#include <l2g/data/fields-inl.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace l2g::data {

L2G_INLINE index_t Dataset::longest() const {
  std::size_t n = 0;
  for (const auto& s : sequences) n = std::max(n, s.size());
  return static_cast<index_t>(n);
}

L2G_INLINE Dataset select(const Dataset& dataset, std::span<const index_t> rows) {
  Dataset out;
  out.name = dataset.name;
  out.source = dataset.source;
  out.classes = dataset.classes;
  out.notes = dataset.notes;
  out.sequences.reserve(rows.size());
  for (const index_t row : rows) {
    if (row < 0 || row >= dataset.rows())
      throw error("row " + std::to_string(row) + " does not exist: " + dataset.name + " has rows 0 to " +
                  std::to_string(dataset.rows() - 1));
    const auto i = static_cast<std::size_t>(row);
    out.sequences.push_back(dataset.sequences[i]);
    if (!dataset.ids.empty()) out.ids.push_back(dataset.ids[i]);
    if (dataset.labelled()) out.labels.push_back(dataset.labels[i]);
  }
  return out;
}

namespace detail {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the run of digits or of other characters that stands in front.
inline std::string_view take_run(std::string_view& text) {
  std::size_t n = 1;
  while (n < text.size() && is_digit(text[n]) == is_digit(text[0])) ++n;
  const auto run = text.substr(0, n);
  text.remove_prefix(n);
  return run;
}
inline std::string_view without_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}
inline bool natural_text_less(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a, whole_b = b;
  while (!a.empty() && !b.empty()) {
    const auto x = take_run(a), y = take_run(b);
    if (is_digit(x[0]) && is_digit(y[0])) {
      const auto m = without_zeros(x), n = without_zeros(y);
      if (m.size() != n.size()) return m.size() < n.size();
      if (m != n) return m < n;
    } else if (x != y) {
      return x < y;
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;
}

// Numbers first, by value, then text: a strict order also where a list holds both.
struct NaturalKey {
  bool text = false;
  double value = 0;
  explicit NaturalKey(std::string_view s) { text = !parse_number(s, value); }
};

// Sorted classes must not hold one number in two spellings: 1 and 1.0 come from different tools, not from two classes.
inline void check_spelling(const std::vector<std::string>& sorted) {
  for (std::size_t k = 1; k < sorted.size(); ++k) {
    const NaturalKey a(sorted[k - 1]), b(sorted[k]);
    if (!a.text && !b.text && a.value == b.value)
      throw error("the labels '" + sorted[k - 1] + "' and '" + sorted[k] + "' are one number; write it in one way");
  }
}

}  // namespace detail

L2G_INLINE bool natural_less(std::string_view a, std::string_view b) {
  const detail::NaturalKey x(a), y(b);
  if (x.text != y.text) return y.text;
  if (x.text) return detail::natural_text_less(a, b);
  return x.value != y.value ? x.value < y.value : a < b;
}

L2G_INLINE void assign_labels(Dataset& dataset, const std::vector<std::string>& values, index_t max_classes) {
  std::unordered_map<std::string_view, std::int32_t> seen;
  std::vector<std::string> classes;
  for (const auto& v : values)
    if (seen.try_emplace(v, 0).second) {
      classes.push_back(v);
      if (static_cast<index_t>(classes.size()) > max_classes)
        throw error("more than " + std::to_string(max_classes) + " different labels ('" + detail::shown(classes[0]) +
                    "', '" + detail::shown(classes[1]) + "', ...): these are measurements or names, not classes");
    }
  std::sort(classes.begin(), classes.end(), natural_less);
  detail::check_spelling(classes);
  for (std::size_t k = 0; k < classes.size(); ++k) seen[classes[k]] = static_cast<std::int32_t>(k);
  dataset.labels.clear();
  dataset.labels.reserve(values.size());
  for (const auto& v : values) dataset.labels.push_back(seen[v]);
  dataset.classes = std::move(classes);
}

L2G_INLINE void unite_classes(std::span<Dataset* const> parts) {
  std::vector<std::string> all;
  for (const Dataset* part : parts) all.insert(all.end(), part->classes.begin(), part->classes.end());
  std::sort(all.begin(), all.end(), natural_less);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  detail::check_spelling(all);
  for (Dataset* part : parts) {
    std::vector<std::int32_t> renumber;
    for (const auto& name : part->classes)
      renumber.push_back(static_cast<std::int32_t>(std::find(all.begin(), all.end(), name) - all.begin()));
    for (auto& label : part->labels) label = renumber[static_cast<std::size_t>(label)];
    part->classes = all;
  }
}

}  // namespace l2g::data
