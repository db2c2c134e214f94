// The objects of l2g::compiled: tokenizers.
#include <l2g/text/added_tokens-inl.hpp>
#include <l2g/text/bpe-inl.hpp>
#include <l2g/text/dna_tokenizers-inl.hpp>
#include <l2g/text/load_tokenizer-inl.hpp>
#include <l2g/text/regex-inl.hpp>
#include <l2g/text/sentencepiece-inl.hpp>
#include <l2g/text/sentencepiece_file-inl.hpp>
#include <l2g/text/token_summary-inl.hpp>
#include <l2g/text/tokenizer-inl.hpp>
#include <l2g/text/tokenizer_config-inl.hpp>
#include <l2g/text/tokenizer_json-inl.hpp>
#include <l2g/text/train_bpe-inl.hpp>
#include <l2g/text/unicode-inl.hpp>
#include <l2g/text/vocabulary-inl.hpp>
#include <l2g/text/vocabulary_files-inl.hpp>
#include <l2g/text/wordpiece-inl.hpp>
