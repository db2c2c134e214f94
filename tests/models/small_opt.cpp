// The causal model that ships with the program, against transformers (tests/goldens/small_opt.py).
#include "goldens.hpp"

#include <l2g/dyn/pretrained.hpp>
#include <l2g/text/load_tokenizer.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace l2g;

namespace {
const std::string folder = "examples/language_model/small-opt";
}

TEST_CASE("the small OPT that ships says what transformers says of it") {
  const nlohmann::json golden = nlohmann::json::parse(std::ifstream("tests/goldens/small_opt.json"));
  const text::Tokenizer tokenizer = text::load_tokenizer(folder);
  const model::Pretrained m = model::load_pretrained(folder, {.task = model::Task::language_model});
  CHECK(m.summary.fresh.empty());
  CHECK(m.summary.unused.empty());
  CHECK(tokenizer.size() == m.config.vocabulary);
  CHECK(tokenizer.special().begin == m.config.first);
  CHECK(tokenizer.special().pad == m.config.pad);
  model::require_vocabulary(m.config, tokenizer.size(), folder);
  REQUIRE(golden.at("texts").size() == 3);
  for (const auto& expected : golden.at("texts")) {
    const auto text = expected.at("text").get<std::string>();
    INFO(text);
    const auto ids = tokenizer.ids(text);
    REQUIRE(ids == expected.at("ids").get<std::vector<std::int32_t>>());
    CHECK(tokenizer.decode(ids) == text);
    const Seq in{1, index_t(ids.size()), 1};
    model::AnyStep step(model::build<float>(m.spec, in), in);
    each_tensor<float>(
        step.p, [&](const TensorRef<float>& t) { std::copy_n(m.weights.at(t.key).values.data(), t.size(), t.data); });
    std::copy(ids.begin(), ids.end(), step.batch.ids.data);
    std::copy(ids.begin() + 1, ids.end(), step.batch.labels);
    step.batch.labels[ids.size() - 1] = -1;
    step.forward(false);
    CrossEntropy{}(step.context, step.y, step.batch.labels, step.dy, step.shares);
    CHECK(step.value() == Approx(expected.at("nats").get<double>()).epsilon(1e-5));
    const index_t vocabulary = m.config.vocabulary;
    const float* last = step.y.data + (in[1] - 1) * vocabulary;
    CHECK(gap({last, last + vocabulary}, expected.at("last").get<std::vector<double>>()) <= 1e-5);
  }
}

TEST_CASE("the small OPT that ships takes at most 4 MB, and the yeast sequences with Lingo's prompt") {
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) bytes += file.file_size();
  CHECK(bytes <= 4'000'000);
  const text::Tokenizer tokenizer = text::load_tokenizer(folder);
  const text::EncodeOptions prompt{.prefix = "Domain: DNA Promoter\nSequence: ", .suffix = "\nAnnotation:"};
  const Rng rng{1, 0};
  for (std::uint32_t i = 0; i < 20; ++i) {
    std::string bases;
    for (std::uint64_t j = 0; j < 500; ++j) bases += "ACGT"[rng.word(i, j) % 4];
    CHECK(tokenizer.encode(bases, prompt).size() <= 512);
  }
}
