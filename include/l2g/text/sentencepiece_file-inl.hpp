#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/text/sentencepiece-inl.hpp>

#include <charconv>
#include <cmath>
#include <cstring>

namespace l2g::text {

namespace detail {

// A protocol buffer message: fields one after the other, each a number with its wire type, then its value.
class ProtocolBuffer {
 public:
  ProtocolBuffer(std::string_view bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  bool next() {
    if (at_ == bytes_.size()) return false;
    const std::uint64_t tag = varint();
    field = tag >> 3;
    number = 0;
    data = {};
    switch (tag & 7) {
      case 0:
        number = varint();
        break;
      case 1:
        data = take(8);
        break;
      case 2:
        data = take(varint());
        break;
      case 5:
        data = take(4);
        break;
      default:
        fail();
    }
    return true;
  }
  float real() const {
    float value = 0;
    if (data.size() != sizeof value) fail();
    std::memcpy(&value, data.data(), sizeof value);
    return value;
  }
  std::int32_t integer() const { return static_cast<std::int32_t>(static_cast<std::uint32_t>(number)); }
  [[noreturn]] void fail() const { throw file_error(name_, "this is no SentencePiece model, or it is damaged"); }

  std::uint64_t field = 0, number = 0;
  std::string_view data;

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) fail();
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= std::uint64_t(byte & 0x7Fu) << shift;
      if (byte < 0x80) return value;
    }
    fail();
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) fail();
    const std::string_view part = bytes_.substr(at_, size);
    at_ += size;
    return part;
  }

  std::string_view bytes_, name_;
  std::size_t at_ = 0;
};

inline SentencePieceModel::Piece sentence_piece(std::string_view bytes, std::string_view name) {
  SentencePieceModel::Piece piece;
  ProtocolBuffer p(bytes, name);
  while (p.next()) {
    if (p.field == 1) piece.text = p.data;
    if (p.field == 2) piece.score = p.real();
    if (p.field == 3) {
      if (p.number < 1 || p.number > 6) p.fail();
      piece.type = static_cast<PieceType>(p.number);
    }
  }
  if (std::isnan(piece.score)) p.fail();
  return piece;
}

inline void trainer_spec(SentencePieceModel& model, std::string_view bytes, std::string_view name) {
  std::int32_t type = 1;
  ProtocolBuffer p(bytes, name);
  while (p.next()) switch (p.field) {
      case 3:
        type = p.integer();
        break;
      case 24:
        if (p.number) throw file_error(name, "spaces behind words (treat_whitespace_as_suffix) are not supported");
        break;
      case 35:
        model.byte_fallback = p.number != 0;
        break;
      case 40:
        model.special.unknown = p.integer();
        break;
      case 41:
        model.special.begin = p.integer();
        break;
      case 42:
        model.special.end = p.integer();
        break;
      case 43:
        model.special.pad = p.integer();
        break;
      default:
        break;
    }
  constexpr const char* types[] = {"unigram", "BPE", "word", "char"};
  if (type != 2)
    throw file_error(name, "this is a SentencePiece model of type " +
                               std::string(type >= 1 && type <= 4 ? types[type - 1] : "unknown") +
                               "; BPE is supported (Llama's type)");
}

inline void normalizer_spec(SentencePieceModel& model, std::string_view bytes, std::string_view name) {
  ProtocolBuffer p(bytes, name);
  while (p.next()) switch (p.field) {
      case 2:
        if (!p.data.empty())
          throw file_error(name, "this SentencePiece model normalises its text by a table; identity is supported");
        break;
      case 3:
        model.dummy_prefix = p.number != 0;
        break;
      case 4:
        model.remove_extra_spaces = p.number != 0;
        break;
      case 5:
        model.escape_spaces = p.number != 0;
        break;
      default:
        break;
    }
}

}  // namespace detail

L2G_INLINE SentencePieceModel parse_sentencepiece(std::string_view bytes, std::string_view name) {
  SentencePieceModel model;
  model.special = {-1, 1, 2, 0, -1};
  bool trained = false;
  detail::ProtocolBuffer p(bytes, name);
  while (p.next()) {
    if (p.field == 1) model.pieces.push_back(detail::sentence_piece(p.data, name));
    if (p.field == 2) detail::trainer_spec(model, p.data, name), trained = true;
    if (p.field == 3) detail::normalizer_spec(model, p.data, name);
  }
  if (!trained || model.pieces.empty()) p.fail();
  const auto count = static_cast<std::int32_t>(model.pieces.size());
  for (std::int32_t* id : {&model.special.pad, &model.special.begin, &model.special.end, &model.special.unknown})
    if (*id < 0 || *id >= count) *id = -1;
  return model;
}

L2G_INLINE void add_by_name(SentencePieceModel& model, SentencePieceModel::Piece piece) {
  const auto id = static_cast<std::int32_t>(model.pieces.size());
  if (piece.text == "<unk>") piece.type = PieceType::unknown, model.special.unknown = id;
  if (piece.text == "<s>") piece.type = PieceType::control, model.special.begin = id;
  if (piece.text == "</s>") piece.type = PieceType::control, model.special.end = id;
  if (piece.text == "<pad>") piece.type = PieceType::control, model.special.pad = id;
  if (is_byte_piece(piece.text)) piece.type = PieceType::byte, model.byte_fallback = true;
  model.pieces.push_back(std::move(piece));
}

L2G_INLINE SentencePieceModel parse_sentencepiece_vocabulary(std::string_view text, std::string_view name) {
  SentencePieceModel model;
  index_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++line;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view row = text.substr(at, end - at);
    at = end + 1;
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    const std::size_t tab = row.rfind('\t');
    if (tab == std::string_view::npos || tab == 0)
      throw file_error(name, line, 0, "a piece, a tab and a score were expected");
    SentencePieceModel::Piece piece{std::string(row.substr(0, tab)), 0, PieceType::normal};
    const auto [stop, fault] = std::from_chars(row.data() + tab + 1, row.data() + row.size(), piece.score);
    if (fault != std::errc() || stop != row.data() + row.size() || std::isnan(piece.score))
      throw file_error(name, line, static_cast<index_t>(tab) + 2,
                       "a score was expected, not " + io::in_quotes(row.substr(tab + 1)));
    add_by_name(model, std::move(piece));
  }
  if (model.pieces.empty()) throw file_error(name, "the vocabulary is empty");
  return model;
}

}  // namespace l2g::text
