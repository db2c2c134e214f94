#pragma once
// What a data set looks like: lengths, and GC content against the label.
#include <l2g/data/dataset.hpp>
#include <l2g/report/charts.hpp>

#include <algorithm>
#include <limits>

namespace l2g::report {

/// How long the sequences of each class are, in bases.
inline ScoreHistogram length_histogram(const data::Dataset& d) {
  ScoreHistogram h;
  h.title = "Lengths of " + d.name, h.x_name = "length (bases)";
  h.labels = d.labels, h.class_names = d.classes;
  if (!d.labelled()) h.labels.assign(d.sequences.size(), 0), h.class_names = {"all rows"};
  for (const std::string& s : d.sequences) h.values.push_back(static_cast<double>(s.size()));
  h.step = 1;
  return h;
}

/// GC content of the sequences of each class, in percent of their A C G T; rows without any are left out. Where the
/// classes part, a model can score by GC alone.
inline ScoreHistogram gc_histogram(const data::Dataset& d) {
  ScoreHistogram h;
  h.title = "GC content of " + d.name, h.x_name = "GC content (% of A C G T)";
  h.labels = d.labels, h.class_names = d.classes;
  if (!d.labelled()) h.labels.assign(d.sequences.size(), 0), h.class_names = {"all rows"};
  index_t fewest = std::numeric_limits<index_t>::max(), most = 0;
  for (const std::string& s : d.sequences) {
    index_t gc = 0, at = 0;
    for (const char c : s) gc += c == 'G' || c == 'C', at += c == 'A' || c == 'T';
    if (gc + at > 0) fewest = std::min(fewest, gc + at), most = std::max(most, gc + at);
    h.values.push_back(gc + at > 0 ? 100 * static_cast<double>(gc) / static_cast<double>(gc + at) : unknown_value);
  }
  if (fewest == most) h.step = 100 / static_cast<double>(most);  // sequences of one length: so many values can occur
  return h;
}

}  // namespace l2g::report
