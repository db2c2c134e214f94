// 07: A layer of your own, complete: a factor for each channel that is learned, y = exp(s) x.
#include <l2g/nn/activation.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/test/gradients.hpp>

#include <cstdio>

using namespace l2g;

// A kernel is a functor over a context cx, written once. rows() calls it for each row; cx walks along the channels in
// whatever steps the machine has (sixteen at a time on a CPU).
template <class T>
struct ScaleRow {  // to = exp(s) * from, for one row of c channels
  const T *s, *from;
  T* to;
  index_t c;
  void operator()(const auto& cx, index_t row) const {
    for (index_t j = cx.first(); j < c; j += cx.step())
      cx.store(to + row * c, j, c, cx.exp(cx.load(s, j, c)) * cx.load(from + row * c, j, c));
  }
};
template <class T>
struct ScaleSlope {  // ds[j] += the sum over all n rows of dy * y: one call for all of it, so the order is fixed
  const T *y, *dy;
  T* ds;
  index_t n, c;
  void operator()(const auto& cx, index_t) const {
    for (index_t i = 0; i < n; ++i)
      for (index_t j = cx.first(); j < c; j += cx.step())
        cx.store(ds, j, c, cx.fma(cx.load(y + i * c, j, c), cx.load(dy + i * c, j, c), cx.load(ds, j, c)));
  }
};

template <index_t C = dyn>
struct ChannelScale {
  static constexpr std::string_view name = "ChannelScale";
  static constexpr index_t wants = C;          // the last extent that it takes: read by the error text
  static constexpr unsigned uses = uses_y;     // what the backward pass reads besides dy
  [[no_unique_address]] Extent<C> channels{};  // in the type, or carried

  // Parameters are a record: views, shown one by one. From each() follow memory, names, first values, files, prints.
  template <class T, class D>
  struct Params {
    View<T, Shape<C>, D> s;
    constexpr void each(auto& v) { v.field("s", s, Init{Init::constant, 0}); }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(channels)}}};
  }
  template <class T, class D>
  constexpr Nothing saved(auto) const {  // nothing of its own is kept from forward to backward
    return {};
  }
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return 0;
  }
  constexpr auto out(auto shape) const {
    expect(channels, shape.cols(), "ChannelScale: the input has another number of channels");
    return shape;
  }

  template <class D, class T, class In>
  void forward(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    rows(c, x.shape.rows(), ScaleRow<T>{p.s.data, x.data, y.data, x.shape.cols()});
  }
  // Two questions: does anyone want the gradient of my parameters (not when they are frozen), and that of my input (not
  // when nothing below is trained)?
  template <class D, class T, class In>
  void backward(Context<D>& c, const Params<T, D>& p, View<T, In, D>, View<T, In, D> y, View<T, In, D> dy,
                View<T, In, D> dx, Nothing&, Params<T, D>& g) const {
    if (g.s.data) rows(c, 1, ScaleSlope<T>{y.data, dy.data, g.s.data, y.shape.rows(), y.shape.cols()});
    if (dx.data) rows(c, y.shape.rows(), ScaleRow<T>{p.s.data, dy.data, dx.data, y.shape.cols()});
  }
};

// It is a layer like any other now: alone, with the extent at run time, and between others.
using Model = Sequential<Linear<6, 9>, ChannelScale<9>, Relu, Linear<9, 2>>;
static_assert(measure(Model{}.params<float, Cpu>()).elements == 63 + 9 + 20);

int main() {
  const double worst[] = {test::check_gradients(ChannelScale<9>{}, Shape<2, 5, 9>{}).worst,
                          test::check_gradients(ChannelScale<>{20}, Seq{2, 5, 20}).worst,
                          test::check_gradients(Model{}, Shape<2, 5, 6>{}).worst};
  const double poison = test::check_poison(ChannelScale<9>{}, Shape<2, 5, 9>{}).worst;
  for (const double w : worst) std::printf("gradients: %s\n", w < 1e-6 ? "right" : "wrong");
  std::printf("poison:    %g\n", poison);
  return worst[0] < 1e-6 && worst[1] < 1e-6 && worst[2] < 1e-6 && poison == 0 ? 0 : 1;
}

// Output:
//   gradients: right
//   gradients: right
//   gradients: right
//   poison:    0
