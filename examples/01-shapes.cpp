// 01: Shapes are types, and the memory of a training step is a number that the compiler knows.
#include <l2g/core/errors.hpp>
#include <l2g/nn/activation.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/linear.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/sequential.hpp>
#include <l2g/train/footprint.hpp>

#include <cstdio>
#include <type_traits>

using namespace l2g;

// A batch has the extents (batch, length, channels). Here all three are known: 64 sequences of 100 bases, and five
// channels for A, C, G, T and N.
using In = Shape<64, 100, 5>;

// A layer is a description. It holds no weights, so an object of it is a few bytes of nothing.
using Model = Sequential<Conv1d<5, 32, 11>, Relu, MaxPool<4>, Flatten, Linear<800, 2>>;
static_assert(std::is_empty_v<Linear<800, 2>>);

// What comes out is known without running anything: 100 positions / 4 x 32 channels = 800 numbers, then two scores.
static_assert(Model{}.out(In{})[2] == 2);

// So are the trained numbers (11 x 5 x 32 + 32 + 800 x 2 + 2), and every byte that a training step will take: weights,
// gradients, the two moments of AdamW, what is kept for the backward pass, scratch, and the batch itself.
static_assert(measure(Model{}.params<float, Cpu>()).elements == 3394);
constexpr Footprint step = footprint<float>(Model{}, In{});
static_assert(step.total() < 4 << 20);

// A misfit is one error, and its first line holds the answer. With Linear<700, 2> in the place of Linear<800, 2>:
//   'struct l2g::explain<l2g::does_not_fit<4, l2g::Linear<700, 2>, 700, l2g::Shape<64, 1, 800> > >'
// that is: layer 4, this Linear, takes 700 channels and gets the shape (64, 1, 800).

int main() {
  // The same templates take extents at run time: dyn in the type, the number in the object. What fits is then decided
  // when the model is planned, never in a step.
  const Linear<> head{700, 2};
  try {
    head.out(Seq{64, 1, 800});
  } catch (const shape_error& e) {
    std::printf("%s\n", e.what());
  }
  std::printf("saved %zu, scratch %zu, in all %zu bytes\n", step.saved, step.scratch, step.total());
}

// Output (the numbers of bytes may change from version to version):
//   l2g::Linear: the input has another number of channels: wanted 700, got 800
//   saved 1228800, scratch 2220032, in all 3633792 bytes
