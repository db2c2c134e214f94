#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/registry.hpp>

namespace l2g::model {
namespace detail {

inline Spec conv(index_t out, index_t kernel, index_t dilation, bool causal) {
  return layer("conv1d", {{"out", double(out)}, {"kernel", double(kernel)}, {"dilation", double(dilation)}},
               {{"padding", causal ? "causal" : "same"}});
}
inline index_t dilation_of(const std::vector<index_t>& list, std::size_t i) { return i < list.size() ? list[i] : 1; }

}  // namespace detail

L2G_INLINE Spec cnn_embedder(const EmbedderOptions& o) {
  if (o.kernels.empty() || o.kernels.size() % 2 == 0)
    throw error("cnn: kernels are one for the stem and two for each residual block, got " +
                std::to_string(o.kernels.size()));
  std::vector<Spec> parts{detail::conv(o.channels, o.kernels[0], detail::dilation_of(o.dilations, 0), o.causal),
                          layer("batch_norm"), layer("relu")};
  if (o.pool > 1) parts.push_back(layer("max_pool", {{"window", double(o.pool)}}));
  for (std::size_t i = 1; i < o.kernels.size(); i += 2) {
    parts.push_back(residual(
        sequential({detail::conv(o.channels, o.kernels[i], detail::dilation_of(o.dilations, i), o.causal),
                    layer("batch_norm"), layer("relu"), layer("dropout", {{"share", o.dropout}}),
                    detail::conv(o.channels, o.kernels[i + 1], detail::dilation_of(o.dilations, i + 1), o.causal),
                    layer("batch_norm")})));
    parts.push_back(layer("relu"));
  }
  return sequential(std::move(parts));
}

L2G_INLINE Spec resnet1d(const ResNet1DOptions& o) {
  if (o.channels.size() != 3 || o.kernels.size() != 9 || o.dilations.size() != 9)
    throw error("resnet1d: three channels, nine kernels and nine dilations, got " + std::to_string(o.channels.size()) +
                ", " + std::to_string(o.kernels.size()) + ", " + std::to_string(o.dilations.size()));
  std::vector<Spec> blocks;
  for (std::size_t b = 0; b < 3; ++b) {
    std::vector<Spec> units;
    for (std::size_t i = 3 * b; i < 3 * b + 3; ++i) {
      std::vector<Spec> unit{detail::conv(o.channels[b], o.kernels[i], o.dilations[i], o.causal)};
      if (o.dropout > 0) unit.push_back(layer("dropout", {{"share", o.dropout}}));
      unit.push_back(layer("batch_norm"));
      unit.push_back(layer("relu"));
      units.push_back(sequential(std::move(unit)));
    }
    const bool same = b > 0 && o.channels[b] == o.channels[b - 1];
    if (same && !o.skip_always)
      blocks.push_back(sequential(std::move(units)));
    else
      blocks.push_back(same ? residual(sequential(std::move(units)))
                            : residual(sequential(std::move(units)),
                                       sequential({detail::conv(o.channels[b], 1, 1, false), layer("batch_norm")})));
  }
  return sequential(std::move(blocks));
}

L2G_INLINE Spec tokens(index_t width, index_t window) {
  std::vector<Spec> parts;
  if (window > 1) parts.push_back(layer("average_pool", {{"window", double(window)}}));
  if (width > 0) parts.push_back(layer("linear", {{"out", double(width)}}).named("projection"));
  parts.push_back(layer("layer_norm").named("norm"));
  return sequential(std::move(parts));
}

L2G_INLINE Spec encoder(index_t layers, index_t heads, index_t hidden, double dropout) {
  return {
      .type = "repeated",
      .numbers = {{"times", double(layers)}},
      .parts = {layer("transformer", {{"heads", double(heads)}, {"hidden", double(hidden)}, {"dropout", dropout}})}};
}

L2G_INLINE std::vector<Spec> classifier(bool keep_positions, index_t hidden, double dropout, index_t classes) {
  std::vector<Spec> parts;
  parts.push_back(layer(keep_positions ? "flatten" : "global_max_pool"));
  if (hidden > 0) {
    parts.push_back(layer("dropout", {{"share", dropout}}));
    parts.push_back(layer("linear", {{"out", double(hidden)}}).named("hidden"));
    parts.push_back(layer("relu"));
  }
  parts.push_back(layer("dropout", {{"share", dropout}}));
  parts.push_back(layer("linear", {{"out", double(classes)}}).named("head"));
  return parts;
}

L2G_INLINE Spec with_wide_path(Spec deep, double dropout, index_t classes) {
  const Spec detectors = layer("conv1d", {{"out", 64}, {"kernel", 3}}, {{"padding", "valid"}}).named("kmers").freeze();
  return residual(std::move(deep),
                  sequential({detectors, layer("relu"), layer("flatten"), layer("dropout", {{"share", dropout}}),
                              layer("linear", {{"out", double(classes)}}).named("weights")}));
}

L2G_INLINE Spec with_kmer_bag(Spec deep, index_t k, bool both_strands, index_t classes) {
  return residual(std::move(deep), layer("kmer_bag", {{"out", double(classes)}, {"k", double(k)}},
                                         {{"strands", both_strands ? "both" : "one"}}));
}

L2G_INLINE NetworkOptions options_of(const transfer::Preset& preset, const TransferTask& task) {
  NetworkOptions o;
  o.dropout = o.cnn.dropout = o.resnet1d.dropout = preset.dropout;
  o.cnn.causal = o.resnet1d.causal = preset.causal;
  o.tokens = preset.tokens;
  o.keep_positions = preset.follow_advice && task.keep_positions;
  o.wide = preset.follow_advice && task.wide;
  o.both_strands = preset.follow_advice && task.both_strands;
  // Where positions are kept a small network with a linear head is enough; where they are pooled, a wide one sees more.
  if (o.keep_positions) o.cnn.channels = 32, o.cnn.kernels = {9, 5, 5}, o.cnn.pool = 2;
  o.hidden = o.keep_positions ? 0 : 64;
  if (preset.published_embedder) {
    o.resnet = o.mean = true;
    o.project = false;
    o.resnet1d.channels = {128, 256, task.body ? task.body->width : 256};
    o.resnet1d.skip_always = preset.skip_always;
    o.hidden = 0;
  }
  return o;
}

L2G_INLINE Spec with_wide_and_strands(Spec chain, const NetworkOptions& o, const TransferTask& task) {
  const auto mean = [](Spec f) { return Spec{.type = "strand_mean", .parts = {std::move(f)}}; };
  if (o.wide && o.keep_positions) {
    chain = with_wide_path(std::move(chain), 0.5, task.classes);
    return o.strand_mean ? mean(std::move(chain)) : chain;
  }
  if (o.strand_mean) chain = mean(std::move(chain));
  if (!o.wide) return chain;
  const bool both = o.both_strands || o.strand_mean;  // the bag itself is the same for both strands: it stays outside
  return with_kmer_bag(std::move(chain), std::min<index_t>(6, task.length), both, task.classes);
}

L2G_INLINE Spec network(const NetworkOptions& o, const TransferTask& task) {
  Spec embedder = o.resnet ? resnet1d(o.resnet1d) : cnn_embedder(o.cnn);
  std::vector<Spec> parts;
  if (task.body) {
    const Seq features = out_of(embedder, {1, task.length, task.channels});
    if (!o.project && features[2] != task.body->width)
      throw shape_error("network: the embedder ends in " + std::to_string(features[2]) +
                        " channels, the language model wants " + std::to_string(task.body->width) +
                        ": make its last block that wide, or project");
    const index_t wanted = o.tokens > 0 ? o.tokens : features[1];
    const index_t window = std::max<index_t>(1, (features[1] + wanted - 1) / wanted);
    embedder = sequential({embedder.named("cnn"), tokens(o.project ? task.body->width : 0, window).named("tokens")});
  }
  parts.push_back(embedder.named("embedder"));
  if (task.body)
    parts.push_back(encoder(task.body->layers, task.body->heads, task.body->hidden, o.dropout).named("body"));
  if (!o.keep_positions && (o.mean || task.body)) {
    parts.push_back(layer("mean_pool"));
    parts.push_back(layer("linear", {{"out", double(task.classes)}}).named("head"));
  } else {
    for (Spec& s : classifier(o.keep_positions, o.hidden, o.dropout, task.classes)) parts.push_back(std::move(s));
  }
  return with_wide_and_strands(sequential(std::move(parts)), o, task);
}

L2G_INLINE Spec network(const transfer::Preset& preset, const TransferTask& task) {
  return network(options_of(preset, task), task);
}

}  // namespace l2g::model
