// 06: Alignment: an embedder for DNA learns its task, and to speak in vectors that look like those of text.
//   06-align TEXT [WEIGHTS]     any text file, and the weights of a byte language model
#include <l2g/models/byte_language_model.hpp>
#include <l2g/models/resnet1d.hpp>
#include <l2g/text/reference.hpp>
#include <l2g/train/step.hpp>
#include <l2g/transfer/align.hpp>

#include <cstdio>
#include <numeric>

#include "promoters.hpp"

using namespace l2g;

constexpr index_t width = 128;  // of the language model

// A convolution, then a vector of the language model's width for every five positions.
using Embedder = Sequential<ConvUnit<5, 32, 11>, Tokens<32, width, 5>>;
// Two things at once for each sequence: the mean of its vectors (128 numbers), and two scores of a head of its own.
using Model = transfer::AlignModel<Embedder, width, 2>;

// What is to be imitated: vectors of 1000 bytes drawn from the text, as the embedding block of the language model gives
// them (token and position, normalised).
std::vector<float> reference(const char* text, const char* weights) {
  const ByteEmbeddings<width> block;
  auto p = block.params<float, Cpu>();
  const auto memory = Memory<Cpu>::get(measure(p).bytes);
  bind(p, memory.get());
  if (weights)
    load_byte_model<float>(p, io::SafetensorsFile(weights), "embeddings.");
  else
    initialize<float>(p, 1);
  return text::text_reference(block, p, text::read_text(text), {.tokens = 1000});
}

int main(int argc, char** argv) {
  if (argc < 2) return std::printf("usage: 06-align TEXT [WEIGHTS]\n"), 2;
  const std::vector<float> text = reference(argv[1], argc > 2 ? argv[2] : nullptr);
  const data::Splits parts = promoters();
  Rows train{parts.train};

  // The loss is alpha x discrepancy + beta x task. The discrepancy (MMD) compares the cloud of a batch's vectors with
  // the cloud of 64 vectors drawn from the reference at each step.
  AlignLoss<float> loss;
  loss.reference = text.data(), loss.entries = 1000, loss.width = width, loss.draws = 64;
  Step<Model, float, Shape<64, 100, 5>> step({}, {}, loss);
  initialize<float>(step.p, 1);

  // A loop by hand: this is all there is to one. The task comes first; alpha is zero for half of the steps.
  std::vector<index_t> rows(64);
  double apart[2] = {};
  for (int i = 0; i < 100; ++i) {
    step.state->alpha = transfer::alpha_at(i, 100, 0.5, 0.3);
    std::iota(rows.begin(), rows.end(), i % 10 * 64);
    train.fill(step.batch, i * 64, rows);
    step.accumulate(loss, step.batch.labels);
    if (step.state->alpha > 0) apart[i >= 90] += step.value(0) / step.state->alpha / (i >= 90 ? 10 : 40);
    if (i % 20 == 19)
      std::printf("step %3d: alpha %.1f, discrepancy share %.3f, task %.3f\n", i + 1, step.state->alpha, step.value(0),
                  step.value(1));
    step.update(AdamW{}, 2e-3, 1);
  }
  std::printf("mean discrepancy: %.3f in steps 51 to 90, %.3f in the last ten\n", apart[0], apart[1]);
  return apart[1] < apart[0] ? 0 : 1;
}

// Output of 06-align examples/text/alice_chapters_1_2.txt examples/language_model/byte-roberta.safetensors (the last
// digits depend on compiler and processor):
//   step  20: alpha 0.0, discrepancy share 0.000, task 0.610
//   step  40: alpha 0.0, discrepancy share 0.000, task 0.603
//   step  60: alpha 0.3, discrepancy share 0.727, task 0.565
//   step  80: alpha 0.3, discrepancy share 0.454, task 0.552
//   step 100: alpha 0.3, discrepancy share 0.405, task 0.515
//   mean discrepancy: 1.955 in steps 51 to 90, 1.433 in the last ten
