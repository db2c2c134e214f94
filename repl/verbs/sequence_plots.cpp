// plot.logo, plot.track, plot.mutations: what lies along a sequence; and the charts that values of other verbs have.
#include "sequence_plots.hpp"
#include "motif_values.hpp"
#include "plotting.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/annotation.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/report/data_charts.hpp>
#include <l2g/report/sequence_charts_of.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace l2g::repl {
namespace {

using interpret::Contributions;
using interpret::MutationMap;
using interpret::MutationMaps;
using report::Stretch;

constexpr index_t readable = 160;  // bases whose letters can be read in one picture

/// The motif of a set by number from 1 or by name.
std::size_t motif_at(const interpret::MotifSet& set, const Value& which) {
  if (set.size() == 0) throw error("plot.logo: there are no motifs in " + set.name);
  if (which.empty()) return 0;
  if (const auto* i = which.as<index_t>()) {
    if (*i < 1 || *i > set.size())
      throw error(fmt::format("plot.logo: 'motif' is a number from 1 to {}, got {}", set.size(), *i));
    return std::size_t(*i - 1);
  }
  const auto* name = which.as<std::string>();
  if (!name) throw error("plot.logo: 'motif' is a number or a name, got " + kind_in_words(which));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < set.motifs.size(); ++i) {
    if (set.motifs[i].name == *name || set.notes[i].alternative == *name) return i;
    if (names.size() < 12) names.push_back(set.motifs[i].name);
  }
  throw error("plot.logo: " + unknown("motif", *name, names) + (set.size() > 12 ? ", ..." : ""));
}

/// A list of rows of four numbers, or a table with such a list.
data::Motif motif_of(const Value& value) {
  const auto* rows = value.as<Value::List>();
  data::Motif motif;
  if (const auto* table = value.as<Value::Table>())
    for (const auto& [key, v] : *table) {
      if (key == "probabilities") rows = v.as<Value::List>();
      if (key == "name" && v.as<std::string>()) motif.name = *v.as<std::string>();
    }
  if (!rows)
    throw error("plot.logo takes a Motifs, a SeqletMotifs, a Contributions, or rows of four probabilities; got " +
                kind_in_words(value));
  for (const auto& row : *rows) {
    const auto* list = row.as<Value::List>();
    if (!list || list->size() != 4)
      throw error(
          fmt::format("plot.logo: position {} must be four probabilities (A C G T)", motif.probabilities.size() + 1));
    auto& p = motif.probabilities.emplace_back();
    for (std::size_t b = 0; b < 4; ++b)
      p[b] = number_of((*list)[b], fmt::format("plot.logo: position {}", motif.probabilities.size()));
  }
  data::check(motif);
  return motif;
}

report::Logo logo_of(const interpret::SeqletMotif& m) {
  report::Logo logo;
  logo.title = fmt::format("{}, {} seqlets", m.motif.name, m.members.size());
  logo.y_name = "mean contribution";
  logo.heights = m.contribution;
  return logo;
}

struct Range {
  index_t from, to;  // from 0, to is behind the last
};

/// Positions from 1 as the user gives them, both ends shown.
Range range_of(const Arguments& a, std::string_view verb, index_t length) {
  const index_t from = a.has("from") ? a.integer("from") : 1, to = a.has("to") ? a.integer("to") : length;
  if (from < 1 || to > length || from > to)
    throw error(fmt::format("{}: positions {} to {} of a sequence of {}", verb, from, to, length));
  return {from - 1, to};
}

std::size_t row_of(const Arguments& a, std::string_view verb, index_t rows) {
  if (rows == 0) throw error(fmt::format("{}: there are no sequences", verb));
  const index_t row = a.integer("row");
  if (row < 1 || row > rows) throw error(fmt::format("{}: 'row' is a number from 1 to {}, got {}", verb, rows, row));
  return std::size_t(row - 1);
}

Value logo(const Arguments& a, Shell& shell) {
  const Value& source = a.value("motif");
  const bool probabilities = a.flag("probabilities");
  report::Logo chart;
  if (const auto patterns = a.object<SeqletPatterns>("motif")) {
    const std::size_t i = motif_at(patterns->set, a.value("which"));
    chart = probabilities ? report::logo_of(patterns->set.motifs[i]) : logo_of(patterns->list[i]);
  } else if (const auto set = a.object<interpret::MotifSet>("motif")) {
    const std::size_t i = motif_at(*set, a.value("which"));
    chart = probabilities ? report::probability_logo(set->motifs[i]) : report::logo_of(set->motifs[i]);
    if (!set->notes[i].alternative.empty()) chart.title += " (" + set->notes[i].alternative + ")";
  } else if (const auto c = a.object<Contributions>("motif")) {
    const std::size_t row = row_of(a, "plot.logo", c->size());
    const Range r = range_of(a, "plot.logo", c->rows[row].length());
    chart = report::logo_of(*c, index_t(row), r.from, r.to);
  } else {
    const data::Motif m = motif_of(source);
    chart = probabilities ? report::probability_logo(m) : report::logo_of(m);
  }
  chart.title = a.text_or("title", chart.title);
  chart.classic = a.flag("classic");
  return draw(chart_of(chart), a, shell);
}

Value track(const Arguments& a, Shell& shell) {
  const auto c = a.object<Contributions>("contributions");
  const std::size_t row = row_of(a, "plot.track", c->size());
  const Range r = range_of(a, "plot.track", c->rows[row].length());
  std::vector<Stretch> genes;
  if (const auto annotation = a.object<data::Annotation>("genes")) genes = genes_of(*annotation, c->rows[row]);
  report::ContributionTrack chart =
      report::track_of(*c, index_t(row), r.from, r.to, stretches_of(a.value("hits"), *c, row), genes);
  chart.title = a.text_or("title", chart.title);
  chart.classic = a.flag("classic");
  return draw(chart_of(chart), a, shell);
}

Value mutations(const Arguments& a, Shell& shell) {
  const auto maps = a.object<MutationMaps>("map");
  if (!maps) throw error("plot.mutations takes the effects of mutations, got " + kind_in_words(a.value("map")));
  const auto& map = maps->rows[row_of(a, "plot.mutations", maps->size())];
  const Range r = range_of(a, "plot.mutations", index_t(map.sequence.size()));
  report::MutationChart chart = mutation_chart(*maps, map, r.from, r.to);
  chart.title = a.text_or("title", chart.title);
  return draw(chart_of(chart), a, shell);
}

}  // namespace

std::vector<Stretch> stretches_of(const Value& hits, const Contributions& contributions, std::size_t row) {
  std::vector<Stretch> out;
  const auto& id = contributions.rows[row].id;
  if (hits.empty()) return out;
  if (const auto found = object_cast<interpret::Hits>(hits)) {
    // By name where the names are the same ones, else by number.
    const bool named = std::find(found->sequences.begin(), found->sequences.end(), id) != found->sequences.end();
    for (const auto& h : found->list)
      if (named ? found->sequence(h) == id : std::size_t(h.sequence) == row)
        out.push_back({h.start, h.end, h.strand, found->motif(h), h.score});
  } else if (const auto seqlets = object_cast<Seqlets>(hits)) {
    // Seqlets of other contributions belong to the row of the same name.
    const bool same = !seqlets->of || seqlets->of.get() == &contributions;
    for (const auto& s : seqlets->list)
      if (same ? std::size_t(s.row) == row : !id.empty() && seqlets->of->rows[std::size_t(s.row)].id == id)
        out.push_back({s.start, s.end, '.', "seqlet", s.attribution});
  } else if (const auto simulated = object_cast<data::Simulated>(hits)) {
    const auto& ids = simulated->dataset.ids;
    const auto at = std::find(ids.begin(), ids.end(), id);
    const std::size_t sequence = at == ids.end() ? row : std::size_t(at - ids.begin());
    for (const auto& s : simulated->sites)
      if (std::size_t(s.row) == sequence) out.push_back({s.start, s.end, s.strand, s.motif, report::unknown_value});
  } else {
    throw error("plot.track: 'hits' is a Hits, a Seqlets or a Simulated, got " + kind_in_words(hits));
  }
  const index_t length = contributions.rows[row].length();
  std::erase_if(out, [length](const Stretch& s) { return s.start < 0 || s.end > length || s.start >= s.end; });
  return out;
}

std::vector<Stretch> genes_of(const data::Annotation& annotation, const interpret::Contribution& row) {
  // Rows that were read from a genome are named chromosome:start-end, counted from 0 with the end behind the last base.
  const std::size_t dash = row.id.rfind('-'), colon = row.id.rfind(':', dash);
  char* end = nullptr;
  const index_t start = colon == row.id.npos ? -1 : std::strtoll(row.id.c_str() + colon + 1, &end, 10);
  if (dash == row.id.npos || start < 0 || !end || *end != '-')
    throw error("plot.track: genes need a row that is named by its place, as chr1:1000-1200; this one is named '" +
                row.id + "'");
  const bool other_strand = row.id.ends_with("(-)");  // such a row is the reverse complement of its place
  std::vector<Stretch> out;
  for (const auto& f : annotation.features_in(row.id.substr(0, colon), start, start + row.length())) {
    Stretch s{std::max(f.start - start, index_t(0)), std::min(f.end - start, row.length()), f.strand,
              f.name.empty() ? f.type : f.name, report::unknown_value};
    if (s.start >= s.end) continue;
    if (other_strand) {
      s = {row.length() - s.end, row.length() - s.start, s.strand, s.name, s.score};
      s.strand = s.strand == '+' ? '-' : s.strand == '-' ? '+' : s.strand;
    }
    out.push_back(std::move(s));
  }
  return out;
}

report::MutationChart mutation_chart(const MutationMaps& maps, const MutationMap& map, index_t from, index_t to) {
  report::MutationChart chart;
  chart.title = "Mutations of " + (map.id.empty() ? "a sequence" : report::row_words(map.id, 0));
  chart.value_name = "change of " + maps.output_name;
  // Only what was mutated has numbers.
  from = std::max(from, map.first), to = std::min(to, map.first + map.length);
  chart.first = from + 1;
  for (index_t i = from; i < to; ++i) {
    chart.sequence += map.sequence[std::size_t(i)];
    for (int b = 0; b < 4; ++b) chart.values.push_back(map.effect(i, b));
  }
  return chart;
}

Window busiest(const interpret::Contribution& c, index_t most) {
  const index_t n = c.length();
  if (n <= most) return {0, n};
  double sum = 0, best = -1;
  Window window{0, most};
  for (index_t i = 0; i < n; ++i) {
    sum += std::abs(c.observed[std::size_t(i)]);
    if (i >= most) sum -= std::abs(c.observed[std::size_t(i - most)]);
    if (i + 1 >= most && sum > best * (1 + 1e-12)) best = sum, window = {i + 1 - most, i + 1};
  }
  return window;
}

std::vector<std::size_t> strongest_rows(const Contributions& c, std::size_t count) {
  std::vector<double> size;
  for (const auto& row : c.rows)
    size.push_back(std::accumulate(row.observed.begin(), row.observed.end(), 0.0,
                                   [](double sum, double v) { return sum + std::abs(v); }));
  std::vector<std::size_t> order(size.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return size[i] > size[j]; });
  order.resize(std::min(order.size(), count));
  return order;
}

void register_sequence_plot_verbs(Registry& registry) {
  add_plot(
      registry, "plot.logo", "Draws a motif, or the contributions of a stretch, as letters on top of each other.",
      {any("motif", "a Motifs, SeqletMotifs or Contributions, or rows of four probabilities"),
       any("which", "the motif's number or name; the first one").optional(),
       integer("row", "which sequence of Contributions").at_least(1).by_default(1),
       integer("from", "first position of a sequence, from 1").optional(), integer("to", "last position").optional(),
       flag("probabilities", "letters as high as their probability, not weighed by information").by_default(false),
       flag("classic", "green, blue, orange, red instead of the colour-blind set").by_default(false)},
      logo, "plot.logo{motif = {{0.9, 0.1, 0, 0}, {0, 0, 0, 1}, {0.25, 0.25, 0.25, 0.25}}}",
      "Motifs are drawn in bits: a position that is always the same base is 2 bits high. SeqletMotifs are drawn as "
      "mean contributions; with probabilities = true in bits.");
  add_plot(registry, "plot.track", "Draws what each base of a sequence contributes, with motif hits shaded.",
           {value_of({"Contributions"}, "contributions", "of a model"),
            integer("row", "which sequence").at_least(1).by_default(1),
            integer("from", "first position, from 1").optional(), integer("to", "last position").optional(),
            any("hits", "a Hits, a Seqlets, or the Simulated data with their planted motifs").optional(),
            value_of({"Annotation"}, "genes", "names for places; the row is named chromosome:start-end").optional(),
            flag("classic", "green, blue, orange, red instead of the colour-blind set").by_default(false)},
           track, "plot.track(c, {row = 2, from = 80, to = 160, hits = h, file = \"track.svg\"})",
           "Letters where there are few bases, bars where there are many.");
  add_plot(registry, "plot.mutations", "Draws the effect of every single-base mutation as shades.",
           {any("map", "effects of mutations"), integer("row", "which sequence").at_least(1).by_default(1),
            integer("from", "first position, from 1").optional(), integer("to", "last position").optional()},
           mutations, "plot.mutations(mutate(m, d), {row = 1, file = \"map.png\"})");
}

void add_charts() {
  const auto data_charts = []<class T>(TypeBuilder<T> type, auto dataset) {
    type.chart("lengths", "how long the sequences are",
               [=](const T& x) { return chart_of(report::length_histogram(dataset(x))); })
        .chart("gc", "GC content against the label",
               [=](const T& x) { return chart_of(report::gc_histogram(dataset(x))); });
  };
  data_charts(
      TypeBuilder<data::Dataset>{type_of<data::Dataset>()}, [](const auto& d) -> const auto& { return d; });
  data_charts(
      TypeBuilder<data::Splits>{type_of<data::Splits>()}, [](const auto& s) -> const auto& { return s.train; });
  data_charts(
      TypeBuilder<data::Simulated>{type_of<data::Simulated>()}, [](const auto& s) -> const auto& { return s.dataset; });
  TypeBuilder<interpret::MotifSet>{type_of<interpret::MotifSet>()}.chart(
      "logo", "the first motif; plot.logo draws any",
      [](const interpret::MotifSet& s) { return chart_of(report::logo_of(s.motifs.at(motif_at(s, {})))); });
  TypeBuilder<SeqletPatterns>{type_of<SeqletPatterns>()}.chart(
      "logo", "contributions of the first motif; plot.logo draws any",
      [](const SeqletPatterns& p) { return chart_of(logo_of(p.list.at(motif_at(p.set, {})))); });
  TypeBuilder<Contributions>{type_of<Contributions>()}.chart(
      "track", "the sequence that contributes most, where it does; plot.track draws any", [](const Contributions& c) {
        if (c.rows.empty()) throw error("plot: there are no sequences");
        const std::size_t row = strongest_rows(c, 1)[0];
        const Window w = busiest(c.rows[row], readable);
        return chart_of(report::track_of(c, index_t(row), w.from, w.to));
      });
  TypeBuilder<MutationMaps>{type_of<MutationMaps>()}.chart(
      "map", "mutations of the first sequence; plot.mutations draws any", [](const MutationMaps& m) {
        if (m.rows.empty()) throw error("plot: there are no sequences");
        const auto& map = m.rows[0];
        return chart_of(mutation_chart(m, map, map.first, map.first + std::min(map.length, readable)));
      });
}

}  // namespace l2g::repl
