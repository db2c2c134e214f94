#include <catch2/catch.hpp>
#include <l2g/cpu/pool.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace l2g;

TEST_CASE("every item is done once, however many tiny jobs follow each other", "[kernels]") {
  for (const int threads : {2, 3, 7}) {
    cpu::Pool* pool = cpu::shared_pool(threads);
    CHECK(cpu::threads_of(pool) == threads);
    bool once = true;
    for (int job = 0; job < 20000; ++job) {
      const index_t n = 2 + job * 7 % 23;
      std::atomic<int> done[25] = {};
      cpu::parallel(pool, n, [&](index_t i) { done[i].fetch_add(1, std::memory_order_relaxed); });
      for (index_t i = 0; i < 25; ++i) once = once && done[i] == (i < n ? 1 : 0);
    }
    CHECK(once);
  }
}

TEST_CASE("a job inside of a job, and callers from two threads", "[kernels]") {
  cpu::Pool* pool = cpu::shared_pool(3);
  std::atomic<int> inner{0};
  cpu::parallel(pool, 20, [&](index_t) { cpu::parallel(pool, 30, [&](index_t) { ++inner; }); });
  CHECK(inner == 600);

  std::atomic<int> both{0};
  const auto work = [&] {
    for (int job = 0; job < 2000; ++job) cpu::parallel(pool, 5, [&](index_t) { ++both; });
  };
  std::thread other(work);
  work();
  other.join();
  CHECK(both == 20000);
}

TEST_CASE("no pool is one thread", "[kernels]") {
  CHECK(cpu::shared_pool(1) == nullptr);
  CHECK(cpu::threads_of(nullptr) == 1);
  std::vector<index_t> order;
  cpu::parallel(nullptr, 3, [&](index_t i) { order.push_back(i); });
  CHECK(order == std::vector<index_t>{0, 1, 2});
}
