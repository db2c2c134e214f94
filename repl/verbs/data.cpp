// load, split, leakage, baseline: data in the session.
#include "chart.hpp"
#include "display.hpp"
#include "genome_values.hpp"
#include "language_values.hpp"
#include "progress.hpp"
#include "shell.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/baseline.hpp>
#include <l2g/data/leakage.hpp>
#include <l2g/data/load.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/data/summary.hpp>
#include <l2g/dyn/model.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace l2g::repl {
namespace {

using data::Dataset;
using data::Splits;

template <class T>
std::size_t bytes_of(const std::vector<T>& items) {
  return items.capacity() * sizeof(T);
}

std::size_t bytes_of(const std::vector<std::string>& texts) {
  std::size_t n = texts.capacity() * sizeof(std::string);
  for (const auto& s : texts) n += s.capacity() > 15 ? s.capacity() + 1 : 0;  // short ones lie in the object
  return n;
}

std::size_t bytes_of(const Dataset& d) { return bytes_of(d.sequences) + bytes_of(d.ids) + bytes_of(d.labels); }

std::string in_short(const Dataset& d) {
  if (d.empty()) return "empty";
  std::string s = fmt::format("{} sequences of up to {} bases", d.rows(), d.longest());
  return s + (d.labelled() ? fmt::format(", {} classes", d.class_count()) : ", no labels");
}

// What the readers guessed, each sentence once.
std::string notes_of(std::initializer_list<const Dataset*> parts) {
  std::vector<std::string> notes;
  for (const auto* d : parts)
    for (const auto& n : d->notes)
      if (std::find(notes.begin(), notes.end(), n) == notes.end()) notes.push_back(n);
  std::string s;
  for (const auto& n : notes) s += n + "\n";
  return s;
}

Value row_of(const Dataset& d, index_t i) {
  if (i == d.rows() + 1) return {};  // the end of ipairs(d)
  if (i < 1 || i > d.rows()) throw error(fmt::format("row {} of a Dataset with rows 1 to {}", i, d.rows()));
  const auto k = std::size_t(i - 1);
  Value::Table row{{"sequence", d.sequences[k]}};
  if (d.labelled()) row.emplace_back("label", d.classes[std::size_t(d.labels[k])]);
  if (!d.ids.empty()) row.emplace_back("id", d.ids[k]);
  return row;
}

std::vector<std::string> labels_of(const Dataset& d) {
  std::vector<std::string> out;
  for (const auto k : d.labels) out.push_back(d.classes[std::size_t(k)]);
  return out;
}

void register_types(Registry& registry) {
  registry.type<Dataset>("Dataset", "rows of DNA with or without labels; #d counts them, d[1] is the first")
      .summary([](const Dataset& d) { return d.name + ": " + in_short(d); })
      .details([](const Dataset& d) { return data::text(data::summary(d)) + notes_of({&d}); })
      .bytes([](const Dataset& d) { return bytes_of(d); })
      .length([](const Dataset& d) { return d.rows(); })
      .item(row_of)
      .field("name", "short name", [](const Dataset& d) { return d.name; })
      .field("source", "the file it came from, or how it was made", [](const Dataset& d) { return d.source; })
      .field("rows", "number of sequences", [](const Dataset& d) { return d.rows(); })
      .field("longest", "length of the longest sequence in bases", [](const Dataset& d) { return d.longest(); })
      .field("classes", "names of the classes", [](const Dataset& d) { return Value(d.classes); })
      .field("sequences", "list of all sequences", [](const Dataset& d) { return Value(d.sequences); })
      .field("labels", "list of the class of each row", [](const Dataset& d) { return Value(labels_of(d)); })
      .field("ids", "list of the name of each row", [](const Dataset& d) { return Value(d.ids); });
  registry.type<Splits>("Splits", "training, development and test parts of one task")
      .summary([](const Splits& s) {
        return fmt::format("train {}; dev {}; test {}", in_short(s.train), s.dev.rows(), s.test.rows());
      })
      .details([](const Splits& s) {
        std::string out;
        for (const auto* d : {&s.train, &s.dev, &s.test})
          if (!d->empty()) out += data::text(data::summary(*d));
        return out + notes_of({&s.train, &s.dev, &s.test});
      })
      .bytes([](const Splits& s) { return bytes_of(s.train) + bytes_of(s.dev) + bytes_of(s.test); })
      .part("train", "what models learn from", &Splits::train)
      .part("dev", "what settings are chosen by", &Splits::dev)
      .part("test", "what the final score is measured on", &Splits::test);
  const auto leaking_rows = [](const data::PartLeakage& p) {
    std::vector<std::pair<std::string, std::vector<index_t>>> kinds{
        {"exact", {}}, {"reverse_complement", {}}, {"substring", {}}, {"shared_kmer", {}}};
    for (const data::Leak& leak : p.leaks) kinds[std::size_t(leak.kind)].second.push_back(leak.row + 1);
    return kinds;
  };
  registry.type<data::Leakage>("Leakage", "what dev and test share with train")
      .summary([](const data::Leakage& l) {
        std::string s = "found in train:";
        for (const auto& p : l.parts) s += fmt::format(" {} of {} rows of {};", p.leaks.size(), p.rows, p.part);
        return s.substr(0, s.size() - 1);
      })
      .details([leaking_rows](const data::Leakage& l) {
        constexpr std::size_t shown = 8;
        std::string s = data::text(l);
        for (const auto& p : l.parts)
          for (const auto& [kind, rows] : leaking_rows(p)) {
            if (rows.empty()) continue;
            s +=
                fmt::format("rows.{}.{}: {}", p.part, kind,
                            fmt::join(rows.begin(), rows.begin() + std::ptrdiff_t(std::min(shown, rows.size())), ", "));
            s += rows.size() > shown ? fmt::format(" and {} more\n", rows.size() - shown) : "\n";
          }
        return s;
      })
      .field("k", "length of a shared stretch that counts", [](const data::Leakage& l) { return l.k; })
      .field("rows",
             "numbers of the rows that were found: rows.test.exact, .reverse_complement, .substring, .shared_kmer",
             [leaking_rows](const data::Leakage& l) {
               Value::Table parts;
               for (const auto& p : l.parts) {
                 Value::Table kinds;
                 for (const auto& [kind, rows] : leaking_rows(p)) kinds.emplace_back(kind, Value(rows));
                 parts.emplace_back(p.part, std::move(kinds));
               }
               return parts;
             })
      .field("parts", "for each part: rows, exact, reverse_complement, substring, shared_kmer",
             [](const data::Leakage& l) {
               Value::Table parts;
               for (const auto& p : l.parts)
                 parts.emplace_back(p.part, Value::Table{{"rows", p.rows},
                                                         {"exact", p.exact},
                                                         {"exact_sequences", p.exact_sequences},
                                                         {"reverse_complement", p.reverse_complement},
                                                         {"substring", p.substring},
                                                         {"shared_kmer", p.shared_kmer}});
               return parts;
             });
  registry.type<data::Baseline>("Baseline", "scores of linear models: the floor that a network must beat")
      .summary([](const data::Baseline& b) {
        return fmt::format("floor {}: dev MCC {:.3f}, test MCC {:.3f}", b.floor, b[b.floor].dev_mcc,
                           b[b.floor].test_mcc);
      })
      .details([](const data::Baseline& b) { return data::text(b); })
      .field("floor", "name of the model that is best on dev", [](const data::Baseline& b) { return b.floor; })
      .field("dev_mcc", "dev MCC of the floor", [](const data::Baseline& b) { return b[b.floor].dev_mcc; })
      .field("test_mcc", "test MCC of the floor", [](const data::Baseline& b) { return b[b.floor].test_mcc; })
      .field("models", "for each model: dev_mcc, test_mcc, dev_auc, test_auc",
             [](const data::Baseline& b) {
               Value::Table models;
               for (const auto& m : b.models)
                 models.emplace_back(m.model, Value::Table{{"dev_mcc", m.dev_mcc},
                                                           {"test_mcc", m.test_mcc},
                                                           {"dev_auc", m.dev_auc},
                                                           {"test_auc", m.test_auc}});
               return models;
             })
      .field("advice", "what the scores say about the model to build",
             [](const data::Baseline& b) { return b.advice.sentence; })
      .field("keep_positions", "should a network keep positions up to its head",
             [](const data::Baseline& b) { return b.advice.keep_positions; })
      .field("both_strands", "should it see and average both strands",
             [](const data::Baseline& b) { return b.advice.augment.reverse_complement; })
      .field("shift", "bases that training may move a row by",
             [](const data::Baseline& b) { return b.advice.augment.shift; })
      .chart("scores", "MCC of each model", [](const data::Baseline& b) {
        const bool test = !std::isnan(b[b.floor].test_mcc);
        report::ScoreChart chart;
        chart.title = "Linear models";
        chart.axis_name = test ? "test MCC" : "dev MCC";
        for (const auto& m : b.models)
          chart.variants.push_back(
              {m.model, test ? m.test_mcc : m.dev_mcc, report::unknown_value, report::unknown_value});
        return chart_of(chart);
      });
}

bool is_model(const std::string& path) { return path.ends_with(".l2g") || path.ends_with(".safetensors"); }

/// The file that save(m, path) wrote: a name without its ending, a folder that got model.l2g. Else the path itself.
std::string saved_as(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return fs::exists(path + ".l2g", ignored) ? path + ".l2g" : path;
  const fs::path inside = fs::path(path) / "model.l2g";
  if (!fs::exists(inside, ignored)) return path;
  for (const auto& entry : fs::directory_iterator(path, ignored))
    if (entry.path().stem() == "train") return path;  // data, and a model that was saved beside them
  return inside.string();
}

Value load(const Arguments& a, Shell& shell) {
  std::string path = path_of(a.text("path"));
  if (holds_language_model(path)) return object(open_language_model(path, shell, path_of(a.text_or("tokenizer", ""))));
  if (a.has("tokenizer")) throw error("load: 'tokenizer' goes with a language model, and there is none at " + path);
  path = saved_as(path);
  if (is_model(path)) return make_object<model::Model>(model::load_model(path));
  if (holds_intervals(path) || a.has("genome")) return load_intervals(a, shell);
  if (has_window_parameters(a))
    throw error("load: width, around, beyond, unknown and class go with a BED file and a genome");
  ProgressBar bar("load");
  data::LoadOptions o;
  o.sequence_column = a.text_or("sequence", "");
  o.label_column = a.text_or("label", "");
  o.id_column = a.text_or("id", "");
  o.without_labels = a.flag("unlabelled");
  if (o.without_labels) o.fasta_label = data::FastaLabel::none;
  o.letters.mask_lower_case = a.flag("mask_lower_case");
  if (a.has("header")) o.header = a.flag("header") ? data::TableHeader::yes : data::TableHeader::no;
  if (a.has("separator")) o.separator = a.text("separator") == "tab" ? '\t' : a.text("separator")[0];
  o.max_classes = a.integer("max_classes");
  o.progress = bar.callback();
  Splits splits = data::load(path, o);
  if (splits.dev.empty() && splits.test.empty()) return make_object<Dataset>(std::move(splits.train));
  return make_object<Splits>(std::move(splits));
}

/// Rows as a list of tables {sequence = , label = , id = }, or a Dataset that is there.
Dataset dataset_of(const Value& value, const std::string& name) {
  if (const auto d = object_cast<Dataset>(value)) return *d;
  const auto* list = value.as<Value::List>();
  const auto fail = [&](std::size_t row, const std::string& what) {
    throw error(fmt::format("split: row {} of '{}' {}", row, name, what));
  };
  Dataset d;
  d.name = name, d.source = "rows of the session";
  std::vector<std::string> labels;
  for (const Value& item : *list) {
    const std::size_t row = d.sequences.size() + 1;
    const auto* table = item.as<Value::Table>();
    if (!table) fail(row, "must be a table {sequence = \"ACGT\", label = \"a\"}, got " + kind_in_words(item));
    const std::size_t labelled = labels.size(), named = d.ids.size();
    std::string sequence;
    for (const auto& [key, field] : *table) {
      const auto* t = field.as<std::string>();
      const std::string word = t ? *t : typed_form(field);
      if (key == "sequence")
        sequence = word;
      else if (key == "label")
        labels.push_back(word);
      else if (key == "id")
        d.ids.push_back(word);
    }
    if (sequence.empty()) fail(row, "has no sequence");
    if (row > 1 && (labelled > 0) != (labels.size() > labelled))
      fail(row, "differs: a label for all rows, or for none");
    if (row > 1 && (named > 0) != (d.ids.size() > named)) fail(row, "differs: an id for all rows, or for none");
    try {
      data::apply_letter_rules(sequence, {}, {}, 0, 0);
    } catch (const error& e) {
      fail(row, e.what());
    }
    d.sequences.push_back(std::move(sequence));
  }
  if (d.empty()) throw error("split: '" + name + "' has no rows");
  if (!labels.empty()) data::assign_labels(d, labels);
  return d;
}

/// Is this rows, and not a share or names of chromosomes?
bool holds_rows(const Value& value) {
  const auto* list = value.as<Value::List>();
  return object_cast<Dataset>(value) || (list && !list->empty() && !list->front().as<std::string>());
}

/// `split{train = a, dev = b, test = c}`: parts that are there already, put together.
Value parts_together(const Arguments& a) {
  for (const char* option : {"by", "seed"})
    if (a.has(option)) throw error(fmt::format("split: '{}' goes with one Dataset, not with parts", option));
  if (a.has("data") && a.has("train")) throw error("split: of parts, give 'train' or the data by place, not both");
  Splits s;
  std::vector<Dataset*> given;
  for (const auto& [name, part] : {std::pair{"train", &s.train}, {"dev", &s.dev}, {"test", &s.test}}) {
    const char* from = part == &s.train && a.has("data") ? "data" : name;
    if (!a.has(from)) continue;
    if (const auto simulated = a.object<data::Simulated>(from))
      *part = simulated->dataset;
    else if (holds_rows(a.value(from)))
      *part = dataset_of(a.value(from), name);
    else
      throw error(fmt::format("split: with parts that are there, '{}' must be a Dataset or a list of rows, got {}",
                              name, kind_in_words(a.value(from))));
    given.push_back(part);
  }
  if (s.train.empty()) throw error("split: 'train' is missing: split{train = a, dev = b, test = c}");
  for (const Dataset* part : given)
    if (part->labelled() != s.train.labelled())
      throw error("split: some parts have labels and others none; of one task all have, or none");
  if (s.train.labelled()) data::unite_classes(given);
  if (given.size() == 1) return make_object<Dataset>(std::move(s.train));
  return make_object<Splits>(std::move(s));
}

Value split(const Arguments& a, Shell& shell) {
  for (const char* part : {"train", "dev", "test"})
    if (holds_rows(a.value(part))) return parts_together(a);
  if (!a.has("data"))
    throw error("split: what to divide is missing: split(data), or parts: split{train = a, test = b}");
  data::SplitOptions o;
  o.seed = seed_of(a, shell);
  o.stratified = a.flag("stratified");
  o.keep_identical = a.flag("keep_identical");
  const auto simulated = a.object<data::Simulated>("data");
  const auto& rows = simulated ? simulated->dataset : *a.object<Dataset>("data");
  if (splits_by_chromosome(a)) return make_object<Splits>(split_by_chromosome(a, rows, o));
  const double dev = share_of(a, "dev"), test = share_of(a, "test");
  if (!a.has("train") && dev + test >= 1)
    throw error(fmt::format("split: dev {} and test {} leave nothing for train", dev, test));
  const double train = a.has("train") ? share_of(a, "train") : 1 - dev - test;
  return make_object<Splits>(data::split(rows, {train, dev, test}, o));
}

Value leakage(const Arguments& a, Shell&) {
  ProgressBar bar("leakage");
  data::LeakageOptions o;
  o.k = a.has("k") ? a.integer("k") : 0;
  o.progress = bar.callback();
  const auto splits = a.object<Splits>("data");
  if (splits && a.has("test")) throw error("leakage: 'test' goes with a Dataset; a Splits has its own test part");
  if (splits) return make_object<data::Leakage>(data::leakage(*splits, o));
  if (!a.has("test"))
    throw error("leakage compares parts: give a Splits, or two: leakage(train, {test = other}), or split(data) first");
  return make_object<data::Leakage>(
      data::leakage(Splits{*a.object<Dataset>("data"), {}, *a.object<Dataset>("test")}, o));
}

Value baseline(const Arguments& a, Shell& shell) {
  const auto splits = a.object<Splits>("data");
  if (!splits) throw error("baseline needs parts to train and to score on: baseline(split(data))");
  ProgressBar bar("baseline");
  data::BaselineOptions o;
  if (a.has("models")) o.models = a.texts("models");
  if (a.has("C")) o.C = a.numbers("C");
  o.threads =
      shell.settings.threads > 0 ? shell.settings.threads : int(std::max(1u, std::thread::hardware_concurrency()));
  o.progress = bar.callback();
  return make_object<data::Baseline>(data::baseline(*splits, o));
}

}  // namespace

std::string path_of(const std::string& typed) {
  const char* home = std::getenv("HOME");
  return home && typed.starts_with("~/") ? home + typed.substr(1) : typed;
}

void register_data_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "load",
       .group = "data",
       .doc = "Reads DNA (a FASTA, CSV or TSV file, plain or .gz, or a folder with train, dev and test files), a "
              "model, or "
              "a published language model.",
       .parameters = with_window_parameters(
           {file("path",
                 "the file or folder; name.l2g: a model; a folder with config.json: a language model; "
                 "small-opt, byte-roberta: those that ship"),
            text("label", "column of the labels").optional(), text("sequence", "column of the sequences").optional(),
            text("id", "column of the names").optional(),
            flag("header", "does the first line name the columns").optional(),
            text("separator", "what stands between columns").one_of({",", ";", "tab"}).optional(),
            flag("unlabelled", "read no labels, even where a column looks like them").by_default(false),
            flag("mask_lower_case", "read lower-case letters, which mark repeats, as N").by_default(false),
            integer("max_classes", "more different labels than this are refused").at_least(2).by_default(1000),
            file("tokenizer", "of a language model: folder or file, when it is not beside the weights").optional()}),
       .run = load,
       .help = "What is not said is guessed, and the guess is shown. A file becomes a Dataset; a folder with several "
               "parts, Splits. Upper and lower case read alike, U reads as T, N and the IUPAC codes are kept; protein "
               "letters are refused with file, line and column. A language model is a folder as transformers writes it "
               "(config.json, safetensors or PyTorch weights, tokenizer files) or a llama2.c file; nothing is ever "
               "downloaded.",
       .example = "d = load \"promoters.csv\"\nd = load{\"promoters.csv\", label = \"class\"}\ns = load "
                  "\"gue/prom_core_tata\"\nlm = load \"all-MiniLM-L6-v2\"\nd = load{\"peaks.bed\", genome = "
                  "\"yeast.fa\", width = 512}"});
  registry.add(
      {.name = "split",
       .group = "data",
       .doc = "Divides a Dataset into training, development and test parts, at random or by chromosome.",
       .parameters =
           {value_of({"Dataset", "Simulated"}, "data", "what to divide").optional(),
            any("dev", "share of the development part, 0.1; names of chromosomes; or its rows").optional(),
            any("test", "share of the test part, 0.1; names of chromosomes; or its rows").optional(),
            any("train", "share of the training part, what is left when not given; or its rows").optional(),
            flag("stratified", "the same mix of classes in each part").by_default(true),
            flag("keep_identical", "equal sequences, and reverse complements, stay in one part").by_default(true),
            text("by", "rows, at random; or chromosome, for rows that were read from a genome")
                .one_of({"rows", "chromosome"})
                .optional(),
            integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = split,
       .help =
           "Shares that add up to less than 1 leave the other rows out. Parts that are there already, each a Dataset "
           "or a list of tables {sequence = , label = }, are put together as they are; train alone makes a Dataset.",
       .example = "s = split(d)\ns = d:split{dev = 0.1, test = 0.2, seed = 7}\ns.train\n"
                  "s = split(d, {train = 0.1, dev = 0.1, test = 0.2})\ns = split{train = a, dev = b, test = c}\n"
                  "s = split(d, {by = \"chromosome\", test = {\"chrI\"}})"});
  registry.add(
      {.name = "leakage",
       .group = "data",
       .doc = "Finds rows of dev and test that train holds: equal, on the other strand, inside, or overlapping.",
       .parameters = {value_of({"Splits", "Dataset"}, "data", "the parts, or a training set"),
                      value_of({"Dataset"}, "test", "a test set to compare with, when data is a Dataset").optional(),
                      integer("k", "length of a shared stretch that counts; 120 or half of the median length")
                          .at_least(8)
                          .optional()},
       .run = leakage,
       .example = "leakage(s)\nleakage(train, {test = other})"});
  registry.add(
      {.name = "baseline",
       .group = "data",
       .doc = "Trains linear models, the floor that a network must beat, and says what they tell about the task.",
       .parameters = {value_of({"Splits", "Dataset"}, "data", "the parts; a Dataset must be split first"),
                      list("models", "which of gc, kmer5, pos1, pos3, joint").optional(),
                      list("C", "strengths of regularisation to choose from").optional()},
       .run = baseline,
       .help = "gc: a threshold on the share of G and C. kmer5: counts of 5-mers. pos1, pos3: which base or 3-mer "
               "stands at which position. joint: kmer5 and pos3 together. The one that is best on dev is the floor.",
       .example = "b = baseline(s)\nplot(b)\nb.advice"});
}

}  // namespace l2g::repl
