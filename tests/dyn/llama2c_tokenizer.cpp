// A llama2.c model with the tokenizer.bin beside it is a language model.
#include "llama2c_tokenizer.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/dyn/language_use.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <nlohmann/json.hpp>

using namespace l2g;

TEST_CASE("weights and tokenizer.bin of llama2.c in a folder tell the known story, and again when saved", "[dyn]") {
  REQUIRE_SAMPLE(original, "lm_weights/babyllama_tok105");
  REQUIRE_SAMPLE(answers, "derived/lm_expected/babyllama_tok105.json");
  const auto known = nlohmann::json::parse(read_bytes(answers));
  const auto ids = known["input_ids"].get<std::vector<std::int32_t>>();
  const ScratchFolder folder;
  folder.file("llama/model.bin", read_bytes(original + "/model5000.bin"));
  CHECK_THROWS_WITH(model::load_language_model(folder / "llama").reader(),
                    Catch::Contains("tokenizer.model, tokenizer.bin, or vocab.txt): put its files there"));
  folder.file("llama/tokenizer.bin", llama2c_tokenizer(text::load_tokenizer(original)));
  const auto check = [&](const model::LanguageModel& m) {
    REQUIRE(m.tokenizer);
    CHECK(m.tokenizer->kind() == text::TokenizerKind::sentencepiece);
    const model::Generated g = model::generate(m, "Once upon a time", {.tokens = 40});
    CHECK(g.ids == std::vector<std::int32_t>(ids.begin(), ids.begin() + std::ptrdiff_t(g.ids.size())));
    CHECK(g.ids.size() > 50);
    CHECK(known["text"].get<std::string>().starts_with(" " + g.text));
  };
  const model::LanguageModel m = model::load_language_model(folder / "llama");
  check(m);
  model::save_language_model(m, folder / "saved");
  check(model::load_language_model(folder / "saved"));
}
