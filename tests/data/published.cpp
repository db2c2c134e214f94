// Published values and results of runs: what is read, what is found for a task, and what is refused where.
#include <catch2/catch.hpp>
#include <l2g/core/errors.hpp>
#include <l2g/data/published.hpp>
#include <l2g/data/runs.hpp>
#include <l2g/data/subset.hpp>

#include <algorithm>
#include <set>

#include "message_of.hpp"

using namespace l2g;

namespace {

data::LineReader lines_of(const std::string& text, const std::string& name = "table.tsv") {
  return data::LineReader::from_text(text, name);
}
std::vector<data::PublishedValue> table_of(const std::string& text) {
  auto lines = lines_of(text);
  return data::read_published(lines);
}
std::vector<data::RunScore> runs_of(const std::string& text, const std::string& metric = "test_mcc") {
  auto lines = lines_of(text, "runs.jsonl");
  return data::read_runs(lines, metric);
}
const std::string head = "task\tmodel\tmetric\tvalue\tsource\tprotocol\n";

}  // namespace

TEST_CASE("a table of published values is read by the names of its columns", "[data]") {
  const auto table = table_of(
      "\xEF\xBB\xBF# "
      "facts\r\nvalue\ttask\tmodel\tmetric\tsource\tprotocol\tnote\r\n0.5\tEMP/H3\tA\tmcc\tS\tpaper\t\r\n\r\n-1e-2\ttf/"
      "0\tB\tauc\tT\tother\tx y\r\n");
  REQUIRE(table.size() == 2);
  CHECK(table[0].value == 0.5);
  CHECK(table[0].task == "EMP/H3");
  CHECK(table[1].value == -0.01);
  CHECK(table[1].note == "x y");
  CHECK(table[1].protocol == "other");
}

TEST_CASE("damage in a table of published values is refused with its place", "[data]") {
  CHECK(message_of([] { table_of(head + "H3\tA\tmcc\tO.5\tS\tpaper\n"); }) == "table.tsv:2:10: 'O.5' is not a number");
  CHECK(message_of([] { table_of(head + "H3\tA\tmcc\t0.5\tS\n"); }) == "table.tsv:2: 5 fields, the first line has 6");
  CHECK(message_of([] { table_of(head + "H3\tA\tmcc\t0.5\t\tpaper\n"); }) == "table.tsv:2:14: no source");
  CHECK(message_of([] { table_of(head + "H3\tA\tmcc\tinf\tS\tpaper\n"); }) == "table.tsv:2:10: 'inf' is not a number");
  CHECK(message_of([] {
          table_of("task\tmodell\n");
        }).find("table.tsv:1:6: unknown column 'modell' (did you mean 'model'?)") == 0);
  CHECK(message_of([] { table_of("task\ttask\n"); }) == "table.tsv:1:6: the column 'task' is there twice");
  CHECK(message_of([] {
          table_of("task\tmodel\tmetric\tvalue\tsource\n");
        }).find("table.tsv:1: there is no column 'protocol'") == 0);
  CHECK(message_of([] { table_of(""); }).find("the file is empty") != std::string::npos);
}

TEST_CASE("the table that ships is whole, and its tasks are found by path and name", "[data]") {
  data::LineReader lines("examples/published.tsv");
  const auto table = data::read_published(lines);
  CHECK(table.size() > 200);
  const auto tasks = [&](const char* place) {
    std::set<std::string> names;
    for (const auto& v : data::published_for(table, place)) names.insert(v.task);
    return std::vector<std::string>(names.begin(), names.end());
  };
  using Names = std::vector<std::string>;
  CHECK(tasks("data/gue/prom/prom_core_tata/test.csv.gz") == Names{"prom/prom_core_tata"});
  CHECK(tasks("prom_core_tata/train") == Names{"prom/prom_core_tata"});
  CHECK(tasks("derived/emp_pool/H3K4me1/test") == Names{"EMP/H3K4me1"});
  CHECK(tasks("h3k4me1") == Names{"EMP/H3K4me1"});
  CHECK(tasks("H3K4me1.csv") == Names{"EMP/H3K4me1"});
  CHECK(tasks("gue/tf/0/test.csv") == Names{"tf/0"});
  CHECK(tasks("gue/mouse/0/") == Names{"mouse/0"});
  CHECK(tasks("human nontata promoters") == Names{"human_nontata_promoters"});
  CHECK(tasks("deepstarr/dev") == Names{});  // a part called dev of a task called deepstarr, which there is not
  CHECK(tasks("0") == Names{});              // of which suite?
  CHECK(tasks("dev") == Names{});
  CHECK(tasks("test.csv") == Names{});
  CHECK(tasks("") == Names{});
  CHECK(tasks("my_promoters") == Names{});
  const auto found = data::published_for(table, "prom_core_tata");
  for (std::size_t i = 1; i < found.size(); ++i)
    if (found[i].metric == found[i - 1].metric) CHECK(found[i].value <= found[i - 1].value);
}

TEST_CASE("runs are read line by line and paired by their seeds", "[data]") {
  const auto runs = runs_of(R"({"task":"tf/0","variant":"cnn","seed":1,"test_mcc":0.6,"lo":0.5}
{"task":"tf/0","variant":"l2g","seed":1,"test_mcc":0.5}

{"task":"tf/0","variant":"cnn","seed":2,"test_mcc":0.7}
{"task":"tf/0","variant":"l2g","seed":2,"test_mcc":null}
{"task":"H3","variant":"l2g","seed":2,"test_mcc":0.4}
{"task":"H3","variant":"cnn","seed":2,"test_mcc":1}
)");
  CHECK(runs.size() == 5);
  CHECK(data::run_variants(runs) == std::vector<std::string>{"cnn", "l2g"});
  const auto pairs = data::paired_runs(runs, "cnn", "l2g");
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].task == "tf/0");
  CHECK(pairs[0].seeds == std::vector<std::uint64_t>{1});
  CHECK(pairs[1].first_values == std::vector<double>{1});
  CHECK(pairs[1].second_values == std::vector<double>{0.4});
  CHECK_THROWS_WITH(data::paired_runs(runs, "cnn", "l3g"),
                    "unknown variant 'l3g' (did you mean 'l2g'?); there are cnn, l2g");
}

TEST_CASE("damage in runs is refused with its line", "[data]") {
  const std::string good = R"({"variant":"cnn","seed":1,"test_mcc":0.6})";
  CHECK(message_of([&] { runs_of(good + "\n{\"variant\":"); }).find("runs.jsonl:2:") == 0);
  CHECK(message_of([&] { runs_of(good + "\n" + good); }) == "runs.jsonl:2: variant 'cnn' with seed 1 is there twice");
  CHECK(message_of([&] { runs_of(good, "test_mc"); }).find("unknown metric 'test_mc' (did you mean 'test_mcc'?)") !=
        std::string::npos);
  CHECK(message_of([&] { runs_of("[1]"); }).find("runs.jsonl:1: one object a line") == 0);
  CHECK(message_of([&] { runs_of(R"({"variant":"cnn","seed":-1,"test_mcc":0.6})"); }).find("'seed' has to be") !=
        std::string::npos);
  CHECK(message_of([&] { runs_of(R"({"variant":3,"seed":1,"test_mcc":0.6})"); }).find("'variant' has to be a text") !=
        std::string::npos);
  CHECK(message_of([&] {
          runs_of(R"({"variant":"cnn","seed":1,"test_mcc":"x"})");
        }).find("'test_mcc' has to be a number") != std::string::npos);
  CHECK(message_of([&] { runs_of(R"({"variant":"cnn","seed":1,"test_mcc":1e999})"); }).find("runs.jsonl:1: no JSON") ==
        0);
  CHECK(message_of([&] { runs_of(std::string(5000, '[')); }).find("runs.jsonl:1: nested too deeply") == 0);
  CHECK(message_of([&] { runs_of("\n\n"); }).find("there are no runs") != std::string::npos);
}

TEST_CASE("fractions are nested and keep the mix of classes", "[data]") {
  data::Dataset d;
  d.classes = {"a", "b", "c"};
  for (int i = 0; i < 300; ++i) {
    d.sequences.push_back("ACGT"), d.ids.push_back(std::to_string(i));
    d.labels.push_back(i % 10 == 0 ? 2 : i % 3 == 0);
  }
  const auto order = data::nested_order(d, 5);
  CHECK(std::set<index_t>(order.begin(), order.end()).size() == 300);
  CHECK(order == data::nested_order(d, 5));
  CHECK(order != data::nested_order(d, 6));
  std::set<std::string> smaller;
  for (const double f : {0.01, 0.05, 0.25, 1.0}) {
    const auto part = data::fraction_of(d, f, 5);
    CHECK(part.rows() == index_t(300 * f));
    const std::set<std::string> ids(part.ids.begin(), part.ids.end());
    CHECK(std::includes(ids.begin(), ids.end(), smaller.begin(), smaller.end()));
    smaller = ids;
    const auto count = std::count(part.labels.begin(), part.labels.end(), 2);
    CHECK(std::abs(double(count) - 30 * f) <= 1);
  }
  CHECK(data::fraction_of(d, 1e-9, 5).rows() == 1);
  CHECK_THROWS_WITH(data::fraction_of(d, 1.5, 5), Catch::Contains("at most 1"));
  CHECK_THROWS_AS(data::fraction_of(data::Dataset{}, 0.5, 5), error);
}
