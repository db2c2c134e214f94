#pragma once
// Charts along sequences and charts that compare, ordinary ones and ones at the edge of what can be drawn.
#include "sample_charts.hpp"

#include <l2g/report/calibration_chart.hpp>
#include <l2g/report/comparison_charts.hpp>
#include <l2g/report/sequence_charts.hpp>

namespace samples {

/// A position weight matrix around GATAAG: bits of each letter.
inline Logo logo() {
  Logo c;
  c.title = "GATA1";
  const std::string consensus = "AGATAAGG";
  for (std::size_t i = 0; i < consensus.size(); ++i) {
    const double sure = i == 0 || i == 7 ? 0.55 : i == 5 ? 0.8 : 0.96;
    double p[4], information = 2;
    for (std::size_t b = 0; b < 4; ++b) {
      p[b] = "ACGT"[b] == consensus[i] ? sure : (1 - sure) * (b % 2 ? 0.5 : 0.25);
      if ("ACGT"[b] != consensus[i] && (consensus[i] == 'C' || consensus[i] == 'T')) p[b] = (1 - sure) / 3;
    }
    double sum = 0;
    for (const double q : p) sum += q;
    for (double& q : p) q /= sum, information += q > 0 ? q * std::log2(q) : 0;
    for (const double q : p) c.heights.push_back(q * information);
  }
  c.top = 2;
  return c;
}

/// The same as contributions, with letters that pull down.
inline Logo contribution_logo() {
  Logo c;
  c.title = "Contributions of pattern 3";
  c.y_name = "contribution (logit)";
  const std::string sequence = "CCAGATAAGGTNUC";
  const l2g::Rng rng{5, 0};
  c.letters = "ACGTNU", c.first = -4;
  for (std::size_t i = 0; i < sequence.size(); ++i)
    for (std::size_t b = 0; b < 6; ++b) {
      const double noise = 0.05 * (rng.uniform(static_cast<std::uint32_t>(b), i) - 0.6);
      c.heights.push_back("ACGTNU"[b] == sequence[i] ? (i > 2 && i < 9 ? 0.4 : -0.12) + noise : noise);
    }
  return c;
}

inline std::string random_sequence(std::size_t length) {
  const l2g::Rng rng{6, 0};
  std::string s;
  for (std::size_t i = 0; i < length; ++i) s += "ACGT"[static_cast<std::size_t>(4 * rng.uniform(1, i))];
  return s;
}

inline ContributionTrack track(std::size_t length) {
  ContributionTrack c;
  c.title = "DeepLIFT/SHAP of chr1:1,000,100, class enhancer";
  c.y_name = "contribution (logit)";
  c.sequence = random_sequence(length);
  c.sequence.replace(20, 7, "AGATAAG"), c.sequence.replace(length - 16, 6, "CACCTG");
  c.sequence[3] = 'N';
  const l2g::Rng rng{7, 0};
  for (std::size_t i = 0; i < length; ++i) {
    double v = 0.06 * (rng.uniform(1, i) - 0.5);
    if (i >= 20 && i < 27) v += 0.25;
    if (i + 16 >= length && i + 10 < length) v -= 0.12;
    c.values.push_back(v);
  }
  c.hits = {{20, 27, '+', "GATA1", 12.1},
            {21, 29, '-', "TAL1::GATA1", 8.3},
            {static_cast<l2g::index_t>(length) - 16, static_cast<l2g::index_t>(length) - 10, '-', "TAL1", 7.7}};
  c.features = {{2, 40, '+', "HBB exon 1"}, {35, static_cast<l2g::index_t>(length), '-', "LOC1"}};
  c.first = 1000100;
  return c;
}

inline MutationChart mutations(std::size_t length) {
  const ContributionTrack t = track(length);
  MutationChart c;
  c.title = "Saturation mutagenesis of chr1:1,000,100";
  c.value_name = "change of the logit";
  c.sequence = t.sequence, c.first = t.first;
  for (std::size_t i = 0; i < length; ++i)
    for (const char b : {'A', 'C', 'G', 'T'})
      c.values.push_back(b == t.sequence[i] ? 0 : -4 * t.values[i] * (b == 'G' ? 0.6 : 1));
  return c;
}

inline CalibrationChart calibration() {
  CalibrationChart c;
  for (int k = 0; k < 2; ++k) {
    Reliability m;
    m.name = k ? "after temperature scaling" : "as trained", m.error = k ? 0.021 : 0.094;
    for (int b = 0; b < 10; ++b) {
      const double p = 0.1 * b + 0.055, o = k ? p + 0.01 * (b % 3 - 1) : p + 0.25 * (p - 0.5) * (b > 4 ? -1 : -1);
      const auto rows = b == 3 && k ? 0 : 40 + 9 * (b - 5) * (b - 5);
      m.bins.push_back(
          {0.1 * b, 0.1 * (b + 1), rows, rows ? p : unknown_value, rows ? o : unknown_value, o - 0.06, o + 0.06});
    }
    c.models.push_back(std::move(m));
  }
  return c;
}

inline ForestPlot forest() {
  ForestPlot c;
  c.title = "Aligned against fine-tuned, five seeds";
  c.rows = {{"seed 1", 0.021, 0.004, 0.039},
            {"seed 2", 0.013, -0.006, 0.031},
            {"seed 3", 0.025, 0.008, 0.041},
            {"seed 4", -0.003, -0.021, 0.016},
            {"seed 5", 0.018, -0.001, 0.036}};
  c.pooled = {{"all seeds (corrected t)", 0.015, 0.001, 0.029}};
  return c;
}

inline ObservedPredicted observed_predicted() {
  ObservedPredicted c;
  c.title = "Enhancer activity, test", c.x_name = "observed activity (log2)", c.y_name = "predicted activity (log2)";
  c.note = "Pearson r 0.83, R2 0.66";
  const l2g::Rng rng{8, 0};
  for (std::uint64_t i = 0; i < 500; ++i) {
    const double x = 6 * rng.uniform(1, i) - 2;
    c.observed.push_back(x), c.predicted.push_back(0.7 * x + 2 * (rng.uniform(2, i) - 0.5));
  }
  return c;
}

inline LabelScores label_scores(std::size_t labels, std::size_t models) {
  LabelScores c;
  const l2g::Rng rng{9, 0};
  for (std::size_t i = 0; i < labels; ++i) c.labels.push_back("TF" + std::to_string(i + 1) + " in K562");
  for (std::size_t k = 0; k < models; ++k) {
    c.models.push_back({k ? "aligned" : "fine-tuned", {}});
    for (std::size_t i = 0; i < labels; ++i)
      c.models.back().values.push_back(0.62 + 0.3 * rng.uniform(1, i) +
                                       0.06 * (rng.uniform(static_cast<std::uint32_t>(2 + k), i) - 0.4));
  }
  if (labels > 3) c.models[0].values[3] = unknown_value;
  return c;
}

inline TradeOff trade_off() {
  TradeOff c;
  c.points = {{"CNN", 80e3, 0.71, 0.69, 0.73},           {"ResNet1d", 1.3e6, 0.76, 0.74, 0.78},
              {"RoBERTa base", 125e6, 0.79, 0.77, 0.81}, {"DNABERT-2", 117e6, 0.742},
              {"NT 500M", 498e6, 0.788, 0.77, 0.80},     {"unknown", unknown_value, 0.9}};
  return c;
}

inline SetOverlap overlap() {
  SetOverlap c;
  c.sets = {"JASPAR 2024", "found by seqlets", "simulator"};
  c.parts = {{{true, false, false}, 812}, {{true, true, false}, 57}, {{true, true, true}, 21},
             {{false, true, false}, 14},  {{false, true, true}, 3},  {{false, false, true}, 1}};
  return c;
}

/// Dev and test apart, as a preset that validates on both has them.
inline LearningCurves learning_with_test() {
  LearningCurves c = learning();
  c.test_loss = c.dev_loss, c.test_metric = c.dev_metric;
  for (double& v : c.test_loss.y) v += 0.05;
  for (double& v : c.test_metric.y) v -= 0.06;
  return c;
}

inline RocCurves roc_with_bands() {
  RocCurves c{"ROC of two models", {{"aligned", {}, {}, 0.89, 0.85, 0.92}, {"fine-tuned", {}, {}, 0.75, 0.70, 0.80}}};
  for (std::size_t k = 0; k < 2; ++k)
    for (int i = 0; i <= 50; ++i) {
      const double x = i / 50.0, y = std::pow(x, k ? 0.33 : 0.12), room = 0.3 * (1 - y) * std::sqrt(x);
      c.curves[k].x.push_back(x), c.curves[k].y.push_back(y);
      c.curves[k].band_x.push_back(x);
      c.curves[k].band_lo.push_back(y - room), c.curves[k].band_hi.push_back(std::min(y + room, 1.0));
    }
  return c;
}

inline HeatMap attention() {
  HeatMap c;
  c.title = "Attention of layer 2, head 3";
  const std::vector<std::string> tokens{"[CLS]", "GAT", "AAG", "\u0120the", "TAT", "AAA", "\n", "[SEP]"};
  c.rows = c.columns = tokens;
  c.row_name = "attending token", c.column_name = "attended token", c.value_name = "attention weight";
  for (std::size_t i = 0; i < tokens.size(); ++i)
    for (std::size_t j = 0; j < tokens.size(); ++j)
      c.values.push_back(i == j ? 0.4 : 0.6 / (1 + static_cast<double>(i > j ? i - j : j - i)));
  return c;
}

/// Calls f(chart, name, words that every picture of it must hold) for an ordinary chart of each kind.
template <class F>
void each_comparison(F&& f) {
  using Words = std::vector<std::string>;
  f(calibration(), "calibration",
    Words{"predicted probability", "observed share (95 % interval)", "rows in the bin", "ECE 0.094 in 10 bins",
          "perfect"});
  f(learning_with_test(), "learning_test", Words{"test (not used to choose)", "dev at its best: 0.750 at epoch 6"});
  f(roc_with_bands(), "roc_bands", Words{"AUC 0.89 [0.85, 0.92]", "fine-tuned"});
  f(attention(), "attention", Words{"attending token", "attended token", "attention weight", "[CLS]"});
  f(forest(), "forest",
    Words{"difference in test MCC (95 % interval)", "seed 4", "0.015 [0.001, 0.029]", "no difference"});
  f(observed_predicted(), "observed",
    Words{"observed activity (log2)", "predicted activity (log2)", "500 rows", "equal"});
  f(label_scores(8, 1), "labels", Words{"ROC-AUC", "TF3 in K562", "chance", "undefined"});
  f(label_scores(8, 2), "labels2", Words{"fine-tuned", "aligned"});
  f(LabelComparison{label_scores(40, 2)}, "label_scatter",
    Words{"ROC-AUC of fine-tuned", "ROC-AUC of aligned", "aligned is better"});
  f(trade_off(), "trade_off", Words{"parameters", "100k", "100M", "no other is better for less", "ResNet1d"});
  f(overlap(), "overlap", Words{"motifs in exactly these sets", "JASPAR 2024", "812"});
  f(logo(), "logo", Words{"position (base)", "information (bits)", "GATA1"});
  f(contribution_logo(), "logo_down", Words{"contribution (logit)"});
  f(track(70), "track", Words{"position (base)", "contribution (logit)", "TAL1::GATA1 ←", "HBB exon 1"});
  f(track(300), "track_bars", Words{"position (base)", "GATA1 →"});
  f(track(2000), "track_long", Words{"position (base)", "GATA1 →"});
  f(mutations(60), "mutations", Words{"position (base)", "change of the logit;  ● the base that stands there"});
  f(mutations(400), "mutations_long", Words{"position (base)"});
}

/// Calls f(chart) for charts at the edge of what can be drawn.
template <class F>
void each_comparison_edge(F&& f) {
  const double nan = unknown_value;
  f(CalibrationChart{}), f(ForestPlot{}), f(ObservedPredicted{}), f(LabelScores{}), f(TradeOff{}), f(SetOverlap{});
  f(Logo{}), f(ContributionTrack{}), f(MutationChart{});
  f(LabelComparison{{"", "", {}, {{"a", {}}, {"b", {}}}}});
  constexpr char raw[] = "\xff<b>&\"'\0\033[31m";
  const std::string hostile = std::string(raw, sizeof raw - 1) + "日本\n</svg><script>";
  ContributionTrack t;
  t.sequence = "N", t.values = {nan}, t.title = t.x_name = t.y_name = hostile, t.hits = {{0, 1, 'x', hostile, nan}};
  f(t);
  t.values = {-2}, t.sequence = "g";
  for (int i = 0; i < 40; ++i)
    t.hits.push_back({0, 1, '+', "hit " + std::to_string(i), 1}), t.features.push_back(t.hits[0]);
  f(t);
  f(Logo{hostile, "", "", "AC", {nan, -1, 0, 0, 1e9, -1e-9}});
  f(Logo{"flat", "x", "y", "ACGT", {0, 0, 0, 0}});
  MutationChart m;
  m.sequence = "NA", m.values = {nan, 0, 1, -1, 0, 0, 0, 0}, m.title = hostile;
  f(m);
  SetOverlap many;
  for (int i = 0; i < 12; ++i) many.sets.push_back(hostile + std::to_string(i));
  for (std::size_t i = 0; i < 40; ++i) {
    many.parts.push_back({std::vector<bool>(12), static_cast<l2g::index_t>(40 - i)});
    many.parts.back().in[i % 12] = many.parts.back().in[(i * 7) % 12] = true;
  }
  f(many);
  f(ForestPlot{hostile, "", {{hostile, nan}, {"x", 1, nan, 2}}, {{"", 1, 1, 1}}});
  f(TradeOff{"", "", "", {{hostile, 0, 1}, {"b", -1, 2}, {"c", 10, nan}}});
  f(TradeOff{"one", "x", "y", {{"a", 10, 0.5}}, false, false});
  CalibrationChart c;
  c.models = {{hostile, {{0, 1, 3, 0.5, nan, nan, nan}}, nan}, {"", {}, 0.1}};
  f(c);
  f(label_scores(120, 3));
}

}  // namespace samples
