// Genomes in a session: from a BED file to rows, from a VCF file to effects.
#include "at_the_prompt.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/core/philox.hpp>

using namespace l2g::repl;

namespace {

/// A session in a folder with a genome of two chromosomes of 400 bases and intervals, variants and genes on it.
struct Lesson : Prompt {
  ScratchFolder folder;

  Lesson() {
    std::string fasta, bed;
    const l2g::Rng rng{5};
    for (std::uint32_t c = 0; c < 2; ++c) {
      fasta += c ? ">chrII\n" : ">chrI\n";
      for (std::uint64_t i = 0; i < 400; ++i)
        fasta += std::string(1, i % 20 == 10 ? 'G' : "ACGT"[rng.below(c, i, 4)]) + (i % 50 == 49 ? "\n" : "");
    }
    for (int i = 0; i < 76; ++i)
      bed += std::string(i % 2 ? "II" : "chrI") + "\t" + std::to_string(5 * i) + "\t" + std::to_string(5 * i + 20) +
             "\tp" + std::to_string(i % 3 == 0) + "\t" + std::to_string(i) + "\t" + (i % 4 ? "+" : "-") + "\n";
    folder.file("g.fa", fasta);
    folder.file("p.bed", bed);
    folder.file("v.vcf", "##fileformat=VCFv4.3\nchrI\t31\trs1\tG\tA,T\nII\t51\t.\tG\tGAA\nchrI\t71\t.\tG\t<DEL>\n");
    folder.file("genes.gff3", "chrI\tx\tgene\t5\t10\t.\t-\t.\tName=abc1\nchrI\tx\tCDS\t5\t10\t.\t-\t.\tName=abc1\n");
    does("HERE = '" + folder.path() + "/'");
  }
};

}  // namespace

TEST_CASE("a BED file and a genome become rows in one line") {
  Lesson l2g;
  const std::string told = l2g("d = load{HERE .. 'p.bed', genome = HERE .. 'g.fa', label = 'name'}");
  INFO(told);
  CHECK(holds(told, "p: 76 "));
  CHECK(holds(told, "'II' is 'chrII' in the genome"));
  CHECK(holds(told, "the index was missing and was built"));
  CHECK(l2g("#d, d[1].id, d[1].label, #d[1].sequence") == "76\n\"chrI:0-20(-)\"\n\"p1\"\n20");
  CHECK(l2g("g = genome(HERE .. 'g.fa');\ng.total, g.chromosomes, g.lengths.chrII") ==
        "800\n{\"chrI\", \"chrII\"}\n400");
  CHECK(holds(l2g("g"), "g.fa: 2 chromosomes, 800 bases"));
  CHECK(l2g("v = intervals(HERE .. 'p.bed', {label = 'name'});\n#v, v[2].chromosome, v[2].start, v[2].strand") ==
        "76\n\"II\"\n5\n\"+\"");
  CHECK(holds(l2g("v"), "columns: chrom, start, end, name, score, strand"));
  l2g.does("e = v:sequences(g, {width = 10});");
  CHECK(l2g("e[2].id, e[2].sequence == g:bases('chrII', 10, 20)") == "\"chrII:10-20(+)\"\ntrue");
  CHECK(l2g("#load{HERE .. 'p.bed', genome = g, width = 30, beyond = 'skip', class = 'x'}") == "75");
}

TEST_CASE("what does not fit is said before anything is read") {
  Lesson l2g;
  std::ofstream(l2g.folder / "none.bed");
  CHECK(holds(l2g("intervals(HERE .. 'none.bed')"), "none.bed: the file holds no interval"));
  CHECK(holds(l2g("load(HERE .. 'p.bed')"), "p.bed holds places, not sequences; say of which genome: load{"));
  CHECK(holds(l2g("load{HERE .. 'p.bed', genome = HERE .. 'g.fa', width = 30}"),
              "beyond the chromosome: 1 of 76 intervals (line 1, chrI:-5-25 of 400 bases"));
  CHECK(holds(l2g("load{HERE .. 'p.bed', genome = HERE .. 'gg.fa'}"), "no such file (did you mean 'g.fa'?)"));
  CHECK(holds(l2g("load{HERE .. 'p.bed', genome = 3}"), "'genome' is a Genome or the path of a FASTA file"));
  CHECK(holds(l2g("load{HERE .. 'p.bed', genome = HERE .. 'g.fa', label = 'nmae'}"), "did you mean 'name'?"));
  CHECK(holds(l2g("load{HERE .. 'p.bed', genome = HERE .. 'g.fa', around = 'centre'}"), "give its 'width' too"));
  CHECK(holds(l2g("load{HERE .. 'x.csv', width = 3}"), "go with a BED file and a genome"));
  CHECK(holds(l2g("intervals(HERE .. 'p.bed', {label = 'name', class = 'x'})"), "give one of them"));
  CHECK(
      holds(l2g("genome(HERE .. 'g.fa', {names = {x = 'chrX'}})"), "unknown chromosome 'chrX' (did you mean 'chrI'?)"));
  CHECK(
      holds(l2g("genome(HERE .. 'g.fa'):bases('chrI', 390, 401)"), "goes beyond the chromosome, which has 400 bases"));
}

TEST_CASE("rows from a genome are split by chromosome") {
  Lesson l2g;
  l2g.does("d = load{HERE .. 'p.bed', genome = HERE .. 'g.fa', label = 'name'};");
  CHECK(l2g("s = split(d, {by = 'chromosome', test = {'chrII'}});\n#s.test, #s.dev, #s.train") == "38\n4\n34");
  CHECK(l2g("s.test[1].id") == "\"chrII:5-25(+)\"");
  CHECK(holds(l2g("s"), "of the rows that are not test, drawn at random"));
  CHECK(l2g("s = split(d, {test = 'II', dev = 0});\n#s.test, #s.dev, #s.train") == "38\n0\n38");
  CHECK(holds(l2g("split(d, {test = 'chrIV'})"), "no row lies on 'chrIV'; there are chrI (38 rows), chrII (38 rows)"));
  CHECK(holds(l2g("split(d, {by = 'chromosome'})"), "say which are dev and which are test"));
  CHECK(holds(l2g("split(d, {dev = 'chrI'})"), "name the chromosomes of test too"));
  CHECK(holds(l2g("split(d, {dev = 2})"), "'dev' must be a number from 0 to 1, or names of chromosomes, got 2"));
  CHECK(holds(l2g("split(d, {test = 'chrI', train = 0.5})"), "leave 'train' out"));
  CHECK(l2g("#split(d, {dev = 0.25, test = 0.25}).train > 30") == "true");
}

TEST_CASE("variants have effects, features have places") {
  Lesson l2g;
  l2g.does("d = load{HERE .. 'p.bed', genome = HERE .. 'g.fa', label = 'name'}; s = split(d);");
  l2g.does("m = build(s, {kind = 'cnn'});");
  l2g.does("g = genome(HERE .. 'g.fa');");
  const std::string told = l2g("e = variant_effects(m, HERE .. 'v.vcf', g, {file = HERE .. 'e.csv'})");
  INFO(told);
  CHECK(holds(told, "3 variants by "));
  CHECK(holds(told, "windows of 20 bases"));
  CHECK(holds(told, "left out: 1 symbolic allele"));
  CHECK(l2g("#e, e[1].chrom, e[1].pos, e[1].ref, e[1].alt, e[3].chrom") == "3\n\"chrI\"\n31\n\"G\"\n\"A\"\n\"chrII\"");
  CHECK(l2g("math.abs(e[1].p_ref.p0 + e[1].p_ref.p1 - 1) < 1e-9, #e.strongest") == "true\n3");
  CHECK(holds(read_bytes(l2g.folder / "e.csv"), "chrom,pos,id,ref,alt,p_ref_p0,p_alt_p0,logit_difference_p0,"));
  l2g.does("save_effects(e, HERE .. 'f.csv')");
  CHECK(read_bytes(l2g.folder / "f.csv") == read_bytes(l2g.folder / "e.csv"));
  l2g.folder.file("w.vcf", "chrI\t31\t.\tC\tA\nchrI\t51\t.\tG\tA\nchrI\t5\t.\tN\tA\n");
  CHECK(holds(l2g("variant_effects(m, HERE .. 'w.vcf', g)"),
              "a reference allele that is not the genome's: 2 of 3 variants (line 1, chrI:31 C>A: the genome has G"));
  CHECK(holds(l2g("variant_effects(m, HERE .. 'w.vcf', g, {mismatch = 'skip'})"), "left out: 2 of 3 variants"));
  CHECK(l2g("a = annotation(HERE .. 'genes.gff3', {types = {'gene'}});\n#a, a[1].name, a.types.gene") ==
        "1\n\"abc1\"\n1");
  CHECK(l2g("f = a:features('1', 0, 5);\n#f") == "0");
  CHECK(l2g("f = a:features('I', 4, 5);\n#f, f[1].start, f[1].strand") == "1\n4\n\"-\"");
  CHECK(holds(l2g("annotation(HERE .. 'genes.gff3', {types = {'gnee'}})"), "did you mean 'gene'?"));
  // A row on the other strand is the reverse complement of its place, and so are the genes on it.
  l2g.does("c = contributions(m, load{HERE .. 'p.bed', genome = g, label = 'name'}, {rows = {1, 2}, references = 2});");
  CHECK(l2g("c[1].id") == "\"chrI:0-20(-)\"");
  CHECK(holds(l2g("plot.track(c, {genes = a})"), "abc1 →"));
  CHECK(holds(l2g("plot.track(c, {genes = a, from = 11, to = 16})"), "abc1 →"));
  CHECK(!holds(l2g("plot.track(c, {genes = a, from = 1, to = 10})"), "abc1"));
  CHECK(!holds(l2g("plot.track(c, {genes = a, from = 17})"), "abc1"));
}
