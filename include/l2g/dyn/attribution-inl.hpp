#pragma once
#include <l2g/dyn/attribution.hpp>
#include <l2g/dyn/explained_rows.hpp>
#include <l2g/dyn/logits.hpp>
#include <l2g/dyn/predict.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

inline void add_note(std::string& note, const std::string& more) { note += (note.empty() ? "" : "; ") + more; }

inline std::string method_name(Attribution method) {
  if (method == Attribution::gradient) return "gradient x input";
  return method == Attribution::deeplift ? "DeepLIFT/SHAP" : "integrated gradients";
}

inline std::string references_in_words(const Model& model, const AttributionOptions& o) {
  if (o.kind == References::blank) return model.tokens ? "against the same number of masks" : "against no bases";
  const std::string many = std::to_string(o.references);
  const std::string seed = " (seed " + std::to_string(o.seed) + ")";
  if (model.tokens && !letters_make_tokens(*model.tokens))
    return "against " + many + " other orders of the sequence's tokens" + seed;
  return "against " + many + " dinucleotide shuffles" + seed;
}

}  // namespace detail

L2G_INLINE Attribution attribution_of(std::string_view name) {
  if (name == "deeplift") return Attribution::deeplift;
  if (name == "gradient") return Attribution::gradient;
  if (name == "integrated") return Attribution::integrated;
  const std::vector<std::string_view> names{"deeplift", "gradient", "integrated"};
  throw error("contributions: " + unknown("method", name, names));
}

L2G_INLINE interpret::Contributions contributions(const Model& model, const data::Dataset& dataset,
                                                  const AttributionOptions& o) {
  const Explained explained = explained_output(model, o.output);
  const auto least = [](index_t v, const char* name) {
    if (v < 1) throw error("contributions: '" + std::string(name) + "' must be at least 1, got " + std::to_string(v));
  };
  least(o.references, "references"), least(o.nodes, "nodes");
  std::vector<index_t> rows = o.rows;
  if (rows.empty())
    for (index_t r = 0; r < dataset.rows(); ++r) rows.push_back(r);
  if (rows.empty()) throw error("contributions: there are no sequences");
  for (const index_t r : rows)
    if (r < 0 || r >= dataset.rows())
      throw error("contributions: there is no row " + std::to_string(r + 1) + ", the rows are 1 to " +
                  std::to_string(dataset.rows()));

  interpret::Contributions all{.method = detail::method_name(o.method), .output_name = explained.name, .rows = {}};
  all.promises_sum = o.method != Attribution::gradient;
  std::vector<std::int32_t> predicted;
  if (explained.weights.empty()) predicted = predict(model, data::select(dataset, rows), {.pool = o.pool}).labels();

  detail::ExplainedRows what{model, dataset, o, rows, {}, {}};
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (index_t k = 0; k < model.outputs(); ++k)
      what.seeds.push_back(predicted.empty() ? explained.weights[std::size_t(k)] : k == predicted[i] ? 1.0 : 0.0);
  std::vector<std::size_t> every(rows.size()), again;
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
  all.rows.resize(rows.size());
  if (o.precision == Precision::full)
    again = every;
  else
    detail::explain<float>(what, every, all);
  if (o.method == Attribution::deeplift && o.precision == Precision::mixed)
    for (const std::size_t i : every)
      if (!(interpret::relative_residual(all.rows[i]) <= certified)) again.push_back(i);
  if (!again.empty()) detail::explain<double>(what, again, all);

  if (o.method != Attribution::gradient) detail::add_note(all.note, detail::references_in_words(model, o));
  if (o.method == Attribution::gradient && o.corrected) detail::add_note(all.note, "less the mean of the four bases");
  if (what.nodes > 0) detail::add_note(all.note, "up to " + std::to_string(what.nodes) + " nodes");
  if (what.strands() == 2) detail::add_note(all.note, "mean over both strands");
  if (model.tokens) detail::add_note(all.note, "tokens spread evenly over their bases");
  if (o.precision == Precision::full)
    detail::add_note(all.note, "in double precision");
  else if (!again.empty())
    detail::add_note(all.note, std::to_string(again.size()) + " of " + std::to_string(rows.size()) +
                                   " sequences in double precision");
  if (what.unseen > 0)
    detail::add_note(all.note, std::to_string(what.unseen) +
                                   " sequences are longer than the model reads: what it does "
                                   "not see is 0");
  for (const auto& [place, nodes] : what.approximated)
    detail::add_note(all.note, place + " has no rule: mean gradient on its path, " + std::to_string(nodes) + " nodes");
  if (o.method != Attribution::deeplift || o.precision == Precision::single) return all;
  const interpret::Certificate c = interpret::certificate(all);
  if (c.largest <= certified) return all;
  detail::add_note(all.note, "THE SUM MISSES, most at " + detail::blamed(what, std::size_t(c.worst)));
  return all;
}

}  // namespace l2g::model
