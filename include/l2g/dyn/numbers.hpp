#pragma once
// Numbers: the values of a tensor, owned, or read where somebody else keeps them (a mapped file) until they are
// changed.
#include <l2g/core/config.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

namespace l2g::model {

/// A row of floats with the value semantics of std::vector. Borrowed numbers are shared by copies and never written:
/// the first access that could change them makes a copy of their own (so read through a const reference).
class Numbers {
 public:
  Numbers() = default;
  Numbers(std::vector<float> own) : own_(std::move(own)) {}
  Numbers(std::initializer_list<float> own) : own_(own) {}
  /// `owner` keeps alive what `values` points to.
  Numbers(std::span<const float> values, std::shared_ptr<const void> owner)
      : borrowed_(values), owner_(std::move(owner)) {}

  bool borrowed() const { return owner_ != nullptr; }
  std::size_t size() const { return borrowed() ? borrowed_.size() : own_.size(); }
  bool empty() const { return size() == 0; }
  const float* data() const { return borrowed() ? borrowed_.data() : own_.data(); }
  const float& operator[](std::size_t i) const { return data()[i]; }
  const float* begin() const { return data(); }
  const float* end() const { return data() + size(); }

  float* data() { return own().data(); }
  float& operator[](std::size_t i) { return own()[i]; }
  float* begin() { return data(); }
  float* end() { return data() + size(); }
  void resize(std::size_t n) { own().resize(n); }
  /// Takes `values` in the place of what is there; nothing borrowed is copied first.
  void assign(std::span<const float> values) {
    own_.assign(values.begin(), values.end());
    borrowed_ = {};
    owner_.reset();
  }

  /// A copy.
  operator std::vector<float>() const { return {begin(), end()}; }

  friend bool operator==(const Numbers& a, const Numbers& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::vector<float>& own() {
    if (borrowed()) {
      own_.assign(borrowed_.begin(), borrowed_.end());
      borrowed_ = {};
      owner_.reset();
    }
    return own_;
  }
  std::vector<float> own_;
  std::span<const float> borrowed_{};
  std::shared_ptr<const void> owner_;
};

}  // namespace l2g::model
