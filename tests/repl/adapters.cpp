// Tuning and adapters as a user types them, on a tiny BERT.
#include "at_the_prompt.hpp"
#include "scratch_folder.hpp"

using namespace l2g::repl;
using Catch::Contains;

namespace {
/// A session with data and the blocks of a BERT of two layers below an embedder.
struct Lab : Prompt {
  Lab() {
    does("s = split(simulate{rows = 40});");
    does(
        "function net() return build(s, {kind = 'l2g', language_model = 'tests/goldens/models/bert', "
        "tokens = 8, channels = 8, kernels = {5}}) end");
    does("quick = function(o) o.steps, o.batch = o.steps or 6, 16 return o end");
    does(
        "function p(m) local t = predict(m, s.dev) local x = {} for i = 1, #t do x[i] = t[i][1] end return "
        "table.concat(x, ' ') end");
  }
};
}  // namespace

TEST_CASE("every way to tune runs, and says how much it trained") {
  Lab l2g;
  CHECK(l2g("all = train(net(), s, quick{tune = 'all'}).trained") == "");
  for (const char* tune : {"head", "frozen", "top", "lora", "svd_lora", "adalora", "ars", "ars_code"}) {
    INFO(tune);
    const std::string t = tune;
    CHECK(l2g("r = train(net(), s, quick{tune = '" + t + "', rank = 4})") == "");
    CHECK(l2g("r.trained > 0 and r.trained < all") == "true");
  }
  CHECK(l2g("r = train(net(), s.train, quick{tune = 'adalora', rank = 4, target_rank = 2, steps = 12})") == "");
  CHECK(l2g("r.triplets, r.budget, #r.choices > 3") == "48\n24\ntrue");
  CHECK(l2g("r.left < 48 and r.ranks['body.encoder.1.feed_forward.mlp.up'] <= 4") == "true");
  CHECK(l2g("r = train(net(), s, quick{tune = 'ars_code'})") == "");
  CHECK(l2g("#r.choices") == "0");
  // Names of the publisher, and the words that were there before.
  CHECK(l2g("m = net() train(m, s, quick{tune = 'lora', rank = 2, targets = {'dense'}})") == "");
  CHECK(l2g("#adapter(m).maps") == "6");
  CHECK(
      l2g("m = net() train(m, s, quick{tune = 'lora', rank = 2, lora_only = {'query'}, lora_scale = 1, keep = 0.5})") ==
      "");
  CHECK(l2g("adapter(m).kind, #adapter(m).maps") == "\"SVD-LoRA\"\n2");
  CHECK(l2g("train(m, s, {tune = 'lora', targets = {'qurey'}})").find("did you mean 'query'?") != std::string::npos);
  CHECK_THAT(l2g("train(m, s, {tune = 'adalora', p = 0.1})"), Contains("'p' is about the sampling of ars"));
  CHECK_THAT(l2g("train(m, s, {tune = 'lora', alpha = 4, lora_scale = 1})"), Contains("either alpha or lora_scale"));
  CHECK_THAT(l2g("train(build(s), s, {tune = 'lora'})"), Contains("this model has none"));
}

TEST_CASE("adapters are switched, taken out, written and read") {
  Lab l2g;
  const ScratchFolder folder;
  CHECK(l2g("m = net() start = p(m) train(m, s, quick{tune = 'lora', rank = 4, rate = 0.01})") == "");
  CHECK(l2g("a = adapter(m, 'first') first = p(m) return first ~= start") == "true");
  CHECK(l2g("old = use(m, nil) return p(m) == start") == "true");
  CHECK(l2g("use(m, a) return p(m) == first") == "true");
  CHECK(l2g("old.name, #old.maps") == "\"adapter\"\n12");  // it was trained here
  CHECK(l2g("return use(m, nil).name") == "\"first\"");
  CHECK(l2g("use(m, a) mine = use(m, nil, {name = 'mine'}).name use(m, a) return mine") == "\"mine\"");
  CHECK(l2g("use(m, nil) use(m, old) return p(m) == first") == "true");
  CHECK_THAT(l2g("use(build(s), a)"), Contains("adapter 'first'"));
  CHECK_THAT(l2g("adapter(build(s))"), Contains("the model has none"));
  // A second one beside it.
  CHECK(l2g("use(m, nil) train(m, s, quick{tune = 'svd_lora', rank = 2, rate = 0.01}) b = adapter(m, 'second') "
            "second = p(m)") == "");
  CHECK(l2g("use(m, a) return p(m) == first") == "true");
  CHECK(l2g("use(m, b) return p(m) == second") == "true");
  CHECK(l2g("use(m, nil) return p(m) == start") == "true");
  // Files, for a model that is built anew.
  CHECK(l2g("save_adapter(a, '" + (folder / "peft") + "') save_adapter(a, '" + (folder / "lib.bin") +
            "', {format = 'loralib'}) save_adapter(b, '" + (folder / "svd") + "')") == "");
  CHECK(read_bytes(folder / "peft/adapter_config.json").find("\"query\"") != std::string::npos);
  CHECK(l2g("n = net() use(n, load_adapter(n, '" + (folder / "peft") + "')) return p(n) == first") == "true");
  CHECK(l2g("use(n, load_adapter(n, '" + (folder / "svd") + "')) return p(n) == second") == "true");
  CHECK(l2g("use(n, load_adapter(n, '" + (folder / "lib.bin") + "', {alpha = 8})) return p(n) == first") == "true");
  CHECK(l2g("use(n, nil) return p(n) == p(net())") == "true");
  CHECK_THAT(l2g("load_adapter(n, '" + (folder / "lib.bin") + "')"), Contains("alpha"));
  CHECK_THAT(l2g("load_adapter(n, '" + (folder / "none") + "')"), Contains("none"));
  CHECK_THAT(l2g("load_adapter(build(s), '" + (folder / "peft") + "')"), Contains("of another base"));
  CHECK_THAT(l2g("w = build(s, {kind = 'l2g', language_model = 'tests/goldens/models/bert', tokens = 8, channels = 16, "
                 "kernels = {5}}) load_adapter(w, '" +
                 (folder / "peft") + "')"),
             Contains("has shape"));
}

TEST_CASE("drift is a table and a chart") {
  Lab l2g;
  CHECK(l2g("m = net() before = copy(m) train(m, s, quick{tune = 'top', rate = 0.01}) d = drift(m, before)") == "");
  CHECK_THAT(l2g("print(d)"), Contains("change"));
  const std::string shown = l2g("d");
  CHECK_THAT(shown, Contains("body.encoder.0") && Contains("       0%") && Contains("head"));
  CHECK(l2g("for i = 1, #d do if d[i].layer == 'body.encoder.0' then return d[i].change end end") == "0.0");
  CHECK(l2g("for i = 1, #d do if d[i].layer == 'body.encoder.1' then return d[i].change > 0 end end") == "true");
  // Nothing stands behind a value that has no interval, and small changes are not rounded to nothing.
  CHECK_THAT(l2g("plot(d)"), Contains("change of the weights (%)") && !Contains("[0.00, 0.00]"));
  CHECK_THAT(l2g("plot.scores({a = 0.0034, b = -0.5})"), Contains("0.0034") && Contains("-0.50"));
  CHECK(l2g("before = nil m2 = copy(m, {name = 'other'}) return m2.name, m.name") == "\"other\"\n\"l2g\"");
}
