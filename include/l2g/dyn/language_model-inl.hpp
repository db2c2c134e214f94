#pragma once
#include <l2g/dyn/language_model.hpp>
#include <l2g/io/mapped_file.hpp>
#include <l2g/text/load_tokenizer.hpp>

#include <algorithm>
#include <filesystem>

namespace l2g::model {
namespace detail {

/// The folder of a checkpoint when it holds a tokenizer, else nothing.
inline std::string tokenizer_folder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path folder = fs::is_directory(path, ignored) ? fs::path(path) : fs::path(path).parent_path();
  const std::string named = folder.empty() ? "." : folder.string();
  return text::holds_tokenizer(named) ? named : "";
}

}  // namespace detail

L2G_INLINE const text::Tokenizer& LanguageModel::reader() const {
  if (!tokenizer)
    throw error("there is no tokenizer beside " + path + " (" + text::tokenizer_file_names +
                "): put its files there, or name another one");
  return *tokenizer;
}

L2G_INLINE index_t LanguageModel::max_tokens() const {
  const index_t positions = model.config.position_rows() > 0 || model.config.causal ? model.config.length : 0;
  const index_t files = tokenizer ? tokenizer->max_length() : 0;
  return positions > 0 && files > 0 ? std::min(positions, files) : std::max(positions, files);
}

L2G_INLINE index_t LanguageModel::parameters() const {
  index_t n = 0;
  for (const auto& [key, t] : model.weights) n += index_t(t.values.size());
  return n;
}

L2G_INLINE PretrainedPlan plan_language_model(const std::string& path) {
  PretrainedOptions o;
  o.task = Task::language_model;
  o.new_language_head = true;  // only to look
  PretrainedPlan plan = plan_pretrained(path, o);
  const auto& classes = plan.config.classes;
  const bool classifies = std::any_of(classes.begin(), classes.end(),
                                      [](const std::string& c) { return c.ends_with("ForSequenceClassification"); });
  if (!classifies && plan.summary.fresh.empty()) return plan;
  if (classifies) {
    o.task = Task::classifier;
    PretrainedPlan other = plan_pretrained(path, o);
    if (other.summary.fresh.empty()) return other;
  }
  o.task = Task::features;
  return plan_pretrained(path, o);
}

L2G_INLINE LanguageModel load_language_model(const PretrainedPlan& plan, const std::string& tokenizer) {
  LanguageModel m{plan.summary.path, {}, {}};
  if (const std::string from = tokenizer.empty() ? detail::tokenizer_folder(m.path) : tokenizer; !from.empty()) {
    m.tokenizer = text::load_tokenizer(from);
    require_vocabulary(plan.config, m.tokenizer->size(), from);
  }
  m.model = load_pretrained(plan);
  return m;
}
L2G_INLINE LanguageModel load_language_model(const std::string& path) {
  return load_language_model(plan_language_model(path));
}

L2G_INLINE void save_language_model(const LanguageModel& model, const std::string& folder) {
  save_pretrained(model.model, folder);
  if (model.tokenizer) model.tokenizer->save(folder);
}

L2G_INLINE text::EncodeOptions options_for(const LanguageModel& model, text::EncodeOptions options) {
  const index_t most = model.max_tokens();
  if (options.max_tokens > 0)
    require_length(model.model.config, options.max_tokens);
  else
    options.max_tokens = most;
  return options;
}

}  // namespace l2g::model
