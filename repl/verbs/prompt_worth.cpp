// prompt_worth: the same training with other words around the sequences, seed by seed.
#include "chart.hpp"
#include "language_values.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/dataset.hpp>
#include <l2g/eval/paired.hpp>
#include <l2g/io/atomic_file.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace l2g::repl {
namespace {

struct Words {
  std::string name, prefix, suffix;
};
struct Run {
  double dev = report::unknown_value, score = report::unknown_value;
};
/// One prompt against another, seed against the same seed.
struct Difference {
  std::string prompt, against;
  eval::PairedT test;
  double deviation = report::unknown_value;  // of the differences
};
struct PromptWorth {
  std::string task, model, split;
  std::vector<Words> prompts;
  std::vector<std::vector<Run>> runs;  // by prompt and seed
  std::vector<Difference> differences;
  std::size_t seeds() const { return runs.empty() ? 0 : runs[0].size(); }
};

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / double(x.size());
}
double deviation_of(const std::vector<double>& x) {
  if (x.size() < 2) return report::unknown_value;
  const double mean = mean_of(x);
  double squares = 0;
  for (const double v : x) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / double(x.size() - 1));
}
std::vector<double> scores_of(const PromptWorth& w, std::size_t prompt) {
  std::vector<double> found;
  for (const Run& r : w.runs[prompt]) found.push_back(r.score);
  return found;
}

/// Every prompt against none (the first where it was left out), and the right words against wrong ones.
std::vector<Difference> differences_of(const PromptWorth& w) {
  const auto place = [&](std::string_view name) {
    const auto at = std::find_if(w.prompts.begin(), w.prompts.end(), [&](const Words& p) { return p.name == name; });
    return std::size_t(at - w.prompts.begin());
  };
  std::vector<Difference> found;
  const auto add = [&](std::size_t a, std::size_t b) {
    const std::vector<double> x = scores_of(w, a), y = scores_of(w, b);
    std::vector<double> d;
    for (std::size_t i = 0; i < x.size(); ++i) d.push_back(x[i] - y[i]);
    Difference one{w.prompts[a].name, w.prompts[b].name, eval::paired_t(x, y), deviation_of(d)};
    one.test.mean = mean_of(d);
    found.push_back(std::move(one));
  };
  const std::size_t n = w.prompts.size(), none = place("none"), base = none < n ? none : 0, wrong = place("wrong");
  for (std::size_t i = 0; i < n; ++i)
    if (i != base) add(i, base);
  const std::size_t right = place("own") < n ? place("own") : place("lingo");
  if (wrong < n && right < n && wrong != base && right != base) add(right, wrong);
  return found;
}

std::string in_words(const Difference& d, std::size_t seeds) {
  std::string s = fmt::format("{} - {}  {:+.3f}", d.prompt, d.against, d.test.mean);
  if (seeds < 2) return s + "  one seed says nothing about chance";
  s += fmt::format(", sd {:.3f}", d.deviation);
  if (std::isnan(d.test.lo)) return s + " (all seeds alike)";
  s += fmt::format(", 95 % interval [{:+.3f}, {:+.3f}]", d.test.lo, d.test.hi);
  return s + (d.test.lo <= 0 && d.test.hi >= 0 ? ": it may be nothing" : "");
}

std::string in_short(const PromptWorth& w) {
  if (w.differences.empty()) return fmt::format("{}: one prompt", w.task);
  return fmt::format("{}, {} seeds: {}", w.task, w.seeds(), in_words(w.differences[0], w.seeds()));
}
std::string details_of(const PromptWorth& w) {
  std::string s = fmt::format("{} with {}: {} MCC of the weights that dev chose\n", w.task, w.model, w.split);
  s += fmt::format("{:<12}  {:>8}  {:>6}  {}\n", "prompt", "mean", "sd", "by seed");
  for (std::size_t i = 0; i < w.prompts.size(); ++i) {
    const std::vector<double> x = scores_of(w, i);
    s += fmt::format("{:<12}  {:>8.3f}  {:>6}  ", w.prompts[i].name, mean_of(x),
                     x.size() > 1 ? fmt::format("{:.3f}", deviation_of(x)) : "");
    for (const double v : x) s += fmt::format("{:.3f} ", v);
    s += "\n";
  }
  s += fmt::format("Differences, each seed against itself ({} seeds, Student's t):\n", w.seeds());
  for (const Difference& d : w.differences) s += in_words(d, w.seeds()) + "\n";
  return s;
}
report::ScoreChart chart_of_worth(const PromptWorth& w) {
  report::ScoreChart c;
  c.title = "What the words are worth: " + w.task;
  c.axis_name = "difference of " + w.split + " MCC (95 % interval over seeds)";
  for (const Difference& d : w.differences)
    c.variants.push_back({d.prompt + " - " + d.against, d.test.mean, d.test.lo, d.test.hi});
  return c;
}

Value by_prompt(const PromptWorth& w, double Run::*member) {
  Value::Table found;
  for (std::size_t i = 0; i < w.prompts.size(); ++i) {
    std::vector<double> x;
    for (const Run& r : w.runs[i]) x.push_back(r.*member);
    found.emplace_back(w.prompts[i].name, Value(x));
  }
  return found;
}

void register_types(Registry& registry) {
  registry.type<PromptWorth>("PromptWorth", "the same training with several prompts, paired over seeds")
      .summary(in_short)
      .details([](const PromptWorth& w) { return details_of(w); })
      .field("task", "its name", [](const PromptWorth& w) { return w.task; })
      .field("scores", "MCC of each prompt, by seed", [](const PromptWorth& w) { return by_prompt(w, &Run::score); })
      .field("dev", "MCC on dev of each prompt, by seed", [](const PromptWorth& w) { return by_prompt(w, &Run::dev); })
      .field("differences", "prompt, against, mean, deviation, lo, hi",
             [](const PromptWorth& w) {
               Value::List rows;
               for (const Difference& d : w.differences)
                 rows.push_back(Value::Table{{"prompt", d.prompt},
                                             {"against", d.against},
                                             {"mean", d.test.mean},
                                             {"deviation", d.deviation},
                                             {"lo", d.test.lo},
                                             {"hi", d.test.hi}});
               return Value(rows);
             })
      .chart("worth", "differences with their intervals",
             [](const PromptWorth& w) { return chart_of(chart_of_worth(w)); });
}

// --- running --------------------------------------------------------------------------------------------------------

const Value* find(const Value::Table& t, std::string_view name) {
  for (const auto& [key, value] : t)
    if (key == name) return &value;
  return nullptr;
}
void set(Value::Table& t, const std::string& name, Value value) {
  for (auto& [key, old] : t)
    if (key == name) {
      old = std::move(value);
      return;
    }
  t.emplace_back(name, std::move(value));
}
std::string text_in(const Value::Table& t, std::string_view name) {
  const Value* v = find(t, name);
  const auto* s = v ? v->as<std::string>() : nullptr;
  return s ? *s : std::string();
}
/// Options as they are typed.
std::string in_words(const Value::Table& options) {
  std::string s;
  for (const auto& [key, value] : options) s += (s.empty() ? "" : ", ") + key + " = " + typed_form(value);
  return "{" + s + "}";
}
/// A number among the fields of an object, as a user reads it.
double number_of(const Value& object, std::string_view name) {
  const auto* o = object.as<Object>();
  for (const Field& f : o->type->fields)
    if (f.name == name) return *f.get(*o).as<double>();
  throw std::logic_error("no field " + std::string(name));
}

/// The prompts that are asked for: names of Lingo's, or tables {name, prefix, suffix} of one's own.
std::vector<Words> words_of(const Value::List& asked, const Value::Table& known, Shell& shell) {
  std::vector<Words> found;
  const auto add = [&](Words w) {
    for (const Words& other : found) {
      if (other.name == w.name) throw error("prompt_worth: the prompt '" + w.name + "' is named twice");
      if (other.prefix != w.prefix || other.suffix != w.suffix) continue;
      shell.say(fmt::format("note: the prompt '{}' has the words of '{}' and is not run twice", w.name, other.name));
      return;
    }
    found.push_back(std::move(w));
  };
  for (const Value& v : asked) {
    if (const auto* own = v.as<Value::Table>()) {
      Words w{text_in(*own, "name"), text_in(*own, "prefix"), text_in(*own, "suffix")};
      if (w.name.empty())
        throw error("prompt_worth: a prompt of your own needs a name: {name = \"mine\", prefix = ...}");
      if (w.name.find_first_of("\t\n/") != w.name.npos)
        throw error("prompt_worth: the name of a prompt has no tabs, line ends and slashes");
      add(std::move(w));
      continue;
    }
    const auto* name = v.as<std::string>();
    if (!name) throw error("prompt_worth: prompts are names or tables {name, prefix, suffix}");
    const Value* words = find(known, *name);
    if (!words) {
      std::vector<std::string> names;
      for (const auto& [key, value] : known) names.push_back(key);
      throw error(unknown("prompt", *name, names));
    }
    const auto& table = *words->as<Value::Table>();
    add({*name, text_in(table, "prefix"), text_in(table, "suffix")});
  }
  if (found.empty()) throw error("prompt_worth: there is no prompt to try");
  return found;
}

/// What was run before, in a folder: a line "prompt seed dev score" for each run, below the settings they are of.
class Kept {
 public:
  Kept(const std::string& folder, const std::string& settings) : folder_(folder) {
    if (folder.empty()) return;
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) throw file_error(folder, "cannot make the folder: " + failed.message());
    text_ = settings + "\n";
    std::ifstream file(path());
    if (!file) return;
    std::string line;
    std::getline(file, line);
    if (line != settings)
      throw file_error(path(), 1, 0, "holds runs of other settings; take another folder, or remove it");
    for (index_t number = 2; std::getline(file, line); ++number) {
      std::istringstream fields(line);
      std::string name;
      std::int64_t seed = 0;
      Run r;
      if (!std::getline(fields, name, '\t') || !(fields >> seed >> r.dev >> r.score))
        throw file_error(path(), number, 0, "is damaged: prompt, seed, dev MCC and MCC were expected");
      runs_[{name, seed}] = r;
      text_ += line + "\n";
    }
  }
  std::optional<Run> find(const std::string& prompt, std::int64_t seed) const {
    const auto at = runs_.find({prompt, seed});
    return at == runs_.end() ? std::nullopt : std::optional<Run>(at->second);
  }
  void add(const std::string& prompt, std::int64_t seed, const Run& r) {
    if (folder_.empty()) return;
    text_ += fmt::format("{}\t{}\t{}\t{}\n", prompt, seed, r.dev, r.score);
    io::write_file(path(), text_);
  }
  /// Where a training goes on after an interruption; empty: nowhere.
  std::string checkpoint(const std::string& prompt, std::int64_t seed) const {
    return folder_.empty() ? "" : (std::filesystem::path(folder_) / fmt::format("{}-{}.train", prompt, seed)).string();
  }

 private:
  std::string path() const { return (std::filesystem::path(folder_) / "prompts.tsv").string(); }
  std::string folder_, text_;
  std::map<std::pair<std::string, std::int64_t>, Run> runs_;
};

/// The verbs of the session, called as a user would.
struct Verbs {
  const Registry& registry;
  Shell& shell;
  Value operator()(const char* name, const Value::List& by_place, const Value::Table& by_name) const {
    const Verb* v = registry.find(name);
    return v->run(v->check(by_place, by_name), shell);
  }
};

Value prompt_worth(const Arguments& a, const Verbs& call) {
  const auto s = a.object<data::Splits>("data");
  const std::string split = a.text("split");
  for (const auto* part : {&s->train, &s->dev, split == "test" ? &s->test : &s->dev})
    if (part->empty() || !part->labelled())
      throw error(
          "prompt_worth: labelled rows to train, to choose by and to score are needed: load a folder, or split");
  const auto lm = language_model_of(a, "language_model", call.shell);
  const std::string task = a.text_or("task", s->train.name);
  Value::Table asked{{"preset", a.text("preset")}, {"rows", s->train.rows()}};
  if (a.has("steps")) asked.emplace_back("steps", a.value("steps"));
  const Value settings = call("lingo", {task}, asked);
  const auto& known = *settings.as<Value::Table>();
  Value::Table build = *find(known, "build")->as<Value::Table>(), train = *find(known, "train")->as<Value::Table>();
  // The names of Lingo's maps are OPT's; of another model all linear maps of the body are adapted.
  if (lm->model.config.architecture != models::Architecture::opt)
    std::erase_if(train, [](const auto& e) { return e.first == "targets" || e.first == "target_rule"; });
  if (a.has("build"))
    for (const auto& [key, value] : a.table("build")) set(build, key, value);
  if (a.has("train"))
    for (const auto& [key, value] : a.table("train")) set(train, key, value);
  const Value::List default_prompts{"none", "lingo", "own", "wrong"};
  PromptWorth w;
  w.task = task, w.model = std::filesystem::path(lm->path).filename().string(), w.split = split;
  w.prompts = words_of(a.has("prompts") ? a.list("prompts") : default_prompts,
                       *find(known, "prompts")->as<Value::Table>(), call.shell);
  const index_t seeds = a.integer("seeds");
  std::string identity = fmt::format("{}, {}, {} rows, {}, build {}, train {}", task, lm->path, s->train.rows(), split,
                                     in_words(build), in_words(train));
  std::replace(identity.begin(), identity.end(), '\n', ' ');
  Kept kept(a.has("folder") ? path_of(a.text("folder")) : "", identity);
  const Value data = a.value("data"), model = object(lm);
  w.runs.assign(w.prompts.size(), std::vector<Run>(std::size_t(seeds)));
  for (index_t seed = 1; seed <= seeds; ++seed)
    for (std::size_t i = 0; i < w.prompts.size(); ++i) {
      const Words& words = w.prompts[i];
      Run& run = w.runs[i][std::size_t(seed - 1)];
      if (const auto before = kept.find(words.name, seed)) {
        run = *before;
        continue;
      }
      Value::Table b = build, t = train;
      set(b, "kind", "lm"), set(b, "language_model", model), set(b, "seed", seed), set(b, "name", words.name);
      set(b, "prefix", words.prefix), set(b, "suffix", words.suffix);
      set(t, "seed", seed);
      const std::string checkpoint = kept.checkpoint(words.name, seed);
      if (!checkpoint.empty()) set(t, "checkpoint", checkpoint);
      const Value m = call("build", {data}, b);
      call("train", {m, data}, t);
      const auto score = [&](const std::string& part) {
        return number_of(call("evaluate", {m, data}, {{"split", part}, {"resamples", 10}}), "mcc");
      };
      run.dev = score("dev");
      run.score = split == "dev" ? run.dev : score(split);
      kept.add(words.name, seed, run);
      for (const char* ending : {"", ".previous"}) {
        std::error_code ignored;
        if (!checkpoint.empty()) std::filesystem::remove(checkpoint + ending, ignored);
      }
      call.shell.say(
          fmt::format("{}, seed {}: {} MCC {:.3f} (dev {:.3f})", words.name, seed, split, run.score, run.dev));
    }
  w.differences = differences_of(w);
  return make_object<PromptWorth>(std::move(w));
}

}  // namespace

void register_prompt_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "prompt_worth",
       .group = "transfer",
       .doc = "What the words around the sequences are worth: the same training with each prompt, paired over seeds.",
       .parameters =
           {value_of({"Splits"}, "data", "rows to train, to choose by, and to score"),
            language_model_parameter("language_model", "a LanguageModel or its path"),
            text("task", "as lingo takes it: whose words are the task's own; the name of the data when not given")
                .optional(),
            text("preset", "the settings of lingo that are used")
                .one_of({"honest", "paper", "code"})
                .by_default("honest"),
            list("prompts",
                 "none, lingo, own, wrong, or {name =, prefix =, suffix =}; the four named ones when not given")
                .optional(),
            integer("seeds", "trainings of each prompt, with the seeds 1, 2, ...").between(1, 1000).by_default(3),
            integer("steps", "updates of each training, instead of the preset's epochs").at_least(10).optional(),
            table("train", "options of train in the place of the preset's").optional(),
            table("build", "options of build in the place of the preset's").optional(),
            text("split", "the part that is scored").one_of({"test", "dev"}).by_default("test"),
            file("folder", "finished runs are kept there, and an interrupted call goes on").optional()},
       .run =
           [&registry](const Arguments& a, Shell& shell) {
             return prompt_worth(a, {registry, shell});
           },
       .help =
           "Every prompt is trained with the same seeds, and each seed is compared with itself: the differences say "
           "more than two means. Their interval is that of Student's t over the seeds; it does not say how much "
           "other test rows would change.",
       .example = "w = prompt_worth(s, {language_model = \"small-opt\", task = \"prom_core_tata\", steps = 200})\nw\n"
                  "plot(w)\nw.scores.lingo[1]"});
}

}  // namespace l2g::repl
