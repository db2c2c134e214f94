#pragma once
// Charts that the tests draw: ordinary ones, and ones without or with a single value, with gaps, with hostile names.
#include <l2g/core/philox.hpp>
#include <l2g/report/charts.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace samples {

using namespace l2g::report;

inline LearningCurves learning() {
  LearningCurves c;
  const l2g::Rng rng{3, 0};
  for (int i = 0; i < 400; ++i) {
    c.train_loss.x.push_back(i / 40.0);
    c.train_loss.y.push_back(0.7 * std::exp(-i / 100.0) + 0.1 * rng.uniform(1, static_cast<std::uint64_t>(i)));
  }
  for (int i = 1; i <= 10; ++i) {
    c.dev_loss.x.push_back(i), c.dev_loss.y.push_back(0.4 + 0.01 * (i - 6) * (i - 6));
    c.dev_metric.x.push_back(i), c.dev_metric.y.push_back(0.75 - 0.01 * (i - 6) * (i - 6));
  }
  c.best = 6;
  return c;
}

inline ConfusionMatrix matrix(std::size_t classes) {
  ConfusionMatrix c;
  for (std::size_t i = 0; i < classes; ++i) {
    c.class_names.push_back("transcription factor binding site number " + std::to_string(i));
    for (std::size_t j = 0; j < classes; ++j) c.counts.push_back(i == j ? 12345 : static_cast<l2g::index_t>(j));
  }
  return c;
}

inline RocCurves roc() {
  return {"ROC", {{"aligned", {0, 0, 0.2, 1}, {0, 0.6, 0.9, 1}, 0.9, 0.85, 0.94}, {"plain", {0, 1}, {0, 1}, 0.5}}};
}
inline PrecisionRecallCurves precision_recall() {
  return {"Precision", {{"aligned", {1, 0.6, 0}, {0.3, 0.8, 1}, 0.8, 0.7, 0.9}}, 0.3};
}
inline ScoreChart scores() {
  return {"Scores",
          "test MCC (95 % interval)",
          {{"CNN", 0.7, 0.6, 0.8}, {"aligned", 0.8, 0.7, 0.9}},
          {{"GC", 0.2}, {"5-mer", 0.5, 0.4, 0.6}}};
}
inline Scatter scatter() {
  Scatter c;
  c.class_names = {"enhancer", "promoter"};
  const l2g::Rng rng{4, 0};
  for (std::uint64_t i = 0; i < 400; ++i) {
    c.x.push_back(rng.uniform(1, i)), c.y.push_back(rng.uniform(2, i));
    c.labels.push_back(static_cast<std::int32_t>(i % 3) - 1);
  }
  return c;
}
inline ScoreHistogram histogram() {
  const Scatter s = scatter();
  ScoreHistogram h;
  h.values = s.x, h.labels = s.labels, h.class_names = s.class_names;
  return h;
}

/// Calls f(chart, name, words that every picture of it must hold) for an ordinary chart of each kind.
template <class F>
void each(F&& f) {
  using Words = std::vector<std::string>;
  f(learning(), "learning", Words{"epoch", "loss (nats)", "dev MCC", "best 0.750 at epoch 6"});
  f(matrix(3), "matrix", Words{"true class", "predicted class", "12,345"});
  f(roc(), "roc",
    Words{"false positive rate (share of negatives)", "true positive rate (share of positives)", "aligned",
          "AUC 0.90 [0.85, 0.94]", "AUC 0.50", "chance"});
  f(precision_recall(), "precision",
    Words{"recall (share of positives found)", "AP 0.80 [0.70, 0.90]", "precision 0.30"});
  f(scores(), "scores",
    Words{"test MCC (95 % interval)", "CNN", "0.80 [0.70, 0.90]", "floor: GC", "highest floor: 5-mer"});
  f(scatter(), "scatter", Words{"component 1", "component 2", "enhancer", "promoter", "no label"});
  f(histogram(), "histogram", Words{"predicted probability", "share of the class's rows (%)", "enhancer", "promoter"});
}

/// Calls f(chart) for charts at the edge of what can be drawn.
template <class F>
void each_edge(F&& f) {
  const double nan = unknown_value, infinite = std::numeric_limits<double>::infinity();
  f(LearningCurves{}), f(ConfusionMatrix{}), f(RocCurves{}), f(PrecisionRecallCurves{});
  f(ScoreChart{}), f(Scatter{}), f(ScoreHistogram{});
  LearningCurves one;
  one.train_loss = {{1}, {0.5}}, one.dev_loss = {{1}, {0.6}}, one.dev_metric = {{1}, {0}}, one.best = 1;
  f(one);
  LearningCurves gaps = learning();
  for (std::size_t i = 0; i < gaps.train_loss.y.size(); i += 7) gaps.train_loss.y[i] = i % 2 ? nan : infinite;
  gaps.dev_loss.y = std::vector<double>(10, nan), gaps.dev_metric.y[5] = nan;
  f(gaps);
  LearningCurves huge = learning();
  huge.train_loss.y[3] = 1e300, huge.train_loss.x.back() = 1e9, huge.x_name = "step";
  f(huge);
  ConfusionMatrix none = matrix(1);
  none.counts = {0}, none.class_names = {""};
  f(none);
  f(matrix(60));
  ConfusionMatrix hostile = matrix(2);
  hostile.class_names = {std::string("\xff\xfe<b>&\0\033[31m", 12), "日本 e\u0301 \U0001F9EC"};
  hostile.title = "a\nb\tc </title>";
  f(hostile);
  f(RocCurves{"", {{"", {}, {}}, {"gap", {0, nan, 1}, {0, 0.5, nan}, nan, nan, nan}, {"dot", {0.5}, {0.5}, 0.5}}});
  f(ScoreChart{"", "", {{"", nan}, {"one", 0.5, 0.5, 0.5}}, {{"floor", nan, 0.1, 0.2}}});
  Scatter same;
  same.x = {1, 1, nan}, same.y = {2, 2, 3}, same.labels = {0, 9, -1};
  f(same);
  ScoreHistogram equal;
  equal.values = {0.5, nan, infinite}, equal.labels = {0, 0, 1}, equal.bins = 1;
  f(equal);
}

}  // namespace samples
