#pragma once
#include <l2g/text/sentencepiece-inl.hpp>

#include <cmath>
#include <cstring>

namespace l2g::text {

namespace detail {

class Llama2cTokenizerReader {
 public:
  Llama2cTokenizerReader(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  SentencePieceModel read() {
    SentencePieceModel model;
    const auto longest = take<std::int32_t>();
    std::size_t seen = 0;
    bool two_spaces = false;
    while (at_ < bytes_.size()) {
      SentencePieceModel::Piece piece;
      piece.score = take<float>();
      if (!std::isfinite(piece.score)) fail("its score is no number");
      const auto size = take<std::int32_t>();
      if (size < 0 || size > longest)
        fail("it has " + std::to_string(size) + " bytes, and the longest of all has " + std::to_string(longest));
      std::string_view text = take(static_cast<std::size_t>(size));
      seen = std::max(seen, text.size());
      // The exporter sets line breaks around the two tokens that llama2.c does not print.
      if (text == "\n<s>\n" || text == "\n</s>\n") text = text.substr(1, text.size() - 2);
      two_spaces |= text.find("  ") != text.npos;
      for (const char c : text) c == ' ' ? piece.text += Spaces{}.symbol : piece.text += c;
      add_by_name(model, std::move(piece));
      ++token_;
    }
    if (static_cast<std::int64_t>(seen) != longest)
      throw file_error(name_, "the longest token has " + std::to_string(seen) + " bytes, by the first number " +
                                  std::to_string(longest) + "; was the file copied whole?");
    if (model.pieces.empty()) throw file_error(name_, "there are no tokens");
    model.remove_extra_spaces = !two_spaces;
    return model;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw file_error(name_, "this is no tokenizer.bin of llama2.c, or it is damaged: token " + std::to_string(token_) +
                                " before byte " + std::to_string(at_) + ": " + what);
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) fail("the file ends in it");
    const std::string_view part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  std::string_view bytes_, name_;
  std::size_t at_ = 0, token_ = 0;
};

}  // namespace detail

L2G_INLINE SentencePieceModel parse_llama2c_tokenizer(std::string_view bytes, std::string_view name) {
  return detail::Llama2cTokenizerReader(bytes, name).read();
}

}  // namespace l2g::text
