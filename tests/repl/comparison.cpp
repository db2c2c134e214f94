// Judging, comparing and looking into models in a session, on a small task that carries a published name.
#include "at_the_prompt.hpp"
#include "scratch_folder.hpp"

#include <display.hpp>
#include <l2g/core/philox.hpp>

#include <filesystem>
#include <sstream>

using namespace l2g::repl;

namespace {

/// A session with a folder prom/prom_core_tata of 160, 80 and 80 rows, in which TATA makes the class.
struct Lesson : Prompt {
  ScratchFolder folder;
  Lesson() {
    const std::string dir = folder.path() + "/prom/prom_core_tata";
    std::filesystem::create_directories(dir);
    std::uint64_t row = 0;
    for (const auto& [part, rows] : {std::pair{"train", 160}, {"dev", 80}, {"test", 80}}) {
      std::string table = "sequence,label\n";
      for (int i = 0; i < rows; ++i, ++row) {
        std::string s;
        const l2g::Rng rng{7, row};
        for (std::uint64_t j = 0; j < 24; ++j) s += "ACGT"[rng.below(1, j, 4)];
        const bool yes = i % 2, wrong = rng.uniform(2, 0) < 0.15;
        if (yes != wrong) s.replace(rng.below(3, 0, 16), 6, "TATAAA");
        table += s + (yes ? ",yes\n" : ",no\n");
      }
      folder.file(std::string("prom/prom_core_tata/") + part + ".csv", table);
    }
    does("s = load '" + dir + "';");
    does(
        "function net(seed) return build(s, {seed = seed, channels = 8, hidden = 4, keep_positions = false, name = "
        "'net' .. seed}) end;");
  }
};

bool narrow(const std::string& text, std::size_t most) {
  std::istringstream lines(text);
  std::string line;
  for (std::size_t n = 0; std::getline(lines, line); ++n)
    if (line.size() > most || n > 21) return false;
  return true;
}

}  // namespace

TEST_CASE("an evaluation has tables, calibration, a threshold and published values beside it") {
  Lesson l2g;
  l2g.does("m = net(1);\ntrain(m, s, {epochs = 6, batch = 16});");
  l2g.does("e = evaluate(m, s, {published = 'examples/published.tsv'});");
  const std::string shown = l2g("e");
  INFO(shown);
  CHECK(narrow(shown, 200));
  CHECK(shown.find("class        precision  recall") != shown.npos);
  CHECK(shown.find("published mcc on prom/prom_core_tata (ours ") != shown.npos);
  CHECK(shown.find("other training rows and protocols") != shown.npos);
  CHECK(l2g("#e.table, e.table[2].class, e.table[2].rows") == "2\n\"yes\"\n40");
  CHECK(l2g("e.published[1].metric, e.published[1].source ~= ''") == "\"auc\"\ntrue");
  CHECK(l2g("e.published[1].ours == e.auc") == "true");
  CHECK(l2g("plot(calibration(e))").find("probability of the class that was said") != std::string::npos);
  CHECK(l2g("e.calibration_error >= 0 and e.calibration_error <= 1") == "true");
  CHECK(l2g("#evaluate(m, s, {split = 'dev', published = 'examples/published.tsv'}).published") == "0");
  CHECK(l2g("#evaluate(m, s.test, {published = 'examples/published.tsv'}).published == #e.published") == "true");
  CHECK(l2g("#evaluate(m, s.train, {published = 'examples/published.tsv'}).published") == "0");
  CHECK(l2g("evaluate(m, s, {published = 'no.tsv'})").find("no.tsv") != std::string::npos);
  // A threshold that dev chooses is the model's from then on.
  CHECK(l2g("t = threshold(m, s);\nt.before") == "0.5");
  CHECK(l2g("evaluate(m, s).threshold == t.threshold") == "true");
  CHECK(l2g("evaluate(m, s, {threshold = 'dev'}).mcc == evaluate(m, s).mcc") == "true");
  CHECK(l2g("evaluate(m, s, {threshold = 'dev', split = 'dev'}).note").find("chosen by these rows") !=
        std::string::npos);
  CHECK(l2g("evaluate(m, s, {threshold = 0}).table[2].recall") == "1.0");
  CHECK(l2g("evaluate(m, s, {threshold = 'test'})").find("number in 0..1, or \"dev\"") != std::string::npos);
  CHECK(l2g("evaluate(m, s.test, {threshold = 'dev'})").find("needs Splits") != std::string::npos);
  CHECK(l2g("save(m, '" + l2g.folder.path() + "/m.l2g')\nevaluate(load('" + l2g.folder.path() +
            "/m.l2g'), s).threshold == t.threshold") == "true");
  const std::string calibrated = l2g("c = calibration(e, {dev = evaluate(m, s, {split = 'dev'})});\nc");
  INFO(calibrated);
  CHECK(calibrated.find("expected calibration error") != std::string::npos);
  CHECK(calibrated.find("fitted on dev") != std::string::npos);
  CHECK(narrow(calibrated, 120));
  CHECK(l2g("c.expected == e.calibration_error, #c.bins, c.temperature > 0") == "true\n15\ntrue");
}

TEST_CASE("two models on the same rows, from the session and from files") {
  Lesson l2g;
  l2g.does("a = net(1);\ntrain(a, s, {epochs = 6, batch = 16});\nb = net(2);");
  const std::string shown = l2g("c = compare(a, b, s);\nc");
  INFO(shown);
  CHECK(shown.find("80 rows, the same for both; first: net1, second: net2") != shown.npos);
  CHECK(shown.find("McNemar p") != shown.npos);
  CHECK(shown.find("DeLong p") != shown.npos);
  CHECK(narrow(shown, 100));
  CHECK(l2g("x = compare(evaluate(a, s), evaluate(b, s));\nx.difference == c.difference, x.delong_p == c.delong_p") ==
        "true\ntrue");
  CHECK(l2g("compare(a, a, s).mcnemar_p, compare(a, a, s).lo") == "1.0\n0.0");
  const std::string saved = l2g.folder.path() + "/a.l2g";
  l2g.does("save(a, '" + saved + "')");
  CHECK(l2g("compare('" + saved + "', b, s).difference == c.difference") == "true");
  const std::string csv = l2g.folder.path() + "/b.csv";
  l2g.does("predict(b, s.test, {file = '" + csv + "'});");
  CHECK(l2g("f = compare(a, '" + csv + "', s);\nmath.abs(f.difference - c.difference) < 1e-9") == "true");
  CHECK(l2g("compare(a, '" + csv + "', s.dev).rows") == "80");  // rows have no ids: their numbers are the same
  CHECK(l2g("compare(a, '" + csv + "', s.train)").find("holds predictions of 80 rows, the data have 160") !=
        std::string::npos);
  CHECK(l2g("compare(a, '" + csv + "')").find("compare(a, b, s)") != std::string::npos);
  CHECK(l2g("compare(evaluate(a, s), evaluate(b, s.train))").find("judged on different rows") != std::string::npos);
  CHECK(l2g("compare(a, 3, s)").find("a Model, an Evaluation, a saved model") != std::string::npos);
  l2g.folder.file("bad.csv", "id,label,p_no,p_yes\n1,no,0.5,x\n");
  CHECK(l2g("compare(a, '" + l2g.folder.path() + "/bad.csv', s)").find("bad.csv:2:10: 'x' is not a probability") !=
        std::string::npos);
}

TEST_CASE("seeds are compared with a correction and a warning") {
  Lesson l2g;
  std::string runs;
  const double cnn[] = {0.70, 0.72, 0.71, 0.74}, lm[] = {0.65, 0.69, 0.66, 0.68}, other[] = {0.70, 0.71, 0.72, 0.74};
  for (int i = 0; i < 4; ++i)
    for (const auto& [name, values] : {std::pair{"cnn", cnn}, {"l2g", lm}, {"cnn-strands", other}})
      runs += "{\"task\":\"tf/0\",\"variant\":\"" + std::string(name) + "\",\"seed\":" + std::to_string(i + 1) +
              ",\"test_mcc\":" + std::to_string(values[i]) + "}\n";
  l2g.folder.file("results.jsonl", runs);
  const std::string path = "'" + l2g.folder.path() + "/results.jsonl'";
  const std::string shown = l2g("c = compare_seeds(" + path + ");\nc");
  INFO(shown);
  CHECK(shown.find("seeds on one test set measure how training varies") != shown.npos);
  CHECK(narrow(shown, 110));
  CHECK(shown.find("wide by construction") == shown.npos);
  CHECK(l2g("compare_seeds(" + path + ", {test_share = 2.5})").find("2.5 times as large as train") != shown.npos);
  CHECK(l2g("#c, c.rows[1].first, c.rows[1].second, c.rows[1].seeds") == "3\n\"cnn\"\n\"l2g\"\n4");
  CHECK(l2g("math.abs(c.rows[1].difference - 0.0475) < 1e-9") == "true");
  CHECK(l2g("c.rows[1].corrected_p > c.rows[1].p and c.rows[1].holm >= c.rows[1].corrected_p") == "true");
  CHECK(l2g("compare_seeds(" + path + ", {first = 'cnn', second = 'l2h'})").find("did you mean 'l2g'") !=
        std::string::npos);
  CHECK(l2g("compare_seeds(" + path + ", {first = 'cnn'})").find("name both variants") != std::string::npos);
  CHECK(l2g("compare_seeds(" + path + ", {metric = 'dev_mcc'})").find("unknown metric 'dev_mcc'") != std::string::npos);
}

TEST_CASE("a network on fractions of its training rows") {
  Lesson l2g;
  const std::string shown =
      l2g("f = fractions(net(1), s, {fractions = {0.1, 0.5, 1}, steps = 40, least_steps = 10, resamples = 50});\nf");
  INFO(shown);
  CHECK(shown.find("fraction    rows   steps") != shown.npos);
  CHECK(narrow(shown, 100));
  CHECK(l2g("#f, f.points[1].rows, f.points[3].rows, f.points[1].steps, f.stopped") == "3\n16\n160\n10\nfalse");
  CHECK(l2g("fractions(net(1), s, {fractions = {0.001}})").find("hold none of class") != std::string::npos);
  CHECK(l2g("m = net(1);\ntrain(m, s, {steps = 2});\nfractions(m, s)").find("was trained already") !=
        std::string::npos);
}

TEST_CASE("vectors of a model: components, silhouettes, probes of every place, alignment of kernels") {
  Lesson l2g;
  l2g.does("m = net(1);\ntrain(m, s, {epochs = 6, batch = 16});\ne = embed(m, s.test);");
  const std::string shown = l2g("p = pca(e, {components = 4});\np");
  INFO(shown);
  CHECK(shown.find("in the original space") != shown.npos);
  CHECK(narrow(shown, 100));
  CHECK(l2g("#p, #p[1], #p.share, p.share[1] >= p.share[2]") == "80\n4\n4\ntrue");
  CHECK(l2g("t = silhouette(e);\nt.silhouette == p.silhouette, t.purity > 0.5") == "true\ntrue");
  CHECK(l2g("silhouette(embed(m, {'ACGT', 'TTTT'}))").find("no two classes") != std::string::npos);
  const std::string probed = l2g("q = probe(m, s, {shuffles = 3});\nq");
  INFO(probed);
  CHECK(probed.find("embedder.0 conv1d") != std::string::npos);
  CHECK(probed.find(" +- ") != std::string::npos);
  CHECK(narrow(probed, 100));
  CHECK(l2g("#q == #q.names, #q.control_deviation == #q, q.dev_mcc[q.best + 1] >= q.dev_mcc[1]") == "true\ntrue\ntrue");
  CHECK(l2g("cka(e, e) > 0.999999") == "true");
  CHECK(l2g("k = cka(m, net(2), {data = s.test});\n#k == #q, #k[1] == #q") == "true\ntrue");
  CHECK(l2g("cka(m, m)").find("it needs the sequences") != std::string::npos);
  CHECK(l2g("cka(e, embed(m, s.train))").find("80 rows against 160") != std::string::npos);
}

TEST_CASE("the discrepancy of two sets of vectors, before and after") {
  Lesson l2g;
  l2g.does("m = net(1);\nbefore = copy(m);\ntrain(m, s, {epochs = 4, batch = 16});");
  CHECK(l2g("d = mmd(embed(m, s.test), embed(m, s.dev), {permutations = 50});\nd.p > 0.01, d.mmd > 0") == "true\ntrue");
  CHECK(
      l2g("d = mmd(embed(m, s.test), embed(before, s.test), {permutations = 50});\nd.p < 0.05, d.mmd > d.by_chance") ==
      "true\ntrue");
  // A reference of the width of the embedder: here the state before stands for the text.
  CHECK(l2g("r = mmd(m, embed(before, s.test), {data = s, before = before, permutations = 20});\nr.after.mmd > 0, "
            "r.before.mmd > 0") == "true\ntrue");
  // With text, as align sees it.
  l2g.does(
      "t = text('examples/text/alice_chapters_1_2.txt', {language_model = "
      "'examples/language_model/byte-roberta.safetensors', tokens = 300});\nx = build(s, {kind = 'l2g', language_model "
      "= "
      "'random', seed = 3});\ny = copy(x);\nalign(x, s, {text = t, steps = 30, batch = 16, task_first = 0});");
  CHECK(l2g("r = mmd(x, t, {data = s, before = y, rows = 100, permutations = 20});\nr.after.mmd < r.before.mmd, "
            "r.before.mmd > 10 * r.before.by_chance") == "true\ntrue");
  CHECK(l2g("mmd(m, t, {data = s})").find("vectors of width 8 against width 128") != std::string::npos);
  CHECK(l2g("mmd(m, embed(m, s.test))").find("it needs the sequences") != std::string::npos);
}

TEST_CASE("several models make one, and say why others do not") {
  Lesson l2g;
  l2g.does("a, b = net(1), net(2);\ntrain(a, s, {epochs = 3, batch = 16}); train(b, s, {epochs = 3, batch = 16});");
  l2g.does("e = ensemble(a, b);");
  CHECK(l2g("e.parameters == a.parameters + b.parameters") == "true");
  CHECK(holds(l2g("evaluate(e, s)"), "(honest, seed 1, 80 rows"));  // what all members were trained by
  CHECK(l2g("#predict(ensemble{a, b, name = 'two'}, s.test) == #predict(e, s.test)") == "true");
  l2g.refuses("ensemble(a)", "two models or more, got 1");
  l2g.refuses("ensemble(a, 3)", "entry 2 is no Model but");
  l2g.refuses("ensemble(a, build(s, {length = 20}))", "read another input (24 and 20 positions");
}

TEST_CASE("a network that starts from the floor says what the linear model says") {
  Lesson l2g;
  l2g.does("b = baseline(s);");
  l2g.does("m = build(s, {baseline = b, wide = true, keep_positions = true, from_floor = true});");
  CHECK(l2g("math.abs(evaluate(m, s, {split = 'dev', both_strands = false}).mcc - b.models.pos3.dev_mcc) < 1e-6") ==
        "true");
  l2g.refuses("build(s, {from_floor = true, wide = false})", "give a baseline, or wide = true");
}
