// The same bits on any number of threads, and no heap call in a training step.
#include <catch2/catch.hpp>
#include <l2g/nn/conv1d.hpp>
#include <l2g/nn/pool.hpp>
#include <l2g/nn/with_lora.hpp>
#include <l2g/train/step.hpp>
#include <l2g/train/tensors.hpp>

#include <atomic>
#include <vector>

using namespace l2g;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace {
std::atomic<long> heap_calls{0};
}
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void* malloc(std::size_t n) { return ++heap_calls, __libc_malloc(n); }
void* calloc(std::size_t n, std::size_t size) { return ++heap_calls, __libc_calloc(n, size); }
void* realloc(void* p, std::size_t n) { return ++heap_calls, __libc_realloc(p, n); }
void* memalign(std::size_t alignment, std::size_t n) { return ++heap_calls, __libc_memalign(alignment, n); }
void* aligned_alloc(std::size_t alignment, std::size_t n) { return ++heap_calls, __libc_memalign(alignment, n); }
int posix_memalign(void** p, std::size_t alignment, std::size_t n) {
  ++heap_calls;
  return (*p = __libc_memalign(alignment, n)) ? 0 : 12;
}
}
#endif

namespace {

using Hybrid = Sequential<Conv1d<4, 32, 5>, BatchNorm1d<32>, Relu, MaxPool<2>, Dropout<100>,
                          Conv1d<32, 32, 4, 1, Padding::same, 1, 32>, TransformerBlock<32, 4, 64, NormPlace::post, 100>,
                          MeanPool, Linear<32, 2>>;
using Adapted =
    with_lora<Sequential<Repeat<2, TransformerBlock<32, 4, 64, NormPlace::pre, 100>>, MeanPool, Frozen<Linear<32, 2>>>,
              4, EveryLinear, PerStep<500>>;

template <class Model, class In>
void fill(Step<Model, float, In>& step) {
  initialize<float>(step.p, 3);
  const Rng rng{8, 0};
  for (index_t i = 0; i < step.batch.values.size(); ++i)
    step.batch.values[i] = float(2 * rng.uniform(1, std::uint64_t(i)) - 1);
  for (index_t i = 0; i < step.y.shape.rows(); ++i) step.batch.labels[i] = std::int32_t(i % 2);
  const index_t l = step.batch.values.shape[1];
  for (index_t i = 0; i < step.batch.values.shape[0]; ++i) step.batch.lengths[i] = std::int32_t(l - 3 * i);
  step.use_lengths(true);
}
/// Weights, buffers and losses after some steps.
template <class Model, class In>
std::vector<float> train(int threads) {
  Step<Model, float, In> step({}, {}, CrossEntropy{}, 2, cpu::shared_pool(threads));
  fill(step);
  std::vector<float> bits;
  for (int i = 0; i < 8; ++i) bits.push_back(float(step(CrossEntropy{0.1}, AdamW{}, 1e-2, 1.0)));
  bits.insert(bits.end(), step.weights, step.weights + step.parameters());
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    if (t.role == Role::buffer) bits.insert(bits.end(), t.data, t.data + t.size());
  });
  return bits;
}
template <class Model, class In>
void same_bits() {
  const std::vector<float> one = train<Model, In>(1);
  CHECK(std::isfinite(one[7]));
  CHECK(one[7] < one[0]);
  for (const int threads : {2, 3, 7}) CHECK(train<Model, In>(threads) == one);
}
template <class Model, class In>
void no_heap_calls() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const auto before_all = heap_calls.load();
  CHECK(std::vector<int>(10).size() == 10);
  CHECK(heap_calls.load() > before_all);  // it is counted at all
  for (const int threads : {1, 2}) {
    Step<Model, float, In> step({}, {}, CrossEntropy{}, 2, cpu::shared_pool(threads));
    fill(step);
    const auto before = heap_calls.load();
    for (int i = 0; i < 3; ++i) step(CrossEntropy{}, AdamW{}, 1e-2, 1.0);
    const auto calls = heap_calls.load() - before;
    CHECK(calls == 0);
  }
#endif
}

}  // namespace

TEST_CASE("a training run gives the same bits with 1, 2, 3 and 7 threads", "[nn]") {
  same_bits<Hybrid, Shape<12, 150, 4>>();
  same_bits<Adapted, Shape<6, 70, 32>>();
}

TEST_CASE("a training step makes no heap call", "[nn]") {
  no_heap_calls<Hybrid, Shape<12, 150, 4>>();
  no_heap_calls<Adapted, Shape<6, 70, 32>>();
}
