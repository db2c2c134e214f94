// VCF files, and whether they fit a genome.
#include <l2g/data/variants.hpp>

#include "genome_files.hpp"
#include "message_of.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using Strings = std::vector<std::string>;

namespace {
Variants read(const std::string& text, const VariantOptions& options = {}) {
  auto lines = LineReader::from_text(text, "f.vcf");
  return read_variants(lines, options);
}
std::string refusal(const std::string& text) {
  return message_of([&] { read(text); });
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
const std::string head = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
}  // namespace

TEST_CASE("VCF: several alternatives, indels, what is left out is counted, Windows line ends, byte order mark") {
  const auto v =
      read("\xef\xbb\xbf" + head +
           "chr1\t3\trs1\tg\tA,T\t.\tPASS\t.\r\nchr1\t5\t.\tAC\tA,<DEL>,*\t.\tq10\t.\r\nchr1\t6\t.\tC\t.\t.\t.\t.\r\n"
           "chr1\t7\t.\tG\tG]chr2:5]\t.\t.\t.\r\nchr1\t8\t.\tR\tGAT\t.\t.\t.");
  REQUIRE(v.size() == 4);
  CHECK(v.records == 5);
  CHECK(v.symbolic == 3);
  CHECK(v.without_alternative == 1);
  CHECK(v.rows[1].position == 2);
  CHECK(v.rows[1].reference == "G");
  CHECK(v.rows[1].alternative == "T");
  CHECK(v.rows[2].line == 4);
  CHECK(v.rows[3].reference == "N");
  CHECK(text(v.rows[0]) == "chr1:3 G>A");
  CHECK(v.notes().size() == 2);
  const auto passed =
      read(head + "1\t3\t.\tG\tA\t.\tq10\t.\n1\t4\t.\tG\tA\t.\tPASS\t.\n1\t5\t.\tG\tA\n", {.pass_only = true});
  CHECK(passed.size() == 2);
  CHECK(passed.filtered == 1);
  CHECK(read("").rows.empty());
}

TEST_CASE("what is no VCF is refused with line and column") {
  CHECK(refusal("chr1 3 . G A\n") == "f.vcf:1: 1 column between tabs; VCF has at least five, and POS is missing");
  CHECK(refusal(head + "1\t0\t.\tG\tA\n") == "f.vcf:3:3: the position 0 is less than 1");
  CHECK(refusal(head + "1\t-3\t.\tG\tA\n") == "f.vcf:3:3: the position -3 is negative");
  CHECK(refusal(head + "1\tx\t.\tG\tA\n") == "f.vcf:3:3: the position 'x' is not a whole number");
  CHECK(refusal(head + "1\t3\t.\tG-\tA\n") == "f.vcf:3:7: the reference allele 'G-' is not made of A C G T N");
  CHECK(refusal(head + "1\t3\t.\tG\tA,,C\n") == "f.vcf:3:9: the alternative allele is empty");
  CHECK(refusal(head + "1\t3\t.\tG\tg\n") == "f.vcf:3:9: the alternative allele 'g' is the reference allele");
  CHECK(has(refusal("BCF\2\2..."), "this is BCF"));
  CHECK(has(refusal(">a\nACGT\n"), "this is FASTA"));
  CHECK(has(message_of([] { read_variants("/nowhere/x.vcf"); }), "no such file"));
  ScratchFolder folder;
  const std::string packed = bgzip(folder, "x.vcf.gz", head + "1\t3\t.\tG\tA\n");
  CHECK(read_variants(packed).size() == 1);
  std::filesystem::resize_file(packed, std::filesystem::file_size(packed) - 40);
  CHECK(has(message_of([&] { read_variants(packed); }), "the gzip file ends too early"));
}

TEST_CASE("reference alleles are checked against the genome before anything is done") {
  ScratchFolder folder;
  const Genome genome(folder.file("a.fa", small_fasta));  // chr1 is ACGTACGTTTTTGGGGACCA
  Strings notes;
  const auto good = fitting(read("1\t3\t.\tGTA\tG\nchrM\t1\t.\tG\tT\nchr2\t5\t.\tN\tA\n"), genome, {}, notes);
  CHECK(good.rows[0].chromosome == "chr1");
  CHECK(notes == Strings{"chromosomes: '1' is 'chr1' in the genome"});
  const auto some = read("chr1\t3\t.\tG\tA\nchr1\t4\t.\tC\tA\nchr1\t20\t.\tAC\tA\nchr7\t1\t.\tA\tC\n");
  CHECK(message_of([&] { fitting(some, genome, {}, notes); }) ==
        "f.vcf: a reference allele that is not the genome's: 2 of 4 variants (line 2, chr1:4 C>A: the genome has T; "
        "line 3, chr1:20 AC>A: the chromosome has 20 bases); is " +
            folder / "a.fa" +
            " the assembly that they were called on? mismatch = \"skip\" leaves them out; on chromosomes that " +
            folder / "a.fa" +
            " does not have: 1 of 4 variants (line 4, 'chr7'): unknown chromosome 'chr7' (did you mean 'chr1'?); there "
            "are chr1, chr2, chrM; unknown = \"skip\" leaves them out");
  notes.clear();
  const auto left = fitting(some, genome, {.mismatch = Misfit::skip, .unknown = Misfit::skip}, notes);
  CHECK(left.size() == 1);
  CHECK(notes.size() == 2);
  // Positions counted from 0 fit one base to the right.
  const auto shifted = read("chr1\t1\t.\tC\tA\nchr1\t2\t.\tG\tA\nchr1\t3\t.\tT\tG\nchr1\t4\t.\tA\tG\n");
  CHECK(has(message_of([&] { fitting(shifted, genome, {}, notes); }), "they fit one base to the right"));
  CHECK(has(message_of([&] { fitting(read("chr1\t1\t.\tA\t<DEL>\n"), genome, {}, notes); }),
            "the file holds no variant; left out: 1 symbolic allele"));
}

TEST_CASE("tangermeme's VCF, the example of the standard") {
  REQUIRE_SAMPLE(path, "oracles/tangermeme/test.vcf");
  const auto v = read_variants(path);
  CHECK(v.records == 5);
  REQUIRE(v.size() == 6);
  CHECK(v.without_alternative == 1);
  CHECK(text(v.rows[3]) == "20:1110696 A>T");
  CHECK(text(v.rows[4]) == "20:1234567 GTC>G");
  CHECK(v.rows[5].alternative == "GTCT");
  CHECK(v.rows[0].id == "rs6054257");
  CHECK(read_variants(path, {.pass_only = true}).size() == 5);
}
