#pragma once
// Which linear maps get an adapter: names as PEFT matches them.
#include <l2g/core/errors.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace l2g::peft {

/// How a target hits the full name of a module. ends_with: PEFT 0.3 to 0.5, which DNABERT-2 and Lingo used ("v" hits
/// "Wqkv", "dense" hits "classifier.dense"). exact_or_dot: PEFT since: the whole name, or its end behind a dot.
enum class TargetRule { ends_with, exact_or_dot };

/// "ends_with" or "exact_or_dot"; throws l2g::error with both.
TargetRule target_rule(std::string_view name);

bool hits(TargetRule rule, std::string_view module, std::string_view target);

/// Those of `keys` (dotted names of linear maps) that a target hits, in their order. `published` are the names of the
/// same maps in the model's checkpoint, or empty: a target may be of either kind. Throws l2g::error, with the last
/// names of all maps, for a target that hits none: PEFT is silent about it as long as another one hits, and so Lingo's
/// "output_proj" never adapted OPT's "out_proj".
std::vector<std::string> chosen_maps(std::span<const std::string> keys, std::span<const std::string> published,
                                     std::span<const std::string> targets, TargetRule rule = TargetRule::exact_or_dot);

}  // namespace l2g::peft

#ifndef L2G_COMPILED
#include <l2g/peft/targets-inl.hpp>
#endif
