// Any bytes as a tokenizer.json: refused with a one-line file_error, or a tokenizer that encodes.
#include <l2g/text/load_tokenizer.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto t = l2g::text::parse_tokenizer_json({reinterpret_cast<const char*>(data), size}, "input");
    const auto ids = t.ids("The  cat's \xc3\xa9 <s>ACGT\xff");
    for (const auto id : ids) t.token(id);
    t.decode(ids);
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
