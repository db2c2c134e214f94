// contributions, save_contributions: how much each base moved what a model says.
#include "display.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "sequence_rows.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/dyn/attribution.hpp>
#include <l2g/interpret/contribution_files.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace l2g::repl {
namespace {

using interpret::Contribution;
using interpret::Contributions;
using model::Model;

constexpr index_t shown_rows = 10, shown_bases = 12;

std::string sum_in_words(const Contributions& c) {
  if (!c.promises_sum || c.size() == 0) return {};
  return fmt::format("sum exact to {:.1e}", interpret::certificate(c).largest);
}
std::string in_short(const Contributions& c) {
  std::string s = c.size() == 1 ? fmt::format("{} of {}", c.method, fitted(c.rows[0].id, 20))
                                : fmt::format("{} of {} sequences", c.method, c.size());
  if (const std::string sum = sum_in_words(c); !sum.empty()) s += ", " + sum;
  return s + ", " + c.output_name;
}

/// Positions of a sequence by the size of what they contribute.
std::vector<std::size_t> strongest(const Contribution& c, index_t most) {
  std::vector<std::size_t> at(c.observed.size());
  std::iota(at.begin(), at.end(), std::size_t(0));
  const std::size_t n = std::min(at.size(), std::size_t(most));
  std::partial_sort(at.begin(), at.begin() + std::ptrdiff_t(n), at.end(), [&](std::size_t a, std::size_t b) {
    const double x = std::abs(c.observed[a]), y = std::abs(c.observed[b]);
    return x != y ? x > y : a < b;
  });
  at.resize(n);
  return at;
}
std::string base_name(const Contribution& c, std::size_t at) { return c.sequence[at] + std::to_string(at + 1); }

/// The strongest bases of a sequence beside a bar: to the left what lowers the output, to the right what raises it.
std::string bars_of(const Contribution& c) {
  std::string s;
  const auto top = strongest(c, shown_bases);
  for (const std::size_t at : top) {
    const double v = c.observed[at], most = std::abs(c.observed[top[0]]);
    const auto cells = std::size_t(most > 0 ? std::abs(v) / most * 20 + 0.5 : 0);
    const std::string bar = v < 0 ? std::string(20 - cells, ' ') + std::string(cells, '-') + "|"
                                  : std::string(20, ' ') + "|" + std::string(cells, '+');
    s += fmt::format("{:>8}  {:+10.4f}  {}\n", base_name(c, at), v, bar);
  }
  return s;
}

std::string details_of(const Contributions& c) {
  std::string s = fmt::format("{}: {}\n", c.method, c.output_name);
  if (c.size() == 1) {
    const Contribution& row = c.rows[0];
    s += fmt::format("{}: output {:.4f}", row.id, row.output);
    if (c.promises_sum)
      s += fmt::format(", references {:.4f}, sum of contributions {:.4f}", row.reference_output,
                       std::accumulate(row.observed.begin(), row.observed.end(), 0.0));
    s += "\n" + bars_of(row);
  }
  for (index_t r = 0; c.size() > 1 && r < std::min(c.size(), shown_rows); ++r) {
    const Contribution& row = c.rows[std::size_t(r)];
    s += fmt::format("{:>16}  {:8.3f} ", fitted(row.id, 16), row.output);
    for (const std::size_t at : strongest(row, 4))
      s += fmt::format("  {} {:+.3f}", base_name(row, at), row.observed[at]);
    s += "\n";
  }
  if (c.size() > shown_rows) s += fmt::format("... {} in all; item 1 is the first\n", c.size());
  if (c.promises_sum && c.size() > 0) {
    const auto found = interpret::certificate(c);
    s += wrapped(
        fmt::format("certificate: the sums miss the differences of outputs by {:.1e} at most, {:.1e} on average",
                    found.largest, found.mean),
        std::max<std::size_t>(40, window_width() - 1), 0);
  }
  if (!c.note.empty()) s += wrapped(c.note, std::max<std::size_t>(40, window_width() - 1), 0);
  return s;
}

const Contribution& only(const Contributions& c) {
  if (c.size() != 1)
    throw error(fmt::format("these are the contributions of {} sequences: item 1 is the first", c.size()));
  return c.rows[0];
}
Value each_base(const Contributions& c) {
  const Contribution& row = only(c);
  if (row.hypothetical.empty()) throw error(c.method + " says nothing of bases that do not stand there");
  Value::List list;
  for (std::size_t i = 0; i < row.observed.size(); ++i)
    list.push_back(Value(std::vector<double>(row.hypothetical.begin() + std::ptrdiff_t(4 * i),
                                             row.hypothetical.begin() + std::ptrdiff_t(4 * i + 4))));
  return list;
}
Value strongest_of(const Contributions& c) {
  const Contribution& row = only(c);
  Value::List list;
  for (const std::size_t at : strongest(row, 100))
    list.push_back(Value::Table{{"name", base_name(row, at)},
                                {"position", at + 1},
                                {"base", std::string(1, row.sequence[at])},
                                {"contribution", row.observed[at]}});
  return list;
}

void register_types(Registry& registry) {
  registry.type<Contributions>("Contributions", "how much each base of sequences moved an output; c[1] is the first")
      .summary([](const Contributions& c) { return in_short(c); })
      .details([](const Contributions& c) { return details_of(c); })
      .bytes([](const Contributions& c) {
        std::size_t n = 0;
        for (const auto& r : c.rows)
          n += (r.hypothetical.capacity() + r.observed.capacity()) * sizeof(double) + r.sequence.capacity();
        return n;
      })
      .length([](const Contributions& c) { return c.size(); })
      .item([](const Contributions& c, index_t i) {
        if (i == c.size() + 1) return Value{};
        if (i < 1 || i > c.size()) throw error(fmt::format("sequence {} of Contributions of 1 to {}", i, c.size()));
        Contributions one = c;
        one.rows = {c.rows[std::size_t(i - 1)]};
        return make_object<Contributions>(std::move(one));
      })
      .field("method", "how they were found", [](const Contributions& c) { return c.method; })
      .field("output", "what is explained", [](const Contributions& c) { return c.output_name; })
      .field("certificate",
             "how far the sums miss the differences of outputs at most, relative to max(|difference|, 0.001); nothing "
             "for methods that promise no sum",
             [](const Contributions& c) { return c.promises_sum ? Value(interpret::certificate(c).largest) : Value{}; })
      .field("note", "how it was done", [](const Contributions& c) { return c.note; })
      .field("id", "name of the sequence", [](const Contributions& c) { return only(c).id; })
      .field("sequence", "its bases", [](const Contributions& c) { return only(c).sequence; })
      .field("value", "what the model says of it: the output that is explained",
             [](const Contributions& c) { return only(c).output; })
      .field("reference", "mean of that output over its references; nothing for methods without",
             [](const Contributions& c) { return c.promises_sum ? Value(only(c).reference_output) : Value{}; })
      .field("values", "list of what the bases that stand there contribute",
             [](const Contributions& c) { return Value(only(c).observed); })
      .field("hypothetical", "list of what A, C, G, T would contribute at each base", each_base)
      .field("strongest", "list of the 100 strongest bases: name, position (from 1), base, contribution", strongest_of);
}

Value contributions(const Arguments& a, Shell& shell) {
  const auto m = a.object<Model>("model");
  const data::Dataset data = sequence_rows(a, "data");
  model::AttributionOptions o;
  o.method = model::attribution_of(a.text("method"));
  o.output = class_of(a, "class");
  o.references = a.integer("references");
  o.kind = a.text("against") == "blank" ? model::References::blank : model::References::shuffled;
  o.corrected = a.flag("corrected");
  o.nodes = a.integer("nodes");
  const std::string precision = a.text("precision");
  o.precision = precision == "mixed"   ? model::Precision::mixed
                : precision == "float" ? model::Precision::single
                                       : model::Precision::full;
  o.rows = chosen_rows(a, data.rows());
  o.seed = seed_of(a, shell);
  o.pool = pool_of(shell);
  ProgressBar bar("contributions");
  o.progress = bar.callback();
  return make_object<Contributions>(model::contributions(*m, data, o));
}

Value save_contributions(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  interpret::write_contributions(*a.object<Contributions>("contributions"), path);
  if (shell.settings.interactive) shell.say("wrote " + path);
  return {};
}

}  // namespace

void register_attribution_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "contributions",
       .group = "interpretation",
       .doc = "Says how much each base of sequences moved what a model says, with a certificate.",
       .parameters = {value_of({"Model"}, "model", "the model"),
                      any("data", "a sequence, a Dataset, or the path of a sequence file"),
                      text(
                          "method",
                          "deeplift: DeepLIFT/SHAP, exact for every layer; gradient: gradient times input; integrated: "
                          "integrated gradients")
                          .one_of({"deeplift", "gradient", "integrated"})
                          .by_default("deeplift"),
                      class_parameter(),
                      integer("references", "shuffles of each sequence that it is compared with")
                          .between(1, 100000)
                          .by_default(20),
                      text("against", "dinucleotide shuffles, or no bases at all (tokens: masks)")
                          .one_of({"shuffles", "blank"})
                          .by_default("shuffles"),
                      list("rows", "only these rows, numbered from 1").optional(),
                      flag("corrected", "gradient: less the mean of the four bases").by_default(false),
                      integer("nodes", "of integrated gradients, at least").between(1, 10000).by_default(50),
                      text("precision", "mixed: double for the sequences of which float misses the certificate")
                          .one_of({"mixed", "float", "double"})
                          .by_default("mixed"),
                      integer("seed", "of the shuffles; the session's").at_least(0).optional()},
       .run = contributions,
       .help = "Of two classes the difference of their logits is explained, else the logit of one. The certificate "
               "says how "
               "far the sum of contributions misses the difference of outputs between sequence and references; where a "
               "layer's rule were wrong it would be named. What a token contributes is spread evenly over its bases.",
       .example = "c = contributions(m, s.test, {rows = {1, 2, 3}})\nc\nc[1].strongest[1].name\nplot(c)\n"
                  "contributions(m, s.test, {method = \"integrated\", against = \"blank\"}).certificate"});
  registry.add({.name = "save_contributions",
                .group = "interpretation",
                .doc = "Writes contributions into a file.",
                .parameters = {value_of({"Contributions"}, "contributions", "what each base contributes"),
                               file("path",
                                    ".tsv: a line for each base; .bedgraph: sequence, start, end, contribution; .npz: "
                                    "arrays, sequences of one length")},
                .run = save_contributions,
                .help = "An .npz file has one_hot, hypothetical and observed (sequences, 4 bases, length), which "
                        "TF-MoDISco and others read.",
                .example = "save_contributions(c, \"contributions.tsv\")"});
}

}  // namespace l2g::repl
