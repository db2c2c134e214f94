// pca, silhouette, cka, mmd, probe: what lies in the vectors of a model.
#include "embedding_values.hpp"

#include "language_model.hpp"
#include "language_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "token_values.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/simulate.hpp>
#include <l2g/data/subset.hpp>
#include <l2g/eval/clustering.hpp>
#include <l2g/eval/two_sample.hpp>

namespace l2g::repl {
namespace {

using model::Model;

/// The columns `count` of the scores, row by row.
std::vector<double> first_scores(const eval::Components& c, index_t count) {
  std::vector<double> found;
  for (index_t r = 0; r < c.rows; ++r)
    for (index_t i = 0; i < count; ++i) found.push_back(c.scores[std::size_t(r * c.count + i)]);
  return found;
}

bool has_classes(const std::vector<std::int32_t>& labels) {
  for (const auto l : labels)
    if (l >= 0 && l != labels[0]) return true;
  return false;
}

Principal principal_of(const Embedded& e, index_t count, const Progress& progress) {
  const auto values = e.values();
  Principal p{e.source, e.language_model, eval::principal_components(values, e.vectors.width, count, progress),
              e.labels, e.classes};
  if (has_classes(e.labels)) {
    p.silhouette = eval::silhouette(values, e.vectors.width, e.labels, eval::Distance::euclidean, progress);
    const index_t two = std::min<index_t>(2, p.components.count);
    p.silhouette_on_map = eval::silhouette(first_scores(p.components, two), two, e.labels);
  }
  return p;
}

Value pca_verb(const Arguments& a, Shell&) {
  ProgressBar bar("pca");
  return make_object<Principal>(
      principal_of(*a.object<Embedded>("embedding"), a.integer("components"), bar.callback()));
}

Value silhouette_verb(const Arguments& a, Shell&) {
  const auto e = a.object<Embedded>("embedding");
  if (!has_classes(e->labels))
    throw error("silhouette: the rows have no two classes; embed labelled rows, as in embed(m, s.test)");
  const auto values = e->values();
  const index_t width = e->vectors.width;
  ProgressBar bar("silhouette");
  const index_t k = std::min<index_t>(a.integer("neighbours"), e->vectors.rows - 1);
  const Principal p = principal_of(*e, 2, bar.callback());
  return Value::Table{{"silhouette", p.silhouette},
                      {"cosine", eval::silhouette(values, width, e->labels, eval::Distance::cosine, bar.callback())},
                      {"on_map", p.silhouette_on_map},
                      {"calinski_harabasz", eval::calinski_harabasz(values, width, e->labels)},
                      {"davies_bouldin", eval::davies_bouldin(values, width, e->labels)},
                      {"purity", eval::neighbour_purity(values, width, e->labels, k)}};
}

/// One side of an alignment of kernels: layers or places with their vectors.
struct Layers {
  std::string title;
  std::vector<std::string> names;
  std::vector<model::Embedding> vectors;
};

Layers layers_of_argument(const Arguments& a, const char* name, Shell& shell, ProgressBar& bar) {
  Layers found;
  if (const auto e = a.object<Embedded>(name)) {
    found.title = e->language_model, found.names = {fmt::format("layer {}", e->layer)}, found.vectors = {e->vectors};
    return found;
  }
  if (!a.has("data")) throw error("cka: of models it needs the sequences: cka(a, b, {data = s.test})");
  const std::vector<std::string> sequences = sequences_of(a, "data");
  model::EmbedOptions o = embed_options(a, shell);
  o.progress = bar.callback();
  if (const auto m = a.object<Model>(name)) {
    data::Dataset rows;
    rows.sequences = sequences;
    found.title = m->name, found.names = model::stage_names(*m);
    for (index_t i = 0; i < index_t(found.names.size()); ++i)
      found.vectors.push_back(model::stage_features(*m, rows, i, o.pooling, {o.batch, o.pool, o.progress}));
    return found;
  }
  const auto lm = language_model_of(a, name, shell);
  found.title = short_name(*lm);
  for (index_t n = 0; n <= lm->model.config.layers; ++n)
    o.layers.push_back(n), found.names.push_back(std::to_string(n));
  found.vectors = language_embeddings(*lm, sequences, o, a.text("pooling"), shell);
  return found;
}

Value cka_verb(const Arguments& a, Shell& shell) {
  ProgressBar bar("cka");
  const Layers x = layers_of_argument(a, "a", shell, bar), y = layers_of_argument(a, "b", shell, bar);
  const auto numbers = [](const model::Embedding& e) { return std::vector<double>(e.values.begin(), e.values.end()); };
  Matrix m{fmt::format("kernel alignment of {} (rows) and {}", x.title, y.title), x.names, y.names, {}};
  std::vector<std::vector<double>> columns;
  for (const auto& e : y.vectors) columns.push_back(numbers(e));
  for (std::size_t i = 0; i < x.vectors.size(); ++i) {
    const auto row = numbers(x.vectors[i]);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      m.values.push_back(
          eval::linear_alignment(row, x.vectors[i].width, columns[j], y.vectors[j].width, a.flag("debiased")));
      bar.callback()(double(m.values.size()) / double(x.vectors.size() * columns.size()), "alignment");
    }
  }
  if (m.values.size() == 1) return m.values[0];
  m.row_name = "layer of " + x.title, m.column_name = "layer of " + y.title, m.value_name = "kernel alignment";
  return make_object<Matrix>(std::move(m));
}

/// At most `most` rows of floats, drawn without replacement.
std::vector<double> drawn_rows(std::span<const float> values, index_t width, index_t most, std::uint64_t seed) {
  data::Dataset rows;
  rows.sequences.resize(values.size() / std::size_t(width));
  auto order = data::nested_order(rows, seed);
  order.resize(std::min(order.size(), std::size_t(most)));
  std::vector<double> found;
  for (const index_t r : order) found.insert(found.end(), values.begin() + r * width, values.begin() + (r + 1) * width);
  return found;
}

Value mmd_verb(const Arguments& a, Shell& shell) {
  const index_t most = a.integer("rows"), permutations = a.integer("permutations");
  const std::uint64_t seed = seed_of(a, shell);
  ProgressBar bar("mmd");
  index_t width = 0;
  std::vector<double> other;
  if (const auto text = a.object<TextReference>("b")) {
    width = text->width, other = drawn_rows(text->features, width, most, seed);
  } else {
    const auto e = a.object<Embedded>("b");
    width = e->vectors.width, other = drawn_rows(e->vectors.values, width, most, seed);
  }
  const auto of = [&](const char* name) {
    model::Embedding found;
    if (const auto e = a.object<Embedded>(name)) {
      found = e->vectors;
    } else {
      const data::Dataset* rows = dataset_in(a.value("data"));
      if (!rows) throw error("mmd: of a Model it needs the sequences: mmd(m, t, {data = s})");
      data::Dataset drawn = *rows;
      if (rows->rows() > most) drawn = data::fraction_of(*rows, double(most) / double(rows->rows()), seed);
      found = model::embedder_features(*a.object<Model>(name), drawn, {64, pool_of(shell), bar.callback()});
    }
    if (found.width != width)
      throw shape_error(fmt::format("mmd: vectors of width {} against width {}", found.width, width));
    return drawn_rows(found.values, width, most, seed);
  };
  const auto entry = [&](const eval::Discrepancy& d) {
    return Value::Table{{"mmd", d.value}, {"by_chance", d.expected}, {"p", d.p}};
  };
  if (!a.has("before")) {
    const auto d = eval::discrepancy(of("a"), other, width, 0, permutations, seed, bar.callback());
    Value::Table t = entry(d);
    t.emplace_back("sigma", d.sigma);
    return t;
  }
  // One bandwidth for both, from the state before: else the two numbers would not compare.
  const auto before = eval::discrepancy(of("before"), other, width, 0, permutations, seed, bar.callback());
  const auto after = eval::discrepancy(of("a"), other, width, before.sigma, permutations, seed, bar.callback());
  bar.close();
  if (shell.settings.interactive)
    shell.say(fmt::format("MMD {:.4f} -> {:.4f} (by chance {:.4f}; one bandwidth for both)", before.value, after.value,
                          after.expected));
  return Value::Table{{"before", entry(before)}, {"after", entry(after)}, {"sigma", before.sigma}};
}

Value probe_verb(const Arguments& a, Shell& shell) {
  const auto built = a.object<Model>("language_model");
  const auto lm = built ? nullptr : language_model_of(a, "language_model", shell);
  const auto s = a.object<data::Splits>("data");
  for (const auto* part : {&s->train, &s->dev})
    if (part->empty() || !part->labelled()) throw error("probe: labelled train and dev parts are needed: split(data)");
  ProgressBar bar("probe");
  model::EmbedOptions o = embed_options(a, shell);
  o.progress = bar.callback();
  const std::string pooling = a.text("pooling");
  data::ProbeOptions p;
  if (a.has("C")) p.C = a.numbers("C");
  p.controls = a.flag("control") ? a.integer("shuffles") : 0;
  p.seed = seed_of(a, shell);
  auto found = std::make_shared<Probed>();
  found->language_model = built ? built->name : short_name(*lm);
  found->task = s->train.name, found->pooling = pooling;
  if (built) found->names = model::stage_names(*built);
  const std::size_t layers = built ? found->names.size() : std::size_t(lm->model.config.layers) + 1;
  // All layers of a language model come from one pass, and from disk when they were made before.
  const auto vectors = [&](const data::Dataset& rows, const std::vector<index_t>& wanted) {
    std::vector<model::Embedding> made;
    if (built) {
      for (const index_t i : wanted)
        made.push_back(model::stage_features(*built, rows, i, o.pooling, {o.batch, o.pool, o.progress}));
      return made;
    }
    model::EmbedOptions chosen = o;
    chosen.layers = wanted;
    return language_embeddings(*lm, rows.sequences, chosen, pooling, shell);
  };
  std::vector<index_t> all;
  for (std::size_t i = 0; i < layers; ++i) all.push_back(index_t(i));
  const auto train = vectors(s->train, all), dev = vectors(s->dev, all);
  for (std::size_t n = 0; n < layers; ++n) {
    found->layers.push_back(data::probe({train[n].values, s->train.labels}, {dev[n].values, s->dev.labels},
                                        train[n].width, s->train.class_count(), p));
    if (found->layers[n].dev_mcc > found->layers[found->best].dev_mcc) found->best = n;
    bar.show(double(n + 1) / double(layers), fmt::format("layer {}", n));
  }
  if (!s->test.empty() && s->test.labelled()) {
    const auto test = vectors(s->test, {index_t(found->best)});
    found->test_mcc = data::probe_mcc(found->layers[found->best], {test[0].values, s->test.labels});
  }
  return object(found);
}

Parameter model_or_embedding(const char* name, const char* doc) {
  return any(name, doc).one_of({"Embedding", "Model", "LanguageModel"}).with(Completes::file);
}

}  // namespace

void register_embedding_verbs(Registry& registry) {
  register_embedding_types(registry);
  const std::string group = "embeddings";
  registry.add({.name = "pca",
                .group = group,
                .doc = "Principal components of an embedding, with the silhouette of its classes.",
                .parameters = {value_of({"Embedding"}, "embedding", "made by embed"),
                               integer("components", "how many").between(1, 100000).by_default(10)},
                .run = pca_verb,
                .help = "Rows are centred; the largest entry of each axis is positive. The silhouette is that of the "
                        "original space: distances on a map of two components can mislead.",
                .example = "p = pca(embed(m, s.test))\nplot(p)\np.share[1]"});
  registry.add(
      {.name = "silhouette",
       .group = group,
       .doc = "How well the classes lie apart in an embedding: silhouettes, other measures, neighbours.",
       .parameters =
           {value_of({"Embedding"}, "embedding", "made by embed of labelled rows"),
            integer("neighbours", "whose majority is compared with a row's class").between(1, 1000).by_default(10)},
       .run = silhouette_verb,
       .help = "silhouette and cosine: -1 to 1, in the original space; on_map: on two principal components; "
               "calinski_harabasz: higher is better; davies_bouldin: lower is better; purity: share of rows "
               "whose neighbours have their class.",
       .example = "silhouette(embed(m, s.test)).silhouette"});
  registry.add(
      {.name = "cka",
       .group = group,
       .doc = "How alike two embeddings, or all layers of two models, are: linear kernel alignment, 0 to 1.",
       .parameters = with_prompt(
           {model_or_embedding("a", "an Embedding, a Model or a LanguageModel"),
            model_or_embedding("b", "the same or another, on the same sequences"),
            any("data", "of models: a Dataset, Splits (the training part), a text or a list of texts").optional(),
            flag("debiased", "take away what few rows add; else unrelated wide features look alike").by_default(true),
            pooling_parameter(), batch_parameter()}),
       .run = cka_verb,
       .help = "Of two embeddings a number, of models a Matrix of their layers. It does not see rotation, scale "
               "and place.",
       .example = "cka(m1, m2, {data = s.test})\nplot(cka(lm, lm, {data = s.test}))\ncka(embed(m1, s.test), "
                  "embed(m2, s.test))"});
  registry.add(
      {.name = "mmd",
       .group = group,
       .doc = "How far apart two sets of vectors are: maximum mean discrepancy, with a permutation test.",
       .parameters = {value_of({"Model", "Embedding"}, "a", "a model with an embedder, or an Embedding"),
                      value_of({"Text", "Embedding"}, "b", "a text reference, made by text(path)"),
                      value_of({"Splits", "Dataset", "Simulated"}, "data", "of a Model: the sequences").optional(),
                      value_of({"Model", "Embedding"}, "before", "the same before its alignment").optional(),
                      integer("rows", "of each side, drawn at random").between(2, 5000).by_default(512),
                      integer("permutations", "random divisions that say what chance gives; 0: none")
                          .between(0, 100000)
                          .by_default(200),
                      integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = mmd_verb,
       .help = "The formula of the loss that align minimises, on mean features of the embedder. With before, "
               "both numbers have the bandwidth of the state before; p is the share of random divisions at "
               "least as far apart.",
       .example = "before = copy(m)\nalign(m, s, {text = t, epochs = 2})\nmmd(m, t, {data = s, before = "
                  "before})"});
  registry.add({.name = "probe",
                .group = group,
                .doc = "Logistic probes of every layer: what a linear map can read off the frozen model.",
                .parameters = with_prompt(
                    {language_model_parameter("language_model", "a LanguageModel or its path; or a Model: its layers")
                         .one_of({"LanguageModel", "Model"}),
                     value_of({"Splits"}, "data", "train to fit, dev to choose, test to score the choice"),
                     pooling_parameter(), list("C", "strengths of regularisation, chosen on dev").optional(),
                     flag("control", "also with labels shuffled: what is read where there is nothing").by_default(true),
                     integer("shuffles", "of the labels; their spread says how much chance gives")
                         .between(1, 1000)
                         .by_default(5),
                     batch_parameter(), integer("seed", "another seed than the session's").at_least(0).optional()}),
                .run = probe_verb,
                .help = "The layer and C are chosen on dev; the features of a language model are kept on disk.",
                .example = "p = probe(lm, s)\nplot(p)\np.best\nprobe(m, s)"});
}

}  // namespace l2g::repl
