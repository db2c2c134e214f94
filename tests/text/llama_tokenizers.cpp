// Llama's tokenizer.json and llama2.c's tokenizer.bin against the public packages (tests/goldens/llama_tokenizers.py).
#include "llama2c_tokenizer.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/sentencepiece.hpp>
#include <l2g/text/spaces.hpp>
#include <nlohmann/json.hpp>

#include <limits>
#include <numeric>

using namespace l2g;
using text::Tokenizer;
using Ids = std::vector<std::int32_t>;

namespace {

const std::string folder = "tests/goldens/llama_tokenizers/";

const nlohmann::json& expected() {
  static const auto j = nlohmann::json::parse(read_bytes(folder + "expected.json"));
  return j;
}
std::string replaced(std::string in, const std::string& from, const std::string& to) {
  REQUIRE(in.find(from) != in.npos);
  return in.replace(in.find(from), from.size(), to);
}

// Offsets are the package's, but for the bytes of a character (there all have its range) and a space that the text
// does not have (there it has the range of what follows).
void compare_offsets(const Tokenizer& t, const text::Encoding& e, const nlohmann::json& wanted) {
  REQUIRE(wanted.size() == 2 * e.offsets.size());
  for (std::size_t i = 0; i < e.offsets.size(); ++i) {
    const text::ByteRange o = e.offsets[i];
    const std::uint32_t begin = wanted[2 * i], end = wanted[2 * i + 1];
    if (text::is_byte_piece(t.token(e.ids[i])) || o.begin == o.end) {
      CHECK(o.begin >= begin);
      CHECK(o.end <= end);
    } else {
      CHECK(o == text::ByteRange{begin, end});
    }
  }
}

void compare(const Tokenizer& t, const std::string& name) {
  const auto& wanted = expected()[name];
  const auto& texts = expected()["texts"];
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto said = texts[i].get<std::string>();
    INFO(name << " " << i << ": " << texts[i].dump(-1, ' ', true));
    const text::Encoding e = t.encode(said);
    CHECK(e.ids == wanted["ids"][i].get<Ids>());
    if (wanted.contains("offsets") && e.ids == wanted["ids"][i].get<Ids>()) compare_offsets(t, e, wanted["offsets"][i]);
    if (!wanted.contains("decoded")) continue;
    const auto& decoded = wanted["decoded"];
    const auto other = decoded.find(std::to_string(i));
    if (other == decoded.end() || !other->is_null())  // null: the package has a way of its own
      CHECK(t.decode(e.ids) == (other == decoded.end() ? said : other->get<std::string>()));
  }
  if (!expected()["long"].contains(name)) return;
  const Ids ids = t.ids(std::string(100'000, 'A'));
  CHECK(ids.size() == expected()["long"][name][0].get<std::size_t>());
  CHECK(std::accumulate(ids.begin(), ids.end(), std::int64_t(0)) == expected()["long"][name][1].get<std::int64_t>());
}

}  // namespace

TEST_CASE("ids, offsets and texts of tokenizer.json with visible spaces are those of the public package") {
  for (const char* name : {"normalizer", "normalized", "replaced", "first", "always", "never", "no_bytes"})
    compare(text::parse_tokenizer_json(read_bytes(folder + name + ".json"), name), name);
  compare(text::parse_tokenizer_json(
              replaced(read_bytes(folder + "no_bytes.json"), "\"fuse_unk\":true", "\"fuse_unk\":false"), "t.json"),
          "not_fused");
}

TEST_CASE("a tokenizer.bin gives the ids of the SentencePiece model that it was made of") {
  for (const char* name : {"keeps_spaces", "removes_spaces"}) {
    const Tokenizer model = text::load_tokenizer(folder + name + ".model");
    const Tokenizer bin = text::load_tokenizer(folder + name + ".bin");
    compare(model, name);
    compare(bin, name);
    CHECK(bin.kind() == model.kind());
    CHECK(bin.size() == model.size());
    CHECK(bin.special() == model.special());
    for (std::int32_t id = 0; id < bin.size(); ++id) CHECK(bin.token(id) == model.token(id));
    const ScratchFolder saved;
    bin.save(saved.path());
    CHECK(std::filesystem::exists(saved / "tokenizer.bin"));
    CHECK(text::holds_tokenizer(saved.path()));
    compare(text::load_tokenizer(saved.path()), name);
  }
  // One exported from a published model, as llama2.c does it.
  REQUIRE_SAMPLE(small, "lm_weights/babyllama_tok105");
  const Tokenizer model = text::load_tokenizer(small);
  const ScratchFolder made;
  const Tokenizer bin = text::load_tokenizer(made.file("tok105.bin", llama2c_tokenizer(model)));
  for (const auto& said : expected()["texts"])
    CHECK(bin.ids(said.get<std::string>()) == model.ids(said.get<std::string>()));
  REQUIRE_SAMPLE(answers, "derived/lm_expected/babyllama_tok105.json");
  const auto j = nlohmann::json::parse(read_bytes(answers));
  CHECK(" " + bin.decode(j["input_ids"].get<Ids>()) == j["text"].get<std::string>());
}

TEST_CASE("a folder with Llama's tokenizer.json comes back as it was, and bytes that are no text stay") {
  const ScratchFolder from, to;
  from.file("tokenizer.json", read_bytes(folder + "normalized.json"));
  from.file("tokenizer_config.json",
            R"({"added_tokens_decoder": {"1": {"content": "<s>", "normalized": false, "special": true}},
                "bos_token": "<s>", "eos_token": "</s>"})");
  const Tokenizer t = text::load_tokenizer(from.path());
  compare(t, "normalized");
  CHECK(t.kind() == text::TokenizerKind::sentencepiece);
  CHECK(t.special() == text::SpecialIds{-1, 1, 2, 0, -1});
  t.save(to.path());
  compare(text::load_tokenizer(to.path()), "normalized");
  for (const std::string said : {"Alice \xff\xc3 was", "\xf0\x9f", "\xe2\x96 b"}) CHECK(t.decode(t.ids(said)) == said);
  CHECK(t.decode(t.ids("Alice"), true) == "<s> Alice");
}

TEST_CASE("what Llama's tokenizer.json has wrong is said in a line") {
  const std::string good = read_bytes(folder + "first.json"), normalized = read_bytes(folder + "normalizer.json");
  const auto refused = [](const std::string& text) {
    try {
      text::parse_tokenizer_json(text, "t.json");
    } catch (const file_error& e) {
      const std::string message = e.what();
      CHECK(message.find('\n') == message.npos);
      return message;
    }
    return std::string("no error");
  };
  using Catch::Contains;
  CHECK_THAT(refused(good.substr(0, good.size() / 2)), Contains("this is not valid JSON"));
  CHECK_THAT(refused(replaced(good, "\"merges\":[[", "\"merges\":[[\"qq\",\"a\"],[")),
             Contains("t.json: rule 1: the vocabulary has no token 'qq'"));
  CHECK_THAT(refused(replaced(normalized, "\"merges\":[\"", "\"merges\":[\"a b c\",\"")),
             Contains("rule 1: two tokens with a space between them were expected"));
  CHECK_THAT(refused(replaced(good, "\"first\"", "\"second\"")),
             Contains("the prepend_scheme second is not supported"));
  CHECK_THAT(refused(replaced(good, "\"replacement\":\"\xe2\x96\x81\"", "\"replacement\":\"_\"")),
             Contains("decoder step Replace is not supported"));
  CHECK_THAT(refused(replaced(normalized, "\"content\":\"\xe2\x96\x81\"}", "\"content\":\"\"}")),
             Contains("prepends another symbol"));
  CHECK_THAT(refused(replaced(good, "\"Strip\"", "\"Trim\"")), Contains("decoder step Trim is not supported"));
  CHECK_THAT(refused(replaced(good, "\"Fuse\"", "\"ByteFallback\"")), Contains("decoder step Strip"));
  CHECK_THAT(refused(replaced(normalized, "\"prepend\":\"\xe2\x96\x81\"", "\"prepend\":\"x\"")),
             Contains("prepends another symbol"));
  CHECK_THAT(refused(replaced(normalized, "\"String\":\" \"", "\"String\":\"x\"")),
             Contains("replaces more than spaces"));
  CHECK_THAT(refused(replaced(normalized, "\"Prepend\"", "\"NFKC\"")), Contains("the normalizer NFKC"));
  CHECK_THAT(refused(replaced(good, "\"Metaspace\"", "\"Whitespace\"")), Contains("the pre-tokenizer Whitespace"));
}

TEST_CASE("what a tokenizer.bin has wrong is said with its place") {
  const std::string start = bytes_of(std::int32_t(5)) + llama2c_token("<unk>") + llama2c_token("\n<s>\n");
  const auto read = [](const std::string& bytes) { return text::parse_llama2c_tokenizer(bytes, "t.bin"); };
  using Catch::Contains;
  CHECK(read(start + llama2c_token("a")).pieces.size() == 3);
  CHECK_THROWS_WITH(read(""), Contains("t.bin: ") && Contains("token 0 before byte 0: the file ends in it"));
  CHECK_THROWS_WITH(read(bytes_of(std::int32_t(0))), Contains("there are no tokens"));
  CHECK_THROWS_WITH(read(start + llama2c_token("abc").substr(0, 9)),
                    Contains("token 2 before byte 38: the file ends in it"));
  CHECK_THROWS_WITH(read(start + llama2c_token("abcdef")),
                    Contains("token 2") && Contains("6 bytes") && Contains("has 5"));
  CHECK_THROWS_WITH(read(start + bytes_of(1.f) + bytes_of(std::int32_t(-1))), Contains("it has -1 bytes"));
  CHECK_THROWS_WITH(read(start + llama2c_token("a", std::numeric_limits<float>::quiet_NaN())),
                    Contains("score is no number"));
  CHECK_THROWS_WITH(read(bytes_of(std::int32_t(9)) + llama2c_token("a")),
                    Contains("the longest token has 1 bytes, by the first number 9; was the file copied whole?"));
  const ScratchFolder made;
  CHECK_THROWS_WITH(text::load_tokenizer(made.file("tokenizer.bin", start + llama2c_token("a") + llama2c_token("a"))),
                    Contains("tokenizer.bin: token 'a' stands in the vocabulary twice"));
  CHECK_THROWS_WITH(text::load_tokenizer(made.file("tokenizer.bin", bytes_of(std::int32_t(1)) + llama2c_token("a"))),
                    Contains("there is no unknown piece"));
}
