// Planted faults that a CPU runs without a complaint; the executor has to find each.
#include <catch2/catch.hpp>
#include <l2g/test/host_executor.hpp>

using Catch::Contains;
using l2g::index_t;
using l2g::test::HostExecutor;
using l2g::test::KernelFault;

namespace {

struct Mean {  // y[r] = mean of row r of x
  const double* x;
  double* y;
  index_t c, end;
  bool guard;
  void operator()(auto& cx, index_t r) const {
    double s = 0;
    for (index_t j = cx.first(); j < end; j += cx.step()) s += cx.load(x + r * c, j, end);
    const double mean = cx.sum(s) / double(c);
    if (!guard || cx.leader()) cx.write(y, r, mean);
  }
};
struct Reverse {  // y = x backwards, in place
  double* x;
  index_t c;
  bool sync;
  void operator()(auto& cx, index_t) const {
    const index_t j = cx.first();
    const double v = j < c ? cx.read(x, c - 1 - j) : 0;
    if (sync) cx.sync();
    if (j < c) cx.write(x, j, v);
  }
};
struct Pass {  // the leader's number for everybody
  double *shared, *y;
  bool sync;
  void operator()(auto& cx, index_t) const {
    if (cx.leader()) cx.write(shared, 0, 7.0);
    if (sync) cx.sync();
    cx.write(y, cx.first(), cx.read(shared, 0));
  }
};
struct SumInLoop {  // the last round is not reached by all
  const double* x;
  double* y;
  index_t c;
  void operator()(auto& cx, index_t) const {
    double total = 0;
    for (index_t j = cx.first(); j < c; j += cx.step()) total += cx.sum(cx.load(x, j, c));
    if (cx.leader()) cx.write(y, 0, total);
  }
};
struct OtherCollective {
  double* y;
  void operator()(auto& cx, index_t) const {
    const double v = cx.first() < 16 ? cx.sum(1.0) : cx.max(1.0);
    if (cx.leader()) cx.write(y, 0, v);
  }
};
struct Neighbour {  // an element that takes its neighbour's result
  double* x;
  void operator()(const auto& cx, index_t j, index_t n) const {
    if (j + 1 < n) cx.write(x, j, cx.read(x, j + 1));
  }
};
struct SharedSum {  // rows that add to one number
  double* sum;
  void operator()(auto& cx, index_t) const {
    if (cx.leader()) cx.write(sum, 0, cx.read(sum, 0) + 1);
  }
};

struct Fixture {
  HostExecutor executor;
  double *x = executor.allocate<double>(120, "x"), *y = executor.allocate<double>(40, "y");
  Fixture() {
    for (int i = 0; i < 120; ++i) x[i] = i;
  }
};

}  // namespace

TEST_CASE("a warp computes what it should", "[kernels]") {
  Fixture f;
  f.executor.rows(3, Mean{f.x, f.y, 40, 40, true});
  CHECK(f.y[0] == 19.5);
  CHECK(f.y[2] == 99.5);
  f.executor.rows(1, Reverse{f.x, 20, true});
  CHECK(f.x[0] == 19);
  CHECK(f.x[19] == 0);
  f.executor.rows(1, Pass{f.x, f.y, true});
  CHECK(f.y[31] == 7);
  CHECK(f.executor.launches == 3);
}

TEST_CASE("a missing leader guard is a race", "[kernels]") {
  Fixture f;
  CHECK_THROWS_WITH(f.executor.rows(3, Mean{f.x, f.y, 40, 40, false}),
                    Contains("Mean") && Contains("row 2") && Contains("race: writes what thread") && Contains("'y'"));
}

TEST_CASE("a missing sync is a race", "[kernels]") {
  Fixture f;
  CHECK_THROWS_WITH(f.executor.rows(1, Pass{f.x, f.y, false}), Contains("race") && Contains("no sync between"));
  Fixture g;
  CHECK_THROWS_WITH(g.executor.rows(1, Reverse{g.x, 20, false}),
                    Contains("race") && Contains("no sync between") && Contains("'x'"));
}

TEST_CASE("accesses out of bounds", "[kernels]") {
  Fixture f;
  CHECK_THROWS_WITH(f.executor.rows(3, Mean{f.x, f.y, 40, 41, true}),
                    Contains("row 2, thread 8: reads out of bounds: element 120 of 120 ('x')"));
  double outside = 0;
  CHECK_THROWS_AS(f.executor.rows(1, Mean{&outside, f.y, 1, 1, true}), KernelFault);
  f.executor.allow(&outside, sizeof outside, "outside");
  CHECK_NOTHROW(f.executor.rows(1, Mean{&outside, f.y, 1, 1, true}));
  f.executor.forbid(&outside, sizeof outside);
  CHECK_THROWS_AS(f.executor.rows(1, Mean{&outside, f.y, 1, 1, true}), KernelFault);
}

TEST_CASE("a collective that not every thread reaches", "[kernels]") {
  Fixture f;
  CHECK_THROWS_WITH(f.executor.rows(1, SumInLoop{f.x, f.y, 40}),
                    Contains("divergence: waits in sum, which 24 of 32 threads do not reach"));
  CHECK_NOTHROW(f.executor.rows(1, SumInLoop{f.x, f.y, 64}));
  CHECK_THROWS_WITH(f.executor.rows(1, OtherCollective{f.y}), Contains("divergence: waits in max, thread 0 in sum"));
}

TEST_CASE("elements and rows that depend on each other", "[kernels]") {
  Fixture f;
  CHECK_THROWS_WITH(f.executor.map(40, Neighbour{f.x}), Contains("element 38: race: reads what element 39") ||
                                                            Contains("element 37: race: reads what element 38"));
  CHECK_THROWS_WITH(f.executor.rows(2, SharedSum{f.y}), Contains("row 0") && Contains("race: reads what row 1 writes"));
  CHECK_NOTHROW(f.executor.rows(1, SharedSum{f.y}));
}
