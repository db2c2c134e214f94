#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/perturb.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

/// The explained number of each row.
inline std::vector<double> explained_of(Logits& logits, const Explained& e, const data::Dataset& rows,
                                        const Progress& progress) {
  const std::vector<double> y = logits(rows, progress);
  std::vector<double> found(rows.sequences.size(), 0.0);
  for (std::size_t r = 0; r < found.size(); ++r)
    for (std::size_t k = 0; k < e.weights.size(); ++k) found[r] += e.weights[k] * y[r * e.weights.size() + k];
  return found;
}

/// What changes is explained by one class: there is no own prediction that would stay.
inline Explained one_output(const Model& model, const std::string& wanted) {
  Explained e = explained_output(model, wanted);
  if (!e.weights.empty()) return e;
  std::string s = "which class is to be explained? The model has";
  for (const std::string& c : model.classes) s += (c == model.classes.front() ? " " : ", ") + c;
  throw error(s + ": give class = \"" + model.classes.front() + "\", for instance");
}

inline std::string row_name(const data::Dataset& rows, std::size_t r) {
  return "row " + std::to_string(r + 1) + (rows.ids.empty() ? "" : " ('" + rows.ids[r] + "')");
}

}  // namespace detail

L2G_INLINE interpret::Change marginalize(const Model& model, const data::Motif& motif, const data::Dataset& backgrounds,
                                         const MarginalizeOptions& o) {
  if (backgrounds.empty()) throw error("marginalize: there are no backgrounds");
  data::check(motif);
  const Explained explained = detail::one_output(model, o.explained);
  const data::Motif read = o.reverse ? data::reverse_complement(motif) : motif;
  data::Dataset with;
  for (std::size_t r = 0; r < backgrounds.sequences.size(); ++r) {
    const std::string& s = backgrounds.sequences[r];
    const index_t at = o.position < 0 ? interpret::middle_of(index_t(s.size()), read.length()) : o.position;
    try {
      with.sequences.push_back(interpret::put_in(
          s, o.drawn ? interpret::drawn_site(read, o.seed, r, 0) : read.consensus(), std::max<index_t>(0, at)));
    } catch (const error& e) {
      throw error("marginalize: motif '" + motif.name + "', " + detail::row_name(backgrounds, r) + ": " + e.what());
    }
  }
  Logits logits(model, std::clamp<index_t>(backgrounds.rows(), 1, o.batch), o.pool);
  interpret::Change change;
  change.output_name = explained.name;
  change.what = (motif.name.empty() ? motif.consensus() : motif.name) + (o.reverse ? ", other strand," : "") +
                (o.position < 0 ? " in the middle" : " at base " + std::to_string(o.position + 1)) + " of " +
                std::to_string(backgrounds.rows()) + " backgrounds";
  change.before = detail::explained_of(logits, explained, backgrounds, o.progress);
  change.after = detail::explained_of(logits, explained, with, o.progress);
  interpret::judge(change, o.seed, o.groups);
  return change;
}

L2G_INLINE interpret::Change take_out(const Model& model, const data::Dataset& rows,
                                      const std::vector<interpret::Span>& spans, const DeleteOptions& o) {
  if (o.copies < 1)
    throw error("l2g: what is taken out is replaced at least once, not " + std::to_string(o.copies) + " times");
  const Explained explained = detail::one_output(model, o.explained);
  data::Dataset whole, without;
  std::size_t stretches = 0;
  for (std::size_t r = 0; r < rows.sequences.size(); ++r) {
    std::vector<interpret::Span> own;
    for (const interpret::Span& s : spans)
      if (s.row == index_t(r)) own.push_back(s);
    if (own.empty()) continue;
    stretches += own.size();
    whole.sequences.push_back(rows.sequences[r]);
    try {
      for (index_t i = 0; i < o.copies; ++i)
        without.sequences.push_back(
            interpret::taken_out(rows.sequences[r], own, o.with, o.k, o.seed, r, std::uint64_t(i)));
    } catch (const error& e) {
      throw error(detail::row_name(rows, r) + ": " + e.what());
    }
  }
  if (whole.empty()) throw error("there is nothing to take out: no row has one of the stretches");
  Logits logits(model, std::clamp<index_t>(without.rows(), 1, o.batch), o.pool);
  interpret::Change change;
  change.output_name = explained.name;
  change.what = std::to_string(stretches) + (stretches == 1 ? " stretch of " : " stretches of ") +
                std::to_string(whole.rows()) + (whole.rows() == 1 ? " row" : " rows") + " taken out " +
                std::to_string(o.copies) + (o.copies == 1 ? " time" : " times");
  change.before = detail::explained_of(logits, explained, whole, {});
  const std::vector<double> each = detail::explained_of(logits, explained, without, o.progress);
  change.after.assign(change.before.size(), 0.0);
  for (std::size_t i = 0; i < each.size(); ++i) change.after[i / std::size_t(o.copies)] += each[i] / double(o.copies);
  interpret::judge(change, o.seed);
  return change;
}

}  // namespace l2g::model
