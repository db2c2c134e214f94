#pragma once
// Division of rows by where they lie: no stretch of a genome is in two parts.
#include <l2g/data/split.hpp>

namespace l2g::data {

/// Chromosomes of the dev and the test part; all others are train. chr1 and 1 are one name.
struct ChromosomeParts {
  std::vector<std::string> dev{}, test{};
};

/// Rows by the chromosome in their ids ("chrI:100-612(+)", as sequences() writes them). Throws error for rows without
/// such ids, a chromosome that no row lies on, one that is asked for twice, and an empty train part; it says how many
/// rows each chromosome has.
SplitRows split_rows_by_chromosome(const Dataset& dataset, const ChromosomeParts& parts);

/// The same as data sets. Names get "/train", "/dev", "/test".
Splits split_by_chromosome(const Dataset& dataset, const ChromosomeParts& parts);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/split_by_chromosome-inl.hpp>
#endif
