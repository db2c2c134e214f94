#pragma once
// What our sides of the races against Python libraries share: words of the command line, a line for each question.
#include <l2g/core/config.hpp>
#include <l2g/core/errors.hpp>

#include "measure.hpp"

#include <iostream>
#include <map>

namespace bench {

/// The words behind the program's name: whole numbers by their option, --threads among them, and all others in order.
struct Words {
  std::map<std::string, int> numbers{{"--threads", 2}};
  std::vector<std::string> others{};

  Words(int count, char** words, const std::map<std::string, int>& more = {}) {
    numbers.insert(more.begin(), more.end());
    for (int i = 1; i < count; ++i)
      if (const auto number = numbers.find(words[i]); number != numbers.end() && i + 1 < count)
        number->second = std::stoi(words[++i]);
      else
        others.emplace_back(words[i]);
  }
  int threads() const { return numbers.at("--threads"); }
};

/// Answers lines on standard input until it ends: "save FILE" by save(FILE); any other by the seconds of run(line), of
/// processor time with one thread, and what said() makes of the result.
template <class Run, class Said, class Save>
void answer(int threads, Run&& run, Said&& said, Save&& save) {
  const clockid_t clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.starts_with("save ")) {
      save(line.substr(5));
      std::puts("saved");
    } else {
      const double start = now(clock);
      run(line);
      const double seconds = now(clock) - start;
      std::printf("%.6f %s\n", seconds, std::string(said()).c_str());
    }
    std::fflush(stdout);
  }
}

/// A line of text for each number, with what float holds.
inline std::string lines_of(const std::vector<double>& numbers) {
  std::string text;
  char line[32];
  for (const double x : numbers) {
    std::snprintf(line, sizeof line, "%.9g\n", x);
    text += line;
  }
  return text;
}

}  // namespace bench
