#pragma once
// Readers and a writer of motif files.
#include <l2g/data/line_reader.hpp>
#include <l2g/interpret/motif_set.hpp>

namespace l2g::interpret {

/// Reads a motif file, plain or gzip, of any of these formats, told apart by content: MEME (version 3 to 5), JASPAR
/// (with and without brackets), one line of four numbers for each position (HOMER and others), TRANSFAC, and the XML
/// files of STREME, DREME and TOMTOM (its queries). Counts become shares; a MEME row that adds up to 1 within 1e-3
/// stays as printed. Throws file_error with line and column for anything malformed, a file without motifs and an empty
/// file.
MotifSet load_motifs(const std::string& path);
MotifSet read_motifs(data::LineReader& lines);

/// MEME text: `letter-probability matrix:` with any of alength=, w=, nsites=, E= in any order; log-odds matrices are
/// skipped. A file without background letter frequencies reads as uniform, and a remark says so.
MotifSet read_meme(data::LineReader& lines);

/// Records of ">name more": four lines of bases (A, C, G, T; with letters and brackets or without), or a line of four
/// numbers for each position. Lines that start with '#' are comments. A matrix of 4 x 4 reads as the file's others.
MotifSet read_pfm(data::LineReader& lines);

/// Records of two-letter fields that end with "//": AC, ID, NA and the matrix behind P0 or PO.
MotifSet read_transfac(data::LineReader& lines);

/// Writes MEME version 4, which all of these tools read. Throws file_error, and error for a motif that is no matrix of
/// probabilities or whose name holds a blank.
void write_meme(const MotifSet& set, const std::string& path);
std::string meme_text(const MotifSet& set);

/// `set` with all names different: a motif that has the name of an earlier one gets "-2", "-3", ...
void make_names_unique(MotifSet& set);

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/motif_files-inl.hpp>
#endif
