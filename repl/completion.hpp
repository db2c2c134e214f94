#pragma once
// What Tab offers: verbs, variables, members after a dot or colon, options of the verb that is being called, allowed
// values and files inside quotes.
#include "session.hpp"

namespace l2g::repl {

struct Completion {
  std::size_t start = 0;           ///< the candidates replace the text from here to the cursor
  std::vector<std::string> found;  ///< sorted
};

/// Candidates for the end of `text`, which is what stands before the cursor.
Completion completion(const Session& session, std::string_view text);

}  // namespace l2g::repl
