#include "language_model.hpp"

#include <l2g/text/reference.hpp>

#include <filesystem>
#include <fstream>

namespace l2g::repl {

namespace {
namespace fs = std::filesystem;

/// The source tree of a build folder, as its CMakeCache.txt says; empty elsewhere.
fs::path source_of_build(const fs::path& folder) {
  constexpr std::string_view key = "CMAKE_HOME_DIRECTORY:INTERNAL=";
  std::ifstream cache(folder / "CMakeCache.txt");
  for (std::string line; std::getline(cache, line);)
    if (line.starts_with(key)) return line.substr(key.size());
  return {};
}

/// Where models that ship are looked for, in this order.
std::vector<fs::path> shipping_places() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
  std::vector<fs::path> places{program, program.parent_path() / "share" / "l2g"};
  fs::path folder = program;
  for (int up = 0; up < 5 && folder.has_relative_path(); ++up, folder = folder.parent_path()) {
    fs::path source = source_of_build(folder);
    if (source.empty() && fs::exists(folder / "examples" / "language_model", failed)) source = folder;
    if (!source.empty()) places.push_back(source / "examples" / "language_model");
  }
  places.emplace_back(".");
  return places;
}

/// `instead` says what may be given in its place.
std::string shipped(const std::string& name, const std::string& instead) {
  std::error_code failed;
  std::string looked;
  for (const fs::path& place : shipping_places()) {
    if (fs::exists(place / name, failed)) return (place / name).lexically_normal().string();
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  throw error("the language model " + name + " is not there (looked in " + looked + "); " + instead);
}
}  // namespace

std::string shipped_language_model() {
  return shipped("byte-roberta.safetensors", "give a path: language_model = \"...\", or \"random\"");
}

std::string shipped_model(std::string_view name) {
  if (name == "byte-roberta") return shipped_language_model();
  if (name != "small-opt") return {};
  return shipped(std::string(name), "give the path of its folder");
}

TextReference text_reference(const std::string& text_path, const std::string& weights, index_t tokens,
                             std::uint64_t seed) {
  const io::SafetensorsFile file(weights);
  const ByteModelConfig config = byte_model_config(file);
  if (config.width != 128 || config.positions != 256)
    throw error(weights + ": the text reference is made with models of width 128 and 256 positions");
  const ByteEmbeddings<> block;
  auto p = block.params<float, Cpu>();
  const auto memory = Memory<Cpu>::get(measure(p).bytes);
  bind(p, memory.get());
  load_byte_model<float>(p, file, "embeddings.");
  TextReference found{text_path, weights, tokens, config.width, {}};
  found.features = text::text_reference(block, p, text::read_text(text_path), {.tokens = tokens, .seed = seed});
  return found;
}

}  // namespace l2g::repl
