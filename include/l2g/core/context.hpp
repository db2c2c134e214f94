#pragma once
// Context<D>: what a step needs besides the model: where the changing numbers lie, scratch memory, the lengths of the
// sequences, and the backend's own handles. Scratch is a stack that was sized when the model was planned.
#include <l2g/core/philox.hpp>
#include <l2g/core/record.hpp>

namespace l2g {

/// All that changes from step to step. It lies in the model's memory, so that a captured step can be replayed.
struct StepState {
  Rng rng{};                                // rng.step counts forward passes in training
  std::int64_t update = 0;                  // optimizer updates so far
  double rate = 0;                          // learning rate of the next update
  double correction1 = 1, correction2 = 1;  // AdamW: 1 - beta^update
  double scale = 1;                         // of the gradient: clipping and accumulation
  double alpha = 1, beta = 1;               // weights of a joint loss
};

[[noreturn]] void throw_scratch_error(std::size_t wanted, std::size_t capacity);

struct Stack {
  std::byte* base = nullptr;
  std::size_t capacity = 0, top = 0;
  template <class T>
  T* take(index_t n) {
    const std::size_t bytes = bytes_of<T>(n);
    if (top + bytes > capacity)
      throw_scratch_error(top + bytes, capacity);  // a layer took more than its scratch() said
    T* p = reinterpret_cast<T*>(base + top);
    top += bytes;
    return p;
  }
};
struct Frame {  // gives scratch back at the end of a scope
  Stack& stack;
  std::size_t top;
  explicit Frame(Stack& s) : stack(s), top(s.top) {}
  ~Frame() { stack.top = top; }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
};

/// How many positions of each sequence are real: the first lengths[b] ones; the rest of the row is padding.
/// Pooling and strided convolution change the number, so a chain of (window, stride, padding) maps is carried along.
struct Lengths {
  struct Map {
    index_t window, stride, padding;  // out = (n + padding - window) / stride + 1, at least 0
  };
  static constexpr int most = 12;
  const std::int32_t* data = nullptr;  // (batch), or null: every position is real
  int maps = 0;
  Map map[most]{};

  L2G_HD constexpr explicit operator bool() const { return data != nullptr; }
  /// Real positions of sequence b, of `full` at most.
  L2G_HD constexpr index_t of(index_t b, index_t full) const {
    if (!data) return full;
    index_t n = data[b];
    for (int i = 0; i < maps; ++i) {
      const index_t m = n + map[i].padding - map[i].window;
      n = m < 0 ? 0 : m / map[i].stride + 1;
    }
    return n < full ? n : full;
  }
  constexpr Lengths then(Map m) const {
    Lengths r = *this;
    if (!data) return r;
    if (r.maps == most) throw_shape_error("l2g::Lengths: too many layers that change the length", most, most + 1);
    r.map[r.maps++] = m;
    return r;
  }
  /// After a layer that leaves one position for each sequence.
  constexpr Lengths pooled() const { return {}; }
};

struct Mat {  // how a row-major matrix lies in memory; `stride` is the step between the matrices of a batch
  index_t ld = 0;
  bool transposed = false;
  index_t stride = 0;
};

template <class D>
struct Context {
  static_assert(sizeof(D) == 0,
                "l2g: no backend for this device here. Cpu: include <l2g/cpu/backend.hpp>. "
                "Cuda: include <l2g/cuda/backend.cuh> in a .cu file.");
};

}  // namespace l2g

#ifndef L2G_COMPILED
#include <l2g/core/context-inl.hpp>
#endif
