#pragma once
// Layers that make one vector of all positions: what changed is added to what the reference gave.
#include <l2g/dyn/windowed_node.hpp>

#include <cmath>
#include <limits>

namespace l2g::model::detail {

/// The vector of each mutant; nothing behind it has positions.
class OneVector : public LayerNode {
 public:
  using LayerNode::LayerNode;
  const Changed& change(const Changed& in) final {
    out_.place_whole(in.count());
    vectors(in);
    return out_;
  }
  index_t numbers(index_t& width) const final {
    const index_t taken = numbers_of(1) + scratch(width);
    width = 1;
    return taken;
  }

 protected:
  /// The vectors of the mutants, into out_.
  virtual void vectors(const Changed& in) = 0;
  /// Numbers besides its vector for one mutant.
  virtual index_t scratch([[maybe_unused]] index_t width) const { return 0; }
};

/// Mean over all positions.
class MeanOfPositions final : public OneVector {
 public:
  using OneVector::OneVector;

 private:
  void vectors(const Changed& in) override {
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      const index_t c = in.channels;
      const float *x = in.window(i), *r = in.reference + in.start[std::size_t(i)] * c;
      for (index_t j = 0; j < c; ++j) {
        double sum = 0;
        for (index_t t = 0; t < in.width; ++t) sum += double(x[t * c + j]) - double(r[t * c + j]);
        out_.window(i)[j] = float(double(own_[std::size_t(j)]) + sum / double(in.length));
      }
    });
  }
};

/// Maximum over all positions.
class LargestOfPositions final : public OneVector {
 public:
  using OneVector::OneVector;
  void read(const float* in) override {
    OneVector::read(in);
    const index_t l = in_[1], c = in_[2];
    before_.assign(std::size_t((l + 1) * c), lowest);
    behind_.assign(std::size_t((l + 1) * c), lowest);
    for (index_t t = 0; t < l; ++t)
      for (index_t j = 0; j < c; ++j)
        before_[std::size_t((t + 1) * c + j)] = std::max(before_[std::size_t(t * c + j)], in[t * c + j]);
    for (index_t t = l; t-- > 0;)
      for (index_t j = 0; j < c; ++j)
        behind_[std::size_t(t * c + j)] = std::max(behind_[std::size_t((t + 1) * c + j)], in[t * c + j]);
  }

 private:
  void vectors(const Changed& in) override {
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      const index_t c = in.channels, at = in.start[std::size_t(i)];
      const float* x = in.window(i);
      for (index_t j = 0; j < c; ++j) {
        float top = std::max(before_[std::size_t(at * c + j)], behind_[std::size_t((at + in.width) * c + j)]);
        for (index_t t = 0; t < in.width; ++t) top = std::max(top, x[t * c + j]);
        out_.window(i)[j] = top;
      }
    });
  }
  static constexpr float lowest = std::numeric_limits<float>::lowest();
  std::vector<float> before_, behind_;  // (length + 1, channels): the largest before a position, and from it on
};

/// Flatten and the linear map behind it: the reference's output and the map of what changed.
class FlatLinear final : public OneVector {
 public:
  /// linear: the map, whose input is what flatten reads.
  explicit FlatLinear(const WindowPart& linear)
      : OneVector(flat(linear)), weight_(linear.tensor("weight")), channels_in_(linear.in[2]) {}

 private:
  void vectors(const Changed& in) override {
    const index_t size = in.width * in.channels, columns = in_[2], n = out_.channels;
    difference_.resize(in.values.size());
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      const float *x = in.window(i), *r = in.reference + in.start[std::size_t(i)] * in.channels;
      float* d = difference_.data() + i * size;
      for (index_t j = 0; j < size; ++j) d[j] = x[j] - r[j];
    });
    Context<Cpu>& c = one_.context();
    for (index_t begin = 0, end = 0; begin < in.count(); begin = end) {  // windows at one place share their weights
      const index_t place = in.start[std::size_t(begin)];
      while (end < in.count() && in.start[std::size_t(end)] == place) ++end;
      gemm<float>(c, end - begin, n, size, 1.0f, difference_.data() + begin * size, {size},
                  weight_ + place * in.channels, {columns, true}, 0.0f, out_.window(begin), {n}, 1, own_.data());
    }
  }
  index_t scratch(index_t width) const override { return width * channels_in_; }
  static WindowPart flat(WindowPart part) {
    part.in = {1, 1, part.in[1] * part.in[2]};
    return part;
  }
  const float* weight_;
  index_t channels_in_;
  std::vector<float> difference_;
};

/// A bag of k-mers of the bases themselves: those around the exchange go, others come.
class BagOfKmers final : public OneVector {
 public:
  explicit BagOfKmers(const WindowPart& part) : OneVector(part), many_(part), k_(index_t(number_of(part.spec, "k"))) {}

 private:
  void vectors(const Changed& in) override {
    // All windows that hold the exchange, with and without it; what else lies in them takes itself away.
    const index_t wide = std::min(in.length, in.width + 2 * k_ - 2), size = wide * in.channels, n = out_.channels;
    read_.resize(std::size_t(2 * in.count() * size));
    result_.resize(std::size_t(2 * in.count() * n));
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      const index_t from = std::clamp<index_t>(in.start[std::size_t(i)] - k_ + 1, 0, in.length - wide);
      in.gather(i, from, wide, &read_[std::size_t(2 * i * size)]);
      std::copy_n(in.reference + from * in.channels, size, &read_[std::size_t((2 * i + 1) * size)]);
    });
    many_({2 * in.count(), wide, in.channels}, read_.data(), result_.data());
    // Each of the two is divided by the root of its own number of windows.
    const double scale = std::sqrt(double(wide - k_ + 1) / double(in.length - k_ + 1));
    for (index_t i = 0; i < in.count(); ++i)
      for (index_t j = 0; j < n; ++j) {
        const double change =
            double(result_[std::size_t(2 * i * n + j)]) - double(result_[std::size_t((2 * i + 1) * n + j)]);
        out_.window(i)[j] = float(double(own_[std::size_t(j)]) + scale * change);
      }
  }
  index_t scratch(index_t width) const override { return 2 * (width + 2 * k_) * in_[2]; }
  PlannedLayer many_;
  index_t k_;
  std::vector<float> read_, result_;
};

}  // namespace l2g::model::detail
