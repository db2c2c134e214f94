#pragma once
// Rows of a data set as a model reads them, with their references, and contributions back in coordinates of the
// sequences.
#include <l2g/core/errors.hpp>
#include <l2g/data/encode.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/dyn/attribution_options.hpp>
#include <l2g/interpret/contributions.hpp>
#include <l2g/interpret/deeplift.hpp>
#include <l2g/interpret/gradients.hpp>
#include <l2g/interpret/shuffle.hpp>
#include <l2g/text/token_summary.hpp>

#include <algorithm>
#include <cstdio>

namespace l2g::model::detail {

/// A model with weights in numbers of type T.
template <class T>
struct Weighted {
  AnyLayer<T> layer;
  AnyRecord<T> record;
  interpret::Arena own{};  // what is not read where the model keeps it
  explicit Weighted(const Model& m) : layer(build<T>(m.spec, m.shape(1))), record(layer.template params<T, Cpu>()) {
    each_tensor<T>(record, [&](const TensorRef<T>& t) -> T* {
      const Numbers& values = m.weights.at(t.key).values;
      if constexpr (std::same_as<T, float>)
        if (t.role != Role::buffer) return const_cast<float*>(values.data());  // nothing writes to it
      T* const copy = own.template take<T>(t.size());
      std::copy(values.begin(), values.end(), copy);
      return copy;
    });
  }
};
template <class T>
using ModelTracer = interpret::Tracer<T, AnyLayer<T>, AnyRecord<T>, Seq>;

/// What is explained, and what was noticed on the way.
struct ExplainedRows {
  const Model& model;
  const data::Dataset& dataset;
  const AttributionOptions& options;
  const std::vector<index_t>& rows;
  std::vector<double> seeds;  // (rows, classes)
  std::map<std::string, index_t> approximated;
  index_t nodes = 0, unseen = 0;
  int strands() const { return model.both_strands ? 2 : 1; }
};

/// Is every token of this vocabulary a fixed number of letters?
inline bool letters_make_tokens(const TokenInput& t) {
  using enum text::TokenizerKind;
  const auto kind = t.tokenizer.kind();
  return kind == kmers || kind == nucleotide_transformer || kind == characters || kind == hyena || kind == bytes;
}

/// Some rows on one strand: numbers or ids.
template <class X>
struct Encoded {
  std::vector<X> x, references;                     // (rows, row), (rows, count, row)
  std::vector<std::int32_t> lengths;                // of rows of ids
  std::vector<std::vector<text::ByteRange>> bases;  // of tokens
};

template <class T>
void encode_letters(const ExplainedRows& what, std::size_t i, bool reverse, Encoded<T>& to) {
  const data::EncodeOptions& input = what.model.input;
  const std::string& s = what.dataset.sequences[std::size_t(what.rows[i])];
  const auto size = static_cast<std::size_t>(input.length * input.channels);
  const auto append = [&](std::vector<T>& v, const std::string& letters) {
    v.resize(v.size() + size);
    data::encode_sequence<T>(letters, input, std::span<T>(v).last(size), reverse);
  };
  append(to.x, s);
  if (what.options.method == Attribution::gradient) return;
  if (what.options.kind == References::blank) {
    append(to.references, s);
    T* const r = to.references.data() + to.references.size() - size;
    for (index_t t = 0; t < input.length; ++t) std::fill_n(r + t * input.channels, 4, T(0));
    return;
  }
  for (index_t q = 0; q < what.options.references; ++q)
    append(to.references,
           interpret::dinucleotide_shuffle(s, what.options.seed, std::uint64_t(what.rows[i]), std::uint64_t(q)));
}

/// The slots of a row that hold bases, in another order.
inline void permute(std::span<std::int32_t> row, const std::vector<text::ByteRange>& bases, std::uint64_t seed,
                    std::uint64_t number, std::uint64_t index) {
  std::vector<std::size_t> slots;
  for (std::size_t t = 0; t < bases.size(); ++t)
    if (bases[t].begin < bases[t].end) slots.push_back(t);
  const Rng rng{seed, number};
  for (std::size_t k = slots.size(); k > 1; --k)
    std::swap(row[slots[k - 1]], row[slots[rng.below(std::uint32_t(index), k, k)]]);
}

inline void encode_tokens(const ExplainedRows& what, std::size_t i, bool reverse, Encoded<std::int32_t>& to) {
  const TokenInput& input = *what.model.tokens;
  const AttributionOptions& o = what.options;
  const std::uint64_t number = std::uint64_t(what.rows[i]);
  const auto on_strand = [&](const std::string& s) { return reverse ? data::reverse_complement(s) : s; };
  const std::string& sequence = what.dataset.sequences[std::size_t(what.rows[i])];
  const auto ids_of = [&](const text::Encoding& e) {
    std::vector<std::int32_t> row(input.before);
    row.insert(row.end(), e.ids.begin(), e.ids.end());
    row.insert(row.end(), input.after.begin(), input.after.end());
    if (index_t(row.size()) > input.length)
      throw error("it has " + std::to_string(row.size()) + " tokens, the model was built for " +
                  std::to_string(input.length));
    return row;
  };
  try {
    const std::string own = on_strand(sequence);
    const text::Encoding e = input.tokenizer.encode(own, input.options);
    text::require_readable(input.tokenizer, own, e);
    const std::vector<std::int32_t> row = ids_of(e);
    std::vector<text::ByteRange> bases(std::size_t(input.length), text::ByteRange{});
    for (index_t t = 0; t < e.size(); ++t) bases[input.before.size() + std::size_t(t)] = e.bases(t);
    const auto append = [&](std::vector<std::int32_t>& v, std::vector<std::int32_t> ids) {
      ids.resize(std::size_t(input.length), padding_id(input.tokenizer));
      v.insert(v.end(), ids.begin(), ids.end());
    };
    append(to.x, row);
    to.lengths.push_back(std::int32_t(row.size()));
    const text::SpecialIds special = input.tokenizer.special();
    const std::int32_t blank = special.mask >= 0  ? special.mask
                               : special.pad >= 0 ? special.pad
                                                  : std::max(0, special.unknown);
    const index_t count = o.method == Attribution::gradient ? 0 : o.kind == References::blank ? 1 : o.references;
    for (index_t q = 0; q < count; ++q) {
      std::vector<std::int32_t> reference = row;
      if (o.kind == References::blank) {
        for (std::size_t t = 0; t < row.size(); ++t)
          if (bases[t].begin < bases[t].end) reference[t] = blank;
      } else {
        bool read = false;
        if (letters_make_tokens(input)) {
          const auto other = input.tokenizer.encode(
              on_strand(interpret::dinucleotide_shuffle(sequence, o.seed, number, std::uint64_t(q))), input.options);
          read = other.ids.size() == e.ids.size();
          if (read) reference = ids_of(other);
        }
        if (!read) permute(reference, bases, o.seed, number, std::uint64_t(q));
      }
      append(to.references, std::move(reference));
    }
    to.bases.push_back(std::move(bases));
  } catch (const error& fault) {
    throw error("row " + std::to_string(number + 1) + ": " + fault.what());
  }
}

/// Adds what was found of row i on one strand.
inline void add_letters(const ExplainedRows& what, const interpret::Explanation& e, std::size_t at, bool reverse,
                        interpret::Contribution& to) {
  const data::EncodeOptions& input = what.model.input;
  const index_t letters = to.length(), c = input.channels;
  const index_t offset = input.pad_right || letters >= input.length ? 0 : input.length - letters;
  const double share = 1.0 / what.strands();
  const bool corrected = what.options.corrected && what.options.method == Attribution::gradient;
  for (index_t t = offset, j = 0; t < input.length && j < letters; ++t, ++j) {
    const index_t k = reverse ? letters - 1 - j : j, from = index_t(at) * input.length + t;
    double mean = 0;
    for (index_t b = 0; corrected && b < 4; ++b) mean += e.hypothetical[std::size_t(from * c + b)] / 4;
    for (index_t b = 0; b < 4; ++b)
      to.hypothetical[std::size_t(k * 4 + (reverse ? 3 - b : b))] +=
          share * (e.hypothetical[std::size_t(from * c + b)] - mean);
    if (const int base = interpret::base_index(to.sequence[std::size_t(k)]); base >= 0)
      to.observed[std::size_t(k)] += share * (e.observed[std::size_t(from)] - mean);
  }
}
inline void add_tokens(const ExplainedRows& what, const interpret::Explanation& e, std::size_t at, bool reverse,
                       const std::vector<text::ByteRange>& bases, interpret::Contribution& to) {
  const index_t letters = to.length(), n = what.model.tokens->length;
  const double share = 1.0 / what.strands();
  double rest = 0;
  const auto add = [&](index_t j, double v) { to.observed[std::size_t(reverse ? letters - 1 - j : j)] += v; };
  for (index_t t = 0; t < n; ++t) {
    const double v = share * e.observed[at * std::size_t(n) + std::size_t(t)];
    const text::ByteRange b = bases[std::size_t(t)];
    if (b.begin == b.end) rest += v;
    for (std::uint32_t j = b.begin; j < b.end; ++j) add(index_t(j), v / double(b.end - b.begin));
  }
  if (what.options.method == Attribution::gradient) return;
  for (index_t j = 0; j < letters; ++j) add(j, rest / double(letters));
}

template <class T, class X>
interpret::Explanation explain_batch(const ExplainedRows& what, ModelTracer<T>& tracer, const Encoded<X>& rows,
                                     std::span<const std::size_t> which, const Progress& progress) {
  const AttributionOptions& o = what.options;
  std::vector<T> seeds;
  const auto classes = static_cast<std::size_t>(what.model.outputs());
  for (const std::size_t i : which)
    for (std::size_t k = 0; k < classes; ++k) seeds.push_back(T(what.seeds[i * classes + k]));
  const interpret::Inputs<T, X> in{rows.x, what.model.shape(1)[2], seeds, rows.lengths};
  const interpret::BatchOptions batch{.memory = o.memory, .progress = progress};
  const std::span<const X> references(rows.references);
  if (o.method == Attribution::gradient) return interpret::gradients<T, X>(tracer, in, batch);
  if (o.method == Attribution::deeplift) return interpret::deeplift<T, X>(tracer, in, references, batch);
  return interpret::integrated_gradients<T, X>(tracer, in, references, {o.nodes, 16 * o.nodes, o.tolerance}, batch);
}

/// The part of a progress that a batch is.
struct PartOfProgress {
  const Progress& whole;
  double done, share;
  Progress callback() {
    return {[](void* self, double fraction, std::string_view text) {
              const auto& p = *static_cast<PartOfProgress*>(self);
              p.whole(p.done + p.share * fraction, text);
            },
            this};
  }
};

/// Explains the rows that `which` names in numbers of type T.
template <class T>
void explain(ExplainedRows& what, const std::vector<std::size_t>& which, interpret::Contributions& all) {
  const Weighted<T> weighted(what.model);
  ModelTracer<T> tracer(weighted.layer, weighted.record, what.model.shape(1), what.options.pool);
  constexpr std::size_t batch = 32;
  const bool tokens = what.model.tokens.has_value();
  for (const std::size_t i : which) {
    interpret::Contribution& c = all.rows[i];
    const auto row = static_cast<std::size_t>(what.rows[i]);
    c = {};
    c.id = what.dataset.ids.empty() ? std::to_string(row + 1) : what.dataset.ids[row];
    c.sequence = what.dataset.sequences[row];
    c.observed.assign(c.sequence.size(), 0.0);
    if (!tokens) c.hypothetical.assign(4 * c.sequence.size(), 0.0);
  }
  what.unseen = 0;
  for (std::size_t first = 0; first < which.size(); first += batch) {
    const std::span<const std::size_t> some(which.data() + first, std::min(batch, which.size() - first));
    for (int strand = 0; strand < what.strands(); ++strand) {
      const bool reverse = strand == 1;
      PartOfProgress part{what.options.progress,
                          (double(first) + double(some.size()) * strand / what.strands()) / double(which.size()),
                          double(some.size()) / double(which.size()) / what.strands()};
      interpret::Explanation e;
      Encoded<std::int32_t> ids;
      if (tokens) {
        for (const std::size_t i : some) encode_tokens(what, i, reverse, ids);
        e = explain_batch<T>(what, tracer, ids, some, part.callback());
      } else {
        Encoded<T> letters;
        for (const std::size_t i : some) encode_letters<T>(what, i, reverse, letters);
        e = explain_batch<T>(what, tracer, letters, some, part.callback());
      }
      for (std::size_t k = 0; k < some.size(); ++k) {
        interpret::Contribution& c = all.rows[some[k]];
        if (tokens)
          add_tokens(what, e, k, reverse, ids.bases[k], c);
        else
          add_letters(what, e, k, reverse, c);
        c.output += e.output[k] / what.strands();
        c.reference_output += e.reference_output[k] / what.strands();
      }
      what.nodes = std::max(what.nodes, e.nodes);
      for (const auto& [place, nodes] : e.approximated) what.approximated[place] = nodes;
    }
  }
  for (const std::size_t i : which) {
    interpret::Contribution& c = all.rows[i];
    if (!all.promises_sum) continue;
    for (const double v : c.observed) c.residual += v;
    c.residual -= c.output - c.reference_output;
  }
  for (const index_t row : what.rows)
    what.unseen += !tokens && index_t(what.dataset.sequences[std::size_t(row)].size()) > what.model.input.length;
}

/// The operations whose multipliers miss most for a row, in double precision.
inline std::string blamed(const ExplainedRows& what, std::size_t i) {
  const Weighted<double> weighted(what.model);
  ModelTracer<double> tracer(weighted.layer, weighted.record, what.model.shape(1), what.options.pool);
  tracer.tape().blaming = true;
  interpret::Explanation e;
  const std::span<const std::size_t> one(&i, 1);
  if (what.model.tokens) {
    Encoded<std::int32_t> ids;
    encode_tokens(what, i, false, ids);
    e = explain_batch<double>(what, tracer, ids, one, {});
  } else {
    Encoded<double> letters;
    encode_letters<double>(what, i, false, letters);
    e = explain_batch<double>(what, tracer, letters, one, {});
  }
  std::vector<std::pair<double, std::string>> worst;
  for (const auto& [name, residual] : e.operations) worst.push_back({residual, name});
  std::sort(worst.rbegin(), worst.rend());
  std::string text;
  for (std::size_t k = 0; k < worst.size() && k < 3; ++k) {
    char number[32];
    std::snprintf(number, sizeof number, "%.1e", worst[k].first);
    text += (k ? ", " : "") + worst[k].second + " by " + number;
  }
  return text;
}

}  // namespace l2g::model::detail
