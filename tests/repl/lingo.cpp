// Lingo in a session: its settings are options of build and train, and they run on the model that ships.
#include "at_the_prompt.hpp"
#include "scratch_folder.hpp"

#include <sstream>

using namespace l2g::repl;

namespace {
/// A CSV file of rows whose first letters make their class.
std::string table_of(int rows, int more, const std::string& one, const std::string& zero) {
  std::string table = "sequence,label\n";
  for (int i = 0; i < rows; ++i) {
    table += i % 2 ? one : zero;
    for (int j = 0; j < more; ++j) table += "ACGT"[(i * 7 + j * j * (i % 5 + 1)) % 4];
    table += "," + std::to_string(i % 2) + "\n";
  }
  return table;
}
}  // namespace

TEST_CASE("the settings of Lingo are options that train has") {
  Prompt l2g;
  for (const char* call : {"lingo('H3')", "lingo('H3', {preset = 'paper'})", "lingo('prom_300_all', {preset = 'code'})",
                           "lingo('human_histones', {preset = 'code', steps = 100})"}) {
    INFO(call);
    std::istringstream names(l2g("k = {}; for n in pairs(" + std::string(call) +
                                 ".train) do k[#k + 1] = n end; print(table.concat(k, ' '))"));
    std::string name;
    int n = 0;
    for (; names >> name; ++n) {
      INFO(name);
      CHECK(l2g.registry.find("train")->find(name) != nullptr);
    }
    CHECK(n > 15);
  }
  CHECK(l2g("g = lingo('prom_300_tata', {preset = 'paper'});\ng.train.steps, g.train.delta_t, g.train.target_rank") ==
        "3065\n5000\n6");
  CHECK(l2g("lingo('EMP/H3', {preset = 'code'}).build.max_tokens") == "128");
  CHECK(l2g("lingo('H3').prompts.lingo.suffix") == "\"\\nAnnotation:\"");
  // The optimizer and the first lambdas are those of the preset.
  CHECK(l2g("lingo('H3', {preset = 'code'}).train.decay_vectors, lingo('H3', {preset = 'paper'}).train.decay_vectors, "
            "lingo('H3').train.decay_vectors") == "true\ntrue\nfalse");
  CHECK(l2g("lingo('H3', {preset = 'code'}).train.lambda_deviation, lingo('H3').train.lambda_deviation") ==
        "0.02\nnil");
  CHECK(l2g("lingo('H3', {preset = 'code'}).build.head, lingo('H3').build.head") == "\"published\"\nnil");
  CHECK(l2g("lingo('mouse/0')").find("say rows = s.train.rows") != std::string::npos);
  CHECK(l2g("lingo('H3K4me', {preset = 'paper'})").find("did you mean 'H3K4me") != std::string::npos);
}

TEST_CASE("Lingo runs on the small OPT: prompt, adapters, sampled ranks, a head on the last token") {
  Prompt l2g;
  const ScratchFolder folder;
  folder.file("rows.csv", table_of(160, 16, "TATAAA", "GCGCGC"));
  l2g.does("s = split(load('" + folder.path() + "/rows.csv'));");
  l2g.does("g = lingo('toy', {steps = 40});");
  l2g.does(
      "m = build(s, {kind = 'lm', language_model = 'examples/language_model/small-opt', pooling = 'last', prefix = "
      "g.build.prefix, suffix = g.build.suffix});");
  INFO(l2g("g.train.batch = 16; r = train(m, s, g.train);"));
  CHECK(l2g("r.steps") == "40");
  CHECK(l2g("r.triplets") == "192");  // 8 for each of 6 matrices of 4 blocks
  CHECK(l2g("#r.choices > 10") == "true");
  CHECK(l2g("r.left > 0 and r.left <= 192") == "true");
  // A score beside other values fits into a line.
  const std::string shown =
      l2g("print('test', evaluate(m, s, {split = 'test', resamples = 20, baseline = baseline(s)}))");
  INFO(shown);
  CHECK(shown.find("MCC") != std::string::npos);
  CHECK(shown.find("…") == std::string::npos);
}

TEST_CASE("decay of vectors and first lambdas reach the training") {
  Prompt l2g;
  l2g.does("s = split(simulate{rows = 40});");
  l2g.does(
      "function net() return build(s, {kind = 'l2g', language_model = 'tests/goldens/models/bert', tokens = 8, "
      "channels = "
      "8, kernels = {5}, seed = 1}) end");
  // With a rate of 0 nothing moves but what the adapters add at their start.
  l2g.does(
      "function moved(o) local m = net() local before = copy(m) o.steps, o.batch, o.rate, o.average = 1, 16, 0, 0 "
      "train(m, s, o) local n = 0 local d = drift(m, before) for i = 1, #d do n = n + d[i].change end return n end");
  CHECK(l2g("moved{tune = 'svd_lora', rank = 2}") == "0.0");
  CHECK(l2g("moved{tune = 'svd_lora', rank = 2, lambda_deviation = 0.02} > 0") == "true");
  CHECK(l2g("moved{tune = 'lora', rank = 2, lambda_deviation = 0.02}").find("adapters with lambdas") !=
        std::string::npos);
  l2g.does(
      "function decayed(on) local m = net() train(m, s, {steps = 2, batch = 16, rate = 1e-3, decay = 10, decay_vectors "
      "= "
      "on, seed = 1}) return m end");
  CHECK(l2g("drift(decayed(true), decayed(false)).different > 0, drift(decayed(true), decayed(true)).different") ==
        "true\n0");
}

TEST_CASE("what a prompt is worth is told seed by seed, and an interrupted call goes on") {
  Prompt l2g;
  const ScratchFolder folder;
  folder.file("rows.csv", table_of(120, 8, "TATA", "GCGC"));
  l2g.does("s = split(load('" + folder.path() + "/rows.csv'), {dev = 0.2, test = 0.2});");
  l2g.does(
      "function worth(o) o.language_model = 'examples/language_model/small-opt' o.steps = 10 o.task = 'H3' o.train = "
      "{batch "
      "= 8, rank = 2, target_rank = 1, validate_every = 10} return prompt_worth(s, o) end");
  const std::string told =
      l2g("w = worth{seeds = 2, prompts = {'none', 'own', 'wrong', {name = 'mine', prefix = 'Is '}}, "
          "folder = '" +
          (folder / "runs") + "'}");
  INFO(told);
  CHECK(told.find("none, seed 1: test MCC") != std::string::npos);
  CHECK(told.find("Differences, each seed against itself (2 seeds") != std::string::npos);
  CHECK(l2g("#w.scores.none, #w.scores.mine, #w.dev.wrong, #w.differences") == "2\n2\n2\n4");
  CHECK(l2g("d = w.differences[1];\nd.prompt, d.against, math.abs(d.mean - (w.scores.own[1] + w.scores.own[2] - "
            "w.scores.none[1] - w.scores.none[2]) / 2) < 1e-9") == "\"own\"\n\"none\"\ntrue");
  CHECK(l2g("e = w.differences[4];\ne.prompt, e.against") == "\"own\"\n\"wrong\"");
  CHECK(l2g("plot(w)").find("own - none") != std::string::npos);
  // Kept runs are not trained again; other settings do not mix with them.
  const std::string again =
      l2g("v = worth{seeds = 2, prompts = {'none', 'own', 'wrong', {name = 'mine', prefix = 'Is '}}, "
          "folder = '" +
          (folder / "runs") + "'}");
  CHECK(again.find("seed 1: test") == std::string::npos);
  CHECK(l2g("v.scores.own[2] == w.scores.own[2]") == "true");
  CHECK(l2g("worth{seeds = 1, prompts = {'none'}, split = 'dev', folder = '" + (folder / "runs") + "'}")
            .find("runs of other settings") != std::string::npos);
  CHECK(l2g("worth{seeds = 1, prompts = {'nune'}}").find("did you mean 'none'") != std::string::npos);
  CHECK(l2g("worth{seeds = 1, prompts = {{prefix = 'x'}}}").find("needs a name") != std::string::npos);
}
