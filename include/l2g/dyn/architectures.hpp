#pragma once
// The architectures that the shell builds by name, as Specs.
#include <l2g/dyn/spec.hpp>

namespace l2g::model {

struct EmbedderOptions {
  index_t channels = 128;                        // of the features
  std::vector<index_t> kernels{19, 5, 5, 5, 5};  // stem first, then two for each residual block
  std::vector<index_t> dilations{};              // one for each kernel; empty: 1
  index_t pool = 4;                              // positions of the window behind the stem; 1: none
  double dropout = 0.1;
  bool causal = false;
};
/// A stem, max-pooling, and residual pairs of convolutions: (batch, length, C) -> (batch, length / pool, channels).
Spec cnn_embedder(const EmbedderOptions& options);

struct ResNet1DOptions {
  std::vector<index_t> channels{128, 256, 128};  // of the three blocks
  std::vector<index_t> kernels = std::vector<index_t>(9, 3), dilations = std::vector<index_t>(9, 1);
  double dropout = 0;
  bool causal = false;
};
/// L2G's ResNet1D: blocks of three convolutions with a projection beside them; the length stays.
Spec resnet1d(const ResNet1DOptions& options);

/// Behind an embedder: mean of each window of `window` positions, linear map to `width`, layer norm. window 1: none.
Spec tokens(index_t width, index_t window);

/// `layers` post-norm transformer blocks.
Spec encoder(index_t layers, index_t heads, index_t hidden, double dropout);

/// A classifier on features: positions kept (flatten) or pooled over the whole length, then a hidden layer (0: none)
/// and the linear head under the key "head".
std::vector<Spec> classifier(bool keep_positions, index_t hidden, double dropout, index_t classes);

/// A wide path beside a deep one: the logits of `deep` plus those of a linear map on the 3-mer at each position (64
/// fixed detectors, see start_detectors). Where position carries the signal it starts the network at the floor's level.
/// The keys of the deep part stay as they are; the wide part's begin with "skip".
Spec with_wide_path(Spec deep, double dropout, index_t classes);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/architectures-inl.hpp>
#endif
