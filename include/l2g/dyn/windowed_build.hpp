#pragma once
// Which node stands for which layer.
#include <l2g/dyn/windowed_containers.hpp>
#include <l2g/dyn/windowed_conv1d.hpp>
#include <l2g/dyn/windowed_layers.hpp>
#include <l2g/dyn/windowed_one_vector.hpp>
#include <l2g/dyn/windowed_strands.hpp>

namespace l2g::model::detail {

/// The node of a part and of all parts inside of it.
inline NodePointer node_of(const WindowPart& part);

template <class Node>
NodePointer made(const WindowPart& part) {
  return std::make_unique<Node>(part);
}

inline bool has_groups(const Spec& s) { return number_of(s, "groups") != 1; }
inline bool does_nothing(const Spec& s) { return s.type == "dropout" || s.type == "identity"; }

inline NodePointer convolution(const WindowPart& part) {
  if (has_groups(part.spec)) return made<Neighbours>(part);
  return std::make_unique<Convolved>(part, nullptr, false);
}

inline NodePointer bag_of_kmers(const WindowPart& part) {
  return part.bases ? made<BagOfKmers>(part) : made<AllPositions>(part);
}

/// Layer i of a container whose layers read what the container reads.
inline NodePointer branch(const WindowPart& part, std::size_t i) {
  return node_of(
      {part.model, part.spec.parts[i], joined(part.key, key_of_part(part.spec, i)), part.in, part.bases, part.pool});
}

inline NodePointer two_branches(const WindowPart& part) {
  NodePointer first = branch(part, 0), second = part.spec.parts.size() > 1 ? branch(part, 1) : nullptr;
  return std::make_unique<TwoBranches>(std::move(first), std::move(second), part.spec.type == "concat", part.in,
                                       part.pool);
}

inline NodePointer both_strands(const WindowPart& part) {
  if (!part.bases) return made<AllPositions>(part);
  return std::make_unique<BothStrandsOf>(branch(part, 0), branch(part, 0), part.in);
}

/// The layers of a chain, those of a repeated one as often as it asks for.
inline std::vector<WindowPart> links_of(const WindowPart& chain) {
  std::vector<WindowPart> links;
  for (index_t n = 0; n < times_of(chain.spec); ++n)
    for (std::size_t i = 0; i < chain.spec.parts.size(); ++i)
      links.push_back({chain.model, chain.spec.parts[i], joined(chain.key, key_of_part(chain.spec, i, n)), chain.in,
                       false, chain.pool});
  return links;
}

/// The next link from i on that does something; links.size() when there is none.
inline std::size_t next_link(const std::vector<WindowPart>& links, std::size_t i) {
  while (i < links.size() && does_nothing(links[i].spec)) ++i;
  return i;
}

/// The node of link i and of those behind it that it takes with it: i becomes the last one. Flatten takes the linear
/// map without an adapter, a convolution without groups the batch normalisation and the ReLU.
inline NodePointer node_of_link(std::vector<WindowPart>& links, std::size_t& i) {
  WindowPart& part = links[i];
  const auto next = [&](const char* type) {
    const std::size_t j = next_link(links, i + 1);
    return j < links.size() && links[j].spec.type == type ? j : 0;
  };
  if (part.spec.type == "flatten")
    if (const std::size_t j = next("linear"); j > 0 && number_of(links[j].spec, "lora_rank") <= 0) {
      links[j].in = part.in;
      return made<FlatLinear>(links[i = j]);
    }
  if (part.spec.type == "conv1d" && !has_groups(part.spec)) {
    const WindowPart* norm = nullptr;
    if (const std::size_t j = next("batch_norm")) norm = &links[i = j];
    const std::size_t relu = next("relu");
    if (relu > 0) i = relu;
    return std::make_unique<Convolved>(part, norm, relu > 0);
  }
  return node_of(part);
}

inline NodePointer chain(const WindowPart& part) {
  std::vector<WindowPart> links = links_of(part);
  std::vector<NodePointer> nodes;
  Seq in = part.in;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const bool needed = nodes.empty() && i + 1 == links.size();  // a chain has at least one node
    if (does_nothing(links[i].spec) && !needed) continue;
    links[i].in = in;
    links[i].bases = part.bases && nodes.empty();
    nodes.push_back(node_of_link(links, i));
    in = {1, nodes.back()->length(), nodes.back()->channels()};
  }
  return std::make_unique<Chained>(std::move(nodes));
}

inline NodePointer node_of(const WindowPart& part) {
  struct Kind {
    std::string_view type;
    NodePointer (*make)(const WindowPart&);
  };
  static constexpr Kind kinds[] = {{"sequential", chain},
                                   {"repeated", chain},
                                   {"residual", two_branches},
                                   {"concat", two_branches},
                                   {"strand_mean", both_strands},
                                   {"conv1d", convolution},
                                   {"max_pool", made<Neighbours>},
                                   {"average_pool", made<Neighbours>},
                                   {"mean_pool", made<MeanOfPositions>},
                                   {"global_max_pool", made<LargestOfPositions>},
                                   {"kmer_bag", bag_of_kmers},
                                   {"linear", made<EachPosition>},
                                   {"feed_forward", made<EachPosition>},
                                   {"gated_feed_forward", made<EachPosition>},
                                   {"batch_norm", made<EachPosition>},
                                   {"layer_norm", made<EachPosition>},
                                   {"rms_norm", made<EachPosition>},
                                   {"relu", made<EachPosition>},
                                   {"gelu", made<EachPosition>},
                                   {"silu", made<EachPosition>},
                                   {"tanh", made<EachPosition>},
                                   {"dropout", made<EachPosition>},
                                   {"identity", made<EachPosition>}};
  for (const Kind& kind : kinds)
    if (kind.type == part.spec.type) return kind.make(part);
  return made<AllPositions>(part);
}

}  // namespace l2g::model::detail
