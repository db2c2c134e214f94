#pragma once
// Tokenizers in the session.
#include "shell.hpp"

#include <l2g/text/tokenizer.hpp>
#include <l2g/text/train_bpe.hpp>

namespace l2g::repl {

/// A tokenizer with its name, and the merges when it was learnt here.
struct SessionTokenizer {
  std::string name;
  text::Tokenizer tokenizer;
  std::vector<text::LearntMerge> merges{};
};

/// An argument that is a Tokenizer, a LanguageModel with one, a path, or the name of a kind.
std::shared_ptr<SessionTokenizer> tokenizer_of(const Arguments& arguments, std::string_view name, Shell& shell);

/// The sequences of a Dataset, Splits (its training part) or Simulated, or the text itself.
std::vector<std::string> sequences_of(const Arguments& arguments, std::string_view name);
/// The same, where the path of a text file stands for its text.
std::vector<std::string> texts_of(const Arguments& arguments, std::string_view name);

}  // namespace l2g::repl
