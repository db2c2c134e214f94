#pragma once
// What a user may say about a sequence file; the defaults guess.
#include <l2g/core/progress.hpp>
#include <l2g/data/letters.hpp>

#include <string>

namespace l2g::data {

/// Where a FASTA record's label stands.
enum class FastaLabel {
  guess,   ///< after the last '|' of every header when these texts are few, else the file has no labels
  header,  ///< after the last '|' of the header; a header without it is an error
  none     ///< headers hold no label
};

/// Whether the first line of a table names the columns; guess: yes, unless it holds a sequence itself.
enum class TableHeader { guess, yes, no };

struct LoadOptions {
  LetterRules letters{};

  // Tables. Names are those of the first line; in a table without it the columns are called "1", "2", ...
  std::string sequence_column{};  ///< empty: a column called sequence, seq, dna, ..., else the one whose cells are DNA
  std::string label_column{};  ///< empty: a column called label, class, target, ..., else the other one with few values
  std::string id_column{};     ///< empty: a column called id, name, ... if there is one
  bool without_labels = false;  ///< do not look for a label column
  char separator = 0;           ///< 0: tab, comma or semicolon, whichever the first line has most of
  TableHeader header = TableHeader::guess;

  // FASTA.
  FastaLabel fasta_label = FastaLabel::guess;
  std::string file_label{};  ///< not empty: every row of the file gets this label

  index_t max_classes = 1000;  ///< more different labels than this are refused
  Progress progress{};
};

}  // namespace l2g::data
