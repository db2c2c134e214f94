// Any bytes as a file of CoNLL-2003: refused with a one-line file_error, or words with tags in the scheme IOB2.
#include <l2g/text/conll.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto t = l2g::text::parse_conll({reinterpret_cast<const char*>(data), size}, "input");
    if (t.words.empty() || t.words.size() != t.tags.size() || t.sentences.back() != t.words.size()) std::abort();
    for (std::size_t s = 0; s < t.sentence_count(); ++s) {
      if (t.sentence(s).empty()) std::abort();
      for (std::size_t w = t.sentences[s]; w < t.sentences[s + 1]; ++w) {
        const int tag = t.tags[w], before = w == t.sentences[s] ? 0 : t.tags[w - 1];
        if (tag < 0 || tag > 8 || t.words[w].empty()) std::abort();
        if (tag > 0 && tag % 2 == 0 && before != tag && before != tag - 1) std::abort();
      }
    }
    const auto tokens = l2g::text::tag_tokens(t, [](std::span<const std::string> words) {
      l2g::text::WordTokens out;
      for (std::size_t w = 0; w < words.size(); ++w) {
        out.ids.insert(out.ids.end(), 2, 1);
        out.word.insert(out.word.end(), 2, static_cast<std::int32_t>(w));
      }
      return out;
    });
    if (tokens.ids.size() != 2 * t.words.size()) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
