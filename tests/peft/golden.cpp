// Ten steps of training have the parameters that peft has (tests/goldens/peft_training.py).
#include <l2g/io/npy.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/svd_lora.hpp>
#include <l2g/peft/rank_allocator.hpp>
#include <l2g/train/loop.hpp>

#include <catch2/catch.hpp>

using namespace l2g;

namespace {
constexpr const char* path = "tests/goldens/peft/training.npz";
using In = Shape<8, 1, 12>;

template <class Up, class Down>
using Net = Sequential<Named<"up", Up>, Relu, Named<"down", Down>, Relu, Named<"head", Linear<8, 3>>>;

/// The batches of the golden file in their order.
struct Batches {
  std::vector<double> x;
  std::vector<std::int32_t> labels;
  index_t rows() const { return index_t(labels.size()); }
  template <class Batch>
  void fill(Batch& b, std::int64_t position, std::span<const index_t> rows) {
    using T = typename decltype(b.values)::value_type;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t row = std::size_t(position) + i;
      for (std::size_t k = 0; k < 12; ++k) b.values[index_t(i * 12 + k)] = T(x[row * 12 + k]);
      b.labels[i] = labels[row];
    }
  }
};

template <class T, class Model>
double gap_to_peft(const std::string& name, TrainingHook* hook, double& loss_gap) {
  const io::NpzFile golden(path);
  Step<Model, T, In> step;
  initialize<T>(step.p, 1);
  const auto each = [&](const std::string& when, auto&& f) {
    index_t met = 0;
    each_tensor<T>(step.p, [&](const TensorRef<T>& t) {
      if (t.role == Role::buffer) return;
      const std::string key = name + "." + when + "." + t.key;
      REQUIRE(golden.contains(key));
      const std::vector<double> values = golden.read(key).template values<double>();
      REQUIRE(index_t(values.size()) == t.size());
      f(t, values);
      ++met;
    });
    REQUIRE(met > 5);
  };
  each("start", [](const TensorRef<T>& t, const std::vector<double>& values) {
    std::copy(values.begin(), values.end(), t.data);
  });
  Batches batches{golden.read("x").values<double>(), golden.read("labels").values<std::int32_t>()};
  const auto losses = golden.read(name + ".loss").values<double>();
  FitOptions options;
  options.steps = 10;
  options.optimizer = AdamW{};
  options.schedule.rate = 1e-2;
  options.hook = hook;
  options.validate_every = 1;
  const FitResult result = fit(step, CrossEntropy{}, batches, NoEvaluation{}, options);
  loss_gap = 0;
  for (std::size_t i = 0; i < losses.size(); ++i)
    loss_gap = std::max(loss_gap, std::abs(result.history[i].train_loss - losses[i]));
  double gap = 0;
  each("end", [&](const TensorRef<T>& t, const std::vector<double>& values) {
    for (index_t i = 0; i < t.size(); ++i) gap = std::max(gap, std::abs(double(t.data[i]) - values[std::size_t(i)]));
  });
  return gap;
}

template <class T, class Model>
void check(const std::string& name, double tolerance, TrainingHook* hook = nullptr) {
  double loss_gap = 0;
  CHECK((gap_to_peft<T, Model>(name, hook, loss_gap)) < tolerance);
  CHECK(loss_gap < tolerance);
}
}  // namespace

TEST_CASE("LoRA: the parameters after ten steps are peft's", "[peft]") {
  using Model = Net<Lora<Linear<12, 10>, 4, Alpha<6>>, Lora<Linear<10, 8>, 4, Alpha<6>>>;
  check<double, Model>("lora", 1e-9);
  check<float, Model>("lora", 1e-5);
}

TEST_CASE("rank-stabilised LoRA: the parameters after ten steps are peft's", "[peft]") {
  using Scale = LoraScale<ScaleRule::root, 5>;
  using Model = Net<Lora<Linear<12, 10>, 3, Scale>, Lora<Linear<10, 8>, 3, Scale>>;
  check<double, Model>("rslora", 1e-9);
  check<float, Model>("rslora", 1e-5);
}

TEST_CASE("AdaLoRA: parameters, losses with the orthogonality term and choices are peft's", "[peft]") {
  using Scale = LoraScale<ScaleRule::adalora, 16>;
  using Model = Net<SvdLora<Linear<12, 10>, 4, PerStep<1000>, Scale>, SvdLora<Linear<10, 8>, 4, PerStep<1000>, Scale>>;
  peft::RankOptions o = peft::adalora(2);
  o.tinit = 2, o.tfinal = 3, o.interval = 2, o.total = 10;
  peft::RankAllocator<double> in_double(o);
  check<double, Model>("adalora", 1e-9, &in_double);
  REQUIRE(in_double.log().back().step == 7);
  REQUIRE(in_double.log().back().kept == 4);
  REQUIRE(in_double.pattern().at("up") == std::vector<bool>{true, true, true, false});  // adalora/adapter_config.json
  REQUIRE(in_double.pattern().at("down") == std::vector<bool>{false, false, true, false});
  peft::RankAllocator<float> in_float(o);
  check<float, Model>("adalora", 1e-5, &in_float);
}
