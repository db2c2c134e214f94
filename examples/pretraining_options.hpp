#pragma once
// Options of the programs that pre-train: --out PATH, numbers by name, and files of text.
#include <l2g/core/errors.hpp>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

/// A number among the options of a program, and what it means.
template <class Options>
struct Setting {
  const char* name;
  double Options::*value;
  const char* meaning;
};

/// `usage` is the first line, `out` says what is written.
template <class Options>
void print_help(const char* usage, const char* out, std::span<const Setting<Options>> settings) {
  const Options defaults;
  std::printf("%s\n\n  --out (%s): %s\n", usage, defaults.out.c_str(), out);
  for (const auto& s : settings) std::printf("  --%s (%g): %s\n", s.name, defaults.*s.value, s.meaning);
}

/// Throws l2g::error for an unknown name, a missing value, one that is no number from 0 on, and when no file is named.
template <class Options>
Options read_options(int argc, char** argv, std::span<const Setting<Options>> settings) {
  using l2g::error;
  Options o;
  std::vector<std::string> names{"out"};
  for (const auto& s : settings) names.push_back(s.name);
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      o.files.push_back(word);
      continue;
    }
    const std::string name = word.substr(2);
    if (std::find(names.begin(), names.end(), name) == names.end()) throw error(l2g::unknown("option", name, names));
    if (++i == argc) throw error("--" + name + ": a value is missing");
    const std::string value = argv[i];
    if (name == "out") o.out = value;
    for (const auto& s : settings)
      if (name == s.name) {
        const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), o.*s.value);
        if (fault != std::errc() || end != value.data() + value.size() || o.*s.value < 0)
          throw error("--" + name + ": '" + value + "' is not a number from 0 on");
      }
  }
  if (o.files.empty()) throw error("no text was given; see --help");
  return o;
}
