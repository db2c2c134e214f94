#include <l2g/core/number_text.hpp>

#include <limits>

#include <catch2/catch.hpp>

TEST_CASE("a number's text is the shortest that reads back as the same number", "[core]") {
  CHECK(l2g::number_text(0.1) == "0.1");
  CHECK(l2g::number_text(3) == "3");
  CHECK(l2g::number_text(-2.5) == "-2.5");
  for (const double x : {1.0 / 3, 1e-5, 123456789.125, -std::numeric_limits<double>::min()})
    CHECK(std::stod(l2g::number_text(x)) == x);
}

TEST_CASE("names that are numbers are digits alone", "[core]") {
  CHECK(l2g::only_digits("0129"));
  CHECK(l2g::only_digits(""));
  for (const char* other : {"-1", "1.5", "H3", "12 ", "\xd9\xa3"}) CHECK_FALSE(l2g::only_digits(other));
}
