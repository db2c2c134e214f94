#pragma once
// Byte pair encoding of one word: again and again the neighbours with the best rule become one token.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

namespace l2g::text {

/// What a pair of neighbours becomes, and how early (the lower the rank the earlier).
struct Merge {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t rank = none;
  std::int32_t id = -1;
};

/// The rules: pairs of ids -> Merge, an open hash table.
class MergeTable {
 public:
  /// A pair that is there already gets the new merge.
  void add(std::int32_t left, std::int32_t right, Merge merge) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(key(left, right))];
    if (slot.key == empty) ++count_;
    slot = {key(left, right), merge};
  }
  Merge find(std::int32_t left, std::int32_t right) const {
    if (slots_.empty()) return {};
    const Slot& slot = slots_[place(key(left, right))];
    return slot.key == empty ? Merge{} : slot.merge;
  }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t(0);
  struct Slot {
    std::uint64_t key = empty;
    Merge merge;
  };
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return std::uint64_t(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
  }
  std::size_t place(std::uint64_t k) const {
    const std::uint64_t h = (k ^ k >> 32) * 0x9E3779B97F4A7C15u;
    std::size_t i = static_cast<std::size_t>(h >> 32) & (slots_.size() - 1);
    while (slots_[i].key != empty && slots_[i].key != k) i = (i + 1) & (slots_.size() - 1);
    return i;
  }
  void grow() {
    std::vector<Slot> old(std::max<std::size_t>(256, 2 * slots_.size()));
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key != empty) slots_[place(slot.key)] = slot;
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

/// A word under construction, a doubly linked list of symbols; its memory is used again for the next word.
class WordMerger {
 public:
  struct Symbol {
    std::int32_t id = -1;
    std::uint32_t begin = 0, end = 0;
    std::int32_t previous = -1, next = -1;
    Merge with_next = {};
  };

  void clear() { symbols_.clear(); }
  void add(std::int32_t id, std::uint32_t begin, std::uint32_t end) { symbols_.push_back({id, begin, end}); }

  /// Lets the last symbol end later.
  void extend(std::uint32_t end) {
    if (!symbols_.empty()) symbols_.back().end = end;
  }

  /// Merges until no rule is left; of equal ranks the leftmost first. O(n log n). `rule(a, b)`: the Merge of two
  /// symbols.
  template <class Rule>
  void run(Rule&& rule) {
    const auto n = static_cast<std::int32_t>(symbols_.size());
    heap_.clear();
    for (std::int32_t i = 0; i < n; ++i) {
      Symbol& s = at(i);
      s.previous = i - 1;
      s.next = i + 1 < n ? i + 1 : -1;
      s.with_next = s.next < 0 ? Merge{} : rule(s, at(s.next));
      if (s.with_next.rank != Merge::none) heap_.push_back(entry(s.with_next.rank, i));
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
    while (!heap_.empty()) {
      const std::uint64_t best = heap_.front();
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.pop_back();
      const auto i = static_cast<std::int32_t>(best & 0xFFFFFFFFu);
      Symbol& left = at(i);
      // Stale: one of the two was merged with another neighbour in between.
      if (left.with_next.rank != best >> 32) continue;
      Symbol& right = at(left.next);
      left.id = left.with_next.id;
      left.end = right.end;
      left.next = right.next;
      right.with_next = {};
      if (left.next >= 0) at(left.next).previous = i;
      renew(i, rule);
      if (left.previous >= 0) renew(left.previous, rule);
    }
  }

  /// Calls f(Symbol) from left to right.
  template <class F>
  void each(F&& f) const {
    for (std::int32_t i = symbols_.empty() ? -1 : 0; i >= 0; i = symbols_[static_cast<std::size_t>(i)].next)
      f(symbols_[static_cast<std::size_t>(i)]);
  }

 private:
  static std::uint64_t entry(std::uint32_t rank, std::int32_t i) {
    return std::uint64_t(rank) << 32 | static_cast<std::uint32_t>(i);
  }
  Symbol& at(std::int32_t i) { return symbols_[static_cast<std::size_t>(i)]; }
  template <class Rule>
  void renew(std::int32_t i, Rule&& rule) {
    Symbol& s = at(i);
    s.with_next = s.next < 0 ? Merge{} : rule(s, at(s.next));
    if (s.with_next.rank == Merge::none) return;
    heap_.push_back(entry(s.with_next.rank, i));
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }

  std::vector<Symbol> symbols_;
  std::vector<std::uint64_t> heap_;
};

}  // namespace l2g::text
