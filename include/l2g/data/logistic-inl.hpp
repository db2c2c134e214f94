#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/logistic.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::data {

namespace detail {

using Numbers = std::vector<double>;

inline double dot(const Numbers& a, const Numbers& b) {
  double sum[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= a.size(); i += 4)
    for (std::size_t j = 0; j < 4; ++j) sum[j] += a[i + j] * b[i + j];
  for (; i < a.size(); ++i) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}
inline void add_scaled(Numbers& to, double factor, const Numbers& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

// scores of one row += scale * values * weights
inline void add_dense(const float* values, std::size_t width, const double* weights, std::size_t outputs, double scale,
                      double* scores) {
  if (outputs > 1) {
    for (std::size_t i = 0; i < width; ++i)
      for (std::size_t k = 0; k < outputs; ++k) scores[k] += scale * double(values[i]) * weights[i * outputs + k];
    return;
  }
  double sum[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= width; i += 8)
    for (std::size_t j = 0; j < 8; ++j) sum[j] += double(values[i + j]) * weights[i + j];
  for (; i < width; ++i) sum[0] += double(values[i]) * weights[i];
  for (std::size_t j = 1; j < 8; ++j) sum[0] += sum[j];
  scores[0] += scale * sum[0];
}

// scores (rows, outputs) = features * weights + bias; `x` holds the weights (features, outputs), then the biases.
inline void multiply(const Features& features, const double* x, const double* bias, std::size_t outputs,
                     Numbers& scores) {
  const auto rows = static_cast<std::size_t>(features.rows());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t k = 0; k < outputs; ++k) scores[r * outputs + k] = bias[k];
  for (const auto& block : features.blocks) {
    const auto width = static_cast<std::size_t>(block->features);
    if (!block->values.empty()) {
      for (std::size_t r = 0; r < rows; ++r)
        add_dense(block->values.data() + r * width, width, x, outputs, block->scale[r], scores.data() + r * outputs);
      x += width * outputs;
      continue;
    }
    const std::uint32_t* ids = block->ids.data();
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t end = block->start[r + 1];
      std::size_t i = block->start[r];
      if (outputs == 1) {  // four sums: one alone would wait for each addition
        double sum[4] = {};
        for (; i + 4 <= end; i += 4)
          for (std::size_t j = 0; j < 4; ++j) sum[j] += x[ids[i + j]];
        for (; i < end; ++i) sum[0] += x[ids[i]];
        scores[r] += block->scale[r] * ((sum[0] + sum[1]) + (sum[2] + sum[3]));
      } else {
        for (; i < end; ++i)
          for (std::size_t k = 0; k < outputs; ++k)
            scores[r * outputs + k] += block->scale[r] * x[ids[i] * outputs + k];
      }
    }
    x += static_cast<std::size_t>(block->features) * outputs;
  }
}

// out (features, outputs; then the sums over rows) = features^T * values, values (rows, outputs). With `squared` the
// values of the features are squared: the diagonal of features^T diag(values) features.
inline void multiply_transposed(const Features& features, const Numbers& values, std::size_t outputs, bool squared,
                                Numbers& out) {
  const auto rows = static_cast<std::size_t>(features.rows());
  std::fill(out.begin(), out.end(), 0.0);
  double* base = out.data();
  for (const auto& block : features.blocks) {
    const auto width = static_cast<std::size_t>(block->features);
    const float* dense = block->values.empty() ? nullptr : block->values.data();
    for (std::size_t r = 0; dense && r < rows; ++r, dense += width)
      for (std::size_t k = 0; k < outputs; ++k) {
        const double v = values[r * outputs + k] * block->scale[r];
        for (std::size_t i = 0; i < width; ++i)
          base[i * outputs + k] += v * double(dense[i]) * (squared ? block->scale[r] * double(dense[i]) : 1.0);
      }
    if (dense) {
      base += width * outputs;
      continue;
    }
    const std::uint32_t* ids = block->ids.data();
    for (std::size_t r = 0; r < rows; ++r) {
      const double scale = squared ? block->scale[r] * block->scale[r] : block->scale[r];
      const std::size_t end = block->start[r + 1];
      if (outputs == 1) {
        const double v = scale * values[r];
        for (std::size_t i = block->start[r]; i < end; ++i) base[ids[i]] += v;
      } else {
        for (std::size_t i = block->start[r]; i < end; ++i)
          for (std::size_t k = 0; k < outputs; ++k) base[ids[i] * outputs + k] += scale * values[r * outputs + k];
      }
    }
    base += static_cast<std::size_t>(block->features) * outputs;
  }
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t k = 0; k < outputs; ++k) base[k] += values[r * outputs + k];
}

inline double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

// p of one row in place of its scores.
inline void softmax(double* z, std::size_t n) {
  const double top = *std::max_element(z, z + n);
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) sum += z[k] = std::exp(z[k] - top);
  for (std::size_t k = 0; k < n; ++k) z[k] /= sum;
}

// The loss as a function of the scores: its slopes and curvatures.
struct Loss {
  std::span<const std::int32_t> labels;
  std::size_t outputs;
  double C;

  // C * d loss / d score, (rows, outputs); optionally C * d2 loss / d score2.
  void slopes(const Numbers& scores, Numbers& slope, Numbers* curvature) const {
    for (std::size_t r = 0; r < labels.size(); ++r) {
      double* s = slope.data() + r * outputs;
      std::copy_n(scores.data() + r * outputs, outputs, s);
      if (outputs == 1)
        s[0] = sigmoid(s[0]);
      else
        softmax(s, outputs);
      for (std::size_t k = 0; k < outputs; ++k) {
        if (curvature) (*curvature)[r * outputs + k] = C * s[k] * (1 - s[k]);
        s[k] = C * (s[k] - (outputs == 1 ? labels[r] == 1 : labels[r] == static_cast<std::int32_t>(k)));
      }
    }
  }

  // First and second derivative in t of the loss at scores + t * change.
  void along(const Numbers& scores, const Numbers& change, double t, double& slope, double& curvature) const {
    slope = curvature = 0;
    std::vector<double> p(outputs);
    for (std::size_t r = 0; r < labels.size(); ++r) {
      const double *z = scores.data() + r * outputs, *d = change.data() + r * outputs;
      if (outputs == 1) {
        const double q = sigmoid(z[0] + t * d[0]);
        slope += (q - (labels[r] == 1)) * d[0];
        curvature += q * (1 - q) * d[0] * d[0];
        continue;
      }
      for (std::size_t k = 0; k < outputs; ++k) p[k] = z[k] + t * d[k];
      softmax(p.data(), outputs);
      double mean = 0, square = 0;
      for (std::size_t k = 0; k < outputs; ++k) mean += p[k] * d[k], square += p[k] * d[k] * d[k];
      slope += mean - d[static_cast<std::size_t>(labels[r])];
      curvature += square - mean * mean;
    }
    slope *= C;
    curvature *= C;
  }
};

// The last steps and changes of gradient, and the two-loop product with the inverse Hessian they imply.
class Memory {
 public:
  void add(Numbers step, Numbers change) {
    const double product = dot(step, change);
    if (!(product > 0)) return;
    if (pairs_.size() == 10) pairs_.erase(pairs_.begin());
    pairs_.push_back({std::move(step), std::move(change), 1 / product});
  }
  void clear() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }

  void direction(const Numbers& gradient, const Numbers& diagonal, Numbers& out) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = -gradient[i];
    std::vector<double> a(pairs_.size());
    for (std::size_t j = pairs_.size(); j-- > 0;) {
      a[j] = pairs_[j].inverse * dot(pairs_[j].step, out);
      add_scaled(out, -a[j], pairs_[j].change);
    }
    double scale = 1;
    if (!pairs_.empty()) {
      const auto& last = pairs_.back();
      double weighted = 0;
      for (std::size_t i = 0; i < out.size(); ++i) weighted += last.change[i] * last.change[i] / diagonal[i];
      scale = 1 / (last.inverse * weighted);
    }
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= scale / diagonal[i];
    for (std::size_t j = 0; j < pairs_.size(); ++j)
      add_scaled(out, a[j] - pairs_[j].inverse * dot(pairs_[j].change, out), pairs_[j].step);
  }

 private:
  struct Pair {
    Numbers step, change;
    double inverse;
  };
  std::vector<Pair> pairs_;
};

// The t > 0 at which the convex objective along a line is level to a twentieth of its first slope: Newton's steps,
// kept inside the bracket that the signs of the slope give.
inline double line_search(const Loss& loss, const Numbers& scores, const Numbers& change, double weights_step,
                          double step_step, double first_slope) {
  double low = 0, high = 0, t = 1;
  for (int trial = 0; trial < 20; ++trial) {
    double slope, curvature;
    loss.along(scores, change, t, slope, curvature);
    slope += weights_step + t * step_step;
    curvature += step_step;
    if (std::abs(slope) <= 0.05 * std::abs(first_slope)) return t;
    (slope < 0 ? low : high) = t;
    double next = curvature > 0 ? t - slope / curvature : 2 * t;
    if (high > 0 && !(next > low && next < high)) next = (low + high) / 2;
    if (high == 0 && !(next > low)) next = 2 * t;
    t = std::min(next, 10 * t);
  }
  return t;
}

}  // namespace detail

L2G_INLINE index_t fit_logistic(LogisticModel& model, const Features& features, std::span<const std::int32_t> labels,
                                index_t classes, const LogisticOptions& options) {
  using namespace detail;
  if (static_cast<index_t>(labels.size()) != features.rows())
    throw error("logistic regression: " + std::to_string(features.rows()) + " rows and " +
                std::to_string(labels.size()) + " labels");
  if (classes < 2) throw error("logistic regression needs two classes or more");
  if (!(options.C > 0)) throw error("logistic regression: C must be above 0");
  for (const auto label : labels)
    if (label < 0 || label >= classes)
      throw error("logistic regression: label " + std::to_string(label) + " is not in 0.." +
                  std::to_string(classes - 1));
  const index_t feature_count = features.features();
  if (model.classes != classes || model.features != feature_count) {
    model = {classes, feature_count, {}, {}};
    model.weights.resize(static_cast<std::size_t>(feature_count * model.outputs()));
    model.bias.resize(static_cast<std::size_t>(model.outputs()));
  }
  const auto outputs = static_cast<std::size_t>(model.outputs());
  const std::size_t weight_count = model.weights.size(), size = weight_count + outputs;
  const Loss loss{labels, outputs, options.C};
  const double unit = options.C * static_cast<double>(labels.size());

  Numbers x = model.weights;
  x.insert(x.end(), model.bias.begin(), model.bias.end());
  Numbers scores(labels.size() * outputs), change(scores.size()), slope(scores.size()), curvature(scores.size());
  Numbers gradient(size), next_gradient(size), diagonal(size), step(size);
  multiply(features, x.data(), x.data() + weight_count, outputs, scores);
  loss.slopes(scores, slope, &curvature);
  multiply_transposed(features, curvature, outputs, true, diagonal);
  for (std::size_t i = 0; i < weight_count; ++i) diagonal[i] += 1;
  for (std::size_t i = weight_count; i < size; ++i) diagonal[i] = std::max(diagonal[i], 1e-12);
  const auto full_gradient = [&](Numbers& out) {
    multiply_transposed(features, slope, outputs, false, out);
    for (std::size_t i = 0; i < weight_count; ++i) out[i] += x[i];
  };
  full_gradient(gradient);

  Memory memory;
  index_t iteration = 0;
  for (; iteration < options.max_iterations; ++iteration) {
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    if (largest <= options.tolerance * unit || (options.stop && options.stop->load())) break;
    memory.direction(gradient, diagonal, step);
    double first_slope = dot(gradient, step);
    if (!(first_slope < 0)) {  // rounding has spoilt the pairs: start anew from the diagonal
      if (memory.empty()) break;
      memory.clear();
      continue;
    }
    multiply(features, step.data(), step.data() + weight_count, outputs, change);
    double weights_step = 0, step_step = 0;
    for (std::size_t i = 0; i < weight_count; ++i) weights_step += x[i] * step[i], step_step += step[i] * step[i];
    const double t = line_search(loss, scores, change, weights_step, step_step, first_slope);
    for (double& s : step) s *= t;
    add_scaled(x, 1, step);
    add_scaled(scores, t, change);
    loss.slopes(scores, slope, nullptr);
    full_gradient(next_gradient);
    for (std::size_t i = 0; i < size; ++i) gradient[i] = next_gradient[i] - gradient[i];
    memory.add(step, gradient);
    gradient.swap(next_gradient);
  }
  model.weights.assign(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(weight_count));
  model.bias.assign(x.begin() + static_cast<std::ptrdiff_t>(weight_count), x.end());
  return iteration;
}

L2G_INLINE std::vector<double> decision(const LogisticModel& model, const Features& features) {
  if (features.features() != model.features)
    throw error("logistic regression: the model has " + std::to_string(model.features) + " features, the rows " +
                std::to_string(features.features()));
  std::vector<double> scores(static_cast<std::size_t>(features.rows() * model.outputs()));
  detail::multiply(features, model.weights.data(), model.bias.data(), static_cast<std::size_t>(model.outputs()),
                   scores);
  return scores;
}

L2G_INLINE std::vector<std::int32_t> predicted_classes(const LogisticModel& model, std::span<const double> decision) {
  const auto outputs = static_cast<std::size_t>(model.outputs());
  std::vector<std::int32_t> out(decision.size() / outputs);
  for (std::size_t r = 0; r < out.size(); ++r) {
    const double* z = decision.data() + r * outputs;
    out[r] = static_cast<std::int32_t>(outputs == 1 ? z[0] > 0 : std::max_element(z, z + outputs) - z);
  }
  return out;
}

}  // namespace l2g::data
