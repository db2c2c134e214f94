#pragma once
// Tokenizers of DNA language models whose vocabulary follows from a rule. They know the letters in upper case only, as
// the published ones do: what else there is becomes the unknown token.
#include <l2g/text/tokenizer.hpp>

namespace l2g::text {

/// DNABERT (Ji et al. 2021): overlapping k-mers, 1 <= k <= 8, between [CLS] and [SEP]; [PAD]0 [UNK]1 [CLS]2 [SEP]3
/// [MASK]4, then the k-mers in the order A, T, C, G: id = 5 + sum of digit * 4^(k-1-j). Length L gives L - k + 1
/// tokens. A text with white space is taken for k-mers that are cut already. kmer_tokenizer(1) has the ids of Lingo's
/// "one-hot".
Tokenizer kmer_tokenizer(index_t k);

/// Nucleotide Transformer (Dalla-Torre et al. 2023), version 1 or 2: 6-mers that do not overlap, from the left; where
/// six of A, C, G, T do not stand, single letters (A, T, C, G, N). <cls> stands before the sequence, nothing behind it.
/// v1: <unk>0 <pad>1 <mask>2 <cls>3, 6-mers from 4 in the order A, T, C, G; v2: <eos>4 <bos>5, 6-mers from 6.
Tokenizer nucleotide_transformer_tokenizer(index_t version);

/// One token a letter of `alphabet` (distinct ASCII characters): <s>0 <pad>1 </s>2 <unk>3 <mask>4, letters from 5.
/// Nothing stands around the text.
Tokenizer character_tokenizer(const std::string& alphabet = "ACGTN");

/// Bytes between <s> and </s>: <s>0 <pad>1 </s>2 <mask>3, byte b is 4 + b (text/bytes.hpp). Nothing is unknown.
Tokenizer byte_tokenizer();

/// HyenaDNA (Nguyen et al. 2023): [CLS]0 [SEP]1 [BOS]2 [MASK]3 [PAD]4 [RESERVED]5 [UNK]6 A7 C8 G9 T10 N11; [CLS] x
/// [SEP]; padding on the left.
Tokenizer hyena_tokenizer();

/// k when the tokens are DNABERT's special ones and all k-mers, else 0.
index_t kmer_length(std::span<const std::string> tokens);
/// DNABERT's tokenizer with the ids of a vocabulary file, in its order; Nucleotide Transformer's likewise. Both throw
/// error when a token is there twice or a special one is missing.
Tokenizer kmer_tokenizer(std::span<const std::string> tokens, index_t k);
Tokenizer nucleotide_transformer_tokenizer(std::span<const std::string> tokens);

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/dna_tokenizers-inl.hpp>
#endif
