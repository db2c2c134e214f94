#pragma once
// What a model says before it becomes probabilities, and which number of it is explained.
#include <l2g/dyn/predict.hpp>

namespace l2g::model {

/// The one number of a model's outputs that is explained: the sum of weight x logit.
struct Explained {
  std::string name;             ///< "logit of 'C'", "logit of '1' - logit of '0'"
  std::vector<double> weights;  ///< (outputs); empty: the logit of each sequence's own prediction
  /// The weights for a sequence with these logits.
  std::vector<double> weights_of(std::span<const double> logits) const;
};
/// Where there are two classes, the logit of `wanted` (empty: the second) less that of the other; else the logit of
/// `wanted` (empty: of each sequence's own prediction). Throws error for a class that the model does not have, with
/// those that it has.
Explained explained_output(const Model& model, const std::string& wanted);

/// Logits of rows, the mean over both strands where the model says so. Planned once, used for many data sets.
class Logits {
 public:
  Logits(const Model& model, index_t batch, cpu::Pool* pool);
  /// (rows, outputs).
  std::vector<double> operator()(const data::Dataset& dataset, const Progress& progress = {});

 private:
  const Model& model_;
  AnyStep step_;
};

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/logits-inl.hpp>
#endif
