#pragma once
// Which positions a convolution or a pool reads, and which of its outputs a change reaches.
#include <l2g/dyn/registry.hpp>
#include <l2g/dyn/windowed_changed.hpp>

namespace l2g::model::detail {

/// Output t reads positions t stride - left + k dilation, k < taps.
struct Reach {
  index_t taps = 1, stride = 1, dilation = 1, left = 0;
  index_t span() const { return (taps - 1) * dilation + 1; }
  /// The first position that output t reads, and how many `width` outputs read from there.
  index_t first(index_t t) const { return t * stride - left; }
  index_t read_by(index_t width) const { return (width - 1) * stride + span(); }
  Stretch reached(Stretch in) const {
    if (in.from >= in.to) return {in.from / stride, in.from / stride};
    const index_t first = in.from + left - span() + 1;
    return {first <= 0 ? 0 : (first + stride - 1) / stride, (in.to - 1 + left) / stride + 1};
  }
  /// Windows of what the changes of `in` reach.
  void place(const Changed& in, Changed& out) const {
    out.touched.resize(in.touched.size());
    for (std::size_t i = 0; i < in.touched.size(); ++i) out.touched[i] = reached(in.touched[i]);
    out.place();
  }
  /// The largest width of their windows, out of `length` outputs.
  index_t width(index_t in, index_t length) const { return std::min(length, (in + span() - 2) / stride + 1); }
};

/// Of a conv1d, max_pool or average_pool.
inline Reach reach_of(const Spec& s) {
  const auto number = [&](const char* name) { return index_t(number_of(s, name)); };
  if (s.type != "conv1d") {
    const index_t window = number("window"), stride = number("stride");
    return {window, stride ? stride : window};
  }
  Reach r{number("kernel"), number("stride"), number("dilation")};
  const std::string padding = word_of(s, "padding");
  r.left = padding == "valid" ? 0 : padding == "causal" ? r.span() - 1 : (r.span() - 1) / 2;
  return r;
}

}  // namespace l2g::model::detail
