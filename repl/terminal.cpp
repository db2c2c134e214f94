#include "terminal.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace l2g::repl {

RawTerminal::RawTerminal() {
  tcgetattr(STDIN_FILENO, &before_);
  termios raw = before_;
  raw.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
  raw.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  send("\033[?2004h");
}

RawTerminal::~RawTerminal() {
  send("\033[?2004l");
  tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void RawTerminal::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(std::size_t(n));
  }
}

bool RawTerminal::waiting() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

int RawTerminal::byte(int limit) {
  if (limit >= 0) {
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    if (poll(&waiting, 1, limit) <= 0) return -1;
  }
  unsigned char c = 0;
  ssize_t n = 0;
  do n = ::read(STDIN_FILENO, &c, 1);
  while (n < 0 && errno == EINTR);
  return n == 1 ? c : -1;
}

// Unknown escape sequences are swallowed.
int next_key() {
  const int c = RawTerminal::byte();
  if (c < 0) return closed;
  if (c != 27) return c;
  const int kind = RawTerminal::byte(50);
  if (kind == 'b') return word_left;
  if (kind == 'f') return word_right;
  if (kind >= 0 && kind < 32) return kind;  // Escape, then another key
  if (kind != '[' && kind != 'O') return nothing;
  std::string sequence;
  for (int b = 0; sequence.size() < 16 && (b = RawTerminal::byte(50)) >= 0;) {
    sequence += char(b);
    if (b >= 0x40 && b <= 0x7e) break;
  }
  static constexpr std::pair<std::string_view, Key> keys[] = {
      {"A", up},           {"B", down},     {"C", right},        {"D", left},         {"H", home},
      {"F", end},          {"1~", home},    {"7~", home},        {"4~", end},         {"8~", end},
      {"3~", erase_right}, {"200~", paste}, {"1;5D", word_left}, {"1;5C", word_right}};
  for (const auto& [name, key] : keys)
    if (sequence == name) return key;
  return nothing;
}

std::string pasted() {
  constexpr std::string_view stop = "\033[201~";
  std::string text;
  while (!text.ends_with(stop)) {
    const int c = RawTerminal::byte();
    if (c < 0) break;
    text += char(c);
  }
  if (text.ends_with(stop)) text.resize(text.size() - stop.size());
  std::string clean;
  for (const char c : text) {
    if (c == '\r')
      clean += '\n';
    else if (c == '\t')
      clean += "  ";
    else if (c == '\n' || static_cast<unsigned char>(c) >= 32)
      clean += c;
  }
  return clean;
}

}  // namespace l2g::repl
