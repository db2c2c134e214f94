// The wide path fitted first: the model then says what the linear model says.
#include <l2g/data/features.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/data/logistic_choice.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/logits.hpp>
#include <l2g/dyn/wide_fit.hpp>

#include <catch2/catch.hpp>

#include <array>

using namespace l2g;

namespace {

/// Rows whose class is said, nine times of ten, by the base at one place, and others where it is a word that says it.
data::Dataset rows_of(index_t count, index_t classes, bool by_word, std::uint64_t seed) {
  data::Dataset d;
  const Rng rng{seed, 0};
  for (index_t c = 0; c < classes; ++c) d.classes.push_back(std::to_string(c));
  for (index_t r = 0; r < count; ++r) {
    const auto draw = [&](std::uint64_t i, std::uint64_t n) { return rng.below(7, std::uint64_t(100 * r) + i, n); };
    std::string s;
    for (std::uint64_t i = 0; i < 24; ++i) s += "ACGT"[draw(i, 4)];
    const auto label = std::int32_t(draw(30, std::uint64_t(classes)));
    if (draw(31, 10) > 0) {
      if (by_word)
        s.replace(draw(32, 20), 4, std::array{"AACC", "CAGA", "GATC"}[std::size_t(label)]);
      else
        s[9] = "ACG"[label], s[10] = "GTA"[label];
    }
    d.sequences.push_back(s), d.labels.push_back(label);
  }
  return d;
}

model::Spec deep(index_t classes, bool keep) {
  std::vector<model::Spec> parts{
      model::cnn_embedder({.channels = 4, .kernels = {3, 3, 3}, .pool = 2}).named("embedder")};
  for (model::Spec& s : model::classifier(keep, 0, 0.1, classes)) parts.push_back(std::move(s));
  return model::sequential(std::move(parts));
}

/// Largest difference between the model's log odds against class 0 and those of a linear model on these features.
double difference(const model::Model& m, const data::Dataset& rows, const data::LogisticModel& linear,
                  const data::Features& features) {
  const auto z = data::decision(linear, features);
  const std::vector<double> logits = model::Logits(m, 32, nullptr)(rows);
  const auto classes = std::size_t(m.outputs()), outputs = std::size_t(linear.outputs());
  double largest = 0;
  for (std::size_t r = 0; r < rows.sequences.size(); ++r)
    for (std::size_t c = 1; c < classes; ++c) {
      const double wanted = outputs == 1 ? z[r] : z[r * outputs + c] - z[r * outputs];
      largest = std::max(largest, std::abs(logits[r * classes + c] - logits[r * classes] - wanted));
    }
  return largest;
}

}  // namespace

TEST_CASE("a fitted wide path of positions is the positional floor, with two and three classes", "[dyn]") {
  for (const index_t classes : {2, 3}) {
    const data::Dataset train = rows_of(300, classes, false, 1), dev = rows_of(120, classes, false, 2);
    model::Model m = model::make_model("m", model::with_wide_path(deep(classes, true), 0.5, classes),
                                       {24, 5, false, false}, train.classes, 3);
    const model::WideFit fit = model::fit_wide_path(m, train, dev, {.C = {0.3, 0.01}});
    const data::Features features{{data::positional_kmers(train.sequences, 3, 24)}};
    const data::Features dev_features{{data::positional_kmers(dev.sequences, 3, 24)}};
    const auto floor =
        data::choose_logistic({features, train.labels}, {dev_features, dev.labels}, classes, {0.01, 0.3});
    CHECK(fit.C == floor.C);
    CHECK(fit.dev_mcc == Approx(floor.dev_mcc));
    CHECK(floor.dev_mcc > 0.6);
    CHECK(difference(m, dev, floor.model, dev_features) < 1e-4);
  }
}

TEST_CASE("a fitted bag is the linear model on k-mers, of one strand or of both", "[dyn]") {
  const data::Dataset train = rows_of(300, 2, true, 1), dev = rows_of(120, 2, true, 2);
  for (const bool both : {false, true}) {
    model::Model m = model::make_model("m", model::with_kmer_bag(deep(2, false), 4, both, 2), {24, 5, false, false},
                                       train.classes, 3);
    const model::WideFit fit = model::fit_wide_path(m, train, dev, {.C = {0.1, 1}});
    // Counts of a k-mer and of its reverse complement are one count: those of both strands, each half.
    const auto features_of = [&](const data::Dataset& rows) {
      auto block = *data::kmer_counts(rows.sequences, 4);
      if (!both) return data::Features{{std::make_shared<data::FeatureBlock>(block)}};
      std::vector<std::string> reverse;
      for (const std::string& s : rows.sequences) reverse.push_back(data::reverse_complement(s));
      const auto other = data::kmer_counts(reverse, 4);
      for (std::size_t r = 0; r < rows.sequences.size(); ++r)
        for (std::size_t i = 0; i < 21; ++i) {
          // The words of the other strand stand in the other order.
          std::uint32_t& word = block.ids[21 * r + i];
          word = std::min(word, other->ids[21 * r + 20 - i]);
        }
      return data::Features{{std::make_shared<data::FeatureBlock>(block)}};
    };
    const data::Features features = features_of(train), dev_features = features_of(dev);
    const auto floor = data::choose_logistic({features, train.labels}, {dev_features, dev.labels}, 2, {0.1, 1});
    CHECK(fit.C == floor.C);
    CHECK(floor.dev_mcc > 0.3);
    CHECK(difference(m, dev, floor.model, dev_features) < 1e-4);
  }
}

TEST_CASE("inside of a mean over both strands the fitted wide path says the same of either", "[dyn]") {
  const data::Dataset train = rows_of(200, 2, false, 1), dev = rows_of(100, 2, false, 2);
  data::Dataset other = dev;
  for (std::string& s : other.sequences) s = data::reverse_complement(s);
  const model::Spec mean{.type = "strand_mean", .parts = {model::with_wide_path(deep(2, true), 0.5, 2)}};
  model::Model m = model::make_model("m", mean, {24, 5, false, false}, train.classes, 3);
  const model::WideFit fit = model::fit_wide_path(m, train, dev);
  const auto one = model::Logits(m, 32, nullptr)(dev), two = model::Logits(m, 32, nullptr)(other);
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i] == Approx(two[i]).margin(1e-5));
  CHECK(model::judge(model::predict(m, dev), dev).metric == Approx(fit.dev_mcc));
  CHECK(fit.dev_mcc > 0.3);
}

TEST_CASE("padded rows are fitted as the model reads them", "[dyn]") {
  data::Dataset train = rows_of(200, 2, false, 1), dev = rows_of(100, 2, false, 2);
  for (data::Dataset* d : {&train, &dev})
    for (std::size_t r = 0; r < d->sequences.size(); r += 2) d->sequences[r].resize(20);
  for (const bool right : {false, true}) {
    model::Model m =
        model::make_model("m", model::with_wide_path(deep(2, true), 0.5, 2), {26, 5, right, false}, train.classes, 3);
    const model::WideFit fit = model::fit_wide_path(m, train, dev);
    CHECK(model::judge(model::predict(m, dev), dev).metric == Approx(fit.dev_mcc));
  }
}

TEST_CASE("a model without a wide path says so", "[dyn]") {
  const data::Dataset train = rows_of(50, 2, false, 1);
  model::Model m = model::make_model("plain", deep(2, true), {24, 5, false, false}, train.classes, 3);
  CHECK_THROWS_WITH(model::fit_wide_path(m, train, train), Catch::Contains("'plain' has no wide path"));
  model::Model wide =
      model::make_model("m", model::with_wide_path(deep(2, true), 0.5, 2), {24, 5, false, false}, train.classes, 3);
  data::Dataset unlabelled = train;
  unlabelled.labels.clear();
  CHECK_THROWS_WITH(model::fit_wide_path(wide, unlabelled, train), Catch::Contains("labels"));
}
