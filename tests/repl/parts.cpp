// Parts of data in a session: shares of rows, parts that are put together, and rows that leak.
#include "at_the_prompt.hpp"

using namespace l2g::repl;
using Catch::Contains;

namespace {
struct Lesson : Prompt {
  Lesson() { does("d = simulate{rows = 100}.data;"); }
};
}  // namespace

TEST_CASE("shares below 1 leave rows out") {
  Lesson l2g;
  CHECK_THAT(l2g("s = split(d, {train = 0.1, dev = 0.15, test = 0.25})"),
             Contains("100 of 200 rows were left out, as the fractions ask"));
  CHECK(l2g("s.train.rows, s.dev.rows, s.test.rows") == "20\n30\n50");
  CHECK(l2g("s = split(d);\ns.train.rows, s.dev.rows, s.test.rows") == "160\n20\n20");
  CHECK_THAT(l2g("split(d, {train = 0.9, dev = 0.2})"), Contains("add up to 1.2"));
  CHECK_THAT(l2g("split(d, {train = 2})"), Contains("'train' must be a number from 0 to 1"));
  CHECK_THAT(l2g("split()"), Contains("what to divide is missing"));
}

TEST_CASE("parts that are there are put together") {
  Lesson l2g;
  l2g.does("s = split(d, {dev = 0.1, test = 0.2});");
  CHECK(l2g("t = split{train = s.train, dev = s.dev, test = s.test};\n"
            "t.train.rows, t.dev.rows, t.test[5].sequence == s.test[5].sequence") == "140\n20\ntrue");
  CHECK(l2g("t = split(s.train, {test = s.dev});\nt.train.rows, t.dev.rows, t.test.rows") == "140\n0\n20");
  // Classes are those of all parts, in one order.
  l2g.does(
      "t = split{train = {{sequence = 'acgt', label = 'b'}, {sequence = 'ACGA', label = 'c'}}, "
      "test = {{sequence = 'GGGG', label = 'a'}}};");
  CHECK(l2g("t.train.classes, t.train[1].sequence, t.train[2].label, t.test[1].label") ==
        "{\"a\", \"b\", \"c\"}\n\"ACGT\"\n\"c\"\n\"a\"");
  CHECK(l2g("split{train = {{sequence = 'ACGT', label = 1}, {sequence = 'ACGA', label = 0}}}.classes") ==
        "{\"0\", \"1\"}");
  CHECK_THAT(l2g("split{dev = s.dev}"), Contains("'train' is missing: split{train = a, dev = b, test = c}"));
  CHECK_THAT(l2g("split{train = s.train, test = 0.2}"),
             Contains("'test' must be a Dataset or a list of rows, got a num"));
  CHECK_THAT(l2g("split{train = s.train, test = {{sequence = 'ACGT'}}}"), Contains("some parts have labels"));
  CHECK_THAT(l2g("split{train = {{sequence = 'ACGT'}, {label = 'a'}}}"), Contains("row 2 of 'train' has no sequence"));
  CHECK_THAT(l2g("split{train = {{sequence = 'ACQT'}}}"), Contains("row 1 of 'train'") && Contains("'Q'"));
  CHECK_THAT(l2g("split{train = {{sequence = 'ACGT', label = 'a'}, {sequence = 'ACGT'}}}"),
             Contains("row 2 of 'train' diff"));
  CHECK_THAT(l2g("split{train = {7}}"), Contains("row 1 of 'train' must be a table"));
  CHECK_THAT(l2g("split{train = s.train, test = s.test, seed = 3}"), Contains("'seed' goes with one Dataset"));
}

TEST_CASE("rows that leak are named") {
  Lesson l2g;
  l2g.does("s = split(d);");
  l2g.does("t = {}; for i = 1, 12 do t[i] = {sequence = s.train[i].sequence, label = s.train[i].label} end");
  l2g.does("t[13] = {sequence = s.test[1].sequence, label = s.test[1].label}");
  l2g.does(
      "t[14] = {sequence = s.train[3].sequence:reverse():gsub('.', {A = 'T', C = 'G', G = 'C', T = 'A'}), label = "
      "s.train[3].label}");
  const std::string told = l2g("l = leakage(split{train = s.train, test = t});\nl");
  INFO(told);
  CHECK_THAT(told, Contains("rows.test.exact: 1, 2, 3, 4, 5, 6, 7, 8 and 4 more"));
  CHECK_THAT(told, Contains("rows.test.reverse_complement: 14"));
  CHECK(l2g("#l.rows.test.exact, l.rows.test.exact[12], l.rows.test.reverse_complement[1], #l.rows.test.substring") ==
        "12\n12\n14\n0");
}

TEST_CASE("simulate takes classes in the order of a list") {
  Lesson l2g;
  CHECK(l2g("x = simulate{rows = 3, motifs = {M = 'ACGT'}, classes = {{'no', {}}, {'a', {{motif = 'M', strand = "
            "'+'}}}}};\n#x.data, x.data[1].label") == "6\n\"no\"");
  CHECK_THAT(l2g("simulate?"), Contains("strand is \"+\""));
}
