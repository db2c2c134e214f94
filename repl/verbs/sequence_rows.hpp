#pragma once
// Sequences and classes as the verbs of interpretation take them.
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/load.hpp>
#include <l2g/data/simulate.hpp>

#include <algorithm>
#include <filesystem>

namespace l2g::repl {

inline Parameter class_parameter() {
  return any("class", "the class that is explained; of two the second, else each sequence's own prediction").optional();
}

/// A class as the model calls it; names that are numbers may be typed as numbers. Empty when none was given.
inline std::string class_of(const Arguments& a, std::string_view name) {
  if (!a.has(name)) return {};
  const Value& v = a.value(name);
  if (const auto* s = v.as<std::string>()) return *s;
  if (const auto* n = v.as<index_t>()) return std::to_string(*n);
  throw error(fmt::format("'{}' is the name of a class, got {}", name, kind_in_words(v)));
}

/// The rows that the argument `rows` names of so many, counted from 0; none when it was not given.
inline std::vector<index_t> chosen_rows(const Arguments& a, index_t count) {
  if (!a.has("rows")) return {};
  std::vector<index_t> rows = a.integers("rows");
  for (index_t& n : rows) {
    if (n < 1 || n > count) throw error(fmt::format("row {} of data with rows 1 to {}", n, count));
    --n;
  }
  return rows;
}

/// The sequences of a file, whatever labels stand beside them.
inline data::Dataset file_rows(const std::string& path, Progress progress = {}) {
  data::LoadOptions o;
  o.without_labels = true;
  o.fasta_label = data::FastaLabel::none;
  o.progress = std::move(progress);
  return data::load_file(path, o);
}

/// The sequences that an argument means: a text of bases, a file, or rows of the session (of Splits those of the test).
inline data::Dataset sequence_rows(const Arguments& a, std::string_view name) {
  if (const auto d = a.object<data::Dataset>(name)) return *d;
  if (const auto s = a.object<data::Simulated>(name)) return s->dataset;
  if (const auto s = a.object<data::Splits>(name)) return s->test.empty() ? s->train : s->test;
  const auto* text = a.value(name).as<std::string>();
  if (!text)
    throw error(fmt::format("'{}' is a sequence, a Dataset or the path of a sequence file, got {}", name,
                            kind_in_words(a.value(name))));
  if (text->empty()) throw error(fmt::format("'{}': the sequence is empty", name));
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (!std::all_of(text->begin(), text->end(), letter) || std::filesystem::exists(path_of(*text)))
    return file_rows(path_of(*text));
  data::Dataset one;
  one.name = "sequence";
  one.sequences.push_back(*text);
  data::apply_letter_rules(one.sequences[0], {}, "the sequence", 1, 1);
  return one;
}

}  // namespace l2g::repl
