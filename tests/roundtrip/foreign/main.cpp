// The exported model in a program of its own: static types, weights from the file, probabilities with all digits.
#include <exported.hpp>
#include <l2g/data/encode.hpp>
#include <l2g/data/load.hpp>
#include <l2g/train/step.hpp>
#include <l2g/train/weights.hpp>

#include <cmath>
#include <cstdio>

using namespace l2g;

int main(int, char** argv) {
  const std::string folder = argv[1];
  Step<models::exported, float, models::exported_input> step;
  load_weights<float>(step.p, folder + "/exported.safetensors");
  const data::Dataset rows = data::load_file(folder + "/rows.fa", {});
  const index_t batch = step.batch.values.shape[0], classes = step.y.shape[2];
  for (index_t begin = 0; begin < rows.rows(); begin += batch) {
    const index_t n = std::min(batch, rows.rows() - begin);
    std::vector<index_t> numbers;
    for (index_t i = 0; i < batch; ++i) numbers.push_back(begin + std::min(i, n - 1));
    data::encode<float>(rows, numbers, {step.batch.values.shape[1]},
                        {step.batch.values.data, std::size_t(step.batch.values.size())});
    step.forward(false);
    for (index_t i = 0; i < n; ++i) {
      const float* y = step.y.data + i * classes;
      double top = -1e300, sum = 0;
      for (index_t k = 0; k < classes; ++k) top = std::max(top, double(y[k]));
      for (index_t k = 0; k < classes; ++k) sum += std::exp(double(y[k]) - top);
      for (index_t k = 0; k < classes; ++k) std::printf("%s%.17g", k ? " " : "", std::exp(double(y[k]) - top) / sum);
      std::printf("\n");
    }
  }
}
