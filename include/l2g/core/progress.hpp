#pragma once
// Long work reports how far it is and stops at the next boundary when asked to.
#include <l2g/core/errors.hpp>

#include <atomic>

namespace l2g {

/// Set by a signal handler (lock-free), read by every long loop.
inline std::atomic<bool> interrupt_flag{false};
inline void request_interrupt() noexcept { interrupt_flag.store(true, std::memory_order_relaxed); }
inline bool interrupt_requested() noexcept { return interrupt_flag.load(std::memory_order_relaxed); }
/// Throws Interrupted once per request: the flag is taken down.
inline void throw_if_interrupted(const char* what = "stopped") {
  if (interrupt_flag.exchange(false, std::memory_order_relaxed)) throw Interrupted(what);
}

/// A callback without ownership: fraction done in 0..1 and a short text. Calling it also honours an interrupt.
struct Progress {
  void (*report)(void* self, double fraction, std::string_view text) = nullptr;
  void* self = nullptr;
  void operator()(double fraction, std::string_view text = {}) const {
    throw_if_interrupted();
    if (report) report(self, fraction, text);
  }
};

}  // namespace l2g
