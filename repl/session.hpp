#pragma once
// One session: a Lua state with the verbs in it, and the evaluation of what is typed, piped or read from a file.
#include "shell.hpp"

#include <string>
#include <string_view>
#include <vector>

struct lua_State;

namespace l2g::repl {

/// How some code ended. The message is ready to be shown: position, what was wrong, perhaps a hint on a second line.
struct Outcome {
  enum Status { done, failed, interrupted, leave } status = done;
  std::string message{};
};

class Session : public Shell {
 public:
  Session(const Registry& registry, Settings settings);
  ~Session() override;

  /// Runs statements one after the other, as at the prompt: values are shown unless the statement ends with `;`, a
  /// leading `local` is dropped, `name?` shows help. Stops at the first error. `chunk` names the text in messages.
  Outcome run(std::string_view text, const std::string& chunk);
  /// Runs one cell of the prompt: messages leave out the position where it says nothing.
  Outcome cell(std::string_view text);
  /// Runs a Lua file as one chunk; `arguments` become the global `arg` and `...`.
  Outcome file(const std::string& path, const std::vector<std::string>& arguments);
  /// False when the text needs more lines; text with a habit of another language is complete, so that it gets its hint.
  bool complete(std::string_view text) const;

  void say(std::string_view text) override;
  std::vector<Variable> variables() override;
  std::vector<std::pair<std::string, Value>> objects() override;
  lua_State* state() const { return L_; }

  /// Names that complete a path such as `d.` or `math.`, with what they are; used by completion. Runs no user code.
  std::vector<std::string> members_of(std::string_view path) const;
  std::vector<std::string> globals() const;

 private:
  enum class Compiled { good, more, bad };
  Compiled compile(std::string_view code, const std::string& chunk, int line, std::string& message) const;
  /// True when a whole statement goes on in the line after it, as `:method{}` or `+ 1` does.
  bool goes_on(const std::string& statement, std::string_view line) const;
  Outcome piece(std::string_view code, const std::string& chunk, int line);
  Outcome call(int arguments);
  void show_results(int first, bool quiet);
  bool push_path(std::string_view path) const;
  std::vector<std::string> own_globals() const;

  lua_State* L_;
  std::vector<std::string> given_;  // globals that were there before the user came
  int cells_ = 0;
};

/// Makes Ctrl-C stop the session's code instead of the process; the last session made is the one that is stopped.
void catch_interrupts(Session& session);

}  // namespace l2g::repl
