// tune, rank, target_rank, ...: the options of train about what is trained.
#include "tuning.hpp"

#include <fmt/format.h>
#include <l2g/dyn/adapters.hpp>
#include <l2g/dyn/pretrained.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::repl {

using model::Model;
using model::Tune;
using model::Tuning;

std::vector<Parameter> tuning_parameters() {
  const auto only = [](std::string doc) { return "adalora, ars: " + std::move(doc); };
  return {
      text("tune",
           "all; head: only the last layers; frozen: all but the language model; top: its last blocks; with adapters "
           "in it: lora, svd_lora, adalora, ars, ars_code")
          .one_of(model::tune_names())
          .optional(),
      integer("layers", "top: blocks that are trained").at_least(1).by_default(1),
      integer("rank", "of an adapter, at the start; 12 for adalora, else 8, when not given")
          .between(1, 1024)
          .optional(),
      number("alpha", "the change counts alpha / rank; twice the rank when not given").between(1e-6, 1e6).optional(),
      flag("rslora", "lora: alpha / sqrt(rank) instead").by_default(false),
      number("dropout", "share of an adapter's input that is dropped").between(0, 0.95).by_default(0),
      list("targets", "linear maps with adapters, by our names or the publisher's; all when not given").optional(),
      text("target_rule", "exact_or_dot: the whole name or its end behind a dot; ends_with: as peft 0.3 to 0.5 did")
          .one_of({"exact_or_dot", "ends_with"})
          .by_default("exact_or_dot"),
      integer("target_rank", only("mean rank at the end; two thirds of rank, for ars half of it, when not given"))
          .between(1, 1024)
          .optional(),
      integer("tinit", only("steps before the first choice")).at_least(0).optional(),
      integer("tfinal", only("steps behind the last choice; for ars a quarter of all when not given"))
          .at_least(0)
          .optional(),
      integer("delta_t", only("steps between choices; 1, for ars 100 or a twentieth of all")).at_least(1).optional(),
      number("beta1", only("decay of the mean importance")).between(0.001, 0.9999).optional(),
      number("beta2", only("decay of its uncertainty")).between(0.001, 0.9999).optional(),
      number("p", "ars: probability that a choice is turned around").between(0, 0.99).optional(),
      number("orthogonality", only("weight of the term that keeps the factors orthogonal; 0.5, for ars 0"))
          .between(0, 1000)
          .optional(),
      text("orthogonality_form", "norm: mean of the norms, as the codes have it; squared: as AdaLoRA's paper")
          .one_of({"norm", "squared"})
          .by_default("norm"),
      flag("hold_mask", "ars: what was zeroed stays zero until the next choice").by_default(false),
      flag("final_mask", "ars: the best triplets are chosen for good where pruning ends").by_default(false),
      number("keep", "svd_lora: probability that a rank takes part in a step").between(0.05, 1).by_default(1),
      number(
          "lambda_deviation",
          "svd_lora and those that choose ranks: the first lambdas are normal with this deviation, as in PEFT 0.5; 0: "
          "they are 0")
          .between(0, 10)
          .by_default(0),
      number("lora_scale", "factor of the change, instead of alpha").between(0, 1000).optional(),
      list("lora_only", "another name of targets").optional()};
}

Tuning tuning_of(const Arguments& a, const Model& m) {
  Tuning t;
  if (!a.has("tune")) return t;
  t.what = model::tune_of(a.text("tune"));
  t.layers = a.integer("layers");
  t.adapter.rank = a.has("rank") ? a.integer("rank") : t.what == Tune::adalora ? 12 : 8;
  t.adapter.keep = a.number("keep");
  t.adapter.dropout = a.number("dropout");
  if (a.has("lora_scale") && a.has("alpha")) throw error("train: either alpha or lora_scale, not both");
  if (a.has("lora_scale"))
    t.adapter.scale = a.number("lora_scale");
  else
    t.adapter.alpha = a.has("alpha") ? a.number("alpha") : 2 * double(t.adapter.rank);
  if (a.flag("rslora")) {
    if (t.what != Tune::lora) throw error("train: rslora is for tune = \"lora\"");
    t.adapter.rule = "root";
  }
  if (a.number("lambda_deviation") > 0 && (!model::has_adapters(t.what) || t.what == Tune::lora))
    throw error("train: lambda_deviation is for adapters with lambdas: svd_lora, adalora, ars, ars_code");
  if (t.adapter.keep < 1 && model::allocates_ranks(t.what))
    throw error("train: keep draws ranks at random; adalora and ars choose them");
  if (a.has("targets")) t.targets = a.texts("targets");
  if (a.has("lora_only")) t.targets = a.texts("lora_only");
  t.rule = peft::target_rule(a.text("target_rule"));
  if (const auto note = m.notes.find("architecture"); note != m.notes.end()) t.architecture = note->second;
  return t;
}

namespace {
/// Throws when a tensor that the checkpoint did not have would stay at random.
void require_new_trained(const Model& m, const model::Spec& spec) {
  const auto note = m.notes.find("newly initialised");
  if (note == m.notes.end()) return;
  std::vector<std::string> fresh;
  for (std::size_t at = 0; at < note->second.size();) {
    const std::size_t end = std::min(note->second.find(' ', at), note->second.size());
    fresh.push_back(note->second.substr(at, end - at));
    at = end + 1;
  }
  model::require_trained(fresh, spec);
}
}  // namespace

void retune(Model& m, const Arguments& a) {
  if (!a.has("tune")) return;
  const model::Spec spec = model::tuned(m.spec, tuning_of(a, m));
  require_new_trained(m, spec);
  if (spec == m.spec) return;
  const auto before = model::adapters_of(m.spec), after = model::adapters_of(spec);
  std::vector<std::string> fresh;
  Model next = model::respecified(m, spec, &fresh);
  const double deviation = a.number("lambda_deviation");
  const bool begins = std::any_of(fresh.begin(), fresh.end(), [](const auto& key) { return key.ends_with("lora_E"); });
  if (deviation > 0 && begins) model::start_lambdas(next, fresh, deviation);
  const auto options = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.rank == y.second.rank && x.second.plain == y.second.plain;
  };
  next.notes.erase("adapter");  // it is another one now
  if (after.empty())
    next.bare = nullptr;
  else if (before.empty())
    next.bare = std::make_shared<peft::Adapter>(model::without_adapter(m, next));
  else if (!std::equal(before.begin(), before.end(), after.begin(), after.end(), options))
    next.bare = std::make_shared<peft::Adapter>(
        model::without_adapter(model::respecified(m, model::without_lora(m.spec)), next));
  m = std::move(next);
}

peft::RankOptions ranks_of(const Arguments& a, const Tuning& t, std::int64_t steps, std::uint64_t seed) {
  const index_t rank = t.adapter.rank;
  peft::RankOptions o;
  if (t.what == Tune::ars_code) {
    o = peft::ars_lingo_code();
  } else if (t.what == Tune::ars) {
    o = peft::ars_paper(std::max<index_t>(1, rank / 2), steps, 0.25);
    o.interval = std::clamp<std::int64_t>(steps / 20, 1, o.interval);
  } else {
    o = peft::adalora(std::max<index_t>(1, rank * 2 / 3));
  }
  o.seed = seed;
  if (t.what == Tune::ars_code) o.target_rank = std::min(o.target_rank, rank);
  if (a.has("target_rank")) o.target_rank = a.integer("target_rank");
  if (a.has("tinit")) o.tinit = a.integer("tinit");
  if (a.has("tfinal")) o.tfinal = a.integer("tfinal");
  if (a.has("delta_t")) o.interval = a.integer("delta_t");
  if (a.has("beta1")) o.beta1 = a.number("beta1");
  if (a.has("beta2")) o.beta2 = a.number("beta2");
  if (a.has("orthogonality")) o.gamma = a.number("orthogonality");
  if (a.text("orthogonality_form") == "squared") o.orthogonality = peft::Orthogonality::squared;
  const auto sampled = [&](const char* name) {
    if (t.what == Tune::adalora) throw error(fmt::format("train: '{}' is about the sampling of ars", name));
  };
  if (a.has("p")) sampled("p"), o.p = a.number("p");
  if (a.flag("hold_mask")) sampled("hold_mask"), o.hold_mask = true;
  if (a.flag("final_mask")) sampled("final_mask"), o.final_mask = true;
  return o;
}

double body_rate_of(const Arguments& a, const Model& m, bool slow_body, double rate) {
  if (a.has("body_rate")) return a.number("body_rate");
  // The shipped byte model is not among them: on prom_core_tata it learnt no better with a rate of its own. Layers of a
  // published model with random weights are: they are compared with its own.
  const bool published = m.notes.count("architecture") > 0;
  if (!slow_body || !published || !model::adapters_of(m.spec).empty()) return 0;
  return model::body_rate(model::body_width(m), rate);
}

namespace {
/// Triplets of each linear map that are left: whose lambda is not zero.
std::vector<std::pair<std::string, index_t>> left_of(const Model& m) {
  std::vector<std::pair<std::string, index_t>> found;
  for (const auto& [key, options] : model::adapters_of(m.spec)) {
    const auto e = m.weights.find(key + ".lora_E");
    if (e == m.weights.end()) continue;
    const model::Numbers& lambda = e->second.values;
    found.emplace_back(key, std::count_if(lambda.begin(), lambda.end(), [](float x) { return x != 0; }));
  }
  return found;
}
}  // namespace

Value::Table ranks_table(const peft::RankAllocator<float>& ranks, const Model& m) {
  Value::Table left;
  index_t sum = 0;
  for (const auto& [key, n] : left_of(m)) left.emplace_back(key, n), sum += n;
  Value::List choices;
  for (const peft::RankEvent& e : ranks.log())
    choices.push_back(Value::Table{{"step", index_t(e.step)},
                                   {"budget", index_t(e.budget)},
                                   {"kept", index_t(e.kept)},
                                   {"reentered", index_t(e.reentered)},
                                   {"orthogonality", e.orthogonality}});
  return {{"triplets", index_t(ranks.schedule().first)},
          {"budget", index_t(ranks.schedule().last)},
          {"left", sum},
          {"ranks", std::move(left)},
          {"choices", std::move(choices)}};
}

std::string ranks_in_words(const peft::RankAllocator<float>& ranks, const Model& m) {
  const auto log = ranks.log();
  const auto left = left_of(m);
  index_t sum = 0;
  for (const auto& [key, n] : left) sum += n;
  std::string s = fmt::format("ranks: {} of {} triplets are left in the weights that were kept; budget {} at the end",
                              sum, ranks.schedule().first, ranks.schedule().last);
  if (log.empty()) return s + "; nothing was chosen: the schedule has no choice within these steps";
  s += fmt::format("; {} choices, the last at step {} kept {}", log.size(), log.back().step, log.back().kept);
  if (sum > log.back().kept) s += " (the others have learnt again)";
  s += "\n";
  // One line for each block: its maps and what is left of them.
  std::string block;
  for (const auto& [key, n] : left) {
    const std::size_t dot = key.rfind('.');
    std::string place = key.substr(0, dot);
    for (const char* inner : {".attention.self", ".feed_forward.mlp"})
      if (place.ends_with(inner)) place.resize(place.size() - std::string_view(inner).size());
    if (place != block) s += (block.empty() ? "" : "\n") + place + ":", block = place;
    s += fmt::format(" {} {}", key.substr(dot + 1), n);
  }
  return s;
}

}  // namespace l2g::repl
