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
  const T* scale = nullptr;  // of each sequence, see EmbedScaled
  index_t mask = -1;
  L2G_HD void operator()(auto& cx, index_t item) const {
    const index_t begin = item * chunk, end = begin + chunk < c ? begin + chunk : c;
    for (index_t row = 0; row < rows; ++row) {
      if (row % l >= lengths.of(row / l, l)) continue;
      const std::int32_t id = ids[row];
      for (index_t j = begin + cx.first(); j < end; j += cx.step()) {
        auto d = cx.load(dy + row * c, j, end);
        if (scale) d = d * cx.read(scale, row / l);
        if (dtable && id >= 0 && id < entries && id != mask)
          cx.store(dtable + id * c, j, end, cx.load(dtable + id * c, j, end) + d);
        if (dpositions) {
          T* to = dpositions + (row % l + offset) * c;
          cx.store(to, j, end, cx.load(to, j, end) + d);
        }
      }
    }
  }
};

template <class T>
struct TokenDropoutScale {  // sequence b: (1 - 0.12) / (1 - masked share of its real positions)
  const std::int32_t* ids;
  T* scale;
  index_t l;
  std::int32_t mask;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t b) const {
    const index_t real = lengths.of(b, l);
    index_t seen = 0;
    for (index_t t = 0; t < real; ++t) seen += ids[b * l + t] != mask;
    if (cx.leader()) cx.write(scale, b, seen > 0 ? T(0.88) * T(real) / T(seen) : T(0));
  }
};
template <class T>
struct EmbedScaled {  // row (b, t): table[id] * scale[b]; zero for the mask and for an id outside of the table
  const std::int32_t* ids;
  const T *table, *scale;
  T* y;
  index_t l, c, entries, mask;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const std::int32_t id = ids[row];
    const bool known = id >= 0 && id < entries && id != mask;
    const T* from = table + (known ? id : 0) * c;
    const T factor = cx.read(scale, row / l);
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(y + row * c, j, c, known ? cx.load(from, j, c) * factor : cx.value(T(0)));
  }
};
template <class T>
struct AddTableRow {  // row (b, t): y = x + table[t * step + offset]
  const T *x, *table;
  T* y;
  index_t l, c, step, offset;
  L2G_HD void operator()(auto& cx, index_t row) const {
    const T* from = table + (row % l * step + offset) * c;
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(y + row * c, j, c, cx.load(x + row * c, j, c) + cx.load(from, j, c));
  }
};
template <class T>
struct TableRowGrad {  // a chunk of columns: all real rows in order
  const T* dy;
  T* dtable;
  index_t rows, l, c, step, offset, chunk;
  Lengths lengths;
  L2G_HD void operator()(auto& cx, index_t item) const {
    const index_t begin = item * chunk, end = begin + chunk < c ? begin + chunk : c;
    for (index_t row = 0; row < rows; ++row) {
      if (row % l >= lengths.of(row / l, l)) continue;
      T* to = dtable + (row % l * step + offset) * c;
      for (index_t j = begin + cx.first(); j < end; j += cx.step())
        cx.store(to, j, end, cx.load(to, j, end) + cx.load(dy + row * c, j, end));
    }
  }
};

}  // namespace l2g::kernels
