#pragma once
#include <l2g/cpu/pool.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace l2g::cpu {

// The number of the job and its unclaimed items share one word: an item can be claimed only from the job that is
// running. A pool that is busy (a job inside of a job, or a second caller) lets the caller do the work alone.
class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  }
  ~Pool() {
    stop_.store(true);
    state_.fetch_add(std::uint64_t(1) << 32);
    state_.notify_all();
    for (auto& w : workers_) w.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void run(index_t n, void (*f)(void*, index_t), void* argument) {
    if (busy_.exchange(true, std::memory_order_acquire)) {
      for (index_t i = 0; i < n; ++i) f(argument, i);
      return;
    }
    f_.store(f, std::memory_order_relaxed);
    argument_.store(argument, std::memory_order_relaxed);
    n_.store(n, std::memory_order_relaxed);
    left_.store(n, std::memory_order_relaxed);
    const std::uint64_t job = (state_.load(std::memory_order_relaxed) >> 32) + 1;
    state_.store(job << 32 | std::uint32_t(n));
    if (parked_.load() > 0) state_.notify_all();
    claim(job);
    for (int spins = 0; left_.load(std::memory_order_acquire) > 0;)
      if (++spins < 4096)
        pause();
      else
        std::this_thread::yield();
    busy_.store(false, std::memory_order_release);
  }
  int threads() const { return int(workers_.size()) + 1; }

 private:
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  void claim(std::uint64_t job) {
    for (std::uint64_t s = state_.load(std::memory_order_acquire); s >> 32 == job && std::uint32_t(s) > 0;) {
      // These belong to the job if the exchange succeeds: with an item unclaimed it has not ended.
      void (*const f)(void*, index_t) = f_.load(std::memory_order_relaxed);
      void* const argument = argument_.load(std::memory_order_relaxed);
      const index_t item = n_.load(std::memory_order_relaxed) - index_t(std::uint32_t(s));
      if (state_.compare_exchange_weak(s, s - 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
        f(argument, item);
        left_.fetch_sub(1, std::memory_order_release);
        s = state_.load(std::memory_order_acquire);
      }
    }
  }
  void work() {
    for (std::uint64_t seen = 0;;) {
      std::uint64_t s = state_.load(std::memory_order_acquire);
      for (int spins = 0; s >> 32 == seen && spins < 20000; ++spins) {
        pause();
        s = state_.load(std::memory_order_acquire);
      }
      while (s >> 32 == seen) {
        parked_.fetch_add(1);
        state_.wait(s);
        parked_.fetch_sub(1);
        s = state_.load(std::memory_order_acquire);
      }
      if (stop_.load()) return;
      seen = s >> 32;
      claim(seen);
    }
  }

  std::vector<std::thread> workers_;
  alignas(64) std::atomic<std::uint64_t> state_{0};
  alignas(64) std::atomic<index_t> left_{0};
  std::atomic<void (*)(void*, index_t)> f_{nullptr};
  std::atomic<void*> argument_{nullptr};
  std::atomic<index_t> n_{0};
  std::atomic<int> parked_{0};
  std::atomic<bool> busy_{false}, stop_{false};
};

L2G_INLINE void run(Pool& pool, index_t n, void (*f)(void*, index_t), void* argument) { pool.run(n, f, argument); }
L2G_INLINE int threads_of(const Pool* pool) { return pool ? pool->threads() : 1; }

L2G_INLINE Pool* shared_pool(int threads) {
  static std::mutex mutex;
  static std::map<int, std::unique_ptr<Pool>> pools;
  if (threads <= 0) threads = int(std::thread::hardware_concurrency());
  if (threads <= 1) return nullptr;
  const std::lock_guard lock(mutex);
  auto& p = pools[threads];
  if (!p) p = std::make_unique<Pool>(threads);
  return p.get();
}

}  // namespace l2g::cpu
