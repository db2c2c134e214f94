// Any bytes as a SentencePiece model, as its text form, and as llama2.c's tokenizer.bin: refused with a one-line
// message, or a tokenizer that encodes.
#include <l2g/text/sentencepiece.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace l2g::text;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto parse : {parse_sentencepiece, parse_sentencepiece_vocabulary, parse_llama2c_tokenizer}) try {
      const Tokenizer t(make_sentencepiece(parse(bytes, "input")));
      const auto ids = t.ids(" The  cat \xc3\xa9\xff a");
      for (const auto id : ids) t.token(id);
      t.decode(ids);
    } catch (const l2g::error& e) {
      if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
    }
  return 0;
}
