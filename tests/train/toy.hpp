#pragma once
// A small problem with a known answer: does a sequence of 24 letters hold the motif ACGTA?
#include <l2g/nn/activation.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/svd_lora.hpp>
#include <l2g/train/evaluate.hpp>
#include <l2g/train/loop.hpp>

#include <cstring>

namespace toy {
using namespace l2g;

inline constexpr index_t letters = 24;

/// Row r of a toy data set; `jitter` adds noise that depends on the position in the training, as augmentation does.
struct Motifs {
  index_t count = 256;
  std::uint64_t seed = 1;
  double jitter = 0;
  void (*each_fill)(void*) = nullptr;
  void* self = nullptr;

  index_t rows() const { return count; }
  std::uint64_t fingerprint() const { return seed; }
  int label(index_t row) const { return int(Rng{seed, 0}.below(1, std::uint64_t(row), 2)); }
  int letter(index_t row, index_t place) const {
    constexpr int motif[] = {0, 1, 2, 3, 0};
    const Rng rng{seed, std::uint64_t(row)};
    const index_t start = index_t(rng.below(2, 0, std::uint64_t(letters - 5)));
    if (label(row) && place >= start && place < start + 5) return motif[place - start];
    return int(rng.below(3, std::uint64_t(place), 4));
  }
  template <class Batch>
  void fill(Batch& b, std::int64_t position, std::span<const index_t> rows) {
    using T = typename decltype(b.values)::value_type;
    if (each_fill) each_fill(self);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Rng noise{seed, std::uint64_t(position) + i};
      T* x = b.values.data + index_t(i) * letters * 4;
      for (index_t j = 0; j < letters * 4; ++j)
        x[j] = T(jitter * (noise.uniform(4, std::uint64_t(j)) - 0.5)) + T(letter(rows[i], j / 4) == j % 4);
      b.labels[i] = label(rows[i]);
    }
  }
};

using Cnn = Sequential<Conv1d<4, 12, 5>, BatchNorm1d<12>, Relu, GlobalMaxPool, Linear<12, 2>>;
using Plain = Sequential<Conv1d<4, 12, 5>, Relu, GlobalMaxPool, Linear<12, 2>>;
/// Everything that has a state of its own: batch statistics, dropout, rank masks.
using Stateful = Sequential<Conv1d<4, 8, 5>, BatchNorm1d<8>, Relu, Dropout<200>, SvdLora<Linear<8, 8>, 4, PerStep<500>>,
                            Relu, MeanPool, Linear<8, 2>>;
template <index_t B>
using In = Shape<B, letters, 4>;

template <class Step>
std::vector<typename Step::value_type> weights_of(const Step& s) {
  std::vector<typename Step::value_type> v(s.weights, s.weights + s.parameters());
  v.insert(v.end(), s.buffers, s.buffers + s.buffer_elements());
  return v;
}
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}
/// Equal in all but the seconds.
inline bool same_history(const std::vector<HistoryEntry>& a, const std::vector<HistoryEntry>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x[] = {a[i].epoch, a[i].train_loss, a[i].loss, a[i].metric, a[i].rate, a[i].norm};
    const double y[] = {b[i].epoch, b[i].train_loss, b[i].loss, b[i].metric, b[i].rate, b[i].norm};
    if (a[i].step != b[i].step || std::memcmp(x, y, sizeof x) != 0) return false;
  }
  return true;
}

struct Judge {  // validation on rows that training does not see
  Motifs dev{128, 2};
  template <class Step>
  Evaluation operator()(Step& step) {
    return evaluate_classes(step, dev);
  }
};

inline FitOptions quick(std::int64_t steps) {
  FitOptions o;
  o.steps = steps;
  o.schedule.rate = 5e-3;
  o.seed = 7;
  return o;
}

}  // namespace toy
