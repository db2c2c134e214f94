// Pictures and the report in a session: what is drawn, what is refused, what is written.
#include "at_the_prompt.hpp"
#include "report/html_reader.hpp"
#include "scratch_folder.hpp"

using namespace l2g::repl;

namespace {

const char* const task = R"(
sim = simulate{rows = 60, length = 40, motifs = {GATA = 'AGATAAG'},
  classes = {yes = {{motif = 'GATA', strand = '+'}}, no = {}}};
s = split(sim, {dev = 0.2, test = 0.3});
m = build{s, layers = {nn.conv1d{8, kernel = 7}, nn.relu(), nn.global_max_pool(), nn.linear(2)}};
train(m, s, {epochs = 2});
c = contributions(m, s.test, {rows = {1, 2, 3}, references = 5});
)";

}  // namespace

TEST_CASE("motifs are drawn as logos, by number, name, or rows of probabilities") {
  Prompt l2g;
  l2g.does("sim = simulate{rows = 2, motifs = {GATA = 'AGATAAG', EBOX = 'CACCTG'}, classes = {a = {}, b = {}}};");
  l2g.does("k = load_motifs(sim);");
  CHECK(holds(l2g("plot.logo(k, {which = 'EBOX'})"), "EBOX, information (bits)"));
  CHECK(holds(l2g("plot.logo(k, {which = 2, probabilities = true})"), "probability"));
  CHECK(holds(l2g("plot.logo{motif = {{0.9, 0.1, 0, 0}, {0, 0, 0, 1}}}"), "2.00│"));
  CHECK(holds(l2g("plot(k)"), "information (bits)"));
  CHECK(holds(l2g("plot.logo(k, {which = 'EBOXX'})"), "did you mean 'EBOX'?"));
  CHECK(holds(l2g("plot.logo(k, {which = 3})"), "'motif' is a number from 1 to 2, got 3"));
  CHECK(holds(l2g("plot.logo{motif = {{0.9, 0.1, 0}}}"), "position 1 must be four probabilities"));
  CHECK(holds(l2g("plot.logo{motif = 3}"), "plot.logo takes a Motifs"));
}

TEST_CASE("a motif of a list is drawn as it is") {
  Prompt l2g;
  l2g.does("k = load_motifs(simulate{rows = 5});");
  CHECK(holds(l2g("plot.logo(k[2])"), "information (bits)"));
  CHECK(l2g("plot.logo(k[2])") == l2g("plot.logo(k, {which = 2})"));
  CHECK(holds(l2g("plot.logo(k[2], {probabilities = true})"), "probability"));
}

TEST_CASE("scores and lines are named, in the order that was given") {
  Prompt l2g;
  const std::string scores = l2g("plot.scores{values = {{'floor', 0.78}, {'cnn', 0.7}}, axis = 'dev MCC'}");
  INFO(scores);
  CHECK(holds(scores, "dev MCC"));
  CHECK(scores.find("floor") < scores.find("cnn"));
  CHECK(holds(l2g("plot.scores{values = {cnn = 0.7}, axis = 'dev MCC'}"), "dev MCC"));
  CHECK(holds(l2g("plot.scores{{'b', 0.7}, {'a', 0.2}}"), "test MCC"));
  CHECK(holds(l2g("plot.scores({b = 0.7}, {axis = 'x'})"), "x"));
  CHECK(holds(l2g("plot.scores{b = 0.7}"), "test MCC"));
  CHECK(holds(l2g("plot.scores{b = 0.7, axis = 'x'}"),
              "the option 'axis' stands among the values; write plot.scores{values = {...}, axis = \"x\"}"));
  CHECK(holds(l2g("plot.scores{0.7, 0.2}"), "'values' must be a table {name = value, ...}, got a list"));
  CHECK(holds(l2g("plot.forest{rows = {{'z', 0.02, 0.01, 0.03}, {'a', 0.01}}, axis = 'gain'}"), "gain"));
  CHECK(holds(l2g("plot.scatter{x = {1, 2}, y = {2, 1}, x_name = 'GC (%)', y_name = 'reads'}"), "GC (%)"));
  const std::string lines =
      l2g("plot.lines({1, 2, 3}, {{'l2g', {0.6, 0.7, 0.8}}, {'cnn', {0.5, 0.6, 0.8}}}, {x_name = 'epoch', y_name = "
          "'dev'})");
  INFO(lines);
  CHECK(holds(lines, "epoch"));
  CHECK(lines.find("l2g") < lines.find("cnn"));
  CHECK(holds(l2g("plot.lines{x = {1, 2}, lines = {a = {3, 4}}, title = 'Two'}"), "Two"));
  CHECK(holds(l2g("plot.lines({1, 2}, {a = {3}})"), "'a' has 1 values for 2 of x"));
  CHECK(holds(l2g("plot.lines({1, 2}, {a = 3})"), "'a' must be a list of numbers, got a whole number"));
  CHECK(holds(l2g("plot.lines({1}, {a = {'x'}})"), "'a[1]' must be a number"));
}

TEST_CASE("charts that compare take numbers and tables, and say what is wrong with them") {
  Prompt l2g;
  CHECK(holds(l2g("plot.forest({a = {0.02, 0.01, 0.03}, b = 0.01}, {pooled = {all = {0.015, 0.01, 0.02}}})"),
              "0.015 [0.010, 0.020]"));
  CHECK(holds(l2g("plot.forest{a = 'x'}"), "plot.forest: 'a' must be a number, got a text"));
  CHECK(holds(l2g("plot.calibration{scores = {0.9, 0.8, 0.3, 0.1}, labels = {1, 1, 0, 0}, bins = 2}"), "ECE 0.175"));
  CHECK(holds(l2g("plot.calibration{scores = {1.9}, labels = {1}}"), "row 1 has 1.9"));
  CHECK(
      holds(l2g("plot.observed{observed = {1, 2, 3}, predicted = {1.2, 1.9, 2.7}, unit = 'log2'}"), "observed (log2)"));
  CHECK(holds(l2g("plot.observed{observed = {1, 2}, predicted = {1}}"), "lists of one length are needed, got 2 and 1"));
  const std::string models = "({cnn = {GATA1 = 0.91, TAL1 = 0.84}, aligned = {GATA1 = 0.93, TAL1 = 0.88}}";
  CHECK(holds(l2g("plot.labels" + models + ")"), "ROC-AUC of each label"));
  CHECK(holds(l2g("plot.labels" + models + ", {against = true})"), "2 labels"));
  CHECK(holds(l2g("plot.labels({a = {x = 1}}, {against = true})"), "two models side by side, got 1"));
  CHECK(holds(l2g("plot.trade_off{cnn = {80000, 0.71}, big = {125000000, 0.6}}"), "another is better for less"));
  CHECK(holds(l2g("plot.trade_off{cnn = 3}"), "plot.trade_off: 'cnn' is {cost, value}"));
  CHECK(holds(l2g("plot.overlap{found = {'GATA1', 'TAL1'}, planted = {'GATA1'}}"), "found  2 motifs"));
  CHECK(holds(l2g("plot.overlap{found = 3}"), "must be a list of names or a Motifs, got"));
}

TEST_CASE("data, contributions and hits are drawn, to the terminal and to files") {
  Prompt l2g;
  const ScratchFolder folder;
  l2g.does(task);
  CHECK(holds(l2g("plot(s, {chart = 'gc'})"), "GC content (% of A C G T)"));
  CHECK(holds(l2g("plot(sim, {chart = 'lengths'})"), "length (bases)"));
  CHECK(holds(l2g("plot(c)"), "position (base)"));
  CHECK(holds(l2g("plot.track(c, {row = 2, from = 5, to = 30})"), "position (base)"));
  CHECK(holds(l2g("plot.logo(c, {row = 1, from = 5, to = 12})"), "contribution (logit)"));
  l2g.does("h = scan(s.test, load_motifs(sim), {p = 0.001});");
  l2g.does("plot.track(c, {hits = h, file = '" + folder.path() + "/track.svg'})");
  CHECK(holds(read_bytes(folder / "track.svg"), "position (base)"));
  l2g.does("plot.track(c, {hits = sim, file = '" + folder.path() + "/planted.pdf'})");
  CHECK(holds(read_bytes(folder / "planted.pdf"), "%PDF"));
  // Seqlets of other contributions are those of the row of the same name, not of the same number.
  l2g.does("g = contributions(m, s.test, {method = 'gradient'});\nq = seqlets(g, {p = 0.3, shortest = 2});");
  l2g.does("one = contributions(m, s.test, {method = 'gradient', rows = {2}});");
  CHECK(l2g("plot.track(one, {hits = q})") == l2g("plot.track(g, {row = 2, hits = q})"));
  CHECK(holds(l2g("plot.track(g, {row = 1, hits = q})"), "seqlet"));
  CHECK(holds(l2g("plot.track(c, {row = 4})"), "'row' is a number from 1 to 3, got 4"));
  CHECK(holds(l2g("plot.track(c, {from = 30, to = 50})"), "positions 30 to 50 of a sequence of 40"));
  CHECK(holds(l2g("plot.track(c, {hits = m})"), "'hits' is a Hits, a Seqlets or a Simulated, got a Model"));
}

TEST_CASE("a report holds what was found and how, is well-formed, and reaches nowhere") {
  Prompt l2g;
  const ScratchFolder folder;
  l2g.does(task);
  l2g.does("b = baseline(s);");
  l2g.does("e = evaluate(m, s, {baseline = b});");
  l2g.does("k = load_motifs(sim);\nh = scan(s.test, k, {p = 0.001});");
  l2g.refuses("failed = nosuchverb(3)", "'nosuchverb' is not defined");
  const std::string path = folder.path() + "/out.html";
  CHECK(l2g("report('" + path + "', {title = 'A <b>title</b>', note = 'n', rows = {2}})").empty());
  const std::string html = read_bytes(folder / "out.html");
  CHECK_NOTHROW(check_html(html));
  for (const char* word :
       {"A &lt;b&gt;title&lt;/b&gt;", "<h2>Data</h2>", "<h2>Floors</h2>", "<h2>Models</h2>", "<h2>Scores</h2>",
        "<h2>Contributions</h2>", "<h2>Motifs</h2>", "What dev and test share with train", "Row 2: output",
        "Certificate", "mcc: Matthews correlation", "MCC of layers (e)", "train(m, s, {epochs = 2})",
        "Lengths of simulated/train", "seed of its first weights"})
    CHECK(holds(html, word));
  for (const char* banned : {"http:", "https:", "src=", "Row 1: output", "nosuchverb"}) {
    INFO(banned);
    CHECK(!holds(html, banned));
  }
  CHECK(html.size() < 2000000);
  // Values that are named are the only ones that are shown.
  l2g.does("report('" + path + "', {values = {floors = b}})");
  CHECK(holds(read_bytes(folder / "out.html"), "floors (Baseline)"));
  CHECK(!holds(read_bytes(folder / "out.html"), "<h2>Models</h2>"));
}

TEST_CASE("a report that a script writes holds the script and how it was called") {
  Prompt l2g;
  const ScratchFolder folder;
  folder.file("rows.csv", "sequence,label\nACGTACGTACGT,a\nACGTACGTACGA,b\n");
  const std::string script = folder.file("s.lua", "local d = load(arg[1])  -- rows & labels\nreport(arg[2], {d})\n");
  const Outcome outcome = l2g.session.file(script, {folder / "rows.csv", folder / "out.html"});
  INFO(outcome.message);
  CHECK(outcome.status == Outcome::done);
  const std::string html = read_bytes(folder / "out.html");
  CHECK(holds(html, "-- l2g run " + script + " " + (folder / "rows.csv")));
  CHECK(holds(html, "load(arg[1])  -- rows &amp; labels"));
}

TEST_CASE("hostile names stay names, and a report without an end is refused") {
  Prompt l2g;
  const ScratchFolder folder;
  folder.file("rows.csv",
              "id,sequence,label\n\"</script><script>x\",ACGTACGTACGTACGTACGTAA,\"<img src=y onerror=z>\"\n"
              "b,ACGTTCGTACGTACGTACGTAA,\"\"\"'&\"\nc,ACGTTCGTACGTACGTAAGTAA,\"\"\"'&\"\n");
  l2g.does("d = load '" + folder.path() + "/rows.csv';");
  const std::string path = folder.path() + "/out.html";
  CHECK(l2g("report('" + path + "')").empty());
  const std::string html = read_bytes(folder / "out.html");
  CHECK_NOTHROW(check_html(html));
  CHECK(holds(html, "&lt;img src=y onerror=z&gt;"));
  CHECK(!holds(html, "<img"));
  CHECK(holds(l2g("report('out.txt')"), "must end in .html"));
  CHECK(holds(l2g("report('" + folder.path() + "/no/out.html')"), "out.html"));
  CHECK(holds(l2g("report('" + path + "', {3})"), "values are models"));
  Prompt empty;
  CHECK(holds(empty("report('" + path + "')"), "there is nothing to show"));
}
