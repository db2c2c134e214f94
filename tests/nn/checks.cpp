// The public checks find layers that lie.
#include <l2g/nn/activation.hpp>
#include <l2g/test/lockstep.hpp>

#include <catch2/catch.hpp>

using namespace l2g;
using Catch::Contains;

namespace {

struct Double {  // an element
  const double* x;
  double* y;
  double factor;
  void operator()(const auto& cx, index_t j, index_t end) const { cx.store(y, j, end, cx.load(x, j, end) * factor); }
};
struct Square {
  const double *x, *dy;
  double* dx;
  void operator()(const auto& cx, index_t j, index_t end) const {
    cx.store(dx, j, end, cx.load(x, j, end) * cx.load(dy, j, end) * 2.0);
  }
};
struct MeanOfRow {  // every element of a row becomes its mean, by way of a number in memory
  const double* x;
  double *mean, *y;
  index_t c;
  bool sync;
  void operator()(auto& cx, index_t r) const {
    auto s = cx.value(0.0);
    for (index_t j = cx.first(); j < c; j += cx.step()) s = s + cx.load(x + r * c, j, c);
    const double m = cx.sum(s) / double(c);
    if (cx.leader()) cx.write(mean, r, m);
    if (sync) cx.sync();
    for (index_t j = cx.first(); j < c; j += cx.step()) cx.store(y + r * c, j, c, cx.value(cx.read(mean, r)));
  }
};

enum class Fault { none, gradient, uses, race, scratch, bounds };

/// y = x^2 for uses, else y = mean of each row; with one fault.
template <Fault F>
struct Liar : Elementwise {
  static constexpr std::string_view name = "Liar";
  static constexpr unsigned uses = uses_none;
  template <class T>
  constexpr std::size_t scratch(auto s) const {
    return F == Fault::scratch ? 0 : bytes_of<T>(s.rows());
  }
  template <class D, class In>
  void mean(Context<D>& c, const double* x, double* y, In s) const {
    Frame frame(c.scratch);
    double* m = c.scratch.template take<double>(s.rows());
    rows(c, s.rows() + (F == Fault::bounds), MeanOfRow{x, m, y, s.cols(), F != Fault::race});
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    if constexpr (F == Fault::uses)
      map(c, x.size(), Square{x.data, x.data, y.data});
    else
      mean(c, x.data, y.data, x.shape);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const Nothing&, View<T, In, D> x, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, Nothing&) const {
    if constexpr (F == Fault::uses) {
      map(c, x.size(), Square{x.data, dy.data, dx.data});
      map(c, x.size(), Double{dx.data, dx.data, 2.0});
    } else {
      mean(c, dy.data, dx.data, x.shape);
      if (F == Fault::gradient) map(c, x.size(), Double{dx.data, dx.data, 1.001});
    }
  }
};
constexpr Shape<2, 3, 19> shape{};

}  // namespace

TEST_CASE("an honest layer passes", "[nn]") {
  CHECK(test::check_gradients(Liar<Fault::none>{}, shape).worst < 1e-6);
  CHECK(test::check_poison(Liar<Fault::none>{}, shape).worst == 0);
  CHECK(test::check_lockstep(Liar<Fault::none>{}, shape).worst < 1e-12);
}

TEST_CASE("a gradient that is a little off is found", "[nn]") {
  const auto gap = test::check_gradients(Liar<Fault::gradient>{}, shape);
  CHECK(gap.worst > 1e-5);
  CHECK(gap.where == "input");
}

TEST_CASE("a layer that reads what it says it does not is found by poison", "[nn]") {
  CHECK(test::check_gradients(Liar<Fault::uses>{}, shape).worst < 1e-6);
  CHECK(std::isinf(test::check_poison(Liar<Fault::uses>{}, shape).worst));
}

TEST_CASE("a race in a layer's kernel is found in lockstep, and nowhere else", "[nn]") {
  CHECK(test::check_gradients(Liar<Fault::race>{}, shape).worst < 1e-6);
  CHECK_THROWS_WITH(test::check_lockstep(Liar<Fault::race>{}, shape),
                    Contains("MeanOfRow") && Contains("race") && Contains("'scratch'"));
}

TEST_CASE("scratch that was not promised, and a row too many", "[nn]") {
  CHECK_THROWS_WITH(test::check_lockstep(Liar<Fault::scratch>{}, shape), Contains("its scratch() said"));
  test::LockstepBench<Liar<Fault::bounds>, double, Shape<2, 3, 19>> bench({}, {});
  CHECK_THROWS_WITH(bench.forward(true), Contains("row 6") && Contains("out of bounds") && Contains("'x'"));
}
