// FASTA as people have it.
#include <l2g/data/fasta.hpp>

#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;

namespace {
Dataset read(const std::string& text, const LoadOptions& options = {}) {
  auto lines = LineReader::from_text(text, "f.fa");
  return read_fasta(lines, options);
}
std::string refusal(const std::string& text, const LoadOptions& options = {}) {
  return message_of([&] { read(text, options); });
}
using Strings = std::vector<std::string>;
}  // namespace

TEST_CASE("records over several lines, comments, blank lines, Windows line ends, byte order mark") {
  const auto d = read("\xef\xbb\xbf>a first one\r\nACG\r\nTTn\r\n\r\n;comment\r\n>b\r\nacgu");
  CHECK(d.sequences == Strings{"ACGTTN", "ACGT"});
  CHECK(d.ids == Strings{"a", "b"});
  CHECK_FALSE(d.labelled());
}

TEST_CASE("labels stand after the last bar of the header") {
  const auto d = read(">x|y|10\nA\n>z|2\nC\n>w w|10\nG\n");
  CHECK(d.ids == Strings{"x|y", "z", "w"});
  CHECK(d.classes == Strings{"2", "10"});
  CHECK(d.labels == std::vector<std::int32_t>{1, 0, 1});
  CHECK_FALSE(read(">x|1\nA\n>z\nC\n").labelled());
  CHECK_FALSE(read(">x|1\nA\n>z|0\nC\n", {.fasta_label = FastaLabel::none}).labelled());
  CHECK(refusal(">x|1\nA\n>z\nC\n", {.fasta_label = FastaLabel::header}) ==
        "f.fa:3: the header '>z' has no label: '>name|label' was expected");
  const auto given = read(">x|1\nA\n>z\nC\n", {.file_label = "pos"});
  CHECK(given.classes == Strings{"pos"});
  CHECK(given.labels == std::vector<std::int32_t>{0, 0});
}

TEST_CASE("descriptions and accession numbers are not taken for labels") {
  CHECK_FALSE(read(">gi|1|ref|NC_001.1| Homo sapiens\nA\n>gi|2|ref|NC_002.1| Mus musculus\nC\n").labelled());
  std::string many;
  for (int i = 0; i < 20; ++i) many += ">sp|P" + std::to_string(i) + "\nACGT\n";
  CHECK_FALSE(read(many).labelled());
}

TEST_CASE("what is no FASTA of DNA is refused with its place") {
  CHECK(refusal(">a\nACGT\n>prot\nACGT\nMKLVEE\n").find("f.fa:5:3: 'L' is not a DNA letter; this looks like protein") ==
        0);
  CHECK(refusal(">a\n  ACGJ\n").find("f.fa:2:6: 'J'") == 0);
  CHECK(refusal(">a\n>b\nAC\n") == "f.fa:1: record 'a' has no sequence");
  CHECK(refusal(">a\nAC\n>b\n\n") == "f.fa:3: record 'b' has no sequence");
  CHECK(refusal("") == "f.fa: the file holds no sequence");
  CHECK(refusal("@r1\nACGT\n+\nIIII\n") == "f.fa:1:1: this is FASTQ; convert it to FASTA");
  CHECK(refusal("ACGT\n").find("put a line '>name'") != std::string::npos);
  CHECK(refusal("sequence,label\nACGT,1\n").find("is it a table?") != std::string::npos);
}

TEST_CASE("gzip of one or many members is read, damaged gzip refused") {
  ScratchFolder folder;
  std::string text;
  for (int i = 0; i < 20000; ++i) text += ">r" + std::to_string(i) + "\nACGTACGTACGTTTGACA\n";
  LineReader whole(folder.gzip("a.fa.gz", text));
  CHECK(read_fasta(whole).rows() == 20000);
  const std::string bytes = read_bytes(folder / "a.fa.gz");
  auto twice = LineReader::from_text(bytes + bytes + std::string(100, '\0'), "two");
  CHECK(read_fasta(twice).rows() == 40000);
  auto cut = LineReader::from_text(bytes.substr(0, bytes.size() / 2), "cut.gz");
  CHECK(message_of([&] { read_fasta(cut); }).find("the gzip file ends too early") != std::string::npos);
  std::string broken = bytes;
  for (std::size_t i = 200; i < 260; ++i) broken[i] = static_cast<char>(~broken[i]);
  const auto read_broken = [&] {
    auto lines = LineReader::from_text(broken, "bad.gz");
    read_fasta(lines);
  };
  CHECK(message_of(read_broken).find("bad.gz:1: the gzip file is damaged") == 0);
}

TEST_CASE("other packings and UTF-16 are named") {
  CHECK(refusal(std::string("PK\x03\x04", 4)).find("zip or Excel") != std::string::npos);
  CHECK(refusal(std::string("\xff\xfe>\0", 4)).find("UTF-16") != std::string::npos);
  CHECK(refusal(">a\rACGT\r>b\rACGT\r").find("as on old Macs") != std::string::npos);
  CHECK(refusal("BZh91AY").find("not by gzip") != std::string::npos);
}
