#pragma once
// What mutants change of an activation of the reference: a window of positions each.
#include <l2g/core/config.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace l2g::model::detail {

struct Stretch {
  index_t from = 0, to = 0;
};

/// An activation of the reference and, for each mutant of a batch, the window of positions that may differ from it.
struct Changed {
  const float* reference = nullptr;  // (length, channels)
  index_t length = 0, channels = 0;
  index_t width = 0;               // positions of a window; it lies inside of the sequence
  std::vector<Stretch> touched{};  // (mutants): what can differ
  std::vector<index_t> start{};    // (mutants): first position of the window
  std::vector<float> values{};     // (mutants, width, channels)

  index_t count() const { return index_t(touched.size()); }
  const float* window(index_t mutant) const { return values.data() + mutant * width * channels; }
  float* window(index_t mutant) { return values.data() + mutant * width * channels; }

  /// Windows of the least width that holds each stretch.
  void place() {
    width = 1;
    for (Stretch& s : touched) {
      s.from = std::clamp<index_t>(s.from, 0, length);
      s.to = std::clamp<index_t>(s.to, s.from, length);
      width = std::max(width, s.to - s.from);
    }
    start.resize(touched.size());
    for (std::size_t i = 0; i < start.size(); ++i) start[i] = std::min(touched[i].from, length - width);
    make_room();
  }
  /// All positions of each mutant.
  void place_whole(index_t mutants) {
    touched.assign(std::size_t(mutants), {0, length});
    width = length;
    start.assign(touched.size(), 0);
    make_room();
  }
  /// Positions first .. first + n - 1 of a mutant; zeros outside of the sequence.
  void gather(index_t mutant, index_t first, index_t n, float* to) const {
    const index_t begin = start[std::size_t(mutant)], end = begin + width;
    const auto copy = [&](const float* from, index_t position, index_t until) {
      if (until > position)
        std::memcpy(to + (position - first) * channels, from,
                    std::size_t((until - position) * channels) * sizeof(float));
    };
    const auto zero = [&](index_t position, index_t until) {
      if (until > position)
        std::memset(to + (position - first) * channels, 0, std::size_t((until - position) * channels) * sizeof(float));
    };
    const index_t last = first + n, left = std::max<index_t>(first, 0), right = std::min(last, length);
    zero(first, std::min<index_t>(last, 0));
    zero(std::max(first, length), last);
    copy(reference + left * channels, left, std::min(right, begin));
    const index_t in = std::max(left, begin);
    copy(window(mutant) + (in - begin) * channels, in, std::min(right, end));
    const index_t behind = std::max(left, end);
    copy(reference + behind * channels, behind, right);
  }

 private:
  void make_room() { values.resize(std::size_t(count() * width * channels)); }
};

}  // namespace l2g::model::detail
