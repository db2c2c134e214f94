#pragma once
// Windows behind a convolution without groups.
#include <l2g/cpu/tile.hpp>
#include <l2g/dyn/windowed_node.hpp>
#include <l2g/dyn/windowed_reach.hpp>
#include <l2g/nn/norm.hpp>

#include <cmath>

namespace l2g::model::detail {

/// A convolution without groups, with the batch normalisation and the ReLU behind it.
class Convolved final : public WindowNode {
 public:
  /// norm: the batch normalisation, null: none.
  Convolved(const WindowPart& part, const WindowPart* norm, bool relu)
      : reach_(reach_of(part.spec)), relu_(relu), pool_(part.pool) {
    shape(part.in, out_of(part.spec, part.in));
    const index_t n = out_.channels;
    depth_ = reach_.taps * in_[2];
    bias_ = part.tensor("bias");
    if (norm) {
      gain_ = norm->tensor("weight"), offset_ = norm->tensor("bias");
      mean_ = norm->tensor("running_mean");
      const float* variance = norm->tensor("running_var");
      for (index_t o = 0; o < n; ++o) rstd_.push_back(1.0f / std::sqrt(variance[o] + float(BatchNorm1d<>::epsilon)));
    }
    packed_ = Memory<Cpu>::get(bytes_of<float>(cpu::packed_size<float>(depth_, n)));
    cpu::pack_panels<float>(depth_, n, part.tensor("weight"), {depth_, true}, panels());
  }
  void read(const float* in) override {
    Changed whole;  // a mutant without a window
    whole.reference = in, whole.length = in_[1], whole.channels = in_[2];
    whole.start.assign(1, 0);
    lines(whole, out_.length, {0}, own_.data());
  }
  const Changed& change(const Changed& in) override {
    reach_.place(in, out_);
    if (bytes_of<float>(depth_ * out_.channels) <= std::size_t(1) << 20)
      windows(in);
    else
      lines(in, out_.width, out_.start, out_.values.data());
    return out_;
  }
  index_t numbers(index_t& width) const override {
    width = reach_.width(width, out_.length);
    return numbers_of(width);
  }

 private:
  float* panels() { return reinterpret_cast<float*>(packed_.get()); }
  cpu::Product<float> product(index_t rows, const float* a, float* y) {
    auto p = cpu::product<float>(rows, out_.channels, depth_, a, {depth_}, panels(), false, y, out_.channels);
    p.start = bias_;
    return p;
  }
  /// Normalisation and ReLU of rows that are still near.
  void finish(float* y, index_t rows) const {
    const index_t n = rows * out_.channels;
    if (gain_) {
      cpu::Lanes cx;
      const kernels::BatchNorm<float> norm{y, gain_, offset_, mean_, rstd_.data(), y, out_.channels};
      for (index_t r = 0; r < rows; ++r) norm(cx, r);
    }
    if (!relu_) return;
    for (index_t i = 0; i < n; ++i) y[i] = y[i] > 0 ? y[i] : 0.0f;
  }
  /// Window by window, read where it was gathered: for weights that stay in the second cache.
  void windows(const Changed& in) {
    const index_t wide = reach_.read_by(out_.width);
    const bool whole = reach_.dilation == 1;  // then a line is one run of numbers
    constexpr index_t some = 8;
    cpu::parallel(pool_, (in.count() + some - 1) / some, [&](index_t item) {
      thread_local std::vector<float> seen;
      seen.resize(std::size_t(wide * in.channels));
      for (index_t i = item * some; i < std::min(in.count(), item * some + some); ++i) {
        in.gather(i, reach_.first(out_.start[std::size_t(i)]), wide, seen.data());
        auto p = product(out_.width, seen.data(), out_.window(i));
        p.row = reach_.stride * in.channels;
        if (!whole) p.taps = reach_.taps, p.depth = in.channels, p.tap = reach_.dilation * in.channels;
        cpu::multiply<float>(p);
        finish(out_.window(i), out_.width);
      }
    });
  }
  /// Lines of all windows as rows of one product: weights are read once for each block of rows.
  void lines(const Changed& in, index_t width, const std::vector<index_t>& start, float* y) {
    // The rows of a block lie in the second cache.
    const index_t rows = index_t(start.size()) * width, block = std::clamp<index_t>(131072 / depth_, 14, 224);
    cpu::parallel(pool_, (rows + block - 1) / block, [&](index_t b) {
      thread_local std::vector<float> seen;
      const index_t first = b * block, n = std::min(block, rows - first);
      seen.resize(std::size_t(n * depth_));
      for (index_t r = 0; r < n; ++r) {
        const index_t mutant = (first + r) / width, place = (first + r) % width;
        const index_t from = reach_.first(start[std::size_t(mutant)] + place);
        float* to = &seen[std::size_t(r * depth_)];
        if (reach_.dilation == 1)
          in.gather(mutant, from, reach_.taps, to);
        else
          for (index_t k = 0; k < reach_.taps; ++k)
            in.gather(mutant, from + k * reach_.dilation, 1, to + k * in.channels);
      }
      cpu::multiply<float>(product(n, seen.data(), y + first * out_.channels));
      finish(y + first * out_.channels, n);
    });
  }
  Reach reach_;
  bool relu_;
  cpu::Pool* pool_;
  index_t depth_ = 0;
  const float *bias_ = nullptr, *gain_ = nullptr, *offset_ = nullptr, *mean_ = nullptr;
  std::vector<float> rstd_;
  Memory<Cpu>::Block packed_;
};

}  // namespace l2g::model::detail
