#pragma once
#include <l2g/models/byte_language_model.hpp>

#include <charconv>

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

}  // namespace l2g
