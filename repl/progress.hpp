#pragma once
// A progress bar on standard error: share done, time left and a text such as the loss. Only on a terminal, at most
// every 80 ms; elsewhere one line every ten seconds.
#include "display.hpp"

#include <l2g/core/progress.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

namespace l2g::repl {

class ProgressBar {
 public:
  explicit ProgressBar(std::string title) : ProgressBar(std::move(title), isatty(STDERR_FILENO) != 0) {}
  ProgressBar(std::string title, bool terminal) : title_(std::move(title)), terminal_(terminal) {}
  ~ProgressBar() { close(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Hand this to the library; it must not outlive the bar.
  Progress callback() {
    return {[](void* self, double fraction, std::string_view text) {
              static_cast<ProgressBar*>(self)->show(fraction, text);
            },
            this};
  }

  void show(double fraction, std::string_view text) {
    const auto now = Clock::now();
    if (seconds(now - shown_) < (terminal_ ? 0.08 : 10.0)) return;
    shown_ = now;
    const std::string row = line(fraction, text, seconds(now - began_), terminal_ ? window_width() - 1 : 200);
    std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", row.c_str());
    std::fflush(stderr);
    open_ = terminal_;
  }

  /// Removes the bar from the terminal; also done when work ends with an exception.
  void close() {
    if (open_) std::fputs("\r\033[K", stderr), std::fflush(stderr);
    open_ = false;
  }

  double elapsed() const { return seconds(Clock::now() - began_); }

  /// One row of at most `width` columns: "train  [####      ]  40 %  12.0 s left  loss 0.31".
  std::string line(double fraction, std::string_view text, double elapsed, std::size_t width) const {
    fraction = fraction >= 0 ? std::min(fraction, 1.0) : 0.0;  // NaN counts as 0
    constexpr int cells = 20;
    const int full = int(fraction * cells);
    std::string row = title_ + "  [" + std::string(std::size_t(full), '#') +
                      std::string(std::size_t(cells - full), ' ') + "] " + std::to_string(int(fraction * 100)) + " %";
    if (fraction > 0 && elapsed > 1) row += "  " + duration_in_words(elapsed * (1 - fraction) / fraction) + " left";
    if (!text.empty()) row += "  " + std::string(text);
    return fitted(row, width);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

  std::string title_;
  bool terminal_, open_ = false;
  Clock::time_point began_ = Clock::now(), shown_ = began_;
};

}  // namespace l2g::repl
