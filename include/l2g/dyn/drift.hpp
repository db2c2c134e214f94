#pragma once
// How far a training moved a model's weights.
#include <l2g/dyn/model.hpp>

namespace l2g::model {

/// One layer: all its tensors that both models have, adapters merged into their weights. Statistics of norms do not
/// count.
struct LayerDrift {
  std::string layer;  // "body.encoder.3", "head"
  index_t parameters = 0;
  index_t tensors = 0, different = 0;  // different: in any bit
  double before = 0;                   // norm of the weights
  double relative = 0;  // ||now - before|| / ||before||; where before is 0, the norm of what there is now
};

/// In the order of the keys, numbers by their value. Throws l2g::error for models that have no tensor of equal key and
/// shape.
std::vector<LayerDrift> drift(const Model& now, const Model& before);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/drift-inl.hpp>
#endif
