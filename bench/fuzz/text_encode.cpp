// Any bytes as text for every kind of tokenizer: ids of the vocabulary, offsets in order and inside, bytes that come
// back where the kind promises it, truncation that keeps its limit.
#include <l2g/text/dna_tokenizers.hpp>
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/sentencepiece.hpp>
#include <l2g/text/token_summary.hpp>
#include <l2g/text/train_bpe.hpp>

#include <cstdlib>

namespace {
using namespace l2g::text;

const std::vector<Tokenizer>& all() {
  static const std::vector<Tokenizer> made = [] {
    const std::vector<std::string> texts{"the cat's cat, the cats and 12 \xc3\xa9t\xc3\xa9s \xe4\xbd\xa0",
                                         "ACGTACGTTTGACAACGT"};
    TrainBpeOptions plain;
    plain.byte_level = false;
    std::string vocabulary = "<unk>\t0\n<s>\t0\n</s>\t0\n";
    for (const char* piece :
         {"\xe2\x96\x81", "t", "h", "e", "th", "the", "\xe2\x96\x81the", "\xc3\xa9", "ca", "c", "a"})
      vocabulary += std::string(piece) + "\t-1\n";
    // Llama's: visible spaces, the bytes of one letter, special tokens before and after the normalizer.
    const std::string llama =
        R"({"added_tokens": [{"id": 0, "content": "<unk>", "special": true, "normalized": false},
                             {"id": 1, "content": "<s>", "special": true, "normalized": true}],
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "_"},
              {"type": "Replace", "pattern": {"String": " "}, "content": "_"}]},
            "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
              "vocab": {"<unk>": 0, "<s>": 1, "_": 2, "t": 3, "h": 4, "e": 5, "a": 6, "c": 7, "he": 8, "the": 9,
                        "_the": 10, "<0xC3>": 11, "<0xA9>": 12, "ca": 13, "__": 14},
              "merges": ["h e", "t he", "_ the", "c a", ["_", "_"]]}})";
    const std::string metaspace = llama.substr(0, llama.find("\"normalizer\"")) +
                                  R"("pre_tokenizer": {"type": "Metaspace", "replacement": "_"}, )" +
                                  llama.substr(llama.find("\"model\""));
    return std::vector<Tokenizer>{
        train_bpe(texts).tokenizer,
        train_bpe(texts, plain).tokenizer,
        parse_vocabulary_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\n,\na\n##c\ne\n", "vocab.txt"),
        Tokenizer(make_sentencepiece(parse_sentencepiece_vocabulary(vocabulary, "vocab"))),
        kmer_tokenizer(3),
        nucleotide_transformer_tokenizer(2),
        character_tokenizer(),
        byte_tokenizer(),
        hyena_tokenizer(),
        parse_tokenizer_json(llama, "llama"),
        parse_tokenizer_json(metaspace, "metaspace")};
  }();
  return made;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Tokenizer& t = all()[data[0] % all().size()];
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  EncodeOptions options;
  if (data[1] & 1) options.prefix = "the ";
  if (data[1] & 2) options.suffix = " cat";
  const Encoding e = t.encode(text, options);
  std::uint32_t last = 0;
  for (l2g::index_t i = 0; i < e.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    t.token(e.ids[at]);
    if (e.special[at]) continue;
    if (e.offsets[at].begin > e.offsets[at].end || e.offsets[at].begin < last) std::abort();
    if (e.offsets[at].end > options.prefix.size() + text.size() + options.suffix.size()) std::abort();
    last = e.offsets[at].begin;
  }
  if (t.kind() == TokenizerKind::bytes && t.decode(e.ids) != options.prefix + text + options.suffix) std::abort();
  t.decode(e.ids, true);
  options.max_tokens = 1 + (data[1] >> 2);
  options.allow_lost_suffix = true;
  options.keep_suffix = data[1] & 4;
  try {
    if (t.encode(text, options).size() > options.max_tokens) std::abort();
    const std::string sequences[] = {text};
    summarize(t, sequences, options);
  } catch (const l2g::error& fault) {
    if (std::string_view(fault.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
