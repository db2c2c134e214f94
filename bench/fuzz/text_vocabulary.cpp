// Any bytes as vocab.txt, and (cut at the first zero) as vocab.json with merges.txt: refused with a one-line
// file_error, or a tokenizer that encodes.
#include <l2g/text/load_tokenizer.hpp>

#include <cstdlib>

namespace {
template <class F>
void try_out(F&& load) {
  try {
    const l2g::text::Tokenizer t = load();
    const auto ids = t.ids("The cat's \xc3\xa9 ACGT\xff");
    for (const auto id : ids) t.token(id);
    t.decode(ids);
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(all.find('\0'), size);
  const std::string_view rest = all.substr(std::min(cut + 1, size));
  using namespace l2g::text;
  try_out([&] { return parse_vocabulary_text(all, "input"); });
  for (const auto family : {TokenizerFamily::automatic, TokenizerFamily::roberta})
    try_out([&] { return parse_byte_level_bpe(all.substr(0, cut), rest, "input", {family}); });
  return 0;
}
