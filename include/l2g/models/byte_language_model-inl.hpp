#pragma once
#include <l2g/models/byte_language_model.hpp>

#include <Eigen/Cholesky>
#include <algorithm>
#include <charconv>
#include <cmath>

namespace l2g {

L2G_INLINE ByteModelConfig byte_model_config(const io::SafetensorsFile& file) {
  const auto extent = [&](const std::string& key, std::size_t which) {
    const io::TensorInfo& t = file.at(key);
    if (t.shape.size() != 2)
      throw file_error(file.path(),
                       "'" + key + "' has the shape " + io::shape_text(t.shape) + "; a matrix was expected");
    return t.shape[which];
  };
  if (const index_t rows = extent("embeddings.tokens.weight", 0); rows != text::byte_vocabulary)
    throw file_error(file.path(), "the vocabulary has " + std::to_string(rows) + " entries; a byte model has 260");
  ByteModelConfig c;
  c.width = extent("embeddings.tokens.weight", 1);
  c.positions = extent("embeddings.tokens.position", 0) - 2;
  for (c.layers = 0; file.find("encoder." + std::to_string(c.layers) + ".feed_forward.mlp.up.weight");) ++c.layers;
  c.hidden = extent("encoder.0.feed_forward.mlp.up.weight", 0);
  const std::string* heads = file.metadata("heads");
  if (!heads) throw file_error(file.path(), "the metadata does not say the number of heads (key 'heads')");
  const auto [end, fault] = std::from_chars(heads->data(), heads->data() + heads->size(), c.heads);
  if (fault != std::errc() || end != heads->data() + heads->size() || c.heads < 1 || c.width % c.heads != 0)
    throw file_error(file.path(), "the metadata says heads = '" + *heads + "'; a divisor of " +
                                      std::to_string(c.width) + " was expected");
  return c;
}

L2G_INLINE double position_frequency(index_t pair, index_t channels) {
  const index_t last = channels / 2 - 1;
  const double pairs = std::max(1.0, static_cast<double>(last));
  return 6.283185307179586 / 2.5 * std::pow(2.5 / 64, static_cast<double>(pair) / pairs);
}

L2G_INLINE void continue_positions(std::span<float> table, index_t width, index_t channels, index_t trained) {
  // The first and last positions saw the ends of windows, with <s> and </s>: they are no example.
  constexpr index_t edge = 4, skipped = 2;
  const index_t rows = static_cast<index_t>(table.size()) / width - skipped, n = trained - 2 * edge;
  if (n < 2 * channels || trained > rows)
    throw error("positions are continued from " + std::to_string(2 * channels + 2 * edge) + " .. " +
                std::to_string(rows) + " trained ones, got " + std::to_string(trained));
  const auto features = [&](index_t position) {
    Eigen::VectorXd f(channels + 1);
    for (index_t i = 0; i < channels; ++i) {
      const double angle = static_cast<double>(position) * position_frequency(i / 2, channels);
      f[i] = i % 2 ? std::cos(angle) : std::sin(angle);
    }
    f[channels] = 1;
    return f;
  };
  Eigen::MatrixXd x(n, channels + 1), y(n, width);
  const auto row = [&](index_t position) { return table.data() + (position + skipped) * width; };
  for (index_t i = 0; i < n; ++i) {
    x.row(i) = features(edge + i).transpose();
    for (index_t j = 0; j < width; ++j) y(i, j) = static_cast<double>(row(edge + i)[j]);
  }
  const Eigen::MatrixXd ridge = 1e-6 * static_cast<double>(n) * Eigen::MatrixXd::Identity(channels + 1, channels + 1);
  const Eigen::MatrixXd map = (x.transpose() * x + ridge).ldlt().solve(x.transpose() * y);
  for (index_t position = trained; position < rows; ++position) {
    const Eigen::VectorXd value = map.transpose() * features(position);
    for (index_t j = 0; j < width; ++j) row(position)[j] = static_cast<float>(value[j]);
  }
}

}  // namespace l2g
