#pragma once
// FASTA: ">id description" or ">id|label", then lines of letters.
#include <l2g/data/dataset.hpp>
#include <l2g/data/line_reader.hpp>
#include <l2g/data/load_options.hpp>

namespace l2g::data {

/// Reads all records. The id is the header's first word (without the label). Lines may have any length; lines that
/// start with ';' are comments; blank lines are skipped. Throws file_error with line and column for letters that are no
/// DNA, a record without sequence, text before the first '>', FASTQ, and an empty file.
Dataset read_fasta(LineReader& lines, const LoadOptions& options = {});

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/fasta-inl.hpp>
#endif
