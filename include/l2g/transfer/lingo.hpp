#pragma once
// The settings of Lingo (Zhan, Wu and Zhang 2024, arXiv 2402.08075v1) by the name of the task: as the paper's tables
// have them, as its scripts run, and as they can be believed on a CPU. A frozen decoder, the DNA between a prefix and a
// suffix of plain words, SVD-LoRA with adaptive rank sampling, a linear head on the last token.
#include <l2g/optim/optimizers.hpp>
#include <l2g/peft/rank_allocator.hpp>
#include <l2g/peft/targets.hpp>
#include <l2g/transfer/preset.hpp>

#include <cmath>

namespace l2g::lingo {

/// What the tables tell apart; other: a task that Lingo was not run on.
enum class Family { yeast, promoter, human_histones, other };

/// A row of the paper's Table S0 and S1, with what its scripts add.
struct Task {
  std::string_view name;     // as GUE names it
  std::string_view printed;  // as the paper does
  Family family = Family::other;
  index_t bases = 0;          // of a sequence
  index_t rows = 0;           // of train; 0: not told
  double final_share = 0.15;  // of the steps, behind the pruning: (Ttot - T) / Ttot of Table S1
  double code_epochs = 5;     // of the scripts; the paper has 5 everywhere
};
inline constexpr Task tasks[] = {
    {"H3", "H3", Family::yeast, 500, 11971, 0.25},
    {"H3K4me1", "H3K4me1", Family::yeast, 500, 25341, 0.25},
    {"H3K4me2", "H3K4me2", Family::yeast, 500, 24545, 0.25},
    {"H3K4me3", "H3K4me3", Family::yeast, 500, 29439, 0.25},
    {"H3K9ac", "H3K9ac", Family::yeast, 500, 22224, 0.25},
    {"H3K14ac", "H3K14ac", Family::yeast, 500, 26438, 0.25},
    {"H3K36me3", "H3K36me3", Family::yeast, 500, 27904, 0.3},
    {"H3K79me3", "H3K79me3", Family::yeast, 500, 23069, 0.3},
    {"H4", "H4", Family::yeast, 500, 11679, 0.3},
    {"H4ac", "H4ac", Family::yeast, 500, 27275, 0.3},
    {"prom_300_all", "Prom_all", Family::promoter, 300, 47356, 0.15, 4},
    {"prom_300_notata", "Prom_notata", Family::promoter, 300, 42452, 0.15, 4},
    {"prom_300_tata", "Prom_tata", Family::promoter, 300, 4904, 0.15, 10},
    {"prom_core_all", "", Family::promoter, 70, 47356, 0.15, 5},
    {"prom_core_notata", "", Family::promoter, 70, 42452, 0.15, 5},
    {"prom_core_tata", "", Family::promoter, 70, 4904, 0.15, 10},
    {"human_histones", "Histone (Human)", Family::human_histones, 1000, 0, 0.15, 5},
};

/// The row of a task; folders in front of the name do not count ("EMP/H3" is H3). Throws l2g::error with a near name.
inline const Task& task(std::string_view name) {
  while (name.ends_with('/')) name.remove_suffix(1);
  const std::string_view last = name.substr(name.rfind('/') + 1);
  std::vector<std::string> names;
  for (const Task& t : tasks) {
    if (last == t.name || (!t.printed.empty() && last == t.printed)) return t;
    names.emplace_back(t.name);
  }
  throw error(unknown("task of Lingo", last, names));
}

/// The words around a sequence.
struct Prompt {
  std::string prefix, suffix;
};
/// Lingo's: the paper gives this one text only, and its scripts use it for every task with two classes.
inline Prompt published_prompt() { return {"Domain: DNA Promoter\nSequence: ", "\nAnnotation:"}; }
/// The same with the domain of a family, as the paper says prompts should be.
inline Prompt own_prompt(Family family) {
  const char* domain = family == Family::promoter         ? "DNA Promoter"
                       : family == Family::yeast          ? "Yeast Histone"
                       : family == Family::human_histones ? "Human Histone"
                                                          : "DNA";
  return {"Domain: " + std::string(domain) + "\nSequence: ", "\nAnnotation:"};
}
/// The same about something else: if it does as well, the words are not what helps.
inline Prompt wrong_prompt() { return {"Domain: English Poem\nSequence: ", "\nAnnotation:"}; }

/// Lingo as plain data. Where the source of a number is not the table of its preset, its line says so.
struct Settings {
  std::string name, task, note;
  Family family = Family::other;

  // Training (Table S0 and section "Implementation"; Hugging Face's loop).
  index_t batch = 8, evaluation_batch = 16;
  double epochs = 5;
  double rate = 3e-5;
  double warm_up = 0.1;            // share of the steps, then linear to 0
  std::int64_t warm_up_steps = 0;  // counts instead when it is not 0
  Schedule::Shape shape = Schedule::linear;
  double decay = 5e-3;  // decoupled: the paper prints it without the rate, which would shrink every weight to nothing
  double clip = 1;      // of the scripts (the default of their loop); the paper is silent
  std::uint64_t seed = 42;            // of the scripts
  std::int64_t validate_every = 500;  // steps, of the scripts; 0: 16 times in the training
  int patience = 0;                   // validations; 0: never stops early
  transfer::Selection selection = transfer::Selection::dev;

  // Adapters (Table S1; alpha and dropout are of the scripts).
  index_t rank = 8;  // at the start: b0 for each matrix
  double alpha = 32, adapter_dropout = 0.05, body_dropout = 0.1;
  double lambda_deviation = 0.02;  // of the first lambdas: PEFT 0.5, which the scripts use; 0: PEFT today, AdaLoRA
  std::vector<std::string> matrices = {"q_proj", "k_proj", "v_proj", "fc1", "fc2"};
  peft::TargetRule rule = peft::TargetRule::ends_with;

  // Adaptive rank sampling (Table S1). rank_options() makes it fit a training.
  bool sampling = true;     // false: the rank stays as it is
  index_t target_rank = 6;  // at the end: bT for each matrix
  double final_share = 0.15;
  std::int64_t interval = 100;  // Delta T, steps; 0: 40 choices in the training
  double beta1 = 0.85, beta2 = 0.85;
  double p = 0.05;
  double gamma = 0;  // of the orthogonality term, which the paper does not mention

  // Words.
  Prompt prompt = published_prompt();
  index_t max_tokens = 512;  // of the notebooks; the paper is silent
  bool keep_suffix = true;   // false: what is too long loses its end, the suffix first
};

namespace detail {

inline Settings paper(const Task& t) {
  Settings s;
  s.name = "paper";
  s.task = t.name;
  s.family = t.family;
  s.note = "Tables S0 and S1; AdamW and importance in every step, ranks are chosen every Delta T";
  s.final_share = t.final_share;
  if (t.family == Family::yeast) {
    s.rank = 12;
  } else {
    s.interval = 5000;
    s.p = 0.1;
    s.matrices.push_back("out_proj");
  }
  if (t.family == Family::human_histones) {
    s.beta1 = s.beta2 = 0.99;
    s.validate_every = 10'000, s.patience = 10;
  }
  s.prompt = own_prompt(t.family);
  return s;
}

/// What the scripts do whatever the task, quirk by quirk: peft::ars_lingo_code() for the ranks; "output_proj", which
/// OPT has not, is left out here because it hits nothing; the rows of test choose the model.
inline Settings code(const Task& t) {
  const peft::RankOptions ranks = peft::ars_lingo_code();
  Settings s;
  s.name = "code";
  s.task = t.name;
  s.family = t.family;
  s.note = "the published scripts; the test rows choose the model, so its scores are too good";
  s.epochs = t.code_epochs;
  s.warm_up_steps = 50;
  s.selection = transfer::Selection::test;
  s.target_rank = ranks.target_rank;
  s.interval = ranks.interval;
  s.p = ranks.p;
  s.gamma = ranks.gamma;
  s.final_share = 0;  // tfinal is 200 of 7485 steps, whatever the training
  if (t.family == Family::yeast) s.max_tokens = 128, s.keep_suffix = false;  // cuts 500 bases to about 220
  if (t.family == Family::human_histones) {  // the scripts for many labels use neither prompt nor allocation
    s.sampling = false;
    s.validate_every = 2000;
    s.prompt = {};
  }
  return s;
}

/// Minutes on a CPU with a small model: the ranks of the paper, spread over the training that there is; held-out rows
/// choose the model, the test rows are used once. The rates are for adapters on a body of few channels.
inline Settings honest(std::string_view name, Family family, double final_share) {
  Settings s;
  s.name = "honest";
  s.task = name;
  s.family = family;
  s.note = "epoch chosen on dev, test rows used once; ranks pruned over the training that there is";
  s.batch = 32, s.evaluation_batch = 64;
  s.rate = 2e-3;
  s.shape = Schedule::cosine;
  s.decay = 0.01;
  s.seed = 1;
  s.validate_every = 0;
  s.rank = family == Family::yeast ? 12 : 8;
  s.lambda_deviation = 0;
  s.matrices.push_back("out_proj");
  s.rule = peft::TargetRule::exact_or_dot;
  s.final_share = final_share;
  s.interval = 0;
  s.p = family == Family::yeast ? 0.05 : 0.1;
  s.gamma = 0.1;  // of AdaLoRA's scripts
  s.prompt = own_prompt(family);
  return s;
}

}  // namespace detail

/// "paper", "code" or "honest" for a task. paper and code have numbers for the tasks of the tables only; honest takes
/// any name, and asks the tables for what they know. Throws l2g::error with the names that there are.
inline Settings preset(std::string_view name, std::string_view task_name) {
  if (name == "paper") return detail::paper(task(task_name));
  if (name == "code") return detail::code(task(task_name));
  const std::string names[] = {"paper", "code", "honest"};
  if (name != "honest") throw error(unknown("preset of Lingo", name, names));
  const std::string_view last = task_name.substr(task_name.rfind('/') + 1);
  for (const Task& t : tasks)
    if (last == t.name || (!t.printed.empty() && last == t.printed))
      return detail::honest(t.name, t.family, t.final_share);
  return detail::honest(task_name, Family::other, 0.15);
}

/// Updates of a training on so many rows; the last batch of an epoch may be short.
inline std::int64_t steps_of(const Settings& s, index_t rows) {
  const index_t an_epoch = (rows + s.batch - 1) / s.batch;
  return std::int64_t(std::ceil(s.epochs * double(an_epoch)));
}

/// The rate over a training of `steps` updates: warm-up from 0, then to 0.
inline Schedule schedule_of(const Settings& s, std::int64_t steps) {
  std::int64_t warm_up = s.warm_up_steps > 0 ? s.warm_up_steps : std::int64_t(std::ceil(s.warm_up * double(steps)));
  if (warm_up >= steps) warm_up = steps / 10;
  return {s.shape, s.rate, warm_up, steps};
}
inline AdamW optimizer_of(const Settings& s) { return {.decay = s.decay, .decay_vectors = s.name != "honest"}; }

/// The rank allocation for a training of `steps` updates. Code mode keeps its total of 7485 steps whatever the training
/// is: one choice, at step 5000. Throws l2g::error for settings without sampling.
inline peft::RankOptions rank_options(const Settings& s, std::int64_t steps) {
  if (!s.sampling) throw error("the preset " + s.name + " of Lingo does not allocate ranks for " + s.task);
  if (s.name == "code") {
    peft::RankOptions o = peft::ars_lingo_code();
    o.seed = s.seed;
    return o;
  }
  peft::RankOptions o = peft::ars_paper(s.target_rank, steps, s.final_share, s.p);
  o.interval = s.interval > 0 ? s.interval : std::max<std::int64_t>(1, steps / 40);
  o.beta1 = s.beta1, o.beta2 = s.beta2;
  o.gamma = s.gamma;
  o.uncertainty = peft::UncertaintyFrom::old_mean;
  o.seed = s.seed;
  if (s.name == "honest") {
    o.tinit = steps / 10;  // importance needs a few steps to mean something
    o.final_mask = true;   // sampling ends with the best ranks, not with the last draw
  }
  return o;
}

/// Numbers of the adapters on an OPT of `layers` blocks of `width` and `hidden` channels: rank (in + out) for each
/// matrix, and rank more for the lambdas of SVD-LoRA.
inline index_t adapter_numbers(const Settings& s, index_t layers, index_t width, index_t hidden, bool lambdas = true) {
  index_t sum = 0;
  for (const std::string& m : s.matrices)
    sum += s.rank * (width + (m.starts_with("fc") ? hidden : width) + (lambdas ? 1 : 0));
  return layers * sum;
}

}  // namespace l2g::lingo
