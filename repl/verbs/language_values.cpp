#include "language_values.hpp"

#include "language_model.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/dyn/byte_model.hpp>
#include <l2g/dyn/tuned_language_model.hpp>
#include <l2g/io/llama2c.hpp>
#include <l2g/io/mapped_file.hpp>
#include <l2g/io/safetensors.hpp>

#include <filesystem>

namespace l2g::repl {
namespace {

namespace fs = std::filesystem;

bool is_llama2c_file(const fs::path& path) {
  std::error_code ignored;
  return path.extension() == ".bin" && fs::is_regular_file(path, ignored) &&
         io::is_llama2c(io::MappedFile(path.string()).bytes());
}

/// What is there by this name, or else the model that ships under it.
std::string place_of(const std::string& name) {
  std::error_code ignored;
  if (fs::exists(name, ignored)) return name;
  if (fs::exists(name + ".safetensors", ignored)) return name + ".safetensors";
  const std::string shipped = shipped_model(name);
  return shipped.empty() ? name : shipped;
}

}  // namespace

bool holds_language_model(const std::string& name) {
  const std::string path = place_of(name);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (fs::exists(fs::path(path) / "config.json", ignored)) return true;
    for (const auto& entry : fs::directory_iterator(path, ignored))
      if (is_llama2c_file(entry.path())) return true;
    return false;
  }
  if (is_llama2c_file(path) || model::holds_byte_model(path)) return true;
  const bool beside = fs::exists(fs::path(path).parent_path() / "config.json", ignored);
  if (path.ends_with(".bin") || path.ends_with(".index.json")) return beside;
  return beside && path.ends_with(".safetensors") && !io::SafetensorsFile(path).metadata("model");
}

std::string byte_model_file(const std::string& name) {
  const std::string path = place_of(name);
  return model::holds_byte_model(path) ? path : std::string();
}

std::shared_ptr<model::LanguageModel> open_language_model(const std::string& path, Shell& shell,
                                                          const std::string& tokenizer) {
  if (const std::string bytes = byte_model_file(path); !bytes.empty()) {
    if (!tokenizer.empty()) throw error(path + " reads bytes: leave 'tokenizer' out");
    return std::make_shared<model::LanguageModel>(model::open_byte_model(bytes));
  }
  const model::PretrainedPlan plan = model::plan_language_model(place_of(path));
  const model::LoadSummary& s = plan.summary;
  const std::size_t own = s.bytes_copied + s.bytes_fresh;
  constexpr std::size_t much = 200'000'000;
  if (own + s.bytes_mapped > much)
    shell.say(fmt::format("{}: {} MB of weights stay in their file, {} MB are copied into memory", s.title,
                          s.bytes_mapped / 1'000'000, own / 1'000'000));
  return std::make_shared<model::LanguageModel>(model::load_language_model(plan, tokenizer));
}

std::shared_ptr<model::LanguageModel> language_model_of(const Arguments& a, std::string_view name, Shell& shell) {
  if (const auto there = a.object<model::LanguageModel>(name)) return there;
  if (const auto built = a.object<model::Model>(name)) return language_model_in(*built, shell);
  if (const auto* path = a.value(name).as<std::string>()) return open_language_model(path_of(*path), shell);
  throw error(fmt::format("'{}' must be a LanguageModel (load \"folder\") or its path, got {}", name,
                          kind_in_words(a.value(name))));
}

std::shared_ptr<model::LanguageModel> language_model_in(const model::Model& m, Shell& shell) {
  if (m.base) return std::make_shared<model::LanguageModel>(model::tuned_language_model(m, *m.base));
  const auto note = m.notes.find("language model");
  const std::size_t from = note == m.notes.end() ? std::string::npos : note->second.find(" from ");
  if (from == std::string::npos)
    throw error(m.name +
                " was not built on a language model: build(s, {kind = \"lm\", language_model = lm}) does that");
  const std::string path = note->second.substr(from + 6);
  if (!holds_language_model(path))
    throw error(m.name + " was built on " + path +
                ", which is not there: its head is not in the file of the model, so give it, base = load(folder)");
  return std::make_shared<model::LanguageModel>(model::tuned_language_model(m, *open_language_model(path, shell)));
}

Parameter language_model_parameter(std::string name, std::string doc) {
  return any(std::move(name), std::move(doc)).one_of({"LanguageModel"}).with(Completes::file);
}

text::EncodeOptions prompt_of(const Arguments& a) {
  text::EncodeOptions o;
  o.prefix = a.text_or("prefix", "");
  o.suffix = a.text_or("suffix", "");
  o.max_tokens = a.has("max_tokens") ? a.integer("max_tokens") : 0;
  return o;
}

std::vector<Parameter> prompt_parameters() {
  return {text("prefix", "text before the sequence").optional(), text("suffix", "text behind the sequence").optional(),
          integer("max_tokens",
                  "tokens of an input, special ones and prompt included; what the model takes when not "
                  "given. Longer sequences lose their end")
              .at_least(1)
              .optional()};
}

}  // namespace l2g::repl
