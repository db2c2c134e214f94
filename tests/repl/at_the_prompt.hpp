#pragma once
// A session with every verb, as a test types into it.
#include "example_verbs.hpp"

#include <catch2/catch.hpp>
#include <verbs/verbs.hpp>

namespace l2g::repl {

inline bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Prompt {
  static Registry verbs(void (*more)(Registry&)) {
    Registry registry;
    register_all_verbs(registry);
    if (more) more(registry);
    return registry;
  }

 public:
  /// `more` may register verbs of the test's own.
  explicit Prompt(void (*more)(Registry&) = nullptr) : registry(verbs(more)) {}

  /// What a cell says, or its error.
  std::string operator()(const std::string& code) { return session(code); }
  /// Runs what a test rests on.
  void does(const std::string& code) {
    const std::string said = session(code);
    INFO(code << ": " << said);
    REQUIRE(session.status == Outcome::done);
  }
  /// Fails, and says why in one line that holds this.
  void refuses(const std::string& code, const std::string& why) {
    const std::string said = session(code);
    INFO(code << ": " << said);
    CHECK(session.status == Outcome::failed);
    CHECK(holds(said, why));
    CHECK_FALSE(holds(said, "\n"));
  }

  Registry registry;
  Listener session{registry};
};

/// With simulated rows in d, their parts in s, and a small network in m.
struct PromptWithNetwork : Prompt {
  PromptWithNetwork() {
    does(
        "d = simulate{rows = 20}; s = split(d); m = build{s, layers = {nn.conv1d{8, kernel = 5}, nn.relu(), "
        "nn.global_max_pool(), nn.linear(2)}};");
  }
};

}  // namespace l2g::repl
