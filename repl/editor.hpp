#pragma once
// The line editor of the prompt: cells of several lines, history, Tab, bracketed paste. Where standard input is no
// terminal, or TERM is dumb, it reads plain lines.
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace l2g::repl {

struct EditorHooks {
  std::function<bool(const std::string&)> complete;  ///< is the cell whole, or does it need more lines
  /// Candidates for the text before the cursor, and where in it they begin.
  std::function<std::pair<std::size_t, std::vector<std::string>>(const std::string&)> candidates;
};

class Editor {
 public:
  /// History is read from and added to a file, one cell a line; an empty path keeps it in memory.
  Editor(EditorHooks hooks, std::string history_file);
  /// The next cell; "" after Ctrl-C; nothing at the end of input.
  std::optional<std::string> read(const std::string& prompt, const std::string& more);

 private:
  struct Line;
  std::optional<std::string> read_plain(const std::string& prompt, const std::string& more);
  std::optional<std::string> read_edited(const std::string& prompt, const std::string& more);
  void remember(const std::string& cell);
  void recall(Line& line, int step);
  void complete(Line& line);

  EditorHooks hooks_;
  std::string history_file_;
  std::vector<std::string> history_;
  bool plain_;
};

/// l2g/history below XDG_STATE_HOME or ~/.local/state; empty when there is no home.
std::string history_path();

}  // namespace l2g::repl
