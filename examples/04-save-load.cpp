// 04: Weights go to a file under names, and come back; the file is one that other programs read.
#include <l2g/nn/activation.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/wrapper.hpp>
#include <l2g/train/step.hpp>
#include <l2g/train/weights.hpp>

#include <cstdio>
#include <filesystem>

using namespace l2g;

// A tensor is called by the places of its layers, "0.weight"; Named puts a word in the place of a number.
using Model =
    Sequential<Named<"stem", Conv1d<5, 8, 7>>, BatchNorm1d<8>, Relu, GlobalMaxPool, Named<"head", Linear<8, 2>>>;
using Classifier = Step<Model, float, Shape<4, 100, 5>>;

int main() {
  const std::string path = (std::filesystem::temp_directory_path() / "l2g-example-04.safetensors").string();
  Classifier first;
  initialize<float>(first.p, 7);

  // Safetensors: a JSON header and the numbers. The file is written aside and renamed: whoever reads `path` sees the
  // old file or the new one, never half of one.
  save_weights<float>(first.p, path, {{"made by", "example 04"}});
  const io::SafetensorsFile file(path);
  for (const TensorSlot& slot : tensor_slots<float>(first.p)) {
    std::printf("%-15s", slot.key.c_str());
    for (const index_t n : slot.extents) std::printf(" %td", n);
    std::printf("\n");
  }

  // Back into another step: the same bits. What is missing, left over or of another shape is an error that names it,
  // and nothing of the model has changed then.
  Classifier second;
  load_weights<float>(second.p, path);
  bool same = true;
  for (index_t i = 0; i < first.parameters(); ++i) same = same && first.weights[i] == second.weights[i];
  std::printf("the same bits: %s\n", same ? "yes" : "no");

  Step<Sequential<Named<"stem", Conv1d<5, 8, 9>>, BatchNorm1d<8>>, float, Shape<4, 100, 5>> other;
  try {
    load_weights<float>(other.p, file);
  } catch (const file_error& e) {
    const std::string text = e.what();
    std::printf("%s\n", text.substr(text.find(": ") + 2).c_str());
  }
  std::filesystem::remove(path);
  return same ? 0 : 1;
}

// Output:
//   stem.weight     8 7 5
//   stem.bias       8
//   1.weight        8
//   1.bias          8
//   1.running_mean  8
//   1.running_var   8
//   head.weight     2 8
//   head.bias       2
//   the same bits: yes
//   does not fit the model: other shape: 'stem.weight' is (8, 7, 5), the model wants (8, 9, 5); not used:
//   'head.weight' (2, 8), 'head.bias' (2)
