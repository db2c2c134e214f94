#include <catch2/catch.hpp>
#include <l2g/core/context.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/core/layer.hpp>
#include <l2g/core/tuple.hpp>

using namespace l2g;
using Catch::Contains;

// What fits what, and what it costs.
static_assert(may_fit(8, 8) && !may_fit(8, 4) && may_fit(dyn, 4) && may_fit(8, dyn) && may_fit(batch, 4));
static_assert(may_fit(batch, batch) && !may_fit(batch, length) && may_fit(batch, dyn));
static_assert(std::is_empty_v<Shape<2, 3>> && sizeof(Shape<2, dyn>) == sizeof(index_t));
static_assert(sizeof(View<float, Shape<32, 128, 768>>) == sizeof(void*));
static_assert(Shape<2, dyn, 5>{2, 3, 5}[1] == 3 && Shape<2, dyn, 5>{2, 3, 5}.size() == 30);
static_assert(Shape<2, 3, 5>{}.rows() == 6 && Shape<2, 3, 5>{}.cols() == 5 && last_extent<Shape<2, dyn>> == dyn);
static_assert(std::is_convertible_v<Shape<2, 3>, Shape<dyn, dyn>>);
static_assert(!std::is_convertible_v<Shape<dyn, dyn>, Shape<2, 3>>);
static_assert(std::is_constructible_v<Shape<2, 3>, Shape<dyn, dyn>>);
static_assert(multiple<768, 3> == 2304 && multiple<dyn, 3> == dyn);

TEST_CASE("extents that are known are checked when others meet them", "[core]") {
  const Shape<dyn, dyn> run(2, 4);
  CHECK(Shape<2, dyn>(run)[1] == 4);
  CHECK_THROWS_WITH((Shape<2, 3>(run)), Contains("wanted 3, got 4"));
  CHECK_THROWS_AS((Extent<5>(4)), shape_error);
  CHECK(Extent<dyn>(4) == 4);
  CHECK_THROWS_WITH((Shape<2, 3>(2, 7)), Contains("l2g::Shape") && Contains("wanted 3, got 7"));
}

TEST_CASE("lengths go through windows, strides and pooling", "[core]") {
  const std::int32_t data[] = {10, 3, 0};
  const Lengths all{}, some{data};
  CHECK(all.of(1, 12) == 12);
  CHECK_FALSE(all);
  CHECK(some.of(1, 12) == 3);
  CHECK(some.of(0, 8) == 8);
  const Lengths valid = some.then({4, 1, 0}), strided = valid.then({1, 2, 0});
  CHECK(valid.of(0, 12) == 7);
  CHECK(valid.of(1, 12) == 0);
  CHECK(strided.of(0, 12) == 4);
  CHECK(strided.of(2, 12) == 0);
  CHECK_FALSE(strided.pooled());
  Lengths chain = some;
  for (int i = 0; i < Lengths::most; ++i) chain = chain.then({1, 1, 0});
  CHECK_THROWS_AS(chain.then({1, 1, 0}), shape_error);
}

TEST_CASE("scratch is a stack that frames give back and promises bound", "[core]") {
  alignas(64) std::byte memory[256];
  Stack stack{memory, sizeof memory, 0};
  {
    Frame frame(stack);
    CHECK(static_cast<void*>(stack.take<float>(3)) == memory);
    CHECK(static_cast<void*>(stack.take<double>(8)) == memory + 64);
    CHECK_THROWS_WITH(stack.take<double>(17), Contains("320 bytes of scratch, its scratch() said 256"));
  }
  CHECK(stack.top == 0);
}

namespace {
struct Pair {
  View<float, Shape<2, 3>> a;
  View<float, Shape<dyn>> b;
  Stream stream;
  View<float, Shape<4>> statistics;
  constexpr void each(auto& v) {
    v.field("a", a);
    scope(v, "inner", [&] { frozen(v, [&] { v.field("b", b); }); });
    stream.each(v);
    v.buffer("statistics", statistics);
  }
};
constexpr Pair pair() { return {{}, {nullptr, {20}}, {}, {}}; }
static_assert(measure(pair()).bytes == 64 + 128 + 64 && measure(pair()).elements == 30);
static_assert(measure(pair(), Part::trained).elements == 6 && measure(pair(), Part::frozen).elements == 20);
static_assert(measure(pair(), Part::buffers).elements == 4 && measure(pair()).streams == 1);
}  // namespace

TEST_CASE("a record is bound part by part, 64-byte aligned", "[core]") {
  alignas(64) std::byte memory[256];
  Pair p = pair();
  bind(p, memory, Part::trained);
  CHECK(static_cast<void*>(p.a.data) == memory);
  CHECK(p.b.data == nullptr);
  CHECK(p.statistics.data == nullptr);
  bind(p, memory);
  CHECK(static_cast<void*>(p.b.data) == memory + 64);
  CHECK(static_cast<void*>(p.statistics.data) == memory + 192);
}

TEST_CASE("a flat tuple", "[core]") {
  constexpr Tuple t{1, 2.5, 'c'};
  static_assert(get<0>(t) == 1 && get<1>(t) == 2.5 && get<2>(t) == 'c');
  int order = 0;
  times_down<3>([&](auto i) { order = order * 10 + int(i); });
  CHECK(order == 210);
}
