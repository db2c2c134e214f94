#include "goldens.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/dyn/pretrained.hpp>

#include <nlohmann/json.hpp>

using namespace l2g;
using model::Pooling;
using model::Pretrained;
using model::Task;

namespace {

model::AnyStep step_of(const model::Spec& spec, const GoldenBatch& b) {
  const Seq in{b.rows, b.length, 1};
  return model::AnyStep(model::build<float>(spec, in), in);
}
std::vector<double> logits_of(const Pretrained& m, const GoldenBatch& b) {
  auto step = step_of(m.spec, b);
  model::give_weights(m.weights, step);
  b.give(step);
  step.forward(false);
  return b.real(step.y.data, step.y.shape[1], step.y.shape[2]);
}

/// Logits, loss and gradients of a checkpoint against its golden.
void check(const std::string& name, Task task) {
  INFO(name);
  const io::NpzFile golden(golden_folder(name) + "/expected.npz");
  const Pretrained m = model::load_pretrained(golden_folder(name), {.task = task});
  CHECK(m.summary.fresh.empty());
  CHECK(m.summary.unused.empty());
  for (const char* batch : {"padded", "full"}) {
    INFO(batch);
    const GoldenBatch b(golden, batch);
    auto step = step_of(m.spec, b);
    model::give_weights(m.weights, step);
    b.give(step);
    step.forward(false);
    CHECK(gap(b.real(step.y.data, step.y.shape[1], step.y.shape[2]), b.logits) <= 1e-5);
    step.zero_gradients();
    CHECK(step.accumulate(CrossEntropy{}, step.batch.labels) == Approx(b.loss).epsilon(1e-5));
    if (std::string(batch) != "padded") continue;
    Pretrained gradients = m;
    each_tensor<float>(step.g, [&](const TensorRef<float>& t) {
      gradients.weights.at(t.key).values.assign({t.data, std::size_t(t.size())});
    });
    const auto ours = model::published_tensors(gradients);
    std::size_t compared = 0;
    for (const std::string& key : golden.names()) {
      if (!key.starts_with("grad.")) continue;
      INFO(key);
      const auto at = ours.find(key.substr(5));
      REQUIRE(at != ours.end());
      std::size_t count = 1;
      for (const index_t e : at->second.extents) count *= std::size_t(e);
      const std::vector<double> g(at->second.data, at->second.data + count);
      // Where the exact gradient is zero (biases of keys), the gap is to the gradients of that size.
      const auto expected = golden.read(key).values<double>();
      double most = 0;
      for (const double v : expected) most = std::max(most, std::abs(v));
      if (most < 1e-7) {
        for (const double v : fingerprint(g)) CHECK(std::abs(v) <= 1e-6);
      } else {
        CHECK(gap(fingerprint(g), expected) <= 1e-4);
      }
      ++compared;
    }
    CHECK(compared == ours.size());
  }
}

}  // namespace

TEST_CASE("language models equal the reference: logits, loss, gradients, padded and not") {
  for (const auto& name : golden_names) check(name, Task::language_model);
  check("esm2", Task::language_model);
}

TEST_CASE("classifiers equal the reference: logits, loss, gradients, padded and not") {
  for (const auto& name : golden_names) check(name + "_classifier", Task::classifier);
}

TEST_CASE("hidden states of every layer equal the reference") {
  for (const auto& name : golden_names) {
    INFO(name);
    const io::NpzFile golden(golden_folder(name) + "/expected.npz");
    const Pretrained m = model::load_pretrained(golden_folder(name));
    for (const char* batch : {"padded", "full"})
      for (index_t n = 0; n <= m.config.layers; ++n) {
        INFO(batch << " layer " << n);
        const GoldenBatch b(golden, batch);
        std::vector<std::string> fresh;
        const model::Spec spec = model::features_spec(m.config, n);
        auto step = step_of(spec, b);
        model::give_weights(model::weights_for(spec, m.weights, 1, &fresh), step);
        CHECK(fresh.empty());
        b.give(step);
        step.forward(false);
        std::vector<double> expected =
            golden.read(batch + std::string(".hidden.") + std::to_string(n)).values<double>();
        // transformers names the states before the projection out as the last ones of OPT-350M's decoder.
        if (n == m.config.layers && m.config.word_width != m.config.width) continue;
        CHECK(gap(b.real(step.y.data, b.length, m.config.width), expected) <= 1e-5);
      }
  }
}

TEST_CASE("pooled features: padding never counts") {
  const io::NpzFile golden(golden_folder("bert") + "/expected.npz");
  const GoldenBatch b(golden, "padded");
  const Pretrained m = model::load_pretrained(golden_folder("bert"));
  const auto hidden = golden.read("padded.hidden.2").values<double>();
  const index_t width = m.config.width;
  const auto pooled = [&](Pooling p) {
    const model::Spec spec = model::features_spec(m.config, 2, p);
    auto step = step_of(spec, b);
    model::give_weights(model::weights_for(spec, m.weights), step);
    b.give(step);
    step.forward(false);
    return b.real(step.y.data, 1, width);
  };
  std::vector<double> first, mean, most, last;
  for (index_t r = 0; r < b.rows; ++r)
    for (index_t c = 0; c < width; ++c) {
      const index_t n = b.lengths[std::size_t(r)];
      double sum = 0, top = -1e30;
      for (index_t t = 0; t < n; ++t) {
        const double v = hidden[std::size_t((r * b.length + t) * width + c)];
        sum += v, top = std::max(top, v);
        if (t == 0) first.push_back(v);
        if (t == n - 1) last.push_back(v);
      }
      mean.push_back(sum / double(n)), most.push_back(top);
    }
  CHECK(gap(pooled(Pooling::first), first) <= 1e-5);
  CHECK(gap(pooled(Pooling::mean), mean) <= 1e-5);
  CHECK(gap(pooled(Pooling::max), most) <= 1e-5);
  CHECK(gap(pooled(Pooling::last), last) <= 1e-5);
  CHECK_THROWS_WITH(model::features_spec(m.config, 3), Catch::Contains("layers 0 (embeddings) to 2, got 3"));
  CHECK_THROWS_WITH(model::pooling_of("men"), Catch::Contains("did you mean 'mean'"));
}

TEST_CASE("MiniLM with its real weights") {
  REQUIRE_SAMPLE(folder, "lm_weights/minilm");
  const io::NpzFile golden(golden_folder("minilm") + "/expected.npz");
  const auto ids = golden.read("ids");
  const auto numbers = ids.values<std::int32_t>(), lengths = golden.read("lengths").values<std::int32_t>();
  const index_t rows = ids.shape[0], l = ids.shape[1];
  const Pretrained m = model::load_pretrained(folder);
  CHECK(m.summary.bytes_copied == 0);
  CHECK(m.summary.unused == std::vector<std::string>{"pooler.dense.bias", "pooler.dense.weight"});
  const auto run = [&](const model::Spec& spec) {
    const Seq in{rows, l, 1};
    model::AnyStep step(model::build<float>(spec, in), in);
    model::give_weights(model::weights_for(spec, m.weights), step);
    std::copy(numbers.begin(), numbers.end(), step.batch.ids.data);
    std::copy(lengths.begin(), lengths.end(), step.batch.lengths);
    step.use_lengths(true);
    step.forward(false);
    std::vector<double> y(step.y.data, step.y.data + step.y.size());
    if (step.y.shape[1] == l)
      for (index_t i = 0; i < step.y.size(); ++i)
        if (i / 384 % l >= lengths[std::size_t(i / 384 / l)]) y[std::size_t(i)] = 0;
    return y;
  };
  CHECK(gap(run(m.spec), golden.read("output").values<double>()) <= 1e-5);
  CHECK(gap(run(model::features_spec(m.config, 6, Pooling::mean)), golden.read("mean").values<double>()) <= 1e-5);
  CHECK(gap(run(model::features_spec(m.config, 3, Pooling::first)), golden.read("hidden.3.cls").values<double>()) <=
        1e-5);
}

TEST_CASE("frozen weights are read where the file is mapped") {
  for (const char* name : {"bert", "dnabert2", "gpt2"}) {  // as stored, joined rows, transposed
    INFO(name);
    const std::string folder = golden_folder(name) + "_classifier";
    const GoldenBatch b(io::NpzFile(folder + "/expected.npz"), "padded");
    const Pretrained m = model::load_pretrained(folder, {.task = Task::classifier, .freeze_body = true});
    const Seq in{b.rows, b.length, 1};
    model::AnyStep step(model::build<float>(m.spec, in), in, CrossEntropy{}, 2, nullptr, Outside::frozen);
    model::give_weights(m.weights, step);
    std::size_t mapped = 0, frozen = 0;
    for (const auto& [key, t] : m.weights) {
      if (t.role != Role::frozen) continue;
      ++frozen, mapped += t.values.borrowed();
    }
    CHECK(frozen - mapped == (name == std::string("gpt2") ? 12 : 0));  // six maps in each of two blocks are transposed
    CHECK(m.summary.converted.size() == frozen - mapped);
    b.give(step);
    step.forward(false);
    CHECK(gap(b.real(step.y.data, 1, 3), b.logits) <= 1e-5);
    step.zero_gradients();
    CHECK(step.accumulate(CrossEntropy{}, step.batch.labels) == Approx(b.loss).epsilon(1e-5));
    step.update(AdamW{}, 1e-2);  // what is mapped is read-only: a write would be the end
    CHECK_THROWS_WITH(model::give_weights(std::map<std::string, model::Tensor>{}, step),
                      Catch::Contains("is none of these weights"));
  }
}

TEST_CASE("what a file lacks starts anew or is refused, and what it has too much of is named") {
  const std::string bert = golden_folder("bert");
  const Pretrained m = model::load_pretrained(bert, {.task = Task::classifier, .labels = {"no", "yes"}});
  CHECK(m.summary.fresh == std::vector<std::string>{"dense.weight", "dense.bias", "head.weight", "head.bias"});
  CHECK(m.summary.unused.size() == 5);
  CHECK_THAT(model::to_text(m.summary), Catch::Contains("newly initialised, to be trained: dense.weight"));
  CHECK_NOTHROW(model::require_trained(m.summary.fresh, m.spec));
  model::Spec frozen = m.spec;
  for (auto& part : frozen.parts)
    if (part.key != "head") part.frozen = true;
  CHECK_THROWS_WITH(model::require_trained(m.summary.fresh, frozen),
                    Catch::StartsWith("'dense' is newly initialised (the checkpoint has none) and frozen"));
  CHECK_THROWS_WITH(model::load_pretrained(golden_folder("bert_classifier"), {.task = Task::language_model}),
                    Catch::Contains("there is no head of a language model in these files"));
  CHECK_NOTHROW(model::load_pretrained(golden_folder("bert_classifier"),
                                       {.task = Task::language_model, .new_language_head = true}));
  CHECK_THROWS_WITH(model::require_vocabulary(m.config, 70, "vocab.txt"),
                    Catch::Contains("has 70 entries, the BERT has words for 61"));
  CHECK_THROWS_WITH(model::require_length(m.config, 13), Catch::Contains("has positions for 12"));
}

TEST_CASE("weights that do not fit the configuration are refused in one line") {
  const ScratchFolder folder;
  const auto put = [&](const std::string& from, const std::string& weights, const std::string& was,
                       const std::string& is) {
    std::string text = models::load_config(golden_folder(from)).json;
    const auto at = text.find(was);
    REQUIRE((was.empty() || at != text.npos));
    if (!was.empty()) text.replace(at, was.size(), is);
    folder.file("config.json", text);
    std::filesystem::copy_file(golden_folder(weights) + "/model.safetensors", folder / "model.safetensors",
                               std::filesystem::copy_options::overwrite_existing);
  };
  put("bert", "bert", "\"vocab_size\": 61", "\"vocab_size\": 60");
  CHECK_THROWS_WITH(model::load_pretrained(folder.path()),
                    Catch::Contains("the table of words has 61 rows; by config.json the vocabulary has 60"));
  put("bert", "bert", "\"intermediate_size\": 24", "\"intermediate_size\": 32");
  CHECK_THROWS_WITH(model::load_pretrained(folder.path()),
                    Catch::Contains("is (24, 16); by config.json it should be (32, 16)"));
  put("bert", "bert", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
  CHECK_THROWS_WITH(model::load_pretrained(folder.path()),
                    Catch::Contains("missing 'bert.encoder.layer.2.attention.self.query.weight'"));
  put("bert", "gpt2", "", "");
  CHECK_THROWS_WITH(model::load_pretrained(folder.path()), Catch::Contains("these are not the weights of the BERT"));
}

TEST_CASE("a model that is saved gives the same logits when it is loaded") {
  const ScratchFolder folder;
  for (const auto& name : golden_names)
    for (const Task task : {Task::language_model, Task::classifier, Task::features}) {
      const std::string from = golden_folder(name) + (task == Task::classifier ? "_classifier" : "");
      INFO(from);
      const io::NpzFile golden(from + "/expected.npz");
      const GoldenBatch b(golden, "padded");
      const Pretrained m = model::load_pretrained(from, {.task = task});
      const std::string to = folder / (name + std::to_string(int(task)));
      model::save_pretrained(m, to);
      const Pretrained again = model::load_pretrained(to, {.task = task});
      CHECK(again.summary.fresh.empty());
      CHECK(again.summary.unused.empty());
      CHECK(logits_of(again, b) == logits_of(m, b));
      model::save_pretrained(again, to);  // over it
    }
}

TEST_CASE("the TinyStories Llama with its real weights says what llama2.c says") {
  REQUIRE_SAMPLE(file, "lm_weights/babyllama_tok105/model5000.bin");
  REQUIRE_SAMPLE(known, "derived/lm_expected/babyllama_tok105.json");
  const Pretrained m = model::load_pretrained(file, {.task = Task::language_model});
  CHECK(m.summary.bytes_copied == 0);
  const io::MappedFile mapped(known);
  const auto j = nlohmann::json::parse(
      std::string_view(reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()));
  const auto ids = j.at("input_ids").get<std::vector<std::int32_t>>();
  const auto first = j.at("logits_first_4_positions").get<std::vector<std::vector<double>>>();
  const index_t l = index_t(ids.size());
  const Seq in{1, l, 1};
  const auto logits = [&](const Pretrained& p) {
    model::AnyStep step(model::build<float>(p.spec, in), in);
    model::give_weights(p.weights, step);
    std::copy(ids.begin(), ids.end(), step.batch.ids.data);
    step.forward(false);
    return std::vector<double>(step.y.data, step.y.data + step.y.size());
  };
  const auto y = logits(m);
  for (std::size_t t = 0; t < first.size(); ++t)
    CHECK(gap({y.begin() + std::ptrdiff_t(t * 105), y.begin() + std::ptrdiff_t(t * 105 + 105)}, first[t]) <= 1e-5);
  for (index_t t = 0; t + 1 < l; ++t) {  // its text is its own greedy one
    const auto row = y.begin() + t * 105;
    REQUIRE(std::max_element(row, row + 105) - row == ids[std::size_t(t + 1)]);
  }
  // Saved in the layout of transformers, it says the same with the other order of rotary pairs.
  const ScratchFolder folder;
  model::save_pretrained(m, folder / "llama");
  const Pretrained again = model::load_pretrained(folder / "llama", {.task = Task::language_model});
  CHECK(again.config.positions == models::Positions::rotary);
  CHECK(gap(logits(again), y) <= 1e-5);
}

TEST_CASE("PyTorch's archives, shards and half precision") {
  const auto same = [](const Pretrained& a, const Pretrained& b, double most) {
    REQUIRE(a.weights.size() == b.weights.size());
    for (const auto& [key, t] : a.weights) {
      INFO(key);
      const std::vector<double> x(t.values.begin(), t.values.end()),
          y(b.weights.at(key).values.begin(), b.weights.at(key).values.end());
      CHECK(gap(x, y) <= most);
    }
  };
  const Pretrained bert = model::load_pretrained(golden_folder("bert_classifier"), {.task = Task::classifier});
  const Pretrained torch = model::load_pretrained(golden_folder("bert_torch"), {.task = Task::classifier});
  CHECK(torch.summary.unused.empty());
  CHECK_THAT(torch.summary.format, Catch::Contains("PyTorch"));
  same(torch, bert, 0);
  const model::PretrainedOptions language{.task = Task::language_model};
  const Pretrained roberta = model::load_pretrained(golden_folder("roberta"), language);
  const Pretrained shards = model::load_pretrained(golden_folder("roberta_shards"), language);
  CHECK_THAT(shards.summary.format, Catch::Contains("shards"));
  same(shards, roberta, 0);
  const Pretrained half = model::load_pretrained(golden_folder("roberta_half"), language);
  CHECK(half.summary.bytes_mapped == 0);
  CHECK(half.summary.why.front() == "stored as F16");
  same(half, roberta, 5e-4);
}

TEST_CASE("the bytes of a step are known before it: a frozen body needs no gradients") {
  const Pretrained m = model::load_pretrained(golden_folder("bert_classifier"), {.task = Task::classifier});
  const Pretrained f =
      model::load_pretrained(golden_folder("bert_classifier"), {.task = Task::classifier, .freeze_body = true});
  const Footprint all = model::footprint_of(m.spec, 4, 10), head = model::footprint_of(f.spec, 4, 10);
  CHECK(head.frozen == 0);
  CHECK(all.frozen == 0);
  CHECK(head.trained + head.outside == all.trained);
  CHECK(head.total() < all.total());
  CHECK(model::features_spec(m, 1) == model::features_spec(m.config, 1));
}

TEST_CASE("models for check_saved.py", "[.]") {
  const char* to = std::getenv("L2G_SAVED_MODELS");
  REQUIRE(to);
  const auto save = [&](const Pretrained& m, const GoldenBatch& b, const std::string& name) {
    const std::string folder = to + ("/" + name);
    model::save_pretrained(m, folder);
    const auto logits = logits_of(m, b);
    const std::vector<float> numbers(logits.begin(), logits.end());
    const index_t in_row = index_t(numbers.size()) / b.rows;
    const std::vector<index_t> ids{b.rows, b.length}, rows{b.rows};
    std::vector<index_t> extents{b.rows, in_row};
    if (m.task != Task::classifier) extents = {b.rows, b.length, in_row / b.length};
    io::SafetensorsWriter writer;
    writer.add("ids", ids, b.ids.data());
    writer.add("lengths", rows, b.lengths.data());
    writer.add("logits", extents, numbers.data());
    writer.save(folder + "/saved_logits.safetensors");
  };
  std::vector<std::string> all = golden_names;
  all.push_back("esm2");
  for (const auto& name : all) {
    if (name == "dnabert2" || name == "nucleotide_transformer_v2") continue;
    for (const Task task : {Task::language_model, Task::classifier, Task::features}) {
      if (name == "esm2" && task == Task::classifier) continue;  // there is no golden
      const std::string from = golden_folder(name) + (task == Task::classifier ? "_classifier" : "");
      const GoldenBatch b(io::NpzFile(from + "/expected.npz"), "padded");
      const char* ends[] = {"_features", "_language_model", "_classifier"};
      save(model::load_pretrained(from, {.task = task}), b, name + ends[int(task)]);
    }
  }
  // llama2.c's order of rotary pairs becomes that of transformers.
  const std::string tiny = sample_data("lm_weights/babyllama_tok105/model5000.bin");
  const GoldenBatch b(io::NpzFile(golden_folder("llama") + "/expected.npz"), "padded");
  if (!tiny.empty()) save(model::load_pretrained(tiny, {.task = Task::language_model}), b, "babyllama");
}
