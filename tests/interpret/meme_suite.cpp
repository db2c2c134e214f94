// What the programs of the MEME suite wrote.
#include "data/message_of.hpp"
#include "sample_data.hpp"

#include <l2g/interpret/meme_suite.hpp>

using namespace l2g;

namespace {
data::LineReader text(const std::string& t) { return data::LineReader::from_text(t, "m"); }
}  // namespace

TEST_CASE("fimo.tsv", "[interpret][suite]") {
  REQUIRE_SAMPLE(path, "oracles/meme_suite/fimo.tsv");
  data::LineReader lines(path);
  const auto hits = interpret::read_fimo_tsv(lines);
  REQUIRE(hits.size() == 20);
  REQUIRE(hits.motifs == std::vector<std::string>{"motif"});
  CHECK(hits.sequences.front() == "1");
  CHECK(hits.list[0].start == 40);
  CHECK(hits.list[0].end == 50);
  CHECK(hits.list[0].score == 7.66265);
  CHECK(hits.list[0].p == 0.00077);
  CHECK(hits.list[0].q == -1);
  CHECK(hits.list[3].strand == '-');
}

TEST_CASE("tomtom.xml and tomtom.tsv", "[interpret][suite]") {
  REQUIRE_SAMPLE(path, "oracles/meme_suite/tomtom.xml");
  data::LineReader lines(path);
  const auto found = interpret::read_tomtom(lines);
  CHECK(found.queries.size() == 3);
  CHECK(found.targets.size() == 11);
  REQUIRE(found.list.size() == 11);
  CHECK(found.list[0].query == "AATAATAA");
  CHECK(found.list[0].target == "bab1_FlyReg");
  CHECK(found.list[0].reverse);
  CHECK(found.list[0].p == 2.87e-4);
  CHECK(found.list[0].e == 0.174);
  CHECK(found.list[1].offset == -2);
  CHECK(found.targets.notes[0].alternative == "FBgn0000095_2");

  auto tsv = text(
      "Query_ID\tTarget_ID\tOptimal_offset\tp-value\tE-value\tq-value\tOverlap\tQuery_consensus\t"
      "Target_consensus\tOrientation\na\tb\t-3\t1e-9\t2e-7\t3e-7\t8\tACGT\tACGT\t-\n\n# Tomtom 5.1\n");
  const auto rows = interpret::read_tomtom(tsv);
  REQUIRE(rows.list.size() == 1);
  CHECK(rows.list[0].offset == -3);
  CHECK(rows.list[0].reverse);
  CHECK(rows.list[0].q == 3e-7);
}

TEST_CASE("ame.tsv", "[interpret][suite]") {
  REQUIRE_SAMPLE(path, "oracles/meme_suite/ame.tsv");
  data::LineReader lines(path);
  const auto rows = interpret::read_ame_tsv(lines);
  REQUIRE(rows.size() > 50);
  CHECK(rows[0].motif == "Aef1_SOLEXA");
  CHECK(rows[0].alternative == "FBgn0005694_3");
  CHECK(rows[0].p == 7.61e-62);
  CHECK(rows[0].e == 1.88e-56);
  CHECK(rows[0].true_share == Approx(.2598));
}

TEST_CASE("streme.xml and dreme.xml", "[interpret][suite]") {
  REQUIRE_SAMPLE(streme, "oracles/meme_suite/streme.xml");
  data::LineReader lines(streme);
  const auto s = interpret::motifs_of_xml(lines);
  CHECK(s.motifs[0].name == "1-RGCCACACCCWNNBY");
  CHECK(s.notes[0].alternative == "STREME-1");
  CHECK(s.motifs[0].length() == 15);
  CHECK(s.motifs[0].probabilities[3][1] == 0.999661);
  CHECK(s.background[0] == Approx(0.256));
  REQUIRE_SAMPLE(dreme, "oracles/meme_suite/dreme.xml");
  data::LineReader more(dreme);
  const auto d = interpret::motifs_of_xml(more);
  CHECK(d.motifs[0].name == "m01");
  CHECK(d.notes[0].sites == 1977);
  CHECK(d.notes[0].e_value == 3e-66);
}

TEST_CASE("files of the suite that are wrong", "[interpret][suite]") {
  const auto fimo = [](const std::string& t) {
    return message_of([&] {
      auto lines = text(t);
      interpret::read_fimo_tsv(lines);
    });
  };
  const std::string head = "motif_id\tmotif_alt_id\tsequence_name\tstart\tstop\tstrand\tscore\tp-value\tq-value\n";
  CHECK(fimo("") == "m: the file is empty");
  CHECK(fimo("a\tb\n").starts_with("m:1: there is no column 'motif_id'"));
  CHECK(fimo(head + "a\t\ts\tx\t2\t+\t1\t1\t\n") == "m:2: the field 'start' is 'x', no number");
  CHECK(fimo(head + "a\t\ts\t0\t2\t+\t1\t1\t\n").starts_with("m:2: start and stop count from 1"));
  CHECK(fimo(head + "a\t\ts\t1\t2\t*\t1\t1\t\n") == "m:2: the strand is + or -, not '*'");
  CHECK(fimo(head + "a\t\ts\t1\t2\n") == "m:2: 5 fields, too few for the column 'strand'");
  CHECK(fimo(head + "\r\n").empty());

  const auto xml = [](const std::string& t) {
    return message_of([&] {
      auto lines = text(t);
      interpret::motifs_of_xml(lines);
    });
  };
  CHECK(xml("<html>").starts_with("m:1:1: <html> is not among"));
  CHECK(xml("<STREME>\n<motifs></motifs>").ends_with("m: the file holds no motif"));
  CHECK(xml("<STREME>\n <motif id=\"a\">\n</motif>") == "m:3:1: motif 'a' has no positions");
  CHECK(xml("<STREME>\n <motif id=\"a\">\n<pos A=\"1\" C=\"0\" G=\"0\"/></motif>") ==
        "m:3:1: the attribute T must be a number of at least 0");
  CHECK(xml("<STREME>\n <motif id=\"a\" ") == "m:2:2: the tag <motif does not end");
  CHECK(xml("<STREME>\n <motif id=a>") == "m:2:12: the value of an attribute stands between quotation marks");
  CHECK(xml("<!-- <STREME>") == "m:1:1: a comment does not end");
}
