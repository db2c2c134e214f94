#include "embedding_values.hpp"

#include "chart.hpp"
#include "language_values.hpp"
#include "model_values.hpp"

#include <fmt/format.h>
#include <l2g/data/simulate.hpp>
#include <l2g/io/cache.hpp>

#include <cmath>
#include <filesystem>

namespace l2g::repl {
namespace {

report::Scatter scatter_of(const Principal& p) {
  const eval::Components& c = p.components;
  report::Scatter s;
  s.title = "Embeddings of " + p.source;
  if (!std::isnan(p.silhouette))
    s.title += fmt::format(" (silhouette {:.2f}; on this map {:.2f})", p.silhouette, p.silhouette_on_map);
  const auto axis = [&](index_t i) {
    return i < c.count ? fmt::format("component {} ({:.0f} % of the variance)", i + 1, 100 * c.share(i))
                       : std::string("nothing is left");
  };
  s.x_name = axis(0), s.y_name = axis(1);
  for (index_t r = 0; r < c.rows; ++r) {
    s.x.push_back(c.scores[std::size_t(r * c.count)]);
    s.y.push_back(c.count > 1 ? c.scores[std::size_t(r * c.count + 1)] : 0);
  }
  s.labels = p.labels.empty() ? std::vector<std::int32_t>(std::size_t(c.rows), -1) : p.labels;
  s.class_names = p.classes;
  return s;
}

std::string details_of(const Principal& p) {
  const eval::Components& c = p.components;
  std::string s =
      fmt::format("{} rows of width {} from {}\ncomponent  variance  share  together\n", c.rows, c.width, p.model);
  double sum = 0;
  for (index_t i = 0; i < c.count && i < 10; ++i) {
    sum += c.share(i);
    s += fmt::format("{:>9}  {:>8.4g}  {:>4.1f} %  {:>6.1f} %\n", i + 1, c.variance[std::size_t(i)], 100 * c.share(i),
                     100 * sum);
  }
  if (!std::isnan(p.silhouette))
    s += fmt::format("silhouette of the classes {:.3f} in the original space, {:.3f} on the map of two components\n",
                     p.silhouette, p.silhouette_on_map);
  return s + "distances between clusters of a map are not those of the original space\n";
}

std::vector<double> shares_of(const Principal& p) {
  std::vector<double> v;
  for (index_t i = 0; i < p.components.count; ++i) v.push_back(p.components.share(i));
  return v;
}

std::string layer_name(const Probed& p, std::size_t i) { return i < p.names.size() ? p.names[i] : std::to_string(i); }

report::ScoreChart chart_of_layers(const Probed& p) {
  report::ScoreChart c;
  c.title = "Logistic probes of " + p.language_model + " on " + p.task;
  c.axis_name = "dev MCC (shuffled labels: mean +- 2 deviations)";
  for (std::size_t i = 0; i < p.layers.size(); ++i) {
    const std::string name = p.names.empty() ? fmt::format("layer {}", i) : p.names[i];
    c.variants.push_back({name, p.layers[i].dev_mcc, report::unknown_value, report::unknown_value});
    const double control = p.layers[i].control_mcc, spread = 2 * p.layers[i].control_deviation;
    if (!std::isnan(control))
      c.variants.push_back({name + ", labels shuffled", control, control - spread, control + spread});
  }
  return c;
}

std::string details_of(const Probed& p) {
  std::size_t width = 5;
  for (const auto& n : p.names) width = std::max(width, n.size());
  std::string s =
      fmt::format("{:>{}}  {:>9}  {:>7}  {:>15}  {}\n", "layer", width, "train MCC", "dev MCC", "shuffled", "C");
  const std::size_t shown = std::min<std::size_t>(p.layers.size(), 16);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& l = p.layers[i];
    const std::string control = std::isnan(l.control_mcc) ? "-"
                                : std::isnan(l.control_deviation)
                                    ? fmt::format("{:.3f}", l.control_mcc)
                                    : fmt::format("{:.3f} +- {:.3f}", l.control_mcc, l.control_deviation);
    s += fmt::format("{:>{}}  {:>9.3f}  {:>7.3f}  {:>15}  {:g}{}\n", layer_name(p, i), width, l.train_mcc, l.dev_mcc,
                     control, l.C, i == p.best ? "  <- best on dev" : "");
  }
  if (shown < p.layers.size()) s += fmt::format("and {} more: p.dev_mcc\n", p.layers.size() - shown);
  if (!std::isnan(p.test_mcc)) s += fmt::format("layer {} on test: MCC {:.3f}\n", layer_name(p, p.best), p.test_mcc);
  return s;
}

template <class F>
std::function<Value(const Probed&)> of_layers(F f) {
  return [f](const Probed& p) {
    std::vector<double> v;
    for (const auto& l : p.layers) v.push_back(f(l));
    return Value(v);
  };
}

}  // namespace

const data::Dataset* dataset_in(const Value& value) {
  if (const auto s = object_cast<data::Splits>(value)) return &s->train;
  if (const auto s = object_cast<data::Simulated>(value)) return &s->dataset;
  return object_cast<data::Dataset>(value).get();
}

std::string short_name(const model::LanguageModel& m) {
  const std::filesystem::path path(m.path);
  return (path.filename().empty() ? path.parent_path() : path).filename().string();
}

std::vector<model::Embedding> language_embeddings(const model::LanguageModel& lm,
                                                  const std::vector<std::string>& sequences, model::EmbedOptions o,
                                                  const std::string& pooling, Shell& shell) {
  const io::Cache cache;
  const io::ContentHash base = model::content_hash(lm, sequences, o.tokens);
  std::vector<model::Embedding> found(o.layers.size());
  std::vector<index_t> wanted;
  std::vector<std::size_t> places;
  const auto key_of = [&](index_t layer) { return io::ContentHash(base).add(pooling).add(layer); };
  for (std::size_t i = 0; i < o.layers.size(); ++i) {
    std::optional<io::CachedArray> kept;
    try {
      kept = cache.load("embedding", key_of(o.layers[i]));
    } catch (const file_error&) {  // damaged: made anew
    }
    if (kept && kept->extents.size() == 2 && kept->extents[0] == index_t(sequences.size()))
      found[i] = {kept->extents[0], kept->extents[1], std::move(kept->values)};
    else
      wanted.push_back(o.layers[i]), places.push_back(i);
  }
  if (wanted.empty()) return found;
  o.layers = wanted;
  std::vector<model::Embedding> made = model::embed(lm, sequences, o);
  for (std::size_t i = 0; i < made.size(); ++i) {
    try {
      cache.store("embedding", key_of(wanted[i]), {{made[i].rows, made[i].width}, made[i].values});
    } catch (const error& e) {
      shell.say(std::string("note: the embeddings are not kept on disk: ") + e.what());
    }
    found[places[i]] = std::move(made[i]);
  }
  return found;
}

report::Scatter scatter_of(const Embedded& e) {
  return scatter_of(Principal{e.source, e.language_model, eval::principal_components(e.values(), e.vectors.width, 2),
                              e.labels, e.classes});
}

model::EmbedOptions embed_options(const Arguments& a, const Shell& shell) {
  model::EmbedOptions o;
  o.pooling = model::pooling_of(a.text("pooling"));
  o.tokens = prompt_of(a);
  o.batch = a.integer("batch");
  o.pool = pool_of(shell);
  return o;
}

Parameter pooling_parameter() {
  return text("pooling", "how positions become one vector; padding never counts")
      .one_of({"mean", "cls", "max", "last"})
      .by_default("mean");
}
Parameter batch_parameter() { return integer("batch", "sequences at a time").between(1, 65536).by_default(16); }
std::vector<Parameter> with_prompt(std::vector<Parameter> own) {
  for (Parameter& p : prompt_parameters()) own.push_back(std::move(p));
  return own;
}

void register_embedding_types(Registry& registry) {
  registry.type<Principal>("Components", "principal components; c[1] are the scores of the first row")
      .summary([](const Principal& p) {
        std::string s = fmt::format("{} components of {}: {:.0f} % of the variance", p.components.count, p.source, [&] {
          double sum = 0;
          for (const double x : shares_of(p)) sum += 100 * x;
          return sum;
        }());
        return std::isnan(p.silhouette) ? s : s + fmt::format(", silhouette {:.2f}", p.silhouette);
      })
      .details([](const Principal& p) { return details_of(p); })
      .bytes(
          [](const Principal& p) { return sizeof(double) * (p.components.scores.size() + p.components.axes.size()); })
      .length([](const Principal& p) { return p.components.rows; })
      .item([](const Principal& p, index_t i) {
        const auto& c = p.components;
        if (i == c.rows + 1) return Value{};
        if (i < 1 || i > c.rows) throw error(fmt::format("row {} of Components with rows 1 to {}", i, c.rows));
        const auto from = c.scores.begin() + (i - 1) * c.count;
        return Value(std::vector<double>(from, from + c.count));
      })
      .field("rows", "how many", [](const Principal& p) { return p.components.rows; })
      .field("variance", "of each component", [](const Principal& p) { return Value(p.components.variance); })
      .field("share", "of the whole variance, of each component",
             [](const Principal& p) { return Value(shares_of(p)); })
      .field("silhouette", "of the classes in the original space, -1 to 1",
             [](const Principal& p) { return p.silhouette; })
      .field("silhouette_on_map", "of the classes on the first two components",
             [](const Principal& p) { return p.silhouette_on_map; })
      .chart("axes", "the first two components, coloured by class",
             [](const Principal& p) { return chart_of(scatter_of(p)); });
  registry.type<Probed>("Probe", "logistic probes of every layer of a model")
      .summary([](const Probed& p) {
        return fmt::format("layer {} of {} is best: dev MCC {:.3f}", layer_name(p, p.best), p.language_model,
                           p.layers[p.best].dev_mcc);
      })
      .details([](const Probed& p) { return details_of(p); })
      .length([](const Probed& p) { return p.layers.size(); })
      .field("best", "the layer that is best on dev; of a Model the place, from 0 on",
             [](const Probed& p) { return p.best; })
      .field("names", "places of a Model, from its input on", [](const Probed& p) { return Value(p.names); })
      .field("dev_mcc", "of each layer from 0 on", of_layers([](const auto& l) { return l.dev_mcc; }))
      .field("control_mcc", "mean of each layer after training on shuffled labels",
             of_layers([](const auto& l) { return l.control_mcc; }))
      .field("control_deviation", "its standard deviation over the shuffles",
             of_layers([](const auto& l) { return l.control_deviation; }))
      .field("test_mcc", "of the best layer", [](const Probed& p) { return p.test_mcc; })
      .chart("layers", "dev MCC by layer", [](const Probed& p) { return chart_of(chart_of_layers(p)); });
}

}  // namespace l2g::repl
