// Models that read tokens.
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/dyn/pretrained.hpp>
#include <l2g/dyn/train.hpp>
#include <l2g/text/dna_tokenizers.hpp>
#include <l2g/text/train_bpe.hpp>

#include <filesystem>

using namespace l2g;
using model::Model;
using model::Spec;
using model::TokenInput;

namespace {

data::Splits toy() {
  data::Dataset d = data::simulate(data::example_simulation(120, 3)).dataset;
  for (std::size_t i = 0; i < d.sequences.size(); ++i) d.sequences[i].resize(30 + i % 17);  // of many lengths
  return data::split(d, {0.7, 0.15, 0.15});
}

/// A small RoBERTa with a mean over positions.
Spec classifier(index_t words, index_t classes) {
  models::Config c;
  c.architecture = models::Architecture::roberta;
  c.vocabulary = words, c.width = c.word_width = 16, c.layers = 2, c.heads = c.key_value_heads = 2, c.hidden = 32;
  c.length = 64, c.offset = 2, c.segments = 1, c.eps_digits = 5, c.dropout = 0.1;
  Spec body = model::spec_of(c);
  return model::sequential({body.named("body"), model::layer("mean_pool"),
                            model::layer("linear", {{"out", double(classes)}}).named("head")});
}
Model made(const data::Splits& s, const TokenInput& input) {
  return model::make_model("toy", classifier(input.tokenizer.size(), s.train.class_count()), input, s.train.classes, 5);
}
model::TrainOptions quick(std::int64_t steps, const std::string& checkpoint = {}) {
  model::TrainOptions o;
  o.batch = 16;
  o.fit.steps = steps;
  o.fit.schedule.rate = 3e-3;
  o.fit.clip = 1;
  o.fit.seed = 9;
  o.fit.checkpoint = checkpoint;
  o.augment.reverse_complement = true;
  return o;
}
text::Tokenizer learnt(const data::Dataset& d) {
  text::TrainBpeOptions o;
  o.vocabulary = 300;
  return text::train_bpe(d.sequences, o).tokenizer;
}

}  // namespace

TEST_CASE("predictions from tokens do not depend on the padding or on the batch", "[dyn]") {
  const data::Splits s = toy();
  Model m = made(s, {text::kmer_tokenizer(3), {}, 50});
  m.both_strands = true;
  model::train(m, s.train, s.dev, quick(6));
  const auto p = model::predict(m, s.test).probability;
  Model wider = m;
  wider.tokens->length = 62;
  const auto q = model::predict(wider, s.test, {.batch = 5}).probability;
  REQUIRE(p.size() == q.size());
  for (std::size_t i = 0; i < p.size(); ++i) REQUIRE(p[i] == Approx(q[i]).margin(1e-6));
  // A row alone, without any padding.
  data::Dataset alone = data::select(s.test, std::vector<index_t>{3});
  Model narrow = m;
  narrow.tokens->length = model::longest_row(m.tokens->tokenizer, {}, alone);
  REQUIRE(narrow.tokens->length == index_t(alone.sequences[0].size()) - 2 + 2);
  REQUIRE(model::predict(narrow, alone).p(0, 1) == Approx(model::predict(m, s.test).p(3, 1)).margin(1e-6));
}

TEST_CASE("a saved model of tokens carries its tokenizer and predicts the same bits", "[dyn]") {
  const data::Splits s = toy();
  const ScratchFolder folder;
  const std::string path = folder / "toy.l2g";
  for (const text::Tokenizer& t :
       {text::kmer_tokenizer(2), text::nucleotide_transformer_tokenizer(2), text::hyena_tokenizer(),
        text::byte_tokenizer(), text::character_tokenizer("ACGTN"), learnt(s.train)}) {
    text::EncodeOptions o;
    if (t.kind() == text::TokenizerKind::byte_level_bpe)
      o.prefix = "Domain: DNA\nSequence: ", o.suffix = "\nAnnotation:";
    o.max_tokens = 60;
    Model m = made(s, {t, o, 60});
    model::train(m, s.train, s.dev, quick(3));
    model::save(m, path);
    const Model again = model::load_model(path);
    REQUIRE(again.tokens->length == 60);
    REQUIRE(again.tokens->options.prefix == o.prefix);
    REQUIRE(again.tokens->tokenizer.kind() == t.kind());
    REQUIRE(again.tokens->tokenizer.special() == t.special());
    REQUIRE(again.tokens->tokenizer.ids("ACGTTGCANN") == t.ids("ACGTTGCANN"));
    REQUIRE(model::predict(again, s.test).probability == model::predict(m, s.test).probability);
    model::export_cpp(m, folder / ".", "toy", 4);
    REQUIRE(std::filesystem::exists(folder / "toy_tokenizer/tokenizer_config.json"));
  }
}

TEST_CASE("a training on tokens that is interrupted goes on to the same bits", "[dyn]") {
  const data::Splits s = toy();
  const TokenInput input{text::kmer_tokenizer(3), {}, 50};
  Model whole = made(s, input), parts = made(s, input);
  model::train(whole, s.train, s.dev, quick(12));
  const ScratchFolder folder;
  const std::string path = folder / "run.ckpt";
  FitCallbacks stop;
  stop.stepped = [](void*, std::int64_t step) {
    if (step == 5) request_interrupt();
  };
  REQUIRE_THROWS_AS(model::train(parts, s.train, s.dev, quick(12, path), stop), Interrupted);
  Model other = made(s, {text::kmer_tokenizer(3), {}, 51});
  REQUIRE_THROWS_AS(model::train(other, s.train, s.dev, quick(12, path)), error);
  model::train(parts, s.train, s.dev, quick(12, path));
  for (const auto& [key, t] : whole.weights) REQUIRE(t.values == std::as_const(parts).weights.at(key).values);
}

TEST_CASE("what cannot be read as tokens is refused with the row and the remedy", "[dyn]") {
  const data::Splits s = toy();
  Model m = made(s, {text::kmer_tokenizer(3), {}, 20});
  REQUIRE_THROWS_WITH(model::predict(m, s.test), Catch::Contains("row 1") && Catch::Contains("max_tokens"));
  m.tokens->length = 50;
  model::TrainOptions o = quick(2);
  o.augment.shift = 2;
  REQUIRE_THROWS_WITH(model::train(m, s.train, s.dev, o), Catch::Contains("cannot be shifted"));
  model::AlignOptions a;
  static_cast<model::TrainOptions&>(a) = quick(2);
  REQUIRE_THROWS_WITH(model::align(m, s.train, s.dev, a), Catch::Contains("reads tokens"));
  REQUIRE_THROWS_WITH(
      model::make_model("m", classifier(10, 2), TokenInput{text::kmer_tokenizer(3), {}, 50}, {"a", "b"}, 1),
      Catch::Contains("has words for 10"));
}
