#pragma once
#include <l2g/data/subset.hpp>
#include <l2g/dyn/learning_curve.hpp>
#include <l2g/eval/metrics.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::model {
namespace detail {

inline std::string percent(double fraction) {
  std::string text = std::to_string(100 * fraction);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

/// Throws where a fraction has no row of a class that the whole has.
inline void require_classes(const data::Dataset& part, const data::Dataset& whole, double fraction) {
  for (std::size_t k = 0; k < whole.classes.size(); ++k) {
    const auto label = std::int32_t(k);
    const bool there = std::find(part.labels.begin(), part.labels.end(), label) != part.labels.end();
    if (!there && std::find(whole.labels.begin(), whole.labels.end(), label) != whole.labels.end())
      throw error(percent(fraction) + " of the training rows are " + std::to_string(part.rows()) +
                  " and hold none of class '" + whole.classes[k] + "'; leave this fraction out");
  }
}

}  // namespace detail

L2G_INLINE FractionCurve fraction_curve(const Model& model, const data::Splits& splits,
                                        const FractionOptions& options) {
  if (splits.dev.empty() || splits.test.empty())
    throw error("scores against fractions need dev and test rows: split(data)");
  std::vector<double> fractions = options.fractions;
  std::sort(fractions.begin(), fractions.end());
  fractions.erase(std::unique(fractions.begin(), fractions.end()), fractions.end());
  if (fractions.empty()) throw error("scores against fractions: there are no fractions");
  const auto full =
      fit_options(options.stage, (options.train.tripled ? 3 : 1) * splits.train.rows(), options.steps, options.seed);
  struct Plan {
    data::Dataset rows;
    transfer::Stage stage;
    std::int64_t steps;
  };
  std::vector<Plan> plans;
  double all_steps = 0;
  for (const double f : fractions) {
    Plan p{data::fraction_of(splits.train, f, options.seed), options.stage, 0};
    detail::require_classes(p.rows, splits.train, f);
    p.stage.batch = std::min(p.stage.batch, p.rows.rows());
    p.steps = std::max(std::min(options.least_steps, full.steps), std::int64_t(std::llround(f * double(full.steps))));
    all_steps += double(p.steps);
    plans.push_back(std::move(p));
  }
  FractionCurve curve{model.name, splits.train.name, {}, false};
  struct Watch {
    const Progress& progress;
    double done, all;
    std::string text;
  } watch{options.progress, 0, all_steps, {}};
  FitCallbacks callbacks;
  callbacks.self = &watch;
  callbacks.stepped = [](void* self, std::int64_t step) {
    const auto& w = *static_cast<Watch*>(self);
    if (w.progress.report)
      w.progress.report(w.progress.self, (w.done + double(step)) / w.all, w.text + ", step " + std::to_string(step));
  };
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Plan& p = plans[i];
    watch.text = detail::percent(fractions[i]) + " of the rows";
    try {
      Model copy = model;
      TrainOptions o = options.train;
      o.batch = p.stage.batch;
      o.fit = fit_options(p.stage, (o.tripled ? 3 : 1) * p.rows.rows(), p.steps, options.seed);
      o.fit.hook = nullptr;
      o.fit.validate_every = std::max<std::int64_t>(1, p.steps / 10);
      o.fit.statistics_batches = options.train.fit.statistics_batches;
      const FitResult r = train(copy, p.rows, splits.dev, o, callbacks);
      const Predictions said = predict(copy, splits.test, {128, o.pool, {}});
      const auto test = eval::bootstrap(eval::matthews, splits.test.labels, said.labels(model.threshold),
                                        model.outputs(), {.resamples = options.resamples, .seed = options.seed});
      curve.points.push_back({fractions[i], p.rows.rows(), r.steps, r.best_metric, test});
    } catch (const Interrupted&) {
      if (curve.points.empty()) throw;
      curve.stopped = true;
      return curve;
    }
    watch.done += double(p.steps);
  }
  return curve;
}

}  // namespace l2g::model
