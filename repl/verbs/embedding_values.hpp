#pragma once
// Vectors of sequences in the session, and what is found in them.
#include "shell.hpp"

#include <l2g/data/probe.hpp>
#include <l2g/dyn/features.hpp>
#include <l2g/eval/components.hpp>
#include <l2g/report/charts.hpp>

namespace l2g::repl {

/// Names of sequences, one vector each.
struct Embedded {
  std::string source, language_model, pooling;
  index_t layer = 0;
  model::Embedding vectors;
  std::vector<std::int32_t> labels;
  std::vector<std::string> classes;
  std::vector<double> values() const { return {vectors.values.begin(), vectors.values.end()}; }
};

/// Numbers in rows and columns with their names.
struct Matrix {
  std::string title;
  std::vector<std::string> rows, columns;
  std::vector<double> values;
  std::string row_name{}, column_name{}, value_name{};  ///< what they are, for charts
  index_t width() const { return index_t(columns.size()); }
};

/// Principal components of an embedding.
struct Principal {
  std::string source, model;
  eval::Components components;
  std::vector<std::int32_t> labels;
  std::vector<std::string> classes;
  double silhouette = report::unknown_value, silhouette_on_map = report::unknown_value;
};

/// A logistic probe of every layer.
struct Probed {
  std::string language_model, task, pooling;
  std::vector<data::ProbeScore> layers;  // from layer 0 on
  std::size_t best = 0;
  double test_mcc = report::unknown_value;
  std::vector<std::string> names{};  // of a Model's places; empty: layers by their numbers
};

/// The rows that a value stands for: a Dataset, the training part of Splits, simulated data; null for anything else.
const data::Dataset* dataset_in(const Value& value);

/// The last part of the path that a language model came from.
std::string short_name(const model::LanguageModel& language_model);

/// Pooled hidden states of the layers that the options name, from disk where they were made before.
std::vector<model::Embedding> language_embeddings(const model::LanguageModel& language_model,
                                                  const std::vector<std::string>& sequences,
                                                  model::EmbedOptions options, const std::string& pooling,
                                                  Shell& shell);

/// The first two principal axes of an embedding, coloured by class.
report::Scatter scatter_of(const Embedded& embedding);

/// pooling, batch and prompt of a verb that has them.
model::EmbedOptions embed_options(const Arguments& arguments, const Shell& shell);
Parameter pooling_parameter();
Parameter batch_parameter();
std::vector<Parameter> with_prompt(std::vector<Parameter> own);

/// Components and Probe: what the session shows of them, their fields and charts.
void register_embedding_types(Registry& registry);

}  // namespace l2g::repl
