#pragma once
// Step: a model, all the memory of its training step in one block, and the step itself.
#include <l2g/core/batch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/cpu/backend.hpp>
#include <l2g/cpu/memory.hpp>
#include <l2g/kernels/elementwise.hpp>
#include <l2g/kernels/reduce.hpp>
#include <l2g/loss/align.hpp>
#include <l2g/optim/optimizers.hpp>
#include <l2g/train/footprint.hpp>
#include <l2g/train/tensors.hpp>

#include <cmath>
#include <span>
#include <vector>

namespace l2g {

namespace detail {
/// Runs of the flat block of trained parameters: tensors with one extent do not decay, and each tensor has its factor
/// of the rate.
struct Segments : Visitor {
  std::vector<Segment>& list;
  std::span<const RateFactor> rates;
  std::vector<bool> met;  // which of the prefixes fitted a tensor
  std::string path;
  std::vector<std::size_t> marks;
  index_t at = 0;
  explicit Segments(std::vector<Segment>& l, std::span<const RateFactor> r = {}) : list(l), rates(r), met(r.size()) {}
  template <class T, class S, class D>
  void field(std::string_view name, View<T, S, D>& v, Init = {}) {
    if (in_frozen) return;
    const index_t n = index_t(bytes_of<T>(v.size()) / sizeof(T));
    if (n > 0) add(n, S::rank > 1, rates.empty() ? 1 : factor_of(path + std::string(name)));
  }
  void enter(std::string_view name) {
    marks.push_back(path.size());
    path += std::string(name) + ".";
  }
  void leave() {
    path.resize(marks.back());
    marks.pop_back();
  }

 private:
  double factor_of(const std::string& key) {
    double factor = 1;
    for (std::size_t i = 0; i < rates.size(); ++i)
      if (key.starts_with(rates[i].prefix)) factor = rates[i].factor, met[i] = true;
    return factor;
  }
  void add(index_t n, bool decays, double factor) {
    if (!list.empty() && list.back().decays == decays && list.back().factor == factor)
      list.back().end += n;
    else
      list.push_back({at, at + n, decays, factor});
    at += n;
  }
};
}  // namespace detail

template <class Model, class T, class In, class D = Cpu>
class Step {
 public:
  using value_type = T;
  using Out = decltype(std::declval<const Model&>().out(std::declval<In>()));
  using Params = decltype(std::declval<const Model&>().template params<T, D>());

  /// Plans the step for batches of shape `in`; throws shape_error when something does not fit. `loss` is any loss that
  /// will be used, for its scratch; what is `outside` has no memory here and is to be bound to that of its owner before
  /// the first step (each_tensor, load_weights): nothing writes to it.
  template <class Loss = CrossEntropy>
  explicit Step(Model m = {}, In in = {}, const Loss& loss = {}, int moments = 2, cpu::Pool* pool = nullptr,
                Outside outside = Outside::nothing)
      : model(std::move(m)),
        y{nullptr, model.out(in)},
        dy(y),
        p(model.template params<T, D>()),
        g(p),
        size_(footprint<T>(model, in, loss.template scratch<T>(y.shape), moments, parts_of<Loss>(), outside)),
        outside_(outside),
        saved_(model.template saved<T, D>(in)) {
    block_ = Memory<D>::get(size_.total());
    std::byte* at = block_.get();
    const auto take = [&](std::size_t n) { return std::exchange(at, at + n); };
    state = new (take(align_up(sizeof(StepState)))) StepState;
    const auto flat = [&] { return reinterpret_cast<T*>(take(size_.trained)); };
    weights = flat(), gradients = flat();
    for (int i = 0; i < moments; ++i) moment[i] = flat();
    if (outside != Outside::weights) {
      bind(p, reinterpret_cast<std::byte*>(weights), Part::trained);
      bind(g, reinterpret_cast<std::byte*>(gradients), Part::trained);
    }
    if (outside == Outside::nothing) bind(p, take(size_.frozen), Part::frozen);
    buffers = reinterpret_cast<T*>(take(size_.buffers));
    bind(p, reinterpret_cast<std::byte*>(buffers), Part::buffers);
    bind(saved_, take(size_.saved));
    context.scratch = {take(size_.scratch), size_.scratch, 0};
    context.state = state;
    context.pool = pool;
    const auto numbers = [&]<class N>(N*, index_t n) { return reinterpret_cast<N*>(take(bytes_of<N>(n))); };
    T* const t = nullptr;
    std::int32_t* const i = nullptr;
    batch.values.shape = in;
    batch.ids.shape = in;
    if (reads_ids(model))
      batch.ids.data = numbers(i, in.size());
    else
      batch.values.data = numbers(t, in.size());
    y.data = numbers(t, y.size());
    dy.data = numbers(t, y.size());
    batch.targets = numbers(t, y.size());
    shares = numbers(t, y.shape.rows() * parts_of<Loss>());
    batch.labels = numbers(i, y.shape.rows());
    batch.lengths = numbers(i, in[0]);
    parts = parts_of<Loss>();
    if (outside != Outside::weights) {
      detail::Segments s(segments);
      p.each(s);
    }
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  index_t parameters() const { return index_t(size_.trained / sizeof(T)); }  // with the gaps between tensors
  index_t buffer_elements() const { return index_t(size_.buffers / sizeof(T)); }
  const Footprint& size() const { return size_; }
  /// Does a tensor of this role lie outside of the block?
  bool is_outside(Role role) const {
    return role != Role::buffer &&
           (outside_ == Outside::weights || (outside_ == Outside::frozen && role == Role::frozen));
  }
  auto& saved() { return saved_; }  // what the last forward pass kept
  /// Are batch.lengths to be read? Off: every position is real.
  void use_lengths(bool on) { context.lengths = on ? Lengths{batch.lengths} : Lengths{}; }

  /// y from the batch; in training with batch statistics and masks, or with the statistics alone.
  void forward(bool training, bool batch_statistics = false) {
    context.training = training;
    context.batch_statistics = batch_statistics;
    with_input([&](auto x, auto) { model.forward(context, p, x, y, saved_); });
  }
  /// Forward, loss and backward; gradients are added to what is there. Returns the loss.
  template <class Loss, class Target>
  double accumulate(const Loss& loss, const Target* target) {
    forward(true);
    const Lengths before = context.lengths;
    context.lengths = lengths_after(model, before);
    loss(context, y, target, dy, shares);
    context.lengths = before;
    backward();
    ++state->rng.step;
    return value();
  }
  /// Backward from dy; `dx` receives the gradient of the values when it is bound.
  void backward(View<T, In, D> dx = {}) {
    with_input([&](auto x, auto none) {
      if constexpr (std::same_as<decltype(x), View<T, In, D>>) {
        none.data = dx.data;
      }
      model.backward(context, p, x, y, dy, none, saved_, g);
    });
  }
  /// The loss in `shares`: all parts, or one of them.
  double value(int part = -1) const {
    const index_t n = y.shape.rows();
    double sum = 0;
    for (index_t i = part < 0 ? 0 : part * n; i < (part < 0 ? parts * n : (part + 1) * n); ++i)
      sum += double(shares[i]);
    return sum;
  }
  /// The global norm of the gradients, times the scale of accumulation.
  double gradient_norm(double scale = 1) {
    Frame frame(context.scratch);
    const index_t n = parameters();
    double* partial = context.scratch.template take<double>(kernels::most_shards);
    const index_t shards = kernels::shards_of(n);
    rows(context, shards, kernels::SquareSum<T>{gradients, partial, n, shards});
    double sum = 0;
    for (index_t i = 0; i < shards; ++i) sum += partial[i];
    return std::sqrt(sum) * scale;
  }
  /// One update with learning rate `rate`: gradients are averaged over `accumulated` batches, clipped to global norm
  /// `clip` (0: not), applied and zeroed. Returns the norm before clipping when it was needed. A gradient that is not
  /// finite changes nothing but is zeroed, and the norm says so.
  template <class Optimizer>
  double update(const Optimizer& optimizer, double rate, double clip = 0, int accumulated = 1) {
    const double norm = apply(optimizer, rate, clip, accumulated);
    zero_gradients();
    return norm;
  }
  /// The same without zeroing: state->scale is what the gradients were multiplied by.
  template <class Optimizer>
  double apply(const Optimizer& optimizer, double rate, double clip = 0, int accumulated = 1) {
    const double share = 1.0 / accumulated, norm = clip > 0 ? gradient_norm(share) : 0;
    if (clip > 0 && !std::isfinite(norm)) return norm;
    state->scale = clip > 0 && norm > clip ? share * clip / norm : share;
    state->rate = rate;
    ++state->update;
    optimizer.prepare(*state);
    for (const Segment& s : segments)
      if (s.factor != 0) optimizer(context, weights, gradients, moment[0], moment[1], s);
    return norm;
  }
  /// From now on these factors of the learning rate hold, and no others. Throws error for a factor below zero and for a
  /// prefix that no trained tensor has.
  void set_rates(std::span<const RateFactor> rates) {
    std::vector<Segment> list;
    detail::Segments s(list, rates);
    p.each(s);
    for (std::size_t i = 0; i < rates.size(); ++i) {
      if (!(rates[i].factor >= 0 && std::isfinite(rates[i].factor)))
        throw error("rates: the factor of '" + rates[i].prefix + "' must be a number of at least 0");
      if (!s.met[i]) throw error("rates: no trained tensor's key begins with '" + rates[i].prefix + "'");
    }
    segments = std::move(list);
  }
  void zero_gradients() { map(context, parameters(), kernels::Fill<T>{T(0), gradients}); }
  /// The whole step on the labels of the batch.
  template <class Loss, class Optimizer>
  double operator()(const Loss& loss, const Optimizer& optimizer, double rate, double clip = 0) {
    const double v = accumulate(loss, batch.labels);
    update(optimizer, rate, clip);
    return v;
  }

  Model model;
  Context<D> context;
  Batch<T, In, D> batch;
  View<T, Out, D> y, dy;
  Params p, g;
  T* shares = nullptr;
  StepState* state = nullptr;
  T *weights = nullptr, *gradients = nullptr, *moment[2] = {}, *buffers = nullptr;  // flat blocks
  std::vector<Segment> segments;
  int parts = 1;

 private:
  template <class F>
  void with_input(F&& f) {
    constexpr Input kind = input_of<Model>();
    if constexpr (kind != Input::values)
      if (kind == Input::ids || reads_ids(model))
        return f(batch.ids, View<std::int32_t, In, D>{nullptr, batch.ids.shape});
    if constexpr (kind != Input::ids) f(batch.values, View<T, In, D>{nullptr, batch.values.shape});
  }

  Footprint size_;
  Outside outside_;
  decltype(std::declval<const Model&>().template saved<T, D>(std::declval<In>())) saved_;
  typename Memory<D>::Block block_;
};

}  // namespace l2g
