#pragma once
// The entry points: a file or a folder to data.
#include <l2g/data/dataset.hpp>
#include <l2g/data/line_reader.hpp>
#include <l2g/data/load_options.hpp>

namespace l2g::data {

/// Reads one FASTA, CSV or TSV file, plain or gzip; what it is shows from its first line, not from its name.
/// Throws file_error as read_fasta and read_table do.
Dataset load_file(const std::string& path, const LoadOptions& options = {});

/// The same from lines that are already open (a pipe, a test).
Dataset load_lines(LineReader& lines, const LoadOptions& options = {});

/// Reads
///  * a file: all rows are train, dev and test stay empty (see split.hpp);
///  * a folder with files called train, dev (or valid, val, validation) and test, .csv .tsv .txt .fa .fasta .fna, plain
///    or .gz: dev and test may be missing;
///  * a folder with one FASTA file a class: the file's name is the label, all rows are train;
///  * a folder with folders train, dev, test of one FASTA file a class.
/// The parts share one list of classes. Throws file_error, for a folder with what was found there.
Splits load(const std::string& path, const LoadOptions& options = {});

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/load-inl.hpp>
#endif
