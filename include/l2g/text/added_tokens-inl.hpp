#pragma once
#include <l2g/text/added_tokens.hpp>
#include <l2g/text/unicode.hpp>

#include <algorithm>
#include <utility>

namespace l2g::text {

namespace detail {
// The code point that ends before byte `at`.
inline CodePoint before(std::string_view text, std::size_t at) {
  for (std::size_t size = 1; size <= 4 && size <= at; ++size) {
    const CodePoint c = code_point(text, at - size);
    if (c.valid && c.size == size) return c;
  }
  return {};
}
inline bool is_word(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  return !is_space(c) && !is_punctuation(c) && !is_control(c);
}
}  // namespace detail

L2G_INLINE void AddedTokens::add(AddedToken token) {
  if (token.content.empty()) throw error("an added token is empty");
  const auto same = [&](const AddedToken& t) { return t.content == token.content; };
  tokens_.erase(std::remove_if(tokens_.begin(), tokens_.end(), same), tokens_.end());
  const char first = token.content[0];
  if (!token.normalized && !std::exchange(begins_[static_cast<unsigned char>(first)], true)) first_ += first;
  const auto longer = [](const AddedToken& a, const AddedToken& b) { return a.content.size() > b.content.size(); };
  tokens_.insert(std::upper_bound(tokens_.begin(), tokens_.end(), token, longer), token);
}

L2G_INLINE AddedTokens::Found AddedTokens::find(std::string_view text, std::size_t from) const {
  if (first_.empty()) return {};
  for (std::size_t i = from; i < text.size(); ++i) {
    if (first_.size() == 1) {
      i = text.find(first_[0], i);
      if (i == std::string_view::npos) return {};
    } else if (!begins_[static_cast<unsigned char>(text[i])]) {
      continue;
    }
    for (const AddedToken& t : tokens_) {
      if (t.normalized || text.compare(i, t.content.size(), t.content) != 0) continue;
      Found found{&t, i, i + t.content.size()};
      if (t.whole_word && ((i > from && detail::is_word(detail::before(text, i).value)) ||
                           (found.end < text.size() && detail::is_word(code_point(text, found.end).value))))
        continue;
      while (t.strip_left && found.begin > from) {
        const CodePoint c = detail::before(text, found.begin);
        if (!c.valid || !is_space(c.value) || found.begin - from < c.size) break;
        found.begin -= c.size;
      }
      while (t.strip_right && found.end < text.size()) {
        const CodePoint c = code_point(text, found.end);
        if (!c.valid || !is_space(c.value)) break;
        found.end += c.size;
      }
      return found;
    }
  }
  return {};
}

L2G_INLINE const AddedToken* AddedTokens::of_id(std::int32_t id) const {
  for (const AddedToken& t : tokens_)
    if (t.id == id) return &t;
  return nullptr;
}

}  // namespace l2g::text
