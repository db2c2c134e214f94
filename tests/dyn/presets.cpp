// What a preset builds: true to the published network where it says so.
#include <catch2/catch.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/train.hpp>

using namespace l2g;
using model::Model;
using model::Spec;
using model::TransferTask;

namespace {

/// All layers of a kind, in order.
void collect(const Spec& s, std::string_view type, std::vector<Spec>& found) {
  if (s.type == type) found.push_back(s);
  for (const Spec& p : s.parts) collect(p, type, found);
}
std::vector<Spec> all(const Spec& s, std::string_view type) {
  std::vector<Spec> found;
  collect(s, type, found);
  return found;
}
Model made(const Spec& s, const TransferTask& t) {
  return model::make_model("m", s, {t.length, t.channels}, std::vector<std::string>{"0", "1"}, 3);
}

}  // namespace

TEST_CASE("preset code builds the published embedder: its number of parameters is that of the release", "[dyn]") {
  // ResNet1D_v3, 128-256-768, kernels of 3, five channels, two classes: 4,965,890 with its own head.
  TransferTask task{.length = 60};
  task.body = {.width = 768, .layers = 1, .heads = 12, .hidden = 64};
  const Spec whole = model::network(transfer::code(), task);
  const Spec embedder = model::part_of(whole, "embedder.cnn");
  Spec alone = model::sequential({embedder, model::layer("mean_pool"), model::layer("linear", {{"out", 2}})});
  CHECK(made(alone, task).parameters() == 4'965'890);
  // Every convolution of a block looks back only; the 1 x 1 beside it has nothing to look at.
  int causal = 0;
  for (const Spec& c : all(whole, "conv1d")) causal += c.words.at("padding") == "causal";
  CHECK(causal == 9);
  CHECK(model::out_of(embedder, {1, 60, 5})[1] == 60);              // one token a position
  CHECK(all(model::part_of(whole, "embedder"), "linear").empty());  // no projection
  CHECK(all(whole, "dropout").front().numbers.at("share") == 0.05);
  CHECK(all(whole, "flatten").empty());
  CHECK(all(whole, "mean_pool").size() == 1);
  CHECK(all(model::part_of(whole, "embedder"), "residual").size() == 3);
}

TEST_CASE("preset code: the embedder alone has no skip where the channels stay the same", "[dyn]") {
  const TransferTask task{.length = 40};
  const Spec code = model::network(transfer::code(), task), paper = model::network(transfer::paper(), task);
  CHECK(all(code, "residual").size() == 2);
  CHECK(all(paper, "residual").size() == 3);
  CHECK(made(code, task).parameters() == made(paper, task).parameters());
  // The search net of DASH: 1.22 million with kernels of 3.
  CHECK(made(code, task).parameters() == 1'222'402);
  for (const Spec& c : all(paper, "conv1d")) CHECK(c.words.at("padding") == "same");
}

TEST_CASE("preset code looks back only: the first token knows no base behind it", "[dyn]") {
  TransferTask task{.length = 30};
  task.body = {.width = 8, .layers = 1, .heads = 2, .hidden = 16};
  for (const auto& [preset, leaks] : {std::pair{transfer::code(), false}, std::pair{transfer::paper(), true}}) {
    const Spec cnn = model::part_of(model::network(preset, task), "embedder.cnn");
    Step<AnyLayer<float>, float, Seq> step(model::build<float>(cnn, {1, 30, 5}), {1, 30, 5});
    initialize<float>(step.p, 4);
    const auto first = [&](float last) {
      std::fill_n(step.batch.values.data, 150, 0.2f);
      step.batch.values[149] = last;
      step.batch.values[5 * 5] = last;
      step.forward(false);
      return std::vector<float>(step.y.data, step.y.data + 8);
    };
    CHECK((first(0) != first(1)) == leaks);
  }
}

TEST_CASE("preset honest follows the advice, paper and code do not; target lengths", "[dyn]") {
  TransferTask task{.length = 1200, .keep_positions = true, .wide = true};
  task.body = {.width = 16, .layers = 1, .heads = 2, .hidden = 16};
  CHECK(all(model::network(transfer::honest(), task), "flatten").size() == 2);  // the deep path and the wide one
  CHECK(all(model::network(transfer::paper(), task), "flatten").empty());
  const auto tokens = [&](const transfer::Preset& p) {
    TransferTask plain = task;
    plain.wide = false;
    return model::out_of(model::part_of(model::network(p, plain), "embedder"), {1, 1200, 5})[1];
  };
  CHECK(tokens(transfer::honest()) <= 64);
  CHECK(tokens(transfer::paper()) == 400);
  CHECK(tokens(transfer::code()) == 1200);
}

TEST_CASE("the published recipe: optimizer, steps of the rate, schedule of the joint loss", "[dyn]") {
  const transfer::Preset p = transfer::code();
  const auto* adam = std::get_if<Adam>(&p.fine_tune.optimizer);
  REQUIRE(adam);
  CHECK((adam->beta2 == 0.98 && adam->decay == 1e-5 && adam->decay_vectors));
  CHECK(std::holds_alternative<Adam>(transfer::paper().fine_tune.optimizer));
  // Epoch 60 still runs at 0.2 of the rate, 61 at 0.04, 81 at 0.008.
  const FitOptions f = model::fit_options(p.align, 3200, 0, 1);
  CHECK(f.steps == 1000);
  CHECK_FALSE(f.reestimate);
  const auto share = [&](int epoch) { return f.schedule(epoch * 10) / p.align.rate; };
  CHECK(share(40) == Approx(1));
  CHECK(share(41) == Approx(0.2));
  CHECK(share(60) == Approx(0.2));
  CHECK(share(61) == Approx(0.04));
  CHECK(share(80) == Approx(0.04));
  CHECK(share(81) == Approx(0.008));
  // Warm-up of 5 epochs from 0, then down to 0 at the end of the 25th.
  const FitOptions t = model::fit_options(p.fine_tune, 640, 0, 1);
  CHECK(t.schedule(0) == 0);
  CHECK(t.schedule(50) == Approx(5e-5));
  CHECK(t.schedule(150) == Approx(2.5e-5));
}

TEST_CASE("the head of preset code starts normal with deviation 0.02", "[dyn]") {
  const TransferTask task{.length = 20};
  Model m = made(model::network(transfer::code(), task), task);
  model::start_head(m, 0.02);
  double squares = 0;
  for (const float v : std::as_const(m.weights.at("head.weight").values)) squares += double(v) * double(v);
  CHECK(std::sqrt(squares / 512) == Approx(0.02).epsilon(0.1));
  for (const float v : std::as_const(m.weights.at("head.bias").values)) CHECK(v == 0);
}

TEST_CASE("threefold rows: the row, its other strand shifted by three, its other strand", "[dyn]") {
  data::Dataset d;
  d.sequences = {"ACGTTGCAAC", "GGGGACACAT"};
  d.labels = {0, 1};
  d.classes = {"0", "1"};
  model::SequenceSource source{&d, {10}, {}, 5, false, true};
  REQUIRE(source.rows() == 6);
  std::vector<float> values(6 * 50), plain(2 * 50), other(2 * 50);
  std::vector<std::int32_t> labels(6);
  Batch<float, Seq> batch{{values.data(), {6, 10, 5}}, {}, nullptr, labels.data(), nullptr};
  const std::vector<index_t> rows{0, 1, 2, 3, 4, 5}, two{0, 1};
  source.fill(batch, 0, rows);
  data::encode<float>(d, two, source.input, plain, {}, {}, false);
  data::encode<float>(d, two, source.input, other, {}, {}, true);
  CHECK(std::equal(plain.begin(), plain.end(), values.begin()));
  CHECK(std::equal(other.begin(), other.end(), values.begin() + 200));
  CHECK(labels == std::vector<std::int32_t>{0, 1, 0, 1, 0, 1});
  for (std::ptrdiff_t r = 0; r < 2; ++r) {
    const auto moved = values.begin() + 100 + 50 * r, strand = other.begin() + 50 * r;
    const bool right = std::equal(strand, strand + 35, moved + 15), left = std::equal(strand + 15, strand + 50, moved);
    CHECK(right != left);
    for (std::ptrdiff_t i = 0; i < 3; ++i) CHECK(moved[right ? 5 * i + 4 : 35 + 5 * i + 4] == 1);  // N comes in
  }
  // A training on them runs through.
  const data::Splits s = data::split(data::simulate(data::example_simulation(60, 3)).dataset, {0.7, 0.15, 0.15});
  Model m = model::make_model("m", model::network(transfer::honest(), {.length = 30, .classes = s.train.class_count()}),
                              {30}, s.train.classes, 1);
  model::TrainOptions o;
  o.tripled = true, o.batch = 32, o.fit.epochs = 1;
  CHECK(model::train(m, s.train, s.dev, o).steps == (3 * s.train.rows() + 31) / 32);
}
