// Tokenizers that need no files, and small made ones.
#include "scratch_folder.hpp"

#include <l2g/text/dna_tokenizers.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/token_summary.hpp>
#include <l2g/text/train_bpe.hpp>

#include <catch2/catch.hpp>

using namespace l2g;
using text::ByteRange;
using text::Tokenizer;
using Ids = std::vector<std::int32_t>;
using Strings = std::vector<std::string>;

namespace {
Strings words(const Tokenizer& t, std::string_view s, const text::EncodeOptions& options = {}) {
  Strings out;
  for (const std::int32_t id : t.encode(s, options).ids) out.push_back(t.token(id));
  return out;
}
std::string tokens(const Tokenizer& t, std::string_view s) {
  std::string out;
  for (const std::string& w : words(t, s)) out += (out.empty() ? "" : " ") + w;
  return out;
}
const char* const wordpieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\n,\n";
}  // namespace

TEST_CASE("DNABERT's k-mers overlap and count in the order A, T, C, G") {
  const Tokenizer t = text::kmer_tokenizer(6);
  CHECK(t.size() == 4101);
  CHECK(t.id("AAAAAA") == 5);
  CHECK(t.id("AAAAAT") == 6);
  CHECK(t.id("AAAAAC") == 7);
  CHECK(t.id("AAAAAG") == 8);
  CHECK(t.id("AAAATA") == 9);
  CHECK(t.ids("AAAAAATA") == Ids{2, 5, 6, 9, 3});
  CHECK(t.ids("AAAAAN") == Ids{2, 1, 3});
  CHECK(t.ids("AAAAA") == Ids{2, 3});
  CHECK(t.ids("AAAAAA AAAAAT") == Ids{2, 5, 6, 3});
  CHECK(t.decode(t.ids("ACGTTTGACCA")) == "ACGTTTGACCA");
  const auto e = t.encode("ACGTACGTAC");
  CHECK(e.bases(0) == ByteRange{});
  CHECK(e.bases(2) == ByteRange{1, 7});
  text::EncodeOptions cut;
  cut.max_tokens = 5;
  CHECK(t.encode("ACGTACGTAC", cut).cut == 2);
  CHECK(t.encode("ACGTACGTAC", cut).size() == 5);
  CHECK(text::kmer_tokenizer(1).ids("ATCG") == Ids{2, 5, 6, 7, 8, 3});
  CHECK_THROWS_WITH(text::kmer_tokenizer(9), Catch::Contains("1 to 8"));
}

TEST_CASE("Nucleotide Transformer takes six letters where it can") {
  const Tokenizer v1 = text::nucleotide_transformer_tokenizer(1), v2 = text::nucleotide_transformer_tokenizer(2);
  CHECK(v1.size() == 4105);
  CHECK(v2.size() == 4107);
  CHECK(v1.id("AAAAAA") == 4);
  CHECK(v1.id("N") == 4104);
  CHECK(v2.id("AAAAAA") == 6);
  CHECK(tokens(v1, "ACGTGTACNTGCACGGANCGACTAGTCTGA") == "<cls> ACGTGT A C N TGCACG G A N CGACTA GTCTGA");
  CHECK(words(v2, "ACGTGTACGTGCACGGACGACTAGTCAGCA").size() == 6);
  CHECK(v1.ids("AXA") == Ids{3, 4100, 0, 4100});
  CHECK(v1.decode(v1.ids("ACGTGTACN")) == "ACGTGTACN");
  CHECK_THROWS_WITH(text::nucleotide_transformer_tokenizer(3), Catch::Contains("versions 1 and 2"));
}

TEST_CASE("letters, bytes, and HyenaDNA with its padding on the left") {
  CHECK(text::character_tokenizer().ids("ACGTNx") == Ids{5, 6, 7, 8, 9, 3});
  CHECK(text::byte_tokenizer().ids("Hi") == Ids{0, 76, 109, 2});
  const std::string all = "\xff<mask>\x80 \n";
  CHECK(text::byte_tokenizer().decode(text::byte_tokenizer().ids(all)) == all);
  const Tokenizer t = text::hyena_tokenizer();
  CHECK(t.ids("ACGTN") == Ids{0, 7, 8, 9, 10, 11, 1});
  const Strings two{"AC", "ACGT"};
  const auto b = t.encode_batch(two);
  CHECK(b.length == 6);
  CHECK(b.ids == Ids{4, 4, 0, 7, 8, 1, 0, 7, 8, 9, 10, 1});
  CHECK(b.mask == std::vector<std::uint8_t>{0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(b.lengths == std::vector<index_t>{4, 6});
  CHECK_THROWS_WITH(t.encode_batch(two, {}, 5), Catch::Contains("6 tokens, 5 were asked for"));
}

TEST_CASE("WordPiece from a vocab.txt") {
  const Tokenizer t = text::parse_vocabulary_text(wordpieces, "vocab.txt");
  CHECK(t.kind() == text::TokenizerKind::wordpiece);
  CHECK(tokens(t, "The c\xc3\xa1ts, dogs [MASK]") == "[CLS] the cat ##s , [UNK] [MASK] [SEP]");
  CHECK(t.decode(t.ids("the cats, the cat")) == "the cats, the cat");
  const auto e = t.encode("The c\xc3\xa1ts");
  CHECK(e.offsets[2] == ByteRange{4, 8});
  CHECK(e.offsets[3] == ByteRange{8, 9});
  const Strings dna{std::string(300, 'A')};
  CHECK_THROWS_WITH(text::summarize(t, dna),
                    Catch::Contains("single unknown token of its 300 letters; take a tokenizer of k-mers"));
  CHECK_THROWS_WITH(text::require_readable(t, dna), Catch::Contains("sequence 1"));
  CHECK_THROWS_WITH(text::parse_vocabulary_text("a\na\n", "v.txt"), Catch::Contains("v.txt: token 'a'"));
  CHECK_THROWS_WITH(text::parse_vocabulary_text("a\nb\n", "v.txt"), Catch::Contains("[CLS]"));
}

TEST_CASE("a summary counts tokens, unknown ones and what is cut") {
  const Tokenizer t = text::character_tokenizer();
  const Strings sequences{"ACGTN", "ACGTACGTAX"};
  text::EncodeOptions options;
  options.max_tokens = 6;
  const auto s = text::summarize(t, sequences, options);
  CHECK(s.bases == 15);
  CHECK(s.tokens_per_base() == 1.0);
  CHECK(s.unknown == 1);
  CHECK(s.cut_sequences == 1);
  CHECK(s.cut_bases == 4);
  CHECK(s.longest == 10);
}

TEST_CASE("the toy dictionary AAC, TC, GA is learnt merge by merge") {
  struct Watcher : text::MergeWatcher {
    Strings seen;
    bool learnt(const text::LearntMerge& m) override {
      seen.push_back(m.left + "+" + m.right + " " + std::to_string(m.count));
      return seen.size() < 4;
    }
  } watcher;
  Strings texts;
  for (int i = 0; i < 9; ++i) texts.push_back("AAC");
  for (int i = 0; i < 7; ++i) texts.push_back("TC");
  for (int i = 0; i < 5; ++i) texts.push_back("GA");
  text::TrainBpeOptions options;
  options.byte_level = false;
  options.begin = "";
  options.watcher = &watcher;
  const auto trained = text::train_bpe(texts, options);
  CHECK(watcher.seen == Strings{"A+A 9", "AA+C 9", "T+C 7", "G+A 5"});
  CHECK(tokens(trained.tokenizer, "AACTCGATCAAC") == "AAC TC GA TC AAC");
  CHECK_THROWS_WITH(text::train_bpe(Strings{}, options), Catch::Contains("no text"));
}

TEST_CASE("a trained tokenizer and every tokenizer of DNA comes back from its folder") {
  const Strings texts{"to be or not to be, that is the question", "be that as it may"};
  text::TrainBpeOptions options;
  options.vocabulary = 300;
  std::vector<Tokenizer> all{text::train_bpe(texts, options).tokenizer,
                             text::kmer_tokenizer(3),
                             text::nucleotide_transformer_tokenizer(2),
                             text::character_tokenizer("ACGT"),
                             text::byte_tokenizer(),
                             text::hyena_tokenizer(),
                             text::parse_vocabulary_text(wordpieces, "vocab.txt")};
  for (const Tokenizer& t : all) {
    INFO(text::name_of(t.kind()));
    const ScratchFolder folder;
    t.save(folder.path());
    const Tokenizer back = text::load_tokenizer(folder.path());
    CHECK(back.kind() == t.kind());
    CHECK(back.size() == t.size());
    CHECK(back.special() == t.special());
    CHECK(back.padding_side() == t.padding_side());
    for (const char* s : {"ACGTACGTACGN", "to be, \xf0\x9f\x98\x80 the cats", "\xff\xfe", ""})
      CHECK(back.ids(s) == t.ids(s));
  }
  const Tokenizer& t = all[0];
  const std::string hostile = "to be \xff\xc3 \xe4\xbd\xa0 \xf0\x9f\x98\x80 the\n\n x";
  CHECK(t.decode(t.ids(hostile)) == hostile);
  CHECK(t.ids("be")[0] == t.id("</s>"));
}

TEST_CASE("a million letters take no quadratic time") {
  const Tokenizer t = text::train_bpe(Strings{"ACGTACGTTTGACAGACAATTGACCA", "AAAAAAAA"}).tokenizer;
  const std::string many(1'000'000, 'A');
  CHECK(t.decode(t.ids(many)) == many);
}

TEST_CASE("what is no tokenizer is refused with what is supported") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(text::load_tokenizer(folder.path()), Catch::Contains("there should be tokenizer.json"));
  CHECK_THROWS_WITH(text::load_tokenizer(folder / "x"), Catch::Contains("no such file or folder"));
  const auto json = [](const std::string& t) { return text::parse_tokenizer_json(t, "t.json"); };
  CHECK_THROWS_WITH(json("{\n \"a\": }"), "t.json:2:7: this is not valid JSON");
  CHECK_THROWS_WITH(json("{\"model\": {\"type\": \"Unigram\", \"vocab\": []}}"),
                    Catch::Contains("the model Unigram is not supported; supported are: model BPE"));
  CHECK_THROWS_WITH(json("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a b\"]}}"),
                    "t.json: rule 1: the vocabulary has no token 'b'");
  CHECK_THROWS_WITH(json("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}, \"merges\": []}}"),
                    Catch::Contains("has the id -1"));
  CHECK_THROWS_WITH(json("{\"model\": {\"type\": \"BPE\", \"vocab\": 7, \"merges\": []}}"),
                    Catch::Contains("another type"));
  CHECK_THROWS_WITH(text::parse_byte_level_bpe("{\"a\": 0, \"b\": 1}", "#version: 0.2\na  b\n", "m"),
                    "m:2: two tokens with a space between them were expected");
  folder.file("tokenizer.model", "no protocol buffer");
  CHECK_THROWS_WITH(text::load_tokenizer(folder.path()), Catch::Contains("this is no SentencePiece model"));
}
