#pragma once
// Random division of rows into train, dev and test.
#include <l2g/data/dataset.hpp>

namespace l2g::data {

/// Shares of the rows. Where they add up to less than 1 the other rows are in no part.
struct Fractions {
  double train = 0.8, dev = 0.1, test = 0.1;
};

struct SplitOptions {
  std::uint64_t seed = 0;
  bool stratified = true;  ///< the same mix of classes in each part, as far as whole rows allow (labelled rows only)
  bool keep_identical = true;  ///< rows with the same sequence, or its reverse complement, go to the same part
};

/// Row numbers of the parts, each in ascending order; no row is in two.
struct SplitRows {
  std::vector<index_t> train, dev, test;
};

/// A pure function of the rows and the seed. With keep_identical a group counts for the class of its first row, and
/// parts may be off by a group's size. Throws error for fractions that are negative or add up to more than 1, and when
/// a part that was asked for would be empty.
SplitRows split_rows(const Dataset& dataset, const Fractions& fractions = {}, const SplitOptions& options = {});

/// The same as data sets. Names get "/train", "/dev", "/test"; a note in train says how many rows are in no part.
Splits split(const Dataset& dataset, const Fractions& fractions = {}, const SplitOptions& options = {});

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/split-inl.hpp>
#endif
