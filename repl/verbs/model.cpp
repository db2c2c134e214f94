// build, merge, save, export: models in the session.
#include "language_model.hpp"
#include "language_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/baseline.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/language_classifier.hpp>
#include <l2g/dyn/tuned_language_model.hpp>
#include <l2g/dyn/wide_fit.hpp>
#include <l2g/text/token_summary.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace l2g::repl {
namespace {

using model::Model;
using model::Spec;

std::string shape_text(const Model& m) {
  return fmt::format("{} {} -> {} classes, {} trained numbers", m.shape(1)[1], m.tokens ? "tokens" : "positions",
                     m.outputs(), m.parameters());
}

bool reads_both(const Model& m) { return m.both_strands || model::averages_strands(m.spec); }

std::string details_of(const Model& m) {
  std::string s = model::to_text(m);
  const Footprint f = model::step_footprint(m, 64);
  s += fmt::format("a training step of 64 rows takes {:.0f} MiB; {}\n", double(f.total()) / 1048576,
                   reads_both(m) ? "predictions are the mean over both strands" : "predictions read one strand");
  for (const auto& [key, value] : m.notes) s += key + ": " + value + "\n";
  return s;
}

report::LearningCurves curves_of(const Model& m) {
  report::LearningCurves c;
  c.title = "Learning curves of " + m.name;
  double best = -2;
  for (const auto& h : m.history) {
    // The step in which an epoch ends takes the first rows of the next one along.
    const double whole = std::floor(h.epoch), step = h.epoch / std::max(double(h.step), 1.0);
    const double at = whole >= 1 && h.epoch - whole < 0.999 * step ? whole : h.epoch;
    c.train_loss.x.push_back(at), c.train_loss.y.push_back(h.train_loss);
    c.dev_loss.x.push_back(at), c.dev_loss.y.push_back(h.loss);
    c.dev_metric.x.push_back(at), c.dev_metric.y.push_back(h.metric);
    if (h.metric > best) best = h.metric, c.best = at;
  }
  return c;
}

Value history_of(const Model& m) {
  Value::List rows;
  for (const auto& h : m.history)
    rows.push_back(Value::Table{{"step", index_t(h.step)},
                                {"epoch", h.epoch},
                                {"train_loss", h.train_loss},
                                {"dev_loss", h.loss},
                                {"dev_mcc", h.metric},
                                {"rate", h.rate}});
  return rows;
}

void register_types(Registry& registry) {
  registry.type<Model>("Model", "a network with its weights and all that it needs to read sequences")
      .summary([](const Model& m) { return m.name + ": " + shape_text(m); })
      .details(details_of)
      .bytes([](const Model& m) { return m.bytes(); })
      .field("name", "its name", [](const Model& m) { return m.name; })
      .field("classes", "names of the outputs", [](const Model& m) { return Value(m.classes); })
      .field("length", "positions that it reads", [](const Model& m) { return m.shape(1)[1]; })
      .field("parameters", "trained numbers", [](const Model& m) { return m.parameters(); })
      .field("both_strands", "are predictions averaged over both strands", [](const Model& m) { return reads_both(m); })
      .field("seed", "seed of its first weights", [](const Model& m) { return index_t(m.seed); })
      .field("history", "validations of the last training", history_of)
      .field("keys", "names of its weights",
             [](const Model& m) {
               std::vector<std::string> keys;
               for (const auto& [key, t] : m.weights) keys.push_back(key);
               return Value(keys);
             })
      .chart("curves", "loss and metric over the epochs", [](const Model& m) { return chart_of(curves_of(m)); });
}

const data::Dataset& dataset_of(const Arguments& a) {
  const data::Dataset* d = nullptr;
  if (const auto s = a.object<data::Splits>("data")) d = &s->train;
  const auto set = a.object<data::Dataset>("data");
  const auto simulated = a.object<data::Simulated>("data");
  if (set) d = set.get();
  if (simulated) d = &simulated->dataset;
  if (!d->labelled()) throw error("build: the data have no labels, so there are no classes to tell apart");
  return *d;
}

/// The network of a preset with what the user said instead.
model::NetworkOptions options_of(const Arguments& a, const transfer::Preset& preset, const std::string& kind,
                                 const model::TransferTask& task) {
  model::NetworkOptions o = model::options_of(preset, task);
  if (kind == "cnn") o.resnet = false;
  if (kind == "resnet1d") o.resnet = true;
  if (kind == "l2g" && a.has("embedder")) o.resnet = a.text("embedder") == "resnet1d";
  if (preset.published_embedder && !o.resnet) o.project = true;  // channels of the cnn are not those of the body
  const auto take = [&](const char* name, index_t& to) { to = a.has(name) ? a.integer(name) : to; };
  const auto list = [&](const char* name, std::vector<index_t>& to) { to = a.has(name) ? a.integers(name) : to; };
  take("channels", o.cnn.channels), take("pool", o.cnn.pool), take("hidden", o.hidden), take("tokens", o.tokens);
  list("kernels", o.resnet ? o.resnet1d.kernels : o.cnn.kernels);
  list("dilations", o.resnet ? o.resnet1d.dilations : o.cnn.dilations);
  if (a.has("block_channels")) list("block_channels", o.resnet1d.channels), o.project = true;
  if (a.has("dropout")) o.dropout = o.cnn.dropout = o.resnet1d.dropout = a.number("dropout");
  if (a.has("causal")) o.cnn.causal = o.resnet1d.causal = a.flag("causal");
  return o;
}

/// Where the body comes from: train and the adapters read it.
void note_body(Model& m, const model::LanguageModel& lm, bool random) {
  m.notes["language model"] =
      random ? "random weights in the layers of " + lm.path : models::title_of(lm.model.config) + " from " + lm.path;
  m.notes["architecture"] = models::name_of(lm.model.config.architecture);
}

/// What train must not freeze, for the checks before a training.
void note_fresh(Model& m, const std::vector<std::string>& fresh) {
  std::string& list = m.notes["newly initialised"];
  for (const std::string& key : fresh) list += (list.empty() ? "" : " ") + key;
  if (list.empty()) m.notes.erase("newly initialised");
}

/// What is cut of the rows before a model of tokens sees them.
void tell_cuts(const Model& m, const data::Dataset& rows, Shell& shell) {
  const text::TokenSummary s = text::summarize(m.tokens->tokenizer, rows.sequences, m.tokens->options);
  if (s.cut_sequences > 0)
    shell.say(fmt::format("note: {} of {} rows are longer than {} tokens and lose {} bases at their end",
                          s.cut_sequences, s.sequences, m.tokens->length, s.cut_bases));
}

Value build_on_tokens(const Arguments& a, const data::Dataset& rows, Shell& shell) {
  const auto lm = language_model_of(a, "language_model", shell);
  model::LanguageClassifierOptions o;
  o.classes = rows.classes;
  if (a.has("pooling")) o.pooling = model::pooling_of(a.text("pooling"));
  o.published_head = a.text("head") == "published";
  o.layers = a.integer("body_layers") < 100 ? a.integer("body_layers") : 0;
  o.letters = model::letters_as(a.text("input"));
  o.tokens = prompt_of(a);
  o.seed = seed_of(a, shell);
  std::vector<std::string> fresh;
  Model m = [&] {
    try {
      return model::language_classifier(*lm, rows, o, &fresh);
    } catch (const error& e) {
      const std::string what = e.what();
      if (what.find("single unknown token") == what.npos) throw;
      throw error(what + "; or let this one read bases through new rows: input = \"one_hot_rows\"");
    }
  }();
  m.name = a.text_or("name", "lm");
  m.both_strands = a.has("both_strands") && a.flag("both_strands");
  m.notes["task"] = rows.name;
  if (o.letters == model::LettersAs::lingo_rows)
    m.notes["input"] = "rows 5 to 8 of the table of words stand for A, T, C, G, whatever words they are";
  note_body(m, *lm, false);
  note_fresh(m, fresh);
  tell_cuts(m, rows, shell);
  return make_object<Model>(std::move(m));
}

/// The body of a published model in the place of the network's own; its numbers for make_model.
std::map<std::string, model::Numbers> take_body(Spec& spec, const model::LanguageModel& lm, index_t layers, Seq in) {
  for (Spec& part : model::deep_part(spec).parts)
    if (part.key == "body") part = model::blocks_spec(lm.model.config, layers).named("body");
  return model::body_numbers(lm.model, spec, in);
}

/// The wide path is fitted first; where there are no dev rows, a tenth of the training rows stands in for them.
void fit_wide(Model& m, const Arguments& a, const data::Dataset& rows) {
  ProgressBar bar("build");
  model::WideFitOptions o;
  o.progress = bar.callback();
  const auto s = a.object<data::Splits>("data");
  if (s && s->dev.labelled() && !s->dev.empty()) {
    model::fit_wide_path(m, s->train, s->dev, o);
    return;
  }
  const data::Splits cut = data::split(rows, {0.9, 0.1, 0}, {});
  model::fit_wide_path(m, cut.train, cut.dev, o);
}

Value build(const Arguments& a, Shell& shell) {
  const data::Dataset& rows = dataset_of(a);
  const transfer::Preset preset = transfer::preset(a.text("preset"));
  const auto floors = a.object<data::Baseline>("baseline");
  const bool advised = floors && preset.follow_advice;
  model::TransferTask task{.length = a.has("length") ? a.integer("length") : rows.longest(),
                           .channels = a.integer("input_channels"),
                           .classes = rows.class_count()};
  const bool on_tokens = a.has("kind") && a.text("kind") == "lm";
  task.wide = a.has("wide") ? a.flag("wide") : advised && !a.has("layers");
  if (a.flag("from_floor") && (on_tokens || !task.wide))
    throw error(on_tokens ? "build: from_floor is for networks that read bases, not for those that read tokens"
                          : "build: from_floor fits the wide path, and there is none: give a baseline, or wide = true");
  if (on_tokens) return build_on_tokens(a, rows, shell);
  const std::string kind = a.has("layers")             ? "layers"
                           : a.has("kind")             ? a.text("kind")
                           : preset.published_embedder ? "resnet1d"
                                                       : "cnn";
  task.keep_positions = a.has("keep_positions") ? a.flag("keep_positions")
                                                : preset.follow_advice && (!advised || floors->advice.keep_positions);
  task.both_strands = a.has("both_strands")
                          ? a.flag("both_strands")
                          : preset.both_strands || (advised && floors->advice.augment.reverse_complement);
  std::string weights;
  std::shared_ptr<model::LanguageModel> lm;
  const auto* named = a.value("language_model").as<std::string>();
  const std::string bytes = named ? byte_model_file(path_of(*named)) : "";
  if (kind == "l2g" && a.has("language_model") &&
      (!named || (bytes.empty() && holds_language_model(path_of(*named))))) {
    lm = language_model_of(a, "language_model", shell);
    const models::Config& c = lm->model.config;
    task.body = {c.width, c.layers, c.heads, c.hidden};
  } else if (kind == "l2g") {
    weights = !bytes.empty() ? bytes : named ? *named : "";
    if (weights.empty()) weights = shipped_language_model();
    ByteModelConfig config;
    if (weights != "random") config = byte_model_config(io::SafetensorsFile(path_of(weights)));
    task.body = {config.width, std::min(a.integer("body_layers"), config.layers), config.heads, config.hidden};
  }
  model::NetworkOptions o = options_of(a, preset, kind, task);
  o.keep_positions = task.keep_positions, o.wide = task.wide, o.both_strands = task.both_strands;
  o.strand_mean = a.flag("strand_mean");
  Spec spec = kind == "layers" ? model::with_wide_and_strands(model::sequential(layers_of(a.value("layers"))), o, task)
                               : model::network(o, task);
  const std::uint64_t seed = seed_of(a, shell);
  const data::EncodeOptions input{task.length, task.channels, a.flag("pad_right"), a.flag("pad_zeros")};
  const index_t layers = a.integer("body_layers") < 100 ? a.integer("body_layers") : 0;
  std::map<std::string, model::Numbers> body;
  if (lm) body = take_body(spec, *lm, layers, {1, task.length, task.channels});
  if (a.flag("random_body")) body.clear();
  Model m = model::make_model(a.text_or("name", kind), std::move(spec), input, rows.classes, seed, body);
  if (lm) note_body(m, *lm, a.flag("random_body"));
  if (lm && !a.flag("random_body")) m.base = model::without_blocks(*lm);
  m.both_strands = task.both_strands && !o.strand_mean;  // else the model does it itself
  m.notes["task"] = rows.name;
  m.notes["built as"] = preset.name;
  if (preset.head_deviation > 0 && kind != "layers") model::start_head(m, preset.head_deviation);
  if (a.flag("from_floor")) fit_wide(m, a, rows);
  if (!weights.empty()) {
    m.notes["language model"] =
        weights == "random" ? "random weights" : std::filesystem::path(weights).filename().string();
    if (weights != "random") {
      model::load_part(m, path_of(weights), "encoder.", "body.");
      if (preset.published_embedder) model::load_part(m, path_of(weights), "embeddings.norm.", "embedder.tokens.norm.");
    }
  }
  return make_object<Model>(std::move(m));
}

Value merge(const Arguments& a, Shell&) {
  const auto m = a.object<Model>("model");
  *m = model::respecified(*m, model::without_lora(m->spec));
  m->bare = nullptr;
  m->notes.erase("adapter");
  return object(m);
}

/// The file of a model: a name without an ending gets one, and a folder gets model.l2g.
std::string model_file(const std::string& typed) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (typed.ends_with('/') || fs::is_directory(typed, failed)) {
    fs::create_directories(typed, failed);
    if (failed) throw file_error(typed, "cannot make the folder: " + failed.message());
    return (fs::path(typed) / "model.l2g").string();
  }
  const std::string ending = fs::path(typed).extension().string();
  if (ending.empty()) return typed + ".l2g";
  if (ending == ".l2g" || ending == ".safetensors") return typed;
  throw error(fmt::format("save: '{}' says no form that load knows; write save(m, \"{}.l2g\")", ending,
                          fs::path(typed).replace_extension().string()));
}
/// The folder of a language model.
std::string language_model_folder(const std::string& typed) {
  const std::filesystem::path path(typed);
  std::error_code ignored;
  if (path.extension() == ".l2g" || path.extension() == ".safetensors")
    throw error(fmt::format("save: a language model is a folder of files; write save(lm, \"{}\")",
                            std::filesystem::path(typed).replace_extension().string()));
  if (std::filesystem::is_regular_file(path, ignored))
    throw error("save: a language model is a folder of files, and '" + typed + "' is a file");
  return typed;
}

Value save(const Arguments& a, Shell& shell) {
  const std::string typed = path_of(a.text("path"));
  if (typed.empty()) throw error("save: where to? save(m, \"name.l2g\")");
  std::string path;
  if (const auto m = a.object<Model>("model"))
    model::save(*m, path = model_file(typed));
  else
    model::save_language_model(*a.object<model::LanguageModel>("model"), path = language_model_folder(typed));
  if (shell.settings.interactive || path != typed) shell.say("wrote " + path);
  return {};
}

Value write_header(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const std::string folder = path_of(a.text("folder")), name = a.text("name");
  model::export_cpp(*m, folder, name, a.integer("batch"));
  if (shell.settings.interactive) shell.say(fmt::format("wrote {0}/{1}.hpp and {0}/{1}.safetensors", folder, name));
  return {};
}

}  // namespace

void register_model_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "build",
       .group = "model",
       .doc = "Makes a network for the classes and the length of a data set, with first weights.",
       .parameters =
           {value_of({"Splits", "Dataset", "Simulated"}, "data", "what it will learn: length and classes"),
            text("kind",
                 "cnn; resnet1d, which presets paper and code take; l2g: an embedder on top of a language model; lm: a "
                 "language model on its tokens")
                .one_of({"cnn", "resnet1d", "l2g", "lm"})
                .optional(),
            text("preset",
                 "honest: follows the floors' advice; paper, code: the published network, as printed or as its code "
                 "runs")
                .one_of({"honest", "paper", "code"})
                .by_default("honest"),
            list("layers", "your own layers: {nn.conv1d(64), nn.relu(), nn.mean_pool(), nn.linear(2)}").optional(),
            value_of({"Baseline"}, "baseline", "floors whose advice chooses pooling and strands").optional(),
            flag("keep_positions", "flatten positions in front of the head; else pool over all").optional(),
            flag("wide",
                 "add a linear map on the 3-mer at each position or, where they are pooled, on all 6-mers; with a "
                 "baseline when not given")
                .optional(),
            flag("from_floor",
                 "fit that linear map first, by logistic regression, so that training starts at the level of a floor")
                .by_default(false),
            flag("both_strands", "predict the mean over both strands; as the advice says when not given").optional(),
            flag("strand_mean", "take the mean over both strands in training too: twice the time").by_default(false),
            integer("length", "positions that it reads; the longest sequence when not given").at_least(1).optional(),
            integer("channels", "channels of the cnn; 32 where positions are kept, else 128")
                .between(1, 4096)
                .optional(),
            list("kernels", "cnn: the stem, then two a block; resnet1d: nine").optional(),
            list("dilations", "as many as kernels").optional(),
            list("block_channels", "resnet1d: channels of the three blocks").optional(),
            integer("pool", "cnn: positions pooled behind the stem; 2 where they are kept, else 4")
                .between(1, 1000)
                .optional(),
            integer("hidden", "hidden channels in front of the head; 0 where positions are kept, else 64")
                .between(0, 65536)
                .optional(),
            number("dropout", "share dropped in training; the preset's when not given").between(0, 0.95).optional(),
            flag("causal", "convolutions look back only; the preset's when not given").optional(),
            text("embedder", "l2g: the network below the language model; the preset's when not given")
                .one_of({"cnn", "resnet1d"})
                .optional(),
            integer("tokens",
                    "l2g: tokens that the language model reads, at most; 0: one a position; 64 when not given")
                .between(0, 100000)
                .optional(),
            integer("body_layers", "l2g, lm: layers of the language model that are used")
                .between(1, 100)
                .by_default(100),
            any("language_model",
                "l2g, lm: a LanguageModel or its path; l2g: the shipped one when not given, \"random\": no weights")
                .with(Completes::file)
                .optional(),
            flag("random_body", "l2g: only the layers of the language model; its weights start anew").by_default(false),
            text("pooling", "lm: how positions become one vector; the last token of a causal model, else cls")
                .one_of({"cls", "mean", "max", "last"})
                .optional(),
            text("head", "lm: linear, or published: the layers that its publisher puts in front of the classes")
                .one_of({"linear", "published"})
                .by_default("linear"),
            text(
                "input",
                "lm: tokens; one_hot_rows: new trainable rows for the bases; lingo_rows: rows 5 to 8 of its own table, "
                "whatever words they are, as Lingo's code does it")
                .one_of({"tokens", "one_hot_rows", "lingo_rows"})
                .by_default("tokens"),
            text("prefix", "lm: text before each sequence").optional(),
            text("suffix", "lm: text behind each sequence").optional(),
            integer("max_tokens", "lm: longer rows lose the end of their sequence; what the model takes when not given")
                .at_least(1)
                .optional(),
            integer("input_channels", "5: A C G T N; 4: N is zeros").between(4, 5).by_default(5),
            flag("pad_right", "pad short sequences on the right").by_default(false),
            flag("pad_zeros", "pad with zeros instead of N").by_default(false),
            text("name", "its name").optional(),
            integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = build,
       .help = "Without layers, kind chooses the architecture. Give the result of baseline(data): whether position and "
               "strand matter decides more than the size of the network. Presets paper and code build the published "
               "network instead, and train and align follow them. With kind = \"lm\" the sequences "
               "are read by the tokenizer of a language model, between prefix and suffix.",
       .example = "m = build(s)\nm = build(s, {kind = \"l2g\", baseline = b})\nm = build{s, layers = {nn.conv1d{32, "
                  "kernel = 15}, nn.relu(), nn.global_max_pool(), nn.linear(2)}}\nm = build(s, {kind = \"lm\", "
                  "language_model = lm, pooling = "
                  "\"mean\"})"});
  registry.add({.name = "merge",
                .group = "model",
                .doc = "Adds the adapters of a model into its weights; nothing is frozen any more.",
                .parameters = {value_of({"Model"}, "model", "the model")},
                .run = merge,
                .example = "m:merge()"});
  registry.add({.name = "save",
                .group = "model",
                .doc = "Writes a model with all that predict needs into one file, or a language model into a folder.",
                .parameters = {value_of({"Model", "LanguageModel"}, "model", "the model"),
                               file("path",
                                    "name.l2g (a safetensors file), or a folder, which gets model.l2g; for a language "
                                    "model a folder")},
                .run = save,
                .help =
                    "load reads it back, by the same words. A name without an ending gets .l2g. The file is written "
                    "aside and renamed: an old one stays until the new one is whole. A folder of a language model "
                    "opens in transformers, too.",
                .example = "save(m, \"promoters.l2g\")\nm = load \"promoters.l2g\"\nsave(lm, \"my_model\")"});
  registry.add(
      {.name = "export",
       .group = "model",
       .doc = "Writes a model as a C++ header with static types, and its weights.",
       .parameters = {value_of({"Model"}, "model", "the model"), text("name", "a C++ name: the type and the files"),
                      file("folder", "where the two files go").by_default("."),
                      integer("batch", "rows of the batch in the type").at_least(1).by_default(64)},
       .run = write_header,
       .example = "export(m, \"promoter_model\")"});
}

}  // namespace l2g::repl
