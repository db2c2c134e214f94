#pragma once
// Containers of layers on windows: one part after the other, or two side by side.
#include <l2g/dyn/windowed_node.hpp>

namespace l2g::model::detail {

/// One layer after the other.
class Chained final : public WindowNode {
 public:
  explicit Chained(std::vector<NodePointer> parts) : parts_(std::move(parts)) {
    out_.length = parts_.back()->length(), out_.channels = parts_.back()->channels();
  }
  void read(const float* in) override {
    for (const NodePointer& p : parts_) {
      p->read(in);
      in = p->reference();
    }
    out_.reference = in;
  }
  const Changed& change(const Changed& in) override {
    const Changed* at = &in;
    for (const NodePointer& p : parts_) at = &p->change(*at);
    return *at;
  }
  index_t numbers(index_t& width) const override {
    index_t sum = 0;
    for (const NodePointer& p : parts_) sum += p->numbers(width);
    return sum;
  }

 private:
  std::vector<NodePointer> parts_;
};

/// f(x) + skip(x), or the channels of one behind those of the other. Without a skip it is x itself.
class TwoBranches final : public WindowNode {
 public:
  TwoBranches(NodePointer first, NodePointer second, bool side_by_side, Seq in, cpu::Pool* pool)
      : first_(std::move(first)), second_(std::move(second)), side_by_side_(side_by_side), pool_(pool) {
    const index_t more = side_by_side ? second_->channels() : 0;
    shape(in, {1, first_->length(), first_->channels() + more});
  }
  void read(const float* in) override {
    first_->read(in);
    if (second_) second_->read(in);
    join(first_->reference(), second_ ? second_->reference() : in, out_.length, own_.data());
  }
  const Changed& change(const Changed& in) override {
    const Changed& a = first_->change(in);
    const Changed& b = second_ ? second_->change(in) : in;
    out_.touched.resize(in.touched.size());
    for (std::size_t i = 0; i < out_.touched.size(); ++i)
      out_.touched[i] = {std::min(a.touched[i].from, b.touched[i].from), std::max(a.touched[i].to, b.touched[i].to)};
    out_.place();
    const index_t ca = a.channels, cb = b.channels;
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      thread_local std::vector<float> left, right;
      const index_t from = out_.start[std::size_t(i)];
      const float* x = a.window(i);
      if (a.width != out_.width || a.start[std::size_t(i)] != from) {
        left.resize(std::size_t(out_.width * ca));
        a.gather(i, from, out_.width, left.data());
        x = left.data();
      }
      right.resize(std::size_t(out_.width * cb));
      b.gather(i, from, out_.width, right.data());
      join(x, right.data(), out_.width, out_.window(i));
    });
    return out_;
  }
  index_t numbers(index_t& width) const override {
    index_t other = width;
    const index_t inside = first_->numbers(width) + (second_ ? second_->numbers(other) : 0);
    width = std::max(width, other);
    return inside + numbers_of(width);
  }

 private:
  void join(const float* a, const float* b, index_t positions, float* to) const {
    const index_t ca = first_->channels(), cb = out_.channels - ca;
    if (!side_by_side_) {
      for (index_t j = 0; j < positions * ca; ++j) to[j] = a[j] + b[j];
      return;
    }
    for (index_t t = 0; t < positions; ++t) {
      std::copy_n(a + t * ca, ca, to + t * out_.channels);
      std::copy_n(b + t * cb, cb, to + t * out_.channels + ca);
    }
  }
  NodePointer first_, second_;
  bool side_by_side_;
  cpu::Pool* pool_;
};

}  // namespace l2g::model::detail
