#pragma once
// What a model says about variants: predictions of the reference and of the alternative allele, side by side.
#include <l2g/data/variants.hpp>
#include <l2g/dyn/predict.hpp>

namespace l2g::model {

/// A window that goes beyond its chromosome.
enum class WindowEnd {
  error,
  skip,
  pad  ///< is filled up with N
};

struct VariantEffectOptions {
  index_t width = 0;  ///< bases of a window; 0: what the model reads (of a model of tokens: as many bases as tokens)
  data::FittingOptions fitting{};
  WindowEnd beyond = WindowEnd::error;
  data::LetterRules letters{};
  index_t batch = 128;
  cpu::Pool* pool = nullptr;
  Progress progress{};
};

/// Numbers of variant i and class k stand at i * classes.size() + k.
struct VariantEffects {
  std::string model{}, source{};
  std::vector<std::string> classes{};
  index_t width = 0;
  bool both_strands = false;
  std::vector<data::Variant> variants{};
  std::vector<double> reference{}, alternative{};  ///< probability of the class
  std::vector<double> difference{};                ///< logit(alternative) - logit(reference), logit p = ln(p / (1 - p))
  std::vector<std::string> notes{};                ///< what was left out, one line each

  index_t size() const { return static_cast<index_t>(variants.size()); }
  std::size_t at(index_t variant, index_t k) const {
    return static_cast<std::size_t>(variant) * classes.size() + static_cast<std::size_t>(k);
  }
  /// The largest |difference| of a variant.
  double strength(index_t variant) const;
  /// Numbers of the strongest variants, the strongest first; equal ones in the order of the file.
  std::vector<index_t> strongest(index_t count) const;
};

/// The window of a variant, letters of the reference and of the alternative allele. Its middle, base width / 2, is the
/// first base that the variant changes (behind the letters that both alleles begin with). The left edge is the same in
/// both; on the right, bases of the genome follow until the window is full: behind an insertion fewer of them than in
/// the reference, behind a deletion more.
struct VariantWindow {
  std::string reference, alternative;
};
/// Bases beyond the chromosome are N. The variant has to fit the genome (see data::fitting).
VariantWindow variant_window(const data::Genome& genome, const data::Variant& variant, index_t width,
                             const data::LetterRules& letters = {});

/// Predictions of a model for every variant, the mean over both strands where the model says so. The logit is taken of
/// that mean; where the model is certain, p and 1 - p are summed apart, so it stays finite. Names, reference alleles
/// and windows are checked before the first prediction; throws file_error as data::fitting does, and for a window
/// beyond its chromosome with counts, examples and the ways out.
VariantEffects variant_effects(const Model& model, const data::Variants& variants, const data::Genome& genome,
                               const VariantEffectOptions& options = {});

/// CSV: chrom, pos (from 1), id, ref, alt, then for each class p_ref_NAME, p_alt_NAME and logit_difference_NAME. Throws
/// file_error.
void write_csv(const VariantEffects& effects, const std::string& path);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/variant_effect-inl.hpp>
#endif
