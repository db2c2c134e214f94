// 02: Is a gradient right? Two public checks answer for any layer, those of the library and your own.
#include <l2g/nn/activation.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/norm.hpp>
#include <l2g/nn/residual.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/test/gradients.hpp>

#include <cstdio>

using namespace l2g;

// A layer computes y from x, and in the backward pass dx and the gradients of its parameters from dy. The layer under
// test is a residual branch: x + normalise(convolve(x)).
using Branch = Residual<Sequential<Conv1d<6, 6, 3, 2>, BatchNorm1d<6>, Gelu>>;
using In = Shape<3, 20, 6>;

int main() {
  // check_gradients moves each number of each parameter and of the input up and down by 1e-5, in double, and compares
  // the difference of the outputs with what backward says. `worst` is max |a - n| / max(1, max |n|) over the tensors.
  const test::Gap training = test::check_gradients(Branch{}, In{});
  std::printf("training:   %s, %td numbers\n", training.worst < 1e-6 ? "right" : "wrong", training.compared);

  // In evaluation BatchNorm1d takes its running statistics: another function, with another gradient.
  const test::Gap evaluation = test::check_gradients(Branch{}, In{}, {.training = false});
  std::printf("evaluation: %s\n", evaluation.worst < 1e-6 ? "right" : "wrong");

  // Sequences of 20, 12 and 5 positions in one batch: what lies behind the end of a sequence has no gradient.
  const test::Gap lengths = test::check_gradients(Branch{}, In{}, {.lengths = {20, 12, 5}});
  std::printf("lengths:    %s\n", lengths.worst < 1e-6 ? "right" : "wrong");

  // A layer says which of x and y its backward pass reads (`uses`); what no layer reads is not kept. check_poison puts
  // NaN into everything else, so a layer that reads what it did not ask for is found out: the difference has to be 0.
  const test::Gap poison = test::check_poison(Branch{}, In{});
  std::printf("poison:     %g\n", poison.worst);
  return training.worst < 1e-6 && evaluation.worst < 1e-6 && lengths.worst < 1e-6 && poison.worst == 0 ? 0 : 1;
}

// Output:
//   training:   right, 486 numbers
//   evaluation: right
//   lengths:    right
//   poison:     0
