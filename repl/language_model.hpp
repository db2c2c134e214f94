#pragma once
// The language models that come with the program: where they lie, and what the transfer takes from them.
#include <l2g/models/byte_language_model.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace l2g::repl {

/// The path of the shipped weights: beside the program, in share/l2g of the installation, in examples/language_model of
/// the source tree that the program was built from, or in the current folder. Throws l2g::error that names where it
/// looked. The same holds for shipped_model.
std::string shipped_language_model();

/// Where a pre-trained model that ships with the program lies, by its name: "small-opt" (a folder), "byte-roberta" (a
/// file). Empty for any other name. Throws l2g::error that names where it looked when it is not there.
std::string shipped_model(std::string_view name);

/// Token vectors of a text, as the embedding block of a byte language model gives them.
struct TextReference {
  std::string source, language_model;
  index_t tokens = 0, width = 0;
  std::vector<float> features;  // (tokens, width)
};
TextReference text_reference(const std::string& text_path, const std::string& weights, index_t tokens,
                             std::uint64_t seed);

}  // namespace l2g::repl
