#pragma once
// Integer ids to vectors, with learned positions.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/embedding.hpp>

namespace l2g {

/// Ids (batch, length, 1) -> (batch, length, C): table (Entries, C) plus positions (Positions, C), both normal with
/// standard deviation 0.02. Position t takes row t + Offset (RoBERTa: 2). Positions 0: none. Ids are checked by Batch.
template <index_t Entries = dyn, index_t C = dyn, index_t Positions = dyn, index_t Offset = (C < 0 ? dyn : 0)>
struct Embedding {
  static constexpr std::string_view name = "Embedding";
  static constexpr index_t wants = 1;
  static constexpr unsigned uses = uses_x;
  static constexpr Input input = Input::ids;
  [[no_unique_address]] Extent<Entries> entries{};
  [[no_unique_address]] Extent<C> features{};
  [[no_unique_address]] Extent<Positions> positions{};
  [[no_unique_address]] Extent<Offset> offset{};

  template <class T, class D>
  struct Params {
    View<T, Shape<Entries, C>, D> weight;
    View<T, Shape<Positions, C>, D> position;
    constexpr void each(auto& v) {
      v.field("weight", weight, Init{Init::normal, 0.02});
      if (position.shape[0] > 0) v.field("position", position, Init{Init::normal, 0.02});
    }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(entries), index_t(features)}}, {nullptr, {index_t(positions), index_t(features)}}};
  }
  template <class T, class D>
  constexpr Nothing saved(auto) const {
    return {};
  }
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return 0;
  }
  constexpr auto out(auto s) const {
    expect(1, s.cols(), "l2g::Embedding: ids come as (batch, length, 1)");
    require(positions == 0 || s[1] + offset <= positions, positions - offset, s[1],
            "l2g::Embedding: the sequence is longer than the table of positions");
    return with_channels(s, Extent<C>(features));
  }
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Params<T, D>& p, View<std::int32_t, In, D> x, View<T, Out, D> y, Nothing&) const {
    rows(c, x.size(),
         kernels::Embed<T>{x.data, p.weight.data, p.position.data, y.data, x.shape[1], features, entries, offset});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Params<T, D>&, View<std::int32_t, In, D> x, View<T, Out, D>, View<T, Out, D> dy,
                View<std::int32_t, In, D>, Nothing&, Params<T, D>& g) const {
    if (!g.weight.data) return;
    constexpr index_t chunk = 32;
    rows(c, (features + chunk - 1) / chunk,
         kernels::EmbedGrad<T>{x.data, dy.data, g.weight.data, g.position.data, x.size(), x.shape[1], features, entries,
                               offset, chunk, c.lengths});
  }
};

}  // namespace l2g
