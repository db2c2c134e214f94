#pragma once
// A zip archive of stored entries in memory, for files that no tool would write.
#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

inline std::string small_zip(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string file, directory;
  const auto number = [](std::string& out, std::uint64_t n, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(n >> (8 * i));
  };
  for (const auto& [name, data] : entries) {
    std::string common;
    number(common, 20, 2);
    number(common, 0, 8);
    number(common, crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()), 4);
    number(common, data.size(), 4);
    number(common, data.size(), 4);
    number(common, name.size(), 2);
    number(common, 0, 2);
    directory += "PK\1\2";
    number(directory, 20, 2);
    directory += common;
    directory.append(10, '\0');
    number(directory, file.size(), 4);
    directory += name;
    file += "PK\3\4" + common + name + data;
  }
  const std::size_t begin = file.size();
  file += directory + "PK\5\6";
  number(file, 0, 4);
  number(file, entries.size(), 2);
  number(file, entries.size(), 2);
  number(file, directory.size(), 4);
  number(file, begin, 4);
  number(file, 0, 2);
  return file;
}
