#pragma once
// Tokens that are found in a text as they are, before anything else is done with it: special ones, and what users
// added.
#include <l2g/core/errors.hpp>

#include <array>
#include <vector>

namespace l2g::text {

struct AddedToken {
  std::string content;
  std::int32_t id = -1;
  bool special = false;
  /// Takes the white space before or after it along, as RoBERTa's <mask> does.
  bool strip_left = false, strip_right = false;
  /// Only where no letter, digit or _ stands beside it.
  bool whole_word = false;
  /// Is found by the model, in the text as it normalises it.
  bool normalized = false;
};

/// Finds the leftmost added token, and of those that begin there the longest.
class AddedTokens {
 public:
  struct Found {
    const AddedToken* token = nullptr;  // none
    std::size_t begin = 0, end = 0;     // with the white space that it takes along
  };
  /// Replaces a token of the same content. Throws error when the content is empty.
  void add(AddedToken token);
  /// Leaves out those that the model finds.
  Found find(std::string_view text, std::size_t from) const;
  /// Calls f(begin, end, token) for the parts of a text from left to right; token: nullptr between added tokens.
  template <class F>
  void each_part(std::string_view text, F&& f) const {
    for (std::size_t at = 0; at < text.size();) {
      const Found found = find(text, at);
      const std::size_t end = found.token ? found.begin : text.size();
      if (end > at) f(at, end, static_cast<const AddedToken*>(nullptr));
      if (!found.token) break;
      f(found.begin, found.end, found.token);
      at = found.end;
    }
  }
  const AddedToken* of_id(std::int32_t id) const;
  const std::vector<AddedToken>& all() const { return tokens_; }

 private:
  std::vector<AddedToken> tokens_;  // the longest first
  std::array<bool, 256> begins_{};
  std::string first_;  // the bytes that tokens begin with
};

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/added_tokens-inl.hpp>
#endif
