// Language models in use, against the checkpoints and goldens of tests/goldens.
#include "models/goldens.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/language_classifier.hpp>
#include <l2g/dyn/language_reference.hpp>
#include <l2g/dyn/pretraining.hpp>
#include <l2g/dyn/train.hpp>
#include <l2g/text/dna_tokenizers.hpp>

#include <cmath>
#include <set>

using namespace l2g;
using model::LanguageModel;
using model::Pooling;

namespace {

/// A golden checkpoint that reads letters.
LanguageModel golden_model(const std::string& name, const text::Tokenizer& tokenizer = text::character_tokenizer()) {
  LanguageModel m = model::load_language_model(golden_folder(name));
  m.tokenizer = tokenizer;
  return m;
}
data::Splits toy(std::size_t length) {
  data::Dataset d = data::simulate(data::example_simulation(90, 3)).dataset;
  for (auto& s : d.sequences) s.resize(length);
  return data::split(d, {0.6, 0.2, 0.2});
}

}  // namespace

TEST_CASE("layer by layer the hidden states and the words are those of the reference", "[dyn]") {
  for (const auto& name : golden_names) {
    INFO(name);
    const io::NpzFile golden(golden_folder(name) + "/expected.npz");
    const LanguageModel m = model::load_language_model(golden_folder(name));
    REQUIRE(m.predicts_words());
    const models::Config& c = m.model.config;
    const GoldenBatch b(golden, "padded");
    model::HiddenStates states(m.model, b.rows, b.length);
    std::vector<std::int32_t> lengths(b.lengths.begin(), b.lengths.end());
    states.start({b.ids.data(), b.ids.size()}, lengths);
    do {
      const bool projected = states.layer() == c.layers && c.word_width != c.width;
      if (!projected) {
        const auto expected = golden.read("padded.hidden." + std::to_string(states.layer())).values<double>();
        CHECK(gap(b.real(states.values().data(), b.length, c.width), expected) <= 1e-5);
      }
      if (states.layer() == 0) continue;
      const std::vector<float> map = states.attention();
      for (index_t r = 0; r < b.rows; ++r)
        for (index_t q = 0; q < b.lengths[std::size_t(r)]; ++q) {
          double sum = 0;
          for (index_t k = 0; k < b.length; ++k) {
            const double p = double(map[std::size_t(((r * c.heads) * b.length + q) * b.length + k)]);
            if (k >= b.lengths[std::size_t(r)] || (c.causal && k > q)) CHECK(p == 0);
            sum += p;
          }
          CHECK(sum == Approx(1).margin(1e-5));
        }
    } while (states.next());
    // The words that the head says for each position.
    model::WordHead head(m.model, 4);
    std::vector<double> logits;
    const index_t width = states.width();
    for (index_t i = 0; i < b.rows * b.length; ++i) {
      const auto y = head(states.values().subspan(std::size_t(i * width), std::size_t(width)));
      logits.insert(logits.end(), y.begin(), y.begin() + c.vocabulary);
    }
    const std::vector<float> all(logits.begin(), logits.end());
    CHECK(gap(b.real(all.data(), b.length, c.vocabulary), b.logits) <= 1e-5);
  }
}

TEST_CASE("embeddings do not depend on their neighbours, and pooling never sees padding", "[dyn]") {
  const LanguageModel m = golden_model("bert");
  const std::vector<std::string> rows{"ACGT", "ACGTACGTAC", "GG", "TTTTGGCA", "ACGTT"};
  for (const Pooling pooling : {Pooling::first, Pooling::mean, Pooling::max, Pooling::last}) {
    model::EmbedOptions o;
    o.layers = {0, 1, 2};
    o.pooling = pooling;
    const auto all = model::embed(m, rows, o);
    REQUIRE(all.size() == 3);
    o.batch = 1;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto alone = model::embed(m, {&rows[i], 1}, o);
      for (std::size_t l = 0; l < 3; ++l)
        for (std::size_t c = 0; c < 16; ++c)
          CHECK(alone[l].values[c] == Approx(all[l].values[i * 16 + c]).margin(1e-6));
    }
    const model::TextStates s = model::hidden_states(m, rows[1], 2);
    REQUIRE(s.width == 16);
    if (pooling == Pooling::first)
      for (std::size_t c = 0; c < 16; ++c) CHECK(s.values[c] == Approx(all[2].values[16 + c]).margin(1e-6));
  }
  CHECK_THROWS_WITH(model::embed(m, rows, {.layers = {3}}), Catch::Contains("layers 0 (embeddings) to 2"));
  CHECK(model::content_hash(m, rows, {}).text() != model::content_hash(golden_model("roberta"), rows, {}).text());
}

TEST_CASE("surprise is the mean of -log2 of what the model gave the words", "[dyn]") {
  const LanguageModel causal = golden_model("gpt2");
  const std::string text = "ACGTTG";
  const model::TextStates s = model::hidden_states(causal, text, 2);
  model::WordHead head(causal.model, 6);
  const auto logits = head(s.values);
  double bits = 0;
  for (index_t i = 0; i + 1 < 6; ++i) {
    double sum = 0;
    const float* row = logits.data() + i * head.vocabulary();
    for (index_t k = 0; k < head.vocabulary(); ++k) sum += std::exp(double(row[k]));
    bits -= std::log2(std::exp(double(row[s.encoding.ids[std::size_t(i + 1)]])) / sum);
  }
  const model::Surprise found = model::surprise(causal, {&text, 1}, {.length = 12});
  CHECK(found.causal);
  CHECK(found.tokens == 5);
  CHECK(found.bits == Approx(bits).epsilon(1e-5));

  const LanguageModel masked = golden_model("bert");
  const std::vector<std::string> texts{std::string(200, 'A') + std::string(200, 'C')};
  const model::Surprise a = model::surprise(masked, texts, {.length = 12, .seed = 3}),
                        b = model::surprise(masked, texts, {.length = 12, .seed = 3, .batch = 3});
  CHECK(a.tokens > 30);
  CHECK(a.tokens < 100);
  CHECK(a.bits == Approx(b.bits).epsilon(1e-5));
}

TEST_CASE("masks are filled with the most probable words, text goes on with them", "[dyn]") {
  const LanguageModel masked = golden_model("roberta");
  const auto filled = model::fill_masks(masked, "AC<mask>T<mask>", 3);
  REQUIRE(filled.size() == 2);
  REQUIRE(filled[0].size() == 3);
  CHECK(filled[0][0].probability >= filled[0][1].probability);
  CHECK_THROWS_WITH(model::fill_masks(masked, "ACT"), Catch::Contains("no <mask>"));
  CHECK_THROWS_WITH(model::generate(masked, "AC"), Catch::Contains("both sides"));

  const LanguageModel causal = golden_model("llama");
  CHECK_THROWS_WITH(model::fill_masks(causal, "A<mask>"), Catch::Contains("left to right"));
  const model::Generated g = model::generate(causal, "ACGT", {.tokens = 6});
  // Each added token is the best one behind those before it.
  for (std::size_t n = 4; n < g.ids.size(); ++n) {
    const std::string before = causal.reader().decode({g.ids.data(), n});
    const model::TextStates s = model::hidden_states(causal, before, 2);
    model::WordHead head(causal.model, 1);
    const auto logits = head({s.values.data() + s.values.size() - 16, 16});
    CHECK(std::max_element(logits.begin(), logits.begin() + causal.reader().size()) - logits.begin() == g.ids[n]);
  }
  const auto draw = [&](std::uint64_t seed) {
    return model::generate(causal, "ACGT", {.tokens = 8, .temperature = 1, .top_k = 4, .seed = seed}).ids;
  };
  CHECK(draw(1) == draw(1));
  std::set<std::vector<std::int32_t>> drawn;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) drawn.insert(draw(seed));
  CHECK(drawn.size() > 2);
}

TEST_CASE("a classifier on a language model: heads, pooling, inputs, and what must not stay at random", "[dyn]") {
  const data::Splits s = toy(10);
  for (const std::string name : {"bert", "opt_post_norm", "nucleotide_transformer_v1"})
    for (const bool published : {false, true})
      for (const auto letters :
           {model::LettersAs::tokens, model::LettersAs::one_hot_rows, model::LettersAs::lingo_rows}) {
        INFO(name << published << int(letters));
        const LanguageModel lm = golden_model(name);
        std::vector<std::string> fresh;
        model::LanguageClassifierOptions o;
        o.classes = s.train.classes;
        o.published_head = published;
        o.letters = letters;
        model::Model m = model::language_classifier(lm, s.train, o, &fresh);
        CHECK(m.tokens->length <= 12);
        CHECK(std::count(fresh.begin(), fresh.end(), "head.weight") == 1);
        CHECK(std::count(fresh.begin(), fresh.end(), "rows.weight") == (letters == model::LettersAs::one_hot_rows));
        for (const std::string& key : fresh) CHECK(!key.starts_with("body."));
        const auto before = model::predict(m, s.test).probability;
        model::TrainOptions t;
        t.batch = 16, t.fit.steps = 3, t.fit.schedule.rate = 1e-3;
        model::train(m, s.train, s.dev, t);
        CHECK(model::predict(m, s.test).probability != before);
        model::Spec frozen = m.spec;
        for (auto& part : frozen.parts)
          if (part.key == "dense" || part.key == "rows") part.frozen = true;
        if (published || letters == model::LettersAs::one_hot_rows)
          if (!lm.model.config.causal || letters == model::LettersAs::one_hot_rows)
            CHECK_THROWS_WITH(model::require_trained(fresh, frozen), Catch::Contains("newly initialised"));
      }
  model::LanguageClassifierOptions o;
  o.classes = s.train.classes;
  o.layers = 1, o.published_head = true;
  CHECK_THROWS_WITH(model::language_classifier(golden_model("bert"), s.train, o), Catch::Contains("head = \"linear\""));
  o.layers = 3, o.published_head = false;
  CHECK_THROWS_WITH(model::language_classifier(golden_model("bert"), s.train, o), Catch::Contains("has 2 layers"));
  o.layers = 1;
  o.tokens.prefix = "AC", o.tokens.suffix = "GT";
  CHECK(model::language_classifier(golden_model("bert"), s.train, o).tokens->length == 12);
  o.letters = model::LettersAs::one_hot_rows;
  CHECK_THROWS_WITH(model::language_classifier(golden_model("bert"), s.train, o), Catch::Contains("prompt"));
}

TEST_CASE("a body takes features in the place of its words", "[dyn]") {
  const LanguageModel lm = golden_model("opt");
  const model::Spec spec = model::sequential(
      {model::layer("linear", {{"out", 16}}).named("embedder"), model::blocks_spec(lm.model.config).named("body"),
       model::layer("mean_pool"), model::layer("linear", {{"out", 2}}).named("head")});
  const auto numbers = model::body_numbers(lm.model, spec, {1, 10, 5});
  CHECK(numbers.size() == 2 * 16 + 2);  // two blocks and the final norm
  const model::Model m = model::make_model("l2g", spec, data::EncodeOptions{10}, {"a", "b"}, 1, numbers);
  for (const auto& [key, t] : m.weights)
    if (key.starts_with("body.")) CHECK(numbers.count(key) == 1);
}

TEST_CASE("pre-training lowers the loss of held-out text and goes on after an interruption", "[dyn]") {
  const std::vector<std::string> texts(12, "ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT");
  for (const std::string name : {"bert", "gpt2"}) {
    INFO(name);
    LanguageModel m = golden_model(name), again = golden_model(name);
    const double before = model::surprise(m, texts, {.length = 12}).bits_per_token();
    model::PretrainOptions o;
    o.batch = 4, o.length = 12;
    o.fit.steps = 60, o.fit.schedule.rate = 1e-2, o.fit.seed = 5, o.fit.validate_every = 20;
    const FitResult r = model::pretrain(m, texts, 0.1, o);
    CHECK(r.history.size() == 3);
    CHECK(model::surprise(m, texts, {.length = 12}).bits_per_token() < before - 0.5);

    const ScratchFolder folder;
    o.fit.checkpoint = folder / "run.ckpt";
    FitCallbacks stop;
    stop.stepped = [](void*, std::int64_t step) {
      if (step == 30) request_interrupt();
    };
    CHECK_THROWS_AS(model::pretrain(again, texts, 0.1, o, stop), Interrupted);
    LanguageModel third = golden_model(name);
    model::pretrain(third, texts, 0.1, o);
    for (const auto& [key, t] : m.model.weights) CHECK(t.values == std::as_const(third.model.weights).at(key).values);

    model::save_language_model(m, folder / "saved");
    const LanguageModel loaded = model::load_language_model(folder / "saved");
    REQUIRE(loaded.tokenizer);
    CHECK(loaded.reader().ids("ACGT") == m.reader().ids("ACGT"));
    CHECK(model::surprise(loaded, texts, {.length = 12}).bits == model::surprise(m, texts, {.length = 12}).bits);
  }
  LanguageModel headless = golden_model("bert_classifier");
  CHECK_THROWS_WITH(model::pretrain(headless, texts, 0.1, {}), Catch::Contains("new_head"));
}

TEST_CASE("a text reference is made of the vectors of words, tagged or not", "[dyn]") {
  const LanguageModel m = golden_model("bert");
  const ScratchFolder folder;
  const std::string plain = folder.file("plain.txt", "ACGTACGTTTGACCAGTACGATCGATCG");
  model::LanguageReferenceOptions o;
  o.tokens = 9;
  o.cache = io::Cache(folder / "cache");
  const text::TokenFeatures a = model::language_reference(m, plain, o), b = model::language_reference(m, plain, o);
  CHECK(a.tokens() == 9);
  CHECK(a.width == 16);
  CHECK_FALSE(a.from_cache);
  CHECK(b.from_cache);
  CHECK(a.values == b.values);
  std::string columns = "-DOCSTART- -X- O O\n\n";
  const char* tags[] = {"O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"};
  for (int i = 0; i < 4; ++i) {
    for (const char* tag : tags) columns += std::string("A NN I-NP ") + tag + "\n";
    columns += "\n";
  }
  const std::string tagged = folder.file("tagged.txt", columns);
  CHECK(model::looks_like_conll(columns));
  CHECK_FALSE(model::looks_like_conll("Alice was beginning\n"));
  o.per_tag = 3;
  const text::TokenFeatures c = model::language_reference(m, tagged, o);
  CHECK(c.tokens() == 27);
  CHECK(c.tags[26] == 8);
}
