// report: one HTML page that shows what a session found.
#include "chart.hpp"
#include "display.hpp"
#include "evaluation_values.hpp"
#include "motif_values.hpp"
#include "plot/words.hpp"
#include "progress.hpp"
#include "sequence_plots.hpp"
#include "shell.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/baseline.hpp>
#include <l2g/data/leakage.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/summary.hpp>
#include <l2g/dyn/model.hpp>
#include <l2g/eval/ranking.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/report/data_charts.hpp>
#include <l2g/report/html_page.hpp>
#include <l2g/report/sequence_charts_of.hpp>

#include <algorithm>
#include <cmath>
#include <ctime>

namespace l2g::repl {
namespace {

using report::HtmlPage;
using report::HtmlTable;

constexpr index_t readable = 160;          // bases whose letters can be read in one picture
constexpr index_t most_compared = 200000;  // rows beyond which leakage is not looked for unasked
constexpr std::size_t most_motifs = 40, most_matches = 30, most_rows = 500;

/// A value of the report under the name that the session knows it by.
struct Entry {
  std::string name;
  Object object;
  template <class T>
  const T* as() const {
    return object.type == &type_of<T>() ? static_cast<const T*>(object.pointer.get()) : nullptr;
  }
};

/// A score as it stands in tables.
std::string score(double v) { return std::isnan(v) ? "undefined" : fmt::format("{:.3f}", v); }
std::string digits(double v) { return std::isnan(v) ? "undefined" : fmt::format("{:.4g}", v); }
std::string p_value(double v) { return v < 0 ? "" : fmt::format("{:.2e}", v); }

std::string name_in_session(const Object& o, Shell& shell) {
  for (const auto& [name, value] : shell.objects())
    if (const auto* other = value.as<Object>(); other && *other == o) return name;
  return o.type->name;
}

void gather(const Value& value, const std::string& name, Shell& shell, std::vector<Entry>& out) {
  if (const auto* o = value.as<Object>()) {
    out.push_back({name.empty() ? name_in_session(*o, shell) : name, *o});
  } else if (const auto* list = value.as<Value::List>()) {
    for (const auto& v : *list) gather(v, "", shell, out);
  } else if (const auto* table = value.as<Value::Table>()) {
    for (const auto& [key, v] : *table) gather(v, key, shell, out);
  } else {
    throw error("report: values are models, data, scores and the like; got " + kind_in_words(value));
  }
}

class Report {
 public:
  Report(std::vector<Entry> entries, const Arguments& arguments, Shell& shell)
      : page_(arguments.text_or("title", "What the session found"), arguments.text_or("note", "")),
        entries_(std::move(entries)),
        arguments_(arguments),
        shell_(shell) {}

  std::string html() {
    scores_at_a_glance();
    part("Data", {"Dataset", "Splits", "Simulated", "Leakage"});
    part("Floors", {"Baseline"});
    part("Models", {"Model"});
    part("Scores", {"Evaluation", "Comparison", "SeedComparison", "Fractions", "Calibration", "PromptWorth"});
    part("Contributions", {"Contributions", "MutationMap", "Change", "VariantEffects"});
    part("Motifs", {"MotifMatches", "SeqletMotifs", "Motifs", "Hits", "Seqlets"});
    rest();
    settings();
    return page_.finish();
  }

 private:
  /// A number of an object's fields, NaN when it has none of that name.
  static double number(const Entry& e, std::string_view field) {
    for (const auto& f : e.object.type->fields)
      if (f.name == field) {
        const Value v = f.get(e.object);
        if (const auto* d = v.as<double>()) return *d;
        if (const auto* i = v.as<index_t>()) return double(*i);
      }
    return std::nan("");
  }

  void scores_at_a_glance() {
    std::vector<HtmlPage::Card> cards;
    for (const Entry& e : entries_) {
      if (e.object.type->name != "Evaluation") continue;
      const auto* judged = e.as<Evaluated>();
      cards.push_back({fmt::format("{:.3f}", number(e, "mcc")),
                       "MCC of " + (judged ? judged->model + " (" + e.name + ")" : e.name),
                       fmt::format("95 % interval {:.3f} to {:.3f}, {:.0f} rows", number(e, "lo"), number(e, "hi"),
                                   number(e, "rows"))});
    }
    for (const Entry& e : entries_)
      if (const auto* b = e.as<data::Baseline>())
        cards.push_back({score((*b)[b->floor].test_mcc), "MCC of the floor on test", "linear model " + b->floor});
    page_.cards(cards);
  }

  void part(const std::string& name, const std::vector<std::string>& types) {
    bool begun = false;
    for (const std::string& type : types)
      for (const Entry& e : entries_) {
        if (e.object.type->name != type) continue;
        if (!begun) page_.section(name), begun = true;
        known_.push_back(type);
        show(e);
      }
  }

  void rest() {
    bool begun = false;
    for (const Entry& e : entries_) {
      if (std::find(known_.begin(), known_.end(), e.object.type->name) != known_.end()) continue;
      if (!begun) page_.section("More values"), begun = true;
      show(e);
    }
  }

  void show(const Entry& e) {
    page_.heading(e.name + " (" + e.object.type->name + ")");
    if (e.object.type->summary) page_.paragraph(e.object.type->summary(e.object.pointer.get()));
    if (const auto* d = e.as<data::Dataset>()) return show_data({{"all rows", d}}, nullptr);
    if (const auto* s = e.as<data::Simulated>()) return show_data({{"all rows", &s->dataset}}, nullptr);
    if (const auto* s = e.as<data::Splits>())
      return show_data({{"train", &s->train}, {"dev", &s->dev}, {"test", &s->test}}, s);
    if (const auto* l = e.as<data::Leakage>()) return show_leakage(*l);
    if (const auto* b = e.as<data::Baseline>()) return show_baseline(e, *b);
    if (const auto* m = e.as<model::Model>()) return show_model(e, *m);
    if (const auto* c = e.as<interpret::Contributions>()) return show_contributions(*c);
    if (const auto* m = e.as<interpret::MutationMaps>()) return show_mutations(*m);
    if (const auto* m = e.as<interpret::MotifSet>()) return show_motifs(*m);
    if (const auto* p = e.as<SeqletPatterns>()) return show_patterns(*p);
    if (const auto* m = e.as<MotifMatches>()) return show_matches(*m);
    if (const auto* h = e.as<interpret::Hits>()) return show_hits(*h);
    show_fields(e);
    show_charts(e);
    show_details(e);
  }

  /// What a field is called, in words, and what it is.
  static std::string label_of(const Field& f) {
    std::string name = f.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    return name == f.doc ? name : name + ": " + f.doc;
  }

  void show_fields(const Entry& e) {
    std::vector<std::pair<std::string, std::string>> facts;
    for (const auto& f : e.object.type->fields) {
      const Value v = f.get(e.object);
      std::string text;
      if (const auto* s = v.as<std::string>())
        text = *s;
      else if (const auto* d = v.as<double>())
        text = std::isnan(*d) ? "" : digits(*d);
      else if (const auto* b = v.as<bool>())
        text = *b ? "yes" : "no";
      else if (v.as<index_t>())
        text = typed_form(v);
      if (text.empty()) continue;
      if (f.name == "note")
        page_.warning(text);
      else
        facts.emplace_back(label_of(f), text);
    }
    page_.facts(facts);
  }

  void show_charts(const Entry& e) {
    std::vector<std::pair<std::string, std::string>> pictures;
    for (const auto& c : e.object.type->charts)
      if (const auto chart = object_cast<Chart>(c.make(e.object.pointer.get())))
        pictures.emplace_back(chart->svg(page_.new_id()), c.doc);
    page_.pictures(pictures);
  }

  void show_details(const Entry& e) {
    if (e.object.type->details)
      page_.code(e.object.type->details(e.object.pointer.get()), "As the shell says it", true);
  }

  template <class C>
  void draw(const C& chart, const std::string& caption = "") {
    page_.picture(plot::svg_of(plot::drawing_of(chart), page_.new_id()), caption);
  }

  void show_data(const std::vector<std::pair<std::string, const data::Dataset*>>& parts, const data::Splits* splits) {
    HtmlTable table{"",
                    {"part", "class", "rows", "GC (%)", "shortest (bases)", "median", "longest",
                     "letters not A C G T (%)", "in an earlier row", "of them with another label"},
                    {}};
    for (const auto& [name, d] : parts) {
      if (d->empty()) continue;
      const data::Summary s = data::summary(*d);
      table.rows.push_back({name, "", count(s.rows), percent(s.gc), count(s.shortest), digits(s.median_length),
                            count(s.longest), percent(s.n_share), count(s.duplicates), count(s.conflicting)});
      if (d->labelled())
        for (const auto& c : s.classes)
          table.rows.push_back({name, c.name, count(c.rows), percent(c.gc), "", "", "", "", "", ""});
    }
    const data::Dataset& first = *parts[0].second;
    page_.facts({{"read from", first.source}});
    page_.table(table);
    for (const auto& [name, d] : parts)
      for (const std::string& note : d->notes) page_.paragraph(name + ": " + note);
    const report::ScoreHistogram gc = report::gc_histogram(first);
    std::string caption = "Where the classes part here, a model can score without having learnt any motif.";
    if (first.class_count() == 2) {
      std::vector<std::int32_t> second = gc.labels;
      for (std::size_t i = 0; i < second.size(); ++i)
        if (std::isnan(gc.values[i])) second[i] = -1;
      std::vector<double> known = gc.values;
      std::replace_if(
          known.begin(), known.end(), [](double v) { return std::isnan(v); }, 0.0);
      caption += " ROC-AUC of GC content alone: " + score(eval::roc_auc(known, second)) + ".";
    }
    page_.pictures({{svg(report::length_histogram(first)), ""}, {svg(gc), caption}});
    const bool given = std::any_of(entries_.begin(), entries_.end(),
                                   [](const Entry& e) { return e.object.type == &type_of<data::Leakage>(); });
    if (!splits || given || (splits->dev.empty() && splits->test.empty())) return;
    if (splits->train.rows() + splits->dev.rows() + splits->test.rows() > most_compared) {
      page_.warning("Leakage was not looked for in so many rows; leakage(s) does, and its value belongs in here.");
      return;
    }
    ProgressBar bar("report: leakage");
    show_leakage(data::leakage(*splits, {.progress = bar.callback()}));
  }

  void show_leakage(const data::Leakage& l) {
    HtmlTable table{fmt::format("What dev and test share with train: rows that are found there, counted by the first "
                                "kind that fits, and the share that has any stretch of {} bases in common",
                                l.k),
                    {"part", "rows", "the same", "the other strand", "one in the other",
                     fmt::format("{} bases shared", l.k), "share with any of these (%)", "the same with another label"},
                    {}};
    for (const auto& p : l.parts)
      table.rows.push_back(
          {p.part, count(p.rows), count(p.exact), count(p.reverse_complement), count(p.substring), count(p.shared_kmer),
           percent(p.rows ? double(p.leaks.size()) / double(p.rows) : std::nan("")), count(p.exact_other_label)});
    page_.table(table);
    for (const auto& p : l.parts)
      if (p.rows > 0 && double(p.leaks.size()) > 0.01 * double(p.rows))
        page_.warning(
            fmt::format("{} of {} rows of {} are found in train: scores on them say how well a model "
                        "remembers, not what it has learnt.",
                        p.leaks.size(), p.rows, p.part));
  }

  void show_baseline(const Entry& e, const data::Baseline& b) {
    HtmlTable table{"Linear models: the floor that a network must beat",
                    {"model", "dev MCC", "test MCC", "dev AUC", "test AUC"},
                    {}};
    for (const auto& m : b.models)
      table.rows.push_back({m.model + (m.model == b.floor ? " (the floor)" : ""), score(m.dev_mcc), score(m.test_mcc),
                            score(m.dev_auc), score(m.test_auc)});
    page_.table(table);
    page_.paragraph(b.advice.sentence);
    show_charts(e);
  }

  void show_model(const Entry& e, const model::Model& m) {
    std::vector<std::pair<std::string, std::string>> facts{{"classes", joined(m.classes)},
                                                           {"trained numbers", count(m.parameters())},
                                                           {"seed of its first weights", std::to_string(m.seed)},
                                                           {"decides for the second class from", digits(m.threshold)}};
    if (m.outputs() != 2) facts.pop_back();
    for (const auto& [key, value] : m.notes) facts.emplace_back(key, value);
    page_.facts(facts);
    if (!m.history.empty()) show_charts(e);
    show_details(e);
  }

  void show_contributions(const interpret::Contributions& c) {
    page_.facts({{"method", c.method}, {"what is explained", c.output_name}, {"how", c.note}});
    if (c.promises_sum && !c.rows.empty()) {
      double worst = 0;
      for (const auto& r : c.rows)
        worst = std::max(worst, std::abs(r.residual) / std::max(std::abs(r.output - r.reference_output), 1e-3));
      page_.paragraph(
          fmt::format("Certificate: over all {} sequences the contributions add up to the difference of "
                      "the outputs but for at most {:.1e} of it.",
                      c.size(), worst));
    }
    std::vector<std::size_t> chosen;
    if (arguments_.has("rows")) {
      for (const index_t row : arguments_.integers("rows")) {
        if (row < 1 || row > c.size())
          throw error(fmt::format("report: 'rows' are numbers from 1 to {}, got {}", c.size(), row));
        chosen.push_back(std::size_t(row - 1));
      }
    } else {
      chosen = strongest_rows(c, 4);
    }
    for (const std::size_t row : chosen) {
      const auto& r = c.rows[row];
      const std::vector<report::Stretch> hits = hits_of(c, row);
      const std::string output = fmt::format("Row {}: output {}, {} for the references", row + 1, digits(r.output),
                                             digits(r.reference_output));
      draw(report::track_of(c, index_t(row), 0, r.length(), hits), output);
      const Window w = busiest(r, readable);
      if (w.to - w.from < r.length()) draw(report::track_of(c, index_t(row), w.from, w.to, hits), "its busiest part");
    }
    HtmlTable table{
        "All sequences", {"row", "name", "output", "for the references", "sum of contributions", "residual"}, {}};
    for (std::size_t i = 0; i < std::min(c.rows.size(), most_rows); ++i) {
      const auto& r = c.rows[i];
      double sum = 0;
      for (const double v : r.observed) sum += v;
      table.rows.push_back({std::to_string(i + 1), r.id, digits(r.output), digits(r.reference_output), digits(sum),
                            c.promises_sum ? fmt::format("{:.1e}", r.residual) : ""});
    }
    if (c.rows.size() > most_rows)
      table.caption = fmt::format("The first {} of {} sequences", most_rows, c.rows.size());
    page_.table(table, true);
  }

  void show_mutations(const interpret::MutationMaps& maps) {
    for (const std::string& note : maps.notes) page_.paragraph(note);
    for (std::size_t i = 0; i < std::min<std::size_t>(maps.rows.size(), 4); ++i) {
      const auto& map = maps.rows[i];
      std::string strong;
      for (const auto& m : interpret::strongest(map, 5))
        strong += (strong.empty() ? "strongest: " : ", ") + interpret::name_of(m) + fmt::format(" {:+.3f}", m.effect);
      for (index_t from = map.first; from < map.first + map.length; from += readable) {
        draw(mutation_chart(maps, map, from, from + readable), from == map.first ? strong : "");
        if (from - map.first >= 2 * readable) break;  // a long map is a file's work: plot.mutations draws any stretch
      }
    }
  }

  /// Hits, where there are none what was planted, where nothing was the seqlets: one thing is marked once.
  std::vector<report::Stretch> hits_of(const interpret::Contributions& c, std::size_t row) const {
    for (const Type* type : {&type_of<interpret::Hits>(), &type_of<data::Simulated>(), &type_of<Seqlets>()}) {
      std::vector<report::Stretch> found;
      for (const Entry& e : entries_)
        if (e.object.type == type)
          for (auto& s : stretches_of(Value(e.object), c, row)) found.push_back(std::move(s));
      if (!found.empty()) return found;
    }
    return {};
  }

  void show_motifs(const interpret::MotifSet& set) {
    std::vector<std::pair<std::string, std::string>> logos;
    HtmlTable table{fmt::format("All {} motifs of {}", set.size(), set.name),
                    {"name", "second name", "positions", "information (bits)", "consensus", "sites"},
                    {}};
    for (std::size_t i = 0; i < set.motifs.size(); ++i) {
      const auto& m = set.motifs[i];
      if (i < 12) logos.emplace_back(svg(report::logo_of(m)), set.notes[i].alternative);
      if (i < most_rows)
        table.rows.push_back({m.name, set.notes[i].alternative, count(m.length()), digits(m.information()), m.iupac(),
                              set.notes[i].sites > 0 ? digits(set.notes[i].sites) : ""});
    }
    page_.pictures(logos);
    page_.table(table, true);
  }

  void show_patterns(const SeqletPatterns& p) {
    for (std::size_t i = 0; i < std::min(p.list.size(), most_motifs); ++i) {
      const auto& m = p.list[i];
      report::Logo contribution;
      contribution.title = m.motif.name, contribution.y_name = "mean contribution";
      contribution.heights = m.contribution;
      page_.pictures({{svg(contribution), fmt::format("{} seqlets; {} the output", m.members.size(),
                                                      m.attribution < 0 ? "lowers" : "raises")},
                      {svg(report::logo_of(m.motif)), "the same seqlets as bases"}});
    }
  }

  /// A motif by its name among all motifs of the report.
  const data::Motif* motif(const std::string& name) const {
    for (const Entry& e : entries_) {
      const auto* set = e.as<interpret::MotifSet>();
      if (const auto* p = e.as<SeqletPatterns>()) set = &p->set;
      if (!set) continue;
      for (std::size_t i = 0; i < set->motifs.size(); ++i)
        if (set->motifs[i].name == name || (!name.empty() && set->notes[i].alternative == name)) return &set->motifs[i];
    }
    return nullptr;
  }

  void show_matches(const MotifMatches& matches) {
    std::vector<std::string> drawn;
    bool unknown = false;
    for (const auto& m : matches.list) {
      // The best match of each motif, both logos above each other as they were aligned.
      if (std::find(drawn.begin(), drawn.end(), m.query) != drawn.end() || drawn.size() == most_matches) continue;
      drawn.push_back(m.query);
      const data::Motif *query = motif(m.query), *target = motif(m.target);
      unknown = unknown || !query || !target;
      if (!query || !target) continue;
      report::Logo first = report::logo_of(*query),
                   second = report::logo_of(m.reverse ? data::reverse_complement(*target) : *target);
      first.title = m.query, second.title = m.target + (m.reverse ? ", other strand" : "");
      first.first = 1 + m.offset;  // positions of the target
      page_.pictures({{svg(first), fmt::format("p {}{}{}", p_value(m.p), m.q >= 0 ? ", q " + p_value(m.q) : "",
                                               m.e >= 0 ? ", E " + p_value(m.e) : "")},
                      {svg(second), "from " + matches.database}});
    }
    if (unknown)
      page_.paragraph(
          "Logos need both sets of motifs in the report: the ones that were asked about and the known ones.");
    HtmlTable table{"Known motifs that motifs resemble", {"motif", "resembles", "strand", "offset", "p", "q", "E"}, {}};
    for (std::size_t i = 0; i < std::min(matches.list.size(), most_rows); ++i) {
      const auto& m = matches.list[i];
      table.rows.push_back(
          {m.query, m.target, m.reverse ? "other" : "same", count(m.offset), p_value(m.p), p_value(m.q), p_value(m.e)});
    }
    page_.table(table);
  }

  void show_hits(const interpret::Hits& hits) {
    HtmlTable table{fmt::format("{} hits", hits.size()),
                    {"motif", "sequence", "first", "last", "strand", "score (bits)", "p", "q"},
                    {}};
    if (std::size_t(hits.size()) > most_rows)
      table.caption = fmt::format("The first {} of {} hits", most_rows, hits.size());
    for (std::size_t i = 0; i < std::min(std::size_t(hits.size()), most_rows); ++i) {
      const auto& h = hits.list[i];
      table.rows.push_back({hits.motif(h), hits.sequence(h), count(h.start + 1), count(h.end), std::string(1, h.strand),
                            fmt::format("{:.2f}", h.score), p_value(h.p), p_value(h.q)});
    }
    page_.table(table, true);
  }

  void settings() {
    page_.section("How it was made");
    char day[32] = "";
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    if (localtime_r(&now, &local)) std::strftime(day, sizeof day, "%Y-%m-%d %H:%M", &local);
    const int threads = shell_.settings.threads;
    page_.facts({{"program", "l2g " L2G_VERSION ", compiled by " + compiler()},
                 {"seed", std::to_string(shell_.settings.seed)},
                 {"threads", threads == 0 ? "as many as the machine has" : std::to_string(threads)},
                 {"written", day}});
    std::string lines;
    for (const std::string& line : shell_.history) lines += line + "\n";
    page_.code(lines, "What was typed: the same lines give the same numbers");
  }

  static std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "g++ " __VERSION__;
#endif
  }

  static std::string count(index_t n) { return plot::count(n); }
  static std::string percent(double share) { return std::isnan(share) ? "" : fmt::format("{:.1f}", 100 * share); }
  static std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 20); ++i) all += (i ? ", " : "") + names[i];
    return names.size() > 20 ? all + fmt::format(" and {} more", names.size() - 20) : all;
  }
  template <class C>
  std::string svg(const C& chart) {
    return plot::svg_of(plot::drawing_of(chart), page_.new_id());
  }

  HtmlPage page_;
  std::vector<Entry> entries_;
  const Arguments& arguments_;
  Shell& shell_;
  std::vector<std::string> known_;
};

Value write_report(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  if (!path.ends_with(".html") && !path.ends_with(".htm")) throw error("report: '" + path + "' must end in .html");
  std::vector<Entry> entries;
  if (a.has("values"))
    gather(a.value("values"), "", shell, entries);
  else
    for (const auto& [name, value] : shell.objects()) gather(value, name, shell, entries);
  // Verbs and groups of verbs are no findings, and one value is shown once.
  std::vector<Entry> shown;
  for (Entry& e : entries)
    if (std::none_of(shown.begin(), shown.end(), [&](const Entry& other) { return other.object == e.object; }))
      shown.push_back(std::move(e));
  if (shown.empty())
    throw error("report: there is nothing to show; load data, or give values: report(\"out.html\", {d, m})");
  const std::size_t values = shown.size();
  const std::string html = Report(std::move(shown), a, shell).html();
  io::write_file(path, html);
  if (shell.settings.interactive)
    shell.say(fmt::format("wrote {}: {} values, {}", path, values, bytes_in_words(html.size())));
  return {};
}

}  // namespace

void register_report_verbs(Registry& registry) {
  registry.add(
      {.name = "report",
       .group = "plots",
       .doc = "Writes one HTML page of what was found, to be opened in any browser and handed on.",
       .parameters = {file("path", "the page, .html"),
                      any("values", "what to show: a list, or values = {name = value}; all variables").optional(),
                      text("title", "of the page").optional(), text("note", "a line below the title").optional(),
                      list("rows", "which sequences of Contributions to draw; the strongest ones").optional()},
       .run = write_report,
       .help = "The page holds pictures, tables, settings and the lines that were typed; it needs no network. "
               "Motif hits and planted motifs among the values are marked on contributions, matches show the "
               "logos of motifs among the values.",
       .example = "report(\"out.html\")\nreport(\"out.html\", {s, b, m, e}, {title = \"Promoters\"})"});
}

}  // namespace l2g::repl
