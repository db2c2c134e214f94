#include "sample_data.hpp"

#include <l2g/models/byte_language_model.hpp>
#include <l2g/test/gradients.hpp>
#include <l2g/text/masking.hpp>
#include <l2g/train/step.hpp>

#include <unistd.h>
#include <catch2/catch.hpp>
#include <set>

using namespace l2g;

namespace {

constexpr ByteModelConfig small{.width = 8, .layers = 2, .heads = 2, .hidden = 12, .positions = 10};
using Small = ByteLanguageModel<small>;
using Ids = Shape<batch, length, 1>;

std::string scratch_file(const std::string& name) {
  return (std::filesystem::temp_directory_path() / (std::to_string(::getpid()) + name)).string();
}

template <class Record>
void save(Record& record, const std::string& path, const char* heads) {
  io::SafetensorsWriter writer;
  if (heads) writer.metadata("heads", heads);
  each_tensor<float>(record, [&](const TensorRef<float>& t) { writer.add(t.key, t.extents, t.data); });
  writer.save(path);
}

}  // namespace

TEST_CASE("the number of parameters is what the config says") {
  STATIC_REQUIRE(ByteModelConfig{}.parameters() <= 950'000);
  STATIC_REQUIRE(measure(Small{}.params<float, Cpu>()).elements == small.parameters());
  // Counted by hand for the shipped model: embeddings 66,304 + 256; four blocks of 198,272; head 50,308.
  STATIC_REQUIRE(ByteModelConfig{}.parameters() == 66'304 + 256 + 4 * 198'272 + 50'308);
}

TEST_CASE("gradients of the byte language model against central differences") {
  test::CheckOptions options;
  options.ids = text::byte_vocabulary;
  options.most = 60;
  const auto gap = test::check_gradients(Small{}, Ids{2, 7, 1}, options);
  INFO(gap.where);
  CHECK(gap.worst <= 1e-6);
  options.lengths = {7, 4};
  CHECK(test::check_gradients(Small{}, Ids{2, 7, 1}, options).worst <= 1e-6);
  CHECK(test::check_poison(Small{}, Ids{2, 7, 1}, options).worst == 0);
}

TEST_CASE("heads start as windows on the neighbours") {
  // The first block of the shipped size: head 0 looks one back, head 1 one ahead, heads 2 and 3 two.
  constexpr index_t l = 24, c = 128, d = 32;
  Step<ByteEmbeddings<>, float, Ids> step({}, Ids{1, l, 1});
  Step<ByteLanguageModel<>, float, Ids> model({}, Ids{1, l, 1});
  initialize_byte_model<float>(model.p, 1);
  std::map<std::string, TensorRef<float>> tensors;
  each_tensor<float>(model.p, [&](const TensorRef<float>& t) { tensors.emplace(t.key, t); });
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    std::copy_n(tensors.at("embeddings." + t.key).data, t.size(), t.data);
  });
  text::encode_window("a few words of any text", 0, {step.batch.ids.data, std::size_t(l)});
  step.forward(false);
  const float* qkv = tensors.at("encoder.0.attention.self.qkv.weight").data;
  const auto project = [&](index_t row, index_t position) {
    double sum = 0;
    for (index_t i = 0; i < c; ++i) sum += double(qkv[row * c + i]) * double(step.y[position * c + i]);
    return sum;
  };
  const index_t offsets[] = {-1, 1, -2, 2};
  for (index_t h = 0; h < 4; ++h)
    for (index_t q = 2; q + 2 < l; ++q) {
      index_t best = 0;
      double top = -1e30;
      for (index_t k = 0; k < l; ++k) {
        double score = 0;
        for (index_t j = 0; j < d; ++j) score += project(h * d + j, q) * project(c + h * d + j, k);
        if (score > top) top = score, best = k;
      }
      CHECK(best == q + offsets[h]);
    }
}

TEST_CASE("the loss falls when the model is trained on a text") {
  const std::vector<std::string> texts{std::string("one two three four five six seven eight nine ten ")};
  const text::MaskedBatches batches(texts, 10, {.share = 0.3});
  Step<Small, float, Ids> step({}, Ids{8, 10, 1});
  initialize_byte_model<float>(step.p, 1, small.heads);
  double first = 0, last = 0;
  for (std::uint64_t u = 0; u < 150; ++u) {
    const auto n = static_cast<std::size_t>(step.batch.ids.size());
    batches.fill(u, {step.batch.ids.data, n}, {step.batch.labels, n});
    const double loss = step(CrossEntropy{}, AdamW{}, 1e-2, 1);
    if (u < 10) first += loss / 10;
    if (u >= 140) last += loss / 10;
  }
  CHECK(first > 3);
  CHECK(last < 0.6 * first);
}

TEST_CASE("weights go to a file and come back, whole and in part") {
  const std::string path = scratch_file("byte_model.safetensors");
  Step<Small, float, Ids> from({}, Ids{1, 6, 1}), to({}, Ids{1, 6, 1});
  initialize<float>(from.p, 1);
  save(from.p, path, "2");
  {
    const io::SafetensorsFile file(path);
    CHECK(byte_model_config(file) == small);
    load_byte_model<float>(to.p, file);
    Step<ByteEncoder<2, 8, 2, 12>, float, Shape<batch, length, 8>> body({}, {1, 6, 8});
    load_byte_model<float>(body.p, file, "encoder.");
    each_tensor<float>(body.p, [&](const TensorRef<float>& t) {
      CHECK(std::equal(t.data, t.data + t.size(), file.values<float>("encoder." + t.key).begin()));
    });
    Step<ByteLanguageModel<>, float, Ids> larger({}, Ids{1, 6, 1});
    CHECK_THROWS_WITH(load_byte_model<float>(larger.p, file), Catch::Contains("embeddings.tokens.weight"));
  }
  for (index_t i = 0; i < 6; ++i) from.batch.ids[i] = to.batch.ids[i] = std::int32_t(40 * i);
  from.forward(false), to.forward(false);
  for (index_t i = 0; i < from.y.size(); ++i) REQUIRE(from.y[i] == to.y[i]);
  save(from.p, path, nullptr);
  CHECK_THROWS_WITH(byte_model_config(io::SafetensorsFile(path)), Catch::Contains("key 'heads'"));
  save(from.p, path, "3");
  CHECK_THROWS_WITH(byte_model_config(io::SafetensorsFile(path)), Catch::Contains("heads = '3'; a divisor of 8"));
  std::filesystem::remove(path);
}
