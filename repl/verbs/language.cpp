// LanguageModel in the session, and what is asked of one: hidden states, words, more text, costs.
#include "chart.hpp"
#include "embedding_values.hpp"
#include "language_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "token_values.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/probe.hpp>
#include <l2g/dyn/features.hpp>
#include <l2g/dyn/pretraining.hpp>
#include <l2g/dyn/tuned_language_model.hpp>
#include <l2g/io/cache.hpp>
#include <l2g/text/bytes.hpp>

#include <cmath>
#include <filesystem>

namespace l2g::repl {
namespace {

using model::LanguageModel;

std::string in_short(const LanguageModel& m) {
  const models::Config& c = m.model.config;
  return fmt::format("{}: {} layers x {}, {} words, {:.1f} M parameters", models::title_of(c), c.layers, c.width,
                     c.vocabulary, double(m.parameters()) / 1e6);
}

std::string details_of(const LanguageModel& m) {
  const models::Config& c = m.model.config;
  std::string s = in_short(m) + "\n" + model::to_text(m.model.summary);
  s += fmt::format("{} heads, {}; ", c.heads, c.causal ? "reads from left to right" : "reads both sides");
  s += m.max_tokens() > 0 ? fmt::format("at most {} tokens\n", m.max_tokens()) : "any number of tokens\n";
  s += m.tokenizer ? fmt::format("tokenizer: {}, {} entries\n", text::name_of(m.tokenizer->kind()), m.tokenizer->size())
                   : std::string("no tokenizer beside it\n");
  const char* heads[] = {"no head: features only", "a head that predicts words", "the head of a classifier"};
  return s + heads[int(m.model.task)] + "\n";
}

Value tokenizer_value(const LanguageModel& m) {
  return make_object<SessionTokenizer>(
      SessionTokenizer{std::filesystem::path(m.path).filename().string(), *m.tokenizer});
}

void register_types(Registry& registry) {
  registry.type<LanguageModel>("LanguageModel", "a published language model and its tokenizer")
      .summary(in_short)
      .details(details_of)
      .bytes([](const LanguageModel& m) {
        std::size_t n = 0;
        for (const auto& [key, t] : m.model.weights) n += t.values.borrowed() ? 0 : t.values.size() * sizeof(float);
        return n;
      })
      .field("title", "what people call it", [](const LanguageModel& m) { return models::title_of(m.model.config); })
      .field("path", "where it came from", [](const LanguageModel& m) { return m.path; })
      .field("layers", "transformer blocks", [](const LanguageModel& m) { return m.model.config.layers; })
      .field("width", "channels of a hidden state", [](const LanguageModel& m) { return m.model.config.width; })
      .field("heads", "heads of attention", [](const LanguageModel& m) { return m.model.config.heads; })
      .field("vocabulary", "rows of the table of words",
             [](const LanguageModel& m) { return m.model.config.vocabulary; })
      .field("max_tokens", "tokens that it takes; 0: any number", [](const LanguageModel& m) { return m.max_tokens(); })
      .field("tokenizer", "what its words come from",
             [](const LanguageModel& m) { return m.tokenizer ? tokenizer_value(m) : Value(); })
      .field("parameters", "numbers of all its tensors", [](const LanguageModel& m) { return m.parameters(); })
      .field("causal", "does it read from left to right", [](const LanguageModel& m) { return m.model.config.causal; })
      .field("newly_initialised", "tensors that its files do not have",
             [](const LanguageModel& m) { return Value(m.model.summary.fresh); })
      .field("unused", "tensors of its files that it has no place for",
             [](const LanguageModel& m) { return Value(m.model.summary.unused); })
      .field("converted", "tensors that could not be read in place",
             [](const LanguageModel& m) { return Value(m.model.summary.converted); });
}

std::vector<double> row_values(const float* from, index_t count) { return {from, from + count}; }

Value matrix_row(const Matrix& m, index_t i) {
  const index_t n = index_t(m.rows.size());
  if (i == n + 1) return {};
  if (i < 1 || i > n) throw error(fmt::format("row {} of a Matrix with rows 1 to {}", i, n));
  const auto from = m.values.begin() + (i - 1) * m.width();
  return Value(std::vector<double>(from, from + m.width()));
}

report::HeatMap heat_map_of(const Matrix& m) {
  return {m.title, m.rows, m.columns, m.values, m.row_name, m.column_name, m.value_name};
}

/// What a model costs for sequences of some length.
struct Costs {
  std::string title;
  index_t length = 0;
  models::Cost of;
};
std::string details_of(const Costs& c) {
  const auto giga = [](double n) { return fmt::format("{:.3g} G", n / 1e9); };
  return fmt::format(
      "{}, {} tokens\n"
      "parameters        {}  (of them {} in tables)\n"
      "forward           {}  multiply-adds, {:.1f} % of them in scores and sums of attention\n"
      "training, frozen  {}\n"
      "training, all     {}\n"
      "weights           {:.1f} MB  (with gradients and moments {:.1f} MB)\n",
      c.title, c.length, c.of.parameters, c.of.tables, giga(c.of.forward), 100 * c.of.attention_share,
      giga(c.of.training_frozen), giga(c.of.training), double(c.of.weights) / 1e6, double(c.of.training_state) / 1e6);
}

void register_result_types(Registry& registry) {
  registry.type<Costs>("Cost", "what a language model costs for a sequence")
      .summary([](const Costs& c) {
        return fmt::format("{}: {} parameters, {:.3g} G multiply-adds for {} tokens", c.title, c.of.parameters,
                           c.of.forward / 1e9, c.length);
      })
      .details([](const Costs& c) { return details_of(c); })
      .field("parameters", "with the head", [](const Costs& c) { return c.of.parameters; })
      .field("tables", "of them, in tables of words, positions and token types",
             [](const Costs& c) { return c.of.tables; })
      .field("length", "tokens of the sequence", [](const Costs& c) { return c.length; })
      .field("forward", "multiply-adds", [](const Costs& c) { return c.of.forward; })
      .field("attention_share", "of them, in scores and sums of attention",
             [](const Costs& c) { return c.of.attention_share; })
      .field("training_frozen", "multiply-adds of a step with a frozen body",
             [](const Costs& c) { return c.of.training_frozen; })
      .field("training", "multiply-adds of a step that trains all", [](const Costs& c) { return c.of.training; })
      .field("weights", "bytes", [](const Costs& c) { return c.of.weights; })
      .field("training_state", "bytes of weights, gradients and moments",
             [](const Costs& c) { return c.of.training_state; });
  registry.type<Embedded>("Embedding", "one vector for each sequence; e[1] is the first")
      .summary([](const Embedded& e) {
        return fmt::format("{} vectors of width {} from {} of {} ({})", e.vectors.rows, e.vectors.width,
                           e.layer < 0 ? std::string("the end") : fmt::format("layer {}", e.layer), e.language_model,
                           e.pooling);
      })
      .bytes([](const Embedded& e) { return e.vectors.values.size() * sizeof(float); })
      .length([](const Embedded& e) { return e.vectors.rows; })
      .item([](const Embedded& e, index_t i) {
        if (i == e.vectors.rows + 1) return Value{};
        if (i < 1 || i > e.vectors.rows)
          throw error(fmt::format("row {} of an Embedding with rows 1 to {}", i, e.vectors.rows));
        return Value(row_values(e.vectors.values.data() + (i - 1) * e.vectors.width, e.vectors.width));
      })
      .field("rows", "how many sequences", [](const Embedded& e) { return e.vectors.rows; })
      .field("width", "numbers of a vector", [](const Embedded& e) { return e.vectors.width; })
      .field("layer", "where they come from; 0: the embeddings, -1: in front of a head",
             [](const Embedded& e) { return e.layer; })
      .field("pooling", "how positions became one vector", [](const Embedded& e) { return e.pooling; })
      .chart("axes", "the two main axes, coloured by class", [](const Embedded& e) { return chart_of(scatter_of(e)); });
  registry.type<Matrix>("Matrix", "numbers in rows and columns; m[1] is the first row")
      .summary(
          [](const Matrix& m) { return fmt::format("{}: {} rows x {} columns", m.title, m.rows.size(), m.width()); })
      .bytes([](const Matrix& m) { return m.values.size() * sizeof(double); })
      .length([](const Matrix& m) { return m.rows.size(); })
      .item(matrix_row)
      .field("rows", "names of the rows", [](const Matrix& m) { return Value(m.rows); })
      .field("columns", "names of the columns", [](const Matrix& m) { return Value(m.columns); })
      .chart("map", "a map of shades", [](const Matrix& m) { return chart_of(heat_map_of(m)); });
}

/// What stands in front of the head of a model that was built here.
Value features_of(const model::Model& m, const Arguments& a, Shell& shell) {
  const data::Dataset* rows = dataset_in(a.value("data"));
  data::Dataset texts;
  if (!rows) texts.name = "texts", texts.sequences = sequences_of(a, "data"), rows = &texts;
  if (a.has("layer")) throw error("embed: layers are counted in language models; of a Model the head is left out");
  ProgressBar bar("embed");
  Embedded e{rows->name, m.name, a.text("pooling"), -1, {}, {}, {}};
  e.vectors =
      model::features(m, *rows, model::pooling_of(e.pooling), {a.integer("batch"), pool_of(shell), bar.callback()});
  if (rows->labelled()) e.labels = rows->labels, e.classes = rows->classes;
  return make_object<Embedded>(std::move(e));
}

/// What the model does not see is said, once for all texts.
void tell_of_cut(const LanguageModel& lm, std::size_t cut, std::size_t texts, Shell& shell) {
  if (cut > 0)
    shell.say(
        fmt::format("note: {} of {} texts {} longer than the {} tokens that the model takes; the end was not seen", cut,
                    texts, cut == 1 ? "is" : "are", lm.max_tokens()));
}

Value embed_verb(const Arguments& a, Shell& shell) {
  if (const auto m = a.object<model::Model>("language_model")) return features_of(*m, a, shell);
  const auto lm = language_model_of(a, "language_model", shell);
  model::EmbedOptions o = embed_options(a, shell);
  o.layers = {a.has("layer") ? a.integer("layer") : lm->model.config.layers};
  ProgressBar bar("embed");
  o.progress = bar.callback();
  const std::vector<std::string> sequences = sequences_of(a, "data");
  if (!a.has("max_tokens") && lm->max_tokens() > 0) {
    text::EncodeOptions taken = o.tokens;
    taken.max_tokens = lm->max_tokens();
    const auto cut = [&](const std::string& s) { return lm->reader().encode(s, taken).cut > 0; };
    tell_of_cut(*lm, std::size_t(std::count_if(sequences.begin(), sequences.end(), cut)), sequences.size(), shell);
  }
  Embedded e{"", short_name(*lm), a.text("pooling"), o.layers[0], {}, {}, {}};
  const data::Dataset* rows = dataset_in(a.value("data"));
  e.source = rows ? rows->name : "texts";
  if (rows && rows->labelled()) e.labels = rows->labels, e.classes = rows->classes;
  e.vectors = std::move(language_embeddings(*lm, sequences, o, e.pooling, shell)[0]);
  return make_object<Embedded>(std::move(e));
}

std::vector<std::string> token_names(const LanguageModel& lm, const text::Encoding& e) {
  std::vector<std::string> names;
  for (const std::int32_t id : e.ids) names.push_back(lm.reader().token(id));
  return names;
}

Value hidden(const Arguments& a, Shell& shell) {
  const auto lm = language_model_of(a, "language_model", shell);
  const index_t layer = a.has("layer") ? a.integer("layer") : lm->model.config.layers;
  const model::TextStates s = model::hidden_states(*lm, a.text("text"), layer, prompt_of(a), pool_of(shell));
  if (!a.has("max_tokens")) tell_of_cut(*lm, s.encoding.cut > 0, 1, shell);
  Matrix m{fmt::format("hidden states of layer {}", layer), token_names(*lm, s.encoding), {}, {}};
  for (index_t c = 1; c <= s.width; ++c) m.columns.push_back(std::to_string(c));
  m.values.assign(s.values.begin(), s.values.end());
  m.row_name = "token", m.column_name = "channel", m.value_name = "hidden state";
  return make_object<Matrix>(std::move(m));
}

Value attention(const Arguments& a, Shell& shell) {
  const auto lm = language_model_of(a, "language_model", shell);
  const models::Config& c = lm->model.config;
  const index_t layer = a.has("layer") ? a.integer("layer") : c.layers;
  if (layer < 1) throw error("attention: layers are counted from 1 on (0 are the embeddings)");
  const model::TextStates s = model::hidden_states(*lm, a.text("text"), layer, prompt_of(a), pool_of(shell));
  const auto n = std::size_t(s.encoding.size());
  index_t first = 0, last = c.heads;
  if (a.has("head")) {
    if (a.integer("head") > c.heads) throw error(fmt::format("attention: there are heads 1 to {}", c.heads));
    first = a.integer("head") - 1, last = first + 1;
  }
  if (!a.has("max_tokens")) tell_of_cut(*lm, s.encoding.cut > 0, 1, shell);
  Matrix m{fmt::format("attention of layer {}, {}", layer,
                       a.has("head") ? fmt::format("head {}", first + 1) : "mean of the heads"),
           token_names(*lm, s.encoding), token_names(*lm, s.encoding), std::vector<double>(n * n)};
  for (index_t h = first; h < last; ++h)
    for (std::size_t i = 0; i < n * n; ++i)
      m.values[i] += double(s.attention[std::size_t(h) * n * n + i]) / double(last - first);
  m.row_name = "attending token", m.column_name = "attended token", m.value_name = "attention weight";
  return make_object<Matrix>(std::move(m));
}

Value perplexity(const Arguments& a, Shell& shell) {
  const auto lm = language_model_of(a, "language_model", shell);
  ProgressBar bar("perplexity");
  model::SurpriseOptions o;
  o.share = a.number("share");
  o.length = a.has("length") ? a.integer("length") : 0;
  o.seed = seed_of(a, shell);
  o.pool = pool_of(shell);
  o.progress = bar.callback();
  const model::Surprise s = model::surprise(*lm, texts_of(a, "text"), o);
  bar.close();
  if (shell.settings.interactive)
    shell.say(s.causal ? fmt::format("perplexity {:.3f}: {:.3f} bits a token over {} tokens", s.perplexity(),
                                     s.bits_per_token(), s.tokens)
                       : fmt::format("{:.3f} bits per masked token over {} masked tokens, {:.1f} % of them right",
                                     s.bits_per_token(), s.tokens, 100 * double(s.correct) / double(s.tokens)));
  return Value::Table{{"perplexity", s.perplexity()},
                      {"bits", s.bits_per_token()},
                      {"tokens", s.tokens},
                      {"correct", double(s.correct) / double(s.tokens)},
                      {"causal", s.causal}};
}

Value fill_mask(const Arguments& a, Shell& shell) {
  const auto lm = language_model_of(a, "language_model", shell);
  Value::List masks;
  for (const auto& candidates : model::fill_masks(*lm, a.text("text"), a.integer("top"), pool_of(shell))) {
    Value::List rows;
    for (const auto& c : candidates)
      rows.push_back(
          Value::Table{{"id", index_t(c.id)}, {"probability", c.probability}, {"text", c.text}, {"token", c.token}});
    masks.push_back(std::move(rows));
  }
  return masks;
}

Value generate_verb(const Arguments& a, Shell& shell) {
  const auto lm = language_model_of(a, "language_model", shell);
  ProgressBar bar("generate");
  model::GenerateOptions o;
  o.tokens = a.integer("tokens");
  o.temperature = a.number("temperature");
  o.top_k = a.integer("top_k");
  o.seed = seed_of(a, shell);
  o.pool = pool_of(shell);
  o.progress = bar.callback();
  return model::generate(*lm, a.text("prompt"), o).text;
}

Value cost_verb(const Arguments& a, Shell& shell) {
  const auto lm = language_model_of(a, "language_model", shell);
  const models::Config& config = lm->model.config;
  const index_t most = lm->max_tokens();
  const index_t length = a.has("length") ? a.integer("length") : most > 0 ? std::min<index_t>(most, 512) : 512;
  model::require_length(config, length);
  return make_object<Costs>(Costs{models::title_of(config), length, models::cost(config, length, lm->model.task)});
}

Value pretrain_verb(const Arguments& a, Shell& shell) {
  const auto lm = a.object<LanguageModel>("language_model");
  model::PretrainOptions o;
  o.batch = a.integer("batch");
  o.length = a.has("length") ? a.integer("length") : 0;
  o.share = a.number("share");
  o.new_head = a.flag("new_head");
  o.pool = pool_of(shell);
  o.fit.steps = a.integer("steps");
  o.fit.seed = seed_of(a, shell);
  o.fit.schedule = {Schedule::linear, a.number("rate"), std::max<std::int64_t>(1, o.fit.steps / 20), o.fit.steps};
  o.fit.clip = 1;
  AdamW adam;
  adam.decay = a.number("decay");
  o.fit.optimizer = adam;
  o.fit.validate_every =
      a.has("validate_every") ? a.integer("validate_every") : std::max<std::int64_t>(1, o.fit.steps / 5);
  o.fit.checkpoint = a.has("checkpoint") ? path_of(a.text("checkpoint")) : "";
  o.fit.label = "pretrain";
  ProgressBar bar("pretrain");
  FitCallbacks callbacks;
  callbacks.self = &bar;
  callbacks.progress = [](void* self, const FitProgress& p) {
    std::string text = fmt::format("step {}/{}  loss {:.4f}", p.step, p.steps, p.loss);
    if (!std::isnan(p.metric)) text += fmt::format("  held out {:.4f}", -p.metric);
    static_cast<ProgressBar*>(self)->show(double(p.step) / double(p.steps), text);
  };
  const FitResult r = model::pretrain(*lm, texts_of(a, "text"), a.number("held_out"), o, callbacks);
  bar.close();
  Value::List history;
  for (const auto& h : r.history)
    history.push_back(Value::Table{{"step", index_t(h.step)}, {"train_loss", h.train_loss}, {"held_out_loss", h.loss}});
  if (shell.settings.interactive && !r.history.empty())
    shell.say(fmt::format("{} steps in {}; held-out loss {:.4f} nats a token", r.steps,
                          duration_in_words(bar.elapsed()), r.history.back().loss));
  return Value::Table{{"steps", index_t(r.steps)},
                      {"best_step", index_t(r.best_step)},
                      {"held_out_loss", -r.best_metric},
                      {"history", history},
                      {"seconds", bar.elapsed()}};
}

Value language_model_verb(const Arguments& a, Shell& shell) {
  const auto m = a.object<model::Model>("model");
  if (!a.has("base")) return object(language_model_in(*m, shell));
  return make_object<LanguageModel>(model::tuned_language_model(*m, *language_model_of(a, "base", shell)));
}

Parameter sequences_parameter() {
  return any("data", "a Dataset, Splits (the training part), a text or a list of texts");
}
Parameter lm_parameter() { return language_model_parameter("language_model", "a LanguageModel or its path"); }
Parameter seed_parameter() { return integer("seed", "another seed than the session's").at_least(0).optional(); }
}  // namespace

void register_language_verbs(Registry& registry) {
  register_types(registry);
  register_result_types(registry);
  const std::string group = "language models";
  registry.add({.name = "embed",
                .group = group,
                .doc = "One vector for each sequence: hidden states of a language model, pooled over its positions.",
                .parameters = with_prompt(
                    {language_model_parameter(
                         "language_model", "a LanguageModel or its path; or a Model: what stands in front of its head")
                         .one_of({"LanguageModel", "Model"}),
                     sequences_parameter(),
                     integer("layer", "0: the embeddings; the last when not given").at_least(0).optional(),
                     pooling_parameter(), batch_parameter()}),
                .run = embed_verb,
                .help = "Kept on disk under the hash of weights, tokens and settings: a second call reads them back.",
                .example = "e = embed(lm, s.dev)\nplot(e)\ne[1]"});
  registry.add({.name = "hidden",
                .group = group,
                .doc = "The hidden states of one text: a row for each token.",
                .parameters = with_prompt(
                    {lm_parameter(), text("text", "DNA or any text"),
                     integer("layer", "0: the embeddings; the last when not given").at_least(0).optional()}),
                .run = hidden,
                .example = "h = hidden(lm, \"The cat sat\", {layer = 2})\nh[1][5]"});
  registry.add(
      {.name = "attention",
       .group = group,
       .doc = "The attention of one layer on one text, as a map: rows look at columns.",
       .parameters = with_prompt({lm_parameter(), text("text", "DNA or any text"),
                                  integer("layer", "from 1 on; the last when not given").at_least(0).optional(),
                                  integer("head", "from 1 on; the mean of all when not given").at_least(1).optional()}),
       .run = attention,
       .example = "m = attention(lm, \"The cat sat on the mat\", {layer = 1})\nplot(m)\nm[2][3]"});
  registry.add(
      {.name = "perplexity",
       .group = group,
       .doc = "How well a language model foretells text: perplexity, or bits per masked token.",
       .parameters = {language_model_parameter(
                          "language_model",
                          "a LanguageModel or its path; or a Model that was built on one: with its weights of now")
                          .one_of({"LanguageModel", "Model"}),
                      any("text", "a text, a text file, a list of texts or a Dataset").with(Completes::file),
                      number("share", "tokens that are masked, where the model reads both sides")
                          .between(0.01, 1)
                          .by_default(0.15),
                      integer("length", "tokens of a window; what the model takes, at most 256, when not given")
                          .at_least(3)
                          .optional(),
                      seed_parameter()},
       .run = perplexity,
       .help = "Models that read from left to right foretell every token but the first of a window; others "
               "foretell masked tokens, the same ones for one seed.",
       .example = "perplexity(lm, \"alice.txt\").bits\ntrain(m, s)\nperplexity(m, \"alice.txt\").bits"});
  registry.add({.name = "language_model",
                .group = group,
                .doc = "The language model inside of a model that was built on it and trained, adapters merged.",
                .parameters = {value_of({"Model"}, "model", "built with kind lm or l2g, on all layers"),
                               any("base",
                                   "the LanguageModel it was built on, or its path, for the head that predicts "
                                   "words; known when not given, where this session built the model or its "
                                   "path is still good")
                                   .with(Completes::file)
                                   .optional()},
                .run = language_model_verb,
                .help = "The model stays as it is. What comes out can foretell text, be trained and be saved as a "
                        "language model.",
                .example = "perplexity(language_model(m), \"alice.txt\").bits\nsave(language_model(m), \"tuned\")"});
  registry.add({.name = "fill_mask",
                .group = group,
                .doc = "For each mask of a text the list of its most probable tokens.",
                .parameters = {lm_parameter(), text("text", "with <mask>, or the mask as the vocabulary writes it"),
                               integer("top", "how many").between(1, 1000).by_default(5)},
                .run = fill_mask,
                .help = "A list with an entry for each mask, in their order, also where there is one alone; each entry "
                        "lists tokens, the most probable first: id, probability, text, token.",
                .example = "lm = load \"byte-roberta\"\nfill_mask(lm, \"Alice was beginning to get ve<mask>y "
                           "tired\")[1][1].text"});
  registry.add(
      {.name = "generate",
       .group = group,
       .doc = "Goes on with a text: the most probable tokens, or tokens drawn at random.",
       .parameters =
           {lm_parameter(), text("prompt", "how the text begins"),
            integer("tokens", "to be added, at most").between(1, 100000).by_default(50),
            number("temperature", "0: always the most probable; 1: as the model says").between(0, 100).by_default(0),
            integer("top_k", "drawn from so many of the most probable; 0: all").at_least(0).by_default(0),
            seed_parameter()},
       .run = generate_verb,
       .example =
           "generate(lm, \"Once upon a time\")\ngenerate(lm, \"Once\", {temperature = 0.8, top_k = 40, seed = 7})"});
  registry.add(
      {.name = "pretrain",
       .group = group,
       .doc = "Goes on with the pre-training of a language model, on text or DNA; the model changes.",
       .parameters =
           {value_of({"LanguageModel"}, "language_model", "the model"),
            any("text", "a text, a text file, a list of texts or a Dataset").with(Completes::file),
            integer("steps", "updates").at_least(1).by_default(100),
            integer("batch", "windows of an update").between(1, 65536).by_default(8),
            integer("length", "tokens of a window; what the model takes, at most 128, when not given")
                .at_least(3)
                .optional(),
            number("rate", "highest learning rate").between(0, 100).by_default(1e-4),
            number("decay", "weight decay").between(0, 100).by_default(0.01),
            number("share", "tokens to be foretold, where the model reads both sides")
                .between(0.01, 1)
                .by_default(0.15),
            number("held_out", "share of the windows that judge, from the end").between(0, 0.9).by_default(0.1),
            flag("new_head", "a model without a head that predicts words gets a new one").by_default(false),
            integer("validate_every", "steps between validations; a fifth of all when not given")
                .at_least(1)
                .optional(),
            file("checkpoint", "go on from this file if it is there, and write it").optional(), seed_parameter()},
       .run = pretrain_verb,
       .help = "Masked tokens (80 % shown as the mask, 10 % as another token) or the next token, as the model "
               "was trained. The weights with the lowest held-out loss stay.",
       .example = "pretrain(lm, \"alice.txt\", {steps = 200})\nsave(lm, \"my_model\")"});
  registry.add(
      {.name = "cost",
       .group = group,
       .doc = "What a language model costs: parameters, multiply-adds, share of attention, memory.",
       .parameters = {lm_parameter(),
                      integer("length", "tokens of a sequence; what the model takes, at most 512, when not given")
                          .at_least(1)
                          .optional()},
       .run = cost_verb,
       .example = "cost(lm, 512)\ncost(lm).attention_share"});
}

}  // namespace l2g::repl
