// Any bytes as a file of a model, or as the description in one: refused with a one-line file_error, or a model whose
// weights are as many as its description says. Memory is never taken for what a description only claims.
#include <sys/mman.h>
#include <unistd.h>
#include <l2g/dyn/model.hpp>

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace {
std::string file_of(const std::string& description) {
  const std::string header = nlohmann::json{{"__metadata__", {{"model", description}}}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string file;
  for (std::size_t i = 0; i < 8; ++i) file += static_cast<char>(header.size() >> (8 * i));
  return file + header;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int memory = memfd_create("model", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(memory);
  if (size == 0) return 0;
  const std::string given(reinterpret_cast<const char*>(data), size), bytes = data[0] == '{' ? file_of(given) : given;
  if (ftruncate(memory, 0) != 0 || pwrite(memory, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    std::abort();
  try {
    const auto m = l2g::model::load_model(path);
    for (const auto& [key, t] : m.weights) {
      std::size_t count = 1;
      for (const auto extent : t.extents) count *= static_cast<std::size_t>(extent);
      if (count != t.values.size()) std::abort();
    }
    if (m.outputs() < 2) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
