#pragma once
#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>
#include <l2g/text/regex.hpp>

#include <new>

namespace l2g::text {

struct Pattern::Code {
  explicit Code(pcre2_code_8* given) : code(given) {}
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;
  ~Code() { pcre2_code_free_8(code); }
  pcre2_code_8* code;
  bool compiled = false;
};

L2G_INLINE Pattern::Pattern(const std::string& pattern) {
  int fault = 0;
  PCRE2_SIZE at = 0;
  pcre2_code_8* code = pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(pattern.data()), pattern.size(),
                                       PCRE2_UTF | PCRE2_UCP, &fault, &at, nullptr);
  if (!code) {
    PCRE2_UCHAR8 message[120];
    pcre2_get_error_message_8(fault, message, sizeof message);
    throw error("the pattern '" + pattern + "' is malformed at its byte " + std::to_string(at) + ": " +
                reinterpret_cast<const char*>(message));
  }
  auto made = std::make_shared<Code>(code);
  made->compiled = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0;
  code_ = std::move(made);
}

L2G_INLINE Pattern::Match::Match(const Pattern& pattern)
    : code_(pattern.code_), data_(pcre2_match_data_create_8(1, nullptr)) {
  if (!data_) throw std::bad_alloc();
}
L2G_INLINE Pattern::Match::~Match() { pcre2_match_data_free_8(static_cast<pcre2_match_data_8*>(data_)); }
L2G_INLINE Pattern::Match::Match(Match&& other) noexcept : code_(std::move(other.code_)), data_(other.data_) {
  other.data_ = nullptr;
}

L2G_INLINE bool Pattern::Match::find(std::string_view text, std::size_t from) {
  auto* data = static_cast<pcre2_match_data_8*>(data_);
  const auto subject = reinterpret_cast<PCRE2_SPTR8>(text.data());
  const int found = code_->compiled
                        ? pcre2_jit_match_8(code_->code, subject, text.size(), from, 0, data, nullptr)
                        : pcre2_match_8(code_->code, subject, text.size(), from, PCRE2_NO_UTF_CHECK, data, nullptr);
  if (found == PCRE2_ERROR_NOMATCH) return false;
  if (found < 0) throw error("PCRE2 gives up on this text (its error " + std::to_string(found) + ")");
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer_8(data);
  begin_ = ends[0];
  end_ = ends[1];
  return true;
}

}  // namespace l2g::text
