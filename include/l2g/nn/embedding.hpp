#pragma once
// Integer ids to vectors, and tables that are added to vectors: learned positions, segments.
#include <l2g/core/layer.hpp>
#include <l2g/kernels/elementwise.hpp>
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

/// The embedding of ESM and of the Nucleotide Transformer v1: ids (batch, length, 1) -> (batch, length, C), table
/// (Entries, C) times 0.88 / (1 - masked share of the sequence's real positions); positions that hold Mask are zero.
/// In training and in evaluation alike: 0.12 is the share of masks of the pre-training, nothing is drawn here.
template <index_t Entries = dyn, index_t C = dyn, index_t Mask = dyn>
struct TokenDropoutEmbedding {
  static constexpr std::string_view name = "TokenDropoutEmbedding";
  static constexpr index_t wants = 1;
  static constexpr unsigned uses = uses_x;
  static constexpr Input input = Input::ids;
  [[no_unique_address]] Extent<Entries> entries{};
  [[no_unique_address]] Extent<C> features{};
  [[no_unique_address]] Extent<Mask> mask{};

  template <class T, class D>
  struct Params {
    View<T, Shape<Entries, C>, D> weight;
    constexpr void each(auto& v) { v.field("weight", weight, Init{Init::normal, 0.02}); }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(entries), index_t(features)}}};
  }
  template <class T, class D, index_t B>
  struct Saved {
    View<T, Shape<B>, D> scale;
    constexpr void each(auto& v) { v.field("scale", scale); }
  };
  template <class T, class D, index_t B, index_t L, index_t X>
  constexpr Saved<T, D, B> saved(Shape<B, L, X> s) const {
    return {{nullptr, {s[0]}}};
  }
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return 0;
  }
  constexpr auto out(auto s) const {
    expect(1, s.cols(), "l2g::TokenDropoutEmbedding: ids come as (batch, length, 1)");
    return with_channels(s, Extent<C>(features));
  }
  template <class D, class T, class In, class Out>
  void forward(Context<D>& c, const Params<T, D>& p, View<std::int32_t, In, D> x, View<T, Out, D> y, auto& s) const {
    rows(c, x.shape[0],
         kernels::TokenDropoutScale<T>{x.data, s.scale.data, x.shape[1], std::int32_t(index_t(mask)), c.lengths});
    rows(c, x.size(),
         kernels::EmbedScaled<T>{x.data, p.weight.data, s.scale.data, y.data, x.shape[1], features, entries, mask});
  }
  template <class D, class T, class In, class Out>
  void backward(Context<D>& c, const Params<T, D>&, View<std::int32_t, In, D> x, View<T, Out, D>, View<T, Out, D> dy,
                View<std::int32_t, In, D>, auto& s, Params<T, D>& g) const {
    if (!g.weight.data) return;
    constexpr index_t chunk = 32;
    rows(c, (features + chunk - 1) / chunk,
         kernels::EmbedGrad<T>{x.data, dy.data, g.weight.data, nullptr, x.size(), x.shape[1], features, entries, 0,
                               chunk, c.lengths, s.scale.data, mask});
  }
};

/// What LearnedPositions and SegmentEmbedding share: y = x + a row of the table weight (Rows, C), normal with standard
/// deviation 0.02.
template <index_t Rows, index_t C>
struct AddedTable {
  static constexpr index_t wants = C;
  static constexpr unsigned uses = uses_none;
  static constexpr bool in_place = true;
  [[no_unique_address]] Extent<Rows> table_rows{};
  [[no_unique_address]] Extent<C> in{};

  template <class T, class D>
  struct Params {
    View<T, Shape<Rows, C>, D> weight;
    constexpr void each(auto& v) { v.field("weight", weight, Init{Init::normal, 0.02}); }
  };
  template <class T, class D>
  constexpr Params<T, D> params() const {
    return {{nullptr, {index_t(table_rows), index_t(in)}}};
  }
  template <class T, class D>
  constexpr Nothing saved(auto) const {
    return {};
  }
  template <class T>
  constexpr std::size_t scratch(auto) const {
    return 0;
  }
  /// Position t takes row t * step + offset.
  template <class D, class T, class In>
  void add(Context<D>& c, const Params<T, D>& p, View<T, In, D> x, View<T, In, D> y, index_t step,
           index_t offset) const {
    rows(c, x.shape.rows(),
         kernels::AddTableRow<T>{x.data, p.weight.data, y.data, x.shape[1], x.shape[2], step, offset});
  }
  template <class D, class T, class In>
  void add_grad(Context<D>& c, View<T, In, D> dy, View<T, In, D> dx, Params<T, D>& g, index_t step,
                index_t offset) const {
    const index_t ch = dy.shape[2];
    constexpr index_t chunk = 32;
    if (g.weight.data)
      rows(c, (ch + chunk - 1) / chunk,
           kernels::TableRowGrad<T>{dy.data, g.weight.data, dy.shape.rows(), dy.shape[1], ch, step, offset, chunk,
                                    c.lengths});
    if (dx.data && dx.data != dy.data) map(c, dx.size(), kernels::Copy<T>{dy.data, dx.data});
  }
};

/// (batch, length, C) -> the same plus row t + Offset of the table weight (Positions, C) at position t.
template <index_t Positions = dyn, index_t C = dyn, index_t Offset = (C < 0 ? dyn : 0)>
struct LearnedPositions : AddedTable<Positions, C> {
  static constexpr std::string_view name = "LearnedPositions";
  [[no_unique_address]] Extent<Offset> offset{};
  constexpr auto out(auto s) const {
    expect(this->in, s.cols(), "l2g::LearnedPositions: the input has another number of channels");
    require(s[1] + offset <= this->table_rows, this->table_rows - offset, s[1],
            "l2g::LearnedPositions: the sequence is longer than the table of positions");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    this->add(c, p, x, y, 1, offset);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const auto&, View<T, In, D>, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, auto& g) const {
    this->add_grad(c, dy, dx, g, 1, offset);
  }
};

/// (batch, length, C) -> the same plus row 0 of the table weight (Types, C): the first segment of BERT. The other rows
/// are in the file and are kept.
template <index_t Types = dyn, index_t C = dyn>
struct SegmentEmbedding : AddedTable<Types, C> {
  static constexpr std::string_view name = "SegmentEmbedding";
  constexpr auto out(auto s) const {
    expect(this->in, s.cols(), "l2g::SegmentEmbedding: the input has another number of channels");
    require(this->table_rows >= 1, 1, this->table_rows, "l2g::SegmentEmbedding: the table needs a row");
    return s;
  }
  template <class D, class T, class In>
  void forward(Context<D>& c, const auto& p, View<T, In, D> x, View<T, In, D> y, Nothing&) const {
    this->add(c, p, x, y, 0, 0);
  }
  template <class D, class T, class In>
  void backward(Context<D>& c, const auto&, View<T, In, D>, View<T, In, D>, View<T, In, D> dy, View<T, In, D> dx,
                Nothing&, auto& g) const {
    this->add_grad(c, dy, dx, g, 0, 0);
  }
};

}  // namespace l2g
