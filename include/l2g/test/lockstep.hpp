#pragma once
// Lockstep: a device for tests. Whole layers run forward and backward on the emulated GPU of HostExecutor, every tensor
// in its own guarded memory, and have to agree with the CPU backend.
#include <l2g/kernels/attention.hpp>
#include <l2g/kernels/conv1d.hpp>
#include <l2g/kernels/elementwise.hpp>
#include <l2g/test/gradients.hpp>
#include <l2g/test/host_executor.hpp>

namespace l2g {
namespace test {

/// The device tag.
struct Lockstep {};

/// Scratch with a gap behind every piece, as large as the piece; what lies above the top may not be touched. `top` and
/// `capacity` count without the gaps, so that a layer cannot take more than it promised.
struct GuardedStack : Stack {
  HostExecutor* executor = nullptr;
  template <class T>
  T* take(index_t n) {
    const std::size_t at = 2 * top;
    release();
    Stack::take<T>(n);
    T* p = reinterpret_cast<T*>(base + at);
    std::memset(base + at, 0xff, std::size_t(n) * sizeof(T));
    executor->allow(p, std::size_t(n) * sizeof(T), "scratch");
    return p;
  }
  /// Frames have been closed: forget what lies above the top.
  void release() { executor->forbid(base + 2 * top, 2 * (capacity - top) + 1); }
};

}  // namespace test

template <>
struct Context<test::Lockstep> {
  const StepState* state = nullptr;
  test::GuardedStack scratch{};
  Lengths lengths{};
  bool training = true;           // masks are drawn, and BatchNorm takes the statistics of the batch
  bool batch_statistics = false;  // BatchNorm does so although nothing is drawn
  test::HostExecutor* executor = nullptr;
  int products = 0;  // matrix products so far
};

namespace test {

template <class F>
void map(Context<Lockstep>& c, index_t n, const F& f) {
  c.scratch.release();
  c.executor->map(n, f);
}
template <class F>
void rows(Context<Lockstep>& c, index_t n, const F& f) {
  c.scratch.release();
  c.executor->rows(n, f);
}
/// The definition, in double; `start`, (n), is added to each row.
template <class T>
void gemm(Context<Lockstep>& c, index_t m, index_t n, index_t k, T alpha, const T* a, Mat la, const T* b, Mat lb,
          T beta, T* y, Mat ly, index_t count = 1, const T* start = nullptr) {
  c.scratch.release();
  ++c.products;
  for (index_t s = 0; s < count; ++s, a += la.stride, b += lb.stride, y += ly.stride) {
    c.executor->check_matrix(a, la.transposed ? k : m, la.transposed ? m : k, la.ld, "reads the left factor");
    c.executor->check_matrix(b, lb.transposed ? n : k, lb.transposed ? k : n, lb.ld, "reads the right factor");
    c.executor->check_matrix(y, m, n, ly.ld, "writes the product");
    if (start) c.executor->check_matrix(start, 1, n, n, "reads what a row starts with");
    for (index_t i = 0; i < m; ++i)
      for (index_t j = 0; j < n; ++j) {
        double sum = 0;
        for (index_t h = 0; h < k; ++h)
          sum += double(a[la.transposed ? h * la.ld + i : i * la.ld + h]) *
                 double(b[lb.transposed ? j * lb.ld + h : h * lb.ld + j]);
        T& to = y[i * ly.ld + j];
        to = T(double(alpha) * sum + (beta == T(0) ? 0.0 : double(beta) * double(to)) +
               (start ? double(start[j]) : 0.0));
      }
  }
}

// Convolution and attention in blocks that fit the scratch that layers promise.
inline constexpr index_t lockstep_block = 32;

template <class T>
void conv1d(Context<Lockstep>& c, const Conv1dSpec& s, const T* x, const T* weight, const T* bias, T* y) {
  Frame frame(c.scratch);
  if (s.depthwise()) return kernels::depthwise(c, s, x, weight, bias, y);
  const index_t window = s.window(), co = s.group_out();
  T* columns = c.scratch.take<T>(lockstep_block * window);
  if (bias) rows(c, s.out_rows(), kernels::AddRow<T>{bias, y, s.out_channels, false});
  for (index_t begin = 0; begin < s.out_rows(); begin += lockstep_block)
    for (index_t g = 0; g < s.groups; ++g) {
      const index_t n = std::min(lockstep_block, s.out_rows() - begin);
      rows(c, n, kernels::GatherWindow<T>{x, columns, s, c.lengths, begin, g});
      gemm(c, n, co, window, T(1), columns, {window}, weight + g * co * window, {window, true}, T(bias ? 1 : 0),
           y + begin * s.out_channels + g * co, {s.out_channels});
    }
}
template <class T>
void conv1d_input_grad(Context<Lockstep>& c, const Conv1dSpec& s, const T* weight, const T* dy, T* dx) {
  Frame frame(c.scratch);
  if (s.depthwise()) return kernels::depthwise_input_grad(c, s, weight, dy, dx);
  const index_t ci = s.group_in(), co = s.group_out(), window = s.taps * co;
  T *turned = c.scratch.take<T>(s.out_channels * s.window()), *columns = c.scratch.take<T>(lockstep_block * window);
  rows(c, s.groups * ci, kernels::TransposeTaps<T>{weight, turned, ci, co, s.taps});
  for (index_t begin = 0; begin < s.in_rows(); begin += lockstep_block)
    for (index_t g = 0; g < s.groups; ++g) {
      const index_t n = std::min(lockstep_block, s.in_rows() - begin);
      rows(c, n, kernels::GatherGradient<T>{dy, columns, s, begin, g});
      gemm(c, n, ci, window, T(1), columns, {window}, turned + g * ci * window, {window, true}, T(0),
           dx + begin * s.in_channels + g * ci, {s.in_channels});
    }
  if (c.lengths) rows(c, s.in_rows(), kernels::ZeroPadding<T>{dx, c.lengths, s.in_length, s.in_channels});
}
template <class T>
void conv1d_weight_grad(Context<Lockstep>& c, const Conv1dSpec& s, const T* x, const T* dy, T* dweight) {
  Frame frame(c.scratch);
  if (s.depthwise()) return kernels::depthwise_weight_grad(c, s, x, dy, dweight);
  const index_t window = s.window(), co = s.group_out();
  T* columns = c.scratch.take<T>(lockstep_block * window);
  for (index_t begin = 0; begin < s.out_rows(); begin += lockstep_block)
    for (index_t g = 0; g < s.groups; ++g) {
      const index_t n = std::min(lockstep_block, s.out_rows() - begin);
      rows(c, n, kernels::GatherWindow<T>{x, columns, s, c.lengths, begin, g});
      gemm(c, co, window, n, T(1), dy + begin * s.out_channels + g * co, {s.out_channels, true}, columns, {window},
           T(1), dweight + g * co * window, {window});
    }
}

template <class T>
T unscaled_slope(const AttentionSpec& s, index_t head) {
  return s.alibi ? T(alibi_slope(head, s.heads) * std::sqrt(double(s.head_width))) : T(0);
}
template <class T>
void attention(Context<Lockstep>& c, const AttentionSpec& s, Projections<const T> in, T* out, T* log_sum) {
  Frame frame(c.scratch);
  const index_t w = s.width(), d = s.head_width, l = s.length;
  const T scale = T(1) / std::sqrt(T(d));
  T* scores = c.scratch.take<T>(lockstep_block * l);
  map(c, s.batch * l * w, kernels::Fill<T>{T(0), out});
  for (index_t i = 0; i < s.batch * s.heads; ++i) {
    const index_t b = i / s.heads, h = i % s.heads, keys = c.lengths.of(b, l);
    const index_t at = b * l * in.key_row + h / s.group() * d;
    const T* q = in.q + b * l * in.query_row + h * d;
    T* y = out + b * l * w + h * d;
    for (index_t r = 0; r < keys; r += lockstep_block) {
      const index_t n = std::min(lockstep_block, keys - r), seen = s.causal ? r + n : keys;
      gemm(c, n, seen, d, T(1), q + r * in.query_row, {in.query_row}, in.k + at, {in.key_row, true}, T(0), scores, {l});
      rows(c, n,
           kernels::AttentionRow<T>{scores, log_sum + i * l, c.state, l, seen, r, i * l * s.mask_row(), s.mask_row(),
                                    scale, T(s.inv_keep), s.stream, s.keep, s.drop, s.causal, unscaled_slope<T>(s, h)});
      gemm(c, n, d, seen, T(1), scores, {l}, in.v + at, {in.key_row}, T(0), y + r * w, {w});
    }
  }
}
template <class T>
void attention_grad(Context<Lockstep>& c, const AttentionSpec& s, Projections<const T> in, const T* out,
                    const T* log_sum, const T* dout, Projections<T> to) {
  Frame frame(c.scratch);
  const index_t w = s.width(), d = s.head_width, l = s.length;
  const T scale = T(1) / std::sqrt(T(d));
  T *scores = c.scratch.take<T>(lockstep_block * l), *probs = c.scratch.take<T>(lockstep_block * l);
  for (index_t r = 0; r < s.batch * l; ++r) {
    map(c, w, kernels::Fill<T>{T(0), to.q + r * to.query_row});
    map(c, s.kv_heads * d, kernels::Fill<T>{T(0), to.k + r * to.key_row});
    map(c, s.kv_heads * d, kernels::Fill<T>{T(0), to.v + r * to.key_row});
  }
  for (index_t i = 0; i < s.batch * s.heads; ++i) {
    const index_t b = i / s.heads, h = i % s.heads, keys = c.lengths.of(b, l);
    const index_t at = b * l * in.key_row + h / s.group() * d, to_at = b * l * to.key_row + h / s.group() * d;
    const T *q = in.q + b * l * in.query_row + h * d, *y = out + b * l * w + h * d, *dy = dout + b * l * w + h * d;
    T* dq = to.q + b * l * to.query_row + h * d;
    for (index_t r = 0; r < keys; r += lockstep_block) {
      const index_t n = std::min(lockstep_block, keys - r), seen = s.causal ? r + n : keys;
      gemm(c, n, seen, d, T(1), q + r * in.query_row, {in.query_row}, in.k + at, {in.key_row, true}, T(0), scores, {l});
      gemm(c, n, seen, d, T(1), dy + r * w, {w}, in.v + at, {in.key_row, true}, T(0), probs, {l});
      rows(c, n,
           kernels::AttentionRowGrad<T>{scores,
                                        probs,
                                        log_sum + i * l,
                                        y + r * w,
                                        dy + r * w,
                                        c.state,
                                        l,
                                        seen,
                                        r,
                                        i * l * s.mask_row(),
                                        s.mask_row(),
                                        d,
                                        w,
                                        scale,
                                        T(s.inv_keep),
                                        s.stream,
                                        s.keep,
                                        s.drop,
                                        s.causal,
                                        unscaled_slope<T>(s, h)});
      gemm(c, n, d, seen, T(1), scores, {l}, in.k + at, {in.key_row}, T(0), dq + r * to.query_row, {to.query_row});
      gemm(c, seen, d, n, T(1), scores, {l, true}, q + r * in.query_row, {in.query_row}, T(1), to.k + to_at,
           {to.key_row});
      gemm(c, seen, d, n, T(1), probs, {l, true}, dy + r * w, {w}, T(1), to.v + to_at, {to.key_row});
    }
  }
}

namespace detail {

/// Gives every tensor of a record its own guarded memory.
struct BindApart : Measure {
  HostExecutor& executor;
  explicit BindApart(HostExecutor& e, Part p) : Measure(p), executor(e) {}
  template <class T, class S, class D>
  void place(std::string_view name, View<T, S, D>& v) {
    v.data = executor.allocate<T>(v.size(), std::string(name));
    count(v);
  }
  void field(std::string_view name, auto& v, Init = {}) {
    if (wants(false)) place(name, v);
  }
  void buffer(std::string_view name, auto& v, Init = {}) {
    if (wants(true)) place(name, v);
  }
};

}  // namespace detail

/// A layer on the emulated device: parameters, gradients (zero), activations and scratch, each tensor apart.
template <class L, class T, class In>
struct LockstepBench {
  using Out = decltype(std::declval<const L&>().out(std::declval<In>()));
  using Params = decltype(std::declval<const L&>().template params<T, Lockstep>());
  L layer;
  HostExecutor executor;
  Context<Lockstep> context;
  StepState state;
  View<T, In, Lockstep> x, dx;
  View<std::int32_t, In, Lockstep> ids;
  View<T, Out, Lockstep> y, dy;
  Params p, g;
  decltype(std::declval<const L&>().template saved<T, Lockstep>(std::declval<In>())) saved;
  std::vector<std::byte> scratch;

  explicit LockstepBench(const L& l, In in)
      : layer(l),
        x{nullptr, in},
        dx{nullptr, in},
        ids{nullptr, in},
        y{nullptr, l.out(in)},
        dy(y),
        p(l.template params<T, Lockstep>()),
        g(p),
        saved(l.template saved<T, Lockstep>(in)) {
    x.data = executor.allocate<T>(x.size(), "x"), dx.data = executor.allocate<T>(x.size(), "dx");
    y.data = executor.allocate<T>(y.size(), "y"), dy.data = executor.allocate<T>(y.size(), "dy");
    ids.data = executor.allocate<std::int32_t>(x.size(), "ids");
    detail::BindApart all(executor, Part::all), trained(executor, Part::trained), kept(executor, Part::all);
    p.each(all);
    g.each(trained);
    saved.each(kept);
    const std::size_t bytes = l.template scratch<T>(in);
    scratch.resize(2 * bytes + alignment);
    const auto at = align_up(reinterpret_cast<std::uintptr_t>(scratch.data()));
    static_cast<Stack&>(context.scratch) = {reinterpret_cast<std::byte*>(at), bytes, 0};
    context.scratch.executor = context.executor = &executor;
    context.state = &state;
    each_tensor<T>(g, [](const TensorRef<T>& t) {
      for (index_t i = 0; t.data && i < t.size(); ++i) t.data[i] = T(0);
    });
  }
  LockstepBench(const LockstepBench&) = delete;
  LockstepBench& operator=(const LockstepBench&) = delete;

  void forward(bool training) {
    context.training = training;
    with_input([&](auto in, auto) { layer.forward(context, p, in, y, saved); });
  }
  void backward(bool want_dx = true) {
    with_input([&](auto in, auto none) {
      if constexpr (std::same_as<decltype(in), View<T, In, Lockstep>>)
        if (want_dx) none = dx;
      layer.backward(context, p, in, y, dy, none, saved, g);
    });
  }

 private:
  template <class F>
  void with_input(F&& f) {
    if constexpr (input_of<L>() != Input::values)
      if (reads_ids(layer)) return f(ids, View<std::int32_t, In, Lockstep>{nullptr, ids.shape});
    if constexpr (input_of<L>() != Input::ids) f(x, View<T, In, Lockstep>{nullptr, x.shape});
  }
};

/// Forward and backward in double on the emulated device against the CPU backend: output, buffers and all gradients.
/// Throws KernelFault for a race, a divergence or an access out of bounds. See HostExecutor for what it cannot see.
template <class L, class In>
Gap check_lockstep(const L& layer, In in, const CheckOptions& options = {}) {
  detail::Bench<L, In> cpu(layer, in, options);
  LockstepBench<L, double, In> device(layer, in);
  std::vector<TensorRef<double>> from, to;
  const auto list = [](auto& record, auto& tensors) {
    tensors.clear();
    each_tensor<double>(record, [&](const TensorRef<double>& t) { tensors.push_back(t); });
  };
  list(cpu.step.p, from), list(device.p, to);
  for (std::size_t i = 0; i < from.size(); ++i) std::copy(from[i].data, from[i].data + from[i].size(), to[i].data);
  if (cpu.step.batch.values.data)
    std::copy(cpu.step.batch.values.data, cpu.step.batch.values.data + in.size(), device.x.data);
  else
    std::copy(cpu.step.batch.ids.data, cpu.step.batch.ids.data + in.size(), device.ids.data);
  std::copy(cpu.weight.begin(), cpu.weight.end(), device.dy.data);
  device.state = *cpu.step.state;
  device.context.lengths = cpu.step.context.lengths;

  cpu.backward(false);
  device.forward(options.training);
  Gap gap;
  const auto compare = [&](const std::string& name, const double* a, const double* n, index_t size) {
    detail::compare(gap, name, {a, a + size}, {n, n + size});
  };
  compare("output", device.y.data, cpu.step.y.data, cpu.step.y.size());
  device.backward();
  if (cpu.step.batch.values.data) compare("input", device.dx.data, cpu.dx.data(), in.size());
  for (std::size_t i = 0; i < from.size(); ++i) compare(from[i].key, to[i].data, from[i].data, from[i].size());
  list(cpu.step.g, from), list(device.g, to);
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i].role == Role::trained) compare("gradient of " + from[i].key, to[i].data, from[i].data, from[i].size());
  return gap;
}

}  // namespace test
}  // namespace l2g
