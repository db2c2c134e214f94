#pragma once
#include <l2g/core/number_text.hpp>
#include <l2g/train/loop.hpp>

namespace l2g {
namespace detail {
inline void require_option(bool good, const char* option, const std::string& wanted, double got) {
  if (!good) throw error("option " + std::string(option) + ": wanted " + wanted + ", got " + number_text(got));
}
}  // namespace detail

L2G_INLINE FitOptions planned(FitOptions o, index_t rows, index_t batch_size) {
  using detail::require_option;
  if (rows < 1) throw error("there are no rows to train on");
  require_option(o.accumulate >= 1, "accumulate", "at least 1", o.accumulate);
  require_option(o.steps >= 0, "steps", "a positive number", double(o.steps));
  require_option(o.steps > 0 || (o.epochs > 0 && o.epochs < 1e9), "epochs", "a positive number", o.epochs);
  require_option(std::isfinite(o.schedule.rate) && o.schedule.rate >= 0, "rate", "a number that is not negative",
                 o.schedule.rate);
  require_option(o.clip >= 0, "clip", "a number that is not negative", o.clip);
  require_option(o.average >= 0 && o.average < 1, "average", "a decay in 0 .. 1, such as 0.999", o.average);
  require_option(o.validate_every >= 0, "validate_every", "steps, or 0 for every epoch", double(o.validate_every));
  require_option(o.checkpoint_every >= 0, "checkpoint_every", "steps, or 0", double(o.checkpoint_every));
  require_option(o.statistics_batches >= 1, "statistics_batches", "at least 1", double(o.statistics_batches));
  if (o.steps == 0) {
    const double taken = double(o.accumulate) * double(batch_size), steps = std::ceil(o.epochs * double(rows) / taken);
    o.steps = steps < 1 ? 1 : std::int64_t(steps);
  }
  if (o.schedule.total == 0) o.schedule.total = o.steps;
  return o;
}

L2G_INLINE bool validates(const FitOptions& o, std::int64_t step, index_t rows, index_t batch_size) {
  if (step >= o.steps) return true;
  if (o.validate_every > 0) return step % o.validate_every == 0;
  const std::int64_t taken = o.accumulate * batch_size;
  return step * taken / rows > (step - 1) * taken / rows;  // an epoch ended in this step
}

L2G_INLINE int without_gain(const RunState& run) {
  if (run.history.empty() || !run.history.back().settled) return 0;
  return int(run.history.size()) - 1 - run.best();
}

L2G_INLINE void throw_interrupted(const RunState& run, const std::string& checkpoint, const std::string& failure) {
  std::string text =
      "training stopped at step " + std::to_string(run.step) + "; the model keeps its weights, train again to go on";
  if (!failure.empty())
    text += "; no checkpoint could be written: " + failure;
  else if (!checkpoint.empty() && run.step > 0)
    text += " from " + checkpoint;
  throw Interrupted(text);
}

L2G_INLINE void throw_not_finite(const char* what, double value, double rate, std::int64_t step, std::int64_t kept) {
  throw error("training stopped: the " + std::string(what) + " became " + (std::isnan(value) ? "NaN" : "infinite") +
              " in step " + std::to_string(step) + " (rate " + number_text(rate) + "); the weights of step " +
              std::to_string(kept) + " are back; try a lower rate, warm_up, or clip = 1");
}

L2G_INLINE void throw_moments(int planned, int needed) {
  throw error("the step was planned for " + std::to_string(planned) + " moments of the optimizer, this one needs " +
              std::to_string(needed));
}

L2G_INLINE void check_labels(const std::int32_t* labels, std::span<const index_t> rows, index_t width,
                             index_t classes) {
  for (std::size_t i = 0; i < rows.size() * std::size_t(width); ++i)
    if (labels[i] >= classes)
      throw error("row " + std::to_string(rows[i / std::size_t(width)] + 1) + " of the data has the label " +
                  std::to_string(labels[i]) + ", the model tells " + std::to_string(classes) +
                  " classes apart: labels are 0 .. " + std::to_string(classes - 1));
}

L2G_INLINE FitResult result_of(const RunState& run, const FitOptions& options) {
  const int best = run.best();
  FitResult r{run.step, 0, not_a_number, run.step < options.steps, run.history};
  if (best >= 0)
    r.best_step = run.history[std::size_t(best)].step, r.best_metric = run.history[std::size_t(best)].metric;
  return r;
}

}  // namespace l2g
