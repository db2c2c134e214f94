// Motif files: every real file is read whole, every format round trips, and what is wrong is said in one line.
#include "data/message_of.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/interpret/motif_files.hpp>

#include <fstream>

using namespace l2g;
using interpret::MotifSet;

namespace {

MotifSet motifs_in(const std::string& text) {
  auto lines = data::LineReader::from_text(text, "m");
  return interpret::read_motifs(lines);
}

const std::string head =
    "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\nBackground letter frequencies\nA 0.3 C 0.2 G "
    "0.2 T 0.3\n\n";
const std::string rows = "0.1 0.2 0.3 0.4\n0.7 0.1 0.1 0.1\n";

}  // namespace

TEST_CASE("every motif file of the sample data is read whole", "[interpret][motifs]") {
  struct Known {
    const char* path;
    index_t motifs;
    const char* format;
  };
  const Known files[] = {{"motifs/HOCOMOCO_v12_H12CORE.meme", 1443, "MEME"},
                         {"motifs/fly_factor_survey.meme", 656, "MEME"},
                         {"motifs/cisbp_Homo_sapiens_basset.meme", 734, "MEME"},
                         {"motifs/jaspar_2024_consensus.meme", 182, "MEME"},
                         {"motifs/yeast/yetfasco_all.meme", 1883, "MEME"},
                         {"motifs/yeast/YEASTRACT_20130918.meme", 732, "MEME"},
                         {"motifs/yeast/macisaac_yeast.v1.meme", 124, "MEME"},
                         {"motifs/yeast/scpd_matrix.meme", 24, "MEME"},
                         {"motifs/pfm/JASPAR2022_insects.pfm", 150, "positions by lines"},
                         {"motifs/pfm/JASPAR2022_vertebrates.pfm", 838, "positions by lines"},
                         {"motifs/pfm/JASPAR2020_insects.pfm", 146, "positions by lines"},
                         {"motifs/pfm/JASPAR2020_vertebrates.pfm", 917, "positions by lines"},
                         {"motifs/pfm/HOCOMOCOv11_HUMAN.pfm", 401, "positions by lines"},
                         {"motifs/transfac/JASPAR2024_CORE_insects_non-redundant_pfms_transfac.txt", 286, "TRANSFAC"},
                         {"oracles/tangermeme/test.meme", 12, "MEME"},
                         {"oracles/tangermeme/test2.meme", 4, "MEME"},
                         {"oracles/meme_suite/example.meme", 1, "MEME"},
                         {"oracles/meme_suite/streme.xml", 7, "STREME XML"},
                         {"oracles/meme_suite/dreme.xml", 10, "dreme XML"},
                         {"oracles/meme_suite/tomtom.xml", 3, "tomtom XML"}};
  for (const auto& known : files) {
    REQUIRE_SAMPLE(path, known.path);
    INFO(path);
    const auto set = interpret::load_motifs(path);
    CHECK(set.size() == known.motifs);
    CHECK(set.notes.size() == set.motifs.size());
    CHECK(set.format == known.format);
    for (const auto& m : set.motifs) CHECK_NOTHROW(data::check(m));
  }
  REQUIRE_SAMPLE(transfac, "motifs/transfac/JASPAR2024_CORE_insects_non-redundant_pfms_transfac.txt");
  const auto br = interpret::load_motifs(transfac);
  CHECK(br.motifs[0].name == "MA0013.1");
  CHECK(br.notes[0].alternative == "br");
  CHECK(br.motifs[0].length() == 11);
  CHECK(br.motifs[0].probabilities[0][3] == Approx(4.0 / 6));
}

TEST_CASE("MEME: any of the tokens of a matrix, log-odds skipped, written and read again", "[interpret][motifs]") {
  const auto set = motifs_in(head + "MOTIF one ONE\nlog-odds matrix: alength= 4 w= 2 E= 0\n 7 7 7 -25\n 1 2 3 4\n\n" +
                             "letter-probability matrix: w= 2 nsites= 30 E= 1e-5\n" + rows + "URL http://x\n" +
                             "MOTIF two\nletter-probability matrix:\n" + rows + "\n" +
                             "MOTIF three\nletter-probability matrix: nsites=7 alength=4\n\n" + rows + "MOTIF four\n" +
                             "letter-probability matrix: E= 1e-400 w= 2\n" + rows);
  REQUIRE(set.size() == 4);
  CHECK(set.background[0] == Approx(0.3));
  CHECK(set.notes[0].alternative == "ONE");
  CHECK(set.notes[0].sites == 30);
  CHECK(set.notes[0].e_value == 1e-5);
  CHECK(set.notes[0].url == "http://x");
  CHECK(set.notes[2].sites == 7);
  CHECK(set.notes[3].e_value == 0);
  for (const auto& m : set.motifs) CHECK(m.length() == 2);
  CHECK(set.remarks.empty());

  const ScratchFolder folder;
  const std::string path = folder / "w.meme";
  interpret::write_meme(set, path);
  const auto again = interpret::load_motifs(path);
  REQUIRE(again.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(again.motifs[i].name == set.motifs[i].name);
    CHECK(again.motifs[i].probabilities == set.motifs[i].probabilities);
  }
  CHECK(again.notes[0].alternative == "ONE");
  CHECK(again.background == set.background);
}

TEST_CASE("the layouts of .pfm files", "[interpret][motifs]") {
  const auto expect = [](const MotifSet& set) {
    REQUIRE(set.size() == 1);
    CHECK(set.motifs[0].name == "MA0004.1");
    REQUIRE(set.motifs[0].length() == 3);
    CHECK(set.motifs[0].probabilities[0] == std::array<double, 4>{.2, .8, 0, 0});
    CHECK(set.motifs[0].probabilities[2] == std::array<double, 4>{0, 0, .5, .5});
  };
  expect(motifs_in(">MA0004.1 Arnt\nA  [ 4 19 0 ]\nC  [16  0 0 ]\nG [0 1 10]\nT [0 0 10]\n"));
  expect(motifs_in(">MA0004.1 Arnt\n 4 19 0\n16  0 0\n0 1 10\n0 0 10\n"));
  expect(motifs_in("# a comment\n>MA0004.1\tArnt\t6.0\n4 16 0 0\n19 0 1 0\n0 0 10 10\n"));
  expect(motifs_in("\xef\xbb\xbf>MA0004.1 Arnt\r\nA  [ 4 19 0 ]\r\nC  [16  0 0 ]\r\nG [0 1 10]\r\nT [0 0 10]\r\n"));

  // Four positions: as the other matrices of the file, else by the sums of the counts, else as JASPAR has it.
  const auto positions = motifs_in(">a\n1 0 0 0\n0 1 0 0\n0 0 0 1\n0 0 2 2\n>b\n1 0 0 0\n");
  CHECK(positions.motifs[0].probabilities[3] == std::array<double, 4>{0, 0, .5, .5});
  const auto by_sums = motifs_in(">a\n8 0 2 0\n0 10 0 0\n1 1 1 7\n0 0 5 5\n");
  CHECK(by_sums.motifs[0].probabilities[0] == std::array<double, 4>{.8, 0, .2, 0});
  const auto bases = motifs_in(">a\n8 0 1 0\n0 10 1 0\n2 0 1 5\n0 0 7 5\n");
  CHECK(bases.motifs[0].probabilities[0] == std::array<double, 4>{.8, 0, .2, 0});
}

TEST_CASE("TRANSFAC: the order of the columns is read from the file", "[interpret][motifs]") {
  const auto set = motifs_in(
      "VV  1\nXX\n//\nAC  M1\nXX\nID  V$X\nNA  X\nP0  T G C A\n01 4 3 2 1 N\nXX\n//\nID Y\nPO A C G T\n1 1 "
      "0 0 0\n//\n");
  REQUIRE(set.size() == 2);
  CHECK(set.motifs[0].name == "M1");
  CHECK(set.notes[0].alternative == "V$X");
  CHECK(set.motifs[0].probabilities[0] == std::array<double, 4>{.1, .2, .3, .4});
  CHECK(set.motifs[1].name == "Y");
}

TEST_CASE("a MEME file without a background is uniform, and says so", "[interpret][motifs]") {
  const auto set = motifs_in("MEME version 5\nMOTIF a\nletter-probability matrix:\n" + rows);
  CHECK(set.background == std::array<double, 4>{.25, .25, .25, .25});
  REQUIRE(set.remarks.size() == 1);
  CHECK(set.remarks[0].find("0.25") != std::string::npos);
}

TEST_CASE("what is wrong with a motif file is said in one line, with its place", "[interpret][motifs]") {
  const auto message = [](const std::string& text) { return message_of([&] { motifs_in(text); }); };
  const std::string motif = head + "MOTIF a\nletter-probability matrix: w= 2\n";
  CHECK(message("") == "m: the file is empty");
  CHECK(message("\xef\xbb\xbf") == "m: the file is empty");
  CHECK(message("\r\n\r\n") == "m: the file holds no motif");
  CHECK(message(head) == "m: the file holds no motif");
  CHECK(message("hello world\n").starts_with("m:1:1: 'hello world' starts no motif file"));
  CHECK(message(motif + "0.1 0.2 0.3 0.4\n0.1 0.2 x 0.4\n") == "m:13:9: 'x' is not a number of at least 0");
  CHECK(message(motif + "0.1 0.2 0.3 0.4\n0.1 0.2 -1 0.4\n") == "m:13:9: '-1' is not a number of at least 0");
  CHECK(message(motif + "0.1 0.2 0.3 0.4\n0.5 0.5 0.5 0.4\n") ==
        "m:13:1: the probabilities of this position add up to 1.9, not to 1");
  CHECK(message(motif + "0.1 0.2 0.3 0.4\n0.1 0.9\n") ==
        "m:13:1: 2 numbers in a row of a matrix; 4 were expected (A C G T)");
  CHECK(message(motif + "0.1 0.2 0.3 0.4\n") == "m:12: motif 'a' has 1 positions, but its w= says another number");
  CHECK(message(head + "MOTIF a\nMOTIF b\nletter-probability matrix:\n" + rows) ==
        "m:10: motif 'a' has no 'letter-probability matrix:'");
  CHECK(message(head + "letter-probability matrix:\n" + rows) ==
        "m:10:1: a matrix without a line 'MOTIF name' before it");
  CHECK(message("MEME version 4\nALPHABET= ACDEFGHIKLMNPQRSTVWY\n").starts_with("m:2:1: the alphabet is 'ACDEF"));
  CHECK(message("MEME version 4\nBackground letter frequencies\nA 0.3 C 0.2 X 0.2 T 0.3\n").starts_with("m:3:13: "));
  CHECK(message(">a\nA [1 2]\nC [1 2]\nT [1 2]\n") ==
        "m:4:1: rows of A, C, G and T were expected in this order, not 'T [1 2]'");
  CHECK(message(">a\n1 2 3\n1 2 3\n1 2\n1 2 3\n") == "m:1: motif 'a' has rows of different lengths");
  CHECK(message(">a\n1 2 3 4\n0 0 0 0\n") == "m:1: motif 'a' has a position whose counts are all 0");
  CHECK(message(">a\n") == "m:1: motif 'a' has no matrix");
  CHECK(message("AC M1\nP0 A C G T\n01 1 2 3\n//\n") == "m:3:1: a row of a matrix is its number and four counts");
  CHECK(message("AC M1\nP0 A C G\n01 1 2 3\n//\n") == "m:2:1: the columns of a matrix are A, C, G and T, not 'ACG'");
}

TEST_CASE("names that come twice are told apart", "[interpret][motifs]") {
  MotifSet set;
  for (const char* name : {"a", "a", "a-2", "b", "a"}) set.add({name, {{1, 0, 0, 0}}});
  interpret::make_names_unique(set);
  std::vector<std::string> names;
  for (const auto& m : set.motifs) names.push_back(m.name);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
}
