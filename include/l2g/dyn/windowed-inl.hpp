#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/progress.hpp>
#include <l2g/cpu/memory.hpp>
#include <l2g/dyn/spec-inl.hpp>
#include <l2g/dyn/windowed.hpp>
#include <l2g/kernels/strands.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/train/tensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace l2g::model {
namespace detail {

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
    values.resize(std::size_t(count() * width * channels));
  }
  void place_whole() {
    width = length;
    start.assign(touched.size(), 0);
    values.resize(std::size_t(count() * width * channels));
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
};

/// One layer with memory for one shape of input, its parameters bound to those of the model.
class PlannedLayer {
 public:
  PlannedLayer(const Model& model, Spec spec, std::string key, cpu::Pool* pool)
      : model_(model), spec_(std::move(spec)), key_(std::move(key)) {
    context_.training = false;
    context_.state = &state_;
    context_.pool = pool;
  }
  PlannedLayer(const PlannedLayer&) = delete;
  PlannedLayer& operator=(const PlannedLayer&) = delete;
  Seq out(Seq in) const { return build<float>(spec_, in).out(in); }
  void operator()(Seq in, const float* x, float* y) {
    if (in[0] != planned_[0] || in[1] != planned_[1] || in[2] != planned_[2]) plan(in);
    // Layers read x; AnyLayer's views are of one kind.
    layer_.forward(context_, params_, View<float, Seq>{const_cast<float*>(x), in}, View<float, Seq>{y, out_}, saved_);
  }
  Context<Cpu>& context() { return context_; }

 private:
  void plan(Seq in) {
    layer_ = build<float>(spec_, in);
    out_ = layer_.out(in);
    params_ = layer_.params<float, Cpu>();
    each_tensor<float>(params_, [&](const TensorRef<float>& t) -> float* {
      return const_cast<float*>(model_.weights.at(joined(key_, t.key)).values.data());  // nothing writes to it
    });
    saved_ = layer_.saved<float, Cpu>(in);
    const std::size_t kept = measure(saved_).bytes, scratch = layer_.scratch<float>(in);
    memory_ = Memory<Cpu>::get(kept + scratch + alignment);
    bind(saved_, memory_.get());
    context_.scratch = {memory_.get() + kept, scratch, 0};
    planned_ = in;
  }
  const Model& model_;
  Spec spec_;
  std::string key_;
  AnyLayer<float> layer_{};
  AnyRecord<float> params_{}, saved_{};
  Memory<Cpu>::Block memory_{};
  StepState state_{};
  Context<Cpu> context_{};
  Seq planned_{0, 0, 0}, out_{0, 0, 0};
};

/// A part of the model: first the reference, then batches of mutants of it.
class WindowNode {
 public:
  virtual ~WindowNode() = default;
  /// Reads the reference; `in` stays where it is until the next one.
  virtual void read(const float* in) = 0;
  /// The mutants; the result stays until the next batch.
  virtual const Changed& change(const Changed& in) = 0;
  /// Numbers that it holds for one mutant whose window has `width` positions; that of the output goes to `width`.
  virtual index_t numbers(index_t& width) const = 0;
  const float* reference() const { return out_.reference; }
  index_t length() const { return out_.length; }
  index_t channels() const { return out_.channels; }

 protected:
  void shape(Seq in, Seq out) {
    in_ = in;
    out_.length = out[1], out_.channels = out[2];
    own_.resize(std::size_t(out.size()));
    out_.reference = own_.data();
  }
  index_t numbers_of(index_t width) const { return width * out_.channels; }
  Seq in_{1, 0, 0};  // one sequence
  std::vector<float> own_;
  Changed out_;
};
using NodePointer = std::unique_ptr<WindowNode>;

/// Each position on its own: normalisation, activations, linear maps.
class EachPosition final : public WindowNode {
 public:
  EachPosition(const Model& m, const Spec& s, const std::string& key, Seq in, cpu::Pool* pool)
      : one_(m, s, key, pool), many_(m, s, key, pool) {
    shape(in, one_.out(in));
  }
  void read(const float* in) override { one_(in_, in, own_.data()); }
  const Changed& change(const Changed& in) override {
    out_.touched = in.touched, out_.start = in.start, out_.width = in.width;
    out_.values.resize(std::size_t(in.count() * in.width * out_.channels));
    many_({in.count(), in.width, in.channels}, in.values.data(), out_.values.data());
    return out_;
  }
  index_t numbers(index_t& width) const override { return numbers_of(width); }

 private:
  PlannedLayer one_, many_;
};

/// Output t reads positions t stride - left + k dilation, k < taps.
struct Reach {
  index_t taps = 1, stride = 1, dilation = 1, left = 0;
  index_t span() const { return (taps - 1) * dilation + 1; }
  Stretch reached(Stretch in) const {
    if (in.from >= in.to) return {in.from / stride, in.from / stride};
    const index_t first = in.from + left - span() + 1;
    return {first <= 0 ? 0 : (first + stride - 1) / stride, (in.to - 1 + left) / stride + 1};
  }
  index_t width(index_t in, index_t length) const { return std::min(length, (in + span() - 2) / stride + 1); }
};

/// A convolution without groups, with the batch normalisation and the ReLU behind it.
class Convolved final : public WindowNode {
 public:
  struct Behind {
    std::string norm{};  // key of the batch normalisation; with_norm
    bool with_norm = false, relu = false;
  };
  Convolved(const Model& m, const std::string& key, Seq in, Seq out, Reach reach, const Behind& behind, cpu::Pool* pool)
      : reach_(reach), relu_(behind.relu), pool_(pool) {
    shape(in, out);
    const index_t n = out[2];
    depth_ = reach.taps * in[2];
    const auto tensor = [&](const std::string& scope, const char* name) {
      return m.weights.at(joined(scope, name)).values.data();
    };
    bias_ = tensor(key, "bias");
    if (behind.with_norm) {
      gain_ = tensor(behind.norm, "weight"), offset_ = tensor(behind.norm, "bias");
      mean_ = tensor(behind.norm, "running_mean");
      const float* variance = tensor(behind.norm, "running_var");
      for (index_t o = 0; o < n; ++o) rstd_.push_back(1.0f / std::sqrt(variance[o] + float(BatchNorm1d<>::epsilon)));
    }
    packed_ = Memory<Cpu>::get(bytes_of<float>(cpu::packed_size<float>(depth_, n)));
    cpu::pack_panels<float>(depth_, n, tensor(key, "weight"), {depth_, true}, panels());
  }
  void read(const float* in) override {
    Changed whole;  // a mutant without a window
    whole.reference = in, whole.length = in_[1], whole.channels = in_[2];
    whole.start.assign(1, 0);
    lines(whole, out_.length, {0}, own_.data());
  }
  const Changed& change(const Changed& in) override {
    out_.touched.resize(in.touched.size());
    for (std::size_t i = 0; i < in.touched.size(); ++i) out_.touched[i] = reach_.reached(in.touched[i]);
    out_.place();
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
    return {rows,
            out_.channels,
            1,
            depth_,
            a,
            depth_,
            0,
            cpu::Walk::rows,
            panels(),
            depth_ * cpu::panel<float>,
            cpu::panel<float>,
            1.0f,
            bias_,
            false,
            y,
            out_.channels};
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
    const index_t wide = (out_.width - 1) * reach_.stride + reach_.span();
    const bool whole = reach_.dilation == 1;  // then a line is one run of numbers
    constexpr index_t some = 8;
    cpu::parallel(pool_, (in.count() + some - 1) / some, [&](index_t item) {
      thread_local std::vector<float> seen;
      seen.resize(std::size_t(wide * in.channels));
      for (index_t i = item * some; i < std::min(in.count(), item * some + some); ++i) {
        in.gather(i, out_.start[std::size_t(i)] * reach_.stride - reach_.left, wide, seen.data());
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
        const index_t from = (start[std::size_t(mutant)] + place) * reach_.stride - reach_.left;
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

/// Pools, and convolutions with groups: the layer itself, without its padding, on what the windows read.
class Neighbours final : public WindowNode {
 public:
  Neighbours(const Model& m, const Spec& s, const Spec& valid, const std::string& key, Seq in, Reach reach,
             cpu::Pool* pool)
      : one_(m, s, key, pool), many_(m, valid, key, pool), reach_(reach), pool_(pool) {
    shape(in, one_.out(in));
  }
  void read(const float* in) override { one_(in_, in, own_.data()); }
  const Changed& change(const Changed& in) override {
    out_.touched.resize(in.touched.size());
    for (std::size_t i = 0; i < in.touched.size(); ++i) out_.touched[i] = reach_.reached(in.touched[i]);
    out_.place();
    const index_t wide = (out_.width - 1) * reach_.stride + reach_.span();
    read_.resize(std::size_t(in.count() * wide * in.channels));
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      in.gather(i, out_.start[std::size_t(i)] * reach_.stride - reach_.left, wide,
                &read_[std::size_t(i * wide * in.channels)]);
    });
    many_({in.count(), wide, in.channels}, read_.data(), out_.values.data());
    return out_;
  }
  index_t numbers(index_t& width) const override {
    width = reach_.width(width, out_.length);
    return numbers_of(width) + ((width - 1) * reach_.stride + reach_.span()) * in_[2];
  }

 private:
  PlannedLayer one_, many_;
  Reach reach_;
  cpu::Pool* pool_;
  std::vector<float> read_;
};

/// What sees all positions: mutants in full, a few at a time.
class AllPositions final : public WindowNode {
 public:
  AllPositions(const Model& m, const Spec& s, const std::string& key, Seq in, cpu::Pool* pool)
      : one_(m, s, key, pool), many_(m, s, key, pool) {
    shape(in, one_.out(in));
  }
  void read(const float* in) override { one_(in_, in, own_.data()); }
  const Changed& change(const Changed& in) override {
    out_.touched.assign(in.touched.size(), {0, out_.length});
    out_.place_whole();
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
  PlannedLayer one_, many_;
  std::vector<float> full_, result_;
};

/// Flatten and the linear map behind it: the reference's output and the map of what changed.
class FlatLinear final : public WindowNode {
 public:
  FlatLinear(const Model& m, const Spec& linear, const std::string& key, Seq in, cpu::Pool* pool)
      : one_(m, linear, key, pool), pool_(pool) {
    shape(in, one_.out({1, 1, in[1] * in[2]}));
    weight_ = m.weights.at(joined(key, "weight")).values.data();
  }
  void read(const float* in) override { one_({1, 1, in_[1] * in_[2]}, in, own_.data()); }
  const Changed& change(const Changed& in) override {
    out_.touched.assign(in.touched.size(), {0, 1});
    out_.place_whole();
    const index_t size = in.width * in.channels, columns = in_[1] * in_[2], n = out_.channels;
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
    return out_;
  }
  index_t numbers(index_t& width) const override {
    const index_t taken = width * in_[2];
    width = 1;
    return numbers_of(1) + taken;
  }

 private:
  PlannedLayer one_;
  cpu::Pool* pool_;
  const float* weight_;
  std::vector<float> difference_;
};

/// Mean or maximum over all positions.
class Pooled final : public WindowNode {
 public:
  Pooled(const Model& m, const Spec& s, const std::string& key, Seq in, cpu::Pool* pool)
      : one_(m, s, key, pool), largest_(s.type == "global_max_pool"), pool_(pool) {
    shape(in, one_.out(in));
  }
  void read(const float* in) override {
    one_(in_, in, own_.data());
    if (!largest_) return;
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
  const Changed& change(const Changed& in) override {
    out_.touched.assign(in.touched.size(), {0, 1});
    out_.place_whole();
    cpu::parallel(pool_, in.count(), [&](index_t i) {
      const index_t c = in.channels, at = in.start[std::size_t(i)];
      const float *x = in.window(i), *r = in.reference + at * c;
      float* y = out_.window(i);
      for (index_t j = 0; largest_ && j < c; ++j) {
        float top = std::max(before_[std::size_t(at * c + j)], behind_[std::size_t((at + in.width) * c + j)]);
        for (index_t t = 0; t < in.width; ++t) top = std::max(top, x[t * c + j]);
        y[j] = top;
      }
      for (index_t j = 0; !largest_ && j < c; ++j) {
        double sum = 0;
        for (index_t t = 0; t < in.width; ++t) sum += double(x[t * c + j]) - double(r[t * c + j]);
        y[j] = float(double(own_[std::size_t(j)]) + sum / double(in.length));
      }
    });
    return out_;
  }
  index_t numbers(index_t& width) const override {
    width = 1;
    return numbers_of(1);
  }

 private:
  static constexpr float lowest = -3.402823466e38f;
  PlannedLayer one_;
  bool largest_;
  cpu::Pool* pool_;
  std::vector<float> before_, behind_;  // (length + 1, channels): the largest before a position, and from it on
};

/// A bag of k-mers of the bases themselves: those around the exchange go, others come.
class BagOfKmers final : public WindowNode {
 public:
  BagOfKmers(const Model& m, const Spec& s, const std::string& key, Seq in, index_t k, cpu::Pool* pool)
      : one_(m, s, key, pool), many_(m, s, key, pool), k_(k), pool_(pool) {
    shape(in, one_.out(in));
  }
  void read(const float* in) override { one_(in_, in, own_.data()); }
  const Changed& change(const Changed& in) override {
    out_.touched.assign(in.touched.size(), {0, 1});
    out_.place_whole();
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
    return out_;
  }
  index_t numbers(index_t& width) const override {
    const index_t taken = 2 * (width + 2 * k_) * in_[2];
    width = 1;
    return numbers_of(1) + taken;
  }

 private:
  PlannedLayer one_, many_;
  index_t k_;
  cpu::Pool* pool_;
  std::vector<float> read_, result_;
};

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
    out_.touched.assign(in.touched.size(), {0, out_.length});
    out_.place_whole();
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

/// Makes the nodes of a Spec.
struct WindowBuilder {
  const Model& model;
  cpu::Pool* pool;

  static double number(const Spec& s, const char* name, double otherwise) {
    const auto i = s.numbers.find(name);
    return i == s.numbers.end() ? otherwise : i->second;
  }
  static std::string word(const Spec& s, const char* name, const char* otherwise) {
    const auto i = s.words.find(name);
    return i == s.words.end() ? otherwise : i->second;
  }
  static bool each_position(const std::string& type) {
    for (const char* t : {"linear", "batch_norm", "layer_norm", "rms_norm", "relu", "gelu", "silu", "tanh", "dropout",
                          "identity", "feed_forward", "gated_feed_forward"})
      if (type == t) return true;
    return false;
  }

  /// `bases`: x is the one-hot input itself.
  NodePointer node(const Spec& s, const std::string& key, Seq in, bool bases) const {
    const std::string& t = s.type;
    if (t == "sequential" || t == "repeated") return chain(s, key, in, bases);
    if (t == "residual" || t == "concat") {
      NodePointer first = node(s.parts[0], joined(key, key_of_part(s, 0)), in, bases), second;
      if (s.parts.size() > 1) second = node(s.parts[1], joined(key, key_of_part(s, 1)), in, bases);
      return std::make_unique<TwoBranches>(std::move(first), std::move(second), t == "concat", in, pool);
    }
    if (t == "strand_mean" && bases)
      return std::make_unique<BothStrandsOf>(node(s.parts[0], key, in, true), node(s.parts[0], key, in, true), in);
    if (t == "kmer_bag" && bases)
      return std::make_unique<BagOfKmers>(model, s, key, in, index_t(number(s, "k", 6)), pool);
    if (t == "conv1d") return convolution(s, key, in);
    if (t == "max_pool" || t == "average_pool") {
      const auto window = index_t(number(s, "window", 2)), stride = index_t(number(s, "stride", 0));
      return std::make_unique<Neighbours>(model, s, s, key, in, Reach{window, stride ? stride : window}, pool);
    }
    if (t == "mean_pool" || t == "global_max_pool") return std::make_unique<Pooled>(model, s, key, in, pool);
    if (each_position(t)) return std::make_unique<EachPosition>(model, s, key, in, pool);
    return std::make_unique<AllPositions>(model, s, key, in, pool);
  }

 private:
  NodePointer convolution(const Spec& s, const std::string& key, Seq in, const Convolved::Behind& behind = {}) const {
    Reach r{index_t(number(s, "kernel", 3)), index_t(number(s, "stride", 1)), index_t(number(s, "dilation", 1))};
    const std::string padding = word(s, "padding", "same");
    r.left = padding == "valid" ? 0 : padding == "causal" ? r.span() - 1 : (r.span() - 1) / 2;
    if (!has_groups(s)) return std::make_unique<Convolved>(model, key, in, out_of(s, in), r, behind, pool);
    Spec valid = s;
    valid.words["padding"] = "valid";
    return std::make_unique<Neighbours>(model, s, valid, key, in, r, pool);
  }
  static bool has_groups(const Spec& s) { return number(s, "groups", 1) != 1; }
  static bool does_nothing(const Spec& s) { return s.type == "dropout" || s.type == "identity"; }
  /// The linear map without an adapter that reads what part i, flatten, left, with nothing but dropout between.
  static std::size_t linear_behind(const std::vector<const Spec*>& parts, std::size_t i) {
    if (parts[i]->type != "flatten") return 0;
    for (++i; i < parts.size(); ++i) {
      if (parts[i]->type == "linear") return number(*parts[i], "lora_rank", 0) > 0 ? 0 : i;
      if (!does_nothing(*parts[i])) return 0;
    }
    return 0;
  }
  NodePointer chain(const Spec& s, const std::string& key, Seq in, bool bases) const {
    std::vector<const Spec*> parts;
    std::vector<std::string> keys;
    for (index_t n = 0; n < times_of(s); ++n)
      for (std::size_t i = 0; i < s.parts.size(); ++i) {
        parts.push_back(&s.parts[i]);
        keys.push_back(joined(key, key_of_part(s, i, n)));
      }
    std::vector<NodePointer> nodes;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool bare = nodes.empty() && i + 1 == parts.size();  // a chain has at least one node
      if (does_nothing(*parts[i]) && !bare) continue;
      if (const std::size_t linear = linear_behind(parts, i)) {
        nodes.push_back(std::make_unique<FlatLinear>(model, *parts[linear], keys[linear], in, pool));
        i = linear;
      } else if (parts[i]->type == "conv1d" && !has_groups(*parts[i])) {
        const Spec& conv = *parts[i];
        const std::string& own = keys[i];
        Convolved::Behind behind;
        const auto next = [&](const char* type) {
          std::size_t j = i + 1;
          while (j < parts.size() && does_nothing(*parts[j])) ++j;
          const bool there = j < parts.size() && parts[j]->type == type;
          if (there) i = j;
          return there;
        };
        if ((behind.with_norm = next("batch_norm"))) behind.norm = keys[i];
        behind.relu = next("relu");
        nodes.push_back(convolution(conv, own, in, behind));
      } else {
        nodes.push_back(node(*parts[i], keys[i], in, bases && nodes.empty()));
      }
      in = {1, nodes.back()->length(), nodes.back()->channels()};
    }
    return std::make_unique<Chained>(std::move(nodes));
  }
};

}  // namespace detail

struct Windowed::State {
  detail::NodePointer root;
  detail::Changed in{};
  std::vector<float> one_hot{};
  index_t batch = 1;
};

L2G_INLINE Windowed::Windowed(const Model& model, cpu::Pool* pool) : state_(std::make_unique<State>()) {
  if (model.tokens) throw error("l2g: windows are of models that read bases");
  const Seq in = model.shape(1);
  state_->root = detail::WindowBuilder{model, pool}.node(model.spec, "", in, true);
  state_->in.length = in[1], state_->in.channels = in[2];
  state_->one_hot.resize(std::size_t(in.size()));
  state_->in.reference = state_->one_hot.data();
  index_t width = 1;
  // A few hundred mutants keep the matrix products busy; memory is 128 MiB for those of wide windows.
  state_->batch = std::clamp<index_t>((index_t(32) << 20) / std::max<index_t>(1, state_->root->numbers(width)), 1, 384);
}
L2G_INLINE Windowed::~Windowed() = default;
L2G_INLINE Windowed::Windowed(Windowed&&) noexcept = default;

L2G_INLINE index_t Windowed::batch() const { return state_->batch; }

L2G_INLINE std::span<const float> Windowed::read(std::span<const float> one_hot) {
  std::copy(one_hot.begin(), one_hot.end(), state_->one_hot.begin());
  state_->root->read(state_->one_hot.data());
  return {state_->root->reference(), std::size_t(state_->root->channels())};
}

L2G_INLINE void Windowed::outputs(std::span<const Exchange> exchanges, std::span<float> y) {
  detail::Changed& in = state_->in;
  const auto outputs = std::size_t(state_->root->channels());
  for (std::size_t begin = 0; begin < exchanges.size(); begin += std::size_t(state_->batch)) {
    throw_if_interrupted();
    const auto some = exchanges.subspan(begin, std::min(std::size_t(state_->batch), exchanges.size() - begin));
    in.touched.clear();
    for (const Exchange& e : some) in.touched.push_back({e.position, e.position + 1});
    in.place();
    std::fill(in.values.begin(), in.values.end(), 0.0f);
    for (std::size_t i = 0; i < some.size(); ++i) in.window(index_t(i))[some[i].base] = 1;
    const detail::Changed& out = state_->root->change(in);
    std::copy_n(out.values.data(), some.size() * outputs, y.data() + begin * outputs);
  }
}

}  // namespace l2g::model
