// The registry: what a call may be given, and the words when it is not right.
#include <registry.hpp>

#include <catch2/catch.hpp>
#include <help.hpp>

#include "example_verbs.hpp"

using namespace l2g::repl;
using Catch::Matchers::Equals;

namespace {
std::string complaint(const Registry& registry, const char* verb, Value::List by_place, Value::Table by_name) {
  try {
    registry.find(verb)->check(by_place, by_name);
  } catch (const l2g::error& e) {
    return e.what();
  }
  return "no complaint";
}
}  // namespace

TEST_CASE("arguments come by place, by name and by default") {
  const Registry registry = example_registry();
  const Verb& box = *registry.find("box");
  CHECK(box.check({}, {}).integer("size") == 1);
  CHECK(box.check({7}, {}).integer("size") == 7);
  CHECK(box.check({7.0}, {}).integer("size") == 7);  // a whole number, however it was computed
  CHECK(box.check({}, {{"colour", "green"}}).text("colour") == "green");
  CHECK_FALSE(registry.find("read")->check({"x"}, {}).has("label"));
  CHECK_THROWS_AS(box.check({}, {}).value("weight"), std::logic_error);
}

TEST_CASE("wrong arguments are told in the user's words") {
  const Registry registry = example_registry();
  CHECK(complaint(registry, "box", {}, {{"colur", "red"}}) ==
        "box: unknown option 'colur' (did you mean 'colour'?); options are size, colour");
  CHECK(complaint(registry, "box", {"big"}, {}) ==
        "box: 'size' must be a whole number from 1 to 100, got a text \"big\"");
  CHECK(complaint(registry, "box", {2.5}, {}) == "box: 'size' must be a whole number from 1 to 100, got 2.5");
  CHECK(complaint(registry, "box", {0}, {}) == "box: 'size' must be a whole number from 1 to 100, got 0");
  CHECK(complaint(registry, "box", {}, {{"colour", "gren"}}) ==
        "box: unknown colour 'gren' (did you mean 'green'?); there are red, green");
  CHECK(complaint(registry, "box", {1}, {{"size", 2}}) == "box: 'size' is given twice, by place and by name");
  CHECK(complaint(registry, "box", {1, "red", 3}, {}) == "box takes at most 2 values: size, colour, got 3");
  CHECK(complaint(registry, "fill", {"x"}, {}) == "fill: 'box' must be a Box, got a text \"x\"");
  CHECK(complaint(registry, "fill", {}, {}) ==
        "fill: 'box' is missing (a Box: what to fill); usage: fill(box, {share, wet, things})");
  CHECK(complaint(registry, "hello", {}, {{"x", 1}}) == "hello takes no options, got 'x'");
}

TEST_CASE("faults of a verb's description are found when it is registered") {
  Registry registry = example_registry();
  CHECK_THROWS_AS(registry.add({.name = "box", .group = "", .doc = "", .parameters = {}, .run = {}}), std::logic_error);
  CHECK_THROWS_AS(
      registry.add(
          {.name = "x", .group = "", .doc = "", .parameters = {integer("n", "").by_default("text")}, .run = {}}),
      std::logic_error);
}

TEST_CASE("help and manual hold every verb, argument and default") {
  const Registry registry = example_registry();
  const std::string overview = help_overview(registry, 80), page = manual(registry);
  for (const auto& v : registry.verbs()) {
    CHECK(overview.find(v->name) != std::string::npos);
    CHECK(page.find("### " + v->name + "\n") != std::string::npos);
  }
  const std::string about = help_on(registry, "box", 80);
  CHECK(about.find("size") != std::string::npos);
  CHECK(about.find("a whole number from 1 to 100; default 1") != std::string::npos);
  CHECK(about.find("one of \"red\", \"green\"; default \"red\"") != std::string::npos);
  CHECK(help_on(registry, "Box", 80).find(":fill") != std::string::npos);
  CHECK_THROWS_WITH(help_on(registry, "bx", 80), "no help on 'bx' (did you mean 'box'?)");
}
