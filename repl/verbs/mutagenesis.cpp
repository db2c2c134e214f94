// mutate, marginalize, delete_span, delete_motif, shuffle: what a model makes of changed sequences.
#include "display.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "sequence_rows.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/dyn/mutagenesis.hpp>
#include <l2g/dyn/perturb.hpp>
#include <l2g/interpret/scan.hpp>
#include <l2g/interpret/shuffle.hpp>

#include <algorithm>

namespace l2g::repl {
namespace {

using interpret::Change;
using interpret::MutationMap;
using interpret::MutationMaps;
using model::Model;

constexpr index_t shown_mutations = 12;

Parameter rows_parameter(std::string doc) { return any("data", std::move(doc)); }

/// The chosen rows, numbered from 1.
data::Dataset chosen(data::Dataset rows, const Arguments& a) {
  if (!a.has("rows")) return rows;
  const std::vector<index_t> numbers = chosen_rows(a, rows.rows());
  data::Dataset some = data::select(rows, numbers);
  if (some.ids.empty())
    for (const index_t n : numbers) some.ids.push_back(std::to_string(n + 1));
  return some;
}

/// A motif: a consensus, the one of a set, or a table {name, probabilities} such as an item of a set.
data::Motif motif_of(const Arguments& a) {
  const Value& v = a.value("motif");
  if (const auto* s = v.as<std::string>()) return data::motif_from_consensus(*s, *s);
  if (const auto set = a.object<interpret::MotifSet>("motif")) {
    if (set->size() == 1) return set->motifs[0];
    throw error(fmt::format("one motif is wanted, there are {}: item 1 is the first", set->size()));
  }
  const auto* table = v.as<Value::Table>();
  data::Motif m;
  for (const auto& [name, value] : table ? *table : Value::Table{}) {
    if (const auto* s = value.as<std::string>(); s && name == "name") m.name = *s;
    const auto* list = value.as<Value::List>();
    for (const Value& row : list&& name == "probabilities" ? *list : Value::List{}) {
      std::array<double, 4> p{};
      const auto* four = row.as<Value::List>();
      if (!four || four->size() != 4) throw error("each row of 'probabilities' has four numbers, for A C G T");
      for (std::size_t b = 0; b < 4; ++b) {
        if (const auto* x = (*four)[b].as<double>()) p[b] = *x;
        if (const auto* n = (*four)[b].as<index_t>()) p[b] = double(*n);
      }
      m.probabilities.push_back(p);
    }
  }
  if (m.probabilities.empty())
    throw error("'motif' is a consensus such as \"TATAWAW\", Motifs, or a table {name, probabilities}, got " +
                kind_in_words(v));
  data::check(m);
  return m;
}

// --- what is shown ---------------------------------------------------------------------------------------------------
std::string mutants_in_words(const MutationMaps& m) {
  index_t bases = 0;
  for (const MutationMap& row : m.rows) bases += row.length;
  return fmt::format("{} of {}", bases == 1 ? "1 base" : fmt::format("{} bases", bases),
                     m.size() == 1 ? "1 sequence" : fmt::format("{} sequences", m.size()));
}

std::string in_short(const MutationMaps& m) {
  std::string s = "mutations of " + mutants_in_words(m);
  if (m.size() != 1) return s + ", " + m.output_name;
  const auto top = interpret::strongest(m.rows[0], 1);
  if (!top.empty()) s += fmt::format(", strongest {} {:+.3g}", interpret::name_of(top[0]), top[0].effect);
  return s + ", " + m.output_name;
}

/// The strongest mutations of a row beside a bar; to the left what lowers the output, to the right what raises it.
std::string table_of(const MutationMap& row) {
  const auto top = interpret::strongest(row, shown_mutations);
  std::string s;
  for (const auto& m : top) {
    const double share = top[0].effect == 0 ? 0 : m.effect / std::abs(top[0].effect);
    const auto cells = std::size_t(std::abs(share) * 20 + 0.5);
    const std::string bar = m.effect < 0 ? std::string(20 - cells, ' ') + std::string(cells, '-') + "|"
                                         : std::string(20, ' ') + "|" + std::string(cells, '+');
    s += fmt::format("{:>8}  {:+10.4f}  {}\n", interpret::name_of(m), m.effect, bar);
  }
  return s;
}

std::string details_of(const MutationMaps& m) {
  std::string s = fmt::format("{}: {}\n", mutants_in_words(m), m.output_name);
  if (m.size() == 1) {
    s += fmt::format("without a mutation {:.4f}; the strongest change it by\n", m.rows[0].output()) +
         table_of(m.rows[0]);
  } else {
    for (index_t r = 0; r < std::min(m.size(), shown_mutations); ++r) {
      const MutationMap& row = m.rows[std::size_t(r)];
      const auto top = interpret::strongest(row, 3);
      s += fmt::format("{:>16}  {:8.3f} ", fitted(row.id, 16), row.output());
      for (const auto& x : top) s += fmt::format("  {} {:+.3f}", interpret::name_of(x), x.effect);
      s += "\n";
    }
    if (m.size() > shown_mutations) s += fmt::format("... {} in all; item 1 is the first\n", m.size());
  }
  for (const auto& note : m.notes) s += "note: " + note + "\n";
  return s;
}

const MutationMap& only(const MutationMaps& m) {
  if (m.size() != 1) throw error(fmt::format("these are the mutations of {} sequences: item 1 is the first", m.size()));
  return m.rows[0];
}

Value strongest_of(const MutationMaps& m) {
  Value::List list;
  for (const auto& x : interpret::strongest(only(m), 100))
    list.push_back(Value::Table{{"name", interpret::name_of(x)},
                                {"position", x.position + 1},
                                {"from", std::string(1, x.from)},
                                {"to", std::string(1, x.to)},
                                {"effect", x.effect}});
  return list;
}
Value effects_of(const MutationMaps& m) {
  const MutationMap& row = only(m);
  Value::List list;
  for (index_t i = row.first; i < row.first + row.length; ++i) {
    std::vector<double> four;
    for (int b = 0; b < 4; ++b) four.push_back(row.effect(i, b));
    list.push_back(Value(four));
  }
  return list;
}
std::string in_short(const Change& c) {
  return fmt::format("{}: {:+.3f} ({:+.3f} to {:+.3f}), {}", c.what, c.difference.value, c.difference.lo,
                     c.difference.hi, c.output_name);
}
double mean_of(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return sum / double(v.size());
}
std::string details_of(const Change& c) {
  index_t up = 0;
  for (std::size_t i = 0; i < c.before.size(); ++i) up += c.after[i] > c.before[i];
  return fmt::format(
      "{}\n{}: {:.3f} before, {:.3f} after\nchange {:+.3f}, 95 % interval {:+.3f} to {:+.3f}; it rises in "
      "{} of {}\n",
      c.what, c.output_name, mean_of(c.before), mean_of(c.after), c.difference.value, c.difference.lo, c.difference.hi,
      up, c.before.size());
}

void register_types(Registry& registry) {
  registry.type<MutationMaps>("MutationMap", "what a model says about every mutation of sequences; m[1] is the first")
      .summary([](const MutationMaps& m) { return in_short(m); })
      .details([](const MutationMaps& m) { return details_of(m); })
      .bytes([](const MutationMaps& m) {
        std::size_t n = 0;
        for (const auto& row : m.rows) n += row.predictions.capacity() * sizeof(double) + row.sequence.capacity();
        return n;
      })
      .length([](const MutationMaps& m) { return m.size(); })
      .item([](const MutationMaps& m, index_t i) {
        if (i == m.size() + 1) return Value{};
        if (i < 1 || i > m.size()) throw error(fmt::format("sequence {} of a MutationMap of 1 to {}", i, m.size()));
        return make_object<MutationMaps>(
            MutationMaps{m.output_name, m.output_names, m.notes, {m.rows[std::size_t(i - 1)]}});
      })
      .field("output", "what is explained", [](const MutationMaps& m) { return m.output_name; })
      .field("strongest", "list of the 100 strongest mutations: name, position (from 1), from, to, effect",
             strongest_of)
      .field("effects", "list of A, C, G, T at each base: the output with it less the output as it is", effects_of)
      .field("contributions", "the effects as contributions of the bases that stand there",
             [](const MutationMaps& m) { return make_object<interpret::Contributions>(interpret::contributions(m)); })
      .field("notes", "what one should know", [](const MutationMaps& m) { return Value(m.notes); });
  registry.type<Change>("Change", "what a change of sequences does to the output of a model")
      .summary([](const Change& c) { return in_short(c); })
      .details([](const Change& c) { return details_of(c); })
      .field("value", "mean change of the output", [](const Change& c) { return c.difference.value; })
      .field("lo", "lower end of its 95 % interval", [](const Change& c) { return c.difference.lo; })
      .field("hi", "upper end", [](const Change& c) { return c.difference.hi; })
      .field("before", "list of the outputs before", [](const Change& c) { return Value(c.before); })
      .field("after", "list of the outputs after", [](const Change& c) { return Value(c.after); })
      .field("output", "what is explained", [](const Change& c) { return c.output_name; });
}

// --- the verbs -------------------------------------------------------------------------------------------------------
Value mutate(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const data::Dataset rows = chosen(sequence_rows(a, "data"), a);
  ProgressBar bar("mutate");
  model::MutateOptions o;
  o.explained = class_of(a, "class");
  if (a.has("from")) o.from = a.integer("from") - 1;
  if (a.has("to")) o.to = a.integer("to");
  o.only_what_is_touched = !a.flag("whole");
  o.seed = shell.settings.seed, o.pool = pool_of(shell), o.progress = bar.callback();
  auto maps = std::make_shared<MutationMaps>(model::mutate(*m, rows, o));
  bar.close();
  for (const auto& note : maps->notes) shell.say("note: " + note);
  return object(maps);
}

Value marginalize(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const data::Motif motif = motif_of(a);
  const data::Dataset rows = sequence_rows(a, "backgrounds");
  if (rows.empty()) throw error("marginalize: there are no backgrounds");
  data::Dataset backgrounds;
  model::MarginalizeOptions o;
  const index_t n = a.flag("shuffle") ? a.integer("n") : std::min(a.integer("n"), rows.rows());
  for (index_t i = 0; i < n; ++i) {  // each row once, then each a second time
    const index_t row = i % rows.rows(), copy = i / rows.rows();
    const std::string& s = rows.sequences[std::size_t(row)];
    backgrounds.sequences.push_back(a.flag("shuffle") ? interpret::shuffle(s, int(a.integer("k")), seed_of(a, shell),
                                                                           std::uint64_t(row), std::uint64_t(copy))
                                                      : s);
    if (!rows.ids.empty()) backgrounds.ids.push_back(rows.ids[std::size_t(row)]);
    if (n > rows.rows() && rows.rows() > 1) o.groups.push_back(std::int32_t(row));
  }
  ProgressBar bar("marginalize");
  o.explained = class_of(a, "class");
  if (a.has("position")) o.position = a.integer("position") - 1;
  o.drawn = a.flag("sites"), o.reverse = a.text("strand") == "-";
  o.seed = seed_of(a, shell), o.pool = pool_of(shell), o.progress = bar.callback();
  return make_object<Change>(model::marginalize(*m, motif, backgrounds, o));
}

Value take_out(const Arguments& a, Shell& shell, const data::Dataset& rows, const std::vector<interpret::Span>& spans) {
  ProgressBar bar("delete");
  model::DeleteOptions o;
  o.explained = class_of(a, "class");
  o.with = a.text("with") == "shuffle" ? interpret::Replacement::shuffle : interpret::Replacement::background;
  o.k = int(a.integer("k")), o.copies = a.integer("copies"), o.seed = seed_of(a, shell);
  o.pool = pool_of(shell), o.progress = bar.callback();
  return make_object<Change>(model::take_out(*a.object<Model>("model"), rows, spans, o));
}

Value delete_span(const Arguments& a, Shell& shell) {
  const data::Dataset rows = chosen(sequence_rows(a, "data"), a);
  std::vector<interpret::Span> spans;
  for (index_t r = 0; r < rows.rows(); ++r) spans.push_back({r, a.integer("from") - 1, a.integer("to")});
  return take_out(a, shell, rows, spans);
}

Value delete_motif(const Arguments& a, Shell& shell) {
  const data::Dataset rows = chosen(sequence_rows(a, "data"), a);
  const data::Motif motif = motif_of(a);
  if (motif.length() > rows.longest())
    throw error(
        fmt::format("delete_motif: the motif has {} bases, the longest sequence {}", motif.length(), rows.longest()));
  interpret::ScanOptions o;
  o.p = a.number("p"), o.background = interpret::background_of(rows.sequences), o.pool = pool_of(shell);
  std::vector<interpret::Span> spans;
  for (const auto& hit : interpret::scan({motif}, rows, o).list) spans.push_back({hit.sequence, hit.start, hit.end});
  if (spans.empty())
    throw error(
        fmt::format("delete_motif: no site of {} with p below {:g}; a larger 'p' finds weaker ones", motif.name, o.p));
  return take_out(a, shell, rows, spans);
}

Value shuffled(const Arguments& a, Shell& shell) {
  const std::uint64_t seed = seed_of(a, shell);
  const int k = int(a.integer("k"));
  const data::Dataset rows = sequence_rows(a, "data");
  data::Dataset d = interpret::backgrounds_of(rows, a.integer("n"), k, seed);
  d.source = fmt::format("{} shuffled, words of {} {} kept", rows.source.empty() ? rows.name : rows.source, k,
                         k == 1 ? "base" : "bases");
  const bool typed = a.value("data").as<std::string>() != nullptr && rows.source.empty();
  if (typed && d.rows() == 1) return d.sequences[0];
  if (typed) return Value(d.sequences);
  return make_object<data::Dataset>(std::move(d));
}

std::vector<Parameter> replacement_parameters() {
  return {class_parameter(),
          list("rows", "only these rows, numbered from 1").optional(),
          text("with", "what stands in its place: its own bases shuffled, or bases drawn by the shares of the rest")
              .one_of({"shuffle", "background"})
              .by_default("shuffle"),
          integer("k", "words of so many bases keep their counts when shuffled").between(1, 8).by_default(1),
          integer("copies", "replacements of each row; their mean counts").between(1, 10000).by_default(10),
          integer("seed", "another seed than the session's").at_least(0).optional()};
}
std::vector<Parameter> joined(std::vector<Parameter> a, std::vector<Parameter> b) {
  for (auto& p : b) a.push_back(std::move(p));
  return a;
}

}  // namespace

void register_mutagenesis_verbs(Registry& registry) {
  register_types(registry);
  const std::string rows = "a sequence, a Dataset, or the path of a sequence file";
  registry.add(
      {.name = "mutate",
       .group = "interpretation",
       .doc = "Exchanges each base for each other and says what it does to the output (in-silico mutagenesis).",
       .parameters = {value_of({"Model"}, "model", "the model"), rows_parameter(rows), class_parameter(),
                      integer("from", "first base, from 1; the first").at_least(1).optional(),
                      integer("to", "last base; that of each sequence").at_least(1).optional(),
                      list("rows", "only these rows, numbered from 1").optional(),
                      flag("whole", "compute every mutant in full; the result is the same").by_default(false)},
       .run = mutate,
       .help = "Where a model reads bases only what a mutation can reach is computed again, which is many times "
               "faster for convolutions; at a few random positions it is compared with the whole model first. "
               "Effects are of the logit: of two classes that of one less that of the other.",
       .example = "v = mutate(m, d.data, {rows = {1}})\nplot(v)\nv.strongest[1].name\nmutate(m, "
                  "\"ACGTTGCAAC\", {from = 3, to = 6})"});
  registry.add(
      {.name = "marginalize",
       .group = "interpretation",
       .doc = "Writes a motif over background sequences and says what it does to the output, with an interval.",
       .parameters =
           {value_of({"Model"}, "model", "the model"),
            any("motif", "a consensus such as \"TATAWAW\", or a motif of a file"), any("backgrounds", rows),
            class_parameter(), integer("position", "of its first base, from 1; in the middle").at_least(1).optional(),
            integer("n", "backgrounds").between(1, 1000000).by_default(100),
            flag("shuffle", "shuffle them; else they are taken as they are").by_default(true),
            integer("k", "words of so many bases keep their counts when shuffled").between(1, 8).by_default(2),
            flag("sites", "draw a site of the motif for each; else its consensus").by_default(false),
            text("strand", "how the motif reads").one_of({"+", "-"}).by_default("+"),
            integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = marginalize,
       .example = "marginalize(m, \"TATAAAA\", d.data, {position = 40})\nc = marginalize(m, \"GGGCGG\", d.data, {n = "
                  "500})\nc.value, c.lo, c.hi"});
  registry.add(
      {.name = "delete_span",
       .group = "interpretation",
       .doc = "Replaces bases by others and says what it does to the output.",
       .parameters = joined({value_of({"Model"}, "model", "the model"), rows_parameter(rows),
                             integer("from", "first base, from 1").at_least(1), integer("to", "last base").at_least(1)},
                            replacement_parameters()),
       .run = delete_span,
       .example = "delete_span(m, d.data, 38, 48)\ndelete_span(m, d.data, 38, 48, {with = \"background\"})"});
  registry.add(
      {.name = "delete_motif",
       .group = "interpretation",
       .doc = "Finds a motif, replaces its sites by other bases and says what it does to the output.",
       .parameters = joined({value_of({"Model"}, "model", "the model"), rows_parameter(rows),
                             any("motif", "a consensus such as \"TATAWAW\", or a motif of a file"),
                             number("p", "chance of a site at one place of background").between(0, 1).by_default(1e-4)},
                            replacement_parameters()),
       .run = delete_motif,
       .example = "delete_motif(m, d.data, \"TATAAAA\", {p = 1e-3})"});
  registry.add(
      {.name = "shuffle",
       .group = "interpretation",
       .doc = "Puts the bases of sequences into another order that keeps the counts of words.",
       .parameters = {rows_parameter(rows),
                      integer("k", "bases of a word: 1 keeps bases, 2 dinucleotides").between(1, 8).by_default(2),
                      integer("n", "copies of each").between(1, 1000000).by_default(1),
                      integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = shuffled,
       .help =
           "Each of the sequences with these counts is equally likely. The first and the last k - 1 bases stay, and "
           "so does every N.",
       .example = "shuffle \"ACGTTGCATGACCA\"\nb = shuffle(d.data, {k = 2, seed = 1})"});
}

}  // namespace l2g::repl
