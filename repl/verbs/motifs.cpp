// The verbs of motifs: their files, where they are in sequences, seqlets, and which known motif they resemble.
#include "model_values.hpp"
#include "motif_values.hpp"
#include "progress.hpp"
#include "sequence_rows.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/letters.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/interpret/motif_files.hpp>
#include <l2g/interpret/scan.hpp>
#include <l2g/interpret/tomtom.hpp>

#include <algorithm>
#include <filesystem>

namespace l2g::repl {
namespace {

using interpret::Contributions;
using interpret::Hits;
using interpret::MotifSet;

/// The matrices of an argument that is a Motifs or a SeqletMotifs.
const MotifSet& motifs_of(const Arguments& a, const char* name) {
  if (const auto patterns = a.object<SeqletPatterns>(name)) return patterns->set;
  return *a.object<MotifSet>(name);
}

Value load_motifs(const Arguments& a, Shell& shell) {
  if (const auto simulated = a.object<data::Simulated>("source")) {
    auto set = std::make_shared<MotifSet>();
    set->name = simulated->dataset.name, set->format = "simulated";
    for (const auto& m : simulated->motifs) set->add(m);
    return object(set);
  }
  const auto* path = a.value("source").as<std::string>();
  if (!path)
    throw error("load_motifs takes the path of a motif file, or simulated data, got " +
                kind_in_words(a.value("source")));
  auto set = std::make_shared<MotifSet>(interpret::load_motifs(path_of(*path)));
  for (const auto& r : set->remarks) shell.say("note: " + set->name + ": " + r);
  return object(set);
}

std::array<double, 4> background_of(const Arguments& a, const MotifSet& motifs,
                                    const std::vector<std::string>& sequences) {
  const Value& value = a.value("background");
  if (value.as<Value::List>()) {
    const auto shares = a.numbers("background");
    if (shares.size() != 4) throw error("scan: background as a list is four shares (A C G T)");
    return {shares[0], shares[1], shares[2], shares[3]};
  }
  const auto* word = value.as<std::string>();
  if (word && *word == "uniform") return {.25, .25, .25, .25};
  if (word && *word == "motifs") return motifs.background;
  if (word && *word == "data") {
    if (sequences.empty())
      throw error("scan: with 'file' the sequences are not held; give the background as four shares");
    return interpret::background_of(sequences, a.flag("both_strands"));
  }
  throw error("scan: background is \"uniform\", \"motifs\", \"data\" or four shares, got " + typed_form(value));
}

// Motifs that fit nowhere: an error when that is all of them, else a note.
void check_lengths(const MotifSet& motifs, index_t longest, Shell& shell) {
  std::vector<const data::Motif*> longer;
  for (const auto& m : motifs.motifs)
    if (m.length() > longest) longer.push_back(&m);
  if (longer.empty()) return;
  const std::string first = fmt::format("motif '{}' has {} positions, the longest sequence {} bases", longer[0]->name,
                                        longer[0]->length(), longest);
  if (longer.size() == motifs.motifs.size()) throw error("scan: " + first + "; no motif fits into a sequence");
  shell.say(
      fmt::format("note: {} of {} motifs are longer than every sequence ({})", longer.size(), motifs.size(), first));
}

Value scan(const Arguments& a, Shell& shell) {
  const MotifSet& motifs = motifs_of(a, "motifs");
  interpret::ScanOptions o;
  o.p = a.number("p");
  o.both_strands = a.flag("both_strands");
  o.pseudocount = a.number("pseudocount");
  o.pool = pool_of(shell);
  ProgressBar bar("scan");
  o.progress = bar.callback();

  data::Dataset read;
  const data::Dataset* rows = a.object<data::Dataset>("data").get();
  if (const auto simulated = a.object<data::Simulated>("data")) rows = &simulated->dataset;
  if (const auto* text = a.value("data").as<std::string>()) {
    const std::string path = path_of(*text);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored) && !text->empty() && data::looks_like_dna(*text)) {
      read.sequences = {*text}, read.ids = {"sequence"};
    } else if (a.has("file")) {
      o.background = background_of(a, motifs, {});
      const index_t n = interpret::scan_fasta(motifs.motifs, path, path_of(a.text("file")), o);
      bar.close();
      if (shell.settings.interactive) shell.say(fmt::format("wrote {} hits to {}", n, a.text("file")));
      return Value(n);
    } else {
      read = file_rows(path, bar.callback());
    }
    rows = &read;
  }
  if (!rows)
    throw error("scan takes a Dataset, simulated data, the path of a sequence file, or letters of DNA, got " +
                kind_in_words(a.value("data")));
  check_lengths(motifs, rows->longest(), shell);
  o.background = background_of(a, motifs, rows->sequences);
  auto hits = std::make_shared<Hits>(interpret::scan(motifs.motifs, *rows, o));
  if (a.has("file")) {
    const std::string path = path_of(a.text("file"));
    path.ends_with(".tsv") ? interpret::write_tsv(*hits, path) : interpret::write_bed(*hits, path);
  }
  return object(hits);
}

Value seqlets(const Arguments& a, Shell&) {
  auto out = std::make_shared<Seqlets>();
  out->of = a.object<Contributions>("contributions");
  const auto tracks = interpret::tracks_of(*out->of);
  const bool recursive = a.text("method") == "recursive";
  for (const char* name : {"window", "fdr"})
    if (recursive && a.has(name)) throw error(fmt::format("seqlets: '{}' goes with method \"modisco\"", name));
  for (const char* name : {"p", "shortest", "longest"})
    if (!recursive && a.has(name)) throw error(fmt::format("seqlets: '{}' goes with method \"recursive\"", name));
  if (recursive) {
    interpret::RecursiveOptions o;
    if (a.has("p")) o.p = a.number("p");
    if (a.has("shortest")) o.shortest = a.integer("shortest");
    if (a.has("longest")) o.longest = a.integer("longest");
    if (a.has("flank")) o.flank = a.integer("flank");
    out->how = fmt::format("recursive, p < {:g}", o.p);
    for (const bool negative : {false, true}) {
      if (negative && a.text("sign") == "positive") continue;
      if (!negative && a.text("sign") == "negative") continue;
      o.negative = negative;
      const auto found = interpret::recursive_seqlets(tracks, o);
      out->list.insert(out->list.end(), found.begin(), found.end());
    }
    std::stable_sort(out->list.begin(), out->list.end(), [](const auto& x, const auto& y) { return x.p < y.p; });
  } else {
    interpret::ModiscoOptions o;
    if (a.has("window")) o.window = a.integer("window");
    if (a.has("fdr")) o.fdr = a.number("fdr");
    if (a.has("flank")) o.flank = a.integer("flank");
    out->how = fmt::format("windows of {} as TF-MoDISco, FDR {:g}", o.window, o.fdr);
    out->list = interpret::modisco_seqlets(tracks, o);
    const std::string sign = a.text("sign");
    if (sign != "both")
      std::erase_if(out->list, [&](const auto& s) { return (s.attribution < 0) == (sign == "positive"); });
  }
  if (a.has("file")) interpret::write_bed(out->list, *out->of, path_of(a.text("file")));
  return object(out);
}

Value seqlet_motifs(const Arguments& a, Shell&) {
  const auto given = a.object<Seqlets>("seqlets");
  interpret::SeqletMotifOptions o;
  o.width = a.integer("width");
  o.shift = std::min(o.shift, o.width - 1);
  o.similarity = a.number("similarity");
  o.least = a.integer("least");
  o.most = a.integer("most");
  ProgressBar bar("seqlet_motifs");
  o.progress = bar.callback();
  auto out = std::make_shared<SeqletPatterns>();
  out->seqlets = index_t(given->list.size());
  out->list = interpret::seqlet_motifs(*given->of, given->list, o);
  out->set.name = given->of->method + " seqlets", out->set.format = "averaged seqlets";
  for (const auto& m : out->list) out->set.add(m.motif, {"", double(m.members.size()), -1, ""});
  if (out->list.empty())
    throw error(
        fmt::format("seqlet_motifs: no {} of the {} seqlets are alike; try a smaller 'least' or 'similarity', "
                    "or more contributions",
                    o.least, given->list.size()));
  return object(out);
}

Value match_motifs(const Arguments& a, Shell& shell) {
  const MotifSet &queries = motifs_of(a, "motifs"), &database = motifs_of(a, "database");
  interpret::TomtomOptions o;
  o.similarity =
      a.text("similarity") == "pearson" ? interpret::ColumnSimilarity::pearson : interpret::ColumnSimilarity::euclidean;
  o.both_strands = a.flag("both_strands");
  o.min_overlap = a.integer("min_overlap");
  o.nearest = a.integer("nearest");
  o.pool = pool_of(shell);
  ProgressBar bar("match_motifs");
  o.progress = bar.callback();
  auto out = std::make_shared<MotifMatches>();
  out->queries = queries.size();
  out->database = database.name;
  // p is how often columns drawn from the database itself would fit as well: a few motifs are no such background.
  constexpr index_t least_motifs = 20;
  if (database.size() < least_motifs)
    out->note = fmt::format(
        "p is reckoned from the columns of the database; with {} motif{} it means little, the order still does",
        database.size(), database.size() == 1 ? "" : "s");
  const auto found = interpret::tomtom(queries.motifs, database.motifs, o);
  for (std::size_t i = 0; i < found.size(); ++i)
    for (const auto& m : found[i])
      if (m.p <= a.number("p"))
        out->list.push_back({queries.motifs[i].name, database.motifs[std::size_t(m.target)].name, m.offset, m.p, m.e,
                             m.q, m.reverse, database.notes[std::size_t(m.target)].alternative});
  return object(out);
}

Value save_motifs(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  interpret::write_meme(motifs_of(a, "motifs"), path);
  if (shell.settings.interactive) shell.say("wrote " + path);
  return {};
}

Value save_hits(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  const auto hits = a.object<Hits>("hits");
  path.ends_with(".tsv") ? interpret::write_tsv(*hits, path) : interpret::write_bed(*hits, path);
  if (shell.settings.interactive) shell.say("wrote " + path);
  return {};
}

Value load_meme(const Arguments& a, Shell&) {
  const std::string path = path_of(a.text("path"));
  data::LineReader lines(path);
  std::string_view first;
  lines.peek(first);
  if (first.starts_with('<')) {
    std::string head;  // which program's XML it is stands in the first tags
    data::LineReader look(path);
    for (std::string line; head.size() < 2000 && look.next(line);) head += line;
    if (head.find("<tomtom") == std::string::npos) return make_object<MotifSet>(interpret::motifs_of_xml(lines));
  }
  const std::string name = path.substr(path.rfind('/') + 1);
  if (first.find("motif_DB") != std::string_view::npos)
    return make_object<Enrichments>(Enrichments{interpret::read_ame_tsv(lines), name});
  if (first.starts_with('<') || first.find("Query") != std::string_view::npos) {
    auto read = interpret::read_tomtom(lines);
    auto out = std::make_shared<MotifMatches>();
    out->list = std::move(read.list);
    out->database = name;
    std::vector<std::string> queries;
    for (const auto& m : out->list) queries.push_back(m.query);
    std::sort(queries.begin(), queries.end());
    out->queries = std::unique(queries.begin(), queries.end()) - queries.begin();
    return object(out);
  }
  return make_object<Hits>(interpret::read_fimo_tsv(lines));
}

}  // namespace

void register_motif_verbs(Registry& registry) {
  register_motif_types(registry);
  registry.add({.name = "load_motifs",
                .group = "motifs",
                .doc = "Reads a motif file (MEME, JASPAR, TRANSFAC, STREME or DREME XML), or takes the motifs of "
                       "simulated data.",
                .parameters = {any("source", "the path of the file, or simulated data").with(Completes::file)},
                .run = load_motifs,
                .help = "The format is told by the content; counts become shares.",
                .example = "k = load_motifs \"JASPAR2024.meme\"\nk[1].consensus"});
  registry.add(
      {.name = "scan",
       .group = "motifs",
       .doc = "Finds motifs in sequences, on both strands, as FIMO does.",
       .parameters = {any("data", "a Dataset, simulated data, the path of a sequence file, or letters of DNA")
                          .one_of({"Dataset", "Simulated"}),
                      value_of({"Motifs", "SeqletMotifs"}, "motifs", "what to look for"),
                      number("p", "chance of a hit at one place of background").between(1e-300, 1).by_default(1e-4),
                      flag("both_strands", "look on the other strand too").by_default(true),
                      any("background",
                          "\"uniform\", \"motifs\" (as their file says), \"data\" (as the sequences are), or four "
                          "shares of A C G T")
                          .by_default("uniform"),
                      number("pseudocount", "added to each probability").between(1e-9, 1).by_default(1e-4),
                      file("file",
                           "also write a BED file, or with .tsv the columns of FIMO; a path of sequences is then read "
                           "piece by piece and only the number of hits comes back")
                          .optional()},
       .run = scan,
       .help = "A hit's q is the share of false hits among the motif's hits that are as good.",
       .example = "h = scan(d, k, {p = 1e-5})\nh.counts\nscan(\"genome.fa\", k, {file = \"hits.bed\"})"});
  registry.add(
      {.name = "seqlets",
       .group = "motifs",
       .doc = "Finds the stretches of sequence that contribute much.",
       .parameters =
           {value_of({"Contributions"}, "contributions", "what each base contributes"),
            text("method", "recursive: short ones with p-values; modisco: windows, as TF-MoDISco cuts them")
                .one_of({"recursive", "modisco"})
                .by_default("recursive"),
            text("sign", "which contributions").one_of({"positive", "negative", "both"}).by_default("both"),
            number("p", "recursive: of a seqlet and of all stretches inside; 0.01").between(1e-12, 0.5).optional(),
            integer("shortest", "recursive: bases; 4").between(1, 200).optional(),
            integer("longest", "recursive: bases; 25").between(1, 200).optional(),
            integer("window", "modisco: bases of the core; 21").between(1, 1000).optional(),
            number("fdr", "modisco: share of false windows; 0.2").between(1e-6, 0.999).optional(),
            integer("flank", "bases on both sides; 0, modisco 10").between(0, 1000).optional(),
            file("file", "also write a BED file").optional()},
       .run = seqlets,
       .example = "q = seqlets(c)\nq[1].letters"});
  registry.add(
      {.name = "seqlet_motifs",
       .group = "motifs",
       .doc = "Aligns seqlets that look alike and averages them to motifs.",
       .parameters =
           {value_of({"Seqlets"}, "seqlets", "from seqlets(c)"),
            integer("width", "bases around a peak").between(4, 100).by_default(24),
            number("similarity", "cosine from which a seqlet belongs to a motif").between(0.05, 0.99).by_default(0.6),
            integer("least", "seqlets of a motif").between(1, 1000000).by_default(10),
            integer("most", "seqlets that are looked at, the strongest ones").between(1, 1000000).by_default(5000)},
       .run = seqlet_motifs,
       .example = "f = seqlet_motifs(seqlets(c))\nmatch_motifs(f, load_motifs \"JASPAR2024.meme\")"});
  registry.add(
      {.name = "match_motifs",
       .group = "motifs",
       .doc = "Says which known motifs motifs resemble, as TOMTOM does.",
       .parameters = {value_of({"Motifs", "SeqletMotifs"}, "motifs", "the motifs"),
                      value_of({"Motifs", "SeqletMotifs"}, "database", "the known ones"),
                      text("similarity", "of two positions").one_of({"euclidean", "pearson"}).by_default("euclidean"),
                      integer("nearest", "known motifs to keep for each; 0: all").at_least(0).by_default(5),
                      number("p", "only matches up to this").between(0, 1).by_default(1),
                      integer("min_overlap", "positions that must lie on each other").between(1, 100).by_default(1),
                      flag("both_strands", "compare with the other strand too").by_default(true)},
       .run = match_motifs,
       .help =
           "p: chance that a random motif of the known one's length does so well; E: how many of all known ones do; "
           "q: share of false ones among the matches that are as good.",
       .example = "r = match_motifs(f, k)\nr.best"});
  registry.add({.name = "save_motifs",
                .group = "motifs",
                .doc = "Writes motifs as a MEME file.",
                .parameters = {value_of({"Motifs", "SeqletMotifs"}, "motifs", "the motifs"), file("path", "name.meme")},
                .run = save_motifs,
                .example = "save_motifs(f, \"found.meme\")"});
  registry.add({.name = "save_hits",
                .group = "motifs",
                .doc = "Writes hits as BED (positions from 0), or with .tsv as FIMO does.",
                .parameters = {value_of({"Hits"}, "hits", "from scan"), file("path", "name.bed or name.tsv")},
                .run = save_hits,
                .example = "save_hits(h, \"hits.bed\")"});
  registry.add({.name = "load_meme",
                .group = "motifs",
                .doc = "Reads what the MEME suite wrote: fimo.tsv, tomtom.tsv or .xml, ame.tsv, streme.xml, dreme.xml.",
                .parameters = {file("path", "the file")},
                .run = load_meme,
                .example = "load_meme \"fimo.tsv\""});
}

}  // namespace l2g::repl
