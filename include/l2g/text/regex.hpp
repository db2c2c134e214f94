#pragma once
// Patterns of PCRE2 over UTF-8, compiled to machine code where that is possible.
#include <l2g/core/errors.hpp>

#include <memory>

namespace l2g::text {

/// A compiled pattern in Perl's syntax; \s, \w, \p{L} follow Unicode. Immutable: threads may share it, each with a
/// Match of its own.
class Pattern {
 public:
  struct Code;
  /// Throws error when the pattern is malformed.
  explicit Pattern(const std::string& pattern);

  /// The memory of a search, and where the last one found something.
  class Match {
   public:
    explicit Match(const Pattern& pattern);
    ~Match();
    Match(Match&&) noexcept;
    Match& operator=(Match&&) = delete;
    /// The first match that begins at byte `from` of `text` or later. The text must be valid UTF-8. False: none.
    /// Throws error when the pattern takes more steps than PCRE2 allows.
    bool find(std::string_view text, std::size_t from);
    std::size_t begin() const { return begin_; }
    std::size_t end() const { return end_; }

   private:
    std::shared_ptr<const Code> code_;
    void* data_;
    std::size_t begin_ = 0, end_ = 0;
  };

 private:
  std::shared_ptr<const Code> code_;
};

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/regex-inl.hpp>
#endif
