#pragma once
// A batch: values or integer ids, the lengths of its sequences, and labels or targets.
#include <l2g/core/view.hpp>

namespace l2g {

template <class T, class In, class D = Cpu>
struct Batch {
  View<T, In, D> values;            // (batch, length, channels), or unbound
  View<std::int32_t, In, D> ids;    // (batch, length, 1), or unbound
  std::int32_t* lengths = nullptr;  // (batch): real positions of each sequence, the rest of its row is padding
  std::int32_t* labels = nullptr;   // one for each row of the prediction; negative: does not count
  T* targets = nullptr;             // as many as predictions, for losses on numbers
};

}  // namespace l2g
