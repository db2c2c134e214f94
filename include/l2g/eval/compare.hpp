#pragma once
// Two models on the same labelled rows.
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/paired.hpp>

#include <optional>
#include <string>

namespace l2g::eval {

/// What one model says: probabilities (rows, classes) and the class that it calls for each row by its own threshold.
struct Said {
  std::span<const double> probabilities;
  std::span<const std::int32_t> called;
};

struct Comparison {
  index_t rows = 0, classes = 0;
  double first_mcc = 0, second_mcc = 0;
  Difference mcc{};  ///< first - second on the same resamples of the rows
  double first_accuracy = 0, second_accuracy = 0;
  McNemar accuracy{};                    ///< rows that only one has right
  double first_auc = 0, second_auc = 0;  ///< of two classes that of the second, else the mean of one against the rest
  std::optional<DeLong> auc{};           ///< of two classes with two rows each
};
/// Masked rows (negative truth) count nowhere. Throws l2g::error when the sides are not of the same rows.
Comparison compare(std::span<const std::int32_t> truth, const Said& first, const Said& second, index_t classes,
                   const BootstrapOptions& options = {});
/// Some lines: both models, the difference with its interval, McNemar, DeLong, and what it says in words.
std::string to_text(const Comparison& comparison, const std::string& first, const std::string& second);

/// What must be said wherever seeds are compared.
inline constexpr const char* seeds_warning =
    "seeds on one test set measure how training varies, not how other test rows would change the scores";

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/compare-inl.hpp>
#endif
