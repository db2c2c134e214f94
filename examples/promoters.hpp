#pragma once
// The data of the examples: simulated sequences of 100 bases; class "promoter" holds a TATA box and an initiator.
#include <l2g/data/encode.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/train/source.hpp>

/// Rows of a data set as batches of 100 positions x 5 channels (A, C, G, T, N). This is all that a training asks of a
/// source of data: how many rows there are, and to fill a batch with given ones.
struct Rows {
  const l2g::data::Dataset& dataset;

  l2g::index_t rows() const { return dataset.rows(); }
  template <class Batch>
  void fill(Batch& batch, std::int64_t, std::span<const l2g::index_t> rows) const {
    const auto values = std::span(batch.values.data, static_cast<std::size_t>(batch.values.size()));
    l2g::data::encode(dataset, rows, {.length = 100}, values);
    for (std::size_t i = 0; i < rows.size(); ++i) batch.labels[i] = dataset.labels[std::size_t(rows[i])];
  }
};

/// 640 rows to learn from, 160 to choose the best weights by, 200 to judge them by.
inline l2g::data::Splits promoters() {
  return l2g::data::split(l2g::data::simulate(l2g::data::example_simulation(500)).dataset,
                          {.train = 0.64, .dev = 0.16, .test = 0.2});
}
