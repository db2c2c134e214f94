#pragma once
// Each group of verbs is one file that registers itself through one call.
#include "../registry.hpp"

namespace l2g::repl {

void register_session_verbs(Registry& registry);

/// Every verb of the program.
inline void register_all_verbs(Registry& registry) { register_session_verbs(registry); }

}  // namespace l2g::repl
