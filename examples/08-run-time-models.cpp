// 08: A model chosen at run time: the same templates behind one type; and back to a static type by a header.
#include <l2g/dyn/model.hpp>
#include <l2g/dyn/registry.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace l2g;

int main() {
  // A Spec is a model as data: what the shell builds and what a file stores. Layers have the names of the registry.
  const model::Spec spec =
      model::sequential({model::layer("conv1d", {{"out", 32}, {"kernel", 11}}), model::layer("relu"),
                         model::layer("max_pool", {{"window", 4}}), model::layer("flatten"),
                         model::layer("linear", {{"out", 2}}).named("head")});

  // Built for batches of 64 x 100 x 5 it is an AnyLayer, which meets the same concept as a static layer: a Step takes
  // it, with the same memory plan and the same bits.
  const AnyLayer<float> layer = model::build<float>(spec, Seq{64, 100, 5});
  Step<AnyLayer<float>, float, Seq> step(layer, Seq{64, 100, 5});
  initialize<float>(step.p, 1);
  std::printf("%td numbers, %zu bytes for a step\n", measure(step.p).elements, step.size().total());

  // The registry knows all names, so a mistake is answered with what would be right, and a misfit by the layer's place.
  const auto attempt = [](const model::Spec& wrong) {
    try {
      model::build<float>(wrong, Seq{64, 100, 5});
    } catch (const error& e) {
      std::printf("%s\n", e.what());
    }
  };
  attempt(model::layer("conv1d", {{"out", 32}, {"kernal", 11}}));
  attempt(model::layer("convolution", {{"out", 32}}));

  // With weights, class names and the way that sequences are read, a Spec becomes a Model: one file for `save`, and for
  // `export_cpp` a header with static types and a weights file, whose predictions have the same bits.
  model::Model m = model::make_model("promoters", spec, {.length = 100}, {"background", "promoter"}, 1);
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "l2g-example-08";
  std::filesystem::create_directories(folder);
  model::export_cpp(m, folder.string(), "promoter_model", 64);
  std::ifstream header(folder / "promoter_model.hpp");
  for (std::string line; std::getline(header, line);) std::printf("| %s\n", line.c_str());
  header.close();
  std::filesystem::remove_all(folder);
  return measure(step.p).elements == 3394 ? 0 : 1;
}

// Output (the numbers of bytes may change from version to version):
//   3394 numbers, 3633792 bytes for a step
//   conv1d: unknown option 'kernal' (did you mean 'kernel'?); there are out, kernel, dilation, stride, groups, padding
//   unknown layer 'convolution'; there are linear, conv1d, embedding, token_dropout_embedding, learned_positions,
//   segments, batch_norm, layer_norm, rms_norm, relu, gelu, silu, tanh, dropout, max_pool, average_pool, mean_pool,
//   global_max_pool, first_token, last_token, flatten, identity, attention, feed_forward, gated_feed_forward,
//   transformer, language_model, sequential, repeated, residual, strand_mean, kmer_bag, concat
//   | #pragma once
//   | // Written by the l2g shell. Weights: promoter_model.safetensors (l2g::load_weights in <l2g/train/weights.hpp>).
//   | #include <l2g/nn/concat.hpp>
//   | #include <l2g/nn/conv1d.hpp>
//   | #include <l2g/nn/embedding.hpp>
//   | #include <l2g/nn/kmer_bag.hpp>
//   | #include <l2g/nn/pool.hpp>
//   | #include <l2g/nn/strand_mean.hpp>
//   | #include <l2g/nn/with_lora.hpp>
//   |
//   | namespace l2g::models {
//   | using promoter_model = Sequential<Conv1d<5, 32, 11, 1, Padding::same, 1, 1>, Relu, MaxPool<4, 4>, Flatten,
//   Named<"head", Linear<800,
//   |     2>>>;
//   | using promoter_model_input = Shape<64, 100, 5>;  // batch, length, channels
//   | }  // namespace l2g::models
