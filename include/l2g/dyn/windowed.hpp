#pragma once
// A model on many sequences that differ from one reference in a single base each: only the positions that the base can
// reach are computed, layer by layer (Nair et al. 2022, fastISM; here for every chain of layers of the registry).
#include <l2g/dyn/model.hpp>

namespace l2g::model {

/// One exchange at a position of the model's input: channel `base` becomes 1, the others 0.
struct Exchange {
  index_t position = 0;
  int base = 0;
};

/// Convolutions, pools and everything that works on each position alone see a window around the exchange; flatten and
/// the linear map behind it, mean and maximum over all positions and bags of k-mers add what changed to what the
/// reference gave; other layers (attention) see all positions. Residual, concat and the mean over both strands are
/// followed into their branches. Outputs differ from those of the whole model by rounding alone.
class Windowed {
 public:
  /// For a model that reads bases, not tokens. The model must outlive it. Throws error for a model of tokens.
  Windowed(const Model& model, cpu::Pool* pool);
  ~Windowed();
  Windowed(Windowed&&) noexcept;

  /// Reads the reference, one-hot (length, channels), and returns its outputs (outputs).
  std::span<const float> read(std::span<const float> one_hot);
  /// Outputs of each mutant of the reference that was read last, (exchanges, outputs). Neighbours share more when the
  /// exchanges are sorted by position.
  void outputs(std::span<const Exchange> exchanges, std::span<float> y);
  /// How many exchanges are worked on at once.
  index_t batch() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/windowed-inl.hpp>
#endif
