#pragma once
// A model on the pair tape: memory, batches, the seeds of what is explained.
#include <l2g/core/errors.hpp>
#include <l2g/interpret/rescale.hpp>

#include <algorithm>
#include <span>

namespace l2g::interpret {

/// Inputs with their references through a model and back. The model and the record of its parameters stay the caller's;
/// `row` is the shape of the input with any batch. Buffers of the parameters (rank masks) are written as in evaluation.
template <class T, class Model, class Params, class In>
class Tracer {
 public:
  Tracer(const Model& model, const Params& params, In row, cpu::Pool* pool = nullptr)
      : model_(model), params_(params), row_(row), out_(model.out(with_batch(row, 1)).size()) {
    tape_.context.pool = pool;
  }
  bool ids() const { return reads_ids(model_); }
  index_t row_size() const { return row_[1] * row_[2]; }
  index_t outputs() const { return out_; }
  Tape<T>& tape() { return tape_; }

  /// A batch: memory for its rows (Pairs says in which order), to be filled before forward().
  void begin(const Pairs& pairs) {
    link_.reset();
    tape_.arena.release({});
    tape_.pairs = pairs;
    tape_.path_from = nullptr, tape_.path_at = nullptr;
    tape_.residuals.clear();
    in_ = with_batch(row_, pairs.rows());
    const index_t n = in_.size();
    tape_.token_count = ids() ? row_[1] : 0;
    if (ids())
      id_rows = {tape_.arena.template take<std::int32_t>(n), std::size_t(n)};
    else
      rows = {tape_.take(n), std::size_t(n)};
    lengths = {tape_.arena.template take<std::int32_t>(pairs.rows()), std::size_t(pairs.rows())};
  }
  /// The outputs of all rows, (rows, outputs). `use_lengths`: `lengths` were filled, a reference's like its input's.
  std::span<const T> forward(bool use_lengths = false) {
    const std::size_t scratch = model_.template scratch<T>(in_);
    if (scratch > scratch_) memory_ = Memory<Cpu>::get(scratch), scratch_ = scratch;
    tape_.context.scratch = {memory_.get(), scratch_, 0};
    tape_.context.lengths = use_lengths ? Lengths{lengths.data()} : Lengths{};
    const auto shape = model_.out(in_);
    View<T, std::remove_const_t<decltype(shape)>> y{tape_.take(shape.size()), shape};
    with_input([&](auto x) { link_ = trace(tape_, model_, params_, x, y); });
    return {y.data, std::size_t(shape.size())};
  }
  /// Multipliers (pairs, row) of sum_k seed_k y_k for seeds (pairs, outputs); empty for a model of ids, whose
  /// contributions are in `tokens`, (pairs, tokens). May be called again for other seeds.
  std::span<const T> backward(std::span<const T> seeds) {
    const index_t n = tape_.pairs.count();
    T* const g = tape_.take(n * out_);
    std::copy(seeds.begin(), seeds.end(), g);
    if (ids()) {
      tokens = {tape_.take(n * row_[1]), std::size_t(n * row_[1])};
      std::fill(tokens.begin(), tokens.end(), T(0));
      tape_.tokens = tokens.data();
      link_->rescale(tape_, g, nullptr);
      return {};
    }
    T* const m = tape_.take(n * row_size());
    link_->rescale(tape_, g, m);
    return {m, std::size_t(n * row_size())};
  }
  /// Rows of a batch that take about `memory` bytes, from 2 to `most`: the tape keeps all activations, which is about
  /// three times what training keeps.
  index_t rows_that_fit(std::size_t memory, index_t most) const {
    const std::size_t kept = measure(model_.template saved<T, Cpu>(with_batch(row_, 1))).bytes;
    const std::size_t one = model_.template scratch<T>(with_batch(row_, 1)),
                      two = model_.template scratch<T>(with_batch(row_, 2));
    const std::size_t each = std::max<std::size_t>(1, 3 * kept + (two > one ? two - one : 0));
    return std::clamp<index_t>(index_t((memory > one ? memory - one : 0) / each), 2, std::max<index_t>(2, most));
  }
  /// Bytes that the largest batch so far took.
  std::size_t bytes() const { return tape_.arena.peak() + scratch_; }

  std::span<T> rows{};
  std::span<std::int32_t> id_rows{}, lengths{};
  std::span<T> tokens{};

 private:
  template <class F>
  void with_input(F&& f) {
    constexpr Input kind = input_of<Model>();
    if constexpr (kind != Input::values)
      if (ids()) return f(View<std::int32_t, In>{id_rows.data(), in_});
    if constexpr (kind != Input::ids) f(View<T, In>{rows.data(), in_});
  }

  const Model& model_;
  const Params& params_;
  In row_, in_{};
  index_t out_;
  Tape<T> tape_{};
  std::size_t scratch_ = 0;
  Memory<Cpu>::Block memory_{};
  LinkPtr<T> link_{};
};

}  // namespace l2g::interpret
