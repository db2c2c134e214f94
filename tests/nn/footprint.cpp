// The memory of a training step of RoBERTa-base's body at 8 x 512 in single precision, as constant expressions.
#include <catch2/catch.hpp>
#include <l2g/nn/with_lora.hpp>
#include <l2g/train/footprint.hpp>

using namespace l2g;

namespace {
using Encoder = Repeat<12, TransformerBlock<768, 12, 3072>>;
using In = Shape<8, 512, 768>;
constexpr std::size_t mebibyte = 1024 * 1024;

constexpr index_t elements(const auto& model, Part part) {
  return measure(model.template params<float, Cpu>(), part).elements;
}
static_assert(elements(Encoder{}, Part::trained) == 85'054'464);
static_assert(footprint<float>(Encoder{}, In{}).trained == 85'054'464 * sizeof(float));
static_assert(footprint<float>(Encoder{}, In{}).saved <= 2304 * mebibyte);

using Adapted = with_lora<Encoder, 4, Only<"qkv", "proj", "up", "down">>;
static_assert(elements(Adapted{}, Part::frozen) == 85'054'464);
static_assert(footprint<float>(Adapted{}, In{}).trained <= 9 * mebibyte / 2);

// Activations are an affine function of the batch.
constexpr std::size_t saved_at(index_t sequences) {
  return footprint<float>(Encoder{}, Shape<batch, length, 768>{sequences, 512, 768}).saved;
}
static_assert(saved_at(8) == footprint<float>(Encoder{}, In{}).saved);
static_assert(saved_at(64) - saved_at(32) == saved_at(32) - saved_at(0));
}  // namespace

TEST_CASE("footprint: the total is what its parts say", "[nn]") {
  constexpr Footprint f = footprint<float>(Encoder{}, In{});
  CHECK(f.total() >= 4 * f.trained + f.frozen + f.buffers + f.saved + f.scratch + f.io);
}
