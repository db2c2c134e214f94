#pragma once
// Memory that grows while a tape is written and is used again for the next one.
#include <l2g/core/record.hpp>
#include <l2g/cpu/memory.hpp>

#include <algorithm>
#include <vector>

namespace l2g::interpret {

class Arena {
 public:
  template <class T>
  T* take(index_t n) {
    return reinterpret_cast<T*>(bytes(bytes_of<T>(n)));
  }
  /// Memory of `n` bytes, 64-byte aligned, until release() of an earlier mark.
  std::byte* bytes(std::size_t n) {
    while (at_ < blocks_.size() && blocks_[at_].top + n > blocks_[at_].capacity) ++at_;
    if (at_ == blocks_.size()) {
      const std::size_t capacity = std::max({n, least, blocks_.empty() ? 0 : blocks_.back().capacity});
      blocks_.push_back({Memory<Cpu>::get(capacity), capacity, 0});
    }
    Block& b = blocks_[at_];
    std::byte* const p = b.memory.get() + b.top;
    b.top += n;
    used_ += n;
    peak_ = std::max(peak_, used_);
    return p;
  }

  struct Mark {
    std::size_t block = 0, top = 0, used = 0;
  };
  Mark mark() const { return {at_, at_ < blocks_.size() ? blocks_[at_].top : 0, used_}; }
  void release(const Mark& m) {
    for (std::size_t i = m.block; i < blocks_.size(); ++i) blocks_[i].top = i == m.block ? m.top : 0;
    at_ = m.block, used_ = m.used;
  }
  /// Most bytes that were in use at one time.
  std::size_t peak() const { return peak_; }

 private:
  static constexpr std::size_t least = std::size_t(1) << 20;
  struct Block {
    Memory<Cpu>::Block memory;
    std::size_t capacity, top;
  };
  std::vector<Block> blocks_;
  std::size_t at_ = 0, used_ = 0, peak_ = 0;
};

/// Gives memory back at the end of a scope.
class ArenaFrame {
 public:
  explicit ArenaFrame(Arena& arena) : arena_(arena), mark_(arena.mark()) {}
  ~ArenaFrame() { arena_.release(mark_); }
  ArenaFrame(const ArenaFrame&) = delete;
  ArenaFrame& operator=(const ArenaFrame&) = delete;

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

}  // namespace l2g::interpret
