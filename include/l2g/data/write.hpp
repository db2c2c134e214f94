#pragma once
// Data sets to files, whole or not at all.
#include <l2g/data/dataset.hpp>

namespace l2g::data {

/// Writes CSV with the columns id (if there are ids), sequence, label (if labelled, as class names); a field with a
/// comma, quote or line end is quoted. load_file() reads the same rows back. Throws file_error, and the file at `path`
/// stays as it was.
void write_csv(const Dataset& dataset, const std::string& path);

/// Writes FASTA, one line a sequence, headers ">id|label"; rows without id are called 1, 2, ...
/// Throws error for a class name with '|' or a blank, which could not be read back, and file_error.
void write_fasta(const Dataset& dataset, const std::string& path);

/// By the ending of the path: .csv, or .fa .fasta .fna. Throws file_error for another one.
void write(const Dataset& dataset, const std::string& path);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/write-inl.hpp>
#endif
