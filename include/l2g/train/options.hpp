#pragma once
// What a training is told, what it tells, and where it stands: plain structs.
#include <l2g/optim/optimizers.hpp>

#include <limits>
#include <string>
#include <variant>
#include <vector>

namespace l2g {

struct TrainingHook;

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct FitOptions {
  // How long. A step is one update of the weights.
  std::int64_t steps = 0;  // 0: as many as `epochs` take
  double epochs = 10;

  std::variant<AdamW, Sgd, Adam> optimizer = AdamW{};
  Schedule schedule{};              // its total is the number of steps unless it is given
  std::vector<RateFactor> rates{};  // parts that learn with a rate of their own
  double clip = 0;                  // global norm of the gradient; 0: not clipped
  int accumulate = 1;               // batches for each update
  std::uint64_t seed = 0;           // of the order of the rows and of all masks

  std::int64_t validate_every = 0;  // steps; 0: every epoch. The last step is always followed by a validation
  int patience = 0;                 // validations without a better metric before training stops; 0: never
  bool keep_best = true;            // the model ends with the weights of its best validation, else with the last ones
  double average = 0;               // validate and keep a moving average of the weights with this decay; 0: not
  bool reestimate = true;  // statistics of BatchNorm are estimated anew for each validation; always if averaged
  index_t statistics_batches = 32;  // training batches for that, at most one epoch

  std::string checkpoint{};           // path; empty: none. A training whose checkpoint is there goes on from it
  std::int64_t checkpoint_every = 0;  // steps; 0: every epoch and every checkpoint_seconds
  double checkpoint_seconds = 60;
  bool resume = true;  // false: start anew, replacing the checkpoint
  std::string
      identity{};  // what shapes and options do not tell (layers, loss, data): a checkpoint of another is refused
  std::string label = "train";
  TrainingHook* hook = nullptr;  // hooks.hpp: rank allocation and the like; lives as long as the training
};

/// How good the model is now: loss lower, metric higher is better.
struct Evaluation {
  double loss = not_a_number, metric = not_a_number;
};

/// One validation. `train_loss` is the mean since the one before; `norm` is the gradient's at the last step.
struct HistoryEntry {
  std::int64_t step = 0;
  double epoch = 0, train_loss = 0, loss = 0, metric = 0, rate = 0, norm = 0;
  double seconds = 0;   // the only number that differs between two equal runs
  bool settled = true;  // false: the model was not yet of the form that it is to end with (TrainingHook::settled)
};

struct FitProgress {
  std::string_view label;
  std::int64_t step, steps;
  double epoch, loss;   // loss: smoothed over about 50 steps
  double metric, best;  // of the last validation and of the best one; NaN before the first
  double rate, seconds, eta_seconds;
};

/// Any of them may be null.
struct FitCallbacks {
  void* self = nullptr;
  void (*progress)(void* self, const FitProgress&) = nullptr;  // at most every 80 ms
  void (*validated)(void* self, const HistoryEntry&) = nullptr;
  void (*stepped)(void* self, std::int64_t step) = nullptr;  // after each update
};

/// Where a training stands: together with weights, buffers, moments and StepState all that going on needs.
struct RunState {
  std::int64_t step = 0;      // updates so far
  std::int64_t position = 0;  // rows taken from the source so far
  double loss_sum = 0;        // over the steps since the last validation
  double smoothed = 0, norm = 0, seconds = 0;
  std::vector<HistoryEntry> history;

  std::int64_t validated() const { return history.empty() ? 0 : history.back().step; }
  /// Index of the best validation, -1 before the first; settled ones come before all others. Without metrics the last
  /// one is the best.
  int best() const {
    int b = -1;
    for (int i = 0; i < int(history.size()); ++i)
      if (b < 0 || before(history[std::size_t(i)], history[std::size_t(b)])) b = i;
    return b;
  }
  static bool before(const HistoryEntry& x, const HistoryEntry& y) {
    return x.settled != y.settled ? x.settled : better(x.metric, y.metric);
  }
  static bool better(double metric, double than) { return metric > than || than != than; }
};

struct FitResult {
  std::int64_t steps = 0;  // done, fewer than planned after an early stop
  std::int64_t best_step = 0;
  double best_metric = not_a_number;
  bool stopped_early = false;
  std::vector<HistoryEntry> history;
};

}  // namespace l2g
