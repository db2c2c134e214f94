// The training step of a transformer of twelve blocks.
#include <l2g/nn/attention.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/repeat.hpp>
#include <l2g/train/step.hpp>

using namespace l2g;

using Model = Sequential<Repeat<12, TransformerBlock<768, 12, 3072>>, MeanPool, Linear<768, 2>>;
using In = Shape<8, 512, 768>;

double train(Step<Model, float, In>& step) { return step(CrossEntropy{}, AdamW{}, 1e-4, 1.0); }
double plan_and_train() {
  Step<Model, float, In> step;
  return train(step);
}
