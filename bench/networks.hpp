#pragma once
// The networks in whose eyes sequences are explained in the races against tangermeme; bench/networks.py has their
// twins.
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/model.hpp>

namespace bench {

inline constexpr l2g::index_t bases = 1000;

/// deepsea: Zhou and Troyanskaya 2015, positions kept. resnet1d: nine convolutions of 64, 128, 64 channels, the largest
/// position. cnn: what the shell builds, pooled.
inline l2g::model::Spec network(const std::string& name) {
  using l2g::model::layer;
  const auto conv = [](double out) { return layer("conv1d", {{"out", out}, {"kernel", 8}}, {{"padding", "valid"}}); };
  if (name == "deepsea")
    return l2g::model::sequential({conv(320), layer("relu"), layer("max_pool", {{"window", 4}}), conv(480),
                                   layer("relu"), layer("max_pool", {{"window", 4}}), conv(960), layer("relu"),
                                   layer("flatten"), layer("linear", {{"out", 925}}), layer("relu"),
                                   layer("linear", {{"out", 2}})});
  if (name != "resnet1d" && name != "cnn")
    throw l2g::error("networks are deepsea, resnet1d and cnn, not '" + name + "'");
  l2g::model::Spec embedder =
      name == "cnn" ? l2g::model::cnn_embedder({}) : l2g::model::resnet1d({.channels = {64, 128, 64}});
  return l2g::model::sequential({std::move(embedder), layer("global_max_pool"), layer("linear", {{"out", 64}}),
                                 layer("relu"), layer("linear", {{"out", 2}})});
}

/// The network with random weights, which it writes into the folder.
inline l2g::model::Model written_network(const std::string& name, const std::string& folder) {
  l2g::model::Model m = l2g::model::make_model(name, network(name), {bases, 4}, {"0", "1"}, 1);
  l2g::model::save(m, folder + "/model.safetensors");
  return m;
}

/// Row `row` of the random sequences.
inline std::string random_sequence(l2g::index_t row) {
  std::string s;
  for (l2g::index_t i = 0; i < bases; ++i) s += "ACGT"[l2g::Rng{2, std::uint64_t(row)}.below(1, std::uint64_t(i), 4)];
  return s;
}

}  // namespace bench
