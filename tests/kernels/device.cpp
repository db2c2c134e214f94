// Losses, optimizers and sums on the emulated device: no fault, and what the CPU backend gives.
#include <catch2/catch.hpp>
#include <l2g/loss/align.hpp>
#include <l2g/optim/optimizers.hpp>
#include <l2g/test/lockstep.hpp>

using namespace l2g;
using test::Lockstep;

namespace {

struct Device {
  test::HostExecutor executor;
  Context<Lockstep> c;
  StepState state{};
  std::vector<std::byte> memory;
  explicit Device(std::size_t scratch) : memory(2 * scratch + alignment) {
    const auto at = align_up(reinterpret_cast<std::uintptr_t>(memory.data()));
    static_cast<Stack&>(c.scratch) = {reinterpret_cast<std::byte*>(at), scratch, 0};
    c.scratch.executor = c.executor = &executor;
    c.state = &state;
  }
  double* copy(const std::vector<double>& v, const char* name) {
    double* p = executor.allocate<double>(index_t(v.size()), name);
    std::copy(v.begin(), v.end(), p);
    return p;
  }
};
struct Host {
  Context<Cpu> c;
  StepState state{};
  std::vector<std::byte> memory;
  explicit Host(std::size_t scratch) : memory(scratch + alignment) {
    const auto at = align_up(reinterpret_cast<std::uintptr_t>(memory.data()));
    c.scratch = {reinterpret_cast<std::byte*>(at), scratch, 0};
    c.state = &state;
  }
};
std::vector<double> random(std::size_t n, std::uint32_t stream, double low = -1, double high = 1) {
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = low + (high - low) * Rng{5, 0}.uniform(stream, i);
  return v;
}
double gap(const double* a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double d = std::abs(a[i] - b[i]);
    worst = d <= worst ? worst : std::isfinite(d) ? d : 1e300;
  }
  return worst;
}
using View3 = View<double, Seq>;
using DeviceView3 = View<double, Seq, Lockstep>;

template <class Loss, class Target>
void compare(const Loss& loss, Seq s, const Target* target, const std::int32_t* lengths, std::size_t shares) {
  const std::size_t bytes = loss.template scratch<double>(s), n = std::size_t(s.size());
  auto x = random(n, 3, -2, 2);
  std::vector<double> d(n), value(shares);
  Host host(bytes);
  host.c.lengths = Lengths{lengths};
  loss(host.c, View3{x.data(), s}, target, View3{d.data(), s}, value.data());
  Device device(bytes);
  device.c.lengths = Lengths{lengths};
  device.executor.allow(target, std::size_t(s.size()) * sizeof(Target), "target");
  double *dx = device.executor.allocate<double>(s.size(), "dx"),
         *dv = device.executor.allocate<double>(index_t(shares), "shares");
  if constexpr (requires { loss.reference; })
    device.executor.allow(loss.reference, std::size_t(loss.entries * loss.width) * sizeof(double), "reference");
  loss(device.c, DeviceView3{device.copy(x, "x"), s}, target, DeviceView3{dx, s}, dv);
  CHECK(gap(dx, d) < 1e-13);
  CHECK(gap(dv, value) < 1e-13);
}

}  // namespace

TEST_CASE("losses run on the device without a fault", "[kernels]") {
  const Seq s{3, 2, 37};
  const std::int32_t lengths[] = {2, 1, 2}, labels[] = {3, 36, 0, -1, 5, 6};
  const auto weights = random(37, 8, 0.5, 2);
  compare(CrossEntropy{}, s, labels, nullptr, 6);
  compare(CrossEntropy{0.1, weights.data()}, s, labels, lengths, 6);
  auto targets = random(std::size_t(s.size()), 9, -0.2, 1);
  compare(BinaryCrossEntropy{2.5}, s, targets.data(), lengths, 6);
  compare(MeanSquaredError{}, s, targets.data(), lengths, 6);
}

TEST_CASE("the joint loss of alignment runs on the device without a fault", "[kernels]") {
  const auto reference = random(50 * 40, 10);
  AlignLoss<double> loss;
  loss.reference = reference.data(), loss.entries = 50, loss.width = 40, loss.draws = 9;
  const std::int32_t labels[] = {0, 1, 2, 1, 0, 0, 1};
  compare(loss, Seq{7, 1, 43}, labels, nullptr, 14);
}

TEST_CASE("optimizers and sums run on the device without a fault", "[kernels]") {
  const std::size_t n = 100;
  const auto g = random(n, 1);
  const auto run = [&](const auto& optimizer) {
    auto p = random(n, 2), m = random(n, 3, 0, 1), v = random(n, 4, 0, 1);
    Host host(0);
    Device device(0);
    double *dp = device.copy(p, "p"), *dm = device.copy(m, "m"), *dv = device.copy(v, "v"), *dg = device.copy(g, "g");
    for (StepState* s : {&host.state, &device.state}) s->update = 3, s->rate = 0.1, s->scale = 0.5;
    optimizer.prepare(host.state), optimizer.prepare(device.state);
    const Segment segment{4, 90, true};
    optimizer(host.c, p.data(), g.data(), m.data(), v.data(), segment);
    optimizer(device.c, dp, dg, dm, dv, segment);
    CHECK(gap(dp, p) < 1e-14);
    CHECK(gap(dm, m) < 1e-14);
    CHECK(gap(dv, v) < 1e-14);
  };
  run(AdamW{});
  run(Adam{.decay = 0.1});
  run(Sgd{0.9, 0.01, true});
  run(Sgd{});

  const auto x = random(10000, 5);
  const index_t shards = kernels::shards_of(10000);
  std::vector<double> partial(static_cast<std::size_t>(shards));
  Host host(0);
  rows(host.c, shards, kernels::SquareSum<double>{x.data(), partial.data(), 10000, shards});
  Device device(0);
  double* out = device.executor.allocate<double>(shards, "partial");
  rows(device.c, shards, kernels::SquareSum<double>{device.copy(x, "x"), out, 10000, shards});
  CHECK(gap(out, partial) < 1e-10);
}

TEST_CASE("scratch: what a layer did not promise or gave back is out of bounds", "[kernels]") {
  Device device(2 * bytes_of<double>(8));
  double* kept = nullptr;
  {
    Frame frame(device.c.scratch);
    kept = device.c.scratch.take<double>(8);
    map(device.c, 8, kernels::Fill<double>{1.0, kept});
    CHECK_THROWS_AS(map(device.c, 9, kernels::Fill<double>{1.0, kept}), test::KernelFault);
    device.c.scratch.take<double>(8);
    CHECK_THROWS_WITH(device.c.scratch.take<double>(8), Catch::Contains("scratch"));
  }
  CHECK_THROWS_AS(map(device.c, 8, kernels::Fill<double>{1.0, kept}), test::KernelFault);
}
