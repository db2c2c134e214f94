#pragma once
#include <l2g/peft/targets.hpp>

#include <algorithm>
#include <array>

namespace l2g::peft {

L2G_INLINE TargetRule target_rule(std::string_view name) {
  static constexpr std::array<std::string_view, 2> rules{"ends_with", "exact_or_dot"};
  for (std::size_t i = 0; i < rules.size(); ++i)
    if (rules[i] == name) return TargetRule(i);
  throw error(unknown("rule for targets", name, rules));
}

L2G_INLINE bool hits(TargetRule rule, std::string_view module, std::string_view target) {
  if (target.empty() || !module.ends_with(target)) return false;
  const std::size_t before = module.size() - target.size();
  return rule == TargetRule::ends_with || before == 0 || module[before - 1] == '.';
}

L2G_INLINE std::vector<std::string> chosen_maps(std::span<const std::string> keys,
                                                std::span<const std::string> published,
                                                std::span<const std::string> targets, TargetRule rule) {
  std::vector<bool> chosen(keys.size());
  for (const std::string& target : targets) {
    bool met = false;
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (hits(rule, keys[i], target) || (i < published.size() && hits(rule, published[i], target)))
        chosen[i] = met = true;
    if (met) continue;
    std::vector<std::string> names;
    const auto add = [&](std::span<const std::string> from) {
      for (const std::string& key : from) {
        const std::size_t dot = key.rfind('.');
        std::string name = dot == key.npos ? key : key.substr(dot + 1);
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
          names.push_back(std::move(name));
      }
    };
    add(keys), add(published);
    throw error(unknown("linear map", target, names));
  }
  std::vector<std::string> found;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (chosen[i]) found.push_back(keys[i]);
  return found;
}

}  // namespace l2g::peft
