// What a model says about variants: windows by hand, predictions by hand, a linear model whose answer is known.
#include <catch2/catch.hpp>
#include <l2g/data/genome.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/dyn/pretrained.hpp>
#include <l2g/dyn/registry.hpp>
#include <l2g/dyn/variant_effect.hpp>
#include <l2g/text/dna_tokenizers.hpp>

#include "scratch_folder.hpp"

#include <cmath>

using namespace l2g;
using model::layer;

namespace {

// chr1: 24 bases; chr2: 30 bases in lower case.
const char* const first = "ACGTTGCAACCATGATTACAGGCT";
const char* const second = "ttagcatgcaacctgtagcatcgatcgtaa";

std::string genome_file(const ScratchFolder& folder) {
  return folder.file("g.fa", std::string(">chr1\n") + first + "\n>chr2\n" + second + "\n");
}
data::Variants variants(const std::string& rows) {
  auto lines = data::LineReader::from_text(rows, "v.vcf");
  return data::read_variants(lines);
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// One weight for each position and letter: the logit of class 1 is their sum.
double weight(index_t position, index_t letter) { return 0.1 * double((7 * position + 3 * letter) % 11) - 0.4; }
model::Model linear_model(index_t length) {
  model::Model m =
      model::make_model("linear", model::sequential({layer("flatten"), layer("linear", {{"out", 2}}).named("head")}),
                        {length, 5, false, false}, {"no", "yes"}, 1);
  for (auto& [key, t] : m.weights)
    for (std::size_t i = 0; i < t.values.size(); ++i) {
      const bool yes = key == "head.weight" && i >= t.values.size() / 2;
      const auto at = index_t(i) % (5 * length);
      t.values[i] = yes ? float(weight(at / 5, at % 5)) : 0.0f;
    }
  return m;
}
double logit_of(const std::string& window) {
  double sum = 0;
  for (std::size_t i = 0; i < window.size(); ++i) sum += weight(index_t(i), data::base_code(window[i]));
  return sum;
}

}  // namespace

TEST_CASE("the windows of substitutions, insertions and deletions", "[dyn]") {
  ScratchFolder folder;
  const data::Genome genome(genome_file(folder));
  const auto window = [&](const std::string& row, index_t width) {
    const auto w = model::variant_window(genome, variants(row).rows.at(0), width);
    return w.reference + " " + w.alternative;
  };
  // Base 10 (from 0) of chr1 is the second C of AACC; base width / 2 of the window is the first one that changes.
  CHECK(window("chr1\t11\t.\tC\tG\n", 8) == "CAACCATG CAACGATG");
  CHECK(window("chr1\t11\t.\tC\tG\n", 7) == "AACCATG AACGATG");
  // Two bases enter behind the first C; two leave on the right.
  CHECK(window("chr1\t10\t.\tC\tCGT\n", 8) == "CAACCATG CAACGTCA");
  // Two bases leave; two of the genome enter on the right.
  CHECK(window("chr1\t10\t.\tCCA\tC\n", 8) == "CAACCATG CAACTGAT");
  CHECK(window("chr1\t11\t.\tCA\tTG\n", 6) == "AACCAT AACTGT");
  CHECK(window("chr1\t1\t.\tA\tG\n", 6) == "NNNACG NNNGCG");
  CHECK(window("chr1\t24\t.\tT\tTAAAAAAA\n", 4) == "CTNN CTAA");
  CHECK(window("chr2\t3\t.\tA\tC\n", 4) == "TTAG TTCG");
  CHECK(model::variant_window(genome, variants("chr2\t3\t.\tA\tC\n").rows[0], 4, {.mask_lower_case = true}).reference ==
        "NNNN");
}

TEST_CASE("a linear model gives the difference of its weights", "[dyn]") {
  ScratchFolder folder;
  const data::Genome genome(genome_file(folder));
  const auto rows =
      variants("1\t11\trs1\tC\tG,T\n1\t10\t.\tC\tCGT\n1\t10\t.\tCCA\tC\nchr2\t15\t.\tG\tA\nchr2\t16\t.\tT\tC\n");
  for (const bool both : {false, true}) {
    model::Model m = linear_model(8);
    m.both_strands = both;
    const auto e = model::variant_effects(m, rows, genome, {.batch = 4});
    REQUIRE(e.size() == 6);
    CHECK(e.width == 8);
    CHECK(e.variants[0].chromosome == "chr1");
    CHECK(e.notes.back() == "chromosomes: '1' is 'chr1' in the genome");
    for (index_t i = 0; i < e.size(); ++i) {
      const auto w = model::variant_window(genome, e.variants[std::size_t(i)], 8);
      const auto p_of = [&](const std::string& window) {
        const auto p = [](double logit) { return 1 / (1 + std::exp(-logit)); };
        return both ? (p(logit_of(window)) + p(logit_of(data::reverse_complement(window)))) / 2 : p(logit_of(window));
      };
      const double ref = p_of(w.reference), alt = p_of(w.alternative);
      CHECK(e.reference[e.at(i, 1)] == Approx(ref).epsilon(1e-6));
      CHECK(e.alternative[e.at(i, 1)] == Approx(alt).epsilon(1e-6));
      CHECK(e.alternative[e.at(i, 0)] == Approx(1 - alt).epsilon(1e-6));
      CHECK(e.difference[e.at(i, 1)] == Approx(std::log(alt / (1 - alt)) - std::log(ref / (1 - ref))).margin(1e-5));
      CHECK(e.difference[e.at(i, 0)] == Approx(-e.difference[e.at(i, 1)]).margin(1e-9));
    }
    const auto order = e.strongest(3);
    REQUIRE(order.size() == 3);
    CHECK(e.strength(order[0]) >= e.strength(order[1]));
    for (index_t i = 0; i < e.size(); ++i) CHECK(e.strength(i) <= e.strength(order[0]));
  }
}

TEST_CASE("a substitution in a certain model has a finite effect", "[dyn]") {
  ScratchFolder folder;
  const data::Genome genome(genome_file(folder));
  model::Model m = linear_model(8);
  for (auto& [key, t] : m.weights)
    for (std::size_t i = 0; i < t.values.size(); ++i) t.values[i] *= 100;
  const auto e = model::variant_effects(m, variants("chr1\t11\t.\tC\tG\n"), genome);
  CHECK(e.difference[1] == Approx(100 * (weight(4, 2) - weight(4, 1))).epsilon(1e-5));
}

TEST_CASE("effects equal the predictions of the two windows, also beyond a chunk of rows", "[dyn]") {
  ScratchFolder folder;
  std::string bases, table;
  const Rng rng{3};
  for (std::uint64_t i = 0; i < 1400; ++i) bases += "ACGT"[rng.below(1, i, 4)];
  for (std::size_t i = 0; i < 1400; ++i)
    table += "c\t" + std::to_string(i + 1) + "\t.\t" + bases[i] + "\t" + (bases[i] == 'A' ? "G" : "A") + "\n";
  const data::Genome genome(folder.file("g.fa", ">c\n" + bases + "\n"));
  model::Model m =
      model::make_model("net",
                        model::sequential({layer("conv1d", {{"out", 6}, {"kernel", 5}}), layer("relu"),
                                           layer("global_max_pool"), layer("linear", {{"out", 3}}).named("head")}),
                        {20, 5, false, false}, {"a", "b", "c"}, 1);
  m.both_strands = true;
  const auto e = model::variant_effects(m, variants(table), genome, {.beyond = model::WindowEnd::pad});
  REQUIRE(e.size() == 1400);
  CHECK(has(e.notes.back(), "19 of 1400 variants at a chromosome's end: filled up with N"));
  data::Dataset ref, alt;
  for (const auto& v : e.variants) {
    const auto w = model::variant_window(genome, v, 20);
    ref.sequences.push_back(w.reference);
    alt.sequences.push_back(w.alternative);
  }
  const auto a = model::predict(m, ref), b = model::predict(m, alt);
  double furthest = 0;
  for (index_t i = 0; i < e.size(); ++i)
    for (index_t k = 0; k < 3; ++k)
      furthest = std::max(
          {furthest, std::abs(e.reference[e.at(i, k)] - a.p(i, k)), std::abs(e.alternative[e.at(i, k)] - b.p(i, k))});
  CHECK(furthest < 1e-12);
}

TEST_CASE("a model of tokens reads windows of as many bases as it has tokens", "[dyn]") {
  ScratchFolder folder;
  const data::Genome genome(genome_file(folder));
  models::Config c;
  c.architecture = models::Architecture::roberta;
  const model::TokenInput input{text::kmer_tokenizer(3), {}, 14};
  c.vocabulary = input.tokenizer.size(), c.width = c.word_width = 16, c.layers = 1, c.heads = c.key_value_heads = 2;
  c.hidden = 32, c.length = 64, c.offset = 2, c.segments = 1, c.eps_digits = 5;
  model::Model m = model::make_model("tokens",
                                     model::sequential({model::spec_of(c).named("body"), layer("mean_pool"),
                                                        layer("linear", {{"out", 2}}).named("head")}),
                                     input, {"a", "b"}, 5);
  m.both_strands = true;
  const auto rows = variants("chr1\t11\t.\tC\tG\nchr2\t15\t.\tG\tGTT\n");
  const auto e = model::variant_effects(m, rows, genome);
  CHECK(e.width == 14);
  CHECK(e.both_strands);
  for (index_t i = 0; i < 2; ++i) {
    const auto w = model::variant_window(genome, e.variants[std::size_t(i)], 14);
    data::Dataset both;
    both.sequences = {w.reference, w.alternative};
    const auto p = model::predict(m, both);
    CHECK(e.reference[e.at(i, 1)] == Approx(p.p(0, 1)).epsilon(1e-6));
    CHECK(e.alternative[e.at(i, 1)] == Approx(p.p(1, 1)).epsilon(1e-6));
    CHECK(e.alternative[e.at(i, 1)] != e.reference[e.at(i, 1)]);
  }
}

TEST_CASE("windows and alleles are checked before the model is asked", "[dyn]") {
  ScratchFolder folder;
  const data::Genome genome(genome_file(folder));
  const model::Model m = linear_model(8);
  CHECK_THROWS_WITH(
      model::variant_effects(m, variants("chr1\t2\t.\tC\tG\nchr1\t11\t.\tC\tG\n"), genome),
      "v.vcf: nearer to the chromosome's end than half a window of 8 bases: 1 of 2 variants (line 1, chr1:2 C>G, "
      "chromosome of 24 bases); beyond = \"pad\" fills up with N, \"skip\" leaves them out");
  CHECK(model::variant_effects(m, variants("chr1\t2\t.\tC\tG\nchr1\t11\t.\tC\tG\n"), genome,
                               {.beyond = model::WindowEnd::skip})
            .size() == 1);
  CHECK_THROWS_WITH(model::variant_effects(m, variants("chr1\t11\t.\tA\tG\n"), genome),
                    Catch::Contains("a reference allele that is not the genome's: 1 of 1 variants ("));
  CHECK_THROWS_WITH(model::variant_effects(m, variants("chr1\t11\t.\tC\tG\n"), genome, {.width = 9}),
                    Catch::Contains("the model reads 8 bases"));
}

TEST_CASE("effects as CSV", "[dyn]") {
  ScratchFolder folder;
  const data::Genome genome(genome_file(folder));
  const auto e = model::variant_effects(linear_model(8), variants("1\t11\trs1\tC\tG\n"), genome);
  model::write_csv(e, folder / "e.csv");
  const std::string text = read_bytes(folder / "e.csv");
  CHECK(has(text,
            "chrom,pos,id,ref,alt,p_ref_no,p_alt_no,logit_difference_no,p_ref_yes,p_alt_yes,logit_difference_yes\n"
            "chr1,11,rs1,C,G,0."));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}
