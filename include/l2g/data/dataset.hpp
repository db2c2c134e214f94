#pragma once
// Sequences with labels: what every reader returns and every other part takes.
#include <l2g/data/letters.hpp>

#include <span>
#include <vector>

namespace l2g::data {

/// Rows of DNA. Sequences hold upper-case A C G T N and IUPAC codes (see LetterRules), never an empty one.
struct Dataset {
  std::string name{};                    ///< short: the file's or folder's name
  std::string source{};                  ///< where it came from: a path, or how it was made
  std::vector<std::string> ids{};        ///< one a row, or none at all
  std::vector<std::string> sequences{};  ///< one a row
  std::vector<std::int32_t> labels{};    ///< one a row, in 0..classes-1, or none at all: unlabelled
  std::vector<std::string> classes{};    ///< names of the labels in natural order: label k is classes[k]
  std::vector<std::string> notes{};      ///< what a reader guessed, one line each, to be shown to the user

  index_t rows() const { return static_cast<index_t>(sequences.size()); }
  bool empty() const { return sequences.empty(); }
  bool labelled() const { return !labels.empty(); }
  index_t class_count() const { return static_cast<index_t>(classes.size()); }
  index_t longest() const;
};

/// Three parts with the same classes in the same order; dev and test may be empty.
struct Splits {
  Dataset train{}, dev{}, test{};
};

/// The rows with the given numbers, in that order (a row may come twice). Throws error for a number outside 0..rows-1.
Dataset select(const Dataset& dataset, std::span<const index_t> rows);

/// Order of class names: numbers by value when both are numbers, else text with its runs of digits compared as numbers.
bool natural_less(std::string_view a, std::string_view b);

/// Fills labels and classes (natural order) from one label text a row. Throws error above `max_classes` classes, which
/// is what a column of measurements or names looks like, and for one number in two spellings (1 and 1.0).
void assign_labels(Dataset& dataset, const std::vector<std::string>& values, index_t max_classes = 1000);

/// Gives several parts one common list of classes (natural order of the union) and renumbers their labels. Throws error
/// for one number in two spellings.
void unite_classes(std::span<Dataset* const> parts);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/dataset-inl.hpp>
#endif
