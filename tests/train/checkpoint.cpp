#include "scratch_folder.hpp"
#include "train/toy.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace toy;
using Catch::Contains;

namespace {
using Small = Step<Stateful, float, In<16>>;

FitOptions with_all_state(const std::string& path) {
  FitOptions o = quick(40);
  o.average = 0.9;
  o.clip = 1;
  o.accumulate = 2;
  o.schedule = {Schedule::cosine, 5e-3, 5, 0};
  o.validate_every = 7;
  o.checkpoint = path;
  o.checkpoint_every = 3;
  return o;
}
struct Outcome {
  std::vector<float> weights;
  FitResult result;
};
/// A training in a process of its own, as it were: nothing is left of the one before but the checkpoint.
Outcome train(const FitOptions& options, const FitCallbacks& callbacks = {}, std::uint64_t seed = 1) {
  Small step;
  initialize<float>(step.p, 3);
  Motifs source{200, seed, 0.2};
  const FitResult r = fit(step, CrossEntropy{}, source, Judge{}, options, callbacks);
  return {weights_of(step), r};
}
std::string refusal(const FitOptions& options, std::uint64_t seed = 1) {
  try {
    train(options, {}, seed);
  } catch (const error& e) {
    return e.what();
  }
  return "";
}
void stop_at(std::int64_t step, const FitOptions& options) {
  FitCallbacks callbacks;
  callbacks.self = &step;
  callbacks.stepped = [](void* self, std::int64_t now) {
    if (now == *static_cast<std::int64_t*>(self)) request_interrupt();
  };
  REQUIRE_THROWS_AS(train(options, callbacks), Interrupted);
}
void cut(const std::string& path) { REQUIRE(::truncate(path.c_str(), long(read_bytes(path).size() / 2)) == 0); }
std::string step_of(const std::string& path) { return *io::SafetensorsFile(path).metadata("step"); }
}  // namespace

TEST_CASE("a resumed training ends with the bits of an unbroken one", "[train]") {
  for (const bool sgd : {false, true}) {
    const ScratchFolder folder;
    FitOptions whole = with_all_state("");
    if (sgd) whole.optimizer = Sgd{};
    const Outcome expected = train(whole);
    REQUIRE(expected.result.history.size() == 6);
    for (const std::int64_t first : {1, 6, 7, 20, 39}) {
      FitOptions options = whole;
      options.checkpoint = folder / ("stopped_at_" + std::to_string(first));
      options.checkpoint_every = 1000;
      stop_at(first, options);
      if (first < 35) stop_at(first + 4, options);
      const Outcome found = train(options);
      REQUIRE(same_bits(found.weights, expected.weights));
      REQUIRE(same_history(found.result.history, expected.result.history));
      REQUIRE(found.result.best_step == expected.result.best_step);
      const Outcome again = train(options);  // already done: nothing is trained, the best weights are there
      REQUIRE(same_bits(again.weights, expected.weights));
    }
  }
}

TEST_CASE("a crash between two checkpoints costs the steps since the last one only", "[train]") {
  const ScratchFolder folder;
  const FitOptions options = with_all_state(folder / "run");
  FitCallbacks crash;
  crash.stepped = [](void*, std::int64_t now) {
    if (now == 20) throw std::runtime_error("crash");
  };
  REQUIRE_THROWS_WITH(train(options, crash), "crash");
  REQUIRE(step_of(options.checkpoint) == "18");
  REQUIRE(step_of(options.checkpoint + ".previous") == "15");
  REQUIRE(folder.count() == 2);
  REQUIRE(same_bits(train(options).weights, train(with_all_state("")).weights));
}

TEST_CASE("the checkpoint of another training is refused, and what differs is said", "[train]") {
  const ScratchFolder folder;
  const FitOptions options = with_all_state(folder / "run");
  stop_at(5, options);
  const std::string before = read_bytes(options.checkpoint);
  FitOptions other = options;
  other.schedule.rate = 1e-3;
  other.seed = 9;
  REQUIRE(refusal(other) == options.checkpoint +
                                ": is the checkpoint of another training: it had seed 7 (now 9), rate 0.005 (now "
                                "0.001); train with the same, or remove it to start anew");
  other = options;
  other.optimizer = Sgd{};
  REQUIRE_THAT(refusal(other), Contains("optimizer AdamW (now Sgd)"));
  REQUIRE_THAT(refusal(options, 5), Contains("it had data 1 (now 5)"));

  Step<Cnn, float, In<16>> step;
  initialize<float>(step.p, 3);
  Motifs source{200, 1, 0.2};
  REQUIRE_THROWS_WITH(fit(step, CrossEntropy{}, source, Judge{}, options),
                      Contains("is the checkpoint of another model: missing:") && Contains("other shape: '0.weight'"));
  Small moved;
  initialize<float>(moved.p, 4);  // other frozen weights: the same shapes, another model
  REQUIRE_THROWS_WITH(fit(moved, CrossEntropy{}, source, Judge{}, options), Contains("frozen weights"));
  save_weights<float>(moved.p, folder / "weights");
  other = options;
  other.checkpoint = folder / "weights";
  REQUIRE_THAT(refusal(other), Contains("is not a checkpoint of a training"));
  REQUIRE(read_bytes(options.checkpoint) == before);
  other = options;
  other.resume = false;
  REQUIRE(refusal(other).empty());
}

TEST_CASE("a truncated checkpoint gives one line, and the one before it is still good", "[train]") {
  const ScratchFolder folder;
  const FitOptions options = with_all_state(folder / "run");
  stop_at(20, options);  // 18, then 20
  cut(options.checkpoint);
  const std::string text = refusal(options);
  REQUIRE_THAT(text, Contains(options.checkpoint + ": cut short") &&
                         Contains("rename " + options.checkpoint + ".previous to go on from step 18"));
  REQUIRE(text.find('\n') == std::string::npos);
  REQUIRE(::rename((options.checkpoint + ".previous").c_str(), options.checkpoint.c_str()) == 0);
  REQUIRE(same_bits(train(options).weights, train(with_all_state("")).weights));
}

TEST_CASE("a full disk leaves the old checkpoint", "[train]") {
  const ScratchFolder folder;
  const FitOptions options = with_all_state(folder / "run");
  stop_at(5, options);
  const std::string before = read_bytes(options.checkpoint);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{1000, 1000};
    int verdict = 1;
    if (::setrlimit(RLIMIT_FSIZE, &limit) == 0) {
      const std::string text = refusal(options);
      verdict = text.find(options.checkpoint + ": cannot write") == 0 ? 0 : 2;
    }
    ::_exit(verdict);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  REQUIRE(read_bytes(options.checkpoint) == before);
  REQUIRE(same_bits(train(options).weights, train(with_all_state("")).weights));
}

namespace {
/// Trains with a checkpoint each step and writes down, before step n + 1, that the checkpoint of step n is on the disk.
[[noreturn]] void train_until_killed(const FitOptions& options, int log) {
  struct Log {
    int file;
    std::int64_t step;
  } state{log, -1};
  FitCallbacks callbacks;
  callbacks.self = &state;
  callbacks.stepped = [](void* self, std::int64_t step) {
    Log& l = *static_cast<Log*>(self);
    const std::int64_t record[] = {l.step < 0 ? 1 : 0, step - 1};  // a start, then steps whose checkpoints are done
    l.step = step;
    if (::write(l.file, record, sizeof record) != sizeof record) ::_exit(3);
    ::usleep(1000);
  };
  int verdict = 0;
  try {
    train(options, callbacks);
  } catch (const std::exception&) {
    verdict = 1;
  }
  ::_exit(verdict);
}
}  // namespace

TEST_CASE("a training killed 50 times ends with the same bits and loses no step that was saved", "[train]") {
  const ScratchFolder folder;
  FitOptions options = with_all_state(folder / "run");
  options.steps = 400;
  options.validate_every = 20;
  options.checkpoint_every = 1;
  FitOptions unbroken = options;
  unbroken.checkpoint.clear();
  const Outcome expected = train(unbroken);

  std::int64_t saved = 0;
  int kills = 0, starts = 0;
  for (int i = 0; i < 50; ++i) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      train_until_killed(options, pipe[1]);
    }
    ::close(pipe[1]);
    const Rng rng{1, std::uint64_t(i)};
    std::int64_t record[2];
    const auto read_record = [&] {
      if (::read(pipe[0], record, sizeof record) != sizeof record) return false;
      if (record[0]) REQUIRE(record[1] >= saved);  // where it took up the training
      starts += int(record[0]);
      saved = std::max(saved, record[1]);
      return true;
    };
    // A random moment: between two steps, in a step, while a checkpoint is written or read.
    for (auto steps = rng.below(1, 0, 5); steps > 0 && read_record();) --steps;
    ::usleep(useconds_t(rng.below(1, 1, 3000)));
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    kills += WIFSIGNALED(status);
    while (read_record()) continue;
    ::close(pipe[0]);
  }
  REQUIRE(kills == 50);
  REQUIRE(starts > 10);
  INFO(saved << " steps in " << starts << " starts");
  REQUIRE(saved > 20);
  REQUIRE(saved < 400);  // else some kills came too late to matter
  const Outcome found = train(options);
  REQUIRE(same_bits(found.weights, expected.weights));
  REQUIRE(same_history(found.result.history, expected.result.history));
}
