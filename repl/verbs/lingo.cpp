// lingo: the settings of a published method, as options of build and train.
#include "verbs.hpp"

#include <l2g/transfer/lingo.hpp>

namespace l2g::repl {
namespace {

Value prompt_of(const lingo::Prompt& p) { return Value::Table{{"prefix", p.prefix}, {"suffix", p.suffix}}; }

const char* name_of(Schedule::Shape shape) { return shape == Schedule::cosine ? "cosine" : "linear"; }

/// What train is to be told.
Value::Table training_of(const lingo::Settings& s, std::int64_t steps) {
  const Schedule schedule = lingo::schedule_of(s, steps);
  const bool code = s.name == "code", on_test = s.selection == transfer::Selection::test;
  Value::Table t{{"tune", !s.sampling ? "svd_lora"
                          : code      ? "ars_code"
                                      : "ars"},
                 {"rank", s.rank},
                 {"alpha", s.alpha},
                 {"dropout", s.adapter_dropout},
                 {"targets", s.matrices},
                 {"target_rule", s.rule == peft::TargetRule::ends_with ? "ends_with" : "exact_or_dot"},
                 {"steps", index_t(steps)},
                 {"batch", s.batch},
                 {"rate", s.rate},
                 {"warm_up", index_t(schedule.warm_up)},
                 {"schedule", name_of(schedule.shape)},
                 {"decay", s.decay},
                 {"decay_vectors", lingo::optimizer_of(s).decay_vectors},
                 {"clip", s.clip},
                 {"smoothing", 0.0},
                 {"average", 0.0},
                 {"reverse_complement", false},
                 {"validate_every", index_t(s.validate_every > 0 ? s.validate_every : (steps + 15) / 16)},
                 {"select_by", on_test ? "test" : "dev"}};
  if (s.lambda_deviation > 0) t.emplace_back("lambda_deviation", s.lambda_deviation);
  if (s.patience > 0) t.emplace_back("patience", index_t(s.patience));
  if (!s.sampling) return t;
  const peft::RankOptions o = lingo::rank_options(s, steps);
  t.emplace_back("orthogonality", o.gamma);
  t.emplace_back("target_rank", o.target_rank);
  if (code) return t;  // the rest is what the code does whatever the task
  t.emplace_back("tinit", index_t(o.tinit));
  t.emplace_back("tfinal", index_t(o.tfinal));
  t.emplace_back("delta_t", index_t(o.interval));
  t.emplace_back("beta1", o.beta1);
  t.emplace_back("beta2", o.beta2);
  t.emplace_back("p", o.p);
  t.emplace_back("final_mask", o.final_mask);
  return t;
}

Value lingo_verb(const Arguments& a, Shell&) {
  const lingo::Settings s = lingo::preset(a.text("preset"), a.text("task"));
  index_t rows = a.has("rows") ? a.integer("rows") : 0;
  for (const lingo::Task& t : lingo::tasks)
    if (rows == 0 && t.name == s.task) rows = t.rows;
  if (rows == 0 && !a.has("steps"))
    throw error("lingo: how many rows the training part of '" + a.text("task") +
                "' has is not in the tables; say rows = s.train.rows, or steps");
  const std::int64_t steps = a.has("steps") ? a.integer("steps") : lingo::steps_of(s, rows);
  Value::Table build{{"prefix", s.prompt.prefix}, {"suffix", s.prompt.suffix}};
  if (s.name != "honest") build.emplace_back("head", "published");  // OPT's: no bias, first weights normal
  if (s.max_tokens < 512) build.emplace_back("max_tokens", s.max_tokens);
  return Value::Table{{"preset", s.name},
                      {"task", s.task},
                      {"note", s.note},
                      {"build", std::move(build)},
                      {"train", training_of(s, steps)},
                      {"prompts", Value::Table{{"none", prompt_of({})},
                                               {"lingo", prompt_of(lingo::published_prompt())},
                                               {"own", prompt_of(lingo::own_prompt(s.family))},
                                               {"wrong", prompt_of(lingo::wrong_prompt())}}}};
}

}  // namespace

void register_lingo_verbs(Registry& registry) {
  registry.add(
      {.name = "lingo",
       .group = "transfer",
       .doc = "The settings of Lingo for a task: options for build and train, and prompts to compare.",
       .parameters =
           {text("task", "its name, as GUE has it: H3, prom_300_tata, ..."),
            text("preset",
                 "honest: minutes on a CPU, dev chooses; paper: as printed; code: as its scripts run, where "
                 "the test rows choose")
                .one_of({"honest", "paper", "code"})
                .by_default("honest"),
            integer("rows", "training rows; those of the published task when not given").at_least(1).optional(),
            integer("steps", "updates, instead of the preset's epochs").at_least(10).optional()},
       .run = lingo_verb,
       .help = "Lingo: a frozen causal language model reads DNA between words, adapters of changing rank are trained "
               "with a head on the last token. paper and code know the yeast marks, the promoters and the human "
               "histone marks; honest takes any task.",
       .example = "g = lingo(\"prom_core_tata\", {rows = s.train.rows})\nm = build(s, {kind = \"lm\", language_model = "
                  "lm, prefix = g.build.prefix, suffix = g.build.suffix})\ntrain(m, s, g.train)"});
}

}  // namespace l2g::repl
