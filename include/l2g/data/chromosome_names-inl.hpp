#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/chromosome_names.hpp>
#include <l2g/data/shown-inl.hpp>

namespace l2g::data {

namespace detail {

// Without a leading "chr"; M for all spellings of the mitochondrion.
inline std::string loose_name(std::string_view name) {
  const auto lower = [](std::string_view text) {
    std::string s(text);
    for (char& c : s)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return s;
  };
  if (name.size() > 3 && lower(name.substr(0, 3)) == "chr") name.remove_prefix(3);
  const std::string rest = lower(name);
  return rest == "m" || rest == "mt" || rest == "mito" ? "M" : std::string(name);
}

}  // namespace detail

L2G_INLINE ChromosomeNames::ChromosomeNames(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    exact_.try_emplace(names_[i], static_cast<index_t>(i));
    const auto [at, is_new] = loose_.try_emplace(detail::loose_name(names_[i]), static_cast<index_t>(i));
    if (!is_new) at->second = -1;
  }
}

L2G_INLINE void ChromosomeNames::add_alias(const std::string& other, const std::string& name) {
  const index_t at = find(name);
  if (at < 0) throw error("the name '" + detail::shown(other) + "' cannot be given: " + unknown(name));
  exact_[other] = at;
}

L2G_INLINE index_t ChromosomeNames::find(std::string_view name) const {
  if (const auto at = exact_.find(std::string(name)); at != exact_.end()) return at->second;
  const auto at = loose_.find(detail::loose_name(name));
  return at == loose_.end() ? -1 : at->second;
}

L2G_INLINE std::string ChromosomeNames::unknown(std::string_view name) const {
  constexpr std::size_t most = 8;
  std::string s = "unknown chromosome '" + detail::shown(name) + "'";
  if (const auto near = closest(detail::shown(name), names_); !near.empty())
    s += " (did you mean '" + detail::shown(near) + "'?)";
  for (std::size_t i = 0; i < names_.size() && i < most; ++i)
    s += (i ? ", " : "; there are ") + detail::shown(names_[i]);
  return names_.size() > most ? s + ", ... (" + std::to_string(names_.size()) + " names)" : s;
}

}  // namespace l2g::data
