#pragma once
// Charts that set models, runs and labels side by side, as plain numbers and names. NaN values are gaps.
#include <l2g/report/charts.hpp>

#include <utility>

namespace l2g::report {

/// Differences or effects with their intervals, one below another (a forest plot).
struct ForestPlot {
  std::string title = "Comparison of runs";
  std::string axis_name = "difference in test MCC (95 % interval)";
  std::vector<ScoreRow> rows{};
  std::vector<ScoreRow> pooled{};  ///< over all rows: drawn as diamonds below them
  double reference = 0;            ///< where there is no effect
  std::string reference_name = "no difference";
};

/// What was measured against what a model says, one point a row.
struct ObservedPredicted {
  std::string title = "Observed against predicted";
  std::string x_name = "observed", y_name = "predicted";  ///< with their unit
  std::vector<double> observed{}, predicted{};
  std::string note{};  ///< "Pearson r 0.71, R2 0.49": shown in the legend
};

/// One score a label for one or more models.
struct LabelScores {
  struct Model {
    std::string name;
    std::vector<double> values;
  };
  std::string title = "ROC-AUC of each label";
  std::string metric = "ROC-AUC";
  std::vector<std::string> labels{};
  std::vector<Model> models{};
  double chance = 0.5;  ///< what a guess scores; NaN: not marked
};

/// The same for two models as points: the first across, the second up.
struct LabelComparison {
  LabelScores scores{};
};

/// What more parameters, time or data buy.
struct TradeOff {
  struct Point {
    std::string name;
    double cost = unknown_value, value = unknown_value, lo = unknown_value, hi = unknown_value;
  };
  std::string title = "Score against size";
  std::string x_name = "parameters", y_name = "test MCC (95 % interval)";
  std::vector<Point> points{};
  bool logarithmic = true;  ///< of the cost; costs that are not above 0 are left out then
  bool front = true;        ///< mark the points that no other beats at the same or less cost
};

/// Which points no other one beats: higher value at the same or less cost, or as high at less.
inline std::vector<bool> pareto_front(const std::vector<TradeOff::Point>& points) {
  std::vector<bool> on(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    on[i] = points[i].cost == points[i].cost && points[i].value == points[i].value;
    for (const auto& p : points)
      if ((p.cost <= points[i].cost && p.value > points[i].value) ||
          (p.cost < points[i].cost && p.value >= points[i].value))
        on[i] = false;
  }
  return on;
}

/// How much sets have in common: one count for each combination of sets that occurs.
struct SetOverlap {
  struct Part {
    std::vector<bool> in;  ///< one a set
    index_t count = 0;     ///< members of exactly these sets
  };
  std::string title = "Overlap of motif sets";
  std::string unit = "motifs";
  std::vector<std::string> sets{};
  std::vector<Part> parts{};
};

/// Counts members by the sets that they are in, largest part first; a name counts once a set.
SetOverlap overlap_of(const std::vector<std::pair<std::string, std::vector<std::string>>>& sets);

}  // namespace l2g::report

#ifndef L2G_COMPILED
#include <l2g/report/comparison_charts-inl.hpp>
#endif
