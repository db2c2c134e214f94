// Any bytes as a SentencePiece model, and as its text form: refused with a one-line message, or a tokenizer that
// encodes.
#include <l2g/text/sentencepiece.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace l2g::text;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool binary : {true, false}) try {
      const auto model = binary ? parse_sentencepiece(bytes, "input") : parse_sentencepiece_vocabulary(bytes, "input");
      const Tokenizer t(make_sentencepiece(model));
      const auto ids = t.ids(" The  cat \xc3\xa9\xff a");
      for (const auto id : ids) t.token(id);
      t.decode(ids);
    } catch (const l2g::error& e) {
      if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
    }
  return 0;
}
