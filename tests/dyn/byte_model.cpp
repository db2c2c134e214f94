// The byte language model as a LanguageModel: the same numbers as its own layers, and a folder that others open.
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <l2g/dyn/byte_model.hpp>
#include <l2g/dyn/language_use.hpp>
#include <l2g/models/byte_language_model.hpp>
#include <l2g/train/step.hpp>

using namespace l2g;
using Catch::Contains;

namespace {
constexpr ByteModelConfig small{.width = 8, .layers = 2, .heads = 2, .hidden = 12, .positions = 40};
using Ids = Shape<batch, length, 1>;
using Small = Step<ByteLanguageModel<small>, float, Ids>;

/// Random weights in a file; `without`: a tensor that is left out.
void write_weights(const std::string& path, std::string_view without = {}) {
  Small step({}, Ids{1, 4, 1});
  initialize<float>(step.p, 5);
  io::SafetensorsWriter writer;
  writer.metadata("heads", "2");
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    if (t.key != without) writer.add(t.key, t.extents, t.data);
  });
  writer.save(path);
}

/// Logits of every position (tokens, vocabulary).
std::vector<float> logits_of(const model::LanguageModel& m, std::string_view text) {
  const model::TextStates s = model::hidden_states(m, text, m.model.config.layers);
  model::WordHead head(m.model, s.encoding.size());
  const auto y = head(s.values);
  return {y.begin(), y.begin() + s.encoding.size() * text::byte_vocabulary};
}
}  // namespace

TEST_CASE("a byte model opened as a RoBERTa gives the logits of its own layers", "[dyn]") {
  const ScratchFolder folder;
  const std::string path = folder / "bytes.safetensors";
  write_weights(path);
  REQUIRE(model::holds_byte_model(path));
  const model::LanguageModel m = model::open_byte_model(path);
  CHECK(m.parameters() == small.parameters() + small.width);  // and a row of token types, of zeros
  CHECK(m.model.summary.bytes_copied == 0);
  CHECK(m.max_tokens() == small.positions);

  const std::string text = "TATA, \xc3\xa9t\xc3\xa9 \"quoted\"\n\\ \x01\xff 7";  // any byte is a token
  const std::vector<std::int32_t> ids = text::encode(text, true);
  CHECK(m.reader().ids(text) == ids);
  CHECK(m.reader().decode(ids) == text);
  Small step({}, Ids{1, index_t(ids.size()), 1});
  load_byte_model<float>(step.p, io::SafetensorsFile(path));
  std::copy(ids.begin(), ids.end(), step.batch.ids.data);
  step.forward(false);
  const std::vector<float> found = logits_of(m, text);
  REQUIRE(index_t(found.size()) == step.y.size());
  float gap = 0, most = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    gap = std::max(gap, std::abs(found[i] - step.y.data[i]));
    most = std::max(most, std::abs(step.y.data[i]));
  }
  CHECK(gap <= 1e-6f * most);

  // A mask is one token, and the most probable byte there is what the head says.
  const auto guesses = model::fill_masks(m, "TA<mask>A", 3);
  REQUIRE(guesses.size() == 1);
  CHECK(guesses[0].size() == 3);
  CHECK(guesses[0][0].probability >= guesses[0][1].probability);

  model::save_language_model(m, folder / "saved");
  const model::LanguageModel again = model::load_language_model(folder / "saved");
  CHECK(again.model.summary.fresh.empty());
  CHECK(again.model.summary.unused.empty());
  // Words and decoder are two tables, so transformers 5 reads decoder.bias, and older ones the head's.
  const io::SafetensorsFile written(folder / "saved/model.safetensors");
  CHECK(written.values<float>("lm_head.bias") == written.values<float>("lm_head.decoder.bias"));
  CHECK(again.reader().ids(text) == ids);
  CHECK(logits_of(again, text) == found);
}

TEST_CASE("what is no byte model is told apart, and a damaged one is refused", "[dyn]") {
  const ScratchFolder folder;
  CHECK_FALSE(model::holds_byte_model(folder / "none.safetensors"));
  CHECK_FALSE(model::holds_byte_model(folder.path()));
  CHECK_FALSE(model::holds_byte_model("tests/goldens/models/roberta/model.safetensors"));
  write_weights(folder / "short.safetensors", "encoder.1.norm2.bias");
  REQUIRE(model::holds_byte_model(folder / "short.safetensors"));
  CHECK_THROWS_WITH(model::open_byte_model(folder / "short.safetensors"), Contains("encoder.1.norm2.bias"));
}

TEST_CASE("the model that ships fills masks and foretells text", "[dyn]") {
  const model::LanguageModel m = model::open_byte_model("examples/language_model/byte-roberta.safetensors");
  CHECK(model::fill_masks(m, "The Rabbit hurr<mask>ed on", 1).at(0).at(0).text == "i");
  const std::vector<std::string> texts{"It was the best of times, it was the worst of times, it was the age of wisdom"};
  CHECK(model::surprise(m, texts).bits_per_token() < 3);
}
