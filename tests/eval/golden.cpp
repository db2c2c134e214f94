// Metrics against values of scikit-learn 1.2.1 and SciPy 1.10.1 on the same inputs.
#include <l2g/eval/bootstrap.hpp>
#include <l2g/eval/clustering.hpp>
#include <l2g/eval/components.hpp>
#include <l2g/eval/correlation.hpp>
#include <l2g/eval/metrics.hpp>
#include <l2g/eval/multilabel.hpp>
#include <l2g/eval/multiple.hpp>
#include <l2g/eval/paired.hpp>
#include <l2g/eval/profiles.hpp>
#include <l2g/eval/proportions.hpp>

#include <fstream>
#include <limits>
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
      for (const double v : reals(row)) flat.push_back(v);
    else
      flat.push_back(row == "inf" ? std::numeric_limits<double>::infinity() : row.get<double>());
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
      if (ours[i] == theirs[i]) continue;  // infinite
      CHECK(ours[i] == Approx(theirs[i]).epsilon(1e-12).margin(1e-13));
    }
    seen.insert(pointer);
  }
  void near(const std::string& pointer, const Reals& ours, double margin) {
    const Reals theirs = reals(file.at(json::json_pointer(pointer)));
    REQUIRE(theirs.size() == ours.size());
    for (std::size_t i = 0; i < ours.size(); ++i) CHECK(ours[i] == Approx(theirs[i]).margin(margin));
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
  const AverageScore macro = macro_scores(m), weighted = weighted_scores(m);
  g.equal("/multiclass/prf_macro", Reals{macro.precision, macro.recall, macro.f1});
  g.equal("/multiclass/prf_weighted", Reals{weighted.precision, weighted.recall, weighted.f1});
  g.equal("/multiclass/prf_micro", Reals(3, accuracy(m)));  // with one label a row all micro-averages are the accuracy
  CHECK(macro_f1(m) == macro.f1);
  CHECK(weighted_f1(m) == weighted.f1);
  const LabelAreas roc = roc_auc_classes(p, y, 4), pr = average_precision_classes(p, y, 4);
  g.equal("/multiclass/auroc_ovr_macro", roc.macro);
  g.equal("/multiclass/auroc_bin_macro", roc.macro);
  g.equal("/multiclass/auroc_ovr_weighted", roc.weighted);
  g.equal("/multiclass/auroc_bin_weighted", roc.weighted);
  g.equal("/multiclass/auroc_bin_micro", roc.micro);
  const PairAreas pairs = roc_auc_pairs(p, y, 4);
  g.equal("/multiclass/auroc_ovo_macro", pairs.macro);
  g.equal("/multiclass/auroc_ovo_weighted", pairs.weighted);
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
  g.equal("/binary/partial_auroc_0.1", partial_roc_auc(score, y, 0.1));
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
  Labels all_called;
  for (std::size_t k = 0; k < 3; ++k) {
    Labels truth, called;
    for (std::size_t i = k; i < y.size(); i += 3) truth.push_back(y[i]), called.push_back(score[i] > 0);
    mcc.push_back(matthews(truth, called, 2));
  }
  for (const double s : score) all_called.push_back(s > 0);
  g.equal("/multilabel/per_label_mcc", mcc);
  const LabelF1 f1 = label_f1(y, all_called, 3);
  g.equal("/multilabel/f1_at0/macro", f1.macro);
  g.equal("/multilabel/f1_at0/weighted", f1.weighted);
  g.equal("/multilabel/f1_at0/micro", f1.micro);
  g.equal("/multilabel/f1_at0/samples", f1.samples);
}

void regression(Golden& g) {
  using namespace l2g::eval;
  const Reals x = reals(g.file["regression"]["x"]), y = reals(g.file["regression"]["y"]);
  const auto both = [](const Correlation& c) { return Reals{c.value, c.p}; };
  g.equal("/regression/pearson", both(pearson_test(x, y)));
  g.equal("/regression/spearman", both(spearman_test(x, y)));
  g.equal("/regression/kendall_b", both(kendall_test(x, y)));
  const CorrelationInterval interval = fisher_interval(pearson(x, y), static_cast<index_t>(x.size()));
  g.equal("/regression/pearson_fisher_ci95", Reals{interval.lo, interval.hi});
  g.equal("/regression/r2", r_squared(x, y));
  g.equal("/regression/mse", mean_squared_error(x, y));
  g.equal("/regression/mae", mean_absolute_error(x, y));
  g.equal("/regression/ccc", concordance(x, y));
  g.equal("/regression/explained_var", explained_variance(x, y));
}

void tests(Golden& g) {
  using namespace l2g::eval;
  const json& j = g.file["paired"];
  const Reals u = reals(j["u"]), v = reals(j["v"]);
  const PairedT t = paired_t(u, v), folds = nadeau_bengio(u, v, 1.0 / 9);
  g.equal("/paired/ttest_rel", Reals{t.t, t.p});
  g.equal("/paired/mean_diff", t.mean);
  g.near("/paired/ci95", {t.lo, t.hi}, 1e-12);  // the file took 2.26215716274 for the quantile 2.26215716280
  g.equal("/paired/cohen_dz", t.effect);
  g.equal("/paired/nadeau_bengio_cv10", Reals{folds.t, folds.p});
  const SignedRank w = wilcoxon(u, v);
  g.equal("/paired/wilcoxon", Reals{w.statistic, w.p});
  g.equal("/paired/sign_perm_exact", sign_flip(u, v));

  const Reals p = reals(g.file["multitest"]["p"]);
  g.equal("/multitest/holm", holm(p));
  g.equal("/multitest/bh", benjamini_hochberg(p));
  g.equal("/multitest/by", benjamini_yekutieli(p));

  const DeLong d = delong(reals(g.file["delong"]["s1"]), reals(g.file["delong"]["s2"]), labels(g.file["delong"]["y"]));
  g.equal("/delong/result/0", Reals{d.first, d.second});
  g.equal("/delong/result/1", Reals{d.first_variance, d.covariance, d.covariance, d.second_variance});
  g.equal("/delong/result/2", d.z);
  g.equal("/delong/result/3", d.p);

  // 83 of 100.
  for (const auto& [name, interval] : {std::pair{"normal", normal_interval(83, 100)},
                                       {"wilson", wilson_interval(83, 100)},
                                       {"beta", clopper_pearson_interval(83, 100)},
                                       {"jeffreys", jeffreys_interval(83, 100)},
                                       {"agresti_coull", agresti_coull_interval(83, 100)}})
    g.equal(std::string("/proportion_ci/") + name, Reals{interval.lo, interval.hi});

  const json& profile = g.file["dolan_more"];
  const Reals times = reals(profile["times"]);
  g.equal("/dolan_more/ratios", performance_ratios(times, 3));
  g.equal("/dolan_more/rho", performance_profile(times, 3, reals(profile["taus"])));
}

void embedding(Golden& g) {
  using namespace l2g::eval;
  const json& j = g.file["embedding"];
  const Reals z = reals(j["Z"]);
  const Labels l = labels(j["lab"]), other = labels(j["lab2"]);
  g.equal("/embedding/silhouette", silhouette(z, 5, l));
  g.equal("/embedding/silhouette_cos", silhouette(z, 5, l, Distance::cosine));
  g.equal("/embedding/sil_samples", silhouette_samples(z, 5, l));
  g.equal("/embedding/calinski", calinski_harabasz(z, 5, l));
  g.equal("/embedding/davies", davies_bouldin(z, 5, l));
  const Agreement a = agreement(l, other);
  g.equal("/embedding/ari", a.rand);
  g.equal("/embedding/ami", a.adjusted_mutual);
  g.equal("/embedding/nmi", a.mutual);
  g.equal("/embedding/v_measure", a.mutual);
  const Components p = principal_components(z, 5, 3);
  g.equal("/embedding/pca_explained", p.variance);
  g.equal("/embedding/pca_ratio", Reals{p.share(0), p.share(1), p.share(2)});
  Reals sizes;
  for (const double x : p.axes) sizes.push_back(std::abs(x));
  g.equal("/embedding/pca_abs_components", sizes);
}

/// Bootstraps draw other numbers than SciPy: to 0.05, as the file says; the acceleration draws none.
void bootstraps(Golden& g) {
  using namespace l2g::eval;
  const Reals x = reals(g.file["bootstrap"]["x"]);
  const auto mean = [&](std::span<const index_t> rows) {
    double sum = 0;
    for (const index_t i : rows) sum += x[static_cast<std::size_t>(i)];
    return sum / static_cast<double>(rows.size());
  };
  BootstrapOptions options;
  options.resamples = 9999;
  const auto n = static_cast<index_t>(x.size());
  const Interval percentile = bootstrap(n, mean, options), bca = bootstrap_bca(n, mean, options);
  CHECK(percentile.value == Approx(3.82));
  g.near("/bootstrap/percentile95", {percentile.lo, percentile.hi}, 0.05);
  g.near("/bootstrap/bca95", {bca.lo, bca.hi}, 0.05);
  Reals left_out;
  for (const double v : x) left_out.push_back((38.2 - v) / 9);
  g.equal("/bootstrap/jackknife_acceleration", acceleration(left_out));
}

/// Names of everything in the file that is neither an input nor compared.
void missed(const Golden& g, const json& part, const std::string& pointer, std::vector<std::string>& names) {
  static const std::set<std::string> inputs{"versions", "y", "proba", "pred", "score", "s1",    "s2",   "x",   "u",
                                            "v",        "p", "Z",     "lab",  "lab2",  "times", "taus", "note"};
  if (g.seen.count(pointer)) return;
  const std::string name = pointer.substr(pointer.rfind('/') + 1);
  if (inputs.count(name) || name.starts_with("tsne_")) return;  // t-SNE is not part of the library
  if (part.is_object())
    for (const auto& [key, value] : part.items()) missed(g, value, pointer + "/" + key, names);
  else if (g.seen.count(pointer + "/0"))  // compared part by part
    for (std::size_t i = 0; i < part.size(); ++i) missed(g, part[i], pointer + "/" + std::to_string(i), names);
  else
    names.push_back(pointer);
}

}  // namespace

TEST_CASE("metrics equal the reference tools", "[eval]") {
  REQUIRE_SAMPLE(path, "oracles/golden/metrics_golden.json");
  Golden g{json::parse(std::ifstream(path)), {}};
  multiclass(g);
  binary(g);
  multilabel(g);
  regression(g);
  tests(g);
  embedding(g);
  bootstraps(g);
  std::vector<std::string> names;
  for (const auto& [key, value] : g.file.items()) missed(g, value, "/" + key, names);
  CHECK(names == std::vector<std::string>{});
}
