#pragma once
#include <l2g/models/cost.hpp>

namespace l2g::models {
namespace detail {

/// Weights of the linear maps of one block.
inline index_t block_weights(const Config& c) {
  return 2 * c.width * c.width + 2 * c.width * c.key_value_width() + (c.gated ? 3 : 2) * c.width * c.hidden;
}
inline index_t norm_numbers(const Config& c) { return c.rms_norm ? c.width : 2 * c.width; }
inline index_t table_numbers(const Config& c) {
  return c.vocabulary * c.word_width + (c.position_rows() + c.segments) * c.width;
}
inline bool has_dense(const Config& c) { return !c.causal; }  // encoders have a layer between body and head

}  // namespace detail

L2G_INLINE index_t body_parameters(const Config& c) {
  const index_t up_bias = c.feed_forward_bias ? (c.gated ? 2 : 1) * c.hidden : 0;
  const index_t block = detail::block_weights(c) + (c.attention_bias ? c.width + 2 * c.key_value_width() : 0) +
                        (c.projection_bias ? c.width : 0) + up_bias + (c.down_bias ? c.width : 0) +
                        2 * detail::norm_numbers(c);
  const index_t projections = c.word_width == c.width ? 0 : 2 * c.word_width * c.width;
  const index_t norms = (c.embedding_norm ? 1 : 0) + (c.final_norm ? 1 : 0);
  return detail::table_numbers(c) + projections + norms * detail::norm_numbers(c) + c.layers * block;
}

L2G_INLINE Cost cost(const Config& c, index_t length, Task task, index_t classes) {
  Cost r;
  r.tables = detail::table_numbers(c);
  r.parameters = body_parameters(c);
  const double tokens = double(length);
  double linear =
      double(c.layers * detail::block_weights(c) + (c.word_width == c.width ? 0 : 2 * c.word_width * c.width)) * tokens;
  if (task == Task::language_model) {
    if (detail::has_dense(c)) {
      r.parameters += c.width * (c.width + 1) + detail::norm_numbers(c) + c.vocabulary;
      linear += tokens * double(c.width * c.width);
    }
    if (!c.tied_head) r.parameters += c.vocabulary * c.word_width;
    linear += tokens * double(c.vocabulary * c.word_width);
  } else if (task == Task::classifier) {
    if (detail::has_dense(c)) {
      r.parameters += c.width * (c.width + 1) + classes;
      linear += double(c.width * c.width);
    }
    r.parameters += c.word_width * classes;
    linear += double(c.word_width * classes);
  }
  const double attention = 2 * double(c.layers) * tokens * tokens * double(c.width);
  r.forward = linear + attention;
  r.attention_share = r.forward > 0 ? attention / r.forward : 0;
  r.training_frozen = 2 * r.forward;
  r.training = 3 * r.forward;
  r.weights = std::size_t(r.parameters) * 4;
  r.training_state = 4 * r.weights;
  return r;
}

}  // namespace l2g::models
