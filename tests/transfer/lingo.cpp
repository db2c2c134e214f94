#include <l2g/transfer/lingo.hpp>

#include <catch2/catch.hpp>

using namespace l2g;
using lingo::Family;
using lingo::preset;
using transfer::Selection;

TEST_CASE("the settings of Lingo's paper are those of its Table S1") {
  struct Row {
    const char* task;
    index_t b0, last;
    double share;
    std::int64_t interval;
    double beta, p;
    std::size_t matrices;
  };
  const Row rows[] = {
      {"H3", 12, 6, 0.25, 100, 0.85, 0.05, 5},       {"H3K4me1", 12, 6, 0.25, 100, 0.85, 0.05, 5},
      {"H3K4me2", 12, 6, 0.25, 100, 0.85, 0.05, 5},  {"H3K4me3", 12, 6, 0.25, 100, 0.85, 0.05, 5},
      {"H3K9ac", 12, 6, 0.25, 100, 0.85, 0.05, 5},   {"H3K14ac", 12, 6, 0.25, 100, 0.85, 0.05, 5},
      {"H3K36me3", 12, 6, 0.3, 100, 0.85, 0.05, 5},  {"H3K79me3", 12, 6, 0.3, 100, 0.85, 0.05, 5},
      {"H4", 12, 6, 0.3, 100, 0.85, 0.05, 5},        {"H4ac", 12, 6, 0.3, 100, 0.85, 0.05, 5},
      {"Prom_all", 8, 6, 0.15, 5000, 0.85, 0.1, 6},  {"Prom_notata", 8, 6, 0.15, 5000, 0.85, 0.1, 6},
      {"Prom_tata", 8, 6, 0.15, 5000, 0.85, 0.1, 6}, {"human_histones", 8, 6, 0.15, 5000, 0.99, 0.1, 6},
  };
  for (const Row& r : rows) {
    INFO(r.task);
    const lingo::Settings s = preset("paper", r.task);
    CHECK(s.rank == r.b0);
    CHECK(s.target_rank == r.last);
    CHECK(s.final_share == r.share);
    CHECK(s.interval == r.interval);
    CHECK(s.beta1 == r.beta);
    CHECK(s.beta2 == r.beta);
    CHECK(s.p == r.p);
    CHECK(s.matrices.size() == r.matrices);
    CHECK(s.batch == 8);
    CHECK(s.evaluation_batch == 16);
    CHECK(s.epochs == 5);
    CHECK(s.rate == 3e-5);
    CHECK(s.decay == 5e-3);
    CHECK(s.selection == Selection::dev);
    const peft::RankOptions o = lingo::rank_options(s, 7485);
    CHECK(o.mode == peft::RankMode::ars_paper);
    CHECK(o.tinit == 0);
    CHECK(o.tfinal == std::int64_t(7485 * r.share));
    CHECK(o.interval == r.interval);
    CHECK(o.p == r.p);
    CHECK(o.beta1 == r.beta);
    CHECK(o.gamma == 0);
  }
}

TEST_CASE("five epochs of eight rows are the steps that Lingo's tasks have") {
  const std::pair<const char*, std::int64_t> steps[] = {
      {"H3", 7485},         {"H3K14ac", 16525},      {"H3K36me3", 17440}, {"H3K4me1", 15840}, {"H3K4me2", 15345},
      {"H3K4me3", 18400},   {"H3K79me3", 14420},     {"H3K9ac", 13890},   {"H4", 7300},       {"H4ac", 17050},
      {"Prom_all", 29'600}, {"Prom_notata", 26'535}, {"Prom_tata", 3065}};
  for (const auto& [name, n] : steps) {
    INFO(name);
    CHECK(lingo::steps_of(preset("paper", name), lingo::task(name).rows) == n);
  }
  // With Delta T = 5000 nothing is ever chosen behind step 0 of Prom_tata.
  const lingo::Settings tata = preset("paper", "prom_300_tata");
  CHECK(lingo::rank_options(tata, 3065).interval > 3065);
}

TEST_CASE("the rate of Lingo rises over a tenth of the steps, in its scripts over 50") {
  const Schedule paper = lingo::schedule_of(preset("paper", "H3"), 7485);
  CHECK(paper(0) == 0);
  CHECK(paper.warm_up == 749);  // the ceiling, as Hugging Face takes it
  CHECK(paper(749) == Approx(3e-5));
  CHECK(paper(749 + (7485 - 749) / 2) == Approx(1.5e-5));
  CHECK(paper(7485) == 0);
  const Schedule code = lingo::schedule_of(preset("code", "H3"), 7485);
  CHECK(code.warm_up == 50);
  CHECK(code(25) == Approx(1.5e-5));
  CHECK(lingo::schedule_of(preset("code", "H3"), 40).warm_up == 4);
}

TEST_CASE("Lingo's scripts: one budget whatever the task") {
  for (const char* name : {"H3", "prom_300_all", "prom_core_tata"}) {
    const lingo::Settings s = preset("code", name);
    CHECK(s.selection == Selection::test);
    CHECK(s.rank == 8);
    CHECK(s.alpha == 32);
    CHECK(s.adapter_dropout == 0.05);
    CHECK(s.seed == 42);
    CHECK(s.matrices.size() == 5);  // "output_proj" hits nothing in OPT
    CHECK(s.prompt.prefix == "Domain: DNA Promoter\nSequence: ");
    CHECK(s.prompt.suffix == "\nAnnotation:");
    const peft::RankOptions o = lingo::rank_options(s, 29'600);
    CHECK(o.mode == peft::RankMode::ars_lingo_code);
    CHECK(o.gamma == 0.5);
    CHECK(o.every == 50);
    const std::int64_t matrices = 12 * std::int64_t(s.matrices.size());
    const peft::BudgetSchedule b{s.rank * matrices, s.target_rank * matrices, o.total, o.tinit, o.tfinal, o.interval};
    CHECK(b.first == 480);
    CHECK(b.last == 240);
    const std::pair<std::int64_t, std::int64_t> budgets[] = {{500, 450},  {1000, 407}, {2000, 339}, {3000, 293},
                                                             {4000, 263}, {5000, 248}, {7000, 240}};
    for (const auto& [t, budget] : budgets) CHECK(b(t) == budget);
    for (std::int64_t t = 0; t < b.end(); t += 50) CHECK(b.masks(t) == (t == 5000));
  }
  CHECK(preset("code", "prom_300_all").epochs == 4);
  CHECK(preset("code", "prom_300_notata").epochs == 4);
  CHECK(preset("code", "prom_300_tata").epochs == 10);
  CHECK(preset("code", "prom_core_all").epochs == 5);
  CHECK(preset("code", "prom_core_tata").epochs == 10);
  CHECK(preset("code", "EMP/H4ac").epochs == 5);
  CHECK(preset("code", "EMP/H4ac").max_tokens == 128);
  CHECK_FALSE(preset("code", "EMP/H4ac").keep_suffix);
  const lingo::Settings many = preset("code", "human_histones");
  CHECK_FALSE(many.sampling);
  CHECK(many.prompt.prefix.empty());
  CHECK_THROWS_WITH(lingo::rank_options(many, 1000), Catch::Contains("does not allocate ranks"));
}

TEST_CASE("the numbers that Lingo trains on OPT-125M and OPT-350M") {
  lingo::Settings s = preset("code", "H3");
  const std::pair<index_t, index_t> small[] = {
      {4, 589'824}, {6, 884'736}, {8, 1'179'648}, {12, 1'769'472}, {16, 2'359'296}};
  for (const auto& [rank, n] : small) {
    s.rank = rank;
    CHECK(lingo::adapter_numbers(s, 12, 768, 3072, false) == n);
  }
  const std::pair<index_t, index_t> large[] = {
      {4, 1'572'864}, {6, 2'359'296}, {8, 3'145'728}, {12, 4'718'592}, {16, 6'291'456}};
  for (const auto& [rank, n] : large) {
    s.rank = rank;
    CHECK(lingo::adapter_numbers(s, 24, 1024, 4096, false) == n);
  }
  s.rank = 8;
  CHECK(lingo::adapter_numbers(s, 12, 768, 3072) == 1'180'128);
  CHECK(lingo::adapter_numbers(s, 24, 1024, 4096) + 2 * 512 == 3'147'712);  // 0.94 % of the 350M model, with its head
  lingo::Settings six = preset("paper", "prom_300_all");
  CHECK(lingo::adapter_numbers(six, 12, 768, 3072, false) == 1'327'104);
}

TEST_CASE("the honest preset takes any task and spreads the pruning over the training") {
  for (const char* name : {"prom_core_tata", "mouse/0", "emp_pool/H3"}) {
    INFO(name);
    const lingo::Settings s = preset("honest", name);
    CHECK(s.selection == Selection::dev);
    const peft::RankOptions o = lingo::rank_options(s, 800);
    CHECK(o.interval == 20);
    CHECK(o.tinit == 80);
    CHECK(o.tinit < o.total - o.tfinal);
    CHECK(o.final_mask);
    CHECK(lingo::rank_options(s, 10).interval == 1);
  }
  CHECK(preset("honest", "emp_pool/H3").rank == 12);
  CHECK(preset("honest", "mouse/0").family == Family::other);
  CHECK(preset("honest", "prom_core_tata").prompt.prefix == lingo::published_prompt().prefix);
  CHECK(preset("honest", "emp_pool/H3").prompt.prefix == "Domain: Yeast Histone\nSequence: ");
}

TEST_CASE("names that Lingo's tables do not have are refused with a near one") {
  CHECK(lingo::task("gue/EMP/H3K4me1/").name == "H3K4me1");
  CHECK_THROWS_WITH(preset("paper", "H3K4me"), Catch::Contains("H3K4me1"));
  CHECK_THROWS_WITH(preset("paper", "mouse/0"), Catch::Contains("task of Lingo"));
  CHECK_THROWS_WITH(preset("printed", "H3"), Catch::Contains("preset of Lingo"));
}
