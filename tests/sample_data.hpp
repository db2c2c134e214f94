#pragma once
// Real files for tests: the folder named by L2G_DATA. A test that needs one says so by name and passes when it is
// absent.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

inline std::string sample_data(const std::string& relative) {
  const char* root = std::getenv("L2G_DATA");
  if (!root) return {};
  const std::string path = std::string(root) + "/" + relative;
  return std::filesystem::exists(path) ? path : std::string{};
}

#define REQUIRE_SAMPLE(variable, relative)                                       \
  const std::string variable = sample_data(relative);                            \
  if (variable.empty()) {                                                        \
    WARN("skipped: needs " << (relative) << " in the folder named by L2G_DATA"); \
    return;                                                                      \
  }
