#include "goldens.hpp"
#include "sample_data.hpp"

#include <l2g/dyn/pretrained.hpp>
#include <l2g/models/bert.hpp>
#include <l2g/models/distilbert.hpp>
#include <l2g/models/dnabert2.hpp>
#include <l2g/models/gpt2.hpp>
#include <l2g/models/llama.hpp>
#include <l2g/models/nucleotide_transformer.hpp>
#include <l2g/models/opt.hpp>
#include <l2g/models/roberta.hpp>

using namespace l2g;
using model::Task;

namespace {

/// The static alias and the Spec of the same checkpoint: the same keys in the same order, the same bits.
template <class Model>
void check(const std::string& name, Task task) {
  INFO(name);
  const io::NpzFile golden(golden_folder(name) + "/expected.npz");
  const GoldenBatch b(golden, "padded");
  const model::Pretrained m = model::load_pretrained(golden_folder(name), {.task = task});
  const Seq in{b.rows, b.length, 1};
  model::AnyStep dynamic(model::build<float>(m.spec, in), in);
  std::vector<std::string> keys, dynamic_keys;
  const auto fill = [&](auto& step, std::vector<std::string>& list) {
    each_tensor<float>(step.p, [&](const TensorRef<float>& t) { list.push_back(t.key); });
    model::give_weights(m.weights, step);
    b.give(step);
    step.forward(false);
  };
  fill(dynamic, dynamic_keys);
  Step<Model, float, Shape<batch, length, 1>> fixed({}, {b.rows, b.length, 1});
  fill(fixed, keys);
  CHECK(keys == dynamic_keys);
  REQUIRE(fixed.y.size() == dynamic.y.size());
  CHECK(b.real(fixed.y.data, fixed.y.shape[1], fixed.y.shape[2]) ==
        b.real(dynamic.y.data, dynamic.y.shape[1], dynamic.y.shape[2]));
}

}  // namespace

TEST_CASE("static aliases equal their run-time twins bit for bit") {
  check<RobertaLanguageModel<2, 16, 4, 24, 61, 14, 0>>("roberta", Task::language_model);
  check<BertClassifier<3, 2, 16, 4, 24, 61, 12, 0>>("bert_classifier", Task::classifier);
  check<DistilBertClassifier<3, 2, 16, 4, 24, 61, 12, 0>>("distilbert_classifier", Task::classifier);
  check<Dnabert2LanguageModel<2, 24, 6, 20, 61, 0>>("dnabert2", Task::language_model);
  check<OptClassifier<3, 2, 16, 4, 24, 61, 14, 0>>("opt_classifier", Task::classifier);
  check<OptPostNormLanguageModel<2, 16, 8, 4, 24, 61, 14, 0>>("opt_post_norm", Task::language_model);
  check<Gpt2LanguageModel<2, 16, 4, 24, 61, 12, 0>>("gpt2", Task::language_model);
  check<NucleotideTransformerLanguageModel<2, 16, 4, 24, 61, 14>>("nucleotide_transformer_v1", Task::language_model);
  check<NucleotideTransformer2Classifier<3, 2, 16, 2, 24, 61>>("nucleotide_transformer_v2_classifier",
                                                               Task::classifier);
  check<LlamaLanguageModel<2, 16, 4, 2, 24, 61, 6>>("llama", Task::language_model);
}

TEST_CASE("a static BERT with its pooler reads MiniLM where its file is mapped") {
  REQUIRE_SAMPLE(folder, "lm_weights/minilm");
  const io::NpzFile golden(golden_folder("minilm") + "/expected.npz");
  const auto ids = golden.read("ids").values<std::int32_t>(), lengths = golden.read("lengths").values<std::int32_t>();
  const index_t rows = index_t(lengths.size()), l = index_t(ids.size()) / rows;
  const model::Pretrained m = model::load_pretrained(folder, {.task = Task::classifier});
  CHECK(m.summary.fresh == std::vector<std::string>{"head.weight", "head.bias"});
  CHECK(m.summary.unused.empty());
  Step<BertPooler<6, 384, 12, 1536>, float, Shape<batch, length, 1>> step({}, {rows, l, 1}, CrossEntropy{}, 0, nullptr,
                                                                          Outside::weights);
  model::give_weights(m.weights, step);
  CHECK(step.size().outside >= 22'713'216 * sizeof(float));
  std::copy(ids.begin(), ids.end(), step.batch.ids.data);
  std::copy(lengths.begin(), lengths.end(), step.batch.lengths);
  step.use_lengths(true);
  step.forward(false);
  CHECK(gap({step.y.data, step.y.data + step.y.size()}, golden.read("pooler").values<double>()) <= 1e-5);
}
