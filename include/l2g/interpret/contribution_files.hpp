#pragma once
// Contributions as files for people, genome browsers and other programs.
#include <l2g/interpret/contributions.hpp>

namespace l2g::interpret {

/// By the ending of the path:
///  .tsv       a line for each base: sequence, position (from 1), base, contribution, and what A, C, G, T would give
///  .bedgraph  sequence, start (from 0), end, contribution; a sequence named chr:start-end (from 0, as bedtools names
///             it) in the coordinates of its chromosome
///  .npz       NumPy arrays of sequences of one length: one_hot (n, 4, length) of int8, observed and, where there are
///             such, hypothetical (n, 4, length) of float, output and reference_output (n) of double
/// Throws error for another ending and, .npz, for sequences of several lengths; file_error when it cannot be written.
void write_contributions(const Contributions& all, const std::string& path);

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/contribution_files-inl.hpp>
#endif
