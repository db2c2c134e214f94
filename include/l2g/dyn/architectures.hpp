#pragma once
// The architectures that the shell builds by name, as Specs.
#include <l2g/dyn/spec.hpp>
#include <l2g/transfer/preset.hpp>

#include <optional>

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
  bool skip_always = true;  // false: no skip where the channels stay the same, as the published code has it
};
/// L2G's ResNet1D: blocks of three convolutions with a projection beside them, or the input itself where the channels
/// stay the same; the length stays.
Spec resnet1d(const ResNet1DOptions& options);

/// Behind an embedder: mean of each window of `window` positions, linear map to `width`, layer norm. window 1: no mean;
/// width 0: no linear map.
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
/// The wide path where position carries nothing: a linear map on the k-mers of a sequence, wherever they stand
/// (KmerBag). both_strands: a k-mer and its reverse complement count as one.
Spec with_kmer_bag(Spec deep, index_t k, bool both_strands, index_t classes);

/// What a network is built for.
struct TransferTask {
  index_t length = 0, channels = 5, classes = 2;  // of the one-hot input, and of what comes out
  bool keep_positions = true;                     // what the floors advise; read by presets that follow advice
  bool wide = false;                              // a wide path beside it, likewise
  bool both_strands = false;                      // the strand carries nothing, likewise

  struct Body {  // the encoder of a language model, on top of the embedder
    index_t width = 128, layers = 4, heads = 4, hidden = 512;
  };
  std::optional<Body> body{};
};

/// Everything that decides on the network: what a preset says for a task, open to changes.
struct NetworkOptions {
  bool resnet = false;  // else the small CNN
  EmbedderOptions cnn{};
  ResNet1DOptions resnet1d{};
  bool project = true;         // a linear map to the width of the body; else the embedder's channels are the width
  index_t tokens = 64;         // that the body reads, at most; 0: one for each position
  bool keep_positions = true;  // flatten in front of the head, else pool
  bool mean = false;           // pooling is the mean and the head is one linear map, also without a body
  index_t hidden = 0;          // channels in front of the head; 0: none
  double dropout = 0.1;
  bool wide = false;          // a wide path: positional, or a bag of 6-mers where positions are pooled
  bool both_strands = false;  // the bag takes a 6-mer and its reverse complement for one
  bool strand_mean = false;   // the mean over both strands, in training too
};
/// The options of a preset: `honest` follows the advice in `task`; `paper` and `code` are true to their architecture.
NetworkOptions options_of(const transfer::Preset& preset, const TransferTask& task);
/// A chain of layers with the wide path and the mean over both strands that the options ask for. Keys stay as they are.
Spec with_wide_and_strands(Spec chain, const NetworkOptions& options, const TransferTask& task);
/// embedder (keys "embedder"), body ("body") if there is one, pooling and head ("head").
Spec network(const NetworkOptions& options, const TransferTask& task);
/// Both at once.
Spec network(const transfer::Preset& preset, const TransferTask& task);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/architectures-inl.hpp>
#endif
