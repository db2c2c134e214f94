#pragma once
#include <l2g/data/fields-inl.hpp>
#include <l2g/dyn/variant_effect.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/train/source.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace l2g::model {

namespace detail {

// Letters that both alleles begin with: the base that VCF puts before an insertion or deletion, or more.
inline index_t common_start(const data::Variant& v) {
  std::size_t n = 0;
  while (n < v.reference.size() && n < v.alternative.size() && v.reference[n] == v.alternative[n]) ++n;
  return static_cast<index_t>(n);
}

inline index_t window_start(const data::Variant& v, index_t width) { return v.position + common_start(v) - width / 2; }

// How far to the right the genome is read for both alleles.
inline index_t window_reach(const data::Variant& v, index_t width) {
  const auto removed = static_cast<index_t>(v.reference.size()) - static_cast<index_t>(v.alternative.size());
  return window_start(v, width) + width + std::max<index_t>(0, removed);
}

// Probability of each class and of all others together, summed over strands.
struct ClassSums {
  std::vector<double> in, out;  // (rows, classes)
};

inline ClassSums class_sums(AnyStep& step, const Model& model, const data::Dataset& rows) {
  const auto classes = static_cast<std::size_t>(model.outputs());
  const std::size_t count = static_cast<std::size_t>(rows.rows()) * classes;
  ClassSums sums{std::vector<double>(count), std::vector<double>(count)};
  std::vector<double> p(classes);
  for (SequenceSource& source : strands_of(model, rows))
    each_prediction(step, source, [&](index_t row, index_t, const float* y) {
      const double top = *std::max_element(y, y + classes);
      double total = 0;
      for (std::size_t k = 0; k < classes; ++k) total += p[k] = std::exp(double(y[k]) - top);
      for (std::size_t k = 0; k < classes; ++k) {
        double others = 0;
        for (std::size_t j = 0; j < classes; ++j) others += j == k ? 0 : p[j];
        const std::size_t at = static_cast<std::size_t>(row) * classes + k;
        sums.in[at] += p[k] / total;
        sums.out[at] += others / total;
      }
    });
  return sums;
}

}  // namespace detail

L2G_INLINE double VariantEffects::strength(index_t variant) const {
  double most = 0;
  for (index_t k = 0; k < static_cast<index_t>(classes.size()); ++k)
    most = std::max(most, std::abs(difference[at(variant, k)]));
  return most;
}

L2G_INLINE std::vector<index_t> VariantEffects::strongest(index_t count) const {
  std::vector<double> strengths;
  for (index_t i = 0; i < size(); ++i) strengths.push_back(strength(i));
  std::vector<index_t> order(variants.size());
  std::iota(order.begin(), order.end(), index_t(0));
  std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
    return strengths[static_cast<std::size_t>(a)] > strengths[static_cast<std::size_t>(b)];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(std::max<index_t>(0, count))));
  return order;
}

L2G_INLINE VariantWindow variant_window(const data::Genome& genome, const data::Variant& v, index_t width,
                                        const data::LetterRules& letters) {
  const index_t chromosome = genome.chromosomes().find(v.chromosome);
  if (chromosome < 0) throw file_error(genome.path(), genome.chromosomes().unknown(v.chromosome));
  const index_t bases = genome.length(chromosome);
  const auto stretch = [&](index_t start, index_t end) {
    const index_t from = std::clamp<index_t>(start, 0, bases), to = std::clamp<index_t>(end, from, bases);
    const auto missing = [](index_t n) { return std::string(static_cast<std::size_t>(std::max<index_t>(0, n)), 'N'); };
    std::string s = missing(std::min(end, from) - start) + genome.fetch(chromosome, from, to, letters);
    return s + missing(end - start - static_cast<index_t>(s.size()));
  };
  const index_t start = detail::window_start(v, width), behind = v.position + static_cast<index_t>(v.reference.size());
  const std::string all = stretch(start, std::max(detail::window_reach(v, width), behind));
  const auto before = static_cast<std::size_t>(v.position - start);
  VariantWindow w;
  w.reference = all.substr(0, static_cast<std::size_t>(width));
  // The letters before the change may begin left of the window, when the alleles have many in common.
  if (v.position >= start)
    w.alternative = all.substr(0, before) + v.alternative + all.substr(before + v.reference.size());
  else
    w.alternative = v.alternative.substr(static_cast<std::size_t>(start - v.position)) +
                    all.substr(static_cast<std::size_t>(behind - start));
  w.alternative.resize(static_cast<std::size_t>(width), 'N');
  return w;
}

L2G_INLINE VariantEffects variant_effects(const Model& model, const data::Variants& variants,
                                          const data::Genome& genome, const VariantEffectOptions& options) {
  VariantEffects out;
  out.model = model.name;
  out.source = variants.source;
  out.classes = model.classes;
  out.both_strands = model.both_strands;
  out.width = options.width ? options.width : model.tokens ? model.tokens->length : model.input.length;
  if (!model.tokens && out.width > model.input.length)
    throw error("variant effects: the model reads " + std::to_string(model.input.length) + " bases, a width of " +
                std::to_string(out.width) + " is more");
  if (out.width < 1) throw error("variant effects: a width of " + std::to_string(out.width) + " bases");
  out.notes = variants.notes();
  for (const auto& note : genome.notes()) out.notes.push_back(note);
  data::Variants fit = data::fitting(variants, genome, options.fitting, out.notes);

  data::detail::Faults beyond;
  for (data::Variant& v : fit.rows) {
    const index_t bases = genome.length(genome.chromosomes().find(v.chromosome));
    const index_t start = detail::window_start(v, out.width), end = detail::window_reach(v, out.width);
    const bool over = start < 0 || end > bases;
    if (over)
      beyond.add("line " + std::to_string(v.line) + ", " + data::text(v) + ", chromosome of " + std::to_string(bases) +
                 " bases");
    if (!over || options.beyond == WindowEnd::pad) out.variants.push_back(std::move(v));
  }
  const std::string some = std::to_string(beyond.count) + " of " + std::to_string(fit.size()) + " variants";
  if (beyond.count && options.beyond == WindowEnd::error)
    throw file_error(variants.source, "nearer to the chromosome's end than half a window of " +
                                          std::to_string(out.width) + " bases: " + some + " (" + beyond.examples +
                                          "); beyond = \"pad\" fills up with N, \"skip\" leaves them out");
  if (beyond.count)
    out.notes.push_back(some + (options.beyond == WindowEnd::pad ? " at a chromosome's end: filled up with N"
                                                                 : " at a chromosome's end: left out"));
  if (out.variants.empty()) throw file_error(variants.source, "no variant is left");

  constexpr std::size_t chunk = 1024;  // variants whose sequences are in memory at a time
  const index_t batch = std::max<index_t>(1, std::min(options.batch, 2 * out.size()));
  AnyStep step(build<float>(model.spec, model.shape(batch)), model.shape(batch), CrossEntropy{}, 0, options.pool,
               Outside::weights);
  give_weights(model, step);
  const std::size_t classes = out.classes.size(), total = out.variants.size();
  for (std::size_t begin = 0; begin < total; begin += chunk) {
    data::Dataset rows;
    const std::size_t count = std::min(chunk, total - begin);
    for (std::size_t i = 0; i < count; ++i) {
      VariantWindow w = variant_window(genome, out.variants[begin + i], out.width, options.letters);
      rows.sequences.push_back(std::move(w.reference));
      rows.sequences.push_back(std::move(w.alternative));
    }
    const detail::ClassSums sums = detail::class_sums(step, model, rows);
    const double strands = model.both_strands ? 2 : 1;
    const auto logit = [](double in, double others) {
      return std::log(std::max(in, 1e-300)) - std::log(std::max(others, 1e-300));
    };
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = 0; k < classes; ++k) {
        const std::size_t ref = 2 * i * classes + k, alt = ref + classes;
        out.reference.push_back(sums.in[ref] / strands);
        out.alternative.push_back(sums.in[alt] / strands);
        out.difference.push_back(logit(sums.in[alt], sums.out[alt]) - logit(sums.in[ref], sums.out[ref]));
      }
    options.progress(static_cast<double>(begin + count) / static_cast<double>(total), "variants");
  }
  return out;
}

L2G_INLINE void write_csv(const VariantEffects& effects, const std::string& path) {
  const auto cell = [](const std::string& s) {
    if (s.find_first_of(",\"\r\n") == s.npos) return s;
    std::string quoted = "\"";
    for (const char c : s) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
  };
  io::AtomicFile file(path);
  std::string line = "chrom,pos,id,ref,alt";
  for (const auto& name : effects.classes)
    line += "," + cell("p_ref_" + name) + "," + cell("p_alt_" + name) + "," + cell("logit_difference_" + name);
  file.write(line + "\n");
  for (index_t i = 0; i < effects.size(); ++i) {
    const data::Variant& v = effects.variants[static_cast<std::size_t>(i)];
    line = cell(v.chromosome) + "," + std::to_string(v.position + 1) + "," + cell(v.id) + "," + v.reference + "," +
           v.alternative;
    for (index_t k = 0; k < static_cast<index_t>(effects.classes.size()); ++k) {
      char numbers[96];
      const std::size_t at = effects.at(i, k);
      std::snprintf(numbers, sizeof numbers, ",%.6f,%.6f,%.6g", effects.reference[at], effects.alternative[at],
                    effects.difference[at]);
      line += numbers;
    }
    file.write(line + "\n");
  }
  file.commit();
}

}  // namespace l2g::model
