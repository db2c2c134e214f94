#pragma once
// What a data set holds, at a glance.
#include <l2g/data/dataset.hpp>

namespace l2g::data {

struct ClassSummary {
  std::string name{};
  index_t rows = 0;
  double gc = 0;  ///< share of G and C among the A C G T of all its rows, 0..1; NaN without any
};

struct Summary {
  std::string name{};
  index_t rows = 0;
  std::vector<ClassSummary> classes{};  ///< one nameless entry when unlabelled
  index_t shortest = 0, longest = 0;
  double median_length = 0;
  double gc = 0;       ///< of all rows, as in ClassSummary
  double n_share = 0;  ///< share of letters that are N or another IUPAC code
  index_t rows_with_n = 0;
  index_t duplicates = 0;   ///< rows whose sequence stands in an earlier row
  index_t conflicting = 0;  ///< rows whose sequence stands in the data set with another label too
};

Summary summary(const Dataset& dataset);

/// A few lines.
std::string text(const Summary& summary);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/summary-inl.hpp>
#endif
