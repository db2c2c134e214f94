#include "editor.hpp"

#include "display.hpp"
#include "terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace l2g::repl {
namespace {

constexpr std::size_t cells_kept = 2000;
std::string escaped(const std::string& cell) {
  std::string line;
  for (const char c : cell) line += c == '\\' ? "\\\\" : c == '\n' ? "\\n" : std::string(1, c);
  return line;
}

std::string unescaped(const std::string& line) {
  std::string cell;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size())
      cell += line[++i] == 'n' ? '\n' : line[i];
    else
      cell += line[i];
  }
  return cell;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }

}  // namespace

// The text being edited and how it stands on the screen.
struct Editor::Line {
  std::string prompt, more, text{};
  std::size_t at = 0;          // the cursor, a byte
  std::size_t cursor_row = 0;  // where drawing left it
  std::size_t place_in_history = 0;
  std::string draft{};  // what was typed before going up

  std::size_t before(std::size_t i) const {  // start of the glyph before i, with its combining marks
    std::size_t start = i;
    while (start > 0) {
      do --start;
      while (start > 0 && (text[start] & 0xc0) == 0x80);
      if (glyph_at(text, start).columns > 0 || text[start] == '\n') break;
    }
    return start;
  }
  std::size_t after(std::size_t i) const {
    if (i >= text.size()) return i;
    i += glyph_at(text, i).bytes;
    while (i < text.size() && text[i] != '\n' && glyph_at(text, i).columns == 0) i += glyph_at(text, i).bytes;
    return i;
  }
  std::size_t row_start() const { return at == 0 ? 0 : text.rfind('\n', at - 1) + 1; }  // npos + 1 is 0
  std::size_t row_end() const { return std::min(text.find('\n', at), text.size()); }
  void insert(std::string_view s) { text.insert(at, s), at += s.size(); }
  void erase(std::size_t from, std::size_t to) { text.erase(from, to - from), at = from; }
  void move_word(int step) {
    if (step < 0) {
      while (at > 0 && !is_word(text[at - 1])) --at;
      while (at > 0 && is_word(text[at - 1])) --at;
    } else {
      while (at < text.size() && !is_word(text[at])) ++at;
      while (at < text.size() && is_word(text[at])) ++at;
    }
  }
  /// Moves to the row above or below inside the cell; false when there is none.
  bool move_row(int step) {
    const std::size_t start = row_start(), column = at - start;
    if (step < 0 && start == 0) return false;
    if (step > 0 && row_end() == text.size()) return false;
    at = step < 0 ? start - 1 : row_end() + 1;
    const std::size_t target = row_start();
    at = target;
    at = std::min(target + column, row_end());
    while (at > target && at < text.size() && (text[at] & 0xc0) == 0x80) --at;
    return true;
  }

  void draw() {
    const std::size_t width = window_width();
    std::string out = "\r";
    if (cursor_row > 0) out += "\033[" + std::to_string(cursor_row) + "A";
    out += "\033[J" + prompt;
    std::size_t row = 0, column = columns(prompt), target_row = 0, target_column = column;
    for (std::size_t i = 0; i <= text.size();) {
      if (i == at) target_row = row, target_column = column;
      if (i == text.size()) break;
      const Glyph g = glyph_at(text, i);
      if (text[i] == '\n') {
        out += "\033[K\r\n" + more;
        ++row, column = columns(more);
      } else {
        if (column + std::size_t(g.columns) > width) out += "\r\n", ++row, column = 0;
        if (i == at) target_row = row, target_column = column;
        out += g.code == 0xfffd && g.bytes == 1 ? std::string("?") : text.substr(i, g.bytes);
        column += std::size_t(g.columns);
      }
      i += g.bytes;
    }
    if (target_column >= width) {  // the cursor stands after a full row: it needs a row of its own
      if (row == target_row) out += "\r\n", ++row;
      ++target_row, target_column = 0;
    }
    out += '\r';
    if (row > target_row) out += "\033[" + std::to_string(row - target_row) + "A";
    if (target_column > 0) out += "\033[" + std::to_string(target_column) + "C";
    cursor_row = target_row;
    RawTerminal::send(out);
  }
  /// Leaves the cell on the screen and goes to the row below it.
  void finish(std::string_view mark = {}) {
    at = text.size();
    draw();
    RawTerminal::send(std::string(mark) + "\r\n");
    cursor_row = 0;
  }
};

Editor::Editor(EditorHooks hooks, std::string history_file)
    : hooks_(std::move(hooks)), history_file_(std::move(history_file)) {
  const char* term = std::getenv("TERM");
  plain_ = !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !term || std::string_view(term) == "dumb";
  std::ifstream in(history_file_);
  for (std::string line; std::getline(in, line);) history_.push_back(unescaped(line));
  if (history_.size() > cells_kept) history_.erase(history_.begin(), history_.end() - std::ptrdiff_t(cells_kept));
}

std::optional<std::string> Editor::read(const std::string& prompt, const std::string& more) {
  return plain_ ? read_plain(prompt, more) : read_edited(prompt, more);
}

std::optional<std::string> Editor::read_plain(const std::string& prompt, const std::string& more) {
  std::string cell;
  RawTerminal::send(prompt);
  while (true) {
    char c = 0;
    const ssize_t n = ::read(STDIN_FILENO, &c, 1);
    if (n < 0 && errno == EINTR) return RawTerminal::send("\n"), std::string();
    if (n <= 0) return cell.empty() ? std::nullopt : std::optional(cell);
    if (c == '\n' && hooks_.complete(cell)) return cell;
    cell += c;
    if (c == '\n') RawTerminal::send(more);
  }
}

std::optional<std::string> Editor::read_edited(const std::string& prompt, const std::string& more) {
  RawTerminal terminal;
  Line line{prompt, more};
  line.place_in_history = history_.size();
  line.draw();
  while (true) {
    const int key = next_key();
    switch (key) {
      case closed:
        return line.finish(), std::nullopt;
      case control('C'):
        return line.finish("^C"), std::string();
      case control('D'):
        if (line.text.empty()) return line.finish(), std::nullopt;
        [[fallthrough]];
      case erase_right:
        line.erase(line.at, line.after(line.at));
        break;
      case '\r':
      case '\n':
        if (hooks_.complete(line.text)) return line.finish(), remember(line.text), line.text;
        line.insert("\n");
        break;
      case 127:
      case control('H'):
        line.erase(line.before(line.at), line.at);
        break;
      case left:
      case control('B'):
        line.at = line.before(line.at);
        break;
      case right:
      case control('F'):
        line.at = line.after(line.at);
        break;
      case word_left:
        line.move_word(-1);
        break;
      case word_right:
        line.move_word(1);
        break;
      case home:
      case control('A'):
        line.at = line.row_start();
        break;
      case end:
      case control('E'):
        line.at = line.row_end();
        break;
      case control('K'):
        line.erase(line.at, line.row_end());
        break;
      case control('U'):
        line.erase(line.row_start(), line.at);
        break;
      case control('W'): {
        const std::size_t to = line.at;
        line.move_word(-1);
        line.erase(line.at, to);
        break;
      }
      case control('L'):
        RawTerminal::send("\033[H\033[2J");
        line.cursor_row = 0;
        break;
      case up:
      case control('P'):
        if (!line.move_row(-1)) recall(line, -1);
        break;
      case down:
      case control('N'):
        if (!line.move_row(1)) recall(line, 1);
        break;
      case '\t':
        complete(line);
        break;
      case paste: {
        std::string text = pasted();
        while (text.ends_with('\n')) text.pop_back();
        line.insert(text);
        break;
      }
      default:
        if (key < 32 || key > 255) break;
        line.insert(std::string(1, char(key)));
        // The rest of a character of several bytes comes at once: draw it whole.
        for (int n = key >= 0xf0 ? 3 : key >= 0xe0 ? 2 : key >= 0xc2 ? 1 : 0; n > 0; --n)
          if (const int c = RawTerminal::byte(50); c >= 0) line.insert(std::string(1, char(c)));
    }
    if (!RawTerminal::waiting()) line.draw();  // fast input is drawn once
  }
}

void Editor::remember(const std::string& cell) {
  if (cell.find_first_not_of(" \t\n") == cell.npos || (!history_.empty() && history_.back() == cell)) return;
  history_.push_back(cell);
  if (history_file_.empty()) return;
  std::error_code none;  // a history that cannot be kept is no reason to stop
  std::filesystem::create_directories(std::filesystem::path(history_file_).parent_path(), none);
  const int file = ::open(history_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  const std::string row = escaped(cell) + '\n';
  [[maybe_unused]] const ssize_t written = ::write(file, row.data(), row.size());
  ::close(file);
}

// Goes through the cells of the history that begin as what was typed.
void Editor::recall(Line& line, int step) {
  if (line.place_in_history == history_.size()) line.draft = line.text;
  for (std::size_t i = line.place_in_history; step < 0 ? i > 0 : i < history_.size();) {
    i += std::size_t(step);
    const std::string& found = i == history_.size() ? line.draft : history_[i];
    if (!found.starts_with(line.draft) || (found == line.text && i != history_.size())) continue;
    line.place_in_history = i;
    line.text = found;
    line.at = found.size();
    return;
  }
}

void Editor::complete(Line& line) {
  const auto [start, found] = hooks_.candidates(line.text.substr(0, line.at));
  if (found.empty()) return;
  std::string common = found.front();
  for (const auto& s : found)
    common.resize(std::size_t(std::mismatch(common.begin(), common.end(), s.begin(), s.end()).first - common.begin()));
  while (!common.empty() && common.size() < found.front().size() && (found.front()[common.size()] & 0xc0) == 0x80)
    common.pop_back();
  const std::size_t typed = line.at - start;
  if (common.size() > typed) return line.erase(start, line.at), line.insert(common);
  if (found.size() == 1) return;
  constexpr std::size_t most = 60;
  std::size_t widest = 0;
  for (const auto& s : found) widest = std::max(widest, columns(s));
  const std::size_t a_row = std::max<std::size_t>(1, window_width() / (widest + 2));
  std::string out;
  for (std::size_t i = 0; i < std::min(found.size(), most); ++i)
    out += (i % a_row ? "" : "\r\n") + found[i] + std::string(widest + 2 - columns(found[i]), ' ');
  if (found.size() > most) out += "\r\n... " + std::to_string(found.size() - most) + " more";
  const std::size_t at = line.at;
  line.at = line.text.size();
  line.draw();
  RawTerminal::send(out + "\r\n");
  line.at = at;
  line.cursor_row = 0;
}

std::string history_path() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state) return std::string(state) + "/l2g/history";
  const char* user = std::getenv("HOME");
  return user && *user ? std::string(user) + "/.local/state/l2g/history" : std::string();
}

}  // namespace l2g::repl
