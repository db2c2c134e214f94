#include "language_model.hpp"

#include <l2g/text/reference.hpp>

#include <filesystem>

namespace l2g::repl {

namespace {
/// Looks in share/l2g of the installation and in the source tree of a build; `instead` says what may be given.
std::string shipped(const std::string& name, const std::string& instead) {
  namespace fs = std::filesystem;
  std::error_code failed;
  fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
  std::string looked;
  for (int up = 0; up < 5 && !folder.empty(); ++up, folder = folder.parent_path())
    for (const char* place : {"share/l2g", "share/l2g/language_model", "examples/language_model"}) {
      const fs::path path = folder / place / name;
      if (fs::exists(path, failed)) return path.string();
      if (up == 1) looked += (looked.empty() ? "" : ", ") + (folder / place).string();
    }
  throw error("the language model " + name + " is not beside the program (looked in " + looked + ", ...); " + instead);
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
