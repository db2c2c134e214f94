#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/models/byte_language_model.hpp>
#include <l2g/test/gradients.hpp>
#include <l2g/text/masking.hpp>
#include <l2g/train/step.hpp>

#include <catch2/catch.hpp>
#include <map>
#include <set>

using namespace l2g;

namespace {

constexpr ByteModelConfig small{.width = 8, .layers = 2, .heads = 2, .hidden = 12, .positions = 10};
using Small = ByteLanguageModel<small>;
using Ids = Shape<batch, length, 1>;

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

TEST_CASE("positions that were not trained continue those that were") {
  // Trained rows that are a linear map of the sinusoids: the rows behind them have to be the same map.
  constexpr index_t width = 12, channels = 8, trained = 60, rows = 100;
  const Rng rng{3, 0};
  std::vector<float> table((rows + 2) * width);
  for (index_t r = 0; r < rows; ++r)
    for (index_t j = 0; j < width; ++j) {
      double v = 0.1 * double(j);
      for (index_t i = 0; i < channels; ++i) {
        const double angle = double(r) * position_frequency(i / 2, channels);
        v += (rng.uniform(1, std::uint64_t(j * channels + i)) - 0.5) * (i % 2 ? std::cos(angle) : std::sin(angle));
      }
      table[std::size_t((r + 2) * width + j)] = float(v);
    }
  auto found = table;
  std::fill(found.begin() + (trained + 2) * width, found.end(), 100.f);
  continue_positions(found, width, channels, trained);
  for (std::size_t i = 0; i < table.size(); ++i) REQUIRE(found[i] == Approx(table[i]).margin(1e-3));
  CHECK_THROWS_WITH(continue_positions(found, width, channels, 20), Catch::Contains("24 .. 100 trained ones, got 20"));
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
  const ScratchFolder folder;
  const std::string path = folder / "byte_model.safetensors";
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
}

TEST_CASE("the shipped weights know English that they were not trained on") {
  const std::string path = "examples/language_model/byte-roberta.safetensors";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: needs " << path << " in the working folder");
    return;
  }
  CHECK(std::filesystem::file_size(path) <= 4'000'000);
  const io::SafetensorsFile file(path);
  CHECK(byte_model_config(file) == ByteModelConfig{});
  index_t numbers = 0;
  for (const io::TensorInfo& t : file.tensors()) {
    CHECK(t.dtype == Dtype::f32);
    numbers += index_t(t.count());
  }
  CHECK(numbers == ByteModelConfig{}.parameters());
  for (const char* key : {"command", "sources", "seed", "steps", "held_out_bits_per_masked_byte"})
    CHECK(file.metadata(key) != nullptr);

  // Herman Melville, Moby-Dick (1851), chapter 1.
  const std::vector<std::string> texts{
      "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, and "
      "nothing "
      "particular to interest me on shore, I thought I would sail about a little and see the watery part of the world. "
      "It "
      "is a way I have of driving off the spleen and regulating the circulation. Whenever I find myself growing grim "
      "about "
      "the mouth; whenever it is a damp, drizzly November in my soul; whenever I find myself involuntarily pausing "
      "before "
      "coffin warehouses, and bringing up the rear of every funeral I meet; and especially whenever my hypos get such "
      "an "
      "upper hand of me, that it requires a strong moral principle to prevent me from deliberately stepping into the "
      "street, and methodically knocking people's hats off - then, I account it high time to get to sea as soon as I "
      "can."};
  constexpr index_t l = 128, rows = 6;
  Step<ByteLanguageModel<>, float, Ids> step({}, Ids{rows, l, 1});
  load_byte_model<float>(step.p, file);
  double nats = 0, masked = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto held = text::hold_out(texts, l, {.seed = seed});
    REQUIRE(held.windows() == rows);
    std::copy(held.ids.begin(), held.ids.end(), step.batch.ids.data);
    step.forward(false);
    CrossEntropy{}(step.context, step.y, held.labels.data(), step.dy, step.shares);
    nats += step.value() * double(held.masked());
    masked += double(held.masked());
  }
  const double bits = nats / masked / std::log(2.0);
  INFO("bits per masked byte: " << bits);
  CHECK(bits < 1.8);  // measured: 1.47; the frequencies of bytes alone: above 4
}
