// skip_gram, vector, neighbours: one vector for each word.
#include "chart.hpp"
#include "progress.hpp"
#include "token_values.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/text/skip_gram.hpp>
#include <l2g/text/token_summary.hpp>

#include <algorithm>

namespace l2g::repl {
namespace {

using text::WordVectors;

constexpr index_t most_shown = 12;

std::string in_short(const WordVectors& v) {
  return fmt::format("{} words x {}, loss {:.3f} nats a pair", v.size(), v.width, v.loss);
}
std::string details_of(const WordVectors& v) {
  std::string s = in_short(v) + "\n";
  for (index_t word = 0; word < std::min(v.size(), most_shown); ++word) {
    s += fmt::format("{:<12}  {:>8}  ", v.words[std::size_t(word)], v.counts[std::size_t(word)]);
    for (const text::Neighbour& n : text::nearest(v, word, 3))
      s += fmt::format("  {} {:.2f}", v.words[std::size_t(n.word)], n.cosine);
    s += "\n";
  }
  if (v.size() > most_shown) s += fmt::format("... {} more words\n", v.size() - most_shown);
  return s + "word, count, the nearest words with their cosines\n";
}
report::HeatMap cosines_of(const WordVectors& v) {
  report::HeatMap map;
  const index_t n = std::min<index_t>(v.size(), 64);
  map.title = v.size() > n ? fmt::format("Cosines of the {} most frequent words", n) : "Cosines of the words";
  map.rows.assign(v.words.begin(), v.words.begin() + n);
  map.columns = map.rows;
  for (index_t a = 0; a < n; ++a)
    for (index_t b = 0; b < n; ++b) map.values.push_back(v.cosine(a, b));
  return map;
}

Value vector_value(const WordVectors& v, index_t word) {
  const auto x = v.vector(word);
  return Value(std::vector<double>(x.begin(), x.end()));
}

void register_types(Registry& registry) {
  registry.type<WordVectors>("WordVectors", "a vector for each word; v[1] is that of the most frequent one")
      .summary(in_short)
      .details([](const WordVectors& v) { return details_of(v); })
      .bytes([](const WordVectors& v) { return 2 * v.vectors.size() * sizeof(float); })
      .length([](const WordVectors& v) { return v.size(); })
      .item([](const WordVectors& v, index_t i) {
        if (i == v.size() + 1) return Value();
        if (i < 1 || i > v.size()) throw error(fmt::format("word {} of WordVectors with words 1 to {}", i, v.size()));
        return vector_value(v, i - 1);
      })
      .field("words", "the most frequent first", [](const WordVectors& v) { return Value(v.words); })
      .field("counts", "how often each word stands there", [](const WordVectors& v) { return Value(v.counts); })
      .field("width", "numbers of a vector", [](const WordVectors& v) { return v.width; })
      .field("loss", "mean of a pair of words in the last pass, nats", [](const WordVectors& v) { return v.loss; })
      .chart("cosines", "cosine of each pair of words", [](const WordVectors& v) { return chart_of(cosines_of(v)); });
}

Value skip_gram_verb(const Arguments& a, Shell& shell) {
  const std::vector<std::string> texts = texts_of(a, "data");
  const bool dna = std::all_of(texts.begin(), texts.end(), [](const std::string& s) { return text::is_dna(s); });
  if (!dna && a.has("k")) throw error("skip_gram: k is for DNA; this text has other letters, and its words are taken");
  text::SkipGramOptions o;
  o.width = a.integer("width"), o.window = a.integer("window"), o.negatives = a.integer("negatives");
  o.epochs = a.integer("epochs"), o.rate = a.number("rate");
  o.seed = seed_of(a, shell);
  ProgressBar bar("skip_gram");
  o.progress = bar.callback();
  const text::WordRows rows =
      dna ? text::kmer_rows(texts, a.has("k") ? a.integer("k") : 3) : text::word_rows(texts, a.integer("least"));
  return make_object<WordVectors>(text::skip_gram(rows, o));
}

Value vector_verb(const Arguments& a, Shell&) {
  const auto v = a.object<WordVectors>("vectors");
  return vector_value(*v, v->find(a.text("word")));
}

Value neighbours_verb(const Arguments& a, Shell&) {
  const auto v = a.object<WordVectors>("vectors");
  Value::List rows;
  for (const text::Neighbour& n : text::nearest(*v, v->find(a.text("word")), a.integer("top")))
    rows.push_back(Value::Table{{"word", v->words[std::size_t(n.word)]}, {"cosine", n.cosine}});
  return rows;
}

}  // namespace

void register_skip_gram_verbs(Registry& registry) {
  register_types(registry);
  const std::string group = "language models";
  const Parameter vectors = value_of({"WordVectors"}, "vectors", "what skip_gram learnt");
  registry.add(
      {.name = "skip_gram",
       .group = group,
       .doc = "Learns a vector for each k-mer of DNA, or each word of a text, from what stands around it.",
       .parameters =
           {any("data", "a Dataset, a text, a text file or a list of texts").with(Completes::file),
            integer("k", "DNA: letters of a word, which overlap; 3 when not given").between(1, 12).optional(),
            integer("width", "numbers of a vector").between(1, 4096).by_default(16),
            integer("window", "words on each side, at most").between(1, 1000).by_default(2),
            integer("negatives", "words drawn against each one that stands there").between(1, 1000).by_default(5),
            integer("epochs", "passes over the data").between(1, 100000).by_default(3),
            number("rate", "learning rate at the start; it falls to 0").between(1e-9, 10).by_default(0.05),
            integer("least", "text: rarer words are left out").at_least(1).by_default(1),
            integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = skip_gram_verb,
       .help = "Skip-gram with negative sampling (Mikolov et al. 2013): the vector of a word foretells the "
               "words around it, against words drawn at random.",
       .example = "v = skip_gram(d, {k = 3})\nneighbours(v, \"TAT\")\nplot(v)"});
  registry.add({.name = "vector",
                .group = group,
                .doc = "The vector of a word, as a list of numbers.",
                .parameters = {vectors, text("word", "one of v.words")},
                .run = vector_verb,
                .example = "vector(v, \"TAT\")[1]"});
  registry.add({.name = "neighbours",
                .group = group,
                .doc = "The words whose vectors point the same way as that of a word, with their cosines.",
                .parameters = {vectors, text("word", "one of v.words"),
                               integer("top", "how many").between(1, 100000).by_default(5)},
                .run = neighbours_verb,
                .example = "neighbours(v, \"TAT\", {top = 3})[1].word"});
}

}  // namespace l2g::repl
