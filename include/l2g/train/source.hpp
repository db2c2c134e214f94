#pragma once
// Where rows come from, and the pass over all of them in evaluation.
#include <l2g/core/progress.hpp>
#include <l2g/train/step.hpp>

#include <concepts>
#include <vector>

namespace l2g {

/// A source writes rows of its data into a batch: place i of the batch gets data row rows[i]. `position` counts the
/// rows of the whole training before place 0; what a source draws at random for place i (a shift, a mask, a strand) is
/// a function of its own seed and position + i alone, so that a resumed training sees the same. A source that can says
/// what its data are by fingerprint(), a number that a checkpoint is compared with.
template <class S, class Step>
concept Source = requires(S& source, Step& step, std::int64_t position, std::span<const index_t> rows) {
  { source.rows() } -> std::convertible_to<index_t>;
  source.fill(step.batch, position, rows);
};

template <class Step>
index_t batch_rows(const Step& step) {
  return step.batch.values.shape[0];
}

/// Predictions of all rows in their order, in evaluation mode: f(row, place, prediction), where `place` is that of the
/// row in step.batch and prediction points at (out length x channels) numbers. The last batch is filled up with its
/// last row. Throws Interrupted between batches when asked to stop.
template <class Step, Source<Step> Rows, class F>
void each_prediction(Step& step, Rows& source, F&& f) {
  const index_t size = batch_rows(step), n = source.rows(), width = step.y.size() / size;
  std::vector<index_t> rows(static_cast<std::size_t>(size));
  for (index_t begin = 0; begin < n; begin += size) {
    throw_if_interrupted();
    const index_t count = begin + size < n ? size : n - begin;
    for (index_t i = 0; i < size; ++i) rows[std::size_t(i)] = begin + (i < count ? i : count - 1);
    source.fill(step.batch, begin, rows);
    step.forward(false);
    for (index_t i = 0; i < count; ++i) f(begin + i, i, step.y.data + i * width);
  }
}

}  // namespace l2g
