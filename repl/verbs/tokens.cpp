// tokenizer, encode, decode, show_tokens, tokens, train_tokenizer: what a model reads in the place of letters.
#include "embedding_values.hpp"
#include "language_values.hpp"
#include "token_values.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/text/bytes.hpp>
#include <l2g/text/dna_tokenizers.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/token_summary.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace l2g::repl {
namespace {

namespace fs = std::filesystem;

/// The kinds that need no file.
const std::vector<std::string> kinds{"bytes",  "characters", "hyena",  "kmers1", "kmers2", "kmers3", "kmers4",
                                     "kmers5", "kmers6",     "kmers7", "kmers8", "nt1",    "nt2"};

text::Tokenizer tokenizer_of_kind(const std::string& name) {
  if (name == "bytes") return text::byte_tokenizer();
  if (name == "characters") return text::character_tokenizer();
  if (name == "hyena") return text::hyena_tokenizer();
  if (name == "nt1" || name == "nt2") return text::nucleotide_transformer_tokenizer(name.back() - '0');
  return text::kmer_tokenizer(name.back() - '0');
}

std::shared_ptr<SessionTokenizer> open_tokenizer(const std::string& typed) {
  if (std::find(kinds.begin(), kinds.end(), typed) != kinds.end())
    return std::make_shared<SessionTokenizer>(SessionTokenizer{typed, tokenizer_of_kind(typed)});
  const std::string path = path_of(typed);
  std::error_code ignored;
  if (!fs::exists(path, ignored) && typed.find('/') == typed.npos && typed.find('.') == typed.npos)
    throw error("tokenizer: no such file or folder, and " + unknown("kind", typed, kinds));
  const fs::path where(path);
  return std::make_shared<SessionTokenizer>(SessionTokenizer{
      (where.filename().empty() ? where.parent_path() : where).filename().string(), text::load_tokenizer(path)});
}

/// English words that are spelled with the letters of DNA alone.
bool is_english(std::string token) {
  static const std::set<std::string_view> words{"a",    "act", "an",  "ant",  "at",  "can", "cant", "cat", "gag", "gat",
                                                "gnat", "nag", "nan", "tact", "tag", "tan", "tang", "tat", "attn"};
  for (char& c : token) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return token.size() > 1 && words.count(token) > 0;
}

/// A text cut into tokens.
struct Tokens {
  text::Tokenizer tokenizer;
  std::string text;  // prefix, sequence and suffix
  text::Encoding encoding;
};

/// The letters that a token stands for, with what would break a line shown as \n.
std::string letters_of(const Tokens& t, std::size_t i) {
  const text::ByteRange o = t.encoding.offsets[i];
  std::string shown;
  for (const char c : t.text.substr(o.begin, o.end - o.begin))
    shown += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string(1, c);
  return shown;
}

/// What its letters are called: bases, or letters when it is no DNA.
const char* unit_of(bool dna, bool one) { return dna ? one ? "base" : "bases" : one ? "letter" : "letters"; }

/// Is the sequence DNA? An empty one is.
bool is_dna(const Tokens& t) {
  const text::ByteRange s = t.encoding.sequence;
  return text::is_dna(std::string_view(t.text).substr(s.begin, s.end - s.begin));
}

/// Letters that begin in the first `bytes` bytes of the sequence: a letter may be several bytes.
index_t letters_until(const Tokens& t, std::uint32_t bytes) {
  const auto from = t.text.begin() + t.encoding.sequence.begin;
  return std::count_if(from, from + bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

/// The letters of the sequence that a token touches, from 1 on.
struct Letters {
  index_t first = 0, last = 0;
};
Letters letters_touched(const Tokens& t, index_t i) {
  const text::ByteRange bytes = t.encoding.bases(i);
  return {letters_until(t, bytes.begin + 1), letters_until(t, bytes.end)};
}

/// What is to be known of a token: where it lies, what is strange about it.
std::string remark_of(const Tokens& t, std::size_t i) {
  const text::Encoding& e = t.encoding;
  const text::ByteRange o = e.offsets[i], bases = e.bases(index_t(i));
  if (e.special[i]) return "special";
  std::string s;
  if (bases.begin < bases.end) {
    const Letters l = letters_touched(t, index_t(i));
    s = l.first == l.last ? fmt::format("{} {}", unit_of(is_dna(t), true), l.last)
                          : fmt::format("{} {} to {}", unit_of(is_dna(t), false), l.first, l.last);
  } else {
    s = o.end <= e.sequence.begin ? "prefix" : "suffix";
  }
  if (o.begin < e.sequence.begin && o.end > e.sequence.begin) s += ", fused with the prefix";
  if (o.begin < e.sequence.end && o.end > e.sequence.end) s += ", fused with the suffix";
  if (e.ids[i] == t.tokenizer.special().unknown) s += ", unknown";
  if (bases.begin < bases.end && is_english(t.text.substr(e.sequence.begin + bases.begin, bases.end - bases.begin)))
    s += ", an English word, too";
  return s;
}

std::string details_of(const Tokens& t) {
  const text::Encoding& e = t.encoding;
  std::size_t widest = 6, name = 5;
  for (std::size_t i = 0; i < e.ids.size(); ++i) {
    widest = std::max(widest, letters_of(t, i).size());
    name = std::max(name, t.tokenizer.token(e.ids[i]).size());
  }
  widest = std::min<std::size_t>(widest, 24), name = std::min<std::size_t>(name, 24);
  std::string s = fmt::format("{:>5}  {:>6}  {:<{}}  {:<{}}\n", "place", "id", "token", name, "stands for", widest);
  constexpr std::size_t shown = 60;
  for (std::size_t i = 0; i < e.ids.size(); ++i) {
    if (e.ids.size() > shown + 10 && i == shown - 10) {
      s += fmt::format("  ... {} more\n", e.ids.size() - shown);
      i = e.ids.size() - 10;
    }
    std::string as = t.tokenizer.token(e.ids[i]);
    for (std::size_t at = 0; (at = as.find('\n', at)) != as.npos;) as.replace(at, 1, "\\n");
    s += fmt::format("{:>5}  {:>6}  {:<{}}  {:<{}}  {}\n", i + 1, e.ids[i], as, name, letters_of(t, i), widest,
                     remark_of(t, i));
  }
  if (e.cut_tokens > 0)
    s += fmt::format("{} {} are cut off: there is no room for their tokens\n", e.cut, unit_of(is_dna(t), false));
  return s;
}

Value row_of(const Tokens& t, index_t i) {
  if (i == t.encoding.size() + 1) return {};
  if (i < 1 || i > t.encoding.size())
    throw error(fmt::format("token {} of Tokens with places 1 to {}", i, t.encoding.size()));
  const auto k = std::size_t(i - 1);
  const text::ByteRange bases = t.encoding.bases(i - 1);
  Value::Table row{{"id", index_t(t.encoding.ids[k])},
                   {"token", t.tokenizer.token(t.encoding.ids[k])},
                   {"text", letters_of(t, k)},
                   {"special", t.encoding.special[k] != 0},
                   {"remark", remark_of(t, k)}};
  if (bases.begin < bases.end) {
    const Letters l = letters_touched(t, i - 1);
    row.emplace_back("first", l.first), row.emplace_back("last", l.last);
  }
  return row;
}

std::string in_words(const text::TokenSummary& s) {
  return fmt::format("{} tokens of {} {} ({:.3f} tokens per {}), {:.2f} % unknown, inputs of {} to {} tokens", s.tokens,
                     s.bases, unit_of(s.dna, false), s.tokens_per_base(), unit_of(s.dna, true), 100 * s.unknown_share(),
                     s.shortest, s.longest);
}
std::string details_of(const text::TokenSummary& s) {
  std::string out = in_words(s) + "\n";
  if (s.tokens > 0)
    out += fmt::format("{:.2f} {} a token\n", double(s.bases) / double(s.tokens), unit_of(s.dna, false));
  if (s.cut_sequences > 0)
    out += fmt::format("{} of {} sequences are cut and lose {} {}\n", s.cut_sequences, s.sequences, s.cut_bases,
                       unit_of(s.dna, false));
  else
    out += "no sequence is cut\n";
  if (s.lost_suffixes > 0) out += fmt::format("{} inputs lose their suffix\n", s.lost_suffixes);
  return out;
}

void register_types(Registry& registry) {
  registry.type<SessionTokenizer>("Tokenizer", "cuts text and sequences into tokens of a vocabulary")
      .summary([](const SessionTokenizer& t) {
        return fmt::format("{}: {}, {} entries", t.name, text::name_of(t.tokenizer.kind()), t.tokenizer.size());
      })
      .length([](const SessionTokenizer& t) { return t.tokenizer.size(); })
      .field("name", "its name", [](const SessionTokenizer& t) { return t.name; })
      .field("kind", "how it cuts",
             [](const SessionTokenizer& t) { return std::string(text::name_of(t.tokenizer.kind())); })
      .field("size", "entries of its vocabulary", [](const SessionTokenizer& t) { return t.tokenizer.size(); })
      .field("max_tokens", "tokens that its model takes, as its files say; 0: they do not",
             [](const SessionTokenizer& t) { return t.tokenizer.max_length(); })
      .field("special", "ids of pad, begin, end, unknown and mask",
             [](const SessionTokenizer& t) {
               const text::SpecialIds& s = t.tokenizer.special();
               Value::Table ids;
               for (const auto& [name, id] :
                    {std::pair{"begin", s.begin}, std::pair{"end", s.end}, std::pair{"mask", s.mask},
                     std::pair{"pad", s.pad}, std::pair{"unknown", s.unknown}})
                 if (id >= 0) ids.emplace_back(name, index_t(id));
               return Value(ids);
             })
      .field("merges", "the merges that were learnt here, in their order: left, right, token, count",
             [](const SessionTokenizer& t) {
               Value::List rows;
               for (const auto& m : t.merges)
                 rows.push_back(Value::Table{{"left", m.left},
                                             {"right", m.right},
                                             {"token", m.left + m.right},
                                             {"count", m.count},
                                             {"id", index_t(m.id)}});
               return Value(rows);
             });
  registry.type<Tokens>("Tokens", "a text cut into tokens; t[1] is the first")
      .summary([](const Tokens& t) {
        std::string s;
        for (std::size_t i = 0; i < t.encoding.ids.size(); ++i) {
          std::string token = t.encoding.special[i] ? t.tokenizer.token(t.encoding.ids[i]) : letters_of(t, i);
          s += (i ? "|" : "") + token;
        }
        return s;
      })
      .details([](const Tokens& t) { return details_of(t); })
      .length([](const Tokens& t) { return t.encoding.size(); })
      .item(row_of)
      .field("ids", "list of ids",
             [](const Tokens& t) { return Value(std::vector<index_t>(t.encoding.ids.begin(), t.encoding.ids.end())); })
      .field("cut", "bases for which there was no room", [](const Tokens& t) { return t.encoding.cut; });
  registry.type<text::TokenSummary>("TokenSummary", "what a tokenizer makes of a set of sequences")
      .summary(in_words)
      .details([](const text::TokenSummary& s) { return details_of(s); })
      .field("sequences", "how many", [](const text::TokenSummary& s) { return s.sequences; })
      .field("bases", "in all", [](const text::TokenSummary& s) { return s.bases; })
      .field("tokens", "that touch a base", [](const text::TokenSummary& s) { return s.tokens; })
      .field("tokens_per_base", "tokens over bases", [](const text::TokenSummary& s) { return s.tokens_per_base(); })
      .field("unknown_share", "share of unknown tokens", [](const text::TokenSummary& s) { return s.unknown_share(); })
      .field("shortest", "tokens of the shortest input", [](const text::TokenSummary& s) { return s.shortest; })
      .field("longest", "tokens of the longest input", [](const text::TokenSummary& s) { return s.longest; })
      .field("cut_sequences", "sequences that lose their end",
             [](const text::TokenSummary& s) { return s.cut_sequences; })
      .field("cut_bases", "bases that they lose", [](const text::TokenSummary& s) { return s.cut_bases; })
      .field("lost_suffixes", "inputs that lose their suffix",
             [](const text::TokenSummary& s) { return s.lost_suffixes; });
}

Value tokenizer_verb(const Arguments& a, Shell&) { return object(open_tokenizer(a.text("path"))); }

Value encode_verb(const Arguments& a, Shell& shell) {
  const auto t = tokenizer_of(a, "tokenizer", shell);
  const auto ids = t->tokenizer.encode(a.text("text"), prompt_of(a)).ids;
  return Value(std::vector<index_t>(ids.begin(), ids.end()));
}

Value decode_verb(const Arguments& a, Shell& shell) {
  const auto t = tokenizer_of(a, "tokenizer", shell);
  std::vector<std::int32_t> ids;
  for (const index_t id : a.integers("ids")) {
    if (id < 0 || id >= t->tokenizer.size())
      throw error(fmt::format("decode: id {} of a vocabulary with ids 0 to {}", id, t->tokenizer.size() - 1));
    ids.push_back(std::int32_t(id));
  }
  return t->tokenizer.decode(ids, a.flag("special"));
}

Value show_tokens(const Arguments& a, Shell& shell) {
  const auto t = tokenizer_of(a, "tokenizer", shell);
  const text::EncodeOptions o = prompt_of(a);
  const std::string& sequence = a.text("sequence");
  return make_object<Tokens>(Tokens{t->tokenizer, o.prefix + sequence + o.suffix, t->tokenizer.encode(sequence, o)});
}

Value tokens(const Arguments& a, Shell& shell) {
  const auto t = tokenizer_of(a, "tokenizer", shell);
  text::EncodeOptions o = prompt_of(a);
  if (o.max_tokens == 0) o.max_tokens = t->tokenizer.max_length();
  return make_object<text::TokenSummary>(text::summarize(t->tokenizer, sequences_of(a, "data"), o));
}

/// Says each merge as it is learnt.
struct Watcher : text::MergeWatcher {
  Shell& shell;
  index_t said = 0, most;
  Watcher(Shell& s, index_t n) : shell(s), most(n) {}
  bool learnt(const text::LearntMerge& m) override {
    throw_if_interrupted();
    if (said++ < most)
      shell.say(fmt::format("merge {}: {} + {} -> {}  ({} times)", said, m.left, m.right, m.left + m.right, m.count));
    return true;
  }
};

Value train_tokenizer(const Arguments& a, Shell& shell) {
  std::vector<std::string> texts;
  bool sequences = true;
  if (const auto* path = a.value("data").as<std::string>()) {
    texts.push_back(text::read_text(path_of(*path)));
    sequences = false;
  } else if (const auto* list = a.value("data").as<Value::List>()) {
    for (const Value& v : *list) {
      const auto* s = v.as<std::string>();
      if (!s) throw error("train_tokenizer: a list of texts is wanted, got " + kind_in_words(v) + " in it");
      texts.push_back(*s);
    }
  } else {
    texts = sequences_of(a, "data");
  }
  text::TrainBpeOptions o;
  o.byte_level = a.has("byte_level") ? a.flag("byte_level") : !sequences;
  o.least_count = a.integer("least_count");
  if (!o.byte_level) {
    o.special = {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"};
    o.begin = "[CLS]", o.end = "[SEP]";
  }
  index_t letters = 256;
  if (!o.byte_level) {
    std::set<char> seen;
    for (const std::string& s : texts)
      for (const char c : s)
        if (!std::isspace(static_cast<unsigned char>(c))) seen.insert(c);
    letters = index_t(seen.size());
  }
  o.vocabulary = index_t(o.special.size()) + letters + a.integer("merges");
  Watcher watcher(shell, a.integer("watch"));
  o.watcher = &watcher;
  text::TrainedBpe trained = text::train_bpe(texts, o);
  return make_object<SessionTokenizer>(
      SessionTokenizer{a.text_or("name", "learnt"), std::move(trained.tokenizer), std::move(trained.merges)});
}

Value save_tokenizer(const Arguments& a, Shell& shell) {
  const std::string folder = path_of(a.text("folder"));
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault) throw file_error(folder, "the folder cannot be made: " + fault.message());
  a.object<SessionTokenizer>("tokenizer")->tokenizer.save(folder);
  if (shell.settings.interactive) shell.say("wrote " + folder);
  return {};
}

Parameter tokenizer_parameter() {
  return any("tokenizer",
             "a Tokenizer, a LanguageModel, a path, or bytes, characters, hyena, kmers1 to kmers8, nt1, nt2")
      .one_of({"Tokenizer", "LanguageModel"})
      .with(Completes::file);
}

}  // namespace

std::shared_ptr<SessionTokenizer> tokenizer_of(const Arguments& a, std::string_view name, Shell& shell) {
  if (const auto t = a.object<SessionTokenizer>(name)) return t;
  if (const auto m = a.object<model::LanguageModel>(name))
    return std::make_shared<SessionTokenizer>(SessionTokenizer{fs::path(m->path).filename().string(), m->reader()});
  if (const auto* path = a.value(name).as<std::string>()) return open_tokenizer(*path);
  (void)shell;
  throw error(fmt::format("'{}' must be a Tokenizer, a LanguageModel, a path or the name of a kind ({}), got {}", name,
                          fmt::join(kinds, ", "), kind_in_words(a.value(name))));
}

std::vector<std::string> sequences_of(const Arguments& a, std::string_view name) {
  if (const data::Dataset* rows = dataset_in(a.value(name))) return rows->sequences;
  if (const auto* s = a.value(name).as<std::string>()) return {*s};
  if (const auto* list = a.value(name).as<Value::List>()) {
    std::vector<std::string> out;
    for (const Value& v : *list)
      if (const auto* s = v.as<std::string>()) out.push_back(*s);
    if (out.size() == list->size()) return out;
  }
  throw error(fmt::format("'{}' must be a Dataset, Splits (their training part), a text or a list of texts, got {}",
                          name, kind_in_words(a.value(name))));
}

std::vector<std::string> texts_of(const Arguments& a, std::string_view name) {
  if (const auto* path = a.value(name).as<std::string>()) {
    std::error_code ignored;
    if (fs::is_regular_file(path_of(*path), ignored)) return {text::read_text(path_of(*path))};
  }
  return sequences_of(a, name);
}

void register_token_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "tokenizer",
       .group = "tokens",
       .doc = "Opens a tokenizer: a folder, one of its files, or a kind that needs none.",
       .parameters = {file("path", "folder or file; or bytes, characters, hyena, kmers1 to kmers8, nt1, nt2")},
       .run = tokenizer_verb,
       .help = "Read are tokenizer.json (Llama's, too), vocab.json with merges.txt, vocab.txt, SentencePiece models "
               "and llama2.c's tokenizer.bin. kmers6 is that of DNABERT-6, nt1 and nt2 are those of the Nucleotide "
               "Transformer.",
       .example = "t = tokenizer \"kmers6\"\nt = tokenizer \"all-MiniLM-L6-v2\""});
  registry.add({.name = "encode",
                .group = "tokens",
                .doc = "The ids of a text, special tokens included.",
                .parameters = with_prompt({tokenizer_parameter(), text("text", "what to encode")}),
                .run = encode_verb,
                .example = "encode(\"kmers3\", \"ACGTAC\")"});
  registry.add({.name = "decode",
                .group = "tokens",
                .doc = "The text of a list of ids.",
                .parameters = {tokenizer_parameter(), list("ids", "ids of the vocabulary"),
                               flag("special", "show special tokens").by_default(false)},
                .run = decode_verb,
                .example = "decode(\"nt2\", encode(\"nt2\", \"ACGTACG\"))"});
  registry.add(
      {.name = "show_tokens",
       .group = "tokens",
       .doc =
           "Shows how a sequence or text is cut: each token with its id, the bases or letters it stands for, and what "
           "is odd.",
       .parameters = with_prompt({tokenizer_parameter(), text("sequence", "DNA or any text")}),
       .run = show_tokens,
       .help = "With a prefix or suffix the tokens are those of the whole text: one that spans a boundary is "
               "marked, as are DNA tokens that are English words and unknown ones.",
       .example = "show_tokens(lm, \"ACGTAGCAT\")\nshow_tokens(lm, \"ACGTAGCAT\", {prefix = \"Sequence: \"})"});
  registry.add({.name = "tokens",
                .group = "tokens",
                .doc = "What a tokenizer makes of sequences: tokens per base, unknown ones, sequences that are cut.",
                .parameters = with_prompt({any("data", "a Dataset, Splits (the training part) or a list of texts")
                                               .one_of({"Dataset", "Splits", "Simulated"}),
                                           tokenizer_parameter()}),
                .run = tokens,
                .help = "DNA that a vocabulary of words turns into one unknown token is refused.",
                .example = "tokens(s, \"kmers6\")\ntokens(s, lm, {prefix = \"Domain: DNA\\\\nSequence: \"})"});
  registry.add(
      {.name = "train_tokenizer",
       .group = "tokens",
       .doc = "Learns byte pair encoding from sequences or text, merge by merge.",
       .parameters = {any("data", "a Dataset, Splits (the training part), a list of texts, or a text file")
                          .one_of({"Dataset", "Splits", "Simulated"})
                          .with(Completes::file),
                      integer("merges", "how many to learn").between(1, 1'000'000).by_default(100),
                      integer("watch", "merges that are told as they are learnt").at_least(0).by_default(20),
                      flag("byte_level", "words and bytes of GPT-2, else letters; text: yes, DNA: no").optional(),
                      integer("least_count", "rarer pairs are not merged").at_least(1).by_default(2),
                      text("name", "its name").optional()},
       .run = train_tokenizer,
       .help = "Each merge makes one token of the two neighbours that stand together most often. t.merges "
               "lists them; save_tokenizer writes a tokenizer.json that the public packages open.",
       .example = "t = train_tokenizer(s, {merges = 20})\nt.merges[1].token"});
  registry.add(
      {.name = "save_tokenizer",
       .group = "tokens",
       .doc = "Writes the files of a tokenizer into a folder.",
       .parameters = {value_of({"Tokenizer"}, "tokenizer", "the tokenizer"), file("folder", "made when needed")},
       .run = save_tokenizer,
       .example = "save_tokenizer(t, \"my_tokenizer\")"});
}

}  // namespace l2g::repl
