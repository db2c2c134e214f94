#pragma once
// What can be asked of an attribution.
#include <l2g/core/progress.hpp>
#include <l2g/dyn/model.hpp>

namespace l2g::model {

enum class Attribution {
  deeplift,    ///< DeepLIFT/SHAP: the rescale rule against references; the sum is the difference of outputs
  gradient,    ///< gradient x input: what a small change would do
  integrated,  ///< the mean gradient on the straight path from a reference
};
enum class References {
  shuffled,  ///< the sequence with its dinucleotides in another order; tokens: see AttributionOptions
  blank,  ///< no base at all: zeros in the place of A C G T; tokens: the mask, else the padding, else the unknown one
};

enum class Precision {
  mixed,   ///< float, and double for the sequences of which float misses the certificate
  single,  ///< float
  full,    ///< double
};

/// Letters other than A C G T contribute nothing and stand in references where they stand in the sequence. References
/// of a model that reads tokens have as many tokens: where a token is a fixed number of letters, dinucleotides are
/// shuffled and read again; elsewhere the sequence's own tokens come in another order. Prompts and special tokens stay.
struct AttributionOptions {
  Attribution method = Attribution::deeplift;
  /// The class that is explained; empty: of two the second, of more each sequence's own prediction. Of two classes it
  /// is the difference of their logits, else the logit of the class.
  std::string output{};
  index_t references = 20;  ///< shuffles of each sequence
  References kind = References::shuffled;
  bool corrected = false;   ///< gradient: less the mean of the four bases (Majdandzic et al. 2023)
  index_t nodes = 50;       ///< of integrated gradients; doubled up to 16 times as many where the sum misses
  double tolerance = 1e-4;  ///< by which it may, relative to max(|difference of outputs|, 1e-3)
  Precision precision = Precision::mixed;
  std::vector<index_t> rows{};  ///< from 0; empty: all
  std::uint64_t seed = 1;
  std::size_t memory = std::size_t(512) << 20;  ///< bytes that activations may take
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

}  // namespace l2g::model
