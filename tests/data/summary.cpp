#include <l2g/data/summary.hpp>

#include <l2g/data/load.hpp>

#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;

TEST_CASE("a summary counts classes, lengths, GC, N and duplicates") {
  Dataset d;
  d.name = "toy";
  d.sequences = {"GGCC", "AATT", "GGCC", "ACGTNN", "AATT"};
  d.labels = {0, 0, 1, 1, 0};
  d.classes = {"neg", "pos"};
  const Summary s = summary(d);
  CHECK(s.rows == 5);
  CHECK(s.classes[0].rows == 3);
  CHECK(s.classes[1].rows == 2);
  CHECK(s.classes[0].gc == Approx(4.0 / 12));
  CHECK(s.classes[1].gc == Approx(6.0 / 8));
  CHECK(s.shortest == 4);
  CHECK(s.median_length == 4);
  CHECK(s.longest == 6);
  CHECK(s.n_share == Approx(2.0 / 22));
  CHECK(s.rows_with_n == 1);
  CHECK(s.duplicates == 2);
  CHECK(s.conflicting == 2);
  CHECK(text(s).find("class pos: 2 rows (40.0 %), GC 75.0 %") != std::string::npos);
  CHECK(summary(Dataset{}).rows == 0);
  CHECK(text(summary(Dataset{})) == "data: 0 rows\n");
}

TEST_CASE("a real file: duplicates and opposite labels inside core_tata's train") {
  REQUIRE_SAMPLE(tata, "gue/prom/prom_core_tata");
  const Summary s = summary(load(tata).train);
  CHECK(s.duplicates == 57);
  CHECK(s.conflicting == 24);
  CHECK(s.longest == 70);
}
