#pragma once
// A few tasks on threads, under the eyes of the caller's.
#include <l2g/core/progress.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace l2g::data::detail {

// Runs the tasks on worker threads; the caller's thread reports progress and carries exceptions and interrupts.
class Workers {
 public:
  using Task = std::function<void(const std::atomic<bool>& stop, const std::function<void()>& done)>;

  void run(const std::vector<Task>& tasks, int threads, double steps, const Progress& progress) {
    std::vector<std::thread> pool;
    const auto work = [&] {
      for (std::size_t i; !stop_ && (i = next_++) < tasks.size();) {
        try {
          tasks[i](stop_, [this] {
            const std::lock_guard lock(mutex_);
            ++done_;
            changed_.notify_one();
          });
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!fault_) fault_ = std::current_exception();
          stop_ = true;
        }
      }
      const std::lock_guard lock(mutex_);
      --running_;
      changed_.notify_one();
    };
    running_ = std::clamp(threads, 1, static_cast<int>(std::max<std::size_t>(1, tasks.size())));
    for (int i = 0, n = running_; i < n; ++i) pool.emplace_back(work);
    wait(steps, progress);
    for (auto& t : pool) t.join();
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  void wait(double steps, const Progress& progress) {
    std::unique_lock lock(mutex_);
    while (running_ > 0) {
      changed_.wait_for(lock, std::chrono::milliseconds(50));
      const double fraction = done_ / steps;
      lock.unlock();
      try {
        if (!stop_) progress(fraction, "linear baselines");
      } catch (...) {
        const std::lock_guard guard(mutex_);
        if (!fault_) fault_ = std::current_exception();
        stop_ = true;
      }
      lock.lock();
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr fault_;
  int running_ = 0;
  double done_ = 0;
};

}  // namespace l2g::data::detail
