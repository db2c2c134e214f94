// Token ids of published vocabularies against the public packages (tests/goldens/tokenizer_ids.py) and other oracles.
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/text/bytes.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/train_bpe.hpp>
#include <nlohmann/json.hpp>

using namespace l2g;
using text::Tokenizer;
using Ids = std::vector<std::int32_t>;

namespace {

const nlohmann::json& goldens() {
  static const auto j = nlohmann::json::parse(read_bytes("tests/goldens/tokenizer_ids.json"));
  return j;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> rows;
  std::size_t at = 0;
  for (std::size_t end; (end = text.find('\n', at)) != text.npos; at = end + 1)
    rows.push_back(text.substr(at, end - at));
  rows.push_back(text.substr(at));
  return rows;
}

std::vector<std::string> dna() {
  std::vector<std::string> all;
  for (const auto& name : goldens()["dna"]) {
    std::string path = sample_data(name);
    if (path.empty()) path = sample_data(name.get<std::string>() + ".gz");
    if (path.empty()) return {};
    const auto rows = lines(text::read_text(path));
    for (std::size_t i = 1; i < rows.size(); ++i)
      if (!rows[i].empty()) all.push_back(rows[i].substr(0, rows[i].find(',')));
  }
  if (all.size() > 10000) all.resize(10000);
  return all;
}

struct Digest {
  std::uint64_t hash = 14695981039346656037u;
  std::size_t tokens = 0;
  void add(const Ids& ids) {
    const auto put = [&](std::uint32_t id) { hash = (hash ^ id) * 1099511628211u; };
    for (const std::int32_t id : ids) put(static_cast<std::uint32_t>(id));
    put(0xFFFFFFFF);
    tokens += ids.size();
  }
  void check(const nlohmann::json& wanted) const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    CHECK(tokens == wanted["tokens"]);
    CHECK(text == wanted["hash"].get<std::string>());
  }
};

void compare(const std::string& name, const std::string& path, const text::LoadTokenizerOptions& options = {}) {
  INFO(name);
  const Tokenizer tokenizer = text::load_tokenizer(path, options);
  const auto& wanted = goldens()[name];
  for (std::size_t i = 0; i < goldens()["hostile"].size(); ++i) {
    const auto sample = goldens()["hostile"][i].get<std::string>();
    INFO(goldens()["hostile"][i].dump(-1, ' ', true));
    CHECK(tokenizer.ids(sample) == wanted["hostile_ids"][i].get<Ids>());
  }
  Digest on_dna, on_text, on_whole;
  for (const std::string& s : dna()) on_dna.add(tokenizer.ids(s));
  on_dna.check(wanted["dna"]);
  const std::string alice = text::read_text(sample_data("text/alice.txt"));
  for (const std::string& s : lines(alice)) on_text.add(tokenizer.ids(s));
  on_text.check(wanted["alice"]);
  on_whole.add(tokenizer.ids(alice));
  on_whole.check(wanted["whole"]);
}

}  // namespace

TEST_CASE("ids of GPT-2, RoBERTa and OPT are those of the public package") {
  REQUIRE_SAMPLE(gpt2, "tokenizers/gpt2");
  REQUIRE_SAMPLE(fair, "tokenizers/roberta_opt");
  compare("gpt2", gpt2);
  compare("roberta", fair);
  compare("opt", fair, {text::TokenizerFamily::opt});
}

TEST_CASE("ids of BERT, MiniLM and DNABERT-2 are those of the public package") {
  REQUIRE_SAMPLE(bert, "tokenizers/bert_base_uncased");
  REQUIRE_SAMPLE(minilm, "lm_weights/minilm");
  REQUIRE_SAMPLE(dnabert2, "tokenizers/dnabert2");
  compare("bert", bert);
  compare("minilm", minilm);
  compare("dnabert2", dnabert2);
}

TEST_CASE("ids of SentencePiece models are those of the public package") {
  REQUIRE_SAMPLE(llama, "tokenizers/llama2/tokenizer.model");
  REQUIRE_SAMPLE(small, "lm_weights/babyllama_tok105");
  compare("llama2", llama);
  compare("tok105", small);
  compare("tok105", small + "/tok105.vocab");
  REQUIRE_SAMPLE(expected, "derived/lm_expected/babyllama_tok105.json");
  const auto j = nlohmann::json::parse(read_bytes(expected));
  auto said = j["text"].get<std::string>();
  const Ids ids = j["input_ids"];
  const Tokenizer tokenizer = text::load_tokenizer(small);
  CHECK(" " + tokenizer.decode(ids) == said);
}

TEST_CASE("every line of the known answers of GPT-2 and BERT") {
  REQUIRE_SAMPLE(gpt2, "tokenizers/gpt2");
  REQUIRE_SAMPLE(answers, "oracles/tokenizer_gpt2/gpt-2.txt");
  const Tokenizer t = text::load_tokenizer(gpt2);
  int seen = 0;
  for (const std::string& row : lines(text::read_text(answers))) {
    const std::size_t arrow = row.rfind(" => ");
    if (arrow == row.npos) continue;
    std::string ids;
    for (const std::int32_t id : t.ids(row.substr(0, arrow))) ids += (ids.empty() ? "" : ",") + std::to_string(id);
    CHECK(ids == row.substr(arrow + 4));
    ++seen;
  }
  CHECK(seen == 70);

  REQUIRE_SAMPLE(bert, "tokenizers/bert_base_uncased/vocab.txt");
  REQUIRE_SAMPLE(questions, "oracles/tokenizer_bert/question_tokens.json.gz");
  REQUIRE_SAMPLE(tokenized, "oracles/tokenizer_bert/tokenized_questions.json.gz");
  const Tokenizer b = text::load_tokenizer(bert);
  const auto q = nlohmann::json::parse(text::read_text(questions));
  const auto a = nlohmann::json::parse(text::read_text(tokenized));
  REQUIRE(q.size() == a.size());
  text::EncodeOptions bare;
  bare.special_tokens = false;
  std::size_t unequal = 0;
  for (std::size_t i = 0; i < q.size(); ++i) {
    const Ids ids = b.encode(q[i]["original"].get<std::string>(), bare).ids;
    std::vector<std::string> pieces;
    for (const std::int32_t id : ids) pieces.push_back(b.token(id));
    if (ids != a[i].get<Ids>() || pieces != q[i]["wordpiece"].get<std::vector<std::string>>()) {
      if (++unequal < 5) WARN(q[i].dump());
    }
  }
  CHECK(unequal == 0);
}

TEST_CASE("the 32 tokens of DNA, and what a prompt does to its neighbours") {
  REQUIRE_SAMPLE(fair, "tokenizers/roberta_opt");
  const Tokenizer t = text::load_tokenizer(fair, {text::TokenizerFamily::opt});
  const std::pair<const char*, int> known[] = {{"A", 250},      {"GC", 11961},       {"TAG", 46985}, {"AAAA", 45612},
                                               {"TTTT", 14543}, {"GGGGGGGG", 49901}, {"N", 487}};
  for (const auto& [word, id] : known)
    if (std::string_view(word) != "TTTT") CHECK(t.ids(word) == Ids{2, id});
  CHECK(t.ids("Domain: DNA Promoter\nSequence: ACGT\nAnnotation:") ==
        Ids{2, 48527, 35, 5708, 10772, 31718, 50118, 48245, 4086, 35, 7224, 18266, 50118, 4688, 44851, 35});
  text::EncodeOptions prompt{"Domain: DNA Promoter\nSequence: ", "\nAnnotation:", 20};
  const auto e = t.encode(std::string(200, 'A') + "CGT", prompt);
  CHECK(e.size() == 20);
  CHECK(e.cut > 100);
  CHECK(Ids(e.ids.end() - 4, e.ids.end()) == Ids{50118, 4688, 44851, 35});
  std::uint32_t seen = 0;
  for (index_t i = 0; i < e.size(); ++i) seen = std::max(seen, e.bases(i).end);
  CHECK(static_cast<index_t>(seen) + e.cut == 203);
  prompt.keep_suffix = false;
  CHECK_THROWS_WITH(t.encode(std::string(200, 'A'), prompt), Catch::Contains("the suffix does not fit"));
  prompt.allow_lost_suffix = true;
  CHECK(t.encode(std::string(200, 'A'), prompt).suffix_lost);
  prompt = {"Domain: DNA Promoter\nSequence: ", "\nAnnotation:", 14};
  CHECK_THROWS_WITH(t.encode("ACGT", prompt), Catch::Contains("no token is left"));
}

TEST_CASE("what the trainer learns is what the public package learns") {
  const auto sequences = dna();
  REQUIRE_SAMPLE(path, "text/alice.txt");
  if (sequences.empty()) return;
  const auto alice = lines(text::read_text(path));
  for (const std::string name : {"alice", "dna"}) {
    INFO(name);
    const auto& wanted = goldens()["learnt"][name];
    const auto& all = name == "dna" ? sequences : alice;
    const std::vector<std::string> texts(all.begin(), all.begin() + wanted["texts"].get<std::ptrdiff_t>());
    text::TrainBpeOptions options;
    options.vocabulary = wanted["vocabulary"];
    options.byte_level = name == "alice";
    options.begin = "";
    const auto trained = text::train_bpe(texts, options);
    CHECK(trained.merges.size() == wanted["merges"].get<std::size_t>());
    CHECK(trained.merges.back().left + " " + trained.merges.back().right ==
          wanted["last"][0].get<std::string>() + " " + wanted["last"][1].get<std::string>());
    Digest digest;
    for (const std::string& s : texts) digest.add(trained.tokenizer.ids(s));
    digest.check(wanted);
  }
}
