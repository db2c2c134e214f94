#pragma once
// A small masked language model over bytes in RoBERTa's layout (Liu et al. 2019): embeddings with learned positions,
// post-norm encoder, head. The weights that come with the project are of this type.
#include <l2g/io/safetensors.hpp>
#include <l2g/nn/attention.hpp>
#include <l2g/nn/embedding.hpp>
#include <l2g/nn/repeat.hpp>
#include <l2g/text/bytes.hpp>
#include <l2g/train/tensors.hpp>

#include <algorithm>

namespace l2g {

/// The numbers of a byte language model. The defaults are those of the shipped weights.
struct ByteModelConfig {
  index_t width = 128, layers = 4, heads = 4, hidden = 512;
  index_t positions = 256;  // tokens that it takes at most
  index_t per_mille = 0;    // dropout in training
  /// Trained numbers of the whole model.
  constexpr index_t parameters() const {
    const index_t c = width, v = text::byte_vocabulary, norm = 2 * c;
    const index_t embeddings = (v + positions + 2) * c + norm;
    const index_t block = 4 * c * (c + 1) + 2 * c * hidden + hidden + c + 2 * norm;
    return embeddings + layers * block + c * (c + 1) + norm + v * (c + 1);
  }
  friend constexpr bool operator==(const ByteModelConfig&, const ByteModelConfig&) = default;
};

/// Ids (batch, length, 1) -> (batch, length, Width): token plus position (from row 2 on, as RoBERTa counts), LayerNorm,
/// dropout. In evaluation its output is the text reference of the alignment.
template <index_t Width = 128, index_t Positions = 256, index_t PerMille = 0>
using ByteEmbeddings = Sequential<Named<"tokens", Embedding<text::byte_vocabulary, Width, Positions + 2, 2>>,
                                  Named<"norm", LayerNorm<Width>>, Dropout<PerMille>>;

/// (batch, length, Width) -> the same: the body that a transfer takes over.
template <index_t Layers = 4, index_t Width = 128, index_t Heads = 4, index_t Hidden = 512, index_t PerMille = 0>
using ByteEncoder = Repeat<Layers, TransformerBlock<Width, Heads, Hidden, NormPlace::post, PerMille>>;

/// (batch, length, Width) -> logits (batch, length, 260).
template <index_t Width = 128>
using ByteHead = Sequential<Named<"dense", Linear<Width, Width>>, Gelu, Named<"norm", LayerNorm<Width>>,
                            Named<"decoder", Linear<Width, text::byte_vocabulary>>>;

/// The whole model: ids (batch, length, 1) -> logits (batch, length, 260). Keys: embeddings.*, encoder.N.*, head.*.
template <ByteModelConfig C = ByteModelConfig{}>
using ByteLanguageModel = Sequential<Named<"embeddings", ByteEmbeddings<C.width, C.positions, C.per_mille>>,
                                     Named<"encoder", ByteEncoder<C.layers, C.width, C.heads, C.hidden, C.per_mille>>,
                                     Named<"head", ByteHead<C.width>>>;

static_assert(ByteModelConfig{}.parameters() == 909'956, "l2g: the shipped model has at most 950 000 parameters");
static_assert(measure(ByteLanguageModel<>{}.params<float, Cpu>()).elements == ByteModelConfig{}.parameters());

/// Angular frequency of a pair of sinusoids among `channels` of them: wavelengths 2.5 to 64, evenly on a log scale.
double position_frequency(index_t pair, index_t channels);

/// Writes the rows from `trained` on of a table of positions (rows, width) that was trained on windows of `trained`
/// tokens: as the trained rows go on, by least squares on a constant and the sinusoids that the table started from
/// (`channels` of them, see initialize_byte_model). Row 0 and 1 belong to no position. Without it, longer windows would
/// start from rows that the other weights have long left behind: 4.4 bits a byte there instead of 1.4.
/// Throws error when fewer than 2 x channels + 8 positions were trained.
void continue_positions(std::span<float> table, index_t width, index_t channels, index_t trained);

/// Starts a model before pre-training. Everything is as its layer says (initialize), but the heads of all blocks except
/// the last one start as windows on the neighbours: without that, a small model spends most of a short training on
/// finding out what a neighbour is. Precedents: Raganato et al. 2020 (fixed attention patterns), You et al. 2020. The
/// first width / heads channels of the embedding start as sinusoids of the position (Vaswani et al. 2017, wavelengths
/// 2.5 to 64), the others as the token; queries are rotated by the offset of their head, -1, 1, -2, 2, then -3, 3, ...
/// `record`: the parameters of a whole model, bound; `heads` divides the width.
template <class T, class Record>
void initialize_byte_model(Record& record, std::uint64_t seed, index_t heads = ByteModelConfig{}.heads) {
  initialize<T>(record, seed);
  index_t layers = 0;
  each_tensor<T>(record, [&](const TensorRef<T>& t) { layers += t.key.ends_with("attention.self.qkv.weight"); });
  index_t layer = 0;
  each_tensor<T>(record, [&](const TensorRef<T>& t) {
    const index_t width = t.extents.back(), d = width / heads;
    if (t.key.ends_with("tokens.weight"))
      for (index_t i = 0; i < t.size(); ++i)
        if (i % width < d) t.data[i] = T(0);
    if (t.key.ends_with("tokens.position"))
      for (index_t i = 0; i < t.size(); ++i) {
        const index_t channel = i % width;
        const double angle = double(i / width - 2) * position_frequency(channel / 2, d);
        t.data[i] = T(channel < d ? 0.04 * std::sqrt(2.0) * (channel % 2 ? std::cos(angle) : std::sin(angle)) : 0.0);
      }
    if (t.key.ends_with("attention.self.qkv.weight") && layer++ < layers - 1)
      for (index_t h = 0; h < heads; ++h) {
        const index_t distance = (layer - 1) % 2 * (heads / 2) + h / 2 + 1;
        const double offset = double(distance) * (h % 2 ? 1 : -1);
        T *const q = t.data + h * d * width, *const k = q + width * width;
        std::fill_n(q, d * width, T(0));
        std::fill_n(k, d * width, T(0));
        for (index_t a = 0; a + 1 < d; a += 2) {
          const double angle = position_frequency(a / 2, d) * offset;
          q[a * width + a] = q[(a + 1) * width + a + 1] = T(std::cos(angle));
          q[a * width + a + 1] = T(std::sin(angle));
          q[(a + 1) * width + a] = T(-std::sin(angle));
          k[a * width + a] = k[(a + 1) * width + a + 1] = T(1);
        }
      }
  });
}

/// The config of a weights file by the extents of its tensors; heads come from its metadata ("heads").
/// Throws file_error when it is not a byte language model.
ByteModelConfig byte_model_config(const io::SafetensorsFile& file);

/// Fills the tensors of a record (bound to memory) from a file: each one is looked for as prefix + its key, so
/// "embeddings." or "encoder." fill a part of a model. Throws file_error for a missing key or another shape.
template <class T, class Record>
void load_byte_model(Record& record, const io::SafetensorsFile& file, std::string_view prefix = {}) {
  each_tensor<T>(record, [&](const TensorRef<T>& t) {
    file.read(file.at(std::string(prefix) + t.key, t.extents),
              std::span<T>(t.data, static_cast<std::size_t>(t.size())));
  });
}

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/models/byte_language_model-inl.hpp>
#endif
