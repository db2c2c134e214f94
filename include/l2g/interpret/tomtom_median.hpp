#pragma once
// The binned median of the similarities of one position.
#include <l2g/interpret/tomtom_columns.hpp>

namespace l2g::interpret::detail {

/// Finds the bin in which the median of similarities lies, columns counted as often as they occur, and returns the mean
/// of that bin's similarities. `x` are the similarities in single precision; `exact` is asked only near the borders of
/// bins and in that bin.
class BinnedMedian {
 public:
  double operator()(const float* x, const PositionSimilarity& exact, const TargetColumns& t, double least, double most,
                    index_t bins) {
    const double scale = double(bins - 1) / (most - least);
    // A sample says around which bins the median must lie; only values there are sorted into bins.
    count_.assign(std::size_t(bins), 0);
    const double last = double(bins - 1);
    for (const auto& c : t.sample)
      count_[std::size_t(std::clamp((double(x[c.column]) - least) * scale, 0.0, last))] += c.weight;
    index_t low = 0, high = bins - 1;
    if (t.count > 1024) {
      double below = 0;
      for (index_t b = 0; b < bins; ++b) {
        if (below < 0.485 * t.total) low = b;
        below += count_[std::size_t(b)];
        if (below >= 0.515 * t.total) {
          high = b;
          break;
        }
      }
    }
    double mean = 0;
    if (among(x, exact, t, least, scale, low, high, mean)) return mean;
    among(x, exact, t, least, scale, 0, bins - 1, mean);
    return mean;
  }

 private:
  // The same from the values of the bins low..high and the number of those below; false when the median is not there.
  bool among(const float* x, const PositionSimilarity& exact, const TargetColumns& t, double least, double scale,
             index_t low, index_t high, double& mean) {
    near_.resize(std::size_t(t.padded));
    bin_.resize(std::size_t(t.padded));
    const double error = PositionSimilarity::error;
    const Singles zero = {};
    const Singles from = zero + float(least + double(low) / scale - error);
    const Singles to = zero + float(least + double(high + 1) / scale + error);
    Wholes under = {};  // columns in lower bins
    std::int32_t* number = near_.data();
    for (index_t j = 0; j < t.padded; j += singles) {
      const auto v = lanes_at<Singles>(x + j);
      under += (v < from) & lanes_at<Wholes>(t.times.data() + j);
      for (unsigned bits = lanes_below(v, to) & ~lanes_below(v, from); bits; bits &= bits - 1)
        *number++ = std::int32_t(j + __builtin_ctz(bits));
    }
    const std::size_t near = std::size_t(number - near_.data());
    double below = 0;
    for (int i = 0; i < singles; ++i) below += under[i];
    count_.assign(std::size_t(high - low + 1), 0);
    for (std::size_t k = 0; k < near; ++k) {
      const index_t j = near_[k];
      const double scaled = (double(x[j]) - least) * scale;
      double bin = std::floor(scaled - error * scale);
      if (bin < 0 || bin != std::floor(scaled + error * scale)) bin = std::trunc((exact(j) - least) * scale);
      const auto b = bin_[k] = std::int32_t(bin);
      const auto times = t.times[std::size_t(j)];
      if (b < low)
        below += times;
      else if (b <= high)
        count_[std::size_t(b - low)] += times;
    }
    double sum = below;
    if (low > 0 && 2 * sum >= t.total) return false;
    index_t bin = low;
    for (; bin <= high; ++bin)
      if (2 * (sum += count_[std::size_t(bin - low)]) >= t.total) break;
    if (bin > high) return false;
    double all = 0;
    for (std::size_t k = 0; k < near; ++k)
      if (bin_[k] == bin) all += exact(near_[k]) * double(t.times[std::size_t(near_[k])]);
    mean = all / count_[std::size_t(bin - low)];
    return true;
  }

  std::vector<std::int32_t> count_, near_,
      bin_;  // near_: the columns whose bins are looked at, bin_: these bins
};

}  // namespace l2g::interpret::detail
