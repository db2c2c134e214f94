#include <l2g/text/conll.hpp>

#include <catch2/catch.hpp>
#include <map>

#include "scratch_folder.hpp"

using namespace l2g;
using Catch::Contains;

namespace {

// Written by hand in the layout of the original, scheme IOB1.
constexpr const char* original =
    "-DOCSTART- -X- O O\n"
    "\n"
    "Alice NNP I-NP I-PER\n"
    "Liddell NNP I-NP I-PER\n"
    "met VBD I-VP O\n"
    "Bob NNP I-NP I-PER\n"
    "Carol NNP I-NP B-PER\n"
    "at IN I-PP O\n"
    "Oxford NNP I-NP I-ORG\n"
    "University NNP I-NP I-ORG\n"
    "England NNP I-NP I-LOC\n"
    "\n"
    "English JJ I-NP I-MISC\n"
    "tea NN I-NP O\n";

std::string tags_of(const text::TaggedWords& t) {
  std::string s;
  for (const auto tag : t.tags) s += std::string(text::conll_tags[static_cast<std::size_t>(tag)]) + " ";
  return s;
}

std::string refusal(const std::string& text) {
  try {
    text::parse_conll(text, "eng.testa");
  } catch (const file_error& e) {
    return e.what();
  }
  return "accepted";
}

// Every letter of a word is a token, <s> and </s> stand around a sentence.
text::WordTokens letters(std::span<const std::string> words) {
  text::WordTokens t{{0}, {-1}};
  for (std::size_t w = 0; w < words.size(); ++w)
    for (const char c : words[w]) {
      t.ids.push_back(c);
      t.word.push_back(static_cast<std::int32_t>(w));
    }
  t.ids.push_back(2);
  t.word.push_back(-1);
  return t;
}

// A token's vector is its id and its place in the sentence.
std::vector<float> embed(std::span<const std::int32_t> ids) {
  std::vector<float> v;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    v.push_back(static_cast<float>(ids[i]));
    v.push_back(static_cast<float>(i));
  }
  return v;
}

// Sentences with entities of two words of every kind.
std::string many(int sentences) {
  std::string s;
  for (int i = 0; i < sentences; ++i) {
    for (const char* kind : {"PER", "ORG", "LOC", "MISC"})
      s += std::string("Ab B-") + kind + "\ncd I-" + kind + "\nand O\n";
    s += "\n";
  }
  return s;
}

}  // namespace

TEST_CASE("the original column format is read") {
  const auto t = text::parse_conll(original, "eng.testa");
  CHECK(t.sentence_count() == 2);
  CHECK(t.words.size() == 11);
  CHECK(t.sentence(1)[0] == "English");
  CHECK(tags_of(t) == "B-PER I-PER O B-PER B-PER O B-ORG I-ORG B-LOC B-MISC O ");
  CHECK(t.tags[0] == 1);
  CHECK(t.tags[9] == 7);
}

TEST_CASE("both schemes, two columns, tabs and every line end are the same text") {
  const auto wanted = text::parse_conll(original, "eng.testa");
  const auto same = [&](const std::string& text) {
    const auto t = text::parse_conll(text, "eng.testa");
    return t.words == wanted.words && t.tags == wanted.tags && t.sentences == wanted.sentences;
  };
  const auto replaced = [](std::string s, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = s.find(from, at)) != s.npos; at += to.size()) s.replace(at, from.size(), to);
    return s;
  };
  CHECK(same(replaced(original, "\n", "\r\n")));
  CHECK(same(replaced(original, "\n", "\r")));
  CHECK(same(replaced(original, " ", "\t")));
  CHECK(same(replaced(original, " ", "  ")));
  CHECK(same(replaced(original, "\n\n", "\n \n\n\n")));
  CHECK(same("\xef\xbb\xbf" + std::string(original)));
  CHECK(same(std::string(original, std::char_traits<char>::length(original) - 1)));
  std::string two, iob2;
  for (std::size_t s = 0; s < wanted.sentence_count(); ++s) {
    for (std::size_t w = wanted.sentences[s]; w < wanted.sentences[s + 1]; ++w)
      two += wanted.words[w] + " " + std::string(text::conll_tags[static_cast<std::size_t>(wanted.tags[w])]) + "\n";
    two += "\n";
  }
  CHECK(same(two));
  // An entity does not reach over the end of a sentence.
  CHECK(tags_of(text::parse_conll("a I-PER\n\nb I-PER\n", "x")) == "B-PER B-PER ");
  CHECK(tags_of(text::parse_conll("a I-PER\nb I-ORG\nc I-ORG\n", "x")) == "B-PER B-ORG I-ORG ");
}

TEST_CASE("what is no file of CoNLL is refused with its line") {
  CHECK(refusal("") == "eng.testa: has no words");
  CHECK(refusal("-DOCSTART- -X- O O\n\n") == "eng.testa: has no words");
  CHECK_THAT(refusal("a O\n\nword\n"), Contains("eng.testa:3:1: a word without a tag: 'word'"));
  CHECK_THAT(refusal("a NN I-NP O\nb NN O\n"), Contains("eng.testa:2:6: 3 columns; the lines before have 4"));
  CHECK_THAT(refusal("a O\r\nb I-PRE\r\n"), Contains("eng.testa:2:3: unknown tag 'I-PRE' (did you mean 'I-PER'?)") &&
                                                Contains("; there are O, B-PER, I-PER, "));
  CHECK_THAT(refusal("a \xff\n"), Contains("unknown tag '\\xff'"));
  CHECK_THROWS_WITH(text::read_conll("none"), Contains("none: cannot read: no such file"));
}

TEST_CASE("pieces of a word have its tag, and later pieces continue the entity") {
  const auto t = text::tag_tokens(text::parse_conll("Al I-PER\nBo I-PER\nat O\n\nX I-LOC\n", "x"), letters);
  CHECK(t.sentence_count() == 2);
  CHECK(t.tags == std::vector<std::int8_t>{-1, 1, 2, 2, 2, 0, 0, -1, -1, 5, -1});
  CHECK(t.sentences == std::vector<std::size_t>{0, 8, 11});
  CHECK(t.ids[1] == 'A');
  const auto words = text::parse_conll("a O\n", "x");
  CHECK_THROWS_WITH(text::tag_tokens(words,
                                     [](auto) {
                                       return text::WordTokens{{1, 2}, {0}};
                                     }),
                    Contains("gave 2 ids of 1 words"));
  CHECK_THROWS_WITH(text::tag_tokens(words,
                                     [](auto) {
                                       return text::WordTokens{{1}, {1}};
                                     }),
                    Contains("a piece of word 1 of a sentence of 1"));
}

TEST_CASE("350 tokens of each tag are 3150") {
  const auto tokens = text::tag_tokens(text::parse_conll(many(400), "x"), letters);
  const auto chosen = text::choose_by_tag(tokens.tags);
  REQUIRE(chosen.size() == 3150);
  std::map<int, int> times;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    ++times[tokens.tags[chosen[i]]];
    if (i % 350) CHECK(chosen[i] > chosen[i - 1]);
  }
  REQUIRE(times.size() == 9);
  for (const auto& [tag, n] : times) CHECK((tag >= 0 && n == 350));
  CHECK(chosen == text::choose_by_tag(tokens.tags));
  CHECK(chosen != text::choose_by_tag(tokens.tags, {.seed = 2}));
  // Tags are drawn independently: the same 350 of 400 would not be chosen twice.
  std::vector<std::uint64_t> person, place;
  for (std::size_t i = 0; i < 350; ++i) {
    person.push_back(chosen[350 + i] / 34);
    place.push_back(chosen[5 * 350 + i] / 34);
  }
  CHECK(person != place);
  CHECK_THROWS_WITH(text::choose_by_tag(tokens.tags, {.per_tag = 401}),
                    "the text has 400 tokens with the tag B-PER; 401 of each tag are to be chosen: take more text or "
                    "fewer of each");
  CHECK_THROWS_WITH(text::choose_by_tag(tokens.tags, {.per_tag = 0}), Contains("at least one token"));
  const auto any = text::choose_any(tokens.tags, 100, 1);
  CHECK(any.size() == 100);
  for (const auto place_of : any) CHECK(tokens.tags[place_of] >= 0);
  CHECK_THROWS_WITH(text::choose_any(tokens.tags, 100000, 1), Contains("100000 are to be chosen"));
}

TEST_CASE("features of the chosen tokens are those of their sentences, and are kept") {
  const ScratchFolder folder;
  const io::Cache cache(folder.path());
  const auto words = text::parse_conll(many(60), "x");
  const auto tokens = text::tag_tokens(words, letters);
  const text::TagChoice choice{.per_tag = 20, .seed = 3};
  const auto chosen = text::choose_by_tag(tokens.tags, choice);
  int calls = 0;
  const auto counted = [&](std::span<const std::int32_t> ids) { return ++calls, embed(ids); };
  const auto model = io::ContentHash().add("weights");
  const auto features = text::conll_reference(words, letters, counted, cache, model, choice);
  REQUIRE(features.tokens() == 180);
  REQUIRE(features.width == 2);
  REQUIRE(features.values.size() == 360);
  CHECK(calls > 20);
  CHECK(calls <= 60);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    CHECK(features.values[2 * i] == static_cast<float>(tokens.ids[chosen[i]]));
    // Each sentence has 30 tokens: 4 x (2 + 2 + 3) letters and the two around them.
    CHECK(features.values[2 * i + 1] == static_cast<float>(chosen[i] % 30));
    CHECK(features.tags[i] == static_cast<std::int8_t>(i / 20));
  }
  CHECK_FALSE(features.from_cache);
  calls = 0;
  const auto again = text::conll_reference(words, letters, counted, cache, model, choice);
  CHECK(again.from_cache);
  CHECK(calls == 0);
  CHECK(again.values == features.values);
  CHECK(again.tags == features.tags);
  CHECK(again.width == 2);
  const auto other = io::ContentHash().add("other weights");
  CHECK_FALSE(text::conll_reference(words, letters, counted, cache, other, choice).from_cache);
  CHECK_FALSE(text::conll_reference(words, letters, counted, cache, model, {20, 4}).from_cache);
  CHECK_THROWS_WITH(text::token_features(tokens, chosen, [](auto) { return std::vector<float>(31); }),
                    Contains("an embedding gave 31 numbers for 30 tokens"));
  CHECK_THROWS_WITH(text::token_features(tokens, chosen, [](auto) { return std::vector<float>(); }),
                    Contains("an embedding gave 0 numbers for 30 tokens"));
}
