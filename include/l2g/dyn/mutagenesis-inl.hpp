#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/mutagenesis.hpp>
#include <l2g/dyn/windowed.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::model {
namespace detail {

inline bool has_layer(const Spec& s, std::string_view type) {
  return s.type == type ||
         std::any_of(s.parts.begin(), s.parts.end(), [&](const Spec& part) { return has_layer(part, type); });
}

struct Mutant {
  index_t position;
  int base;
};

/// Every mutant as a row of its own.
inline data::Dataset mutants_of(const std::string& sequence, std::span<const Mutant> mutants) {
  data::Dataset d;
  d.sequences.assign(mutants.size(), sequence);
  for (std::size_t i = 0; i < mutants.size(); ++i)
    d.sequences[i][std::size_t(mutants[i].position)] = "ACGT"[mutants[i].base];
  return d;
}

/// Mutants of one sequence by windows, the mean over the strands that the model reads.
class WindowedMutants {
 public:
  WindowedMutants(const Model& model, cpu::Pool* pool) : model_(model), windowed_(model, pool) {}

  /// Logits of the sequence into `reference` (outputs), those of the mutants (mutants, outputs).
  std::vector<double> operator()(const std::string& sequence, std::span<const Mutant> mutants,
                                 std::vector<double>& reference, const Progress& progress) {
    const auto outputs = std::size_t(model_.outputs());
    const data::EncodeOptions& in = model_.input;
    const auto letters = index_t(sequence.size());
    const index_t offset = in.pad_right || letters >= in.length ? 0 : in.length - letters;
    const int strands = model_.both_strands ? 2 : 1;
    reference.assign(outputs, 0.0);
    std::vector<double> found(mutants.size() * outputs, 0.0);
    std::vector<float> one_hot(std::size_t(in.length * in.channels)), y;
    for (int strand = 0; strand < strands; ++strand) {
      data::encode_sequence<float>(sequence, in, one_hot, strand == 1);
      const std::span<const float> own = windowed_.read(one_hot);
      const std::vector<double> base(own.begin(), own.end());
      std::vector<Exchange> exchanges;
      std::vector<std::size_t> which;  // mutants that this strand shows
      for (std::size_t i = 0; i < mutants.size(); ++i) {
        const index_t at = offset + (strand ? letters - 1 - mutants[i].position : mutants[i].position);
        if (at >= in.length) continue;
        exchanges.push_back({at, strand ? 3 - mutants[i].base : mutants[i].base});
        which.push_back(i);
      }
      for (std::size_t k = 0; k < outputs; ++k) {
        reference[k] += base[k] / strands;
        for (std::size_t i = 0; i < mutants.size(); ++i) found[i * outputs + k] += base[k] / strands;
      }
      const auto batch = std::size_t(windowed_.batch());
      for (std::size_t begin = 0; begin < which.size(); begin += batch) {
        const std::size_t n = std::min(batch, which.size() - begin);
        y.resize(n * outputs);
        windowed_.outputs(std::span(exchanges).subspan(begin, n), y);
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t k = 0; k < outputs; ++k)
            found[which[begin + i] * outputs + k] += (double(y[i * outputs + k]) - base[k]) / strands;
        progress((double(begin + n) / double(which.size()) + strand) / strands);
      }
    }
    return found;
  }

 private:
  const Model& model_;
  Windowed windowed_;
};

/// Largest difference between windows and the whole model over a few mutants, as a share of the largest logit.
inline double difference_of_windows(const Model& model, WindowedMutants& windows, const std::string& sequence,
                                    std::span<const Mutant> mutants, const MutateOptions& o) {
  const Rng rng{o.seed, 0};
  std::vector<Mutant> few;
  for (std::uint64_t i = 0; i < 9; ++i) few.push_back(mutants[std::size_t(rng.below(0x69736d, i, mutants.size()))]);
  std::sort(few.begin(), few.end(), [](const Mutant& a, const Mutant& b) { return a.position < b.position; });
  std::vector<double> reference;
  const std::vector<double> fast = windows(sequence, few, reference, {});
  const std::vector<double> whole = Logits(model, index_t(few.size()), o.pool)(mutants_of(sequence, few));
  double largest = 1e-3, difference = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    largest = std::max(largest, std::abs(whole[i]));
    const double d = std::abs(whole[i] - fast[i]);
    if (!(d <= difference)) difference = d;  // NaN too
  }
  return difference / largest;
}

inline void check_rows(const data::Dataset& rows, const MutateOptions& o) {
  if (rows.empty()) throw error("mutate: there are no sequences");
  for (std::size_t i = 0; i < rows.sequences.size(); ++i) {
    const std::string& s = rows.sequences[i];
    const std::string row = "row " + std::to_string(i + 1) + (rows.ids.empty() ? "" : " ('" + rows.ids[i] + "')");
    if (const auto at = s.find_first_not_of("ACGTNacgtn"); at != s.npos)
      throw error("mutate: " + row + ", base " + std::to_string(at + 1) + ": letter '" + s[at] +
                  "' is none of A C G T N");
    const auto length = index_t(s.size()), to = o.to < 0 ? length : o.to;
    if (o.from < 0 || o.from >= to || to > length)
      throw error("mutate: bases " + std::to_string(o.from + 1) + " to " + std::to_string(to) + " are asked for, " +
                  row + " has " + std::to_string(length));
  }
}

}  // namespace detail

L2G_INLINE interpret::MutationMaps mutate(const Model& model, const data::Dataset& rows, const MutateOptions& o) {
  detail::check_rows(rows, o);
  const Explained explained = explained_output(model, o.explained);
  interpret::MutationMaps maps;
  maps.output_name = explained.name, maps.output_names = model.classes;
  std::unique_ptr<detail::WindowedMutants> windows;
  std::unique_ptr<Logits> whole;
  if (o.only_what_is_touched && !model.tokens) windows = std::make_unique<detail::WindowedMutants>(model, o.pool);
  const bool strands_inside = detail::has_layer(model.spec, "strand_mean");
  const auto outputs = std::size_t(model.outputs());
  index_t unseen = 0;
  bool checked = false;
  for (std::size_t r = 0; r < rows.sequences.size(); ++r) {
    const auto part = [&](double f) { o.progress((double(r) + f) / double(rows.sequences.size()), "mutate"); };
    const Progress progress{[](void* self, double f, std::string_view) { (*static_cast<decltype(part)*>(self))(f); },
                            const_cast<void*>(static_cast<const void*>(&part))};
    interpret::MutationMap map;
    map.sequence = rows.sequences[r];
    std::transform(map.sequence.begin(), map.sequence.end(), map.sequence.begin(),
                   [](char c) { return interpret::base_index(c) < 0 ? 'N' : "ACGT"[interpret::base_index(c)]; });
    map.id = rows.ids.empty() ? std::to_string(r + 1) : rows.ids[r];
    map.first = o.from, map.length = (o.to < 0 ? index_t(map.sequence.size()) : o.to) - o.from;
    map.outputs = model.outputs();
    std::vector<detail::Mutant> mutants;
    interpret::each_mutation(map.sequence, map.first, map.length, [&](index_t i, int b) { mutants.push_back({i, b}); });
    if (windows && !checked) {
      checked = true;
      const double off = detail::difference_of_windows(model, *windows, map.sequence, mutants, o);
      if (!(off <= 1e-5)) {
        windows.reset();
        maps.notes.push_back("what a mutation touches gave other numbers than the whole model (by " +
                             std::to_string(off) + " of the largest logit): every mutant was computed in full");
      }
    }
    // An N at the end of a row that becomes a base moves the other strand of a row that the network itself turns.
    map.recomputed_only_touched = windows && !(strands_inside && map.sequence.find('N') != map.sequence.npos);
    std::vector<double> found;
    if (map.recomputed_only_touched) {
      found = (*windows)(map.sequence, mutants, map.reference, progress);
    } else {
      if (!whole) whole = std::make_unique<Logits>(model, std::max<index_t>(1, o.batch), o.pool);
      data::Dataset all = detail::mutants_of(map.sequence, mutants);
      all.sequences.push_back(map.sequence);
      found = (*whole)(all, progress);
      map.reference.assign(found.end() - std::ptrdiff_t(outputs), found.end());
    }
    map.weights = explained.weights_of(map.reference);
    map.predictions.resize(std::size_t(map.length) * 4 * outputs);
    for (std::size_t i = 0; i < map.predictions.size(); ++i) map.predictions[i] = map.reference[i % outputs];
    for (std::size_t i = 0; i < mutants.size(); ++i)
      std::copy_n(&found[i * outputs], outputs,
                  &map.predictions[(std::size_t(mutants[i].position - map.first) * 4 + std::size_t(mutants[i].base)) *
                                   outputs]);
    unseen += !model.tokens && index_t(map.sequence.size()) > model.input.length;
    maps.rows.push_back(std::move(map));
  }
  if (unseen > 0)
    maps.notes.push_back(std::to_string(unseen) + " of " + std::to_string(rows.rows()) +
                         " sequences are longer than the " + std::to_string(model.input.length) +
                         " positions that the model reads: the bases behind have no effect");
  return maps;
}

}  // namespace l2g::model
