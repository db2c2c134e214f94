// 05: Fine-tuning a small change: low-rank adapters beside a frozen linear map, merged into it at the end.
#include <l2g/nn/activation.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/nn/with_lora.hpp>
#include <l2g/train/evaluate.hpp>
#include <l2g/train/loop.hpp>
#include <l2g/train/weights.hpp>

#include <cstdio>
#include <filesystem>

#include "promoters.hpp"

using namespace l2g;

using Model = Sequential<Conv1d<5, 32, 11>, Relu, MaxPool<4>, Flatten, Named<"hidden", Linear<800, 64>>, Relu,
                         Named<"head", Linear<64, 2>>>;

// Every Linear called "hidden" or "head" gets an adapter of rank 2: y = W x + B diag(lambda) A x, with W frozen. All
// else is frozen too. In each training step every rank is kept with probability 0.5 (and scaled by 2).
using Adapted = with_lora<Model, 2, Only<"hidden", "head">, PerStep<500>>;
using In = Shape<32, 100, 5>;

// Frozen numbers have no gradient and no moments, which is where the memory goes.
static_assert(footprint<float>(Adapted{}, In{}).trained < footprint<float>(Model{}, In{}).trained / 15);

int main() {
  const data::Splits parts = promoters();
  Rows train{parts.train}, dev{parts.dev};
  const auto judge = [&](auto& step) { return evaluate_classes(step, dev); };
  const std::string path = (std::filesystem::temp_directory_path() / "l2g-example-05.safetensors").string();

  Step<Model, float, In> whole;
  initialize<float>(whole.p, 1);
  FitOptions options;
  options.epochs = 1;
  fit(whole, CrossEntropy{}, train, judge, options);
  save_weights<float>(whole.p, path);
  std::printf("whole:   %6td trained numbers, dev MCC %.3f\n", measure(whole.p, Part::trained).elements,
              judge(whole).metric);

  // The frozen weight of an adapted layer is called base_layer.weight; file_key says how it is called in the file.
  // lambda starts at zero, so that the adapted model begins where the whole one ended.
  Step<Adapted, float, In> adapted;
  initialize<float>(adapted.p, 1);
  load_weights<float>(adapted.p, path, {.strict = false, .file_key = [](const std::string& key) {
                                          const auto at = key.find("base_layer.");
                                          return at == key.npos ? key : std::string(key).erase(at, 11);
                                        }});
  std::printf("adapted: %6td trained numbers, dev MCC %.3f before,", measure(adapted.p, Part::trained).elements,
              judge(adapted).metric);
  options.epochs = 4;
  options.schedule = {.shape = Schedule::linear, .rate = 1e-2};
  fit(adapted, CrossEntropy{}, train, judge, options);
  const Evaluation tuned = judge(adapted);
  std::printf(" %.3f after\n", tuned.metric);

  // Merged, the change costs nothing at prediction; what is left are rounding errors.
  merge(get<4>(adapted.model.layers).layer, get<4>(adapted.p.sub));
  merge(get<6>(adapted.model.layers).layer, get<6>(adapted.p.sub));
  save_weights<float>(adapted.p, path);
  load_weights<float>(whole.p, path, {.strict = false, .file_key = [](const std::string& key) {
                                        const auto at = key.rfind('.');
                                        const bool linear = key.starts_with("h");
                                        return linear ? std::string(key).insert(at, ".base_layer") : key;
                                      }});
  const Evaluation merged = judge(whole);
  std::printf("merged:  dev MCC %.3f, dev loss differs by %.1e\n", merged.metric, std::abs(merged.loss - tuned.loss));
  std::filesystem::remove(path);
  return std::abs(merged.loss - tuned.loss) < 1e-4 ? 0 : 1;
}

// Output (the last digits depend on compiler and processor):
//   whole:    53186 trained numbers, dev MCC 0.443
//   adapted:   1864 trained numbers, dev MCC 0.443 before, 0.613 after
//   merged:  dev MCC 0.613, dev loss differs by 9.0e-10
