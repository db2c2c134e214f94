#pragma once
// SentencePiece models of type BPE, as Llama has them: neighbours merge into the piece of the highest score.
#include <l2g/text/tokenizer_impl.hpp>

namespace l2g::text {

enum class PieceType { normal = 1, unknown, control, user_defined, unused, byte };

/// What a tokenizer.model says.
struct SentencePieceModel {
  struct Piece {
    std::string text;
    float score = 0;
    PieceType type = PieceType::normal;
  };
  std::vector<Piece> pieces;
  SpecialIds special;
  bool byte_fallback = false;
  /// A space is put before the text; spaces at its ends vanish and several are one; spaces become U+2581.
  bool dummy_prefix = true, remove_extra_spaces = true, escape_spaces = true;
};

/// Reads a tokenizer.model (a protocol buffer). Throws file_error when it is damaged, or when it is a model of another
/// type than BPE or with a normalisation that is not the identity.
SentencePieceModel parse_sentencepiece(std::string_view bytes, std::string_view name);
/// Reads the text form that SentencePiece writes beside it (.vocab): a piece, a tab and a score in each line; types
/// are told by name, the rest has SentencePiece's defaults. Throws file_error.
SentencePieceModel parse_sentencepiece_vocabulary(std::string_view text, std::string_view name);
/// Reads the tokenizer.bin that llama2.c makes of such a model (github.com/karpathy/llama2.c, tokenizer.py, export):
/// the int32 bytes of the longest token, then for each token a float32 score, its int32 bytes, and these, to the end of
/// the file. Types are told by name. What the file does not keep is whether several spaces count as one: they do when
/// no token has two, as no model can learn one then. Throws file_error.
SentencePieceModel parse_llama2c_tokenizer(std::string_view bytes, std::string_view name);
/// Adds a piece; its type and, for <unk>, <s>, </s>, <pad> and bytes, its role are those that its name tells.
void add_by_name(SentencePieceModel& model, SentencePieceModel::Piece piece);

/// Throws error when two pieces are equal or there is neither an unknown piece nor one for each byte.
std::shared_ptr<Tokenizer::Impl> make_sentencepiece(const SentencePieceModel& model);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/llama2c_tokenizer-inl.hpp>
#include <l2g/text/sentencepiece-inl.hpp>
#include <l2g/text/sentencepiece_file-inl.hpp>
#endif
