#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/predictions_file.hpp>
#include <l2g/data/records-inl.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace l2g::data {

L2G_INLINE SavedPredictions read_predictions(LineReader& lines, std::span<const std::string> classes) {
  using detail::Cell, detail::shown;
  detail::RecordReader records(lines, ',');
  std::vector<Cell> cells;
  const auto fail = [&](const Cell& at, const std::string& message) {
    throw file_error(lines.name(), at.line, at.column, message);
  };
  if (!records.next(cells)) lines.fail(0, "the file is empty; its first line has to be id,label,p_<class>,...");
  std::vector<std::string> names, wanted{"id", "label"};
  for (const Cell& c : cells) names.push_back(c.text);
  for (const std::string& c : classes) wanted.push_back("p_" + c);
  std::vector<std::size_t> place;
  for (const std::string& w : wanted) {
    const auto at = std::find(names.begin(), names.end(), w);
    if (at == names.end())
      lines.fail(0, "there is no column '" + shown(w) + "': this is what predict(model, data, {file = ...}) writes, " +
                        "with the classes of the data");
    place.push_back(std::size_t(at - names.begin()));
  }
  SavedPredictions found;
  found.classes = index_t(classes.size());
  while (records.next(cells)) {
    if (cells.size() != names.size())
      lines.fail(0, std::to_string(cells.size()) + " fields, the first line has " + std::to_string(names.size()));
    found.ids.push_back(cells[place[0]].text);
    const Cell& label = cells[place[1]];
    const auto k = std::find(classes.begin(), classes.end(), label.text);
    if (k == classes.end()) fail(label, unknown("class", shown(label.text), classes));
    found.called.push_back(std::int32_t(k - classes.begin()));
    double sum = 0;
    for (std::size_t c = 2; c < place.size(); ++c) {
      const Cell& cell = cells[place[c]];
      double p = 0;
      const char* const end = cell.text.data() + cell.text.size();
      const auto read = std::from_chars(cell.text.data(), end, p);
      if (read.ec != std::errc{} || read.ptr != end || !(p >= 0 && p <= 1))
        fail(cell, "'" + shown(cell.text) + "' is not a probability in 0..1");
      found.probability.push_back(p), sum += p;
    }
    if (std::abs(sum - 1) > 0.01) lines.fail(0, "the probabilities add up to " + std::to_string(sum) + ", not to 1");
    ++found.rows;
  }
  return found;
}

}  // namespace l2g::data
