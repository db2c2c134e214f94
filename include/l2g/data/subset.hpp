#pragma once
// Parts of a training set that are nested and keep the mix of classes: for scores against the number of rows.
#include <l2g/data/dataset.hpp>

namespace l2g::data {

/// All rows in an order in which every beginning is a random draw with the class shares of the whole, as far as whole
/// rows allow (unlabelled rows count as one class). A pure function of labels and seed: the rows of a smaller fraction
/// are among those of a larger one.
std::vector<index_t> nested_order(const Dataset& dataset, std::uint64_t seed);

/// The first share of that order, at least one row. Throws error for a fraction outside 0..1 and without rows.
Dataset fraction_of(const Dataset& dataset, double fraction, std::uint64_t seed);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/subset-inl.hpp>
#endif
