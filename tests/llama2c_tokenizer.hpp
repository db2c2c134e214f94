#pragma once
// Bytes of a tokenizer.bin, as llama2.c writes it (tokenizer.py, export).
#include <l2g/text/tokenizer.hpp>

#include <algorithm>
#include <cstring>
#include <string>

inline std::string bytes_of(auto value) {
  std::string bytes(sizeof value, 0);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// One token.
inline std::string llama2c_token(const std::string& piece, float score = 0) {
  return bytes_of(score) + bytes_of(static_cast<std::int32_t>(piece.size())) + piece;
}

/// A SentencePiece vocabulary without tokens of bytes, whose scores fall from the token with the id 3 on.
inline std::string llama2c_tokenizer(const l2g::text::Tokenizer& model) {
  std::string tokens;
  std::size_t longest = 0;
  for (std::int32_t id = 0; id < model.size(); ++id) {
    std::string piece = model.token(id);
    if (const auto at = piece.find("\xe2\x96\x81"); at != piece.npos) piece.replace(at, 3, " ");
    if (id == model.special().begin || id == model.special().end) piece = "\n" + piece + "\n";
    longest = std::max(longest, piece.size());
    tokens += llama2c_token(piece, id < 4 ? 0.f : static_cast<float>(3 - id));
  }
  return bytes_of(static_cast<std::int32_t>(longest)) + tokens;
}
