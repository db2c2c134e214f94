#pragma once
// The mean over both strands, on windows.
#include <l2g/dyn/windowed_node.hpp>
#include <l2g/kernels/strands.hpp>

namespace l2g::model::detail {

/// The mean over both strands of the bases: the exchange on one strand is its complement on the other.
class BothStrandsOf final : public WindowNode {
 public:
  BothStrandsOf(NodePointer forward, NodePointer reverse, Seq in)
      : forward_(std::move(forward)), reverse_(std::move(reverse)) {
    shape(in, {1, forward_->length(), forward_->channels()});
    other_.resize(std::size_t(in.size()));
    other_in_.reference = other_.data(), other_in_.length = in[1], other_in_.channels = in[2];
  }
  void read(const float* in) override {
    const index_t l = in_[1], c = in_[2];
    const auto is_base = [&](index_t t) {
      return std::any_of(in + t * c, in + t * c + 4, [](float v) { return v != 0; });
    };
    first_ = 0, end_ = l;
    while (first_ < end_ && !is_base(first_)) ++first_;
    while (end_ > first_ && !is_base(end_ - 1)) --end_;
    for (index_t t = 0; t < l; ++t) across(in + kernels::across(t, first_, end_) * c, t, &other_[std::size_t(t * c)]);
    forward_->read(in);
    reverse_->read(other_.data());
    for (std::size_t j = 0; j < own_.size(); ++j)
      own_[j] = (forward_->reference()[j] + reverse_->reference()[j]) * 0.5f;
  }
  const Changed& change(const Changed& in) override {
    other_in_.touched.resize(in.touched.size());
    for (std::size_t i = 0; i < in.touched.size(); ++i) {
      const index_t t = kernels::across(in.start[i], first_, end_);
      other_in_.touched[i] = {t, t + 1};
    }
    other_in_.place();
    for (index_t i = 0; i < in.count(); ++i) across(in.window(i), other_in_.start[std::size_t(i)], other_in_.window(i));
    const Changed& a = forward_->change(in);
    const Changed& b = reverse_->change(other_in_);
    out_.place_whole(in.count());
    half_.resize(std::size_t(out_.length * out_.channels));
    for (index_t i = 0; i < in.count(); ++i) {
      a.gather(i, 0, out_.length, out_.window(i));
      b.gather(i, 0, out_.length, half_.data());
      for (std::size_t j = 0; j < half_.size(); ++j) out_.window(i)[j] = (out_.window(i)[j] + half_[j]) * 0.5f;
    }
    return out_;
  }
  index_t numbers(index_t& width) const override {
    index_t other = width;
    const index_t inside = forward_->numbers(width) + reverse_->numbers(other);
    width = out_.length;
    return inside + numbers_of(width);
  }

 private:
  void across(const float* from, index_t at, float* to) const {
    const bool inside = at >= first_ && at < end_;
    for (index_t j = 0; j < in_[2]; ++j) to[j] = from[kernels::complement(j, inside)];
  }
  NodePointer forward_, reverse_;
  index_t first_ = 0, end_ = 0;
  std::vector<float> other_, half_;
  Changed other_in_;
};

}  // namespace l2g::model::detail
