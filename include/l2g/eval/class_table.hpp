#pragma once
// One line a class: how well it is found and ranked.
#include <l2g/eval/classification.hpp>

#include <string>

namespace l2g::eval {

struct ClassRow : ClassScore {
  std::string name;
  double auc = 0, auprc = 0;  ///< the class against the rest; NaN where undefined
};
/// probabilities (rows, classes); `predicted` by the model's threshold. A class without a name is called by its number.
std::vector<ClassRow> class_table(std::span<const double> probabilities, std::span<const std::int32_t> truth,
                                  std::span<const std::int32_t> predicted, std::span<const std::string> classes);
/// A table of at most `most` classes, the rarest left out: precision, recall, F1, AUC, AUPRC, rows.
std::string to_text(std::span<const ClassRow> table, index_t most = 12);

}  // namespace l2g::eval

#ifndef L2G_COMPILED
#include <l2g/eval/class_table-inl.hpp>
#endif
