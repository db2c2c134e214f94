// CSV and TSV as people have them.
#include <l2g/data/table.hpp>

#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;

namespace {
Dataset read(const std::string& text, const LoadOptions& options = {}) {
  auto lines = LineReader::from_text(text, "t.csv");
  return read_table(lines, options);
}
std::string refusal(const std::string& text, const LoadOptions& options = {}) {
  return message_of([&] { read(text, options); });
}
using Strings = std::vector<std::string>;
using Labels = std::vector<std::int32_t>;
}  // namespace

TEST_CASE("a plain table with a header") {
  const auto d = read("sequence,label\nACGT,1\nacgu,0\n");
  CHECK(d.sequences == Strings{"ACGT", "ACGT"});
  CHECK(d.classes == Strings{"0", "1"});
  CHECK(d.labels == Labels{1, 0});
}

TEST_CASE("quotes, Windows line ends, byte order mark, semicolons, tabs, blank lines, no end at the end") {
  const auto quoted = read("id,sequence,label\n\"a,\n1\",\"ACGT\",\"say \"\"x\"\"\"\nb, ACG ,y");
  CHECK(quoted.ids == Strings{"a,\n1", "b"});
  CHECK(quoted.sequences == Strings{"ACGT", "ACG"});
  CHECK(quoted.classes == Strings{"say \"x\"", "y"});
  CHECK(read("\xef\xbb\xbfsequence;label\r\nACGT;1\r\n\r\nACGA;0\r\n").labels == Labels{1, 0});
  CHECK(read("seq\tlabel\nACGT\t1\nACGA\t0\n").labels == Labels{1, 0});
}

TEST_CASE("columns are guessed from their cells") {
  const auto d =
      read("name,strand,dna_part,kind\nx1,+,ACGTACGT,a\nx2,+,ACGTACGA,b\nx3,+,CCGTACGA,a\nx4,+,CCGTACGC,b\n");
  CHECK(d.sequences[0] == "ACGTACGT");
  CHECK(d.ids[3] == "x4");
  CHECK(d.classes == Strings{"a", "b"});
  CHECK(d.notes == Strings{"sequence: column 'dna_part'", "label: column 'kind'"});
}

TEST_CASE("without a header columns are numbers; tabs may align the fields (the UCI files)") {
  const std::string uci = "+,S10,\t\ttactagc\n+,AMPC,\t\ttgctatc\n-,X,\t\tgggggg\n-,Y,\t\ttttttt\n";
  const auto d = read(uci);
  CHECK(d.rows() == 4);
  CHECK(d.sequences[0] == "TACTAGC");
  CHECK(d.classes == Strings{"+", "-"});
  CHECK(read(uci, {.id_column = "2"}).ids[1] == "AMPC");
  CHECK(read("ACGT\nACGA\n").rows() == 2);
}

TEST_CASE("classes are in natural order") {
  CHECK(read("sequence,label\nA,10\nC,9\nG,-1\n").classes == Strings{"-1", "9", "10"});
  CHECK(read("sequence,label\nA,class10\nC,class9\nG,b\n").classes == Strings{"b", "class9", "class10"});
}

TEST_CASE("a broken line is named with what it has and what was expected") {
  CHECK(refusal("sequence,label\nACGT,1\nACGT\n") == "t.csv:3: 1 field, expected 2 as in the first line");
  CHECK(refusal("sequence,label\nACGT,1\nACGT,1,2\n") == "t.csv:3: 3 fields, expected 2 as in the first line");
  CHECK(refusal("sequence,label\nACGT,1\n,1\n") == "t.csv:3:1: the sequence is empty");
  CHECK(refusal("sequence,label\nACGT,1\nACGT,\n") == "t.csv:3:6: the label is empty");
  CHECK(refusal("sequence,label\n\"ACGT,1\nACGA,1\n") == "t.csv:2:1: this quote is never closed");
  CHECK(refusal("sequence,label\n\"ACGT\"x,1\n").find("t.csv:2:7: text after the closing quote") == 0);
  CHECK(refusal("label,sequence\n1,ACGT\n0,\"ACXT\"\n").find("t.csv:3:6: 'X'") == 0);
  CHECK(refusal("sequence,label\n") == "t.csv:1: the table has a header but no rows");
  CHECK(refusal("\n\n") == "t.csv: the file is empty");
}

TEST_CASE("columns that do not exist are refused with the nearest name and all names") {
  const std::string text = "seq,tissue,stage\nACGT,liver,e10\nACGA,brain,e11\n";
  CHECK(refusal(text, {.label_column = "tisue"}) ==
        "t.csv:1: unknown label column 'tisue' (did you mean 'tissue'?); there are seq, tissue, stage");
  CHECK(refusal(text, {.sequence_column = "dna"}).find("unknown column 'dna'; there are seq, tissue, stage") !=
        std::string::npos);
  CHECK(read(text, {.label_column = "Stage"}).classes == Strings{"e10", "e11"});
  CHECK(refusal(text).find("which column holds the label? 'tissue' (2 values), 'stage' (2 values) could") !=
        std::string::npos);
  CHECK_FALSE(read(text, {.without_labels = true}).labelled());
  CHECK(refusal(text, {.sequence_column = "seq", .label_column = "seq"}).find("both sequence and label") !=
        std::string::npos);
}

TEST_CASE("tables without DNA say what they hold") {
  CHECK(refusal("sequence,label\nMKLVEEPF,1\n").find("t.csv:2:3: 'L' is not a DNA letter; this looks like protein") ==
        0);
  CHECK(refusal("name,protein\na,MKLVEEPFGH\nb,MKLVEEPFGG\n").find("no column holds DNA: in column 'protein' 'L'") !=
        std::string::npos);
  CHECK(refusal("a,b\n1,2\n3,4\n").find("the columns are 'a' 'b'") != std::string::npos);
  CHECK(refusal("sequence\tlabel\nACG CGT GTA\t1\n").find("k-mer text") != std::string::npos);
}

TEST_CASE("a column of measurements is not a column of classes") {
  std::string text = "sequence,label\n";
  for (int i = 0; i < 1200; ++i) text += "ACGT," + std::to_string(i) + ".5\n";
  CHECK(refusal(text) ==
        "t.csv: more than 1000 different labels ('0.5', '1.5', ...): these are measurements or names, not classes");
}

TEST_CASE("a message stays one line whatever the file holds") {
  const std::string message = refusal("\"a\nb\",c\nACGT,1\n", {.label_column = "x"});
  CHECK_FALSE(message.empty());
  CHECK(message.find('\n') == std::string::npos);
}
