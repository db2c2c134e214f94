#pragma once
// What the verbs of models share.
#include "chart.hpp"
#include "shell.hpp"

#include <l2g/dyn/train.hpp>

namespace l2g::repl {

/// The threads of the session as a pool; null for one thread.
inline cpu::Pool* pool_of(const Shell& shell) { return cpu::shared_pool(shell.settings.threads); }

}  // namespace l2g::repl
