// Metrics against values of scikit-learn 1.2.1 and SciPy 1.10.1 on the same inputs.
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/metrics.hpp>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "sample_data.hpp"

namespace {

using l2g::index_t;
using nlohmann::json;
using Labels = std::vector<std::int32_t>;
using Reals = std::vector<double>;

Reals reals(const json& table) {
  Reals flat;
  for (const auto& row : table)
    if (row.is_array())
      for (const double v : row) flat.push_back(v);
    else
      flat.push_back(row.get<double>());
  return flat;
}
Labels labels(const json& table) {
  Labels flat;
  for (const double v : reals(table)) flat.push_back(static_cast<std::int32_t>(v));
  return flat;
}

/// Compares one value of the file with ours and remembers that it was compared.
struct Golden {
  json file;
  std::set<std::string> seen;
  void equal(const std::string& pointer, double ours) {
    INFO(pointer);
    CHECK(ours == Approx(file.at(json::json_pointer(pointer)).get<double>()).epsilon(1e-12).margin(1e-13));
    seen.insert(pointer);
  }
  void equal(const std::string& pointer, const Reals& ours) {
    const Reals theirs = reals(file.at(json::json_pointer(pointer)));
    REQUIRE(theirs.size() == ours.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
      INFO(pointer << " value " << i);
      CHECK(ours[i] == Approx(theirs[i]).epsilon(1e-12).margin(1e-13));
    }
    seen.insert(pointer);
  }
};

void multiclass(Golden& g) {
  using namespace l2g::eval;
  const json& j = g.file["multiclass"];
  const Labels y = labels(j["y"]), predicted = labels(j["pred"]);
  const Reals p = reals(j["proba"]);
  const Confusion m = confusion(y, predicted, 4);
  g.equal("/multiclass/confusion", Reals(m.counts.begin(), m.counts.end()));
  g.equal("/multiclass/accuracy", accuracy(m));
  g.equal("/multiclass/balanced_accuracy", balanced_accuracy(m));
  g.equal("/multiclass/mcc", matthews(y, predicted, 4));
  g.equal("/multiclass/kappa", cohen_kappa(m));
  Reals precision, recall, f1, support;
  for (const ClassScore& s : class_scores(m)) {
    precision.push_back(s.precision), recall.push_back(s.recall), f1.push_back(s.f1);
    support.push_back(static_cast<double>(s.support));
  }
  Reals table = precision;
  for (const Reals* r : {&recall, &f1, &support}) table.insert(table.end(), r->begin(), r->end());
  g.equal("/multiclass/prf_none", table);
  g.equal("/multiclass/prf_macro/2", macro_f1(m));
  g.equal("/multiclass/prf_weighted/2", weighted_f1(m));
  g.equal("/multiclass/prf_micro/2", accuracy(m));  // with one label a row, micro-averaged F1 is the accuracy
  const LabelAreas roc = roc_auc_classes(p, y, 4), pr = average_precision_classes(p, y, 4);
  g.equal("/multiclass/auroc_ovr_macro", roc.macro);
  g.equal("/multiclass/auroc_bin_macro", roc.macro);
  g.equal("/multiclass/auroc_ovr_weighted", roc.weighted);
  g.equal("/multiclass/auroc_bin_weighted", roc.weighted);
  g.equal("/multiclass/auroc_bin_micro", roc.micro);
  g.equal("/multiclass/auprc_macro", pr.macro);
  g.equal("/multiclass/auprc_weighted", pr.weighted);
  g.equal("/multiclass/auprc_micro", pr.micro);
  g.equal("/multiclass/log_loss", log_loss(p, y, 4));
  g.equal("/multiclass/top2_acc", top_accuracy(p, y, 4, 2));
  g.equal("/multiclass/ece15", calibration_error(p, y, 4));
  g.equal("/multiclass/brier_multi", brier(p, y, 4));
  g.equal("/multiclass/mcc_degenerate_constant_pred", matthews(y, Labels(y.size(), 1), 4));
  g.equal("/multiclass/mcc_perfect", matthews(y, y, 4));
}

void binary(Golden& g) {
  using namespace l2g::eval;
  const json& j = g.file["binary"];
  const Labels y = labels(j["y"]);
  const Reals score = reals(j["score"]);
  g.equal("/binary/auroc", roc_auc(score, y));
  g.equal("/delong/result/0/0", roc_auc(reals(g.file["delong"]["s1"]), labels(g.file["delong"]["y"])));
  g.equal("/delong/result/0/1", roc_auc(reals(g.file["delong"]["s2"]), labels(g.file["delong"]["y"])));
  g.equal("/binary/average_precision", average_precision(score, y));
  g.equal("/binary/brier", brier(score, y));
  Labels called;
  for (const double s : score) called.push_back(s >= 0.5);
  g.equal("/binary/mcc_0.5", matthews(y, called, 2));
  Curve roc = roc_curve(score, y), pr = precision_recall_curve(score, y);
  g.equal("/binary/roc_curve/0", roc.x);
  g.equal("/binary/roc_curve/1", roc.y);
  REQUIRE(std::isinf(roc.threshold[0]));
  roc.threshold[0] = roc.threshold[1] + 1;  // what scikit-learn 1.2 writes for infinity
  g.equal("/binary/roc_curve/2", roc.threshold);
  g.equal("/binary/pr_curve/0", pr.y);
  g.equal("/binary/pr_curve/1", pr.x);
  REQUIRE(std::isinf(pr.threshold.back()));
  pr.threshold.pop_back();
  g.equal("/binary/pr_curve/2", pr.threshold);
  double trapezoids = 0;
  for (std::size_t i = 1; i < pr.x.size(); ++i) trapezoids += (pr.x[i - 1] - pr.x[i]) * (pr.y[i - 1] + pr.y[i]) / 2;
  g.equal("/binary/auprc_trapezoid", trapezoids);
}

void multilabel(Golden& g) {
  using namespace l2g::eval;
  const json& j = g.file["multilabel"];
  const Labels y = labels(j["y"]);
  const Reals score = reals(j["score"]);
  const LabelAreas roc = roc_auc_labels(score, y, 3), pr = average_precision_labels(score, y, 3);
  g.equal("/multilabel/auroc/macro", roc.macro);
  g.equal("/multilabel/auroc/micro", roc.micro);
  g.equal("/multilabel/auroc/weighted", roc.weighted);
  g.equal("/multilabel/auprc/macro", pr.macro);
  g.equal("/multilabel/auprc/micro", pr.micro);
  g.equal("/multilabel/auprc/weighted", pr.weighted);
  Reals mcc;
  double macro = 0, weighted = 0, weights = 0;
  Labels all_called;
  for (std::size_t k = 0; k < 3; ++k) {
    Labels truth, called;
    for (std::size_t i = k; i < y.size(); i += 3) truth.push_back(y[i]), called.push_back(score[i] > 0);
    const Confusion m = confusion(truth, called, 2);
    mcc.push_back(matthews(m));
    const ClassScore s = class_scores(m)[1];
    macro += s.f1 / 3, weighted += s.f1 * static_cast<double>(s.support), weights += static_cast<double>(s.support);
  }
  for (const double s : score) all_called.push_back(s > 0);
  g.equal("/multilabel/per_label_mcc", mcc);
  g.equal("/multilabel/f1_at0/macro", macro);
  g.equal("/multilabel/f1_at0/weighted", weighted / weights);
  g.equal("/multilabel/f1_at0/micro", class_scores(confusion(y, all_called, 2))[1].f1);
}

void regression(Golden& g) {
  using namespace l2g::eval;
  const Reals x = reals(g.file["regression"]["x"]), y = reals(g.file["regression"]["y"]);
  g.equal("/regression/pearson/0", pearson(x, y));
  g.equal("/regression/spearman/0", spearman(x, y));
  g.equal("/regression/r2", r_squared(x, y));
  g.equal("/regression/mse", mean_squared_error(x, y));
  g.equal("/regression/mae", mean_absolute_error(x, y));
  g.equal("/regression/ccc", concordance(x, y));
}

}  // namespace

TEST_CASE("metrics equal the reference tools", "[eval]") {
  REQUIRE_SAMPLE(path, "oracles/golden/metrics_golden.json");
  Golden g{json::parse(std::ifstream(path)), {}};
  multiclass(g);
  binary(g);
  multilabel(g);
  regression(g);
  REQUIRE(g.seen.size() >= 50);
}

TEST_CASE("the percentile bootstrap of a mean lies within 0.05 of SciPy's", "[eval]") {
  REQUIRE_SAMPLE(path, "oracles/golden/metrics_golden.json");
  const json j = json::parse(std::ifstream(path))["bootstrap"];
  const Reals x = reals(j["x"]);
  const auto mean = [&](std::span<const index_t> rows) {
    double sum = 0;
    for (const index_t i : rows) sum += x[static_cast<std::size_t>(i)];
    return sum / static_cast<double>(rows.size());
  };
  l2g::eval::BootstrapOptions options;
  options.resamples = 9999;
  const auto interval = l2g::eval::bootstrap(static_cast<index_t>(x.size()), mean, options);
  CHECK(interval.value == Approx(3.82));
  CHECK(interval.lo == Approx(j["percentile95"][0].get<double>()).margin(0.05));
  CHECK(interval.hi == Approx(j["percentile95"][1].get<double>()).margin(0.05));
}
