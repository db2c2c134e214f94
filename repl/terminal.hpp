#pragma once
// The terminal below the line editor: raw mode, keys out of bytes, pasted text.
#include <termios.h>

#include <string>
#include <string_view>

namespace l2g::repl {

/// Keys that are not one byte; `nothing` is a sequence that means nothing here.
enum Key : int { up = 256, down, left, right, home, end, erase_right, paste, word_left, word_right, nothing, closed };
/// The byte of a letter typed with Ctrl.
constexpr int control(char c) { return c & 31; }

/// The terminal on standard input in raw mode with bracketed paste, for one cell; given back as it was.
class RawTerminal {
 public:
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  static void send(std::string_view text);
  static bool waiting();
  /// One byte, or -1 at the end of input; with a limit also when nothing comes within the milliseconds.
  static int byte(int limit = -1);

 private:
  termios before_{};
};

/// A byte, or one of Key.
int next_key();
/// The rest of a bracketed paste, without control bytes that would act on the terminal later.
std::string pasted();

}  // namespace l2g::repl
