#pragma once
// A fibre: a function with its own stack that can pause in the middle. Made for one emulated GPU thread.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

#include <ucontext.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace l2g::test {

class Fibre {
 public:
  Fibre() = default;
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;
  ~Fibre() {
#if defined(__SANITIZE_THREAD__)
    if (own_) __tsan_destroy_fiber(own_);
#endif
  }

  /// The next resume() begins f(argument); what an earlier function left undone is given up.
  void start(void (*f)(void*), void* argument) {
    if (!stack_) stack_ = std::make_unique_for_overwrite<char[]>(size);
    function_ = f, argument_ = argument, ended_ = false;
    getcontext(&mine_);
    mine_.uc_stack.ss_sp = stack_.get();
    mine_.uc_stack.ss_size = size;
    mine_.uc_link = nullptr;
    const auto self = reinterpret_cast<std::uintptr_t>(this);  // makecontext passes ints only
    makecontext(&mine_, reinterpret_cast<void (*)()>(&enter), 2, unsigned(self >> 32), unsigned(self));
#if defined(__SANITIZE_THREAD__)
    if (own_) __tsan_destroy_fiber(own_);
    own_ = __tsan_create_fiber(0);
#endif
  }
  /// Runs until the function pauses or ends; throws what it threw.
  void resume() {
    if (ended_) return;
#if defined(__SANITIZE_THREAD__)
    caller_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(own_, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, stack_.get(), size);
#endif
    swapcontext(&back_, &mine_);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  }
  /// From within: back to who resumed.
  void pause() {
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(caller_, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(ended_ ? nullptr : &fake, caller_stack_, caller_size_);
#endif
    swapcontext(&mine_, &back_);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake, &caller_stack_, &caller_size_);
#endif
  }
  bool ended() const { return ended_; }

 private:
  static constexpr std::size_t size = 256 << 10;
  static void enter(unsigned high, unsigned low) {
    Fibre* const f = reinterpret_cast<Fibre*>((std::uintptr_t(high) << 32) | low);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(nullptr, &f->caller_stack_, &f->caller_size_);
#endif
    try {
      f->function_(f->argument_);
    } catch (...) {
      f->thrown_ = std::current_exception();
    }
    f->ended_ = true;
    f->pause();
  }

  std::unique_ptr<char[]> stack_;
  ucontext_t mine_{}, back_{};
  void (*function_)(void*) = nullptr;
  void* argument_ = nullptr;
  bool ended_ = true;
  std::exception_ptr thrown_;
#if defined(__SANITIZE_ADDRESS__)
  const void* caller_stack_ = nullptr;
  std::size_t caller_size_ = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void *own_ = nullptr, *caller_ = nullptr;
#endif
};

}  // namespace l2g::test
