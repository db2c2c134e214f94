#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>

#include <vector>

TEST_CASE("Philox words are uniform and streams differ", "[core]") {
  const l2g::Rng rng{7, 3};
  std::vector<int> bins(16);
  int equal = 0;
  for (std::uint64_t i = 0; i < 16000; ++i) {
    ++bins[rng.word(1, i) >> 28];
    equal += rng.word(1, i) == rng.word(2, i);
  }
  double chi = 0;
  for (const int n : bins) chi += (n - 1000.0) * (n - 1000.0) / 1000.0;
  REQUIRE(chi < 37.7);  // the 99.9 % point of chi square with 15 degrees of freedom
  REQUIRE(equal < 3);
}

TEST_CASE("names that are nearly right are suggested", "[core]") {
  const std::vector<std::string> names{"epochs", "rate", "batch"};
  REQUIRE(l2g::closest("epoch", names) == "epochs");
  REQUIRE(l2g::closest("ecpohs", names) == "epochs");
  REQUIRE(l2g::closest("zebra", names).empty());
  const std::vector<std::string> digits{"0", "1"};
  REQUIRE(l2g::closest("2", digits).empty());
  REQUIRE(l2g::unknown("option", "epoch", names) ==
          "unknown option 'epoch' (did you mean 'epochs'?); there are epochs, rate, batch");
  REQUIRE(std::string(l2g::file_error("a.csv", 3, 5, "bad").what()) == "a.csv:3:5: bad");
}
