// plot: charts in the terminal and as files.
#include "display.hpp"
#include "plot/line_chart.hpp"
#include "plotting.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/report/rank_curves.hpp>

#include <algorithm>
#include <map>

namespace l2g::repl {
namespace {

constexpr std::size_t widest_chart = 100;

}  // namespace

Value draw(const Value& chart, const Arguments& a, Shell& shell) {
  const auto c = object_cast<Chart>(chart);
  if (a.has("file")) {
    const std::string path = path_of(a.text("file"));
    c->write(path, a.number("scale"));
    if (shell.settings.interactive) shell.say("wrote " + path);
  } else {
    shell.say(c->text(index_t(std::min(window_width(), widest_chart)), shell.settings.colour));
  }
  return {};
}

void add_plot(Registry& registry, std::string name, std::string doc, std::vector<Parameter> parameters,
              std::function<Value(const Arguments&, Shell&)> run, std::string example, std::string help) {
  if (name != "plot") parameters.push_back(text("title", "text above the chart").optional());
  parameters.push_back(text("file", "write a picture .png, .svg or .pdf instead of drawing in the terminal")
                           .with(Completes::file)
                           .optional());
  parameters.push_back(number("scale", "pixels a point of a .png").between(0.1, 20).by_default(2));
  registry.add({.name = std::move(name),
                .group = "plots",
                .doc = std::move(doc),
                .parameters = std::move(parameters),
                .run = std::move(run),
                .help = std::move(help),
                .example = std::move(example)});
}

void same_size(std::string_view verb, std::size_t a, std::size_t b) {
  if (a != b) throw error(fmt::format("{}: lists of one length are needed, got {} and {}", verb, a, b));
}

std::vector<std::int32_t> positives_of(const Arguments& a) {
  std::vector<std::int32_t> out;
  const std::string positive = a.text_or("positive", "1");
  for (const auto& x : a.list("labels")) {
    const auto* t = x.as<std::string>();
    const auto* b = x.as<bool>();
    out.push_back(b ? *b : (t ? *t : typed_form(x)) == positive);
  }
  return out;
}

double number_of(const Value& value, const std::string& where) {
  if (const auto* d = value.as<double>()) return *d;
  if (const auto* i = value.as<index_t>()) return double(*i);
  throw error(where + " must be a number, got " + kind_in_words(value));
}

double number_of(const Value::Table& table, std::string_view key, const std::string& where) {
  for (const auto& [name, value] : table)
    if (name == key) return number_of(value, where + "." + std::string(key));
  return report::unknown_value;
}

namespace {

Value plot_value(const Arguments& a, Shell& shell) {
  const auto* o = a.value("value").as<Object>();
  std::vector<std::string> names;
  if (o)
    for (const auto& c : o->type->charts) names.push_back(c.name);
  if (names.empty())
    throw error("plot has no chart of " + kind_in_words(a.value("value")) +
                "; lists of numbers go to plot.roc, plot.scatter and others, see help \"plot\"");
  const std::string wanted = a.text_or("chart", a.has("file") ? names.front() : "");
  if (!wanted.empty() && std::find(names.begin(), names.end(), wanted) == names.end())
    throw error("plot: " + unknown("chart", wanted, names));
  for (const auto& c : o->type->charts)
    if (wanted.empty() || c.name == wanted) draw(c.make(o->pointer.get()), a, shell);
  return {};
}

// Class numbers in the order in which the names are first seen; names may be texts, numbers, true and false.
std::vector<std::int32_t> classes_of(const Value::List& list, std::vector<std::string>& names) {
  std::vector<std::int32_t> out;
  std::map<std::string, std::int32_t> numbers;
  std::vector<std::string> texts;
  for (const auto& x : list) {
    const auto* t = x.as<std::string>();
    texts.push_back(t ? *t : typed_form(x));
    numbers[texts.back()];
  }
  for (auto& [name, number] : numbers) number = std::int32_t(names.size()), names.push_back(name);
  for (const auto& t : texts) out.push_back(numbers[t]);
  return out;
}

Value roc(const Arguments& a, Shell& shell) {
  const auto scores = a.numbers("scores");
  const auto positive = positives_of(a);
  same_size("plot.roc", scores.size(), positive.size());
  report::RocCurves chart{.title = a.text_or("title", "ROC curve"),
                          .curves = {report::roc_of("model", scores, positive)}};
  return draw(chart_of(chart), a, shell);
}

Value precision_recall(const Arguments& a, Shell& shell) {
  const auto scores = a.numbers("scores");
  const auto positive = positives_of(a);
  same_size("plot.precision_recall", scores.size(), positive.size());
  report::PrecisionRecallCurves chart{.title = a.text_or("title", "Precision and recall"),
                                      .curves = {report::precision_recall_of("model", scores, positive)}};
  if (!positive.empty())
    chart.prevalence = double(std::count(positive.begin(), positive.end(), 1)) / double(positive.size());
  return draw(chart_of(chart), a, shell);
}

Value confusion(const Arguments& a, Shell& shell) {
  Value::List all = a.list("truth");
  const std::size_t rows = all.size();
  same_size("plot.confusion", rows, a.list("predicted").size());
  all.insert(all.end(), a.list("predicted").begin(), a.list("predicted").end());
  report::ConfusionMatrix chart;
  chart.title = a.text_or("title", chart.title);
  const auto classes = classes_of(all, chart.class_names);
  const std::size_t n = chart.class_names.size();
  chart.counts.resize(n * n);
  for (std::size_t i = 0; i < rows; ++i) ++chart.counts[std::size_t(classes[i]) * n + std::size_t(classes[rows + i])];
  return draw(chart_of(chart), a, shell);
}

report::Track track_of(const Arguments& a, std::string_view name) {
  report::Track track;
  if (a.has(name)) track.y = a.numbers(name);
  for (std::size_t i = 0; i < track.y.size(); ++i) track.x.push_back(double(i + 1));
  return track;
}

Value learning(const Arguments& a, Shell& shell) {
  report::LearningCurves chart{.title = a.text_or("title", "Learning curves"),
                               .x_name = a.text("unit"),
                               .metric_name = a.text("metric_name"),
                               .train_loss = track_of(a, "train"),
                               .dev_loss = track_of(a, "dev"),
                               .dev_metric = track_of(a, "metric"),
                               .test_loss = track_of(a, "test"),
                               .test_metric = track_of(a, "test_metric")};
  return draw(chart_of(chart), a, shell);
}

Value scores(const Arguments& a, Shell& shell) {
  report::ScoreChart chart;
  chart.title = a.text_or("title", chart.title);
  chart.axis_name = a.text("axis");
  for (const auto& [name, value] : a.table("values")) {
    chart.variants.push_back(
        {name, number_of(value, "plot.scores: '" + name + "'"), report::unknown_value, report::unknown_value});
  }
  return draw(chart_of(chart), a, shell);
}

Value scatter(const Arguments& a, Shell& shell) {
  report::Scatter chart;
  chart.title = a.text_or("title", "Points");
  chart.x_name = a.text("x_name");
  chart.y_name = a.text("y_name");
  chart.x = a.numbers("x");
  chart.y = a.numbers("y");
  same_size("plot.scatter", chart.x.size(), chart.y.size());
  if (a.has("labels")) {
    same_size("plot.scatter", chart.x.size(), a.list("labels").size());
    chart.labels = classes_of(a.list("labels"), chart.class_names);
  }
  return draw(chart_of(chart), a, shell);
}

Value lines(const Arguments& a, Shell& shell) {
  plot::LineChart chart{.title = a.text_or("title", "Lines"),
                        .x_name = a.text("x_name"),
                        .y_name = a.text("y_name"),
                        .x = a.numbers("x"),
                        .lines = {}};
  for (const auto& [name, value] : a.table("lines")) {
    const auto* list = value.as<Value::List>();
    if (!list) throw error("plot.lines: '" + name + "' must be a list of numbers, got " + kind_in_words(value));
    std::vector<double> y;
    for (const auto& item : *list)
      y.push_back(number_of(item, fmt::format("plot.lines: '{}[{}]'", name, y.size() + 1)));
    if (y.size() != chart.x.size())
      throw error(fmt::format("plot.lines: '{}' has {} values for {} of x", name, y.size(), chart.x.size()));
    chart.lines.push_back({name, std::move(y)});
  }
  return draw(chart_of(chart), a, shell);
}

Value histogram(const Arguments& a, Shell& shell) {
  report::ScoreHistogram chart;
  chart.title = a.text_or("title", "Values");
  chart.x_name = a.text("axis");
  chart.values = a.numbers("values");
  chart.bins = a.integer("bins");
  if (a.has("labels")) {
    same_size("plot.histogram", chart.values.size(), a.list("labels").size());
    chart.labels = classes_of(a.list("labels"), chart.class_names);
  } else {
    chart.labels.assign(chart.values.size(), 0);
    chart.class_names = {"all"};
  }
  return draw(chart_of(chart), a, shell);
}

}  // namespace

void register_plot_verbs(Registry& registry) {
  registry.type<Chart>("Chart", "a chart that plot draws").summary([](const Chart&) { return "a chart"; });
  const auto add = [&](std::string name, std::string doc, std::vector<Parameter> parameters, auto run,
                       std::string example) {
    add_plot(registry, std::move(name), std::move(doc), std::move(parameters), run, std::move(example));
  };
  add("plot", "Draws the charts of a value, in the terminal or to a .png, .svg or .pdf file.",
      {any("value", "what to draw"), text("chart", "one of its charts; the first goes to a file").optional()},
      plot_value, "plot(b)\nplot(b, {file = \"baseline.png\"})");
  add("plot.learning", "Draws learning curves from lists of numbers, one an epoch.",
      {list("train", "training loss").optional(), list("dev", "development loss").optional(),
       list("metric", "a score on dev").optional(), list("test", "test loss, drawn apart").optional(),
       list("test_metric", "the score on test").optional(),
       text("metric_name", "what the score is").by_default("dev MCC"),
       text("unit", "what is counted on the x axis").one_of({"epoch", "step"}).by_default("epoch")},
      learning, "plot.learning{train = {0.7, 0.5, 0.4}, dev = {0.7, 0.6, 0.6}, metric = {0, 0.3, 0.4}}");
  add("plot.roc", "Draws the ROC curve of scores, with the area under it.",
      {list("scores", "a number a row, higher for positive"),
       list("labels", "true or false, 1 or 0, or class names, one a row"),
       text("positive", "the class name that is positive").optional()},
      roc, "plot.roc{scores = {0.9, 0.8, 0.3}, labels = {1, 0, 0}}");
  add("plot.precision_recall", "Draws precision against recall, with the average precision.",
      {list("scores", "a number a row, higher for positive"),
       list("labels", "true or false, 1 or 0, or class names, one a row"),
       text("positive", "the class name that is positive").optional()},
      precision_recall, "plot.precision_recall{scores = {0.9, 0.8, 0.3}, labels = {1, 0, 0}}");
  add("plot.confusion", "Draws how often each class was taken for which.",
      {list("truth", "the class of each row"), list("predicted", "the class that a model gave to each row")}, confusion,
      "plot.confusion{truth = {\"a\", \"b\"}, predicted = {\"a\", \"a\"}}");
  add("plot.scores", "Draws named scores side by side.",
      {table("values", "a number a name, drawn by name; {{name, number}, ...} keeps its order"),
       text("axis", "what the numbers are").by_default("test MCC")},
      scores,
      "plot.scores{cnn = 0.74, floor = 0.78}\n"
      "plot.scores{values = {{\"floor\", 0.78}, {\"cnn\", 0.74}}, axis = \"dev MCC\"}");
  add("plot.scatter", "Draws points, coloured by class.",
      {list("x", "a number a point"), list("y", "a number a point"),
       list("labels", "the class of each point").optional(), text("x_name", "what x is, with its unit").by_default("x"),
       text("y_name", "what y is").by_default("y")},
      scatter,
      "plot.scatter{x = {1, 2, 3}, y = {2, 1, 3}, labels = {\"a\", \"a\", \"b\"}}\n"
      "plot.scatter(gc, scores, {x_name = \"GC (%)\", y_name = \"probability\"})");
  add("plot.lines", "Draws one or more lines over the same x.",
      {list("x", "where the values are"), table("lines", "a list of numbers a name, as long as x"),
       text("x_name", "what x is, with its unit").by_default("x"),
       text("y_name", "what the values are").by_default("y")},
      lines,
      "plot.lines({1, 2, 3}, {cnn = {0.5, 0.6, 0.8}, l2g = {0.6, 0.7, 0.8}}, {x_name = \"epoch\", y_name = \"dev "
      "MCC\"})");
  add("plot.histogram", "Draws how often numbers occur, within each class.",
      {list("values", "the numbers"), list("labels", "the class of each number").optional(),
       integer("bins", "number of bars").between(1, 1000).by_default(30),
       text("axis", "what the numbers are").by_default("value")},
      histogram, "plot.histogram{values = {0.1, 0.2, 0.9}}");
}

}  // namespace l2g::repl
