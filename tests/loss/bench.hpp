#pragma once
// A loss on a random prediction: its value, its gradient, and central differences of the value.
#include <catch2/catch.hpp>
#include <l2g/cpu/backend.hpp>
#include <l2g/loss/align.hpp>

#include <vector>

inline std::vector<double> random_numbers(std::size_t n, std::uint32_t stream, double low = -1, double high = 1) {
  std::vector<double> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = low + (high - low) * l2g::Rng{5, 0}.uniform(stream, i);
  return v;
}

/// A context with scratch on the CPU.
struct Bench {
  l2g::Context<l2g::Cpu> c;
  l2g::StepState state{};
  std::vector<std::byte> memory;
  explicit Bench(std::size_t scratch) : memory(scratch + l2g::alignment) {
    const auto at = l2g::align_up(reinterpret_cast<std::uintptr_t>(memory.data()));
    c.scratch = {reinterpret_cast<std::byte*>(at), scratch, 0};
    c.state = &state;
  }
};

template <class Loss, class Target>
struct OnPrediction {
  Loss loss;
  l2g::Seq shape;
  const Target* target;
  std::vector<double> x, dx, shares;
  Bench bench;
  OnPrediction(const Loss& l, l2g::Seq s, const Target* t, std::vector<double> prediction,
               const std::int32_t* lengths = nullptr)
      : loss(l),
        shape(s),
        target(t),
        x(std::move(prediction)),
        dx(x.size()),
        shares(std::size_t(s.rows() * l2g::parts_of<Loss>())),
        bench(l.template scratch<double>(s)) {
    bench.c.lengths = l2g::Lengths{lengths};
  }
  double value() {
    loss(bench.c, l2g::View<double, l2g::Seq>{x.data(), shape}, target, l2g::View<double, l2g::Seq>{dx.data(), shape},
         shares.data());
    double sum = 0;
    for (const double s : shares) sum += s;
    return sum;
  }
  /// max |a - n| / max(1, max |n|)
  double gradient_gap() {
    value();
    const std::vector<double> analytic = dx;
    double worst = 0, scale = 1;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double old = x[i], step = 1e-5;
      x[i] = old + step;
      const double up = value();
      x[i] = old - step;
      const double numeric = (up - value()) / (2 * step);
      x[i] = old;
      worst = std::max(worst, std::abs(numeric - analytic[i]));
      scale = std::max(scale, std::abs(numeric));
    }
    return worst / scale;
  }
};
