// Lingo in a session: its settings are options of build and train, and they run on the model that ships.
#include "example_verbs.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <verbs/verbs.hpp>

#include <sstream>

using namespace l2g::repl;

namespace {
struct Lesson {
  Registry registry;
  std::unique_ptr<Listener> session;
  Lesson() {
    register_all_verbs(registry);
    session = std::make_unique<Listener>(registry);
  }
  std::string operator()(const std::string& code) { return (*session)(code); }
};
}  // namespace

TEST_CASE("the settings of Lingo are options that train has") {
  Lesson l2g;
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
  CHECK(l2g("lingo('mouse/0')").find("say rows = s.train.rows") != std::string::npos);
  CHECK(l2g("lingo('H3K4me', {preset = 'paper'})").find("did you mean 'H3K4me") != std::string::npos);
}

TEST_CASE("Lingo runs on the small OPT: prompt, adapters, sampled ranks, a head on the last token") {
  Lesson l2g;
  const ScratchFolder folder;
  std::string table = "sequence,label\n";
  const char* bases = "ACGT";
  for (int i = 0; i < 160; ++i) {
    std::string s;
    for (int j = 0; j < 16; ++j) s += bases[(i * 7 + j * j * (i % 5 + 1)) % 4];
    table += (i % 2 ? "TATAAA" : "GCGCGC") + s + "," + std::to_string(i % 2) + "\n";
  }
  folder.file("rows.csv", table);
  l2g("s = split(load('" + folder.path() + "/rows.csv'));");
  l2g("g = lingo('toy', {steps = 40});");
  l2g("m = build(s, {kind = 'lm', language_model = 'examples/language_model/small-opt', pooling = 'last', prefix = "
      "g.build.prefix, suffix = g.build.suffix});");
  INFO(l2g("g.train.batch = 16; r = train(m, s, g.train);"));
  CHECK(l2g("r.steps") == "40");
  CHECK(l2g("r.triplets") == "192");  // 8 for each of 6 matrices of 4 blocks
  CHECK(l2g("#r.choices > 10") == "true");
  CHECK(l2g("r.left > 0 and r.left <= 192") == "true");
}
