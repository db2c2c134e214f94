// The language model inside of a classifier: what it was before a training, and what the training made of it.
#include "models/goldens.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/dyn/language_classifier.hpp>
#include <l2g/dyn/language_use.hpp>
#include <l2g/dyn/train.hpp>
#include <l2g/dyn/tuned_language_model.hpp>
#include <l2g/dyn/tuning.hpp>
#include <l2g/text/dna_tokenizers.hpp>

using namespace l2g;
using Catch::Contains;
using model::LanguageModel;
using model::Model;

namespace {
LanguageModel letters_model(const std::string& name) {
  LanguageModel m = model::load_language_model(golden_folder(name));
  m.tokenizer = text::character_tokenizer();
  return m;
}
data::Dataset toy() {
  data::Dataset d = data::simulate(data::example_simulation(40, 3)).dataset;
  for (auto& s : d.sequences) s.resize(10);
  return d;
}
Model classifier(const LanguageModel& lm, const data::Dataset& rows, model::LanguageClassifierOptions o = {}) {
  o.classes = rows.classes;
  return model::language_classifier(lm, rows, o);
}
double bits(const LanguageModel& m) {
  const std::vector<std::string> texts{"ACGTTGCATATAAAGGCGCCATTA", "GGGCATTACGATCGAT"};
  return model::surprise(m, texts, {.share = 0.3}).bits;
}
void train_a_little(Model& m, const data::Dataset& rows) {
  model::TrainOptions o;
  o.batch = 8;
  o.fit.steps = 4;
  o.fit.schedule = {Schedule::constant, 1e-2, 0, 4};
  model::train(m, rows, {}, o);
}
}  // namespace

TEST_CASE("a classifier that was not trained has the language model it was built on", "[dyn]") {
  const data::Dataset rows = toy();
  for (const char* name :
       {"bert", "roberta", "distilbert", "opt", "opt_post_norm", "gpt2", "llama", "esm2", "dnabert2"}) {
    INFO(name);
    const LanguageModel lm = letters_model(name);
    const Model m = classifier(lm, rows);
    REQUIRE(m.base);
    CHECK(bits(model::tuned_language_model(m, *m.base)) == bits(lm));
    CHECK(bits(model::tuned_language_model(m, lm)) == bits(lm));
  }
}

TEST_CASE("a training changes what is foretold; taking its adapters off brings the old bits back", "[dyn]") {
  const data::Dataset rows = toy();
  const LanguageModel lm = letters_model("bert");
  const double before = bits(lm);
  Model full = classifier(lm, rows);
  train_a_little(full, rows);
  CHECK(bits(model::tuned_language_model(full, *full.base)) != before);

  Model adapted = classifier(lm, rows);
  model::Tuning t;
  t.what = model::Tune::lora;
  t.adapter = {.rank = 2, .plain = true, .alpha = 4};
  adapted = model::respecified(adapted, model::tuned(adapted.spec, t));
  REQUIRE(adapted.base);  // it stays with the model
  train_a_little(adapted, rows);
  const LanguageModel on = model::tuned_language_model(adapted, *adapted.base);
  CHECK(bits(on) != before);
  const Model merged = model::respecified(adapted, model::without_lora(adapted.spec));
  CHECK(bits(model::tuned_language_model(merged, lm)) == bits(on));
  // The body below the adapters has not moved.
  for (const auto& [key, tensor] : adapted.weights)
    if (key.starts_with("body.") && key.find("lora_") == key.npos)
      CHECK(tensor.values == classifier(lm, rows).weights.at(model::key_without_adapter(key)).values);
}

TEST_CASE("it can be saved as a language model", "[dyn]") {
  const data::Dataset rows = toy();
  const ScratchFolder folder;
  const LanguageModel lm = letters_model("opt");
  Model m = classifier(lm, rows);
  train_a_little(m, rows);
  const LanguageModel tuned = model::tuned_language_model(m, *m.base);
  model::save_language_model(tuned, folder / "tuned");
  LanguageModel again = model::load_language_model(folder / "tuned");
  again.tokenizer = tuned.tokenizer;
  CHECK(bits(again) == bits(tuned));
}

TEST_CASE("models that hold no whole language model are refused", "[dyn]") {
  const data::Dataset rows = toy();
  const LanguageModel lm = letters_model("bert");
  model::LanguageClassifierOptions one_layer, rows_of_letters;
  one_layer.layers = 1;
  rows_of_letters.letters = model::LettersAs::one_hot_rows;
  const Model half = classifier(lm, rows, one_layer);
  CHECK_THROWS_WITH(model::tuned_language_model(half, lm), Contains("not built on all layers"));
  const Model letters = classifier(lm, rows, rows_of_letters);
  CHECK_THROWS_WITH(model::tuned_language_model(letters, lm), Contains("rows of its own"));
  CHECK_THROWS_WITH(model::tuned_language_model(classifier(lm, rows), letters_model("roberta")),
                    Contains("was not built on"));
  LanguageModel features = lm;
  features.model.task = model::Task::features;
  CHECK_THROWS_WITH(model::tuned_language_model(classifier(lm, rows), features), Contains("no head that predicts"));
}
