// genome, intervals, sequences, annotation, variant_effects: from places in a genome to rows and answers.
#include "display.hpp"
#include "genome_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/annotation.hpp>
#include <l2g/data/split_by_chromosome.hpp>
#include <l2g/dyn/variant_effect.hpp>

#include <algorithm>

namespace l2g::repl {
namespace {

using data::Annotation;
using data::Genome;
using data::Interval;
using data::Intervals;
using model::VariantEffects;

std::string lines_of(const std::vector<std::string>& notes) {
  std::string s;
  for (const auto& n : notes) s += n + "\n";
  return s;
}

// Summaries.

std::string in_short(const Genome& g) {
  return fmt::format("{}: {} chromosome{}, {} bases", g.path().substr(g.path().rfind('/') + 1), g.size(),
                     g.size() == 1 ? "" : "s", g.bases());
}

std::string details_of(const Genome& g) {
  constexpr index_t most = 14;
  std::string s = in_short(g) + "\n";
  for (index_t i = 0; i < std::min(g.size(), most); ++i)
    s += fmt::format("{:<24} {:>12}\n", fitted(g.chromosomes().names()[std::size_t(i)], 24), g.length(i));
  if (g.size() > most) s += fmt::format("... and {} more\n", g.size() - most);
  return s + lines_of(g.notes());
}

std::string in_short(const Intervals& v) {
  return fmt::format("{}: {} interval{}{}{}", v.name, v.size(), v.size() == 1 ? "" : "s",
                     v.labelled ? ", labelled" : ", no labels", v.summits ? ", with summits" : "");
}

std::string details_of(const Intervals& v) {
  std::string s = in_short(v) + "\n";
  index_t shortest = 0, longest = 0;
  for (const Interval& row : v.rows) {
    const index_t n = row.end - row.start;
    shortest = &row == v.rows.data() ? n : std::min(shortest, n);
    longest = std::max(longest, n);
  }
  if (v.size()) s += fmt::format("of {} to {} bases; the first: {}\n", shortest, longest, data::text(v.rows[0]));
  std::string names;
  for (const auto& c : v.columns) names += (names.empty() ? "" : ", ") + c;
  if (!names.empty()) s += "columns: " + names + "\n";
  return s + lines_of(v.notes);
}

std::string in_short(const Annotation& a) {
  std::string s = fmt::format("{}: {} feature{}", a.name(), a.size(), a.size() == 1 ? "" : "s");
  const auto types = a.types();
  for (std::size_t i = 0; i < types.size() && i < 3; ++i)
    s += fmt::format("{}{} {}", i ? ", " : " (", types[i].second, types[i].first);
  return s + (types.empty() ? "" : types.size() > 3 ? ", ...)" : ")");
}

std::string details_of(const Annotation& a) {
  constexpr std::size_t most = 12;
  std::string s = in_short(a) + "\n";
  const auto types = a.types();
  for (std::size_t i = 3; i < types.size() && i < most; ++i)
    s += fmt::format("{:>8} {}\n", types[i].second, types[i].first);
  if (types.size() > most) s += fmt::format("... and {} more types\n", types.size() - most);
  return s;
}

std::string in_short(const VariantEffects& e) {
  return fmt::format("{} variant{} by {}, windows of {} bases{}", e.size(), e.size() == 1 ? "" : "s", e.model, e.width,
                     e.both_strands ? ", both strands" : "");
}

// The class whose logit changes most; of two the second.
index_t leading_class(const VariantEffects& e, index_t i) {
  const auto classes = index_t(e.classes.size());
  if (classes == 2) return 1;
  index_t best = 0;
  for (index_t k = 1; k < classes; ++k)
    if (std::abs(e.difference[e.at(i, k)]) > std::abs(e.difference[e.at(i, best)])) best = k;
  return best;
}

std::string details_of(const VariantEffects& e) {
  std::string s = in_short(e) + "\n";
  const auto strongest = e.strongest(10);
  s += fmt::format("{:<28} {:<12} {:<12} {:>6} {:>6} {:>8}\n", "strongest first", "id", "class", "p ref", "p alt",
                   "logit");
  for (const index_t i : strongest) {
    const index_t k = leading_class(e, i);
    const auto& v = e.variants[std::size_t(i)];
    s += fmt::format("{:<28} {:<12} {:<12} {:>6.3f} {:>6.3f} {:>+8.3f}\n", fitted(data::text(v), 28), fitted(v.id, 12),
                     fitted(e.classes[std::size_t(k)], 12), e.reference[e.at(i, k)], e.alternative[e.at(i, k)],
                     e.difference[e.at(i, k)]);
  }
  if (e.size() > index_t(strongest.size())) s += fmt::format("... and {} more\n", e.size() - index_t(strongest.size()));
  return s + lines_of(e.notes);
}

// Rows as tables.

Value row_of(const Intervals& v, index_t i) {
  if (i == v.size() + 1) return {};
  if (i < 1 || i > v.size()) throw error(fmt::format("interval {} of 1 to {}", i, v.size()));
  const Interval& row = v.rows[std::size_t(i - 1)];
  Value::Table out{{"chromosome", row.chromosome}, {"start", row.start}, {"end", row.end}};  // as BED counts
  if (row.strand != '.') out.emplace_back("strand", std::string(1, row.strand));
  if (!row.name.empty()) out.emplace_back("name", row.name);
  if (row.summit >= 0) out.emplace_back("summit", row.summit);
  if (v.labelled) out.emplace_back("label", row.label);
  return out;
}

Value table_of(const data::Feature& f) {
  Value::Table out{{"chromosome", f.chromosome}, {"start", f.start}, {"end", f.end}, {"type", f.type}};
  if (f.strand != '.') out.emplace_back("strand", std::string(1, f.strand));
  if (!f.name.empty()) out.emplace_back("name", f.name);
  return out;
}

Value row_of(const VariantEffects& e, index_t i) {
  if (i == e.size() + 1) return {};
  if (i < 1 || i > e.size()) throw error(fmt::format("variant {} of 1 to {}", i, e.size()));
  const auto& v = e.variants[std::size_t(i - 1)];
  Value::Table reference, alternative, difference;
  for (std::size_t k = 0; k < e.classes.size(); ++k) {
    const std::size_t at = e.at(i - 1, index_t(k));
    reference.emplace_back(e.classes[k], e.reference[at]);
    alternative.emplace_back(e.classes[k], e.alternative[at]);
    difference.emplace_back(e.classes[k], e.difference[at]);
  }
  return Value::Table{{"chrom", v.chromosome}, {"pos", v.position + 1},         {"id", v.id},
                      {"ref", v.reference},    {"alt", v.alternative},          {"p_ref", reference},
                      {"p_alt", alternative},  {"logit_difference", difference}};
}

std::size_t bytes_of(const Intervals& v) { return v.rows.capacity() * (sizeof(Interval) + 32); }

void register_types(Registry& registry) {
  registry.type<Genome>("Genome", "a FASTA file with its index: any stretch of it is read at once")
      .summary([](const Genome& g) { return in_short(g); })
      .details([](const Genome& g) { return details_of(g); })
      .length([](const Genome& g) { return g.size(); })
      .field("path", "the FASTA file", [](const Genome& g) { return g.path(); })
      .field("total", "bases of all chromosomes", [](const Genome& g) { return g.bases(); })
      .field("chromosomes", "names of the chromosomes", [](const Genome& g) { return Value(g.chromosomes().names()); })
      .field("lengths", "bases of each chromosome by its name", [](const Genome& g) {
        Value::Table t;
        for (index_t i = 0; i < g.size(); ++i) t.emplace_back(g.chromosomes().names()[std::size_t(i)], g.length(i));
        return t;
      });
  registry.type<Intervals>("Intervals", "places in a genome, of a BED or narrowPeak file; v[1] is the first")
      .summary([](const Intervals& v) { return in_short(v); })
      .details([](const Intervals& v) { return details_of(v); })
      .bytes([](const Intervals& v) { return bytes_of(v); })
      .length([](const Intervals& v) { return v.size(); })
      .item([](const Intervals& v, index_t i) { return row_of(v, i); })
      .field("name", "name of the file", [](const Intervals& v) { return v.name; })
      .field("columns", "names of its columns", [](const Intervals& v) { return Value(v.columns); });
  registry.type<Annotation>("Annotation", "genes and other features of a genome, with their names")
      .summary([](const Annotation& a) { return in_short(a); })
      .details([](const Annotation& a) { return details_of(a); })
      .bytes([](const Annotation& a) { return a.features().capacity() * (sizeof(data::Feature) + 24); })
      .length([](const Annotation& a) { return a.size(); })
      .item([](const Annotation& a, index_t i) {
        if (i == a.size() + 1) return Value{};
        if (i < 1 || i > a.size()) throw error(fmt::format("feature {} of 1 to {}", i, a.size()));
        return table_of(a.features()[std::size_t(i - 1)]);
      })
      .field("types", "how many features of each type", [](const Annotation& a) {
        Value::Table t;
        for (const auto& [type, count] : a.types()) t.emplace_back(type, count);
        return t;
      });
  registry.type<VariantEffects>("VariantEffects", "what a model says about each variant; e[1] is the first of the file")
      .summary([](const VariantEffects& e) { return in_short(e); })
      .details([](const VariantEffects& e) { return details_of(e); })
      .bytes([](const VariantEffects& e) {
        return 3 * e.reference.capacity() * sizeof(double) + e.variants.capacity() * (sizeof(data::Variant) + 16);
      })
      .length([](const VariantEffects& e) { return e.size(); })
      .item([](const VariantEffects& e, index_t i) { return row_of(e, i); })
      .field("classes", "names of the classes", [](const VariantEffects& e) { return Value(e.classes); })
      .field("width", "bases of a window", [](const VariantEffects& e) { return e.width; })
      .field("strongest", "numbers of the variants, the strongest effect first",
             [](const VariantEffects& e) {
               std::vector<index_t> order = e.strongest(e.size());
               for (index_t& i : order) ++i;
               return Value(order);
             })
      .field("notes", "what was left out", [](const VariantEffects& e) { return Value(e.notes); });
}

data::IntervalOptions interval_options(const Arguments& a, const Progress& progress) {
  data::IntervalOptions o;
  o.label_column = a.text_or("label", "");
  o.label = a.text_or("class", "");
  o.without_labels = a.flag("unlabelled");
  o.progress = progress;
  if (!o.label.empty() && !o.label_column.empty())
    throw error("'class' labels all intervals alike, 'label' names a column: give one of them");
  return o;
}

data::SequenceOptions sequence_options(const Arguments& a, const Progress& progress) {
  data::SequenceOptions o;
  if (a.has("width")) o.width = a.integer("width");
  if (a.has("around")) o.around = a.text("around") == "summit" ? data::Around::summit : data::Around::centre;
  const std::string beyond = a.text_or("beyond", "error");
  o.beyond = beyond == "skip" ? data::Beyond::skip : beyond == "shrink" ? data::Beyond::shrink : data::Beyond::error;
  o.skip_unknown = a.text_or("unknown", "error") == "skip";
  o.letters.mask_lower_case = a.flag("mask_lower_case");
  o.max_classes = a.integer("max_classes");
  o.progress = progress;
  if (o.width == 0 && a.has("around")) throw error("'around' says where a window lies: give its 'width' too");
  return o;
}

Value open_genome(const Arguments& a, Shell&) {
  data::GenomeOptions o;
  if (a.has("names"))
    for (const auto& [other, name] : a.table("names")) {
      const auto* text = name.as<std::string>();
      if (!text) throw error("genome: names is a table such as {chrI = \"NC_001133.9\"}");
      o.names[other] = *text;
    }
  ProgressBar bar("genome");
  o.progress = bar.callback();
  return make_object<Genome>(path_of(a.text("path")), o);
}

Value read_intervals(const Arguments& a, Shell&) {
  ProgressBar bar("intervals");
  return make_object<Intervals>(data::read_intervals(path_of(a.text("path")), interval_options(a, bar.callback())));
}

std::shared_ptr<Intervals> intervals_of(const Arguments& a) {
  if (auto v = a.object<Intervals>("intervals")) return v;
  const auto* path = a.value("intervals").as<std::string>();
  if (!path)
    throw error("sequences takes Intervals or the path of a BED file, got " + kind_in_words(a.value("intervals")));
  return std::make_shared<Intervals>(data::read_intervals(path_of(*path)));
}

Value sequences(const Arguments& a, Shell& shell) {
  const auto intervals = intervals_of(a);
  const auto genome = genome_of(a, "genome", shell);
  ProgressBar bar("sequences");
  data::SequenceOptions o = sequence_options(a, bar.callback());
  o.strands = a.flag("strands");
  return make_object<data::Dataset>(data::sequences(*intervals, *genome, o));
}

Value bases(const Arguments& a, Shell&) {
  return a.object<Genome>("genome")->fetch(a.text("chromosome"), a.integer("start"), a.integer("end"));
}

Value variant_effects(const Arguments& a, Shell& shell) {
  const auto m = a.object<model::Model>("model");
  ProgressBar bar("variant effects");
  const data::Variants variants =
      data::read_variants(path_of(a.text("variants")), {a.flag("pass_only"), bar.callback()});
  const auto genome = genome_of(a, "genome", shell);
  model::VariantEffectOptions o;
  if (a.has("width")) o.width = a.integer("width");
  o.fitting.mismatch = a.text("mismatch") == "skip" ? data::Misfit::skip : data::Misfit::error;
  o.fitting.unknown = a.text("unknown") == "skip" ? data::Misfit::skip : data::Misfit::error;
  o.fitting.progress = bar.callback();
  o.beyond = a.text("beyond") == "skip"  ? model::WindowEnd::skip
             : a.text("beyond") == "pad" ? model::WindowEnd::pad
                                         : model::WindowEnd::error;
  o.letters.mask_lower_case = a.flag("mask_lower_case");
  o.pool = pool_of(shell);
  o.progress = bar.callback();
  auto effects = std::make_shared<VariantEffects>(model::variant_effects(*m, variants, *genome, o));
  bar.close();
  if (a.has("file")) {
    const std::string path = path_of(a.text("file"));
    model::write_csv(*effects, path);
    if (shell.settings.interactive) shell.say("wrote " + path);
  }
  return object(effects);
}

Value save_effects(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  model::write_csv(*a.object<VariantEffects>("effects"), path);
  if (shell.settings.interactive) shell.say("wrote " + path);
  return {};
}

Value annotation(const Arguments& a, Shell&) {
  ProgressBar bar("annotation");
  data::AnnotationOptions o;
  if (a.has("types")) o.types = a.texts("types");
  o.progress = bar.callback();
  return make_object<Annotation>(data::read_annotation(path_of(a.text("path")), o));
}

Value features(const Arguments& a, Shell&) {
  Value::List out;
  for (const auto& f :
       a.object<Annotation>("annotation")->features_in(a.text("chromosome"), a.integer("start"), a.integer("end")))
    out.push_back(table_of(f));
  return out;
}

Parameter genome_parameter() {
  return any("genome", "a Genome, or the path of a FASTA file").one_of({"Genome"}).with(Completes::file);
}

std::vector<Parameter> window_parameters(const std::string& of) {
  return {integer("width", of + "bases of each window; intervals as they are when not given").at_least(1).optional(),
          text("around", of + "middle of a window; the summit where the file gives one, else the centre")
              .one_of({"centre", "summit"})
              .optional(),
          text("beyond", of + "intervals that go beyond their chromosome: error, skip, or shrink to what there is")
              .one_of({"error", "skip", "shrink"})
              .optional(),
          text("unknown", of + "intervals on chromosomes that the genome does not have: error or skip")
              .one_of({"error", "skip"})
              .optional()};
}

void add_chromosomes(const Value& value, std::vector<std::string>& names) {
  if (const auto* one = value.as<std::string>()) names.push_back(*one);
  if (const auto* list = value.as<Value::List>())
    for (const auto& item : *list) {
      const auto* name = item.as<std::string>();
      if (!name) throw error("split: a chromosome is a text such as \"chrI\", got " + kind_in_words(item));
      names.push_back(*name);
    }
}

bool names_chromosomes(const Value& value) { return value.as<std::string>() || value.as<Value::List>(); }

}  // namespace

std::shared_ptr<Genome> genome_of(const Arguments& arguments, std::string_view name, Shell& shell) {
  if (auto g = arguments.object<Genome>(name)) return g;
  const auto* path = arguments.value(name).as<std::string>();
  if (!path)
    throw error(fmt::format("'{}' is a Genome or the path of a FASTA file, got {}", name,
                            kind_in_words(arguments.value(name))));
  ProgressBar bar("genome");
  data::GenomeOptions o;
  o.progress = bar.callback();
  auto g = std::make_shared<Genome>(path_of(*path), o);
  bar.close();
  if (shell.settings.interactive)
    for (const auto& note : g->notes()) shell.say(note);
  return g;
}

std::vector<Parameter> with_window_parameters(std::vector<Parameter> own) {
  own.push_back(any("genome", "of a BED or narrowPeak file: a Genome, or the path of a FASTA file")
                    .with(Completes::file)
                    .optional());
  for (Parameter& p : window_parameters("BED: ")) own.push_back(std::move(p));
  own.push_back(text("class", "BED: a label for all intervals").optional());
  return own;
}

bool has_window_parameters(const Arguments& arguments) {
  for (const char* name : {"width", "around", "beyond", "unknown", "class"})
    if (arguments.has(name)) return true;
  return false;
}

bool holds_intervals(const std::string& path) {
  std::string name = path.ends_with(".gz") ? path.substr(0, path.size() - 3) : path;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return name.ends_with(".bed") || name.ends_with(".narrowpeak") || name.ends_with(".broadpeak");
}

Value load_intervals(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  if (!a.has("genome"))
    throw error(
        fmt::format("load: {} holds places, not sequences; say of which genome: load{{\"{}\", genome = "
                    "\"genome.fa\"}}",
                    path, a.text("path")));
  ProgressBar bar("load");
  const Intervals intervals = data::read_intervals(path, interval_options(a, bar.callback()));
  const auto genome = genome_of(a, "genome", shell);
  return make_object<data::Dataset>(data::sequences(intervals, *genome, sequence_options(a, bar.callback())));
}

bool splits_by_chromosome(const Arguments& a) {
  return a.text_or("by", "") == "chromosome" || names_chromosomes(a.value("dev")) || names_chromosomes(a.value("test"));
}

double share_of(const Arguments& a, std::string_view name) {
  double share = -1;
  if (const auto* whole = a.value(name).as<index_t>()) share = double(*whole);
  if (const auto* number = a.value(name).as<double>()) share = *number;
  if (!(share >= 0 && share <= 1))
    throw error(fmt::format("split: '{}' must be a number from 0 to 1, or names of chromosomes, got {}", name,
                            typed_form(a.value(name))));
  return share;
}

data::Splits split_by_chromosome(const Arguments& a, const data::Dataset& rows, const data::SplitOptions& options) {
  if (a.has("train")) throw error("split: by chromosome, train is what is neither dev nor test; leave 'train' out");
  data::ChromosomeParts parts;
  add_chromosomes(a.value("dev"), parts.dev);
  add_chromosomes(a.value("test"), parts.test);
  data::Splits s = data::split_by_chromosome(rows, parts);
  if (names_chromosomes(a.value("dev"))) {
    if (!names_chromosomes(a.value("test")) && share_of(a, "test") > 0)
      throw error("split: by chromosome, name the chromosomes of test too, or test = 0 for none");
    return s;
  }
  // No chromosome for dev: a share of the rows that training would have.
  const double dev = share_of(a, "dev");
  if (dev == 0) return s;
  data::Splits rest = data::split(s.train, {1 - dev, dev, 0}, options);
  rest.train.name = s.train.name;
  rest.dev.name = s.dev.name;
  rest.dev.notes.push_back(
      fmt::format("dev: {} of the rows that are not test, drawn at random; name chromosomes to keep it apart", dev));
  rest.test = std::move(s.test);
  return rest;
}

void register_genome_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "genome",
       .group = "genomes",
       .doc = "Opens a FASTA file, so that any stretch of it can be read.",
       .parameters = {file("path", "FASTA, plain or packed by bgzip"),
                      table("names", "new names, as other files call them: {chrI = \"NC_001133.9\"}").optional()},
       .run = open_genome,
       .help = "A missing index (.fai) is built beside the file, or in the cache folder where that cannot be "
               "written. chr1 and 1, chrM and MT are one name. A file packed by gzip has to be unpacked.",
       .example = "g = genome \"yeast.fa\"\ng.lengths\ng:bases(\"chrI\", 100, 120)"});
  registry.add({.name = "bases",
                .group = "genomes",
                .doc = "The letters of a stretch of a genome.",
                .parameters = {value_of({"Genome"}, "genome", "the genome"), text("chromosome", "its name"),
                               integer("start", "first base, counted from 0, as in BED").at_least(0),
                               integer("end", "the base behind the last one").at_least(0)},
                .run = bases,
                .example = "g:bases(\"chrI\", 100, 120)"});
  registry.add(
      {.name = "intervals",
       .group = "genomes",
       .doc = "Reads the places in a BED or narrowPeak file.",
       .parameters =
           {file("path", "the file, plain or .gz"),
            text("label", "column of the labels: name, score, a name of the file's header, or a number").optional(),
            text("class", "a label for all intervals").optional(),
            flag("unlabelled", "read no labels, even where a column is called so").by_default(false)},
       .run = read_intervals,
       .example =
           "v = intervals(\"peaks.bed\", {label = \"name\"})\nv[1]\nd = v:sequences(\"yeast.fa\", {width = 512})"});
  std::vector<Parameter> parameters{
      any("intervals", "Intervals, or the path of a BED file").one_of({"Intervals"}).with(Completes::file),
      genome_parameter()};
  for (Parameter& p : window_parameters("")) parameters.push_back(std::move(p));
  parameters.push_back(flag("strands", "an interval on strand - gives its reverse complement").by_default(true));
  parameters.push_back(flag("mask_lower_case", "read lower-case letters, which mark repeats, as N").by_default(false));
  parameters.push_back(
      integer("max_classes", "more different labels than this are refused").at_least(2).by_default(1000));
  registry.add({.name = "sequences",
                .group = "genomes",
                .doc = "The sequences of intervals, with their labels, as a Dataset.",
                .parameters = parameters,
                .run = sequences,
                .help = "All names and places are checked before the first base is read. Rows get ids such as "
                        "chrI:100-612(+), counted as in BED, by which split can divide them by chromosome.",
                .example = "d = sequences(v, g, {width = 512, beyond = \"skip\"})\ns = split(d, {test = \"chrI\"})"});
  registry.add(
      {.name = "variant_effects",
       .group = "genomes",
       .doc = "Predicts the reference and the alternative allele of each variant in a VCF file, and their difference.",
       .parameters =
           {value_of({"Model"}, "model", "the model"), file("variants", "VCF, plain or .gz"), genome_parameter(),
            integer("width", "bases of a window; what the model reads when not given").at_least(1).optional(),
            text("beyond", "windows that go beyond their chromosome: error, skip, or pad with N")
                .one_of({"error", "skip", "pad"})
                .by_default("error"),
            text("mismatch", "variants whose reference allele is not the genome's")
                .one_of({"error", "skip"})
                .by_default("error"),
            text("unknown", "variants on chromosomes that the genome does not have")
                .one_of({"error", "skip"})
                .by_default("error"),
            flag("pass_only", "leave out lines whose FILTER is not PASS").by_default(false),
            flag("mask_lower_case", "read lower-case letters, which mark repeats, as N").by_default(false),
            file("file", "write a CSV: chrom, pos, id, ref, alt, then p_ref, p_alt and logit_difference of each class")
                .optional()},
       .run = variant_effects,
       .help =
           "The window has the first changed base in its middle. Its left edge stays; behind an insertion bases leave "
           "on the right, behind a deletion bases of the genome enter. Symbolic alleles (<DEL>, *) are left out and "
           "counted. All alleles are checked against the genome before the first prediction.",
       .example = "e = variant_effects(m, \"calls.vcf\", \"yeast.fa\", {file = \"effects.csv\"})\ne[e.strongest[1]]"});
  registry.add({.name = "save_effects",
                .group = "genomes",
                .doc = "Writes the effects of variants as CSV: chrom, pos, id, ref, alt, then p_ref, p_alt and "
                       "logit_difference of each class.",
                .parameters = {value_of({"VariantEffects"}, "effects", "the effects"), file("path", "a CSV file")},
                .run = save_effects,
                .example = "save_effects(e, \"effects.csv\")"});
  registry.add({.name = "annotation",
                .group = "genomes",
                .doc = "Reads genes and other features from a GFF3, GTF or BED file.",
                .parameters = {file("path", "the file, plain or .gz"),
                               list("types", "read these only: {\"gene\", \"CDS\"}").optional()},
                .run = annotation,
                .example = "a = annotation(\"genes.gff3\", {types = {\"gene\"}})\na:features(\"chrI\", 0, 10000)"});
  registry.add({.name = "features",
                .group = "genomes",
                .doc = "The features that lie in a stretch of a chromosome.",
                .parameters = {value_of({"Annotation"}, "annotation", "the features"), text("chromosome", "its name"),
                               integer("start", "first base, counted from 0, as in BED").at_least(0),
                               integer("end", "the base behind the last one").at_least(0)},
                .run = features,
                .example = "a:features(\"chrI\", 0, 10000)"});
}

}  // namespace l2g::repl
