#pragma once
// HostExecutor: runs kernel functors as a GPU would, a warp of 32 threads for a row and a thread for an element, and
// finds what a CPU never shows: races, collectives that not every thread reaches, and accesses out of bounds. It sees
// what goes through cx (load, store, read, write); a raw pointer access in a kernel it cannot see.
#include <l2g/core/errors.hpp>
#include <l2g/core/philox.hpp>
#include <l2g/test/fibre.hpp>

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <cxxabi.h>

namespace l2g::test {

/// A kernel did what a GPU does not forgive; what() names kernel, row, thread and what happened.
struct KernelFault : error {
  using error::error;
};

class HostExecutor {
 public:
  static constexpr int threads = 32;
  int launches = 0;

  /// Poisoned memory (NaN, or -1) of n elements with a guard on both sides; kernels may touch it until the end.
  template <class T>
  T* allocate(index_t n, std::string name) {
    constexpr std::size_t guard = 256;
    const std::size_t bytes = std::size_t(n) * sizeof(T);
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes + 3 * guard));
    std::memset(blocks_.back().get(), 0xff, bytes + 3 * guard);
    const auto at = (reinterpret_cast<std::uintptr_t>(blocks_.back().get()) + 2 * guard - 1) / guard * guard;
    T* p = reinterpret_cast<T*>(at);
    allow(p, bytes, std::move(name));
    return p;
  }
  /// Kernels may touch these bytes too.
  void allow(const void* p, std::size_t bytes, std::string name) {
    ranges_[reinterpret_cast<std::uintptr_t>(p)] = {bytes, std::move(name), std::vector<Cell>((bytes + 3) / 4)};
    last_ = nullptr;
  }
  /// What was allowed and starts in these bytes may not be touched any more.
  void forbid(const void* p, std::size_t bytes) {
    const auto at = reinterpret_cast<std::uintptr_t>(p);
    ranges_.erase(ranges_.lower_bound(at), ranges_.lower_bound(at + bytes));
    last_ = nullptr;
  }
  /// Throws KernelFault unless a matrix of n rows, `columns` elements wide and `ld` apart, may be touched.
  template <class T>
  void check_matrix(const T* p, index_t n, index_t columns, index_t ld, const char* what) {
    kernel_ = nullptr;
    for (index_t i = 0; i < n && columns > 0; ++i) {
      locate(p + i * ld, sizeof(T), 0, what);
      locate(p + i * ld + columns - 1, sizeof(T), 0, what);
    }
  }

  /// One thread for each element, the last one first: f(cx, j, n).
  template <class F>
  void map(index_t n, const F& f);
  /// One warp for each row, the last one first: f(cx, row).
  template <class F>
  void rows(index_t n, const F& f);

  template <class T>
  T load(int thread, const T* p) {
    Cell* const cells = locate(p, sizeof(T), thread, "reads");
    for (std::size_t i = 0; i < (sizeof(T) + 3) / 4; ++i) read(cells[i], thread);
    return *p;
  }
  template <class T>
  void store(int thread, T* p, T v) {
    Cell* const cells = locate(p, sizeof(T), thread, "writes");
    for (std::size_t i = 0; i < (sizeof(T) + 3) / 4; ++i) write(cells[i], thread);
    *p = v;
  }
  /// Every thread brings a number and gets all of them; memory is ordered as by a barrier.
  const std::array<double, threads>& exchange(int thread, const char* what, double v) {
    given_[std::size_t(thread)] = v;
    waits_[std::size_t(thread)] = what;
    fibres_[std::size_t(thread)].pause();
    return taken_;
  }

 private:
  struct Cell {  // who touched four bytes last, in which launch and between which two barriers
    int write_launch = 0, read_launch = 0, write_epoch = 0, read_epoch = 0, write_thread = 0;
    std::uint32_t readers = 0;  // one bit a thread
    bool read_by_several_rows = false;
    index_t write_row = 0, read_row = 0;
  };
  struct Range {
    std::size_t bytes = 0;
    std::string name{};
    std::vector<Cell> cells{};
  };

  std::string unit(index_t i) const { return (warp_ ? "row " : "element ") + std::to_string(i); }
  std::string place(int thread) const {
    if (!kernel_) return "matrix product";
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(kernel_->name(), nullptr, nullptr, &status),
                                                      std::free);
    const std::string s = std::string("kernel ") + (name ? name.get() : kernel_->name()) + ", " + unit(row_);
    return warp_ ? s + ", thread " + std::to_string(thread) : s;
  }
  [[noreturn]] void fail(int thread, const std::string& what, const std::string& where = {}) const {
    throw KernelFault(place(thread) + ": " + what + (where.empty() ? "" : " ('" + where + "')"));
  }
  Cell* locate(const void* p, std::size_t bytes, int thread, const char* what) {
    const auto at = reinterpret_cast<std::uintptr_t>(p);
    if (!last_ || at < begin_ || at + bytes > begin_ + last_->bytes) {
      auto next = ranges_.upper_bound(at);
      if (next == ranges_.begin()) fail(thread, std::string(what) + " memory that belongs to nobody");
      --next;
      last_ = &next->second;
      begin_ = next->first;
      if (at + bytes > begin_ + last_->bytes)
        fail(thread,
             std::string(what) + " out of bounds: element " + std::to_string((at - begin_) / bytes) + " of " +
                 std::to_string(last_->bytes / bytes),
             last_->name);
    }
    return last_->cells.data() + (at - begin_) / 4;
  }
  void read(Cell& c, int thread) {
    if (c.write_launch == launches) {
      if (c.write_row != row_) fail(thread, "race: reads what " + unit(c.write_row) + " writes", last_->name);
      if (c.write_thread != thread && c.write_epoch == epoch_)
        fail(thread, "race: reads what thread " + std::to_string(c.write_thread) + " wrote, with no sync between",
             last_->name);
    }
    if (c.read_launch != launches) {
      c.read_launch = launches, c.read_row = row_, c.read_epoch = epoch_;
      c.readers = 0, c.read_by_several_rows = false;
    } else if (c.read_row != row_) {
      c.read_by_several_rows = true;
    } else if (c.read_epoch != epoch_) {
      c.read_epoch = epoch_, c.readers = 0;
    }
    c.readers |= 1u << thread;
  }
  void write(Cell& c, int thread) {
    if (c.write_launch == launches) {
      if (c.write_row != row_) fail(thread, "race: writes what " + unit(c.write_row) + " writes too", last_->name);
      if (c.write_thread != thread && c.write_epoch == epoch_)
        fail(thread, "race: writes what thread " + std::to_string(c.write_thread) + " wrote, with no sync between",
             last_->name);
    }
    if (c.read_launch == launches) {
      if (c.read_by_several_rows || c.read_row != row_)
        fail(thread, std::string("race: writes what another ") + (warp_ ? "row" : "element") + " reads", last_->name);
      if (c.read_epoch == epoch_ && (c.readers & ~(1u << thread)) != 0)
        fail(thread, "race: writes what another thread read, with no sync between", last_->name);
    }
    c.write_launch = launches, c.write_row = row_, c.write_epoch = epoch_, c.write_thread = thread;
  }
  /// Runs the threads of a row from collective to collective until all have ended.
  void run_warp() {
    for (epoch_ = 0;; ++epoch_) {
      for (int i = 0; i < threads; ++i)  // no order is promised
        fibres_[std::size_t(epoch_ % 2 ? i : threads - 1 - i)].resume();
      int ended = 0, other = 0;
      for (int t = 0; t < threads; ++t)
        if (fibres_[std::size_t(t)].ended())
          ++ended;
        else if (waits_[0] && std::strcmp(waits_[std::size_t(t)], waits_[0]) != 0)
          other = t;
      if (ended == threads) return;
      for (int t = 0; ended > 0 && t < threads; ++t)
        if (!fibres_[std::size_t(t)].ended())
          fail(t, std::string("divergence: waits in ") + waits_[std::size_t(t)] + ", which " + std::to_string(ended) +
                      " of 32 threads do not reach");
      if (other > 0)
        fail(other, std::string("divergence: waits in ") + waits_[std::size_t(other)] + ", thread 0 in " + waits_[0]);
      taken_ = given_;
    }
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::map<std::uintptr_t, Range> ranges_;
  Range* last_ = nullptr;  // where the last access was
  std::uintptr_t begin_ = 0;
  const std::type_info* kernel_ = nullptr;
  bool warp_ = false;
  index_t row_ = 0;
  int epoch_ = 0;
  std::array<Fibre, threads> fibres_{};
  std::array<const char*, threads> waits_{};
  std::array<double, threads> given_{}, taken_{};
};

/// The context of one emulated thread, with the interface of cpu::Lanes and a width of one. sum, max and sync order
/// memory between the threads of the warp, and a backend has to keep that.
struct HostThread {
  static constexpr index_t width = 1;
  HostExecutor* executor = nullptr;
  int thread = 0;
  index_t first() const { return thread; }
  static constexpr index_t step() { return HostExecutor::threads; }
  bool leader() const { return thread == 0; }

  template <class T>
  T load(const T* p, index_t j, index_t end, std::type_identity_t<T> fill = T(0)) const {
    return j < end ? executor->load(thread, p + j) : fill;
  }
  template <class T>
  void store(T* p, index_t j, index_t end, std::type_identity_t<T> v) const {
    if (j < end) executor->store(thread, p + j, v);
  }
  template <class T>
  T read(const T* p, index_t i) const {
    return executor->load(thread, p + i);
  }
  template <class T>
  void write(T* p, index_t i, std::type_identity_t<T> v) const {
    executor->store(thread, p + i, v);
  }
  // Collectives are not const, and the context of an element is: it has none.
  void sync() { executor->exchange(thread, "sync", 0); }
  template <class T>
  T sum(T v) {  // a fixed tree
    auto t = executor->exchange(thread, "sum", double(v));
    for (std::size_t n = HostExecutor::threads / 2; n > 0; n /= 2)
      for (std::size_t i = 0; i < n; ++i) t[i] = double(T(t[i]) + T(t[i + n]));
    return T(t[0]);
  }
  template <class T>
  T max(T v) {
    const auto& t = executor->exchange(thread, "max", double(v));
    double a = t[0];
    for (const double b : t) a = b > a ? b : a;
    return T(a);
  }

  template <class T>
  static T value(T v) {
    return v;
  }
  template <class T>
  static T ramp(T start) {
    return start;
  }
  template <class T>
  static T select(bool mask, T a, T b) {
    return mask ? a : b;
  }
  template <class T>
  static T fma(T a, T b, T c) {
    return std::fma(a, b, c);
  }
  template <class T>
  static T exp(T v) {
    return std::exp(v);
  }
  template <class T>
  static T erf(T v) {
    return std::erf(v);
  }
  template <class T>
  static T tanh(T v) {
    return std::tanh(v);
  }
  template <class T>
  static T sqrt(T v) {
    return std::sqrt(v);
  }
  template <class T>
  static T keep(std::uint32_t word, std::uint32_t limit, T a) {
    return word < limit ? a : T(0);
  }
  static auto philox(const Rng& rng, std::uint32_t stream, index_t i) {
    return l2g::philox(rng.seed, (std::uint64_t(stream) << 32) ^ rng.step, std::uint64_t(i));
  }
};

template <class F>
void HostExecutor::map(index_t n, const F& f) {
  ++launches;
  kernel_ = &typeid(F), warp_ = false, epoch_ = 0;
  const HostThread cx{this, 0};
  for (row_ = n - 1; row_ >= 0; --row_) f(cx, row_, n);
}

template <class F>
void HostExecutor::rows(index_t n, const F& f) {
  struct Job {
    const F* f;
    HostThread cx;
    index_t row;
  };
  std::array<Job, threads> jobs{};
  ++launches;
  kernel_ = &typeid(F), warp_ = true;
  for (row_ = n - 1; row_ >= 0; --row_) {
    for (int t = 0; t < threads; ++t) {
      jobs[std::size_t(t)] = {&f, {this, t}, row_};
      const auto run = [](void* p) {
        Job& j = *static_cast<Job*>(p);
        (*j.f)(j.cx, j.row);
      };
      fibres_[std::size_t(t)].start(run, &jobs[std::size_t(t)]);
    }
    run_warp();
  }
}

}  // namespace l2g::test
