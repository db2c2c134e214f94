// GFF3, GTF and BED as names of places.
#include <l2g/core/philox.hpp>
#include <l2g/data/annotation.hpp>

#include "message_of.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using Strings = std::vector<std::string>;

namespace {
Annotation read(const std::string& text, const AnnotationOptions& options = {}, const std::string& name = "f.gff") {
  auto lines = LineReader::from_text(text, name);
  return read_annotation(lines, options);
}
std::string refusal(const std::string& text, const AnnotationOptions& options = {}) {
  return message_of([&] { read(text, options); });
}
Strings names(const std::vector<Feature>& features) {
  Strings out;
  for (const auto& f : features) out.push_back(f.name);
  return out;
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("GFF3, with escapes, several attributes and a FASTA part") {
  const auto a = read(
      "\xef\xbb\xbf##gff-version 3\r\nchr1\tx\tgene\t5\t10\t.\t-\t.\tID=g1;Name=abc%3B1\r\n"
      "chr1\tx\tCDS\t1\t4\t.\t+\t0\tID=c1;Parent=g1;gene=lacZ\nchr1\tx\texon\t7\t7\t.\t?\t.\tID=e%31\n"
      "chr1\tx\tregion\t1\t100\t.\t.\t.\t.\n##FASTA\n>chr1\nACGT\n");
  REQUIRE(a.size() == 4);
  CHECK(names(a.features()) == Strings{"lacZ", "", "abc;1", "e1"});
  CHECK(a.features()[2].start == 4);
  CHECK(a.features()[2].end == 10);
  CHECK(a.features()[2].strand == '-');
  CHECK(a.features()[3].strand == '.');
  CHECK(names(a.features_in("1", 4, 5)) == Strings{"", "abc;1"});
  CHECK(names(a.features_in("chr1", 6, 7)) == Strings{"", "abc;1", "e1"});
  CHECK(a.features_in("chr1", 100, 200).empty());
  CHECK(a.features_in("chr2", 0, 200).empty());
  CHECK(read("chr1\tx\tgene\t5\t10\t.\t-\t.\tID=g1\n", {.types = {"gene"}}).size() == 1);
  CHECK(refusal("chr1\tx\tgene\t5\t10\t.\t-\t.\tID=g1\n", {.types = {"gnee"}}) ==
        "f.gff: unknown type of feature 'gnee' (did you mean 'gene'?); there are gene");
  CHECK(refusal("") == "f.gff: the file holds no feature");
  CHECK(refusal("##gff-version 3\n") == "f.gff: the file holds no feature");
}

TEST_CASE("GTF and BED") {
  const auto gtf = read(
      "#!genome-build x\n1\thavana\tgene\t5\t10\t.\t+\t.\tgene_id \"ENSG1\"; gene_name \"a;b\"; level 2;\n"
      "1\thavana\texon\t6\t8\t.\t+\t.\tgene_id \"ENSG2\"; transcript_id \"T\";\n");
  CHECK(names(gtf.features()) == Strings{"a;b", "ENSG2"});
  const auto bed = read("chr1\t4\t9\tpeak one\t0\t-\n", {}, "f.bed");
  CHECK(bed.features()[0].name == "peak one");
  CHECK(bed.features()[0].type == "interval");
  ScratchFolder folder;
  CHECK(read_annotation(folder.gzip("x.gff3.gz", "c\tx\tgene\t1\t2\t.\t+\t.\tID=1\n")).size() == 1);
}

TEST_CASE("what is no annotation is refused with line and column") {
  CHECK(refusal("chr1\t1\t5\n") == "f.gff:1: 3 columns between tabs; GFF and GTF have nine (BED files end in .bed)");
  CHECK(refusal("c\tx\tgene\t0\t2\t.\t+\t.\t.\n") == "f.gff:1:10: the start 0 is less than 1");
  CHECK(refusal("c\tx\tgene\t9\t2\t.\t+\t.\t.\n") == "f.gff:1:10: the start 9 lies behind the end 2");
  CHECK(refusal("c\tx\tgene\t1\t2\t.\tx\t.\t.\n") == "f.gff:1:16: the strand 'x' is not + - . or ?");
  CHECK(has(refusal(">c\nACGT\n"), "this is FASTA"));
  CHECK(has(refusal("##fileformat=VCFv4.2\n"), "this is VCF"));
  CHECK(has(message_of([] { read_annotation("/nowhere/x.gff"); }), "no such file"));
}

TEST_CASE("features of a stretch are those that a look at every feature finds") {
  const l2g::Rng rng{7};
  std::string text;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto start = 1 + rng.below(1, 2 * i, 1000), length = 1 + rng.below(1, 2 * i + 1, i % 7 ? 20 : 400);
    text += "c" + std::to_string(i % 3) + "\tx\tgene\t" + std::to_string(start) + "\t" +
            std::to_string(start + length) + "\t.\t+\t.\tID=" + std::to_string(i) + "\n";
  }
  const auto a = read(text);
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::string chromosome = "c" + std::to_string(i % 3);
    const auto start = static_cast<l2g::index_t>(rng.below(2, 2 * i, 1100));
    const auto end = start + static_cast<l2g::index_t>(rng.below(2, 2 * i + 1, 60));
    std::vector<Feature> all;
    for (const auto& f : a.features())
      if (f.chromosome == chromosome && f.start < end && f.end > start) all.push_back(f);
    CHECK(names(a.features_in(chromosome, start, end)) == names(all));
  }
}

TEST_CASE("the genes of phiX174 and of yeast") {
  REQUIRE_SAMPLE(gff, "genome/phix174/NC_001422.1_pseudocircular.gff");
  const auto a = read_annotation(gff);
  CHECK(a.size() == 11);
  CHECK(a.types()[0] == std::pair<std::string, l2g::index_t>{"CDS", 11});
  CHECK(names(a.features_in("NC_001422.1", 2500, 2600)) == Strings{"major spike protein"});
  REQUIRE_SAMPLE(bed, "genome/yeast/annotations/Scer_transcripts_w_verifiedORFs.bed");
  const auto yeast = read_annotation(bed);
  const auto there = yeast.features_in("chrI", 147000, 148000);
  CHECK(names(there) == Strings{"VPS8", "TFC3"});
}
