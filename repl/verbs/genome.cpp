// genome, intervals, sequences: from places in a genome to rows.
#include "display.hpp"
#include "genome_values.hpp"
#include "progress.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/split_by_chromosome.hpp>

#include <algorithm>

namespace l2g::repl {
namespace {

using data::Genome;
using data::Interval;
using data::Intervals;

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
  const std::string path = path_of(a.text("path"));
  Intervals found = data::read_intervals(path, interval_options(a, bar.callback()));
  if (found.rows.empty()) throw file_error(path, "the file holds no interval");
  return make_object<Intervals>(std::move(found));
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

Parameter genome_parameter() {
  return any("genome", "a Genome, or the path of a FASTA file").one_of({"Genome"}).with(Completes::file);
}

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
  if (!a.has(name)) return 0.1;
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
       .parameters = {file("path", "FASTA, plain or packed by bgzip or gzip"),
                      table("names", "new names, as other files call them: {chrI = \"NC_001133.9\"}").optional()},
       .run = open_genome,
       .help = "A missing index (.fai) is built beside the file, or in the cache folder where that cannot be "
               "written. chr1 and 1, chrM and MT are one name. A file packed by plain gzip, as most "
               "downloads are, is unpacked once into the cache folder.",
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
  register_variant_verbs(registry);
}

}  // namespace l2g::repl
