#pragma once
// What a verb may use of the session besides its arguments.
#include "registry.hpp"

#include <l2g/core/progress.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace l2g::repl {

struct Settings {
  std::uint64_t seed = 1;
  int threads = 0;           ///< 0: as many as the machine has
  bool colour = false;       ///< on standard output
  bool trace = false;        ///< show Lua's traceback with an error
  bool interactive = false;  ///< a person sits at a prompt
};

/// A variable of the session, for `who`.
struct Variable {
  std::string name, type, summary;
  std::size_t bytes = 0;
};

class Shell {
 public:
  Shell(const Registry& verbs, Settings chosen) : registry(verbs), settings(chosen) {}
  virtual ~Shell() = default;
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  /// Text for the person, on standard output; a line end is added.
  virtual void say(std::string_view text) = 0;
  virtual std::vector<Variable> variables() = 0;
  /// The objects that variables of the session hold, by name.
  virtual std::vector<std::pair<std::string, Value>> objects() { return {}; }

  const Registry& registry;
  Settings settings;
  bool interrupted = false;  ///< the running cell was stopped by Ctrl-C
  Value made{};              ///< what the last verb returned
  /// What was run without an error, in order, the running one last: cells as they were typed, the text of a script.
  std::vector<std::string> history{};
};

/// The seed that a call was given, else that of the session.
inline std::uint64_t seed_of(const Arguments& arguments, const Shell& shell) {
  return arguments.has("seed") ? std::uint64_t(arguments.integer("seed")) : shell.settings.seed;
}

}  // namespace l2g::repl
