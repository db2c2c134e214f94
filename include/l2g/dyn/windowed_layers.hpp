#pragma once
// Nodes that run the layer of the model itself: on the windows, on what the windows read, or on mutants in full.
#include <l2g/core/progress.hpp>
#include <l2g/dyn/windowed_node.hpp>
#include <l2g/dyn/windowed_reach.hpp>

namespace l2g::model::detail {

/// Each position on its own: normalisation, activations, linear maps.
class EachPosition final : public LayerNode {
 public:
  explicit EachPosition(const WindowPart& part) : LayerNode(part), many_(part) {}
  const Changed& change(const Changed& in) override {
    out_.touched = in.touched, out_.start = in.start, out_.width = in.width;
    out_.values.resize(std::size_t(in.count() * in.width * out_.channels));
    many_({in.count(), in.width, in.channels}, in.values.data(), out_.values.data());
    return out_;
  }
  index_t numbers(index_t& width) const override { return numbers_of(width); }

 private:
  PlannedLayer many_;
};

/// Pools, and convolutions with groups: without padding, on what the windows read.
class Neighbours final : public LayerNode {
 public:
  explicit Neighbours(const WindowPart& part)
      : LayerNode(part), many_(part, without_padding(part.spec)), reach_(reach_of(part.spec)) {}
  const Changed& change(const Changed& in) override {
    reach_.place(in, out_);
    const index_t wide = reach_.read_by(out_.width);
    read_.resize(std::size_t(in.count() * wide * in.channels));
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      in.gather(i, reach_.first(out_.start[std::size_t(i)]), wide, &read_[std::size_t(i * wide * in.channels)]);
    });
    many_({in.count(), wide, in.channels}, read_.data(), out_.values.data());
    return out_;
  }
  index_t numbers(index_t& width) const override {
    width = reach_.width(width, out_.length);
    return numbers_of(width) + reach_.read_by(width) * in_[2];
  }

 private:
  static Spec without_padding(Spec s) {
    if (s.type == "conv1d") s.words["padding"] = "valid";
    return s;
  }
  PlannedLayer many_;
  Reach reach_;
  std::vector<float> read_;
};

/// What sees all positions: mutants in full, a few at a time.
class AllPositions final : public LayerNode {
 public:
  explicit AllPositions(const WindowPart& part) : LayerNode(part), many_(part) {}
  const Changed& change(const Changed& in) override {
    out_.place_whole(in.count());
    const index_t each = in_[1] * in_[2], size = out_.length * out_.channels;
    full_.resize(std::size_t(together * each));
    result_.resize(std::size_t(together * size));
    for (index_t begin = 0; begin < in.count(); begin += together) {
      throw_if_interrupted();
      const index_t n = std::min(together, in.count() - begin);
      for (index_t i = 0; i < together; ++i)  // the last few are filled up: one shape is planned
        in.gather(begin + std::min(i, n - 1), 0, in_[1], &full_[std::size_t(i * each)]);
      many_({together, in_[1], in_[2]}, full_.data(), result_.data());
      std::copy_n(result_.data(), n * size, out_.window(begin));
    }
    return out_;
  }
  index_t numbers(index_t& width) const override {
    width = out_.length;
    return numbers_of(width);
  }

 private:
  static constexpr index_t together = 32;
  PlannedLayer many_;
  std::vector<float> full_, result_;
};

}  // namespace l2g::model::detail
