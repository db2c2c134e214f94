#pragma once
// The pair tape. Inputs and their references go forward through a model in one batch; then one multiplier for each
// element and pair goes backward, so that at every operation sum m dx = sum g dy (DeepLIFT's rescale rule, Shrikumar et
// al. 2017, with exact rules for what is no function of a single element). Without references the same tape takes
// gradients.
#include <l2g/core/layer.hpp>
#include <l2g/cpu/backend.hpp>
#include <l2g/interpret/arena.hpp>
#include <l2g/interpret/pairs.hpp>
#include <l2g/interpret/quadrature.hpp>
#include <l2g/kernels/elementwise.hpp>

#include <map>
#include <memory>
#include <string>

namespace l2g::interpret {

template <class T>
class Tape;

/// One operation that went forward on the tape.
template <class T>
struct Link {
  virtual ~Link() = default;
  /// The multipliers of the output g (pairs, output) to those of the input m (pairs, input); m is null where the input
  /// are ids. g is left as it is.
  virtual void rescale(Tape<T>& tape, T* g, T* m) = 0;
};
template <class T>
using LinkPtr = std::unique_ptr<Link<T>>;

template <class T>
class Tape {
 public:
  Tape() {
    context.training = false;
    context.state = &state_;
  }
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  Context<Cpu> context{};  ///< of evaluation; its lengths are those of the rows while the tape is written
  Pairs pairs{};           ///< of the batch that the layer at hand sees
  Arena arena{};

  /// (pairs, tokens): what each token of a model that reads ids contributes. Layers that read ids add to it.
  T* tokens = nullptr;
  index_t token_count = 0;
  /// For the path of integrated gradients through a table of words: (rows, tokens) ids of the references and the place
  /// of each row on its path.
  const std::int32_t* path_from = nullptr;
  const double* path_at = nullptr;

  /// Whether every operation's residual is measured, for blame.
  bool blaming = false;
  std::map<std::string, double> residuals{};      ///< of operations, by their keys: the largest of a pair
  std::map<std::string, index_t> approximated{};  ///< layers without a rule that were met, and the nodes of each
  std::string path{};                             ///< key of the layer at hand

  bool gradient() const { return pairs.references == 0; }
  T* take(index_t n) { return arena.template take<T>(n); }

  /// f() under the key of a part.
  template <class F>
  auto within(std::string_view key, F&& f) {
    const std::size_t size = path.size();
    if (!key.empty()) path += (path.empty() ? "" : ".") + std::string(key);
    struct Back {
      std::string& path;
      std::size_t size;
      ~Back() { path.resize(size); }
    } const back{path, size};
    return f();
  }
  std::string place(std::string_view operation) const {
    return path.empty() ? std::string(operation) : path + " (" + std::string(operation) + ")";
  }

 private:
  StepState state_{};
};

/// Some values on both sides of an operation: multipliers (pairs, size) and what they belong to, (rows, size).
template <class T>
struct Side {
  const T *multipliers, *values;
  index_t size;
  /// sum m (x - x0) of a pair.
  double sum(const Pairs& pairs, index_t pair) const {
    const T *m = multipliers + pair * size, *a = values + pairs.input_of(pair) * size,
            *b = values + pairs.reference_of(pair) * size;
    double s = 0;
    for (index_t i = 0; i < size; ++i) s += double(m[i]) * (double(a[i]) - double(b[i]));
    return s;
  }
};

/// Notes by how much an operation misses that what goes in is what comes out.
template <class T>
void blame(Tape<T>& tape, const Pairs& pairs, const std::string& place, std::initializer_list<Side<T>> inputs,
           const Side<T>& output) {
  double& worst = tape.residuals[place];
  for (index_t pair = 0; pair < pairs.count(); ++pair) {
    double missing = -output.sum(pairs, pair);
    for (const Side<T>& s : inputs) missing += s.sum(pairs, pair);
    missing = std::abs(missing);
    if (!(missing <= worst)) worst = missing;
  }
}

/// Is the layer an affine map of each row in evaluation, whose backward needs neither x nor y nor what was kept? Its
/// transpose is its rule then. A layer says so of itself by `static constexpr bool affine = true`.
template <class L>
inline constexpr bool affine = [] {
  if constexpr (requires { L::affine; })
    return bool(L::affine);
  else
    return false;
}();

/// What a rule sees besides the layer: the batch, memory until it ends, and a context whose lengths are the pairs'.
template <class T>
struct Site {
  Tape<T>& tape;
  Context<Cpu>& context;
  const Pairs pairs;
  T* take(index_t n) { return tape.take(n); }
};

namespace detail {

/// The layer's own backward without gradients of its parameters.
template <class T, class L, class P, class In, class Out>
void transpose(Context<Cpu>& c, const L& layer, const P& p, View<T, In> x, View<T, Out> y, auto& saved, View<T, Out> g,
               View<T, In> m) {
  auto none = layer.template params<T, Cpu>();
  layer.backward(c, p, x, y, g, m, saved, none);
}

template <class T>
struct Between {  // element j of a pair: a + at (b - a)
  const T *a, *b;
  T* to;
  T at;
  void operator()(const auto& cx, index_t j, index_t end) const {
    const auto from = cx.load(a, j, end);
    cx.store(to, j, end, from + (cx.load(b, j, end) - from) * at);
  }
};
template <class T>
struct AddScaled {
  const T* x;
  T* y;
  T factor;
  void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(y, j, end, cx.load(y, j, end) + cx.load(x, j, end) * factor);
  }
};

inline constexpr index_t local_nodes = 8;

/// A layer without a rule: the mean of its transposed derivative on the straight path from reference to input.
template <class T, class L, class P, class In, class Out>
void along_path(Site<T>& site, const L& layer, const P& p, View<T, In> x, View<T, Out> g, View<T, In> m,
                index_t nodes) {
  Context<Cpu>& c = site.context;
  const index_t size = m.size() / site.pairs.count();
  auto saved = layer.template saved<T, Cpu>(m.shape);
  bind(saved, site.tape.arena.bytes(measure(saved).bytes));
  View<T, In> at{site.take(m.size()), m.shape}, slope{site.take(m.size()), m.shape};
  View<T, Out> y{site.take(g.size()), g.shape};
  map(c, m.size(), kernels::Fill<T>{T(0), m.data});
  for (const Node& node : gauss_legendre(nodes)) {
    for (index_t pair = 0; pair < site.pairs.count(); ++pair)
      map(c, size,
          Between<T>{x.data + site.pairs.reference_of(pair) * size, x.data + site.pairs.input_of(pair) * size,
                     at.data + pair * size, T(node.at)});
    layer.forward(c, p, at, y, saved);
    transpose<T>(c, layer, p, at, y, saved, g, slope);
    map(c, m.size(), AddScaled<T>{slope.data, m.data, T(node.weight)});
  }
}

/// A layer that is one operation.
template <class T, class L, class P, class In, class Out>
class Leaf final : public Link<T> {
 public:
  Leaf(Tape<T>& tape, const L& layer, const P& params, View<T, In> x, View<T, Out> y)
      : layer_(layer),
        params_(params),
        x_(x),
        y_(y),
        saved_(layer.template saved<T, Cpu>(x.shape)),
        pairs_(tape.pairs),
        lengths_(tape.context.lengths),
        place_(tape.place(L::name)) {
    bind(saved_, tape.arena.bytes(measure(saved_).bytes));
    layer_.forward(tape.context, params_, x_, y_, saved_);
  }
  void rescale(Tape<T>& tape, T* g, T* m) override {
    if (!m) return;
    const ArenaFrame frame(tape.arena);
    tape.context.lengths = of_pairs(lengths_, pairs_);
    const View<T, Out> from{g, with_batch(y_.shape, pairs_.count())};
    const View<T, In> to{m, with_batch(x_.shape, pairs_.count())};
    if (tape.gradient()) {
      transpose<T>(tape.context, layer_, params_, x_, y_, saved_, from, to);
      return;
    }
    Site<T> site{tape, tape.context, pairs_};
    if constexpr (affine<L>)
      transpose<T>(tape.context, layer_, params_, to, from, saved_, from, to);
    else if constexpr (requires { rescale_rule(layer_, site, params_, x_, y_, saved_, from, to); })
      rescale_rule(layer_, site, params_, x_, y_, saved_, from, to);
    else {
      along_path<T>(site, layer_, params_, x_, from, to, local_nodes);
      tape.approximated[place_] = local_nodes;
    }
    if (tape.blaming)
      blame<T>(tape, pairs_, place_, {{m, x_.data, x_.size() / pairs_.rows()}},
               {g, y_.data, y_.size() / pairs_.rows()});
  }

 private:
  const L& layer_;
  const P& params_;
  View<T, In> x_;
  View<T, Out> y_;
  decltype(std::declval<const L&>().template saved<T, Cpu>(std::declval<In>())) saved_;
  Pairs pairs_;
  Lengths lengths_;
  std::string place_;
};

/// A layer that turns ids into vectors: what a token contributes is the sum over its channels of multiplier times
/// difference of vectors (Sundararajan et al. 2017, for gradients).
template <class T, class L, class P, class In, class Out>
class Words final : public Link<T> {
 public:
  Words(Tape<T>& tape, const L& layer, const P& params, View<std::int32_t, In> x, View<T, Out> y)
      : y_(y), difference_(tape.gradient() ? tape.take(y.size()) : nullptr), pairs_(tape.pairs) {
    look_up(tape, layer, params, x, y);
    if (!tape.gradient()) return;
    const index_t tokens = x.size() / pairs_.rows(), size = y.size() / pairs_.rows();
    if (!tape.path_from) {
      map(tape.context, y.size(), kernels::Copy<T>{y.data, difference_});
      return;
    }
    View<T, Out> from{tape.take(y.size()), y.shape};
    look_up(tape, layer, params, {const_cast<std::int32_t*>(tape.path_from), x.shape}, from);
    for (index_t row = 0; row < pairs_.rows(); ++row) {
      T *to = y.data + row * size, *d = difference_ + row * size;
      const T* const start = from.data + row * size;
      for (index_t i = 0; i < size; ++i) {
        d[i] = to[i] - start[i];
        to[i] = start[i] + T(tape.path_at[row]) * d[i];
      }
    }
    require(tokens == tape.token_count, tape.token_count, tokens, "l2g::interpret: tokens of two lengths in one model");
  }
  void rescale(Tape<T>& tape, T* g, T*) override {
    const index_t size = y_.size() / pairs_.rows(), n = tape.token_count, channels = size / n;
    rows(tape.context, pairs_.count() * n, [&](auto&, index_t item) {
      const index_t pair = item / n, t = item % n;
      const T* const from = g + pair * size + t * channels;
      const T* const a = difference_ ? difference_ + pair * size + t * channels
                                     : y_.data + pairs_.input_of(pair) * size + t * channels;
      const T* const b = difference_ ? nullptr : y_.data + pairs_.reference_of(pair) * size + t * channels;
      double sum = 0;
      for (index_t j = 0; j < channels; ++j) sum += double(from[j]) * (double(a[j]) - (b ? double(b[j]) : 0));
      tape.tokens[item] += T(sum);
    });
  }

 private:
  static void look_up(Tape<T>& tape, const L& layer, const P& params, View<std::int32_t, In> x, View<T, Out> y) {
    auto saved = layer.template saved<T, Cpu>(x.shape);
    bind(saved, tape.arena.bytes(measure(saved).bytes));
    layer.forward(tape.context, params, x, y, saved);
  }
  View<T, Out> y_;
  T* difference_;  // of a token's vector from where its path began; null: of its reference
  Pairs pairs_;
};

}  // namespace detail

/// Runs a layer forward on x (rows, ...) and gives back what takes multipliers backward through it; y is memory of the
/// caller's that stays as long as the link. In the order of what there is: trace_parts(tape, layer, params, x, y) of a
/// layer that is made of others; the transpose of an affine map; rescale_rule(layer, site, params, x, y, saved, g, m);
/// for a layer of somebody else's the mean derivative on the straight path, which Tape::approximated tells.
/// Both functions are found by argument-dependent lookup, so a rule of your own stands beside your layer.
template <class T, class L, class P, class X, class In, class Out>
LinkPtr<T> trace(Tape<T>& tape, const L& layer, const P& params, View<X, In> x, View<T, Out> y) {
  if constexpr (requires { trace_parts(tape, layer, params, x, y); })
    return trace_parts(tape, layer, params, x, y);
  else if constexpr (std::same_as<X, std::int32_t>)
    return std::make_unique<detail::Words<T, L, P, In, Out>>(tape, layer, params, x, y);
  else
    return std::make_unique<detail::Leaf<T, L, P, In, Out>>(tape, layer, params, x, y);
}

}  // namespace l2g::interpret
