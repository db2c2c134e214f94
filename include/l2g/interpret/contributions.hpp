#pragma once
// What every method of attribution returns: how much each base of a sequence moved an output.
#include <l2g/core/config.hpp>

#include <string>
#include <vector>

namespace l2g::interpret {

/// One sequence of `length` bases, letters A C G T and N.
struct Contribution {
  std::string id, sequence;
  /// (length, 4), A C G T: what the base would contribute if it stood there (Shrikumar et al. 2017; the multiplier of
  /// the base less that of the reference, mean over references). Empty when the method has no such numbers.
  std::vector<double> hypothetical{};
  /// (length): what the base that stands there contributes; 0 for N.
  std::vector<double> observed{};
  double output = 0;            ///< of the model for this sequence
  double reference_output = 0;  ///< mean over the references; 0 when the method has none
  /// sum of `observed` - (output - reference_output), for methods that promise that it is 0; else 0.
  double residual = 0;

  index_t length() const { return index_t(sequence.size()); }
};

struct Contributions {
  std::string method;         ///< "DeepLIFT/SHAP", "gradient x input", "integrated gradients", "saturation mutagenesis"
  std::string output_name;    ///< what was explained: the logit of a class, a difference of two
  std::string note{};         ///< how: references, steps, seed, what was rounded
  bool promises_sum = false;  ///< residuals mean something
  std::vector<Contribution> rows{};

  index_t size() const { return index_t(rows.size()); }
};

/// 0 1 2 3 for A C G T (either case), -1 for anything else.
constexpr int base_index(char letter) {
  switch (letter) {
    case 'A':
    case 'a':
      return 0;
    case 'C':
    case 'c':
      return 1;
    case 'G':
    case 'g':
      return 2;
    case 'T':
    case 't':
      return 3;
    default:
      return -1;
  }
}

}  // namespace l2g::interpret
