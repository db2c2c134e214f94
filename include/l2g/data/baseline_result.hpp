#pragma once
// What the linear floors of a task are, and what they say.
#include <l2g/data/augment.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace l2g::data {

/// One linear model. MCC (multi-class Matthews correlation) and AUC are NaN where the part is missing; AUC of more than
/// two classes is the mean of one against the rest. `reverse` is the score of the same model on the reverse
/// complements.
struct BaselineScore {
  std::string model{};
  double C = 0;  ///< chosen by dev MCC, the smaller one at a tie; 0 for gc
  double dev_mcc = 0, test_mcc = 0;
  double dev_auc = 0, test_auc = 0;
  double dev_reverse_mcc = 0, test_reverse_mcc = 0;
};

enum class Answer { no, yes, unclear };

/// What dev scores of the linear models say; the test part has no say in it.
struct Advice {
  Answer position_matters = Answer::unclear;  ///< positional k-mers against k-mer counts
  Answer strand_matters = Answer::unclear;    ///< the best model on dev against itself on dev's reverse complements
  bool keep_positions = true;                 ///< flatten or attend to positions; false: pool over the whole length
  Augment augment{};                          ///< what training may do to a row
  std::string sentence{};
};

struct Baseline {
  std::vector<BaselineScore> models{};  ///< gc (two classes only), kmer5, pos1, pos3, joint
  std::string floor{};                  ///< the model with the best dev MCC
  index_t train_rows = 0, dev_rows = 0, test_rows = 0;
  bool dev_from_train = false;  ///< there was no dev part: a tenth of train stands in for it
  Advice advice{};
  /// Throws error for a name that is not among the models.
  const BaselineScore& operator[](std::string_view model) const;
};

}  // namespace l2g::data
