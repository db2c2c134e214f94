#pragma once
// Readers of what the programs of the MEME suite write.
#include <l2g/data/line_reader.hpp>
#include <l2g/interpret/hits.hpp>
#include <l2g/interpret/motif_set.hpp>

namespace l2g::interpret {

/// One row of TOMTOM. Numbers that a file does not have are -1.
struct SuiteMatch {
  std::string query, target;
  index_t offset = 0;  ///< of the query's first position in the target
  double p = -1, e = -1, q = -1;
  bool reverse = false;          ///< the target's other strand matched
  std::string alternative = "";  ///< the target's second name
};

struct SuiteMatches {
  MotifSet queries{}, targets{};  ///< tomtom.xml has them, tomtom.tsv has not
  std::vector<SuiteMatch> list{};
};

/// One row of AME: a motif that stands out among the primary sequences.
struct Enrichment {
  std::string motif, alternative, consensus;
  double p = -1, adjusted_p = -1, e = -1;
  double true_share = -1, false_share = -1;  ///< of primary and control sequences with the motif, 0..1
};

/// fimo.tsv (also of an older fimo.txt with '#pattern name'). Positions become [start, end) from 0.
Hits read_fimo_tsv(data::LineReader& lines);
/// tomtom.tsv, and tomtom.xml, told apart by content.
SuiteMatches read_tomtom(data::LineReader& lines);
std::vector<Enrichment> read_ame_tsv(data::LineReader& lines);
/// The motifs of streme.xml, dreme.xml, or the queries of tomtom.xml.
MotifSet motifs_of_xml(data::LineReader& lines);

// All of these throw file_error with line and column for malformed text, a missing column or attribute, an empty file.

}  // namespace l2g::interpret

#ifndef L2G_COMPILED
#include <l2g/interpret/meme_suite-inl.hpp>
#endif
