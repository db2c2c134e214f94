// 03: Data, a network, a training, a score.
#include <l2g/nn/activation.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/train/evaluate.hpp>
#include <l2g/train/loop.hpp>

#include <cstdio>

#include "promoters.hpp"

using namespace l2g;

// One convolution finds motifs; Flatten keeps where they were. With MeanPool in its place a motif counts wherever it
// lies, which is what other tasks want.
using Model = Sequential<Conv1d<5, 32, 11>, BatchNorm1d<32>, Relu, MaxPool<4>, Flatten, Linear<800, 2>>;

int main() {
  const data::Splits parts = promoters();
  Rows train{parts.train}, dev{parts.dev}, test{parts.test};

  // A Step is the model with the memory of its training step, in one block. It starts with first weights that depend on
  // a seed and on the name of each tensor only.
  Step<Model, float, Shape<32, 100, 5>> step;
  initialize<float>(step.p, 1);

  // fit() is the loop: shuffled batches, loss, backward, update; a validation after each epoch, after which the best
  // weights are kept. It is short: train/loop.hpp says in its head what to write to have a loop of your own.
  FitOptions options;
  options.epochs = 6;
  options.schedule = {.shape = Schedule::cosine, .rate = 3e-3, .warm_up = 10};
  options.clip = 1;
  const FitResult result = fit(
      step, CrossEntropy{}, train, [&](auto& s) { return evaluate_classes(s, dev); }, options);

  for (const HistoryEntry& e : result.history)
    std::printf("epoch %.0f: train loss %.3f, dev loss %.3f, dev MCC %.3f\n", e.epoch, e.train_loss, e.loss, e.metric);

  // The rows of test were not looked at until now.
  const Evaluation score = evaluate_classes(step, test);
  std::printf("test MCC %.3f with the weights of step %lld\n", score.metric, static_cast<long long>(result.best_step));
  return score.metric > 0.3 ? 0 : 1;
}

// Output (the last digits depend on compiler and processor):
//   epoch 1: train loss 0.662, dev loss 0.570, dev MCC 0.398
//   epoch 2: train loss 0.351, dev loss 0.437, dev MCC 0.652
//   epoch 3: train loss 0.281, dev loss 0.409, dev MCC 0.664
//   epoch 4: train loss 0.243, dev loss 0.444, dev MCC 0.587
//   epoch 5: train loss 0.172, dev loss 0.408, dev MCC 0.653
//   epoch 6: train loss 0.155, dev loss 0.394, dev MCC 0.700
//   test MCC 0.650 with the weights of step 120
