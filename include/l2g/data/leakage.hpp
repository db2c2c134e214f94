#pragma once
// Does dev or test hold what train holds?
#include <l2g/core/progress.hpp>
#include <l2g/data/dataset.hpp>

namespace l2g::data {

/// How a row is found in train, from the plainest; a row counts for the first kind that fits it.
enum class LeakKind {
  exact,               ///< the same sequence
  reverse_complement,  ///< the other strand of a train sequence
  substring,           ///< lies inside a train sequence, or one lies inside it; either strand
  shared_kmer          ///< shares a stretch of k letters A C G T, either strand
};
std::string_view name(LeakKind kind);

struct Leak {
  index_t row = 0;        ///< of dev or test
  index_t train_row = 0;  ///< one of train that it was found in
  LeakKind kind = LeakKind::exact;
  bool other_label = false;  ///< that train row has another label (exact and reverse complement: any such row has)
};

/// One part against train.
struct PartLeakage {
  std::string part{};  ///< "dev", "test"
  index_t rows = 0;
  std::vector<Leak> leaks{};  ///< one for each row that is found, ascending
  index_t exact = 0;          ///< rows, as are the next three; kinds do not overlap
  index_t reverse_complement = 0, substring = 0, shared_kmer = 0;
  index_t exact_sequences = 0;    ///< distinct sequences among the exact rows
  index_t exact_other_label = 0;  ///< exact rows that stand in train with another label
  double shared_kmer_share = 0;   ///< share of all rows, whatever the kind, that share a k-mer with train, 0..1
};

struct Leakage {
  index_t k = 0;
  std::vector<PartLeakage> parts{};  ///< dev and test, those that have rows
};

struct LeakageOptions {
  index_t k = 0;  ///< 0: 120, or half of the median train length where that is less; at least 16
  Progress progress{};
};

/// Compares dev and test with train. Time and memory grow with the number of letters. Throws error for k between 1 and
/// 7 (shared by chance), and Interrupted.
Leakage leakage(const Splits& splits, const LeakageOptions& options = {});

/// One part alone.
PartLeakage leakage(const Dataset& train, const Dataset& part, index_t k, const Progress& progress = {});

/// Rows of the part that are not found in train up to this kind: what to select() for a clean test.
std::vector<index_t> clean_rows(const PartLeakage& part, LeakKind last = LeakKind::substring);

/// Some lines.
std::string text(const Leakage& leakage);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/leakage-inl.hpp>
#endif
