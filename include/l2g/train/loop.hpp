#pragma once
// fit(): the training loop over any Step. What it does with a step is public, and short enough to be written anew:
//
//   source.fill(step.batch, position, rows);                 a batch
//   step.accumulate(loss, step.batch.labels);                forward, loss, backward
//   step.update(AdamW{}, schedule(updates), clip);           clip, update, zero the gradients
#include <l2g/core/progress.hpp>
#include <l2g/train/hooks.hpp>
#include <l2g/train/training.hpp>

#include <chrono>
#include <cmath>

namespace l2g {

/// For fit() without validation data: the last weights are the best.
struct NoEvaluation {};

/// Fills in what the options leave open, for `rows` rows and batches of `batch_size`. Throws error for options that
/// make no sense: the message names the option.
FitOptions planned(FitOptions options, index_t rows, index_t batch_size);
/// Is a validation due behind this step?
bool validates(const FitOptions& options, std::int64_t step, index_t rows, index_t batch_size);
/// Validations since the best one.
int without_gain(const RunState& run);
[[noreturn]] void throw_interrupted(const RunState& run, const std::string& checkpoint, const std::string& failure);
/// `step` is the one that failed, `kept` the one whose weights are back.
[[noreturn]] void throw_not_finite(const char* what, double value, double rate, std::int64_t step, std::int64_t kept);
[[noreturn]] void throw_moments(int planned, int needed);
/// Throws error for a label that is not below `classes`: it names the data row. `rows` are those of the batch, each
/// with `width` labels; negative labels do not count.
void check_labels(const std::int32_t* labels, std::span<const index_t> rows, index_t width, index_t classes);
/// The number of classes among the columns of a prediction.
template <class Loss>
index_t classes_of(const Loss& loss, index_t columns) {
  if constexpr (requires { loss.width; })
    return columns - loss.width;  // AlignLoss: features first
  else
    return columns;
}
FitResult result_of(const RunState& run, const FitOptions& options);

namespace detail {

/// At most one report each 80 ms; seconds of the runs before are counted in.
class Clock {
 public:
  using Time = std::chrono::steady_clock;
  explicit Clock(double before) : before_(before), began_(Time::now()), told_(began_ - std::chrono::hours(1)) {}
  double session() const { return std::chrono::duration<double>(Time::now() - began_).count(); }
  double seconds() const { return before_ + session(); }
  bool tells() {
    const auto now = Time::now();
    if (now - told_ < std::chrono::milliseconds(80)) return false;
    told_ = now;
    return true;
  }

 private:
  double before_;
  Time::time_point began_, told_;
};

template <class Step, class Loss, class Rows, class Evaluate>
class Loop {
 public:
  using T = typename Step::value_type;

  Loop(Step& step, Training<Step>& training, const Loss& loss, Rows& source, Evaluate& evaluate,
       const FitOptions& options, const FitCallbacks& callbacks)
      : step_(step),
        training_(training),
        run_(training.run),
        loss_(loss),
        source_(source),
        evaluate_(evaluate),
        options_(planned(options, source.rows(), batch_rows(step))),
        callbacks_(callbacks),
        clock_(0) {
    check_moments();
  }

  FitResult run() {
    begin();
    for (;;) {
      if (validation_due()) validate();
      if (checkpoint_due()) save();
      if (interrupt_flag.exchange(false, std::memory_order_relaxed)) stop();
      if (finished()) break;
      one_step();
      tell();
    }
    training_.restore_best(step_);
    return result_of(run_, options_);
  }

 private:
  void begin() {
    step_.zero_gradients();
    step_.set_rates(options_.rates);
    if (options_.hook) options_.hook->bind(tensor_slots<T>(step_.p), tensor_slots<T>(step_.g), options_.steps);
    if (!options_.checkpoint.empty()) parts_ = training_.parts(step_, settings(), options_.hook);
    if (run_.step == 0) {
      training_.start(step_, options_);
      if (options_.hook) options_.hook->start();
      if (options_.resume && !options_.checkpoint.empty() && checkpoint_exists(options_.checkpoint)) {
        read_checkpoint(options_.checkpoint, parts_);
        saved_step_ = run_.step;
      }
    }
    clock_ = Clock(run_.seconds);
    first_step_ = run_.step;
  }

  bool finished() const { return run_.step >= options_.steps || stops_early(); }
  bool stops_early() const { return options_.patience > 0 && without_gain(run_) >= options_.patience; }

  /// One update from `accumulate` batches. All that it does follows from the number of the step and the weights.
  void one_step() {
    const double rate = options_.schedule(run_.step);
    step_.state->rng.step = std::uint64_t(run_.step * options_.accumulate);
    double loss = 0;
    for (int i = 0; i < options_.accumulate; ++i) {
      const std::int64_t position = run_.position + i * index_t(training_.batch.size());
      training_.sampler.take(position, training_.batch);
      source_.fill(step_.batch, position, std::span<const index_t>(training_.batch));
      if constexpr (std::same_as<typename Loss::target_type, std::int32_t>)
        check_labels(step_.batch.labels, training_.batch, step_.y.shape.rows() / index_t(training_.batch.size()),
                     classes_of(loss_, step_.y.shape.cols()));
      loss += step_.accumulate(loss_, target()) / options_.accumulate;
    }
    if (options_.hook) loss += options_.hook->regularise(run_.step, options_.accumulate);
    if (!std::isfinite(loss)) give_up("loss", loss, rate);
    if (options_.hook) options_.hook->before_clip(run_.step, 1.0 / options_.accumulate);
    const bool last_before_validation = validates(run_.step + 1);
    double norm = last_before_validation && options_.clip <= 0 ? step_.gradient_norm(1.0 / options_.accumulate) : 0;
    const double clipped = update(rate);
    if (options_.clip > 0) norm = clipped;
    if (!std::isfinite(norm)) give_up("norm of the gradient", norm, rate);
    training_.follow(step_, options_.average);
    count(loss, norm);
  }
  double update(double rate) {
    return std::visit(
        [&](const auto& optimizer) {
          const double norm = step_.apply(optimizer, rate, options_.clip, options_.accumulate);
          if (options_.hook && std::isfinite(norm)) options_.hook->after_step(run_.step, step_.state->scale);
          step_.zero_gradients();
          return norm;
        },
        options_.optimizer);
  }
  auto target() const {
    if constexpr (std::same_as<typename Loss::target_type, std::int32_t>)
      return step_.batch.labels;
    else
      return step_.batch.targets;
  }
  void count(double loss, double norm) {
    ++run_.step;
    run_.position += options_.accumulate * index_t(training_.batch.size());
    run_.loss_sum += loss;
    run_.smoothed += 0.02 * (loss - run_.smoothed);
    run_.norm = norm;
    if (callbacks_.stepped) callbacks_.stepped(callbacks_.self, run_.step);
  }

  bool validates(std::int64_t step) const {
    return l2g::validates(options_, step, source_.rows(), index_t(training_.batch.size()));
  }
  // Also true in a training that was stopped in the middle of its validation.
  bool validation_due() const { return run_.step > run_.validated() && validates(run_.step); }

  void validate() {
    Evaluation found;
    {
      const Aside aside(*this);
      try {
        estimate_statistics();
        if constexpr (!std::same_as<std::remove_const_t<Evaluate>, NoEvaluation>) found = evaluate_(step_);
      } catch (const Interrupted&) {
        interrupted_ = true;
      }
      if (!interrupted_) judge(found);
    }
    if (interrupted_) stop();
    if (callbacks_.validated) callbacks_.validated(callbacks_.self, run_.history.back());
  }
  void estimate_statistics() {
    if (training_.statistics.empty() || !(training_.average || options_.reestimate)) return;
    training_.statistics.estimate(step_, source_, training_.statistics_sampler, options_.statistics_batches,
                                  std::span(training_.batch));
  }
  void judge(const Evaluation& found) {
    const double steps = double(run_.step - run_.validated());
    run_.history.push_back({run_.step, epoch(), run_.loss_sum / steps, found.loss, found.metric,
                            options_.schedule(run_.step - 1), run_.norm, clock_.seconds(),
                            !options_.hook || options_.hook->settled(run_.step)});
    run_.loss_sum = 0;
    if (!options_.keep_best || run_.best() == int(run_.history.size()) - 1) training_.keep_best(step_);
  }

  /// While it lives the step has the weights that are judged; then training finds its own ones again.
  struct Aside {
    Loop& loop;
    Lengths lengths;
    explicit Aside(Loop& l) : loop(l), lengths(l.step_.context.lengths) {
      loop.training_.put_buffers_aside(loop.step_);
      loop.training_.exchange(loop.step_);
    }
    ~Aside() {
      loop.training_.exchange(loop.step_);
      loop.training_.put_buffers_back(loop.step_);
      loop.step_.context.lengths = lengths;
    }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
  };

  bool checkpoint_due() const {
    if (options_.checkpoint.empty() || run_.step == saved_step_ || run_.step == 0) return false;
    if (finished()) return true;
    if (options_.checkpoint_every > 0) return run_.step % options_.checkpoint_every == 0;
    const index_t rows = source_.rows(), taken = options_.accumulate * index_t(training_.batch.size());
    return run_.position / rows > (run_.position - taken) / rows ||
           clock_.session() - saved_second_ >= options_.checkpoint_seconds;
  }
  void save() {
    run_.seconds = clock_.seconds();
    write_checkpoint(options_.checkpoint, parts_);
    saved_step_ = run_.step;
    saved_second_ = clock_.session();
  }
  Settings settings() const {
    Settings s = settings_of(options_);
    s.emplace_back("batch", std::to_string(batch_rows(step_)));
    s.emplace_back("rows", std::to_string(source_.rows()));
    if constexpr (requires { source_.fingerprint(); }) s.emplace_back("data", std::to_string(source_.fingerprint()));
    if (options_.hook)
      for (auto& setting : options_.hook->settings()) s.push_back(std::move(setting));
    return s;
  }

  /// The weights are those of the last whole step; what can be saved is saved.
  [[noreturn]] void stop() {
    interrupted_ = false;
    run_.seconds = clock_.seconds();
    std::string failure;
    if (!options_.checkpoint.empty() && run_.step > 0 && run_.step != saved_step_) {
      try {
        save();
      } catch (const error& e) {
        failure = e.what();
      }
    }
    interrupt_flag.store(false, std::memory_order_relaxed);  // a second request meant the same
    throw_interrupted(run_, options_.checkpoint, failure);
  }
  [[noreturn]] void give_up(const char* what, double value, double rate) {
    const std::int64_t failed = run_.step + 1;
    const int kept = options_.keep_best ? run_.best() : int(run_.history.size()) - 1;
    const std::int64_t kept_step = kept < 0 ? 0 : run_.history[std::size_t(kept)].step;
    step_.zero_gradients();
    training_.restore_best(step_);
    run_ = {};  // what follows is another training
    throw_not_finite(what, value, rate, failed, kept_step);
  }

  double epoch() const { return double(run_.position) / double(source_.rows()); }
  void tell() {
    if (!callbacks_.progress || !clock_.tells()) return;
    const int best = run_.best();
    const double done = double(run_.step - first_step_), session = clock_.session();
    callbacks_.progress(callbacks_.self, {options_.label, run_.step, options_.steps, epoch(),
                                          run_.smoothed / (1 - std::pow(0.98, double(run_.step))),  // it began at 0
                                          run_.history.empty() ? not_a_number : run_.history.back().metric,
                                          best < 0 ? not_a_number : run_.history[std::size_t(best)].metric,
                                          options_.schedule(run_.step - 1), clock_.seconds(),
                                          session / done * double(options_.steps - run_.step)});
  }
  void check_moments() const {
    const int there = (step_.moment[0] != nullptr) + (step_.moment[1] != nullptr);
    const int needed = std::visit([](const auto& o) { return o.moments; }, options_.optimizer);
    if (there < needed) throw_moments(there, needed);
  }

  Step& step_;
  Training<Step>& training_;
  RunState& run_;
  const Loss& loss_;
  Rows& source_;
  Evaluate& evaluate_;
  const FitOptions options_;
  const FitCallbacks callbacks_;
  CheckpointParts parts_{};
  Clock clock_;
  std::int64_t first_step_ = 0, saved_step_ = -1;
  double saved_second_ = 0;
  bool interrupted_ = false;
};

}  // namespace detail

/// Trains `step` on the rows of `source` until the planned number of steps is done or `patience` is at its end.
/// `evaluate(step)` returns an Evaluation; it may use step.batch and step.forward(false). At the end the step has the
/// weights and buffers of its best validation, where a hook prunes: of the best one behind the pruning. The result
/// depends on weights, data, options and seed only: a run that was stopped and goes on from `training` or from its
/// checkpoint ends with the same bits as an unbroken one. Labels are checked batch by batch, before the loss reads
/// them. A step makes no heap call unless the source does. Throws Interrupted at a step boundary after
/// request_interrupt(): the step has the weights of its last step, a checkpoint is written if one is asked for. Throws
/// error when the loss is not finite (the best weights are back), for options that make no sense, and for a checkpoint
/// of another training; file_error when a checkpoint cannot be written.
template <class Step, class Loss, Source<Step> Rows, class Evaluate>
FitResult fit(Step& step, Training<Step>& training, const Loss& loss, Rows& source, Evaluate&& evaluate,
              const FitOptions& options, const FitCallbacks& callbacks = {}) {
  return detail::Loop<Step, Loss, Rows, std::remove_reference_t<Evaluate>>(step, training, loss, source, evaluate,
                                                                           options, callbacks)
      .run();
}
/// The same with memory of its own.
template <class Step, class Loss, Source<Step> Rows, class Evaluate>
FitResult fit(Step& step, const Loss& loss, Rows& source, Evaluate&& evaluate, const FitOptions& options,
              const FitCallbacks& callbacks = {}) {
  Training<Step> training(step, options, source.rows());
  return fit(step, training, loss, source, evaluate, options, callbacks);
}

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/train/loop-inl.hpp>
#endif
