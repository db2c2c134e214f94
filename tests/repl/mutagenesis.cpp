// Mutations and changed sequences in a session.
#include "at_the_prompt.hpp"

using namespace l2g::repl;
using Catch::Contains;

TEST_CASE("mutations of a row are shown, named and drawn") {
  PromptWithNetwork l2g;
  l2g.does("v = mutate(m, d.data, {rows = {2}});");
  CHECK_THAT(l2g("v"), Contains("100 bases of 1 sequence: logit of 'promoter' - logit of 'background'"));
  CHECK(l2g("#v, v.strongest[1].name:match('^[ACGT]%d+[ACGT]$') ~= nil, #v.effects, #v.effects[1]") ==
        "1\ntrue\n100\n4");
  CHECK(l2g("math.abs(v.strongest[1].effect - mutate(m, d.data, {rows = {2}, whole = true}).strongest[1].effect) < "
            "1e-5") == "true");
  CHECK(l2g("w = m:mutate(d.data[1].sequence, {from = 3, to = 6, class = 'background'});\n#w.effects, w.output") ==
        "4\n\"logit of 'background' - logit of 'promoter'\"");
  CHECK_THAT(l2g("x = mutate(m, d.data, {rows = {1, 2, 3}});\nx"), Contains("300 bases of 3 sequences"));
  CHECK(l2g("x[2].strongest[1].name == v.strongest[1].name") == "true");
  CHECK_THAT(l2g("x.strongest"), Contains("these are the mutations of 3 sequences: item 1 is the first"));
  CHECK_THAT(l2g("plot(v)"), Contains("Mutations of promoter_1"));
}

TEST_CASE("motifs put in and taken out") {
  PromptWithNetwork l2g;
  CHECK_THAT(l2g("c = marginalize(m, 'TATAWAW', d.data, {n = 50});\nc"),
             Contains("TATAWAW in the middle of 50 backgrounds") && Contains("95 % interval"));
  CHECK(l2g("#c.before, c.lo <= c.value, c.value <= c.hi") == "50\ntrue\ntrue");
  CHECK_THAT(l2g("c = marginalize(m, {name = 'mine', probabilities = {{1, 0, 0, 0}, {0, 0.5, 0.5, 0}}}, "
                 "d.data[1].sequence, {n "
                 "= 10, position = 4, sites = true, strand = '-'});\nc"),
             Contains("mine, other strand, at base 4 of 10 backgrounds"));
  CHECK_THAT(l2g("delete_span(m, d.data, 38, 48, {rows = {1, 2}})"),
             Contains("2 stretches of 2 rows taken out 10 times"));
  CHECK_THAT(l2g("delete_motif(m, d.data, 'TATAAAA', {p = 1e-2, with = 'background', copies = 2})"),
             Contains("taken out 2 times"));
  // A motif of a list is a value where a value must stand, not a table of options.
  CHECK_THAT(l2g("delete_motif(m, d.data, load_motifs(d)[1])"), Contains("taken out"));
  l2g.refuses("delete_motif(m, d.data, {motiv = 'TATA'})", "unknown option 'motiv' (did you mean 'motif'?)");
  l2g.refuses("delete_motif(m, d.data, {p = 0.01})", "'motif' is missing");
  CHECK(l2g("a = shuffle('AACCGGTTACGTAGC', {seed = 4}); b = shuffle('AACCGGTTACGTAGC', {seed = 4});\na == b, #a, "
            "a:sub(1, 1), #shuffle('ACGTAC', {n = 3})") == "true\n15\n\"A\"\n3");
  CHECK(l2g("e = shuffle(d, {k = 1});\n#e, e.sequences[1] ~= d.data.sequences[1]") == "40\ntrue");
}

TEST_CASE("changes that make no sense are one line, before long work") {
  PromptWithNetwork l2g;
  l2g.refuses("mutate(m, d.data, {class = 'promotor'})", "unknown class 'promotor' (did you mean 'promoter'?)");
  l2g.refuses("mutate(m, d.data, {class = 3})", "unknown class '3'; there are background, promoter");
  l2g.refuses("mutate(m, d.data, {from = 90, to = 120})", "mutate: bases 90 to 120 are asked for, row 1");
  l2g.refuses("mutate(m, d.data, {rows = {41}})", "row 41 of data with rows 1 to 40");
  l2g.refuses("mutate(m, 'ACGTRA')", "base 5: letter 'R' is none of A C G T N");
  l2g.refuses("mutate(m, 'ACGTXA')", "'X'");
  l2g.refuses("mutate(m, 'no such file.fa')", "no such file.fa");
  l2g.refuses("mutate(m, '')", "'data': the sequence is empty");
  l2g.refuses("mutate(m, 12)", "'data' is a sequence, a Dataset or the path of a sequence file, got a whole number");
  l2g.refuses("marginalize(m, 'ACGTX', d.data)", "'X' is not a DNA letter or IUPAC code");
  l2g.refuses("marginalize(m, string.rep('A', 101), d.data)", "a motif of 101 bases does not fit");
  l2g.refuses("marginalize(m, 'ACGT', d.data, {position = 98})", "does not fit at base 98 of a sequence of 100");
  l2g.refuses("marginalize(m, 12, d.data)", "'motif' is a consensus such as \"TATAWAW\"");
  l2g.refuses("delete_span(m, d.data, 95, 101)", "bases 95 to 101 are to be taken out of a sequence of 100");
  l2g.refuses("delete_motif(m, d.data, string.rep('A', 101))", "the motif has 101 bases, the longest sequence 100");
  l2g.refuses("delete_motif(m, string.rep('A', 100), 'GCGCGCGC')", "no site of GCGCGCGC with p below 0.0001");
  CHECK_THAT(l2g("mutate(m, 'ACGTNNACGT', {from = 4, to = 6})"), Contains("3 bases of 1 sequence"));
}
