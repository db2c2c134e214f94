// Any bytes as an index of shards: refused with a one-line file_error, or each tensor once, in a file of the folder.
#include <l2g/io/shards.hpp>

#include <cstdlib>
#include <set>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto index = l2g::io::parse_shard_index({reinterpret_cast<const std::byte*>(data), size}, "input");
    std::set<std::string_view> names;
    if (index.tensors.empty() || index.files.empty()) std::abort();
    for (const auto& [name, file] : index.tensors)
      if (file >= index.files.size() || !names.insert(name).second) std::abort();
    for (const auto& file : index.files)
      if (file.empty() || file == "." || file == ".." || file.find('/') != file.npos) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
