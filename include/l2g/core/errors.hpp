#pragma once
// What the edges of the library throw. Kernels and training steps never throw.
#include <l2g/core/config.hpp>

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace l2g {

/// Anything that the user did or gave; what() is one line that can be shown as it is.
struct error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Extents that do not fit; thrown when a model is planned, never in a step.
struct shape_error : error {
  using error::error;
};

/// A file that is missing, unreadable or malformed: "path:line:column: message" (line and column from 1, 0: unknown).
struct file_error : error {
  file_error(std::string_view path, index_t line, index_t column, std::string_view message)
      : error(where(path, line, column) + std::string(message)) {}
  file_error(std::string_view path, std::string_view message) : file_error(path, 0, 0, message) {}

 private:
  static std::string where(std::string_view path, index_t line, index_t column) {
    std::string s(path);
    if (line > 0) s += ":" + std::to_string(line);
    if (line > 0 && column > 0) s += ":" + std::to_string(column);
    return s + ": ";
  }
};

/// Thrown at a step boundary after request_interrupt(); weights and session stay as they are.
struct Interrupted : error {
  using error::error;
};

/// Levenshtein distance; an exchange of two neighbours counts as one edit.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::string rows(3 * (b.size() + 1), '\0');  // distances above 255 saturate: only small ones matter
  const auto at = [&](std::size_t r, std::size_t j) -> unsigned char& {
    return reinterpret_cast<unsigned char&>(rows[(r % 3) * (b.size() + 1) + j]);
  };
  const auto cap = [](std::size_t n) { return static_cast<unsigned char>(n < 255 ? n : 255); };
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = cap(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    at(i, 0) = cap(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t best = std::size_t(at(i - 1, j - 1)) + (a[i - 1] != b[j - 1]);
      if (const std::size_t n = std::size_t(at(i - 1, j)) + 1; n < best) best = n;
      if (const std::size_t n = std::size_t(at(i, j - 1)) + 1; n < best) best = n;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        if (const std::size_t n = std::size_t(at(i - 2, j - 2)) + 1; n < best) best = n;
      at(i, j) = cap(best);
    }
  }
  return at(a.size(), b.size());
}

/// The candidate nearest to `name`, or an empty view when none is near: few letters differ, and not all of them.
template <class Strings>
std::string_view closest(std::string_view name, const Strings& candidates) {
  std::string_view best;
  std::size_t distance = name.size() / 3 + 2;
  for (const std::string_view c : candidates) {
    const std::size_t d = edit_distance(name, c), longer = name.size() < c.size() ? c.size() : name.size();
    if (d < distance && d < longer) distance = d, best = c;
  }
  return best;
}

/// The result looks into the candidates, so they must not be temporary.
template <class Strings>
requires(!std::is_lvalue_reference_v<Strings>) std::string_view closest(std::string_view name, Strings&& candidates)
= delete;

/// "unknown <kind> 'name' (did you mean 'x'?); there are a, b, c"
template <class Strings>
std::string unknown(std::string_view kind, std::string_view name, const Strings& candidates) {
  std::string s = "unknown " + std::string(kind) + " '" + std::string(name) + "'";
  if (const auto near = closest(name, candidates); !near.empty()) s += " (did you mean '" + std::string(near) + "'?)";
  const char* separator = "; there are ";
  for (const auto& c : candidates) s += separator + std::string(std::string_view(c)), separator = ", ";
  return s;
}

}  // namespace l2g
