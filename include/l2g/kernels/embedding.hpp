#pragma once
// Table look-up with learned positions.
#include <l2g/core/context.hpp>

namespace l2g::kernels {

template <class T>
struct Embed {  // row (b, t): table[id] + positions[t + offset]; an id outside of the table gives a row of zeros
  const std::int32_t* ids;
  const T *table, *positions;  // positions may be null
  T* y;
  index_t l, c, entries, offset;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const std::int32_t id = ids[row];
    const bool known = id >= 0 && id < entries;
    const T *from = table + (known ? id : 0) * c, *place = positions ? positions + (row % l + offset) * c : nullptr;
    for (index_t j = cx.first(); j < c; j += cx.step()) {
      auto v = known ? cx.load(from, j, c) : cx.value(T(0));
      if (place) v = v + cx.load(place, j, c);
      cx.store(y + row * c, j, c, v);
    }
  }
};
template <class T>
struct EmbedGrad {  // a chunk of columns: all rows in order, so that the sums have one order
  const std::int32_t* ids;
  const T* dy;
  T *dtable, *dpositions;  // each may be null
  index_t rows, l, c, entries, offset, chunk;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t item) const {
    const index_t begin = item * chunk, end = begin + chunk < c ? begin + chunk : c;
    for (index_t row = 0; row < rows; ++row) {
      if (row % l >= lengths.of(row / l, l)) continue;
      const std::int32_t id = ids[row];
      for (index_t j = begin + cx.first(); j < end; j += cx.step()) {
        const auto d = cx.load(dy + row * c, j, end);
        if (dtable && id >= 0 && id < entries) cx.store(dtable + id * c, j, end, cx.load(dtable + id * c, j, end) + d);
        if (dpositions) {
          T* to = dpositions + (row % l + offset) * c;
          cx.store(to, j, end, cx.load(to, j, end) + d);
        }
      }
    }
  }
};

}  // namespace l2g::kernels
