#pragma once
// Eigen's assertions abort the process, and with it a session of hours. In the program they throw instead: CMake passes
// this header to every file of the program with -include, so that it stands before the first header of Eigen (which
// keeps a definition of eigen_assert that it finds, in release builds too). Sizes that a user can get wrong are checked
// in our own words before Eigen sees them; this is the net below.
#include <l2g/core/errors.hpp>

namespace l2g::repl {
[[noreturn]] inline void eigen_assertion_failed(const char* condition) {
  throw error(std::string("a matrix operation got sizes that do not fit (Eigen expects ") + condition + ")");
}
}  // namespace l2g::repl

#define eigen_assert(condition) ((condition) ? static_cast<void>(0) : ::l2g::repl::eigen_assertion_failed(#condition))
