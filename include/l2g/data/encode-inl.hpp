#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/encode.hpp>

#include <algorithm>

namespace l2g::data {

namespace detail {

// The places of the output that a sequence covers, and the letter that stands at the first of them.
struct Placement {
  index_t from, to, first_letter;
  Placement(index_t letters, const EncodeOptions& o, index_t shift) {
    const index_t offset = (o.pad_right || letters >= o.length ? 0 : o.length - letters) + shift;
    from = std::clamp<index_t>(offset, 0, o.length);
    to = std::clamp<index_t>(offset + letters, from, o.length);
    first_letter = from - offset;
  }
};

inline void check_encoding(const EncodeOptions& o) {
  if (o.channels != 4 && o.channels != 5)
    throw shape_error("encoding: channels must be 4 (A C G T) or 5 (A C G T N), not " + std::to_string(o.channels));
  if (o.length < 1) throw shape_error("encoding: the length must be at least 1, not " + std::to_string(o.length));
}

template <class Real>
EncodeCounts encode_into(std::string_view s, const EncodeOptions& o, Real* out, bool reverse, index_t shift) {
  const auto letters = static_cast<index_t>(s.size());
  const Placement at(letters, o, shift);
  EncodeCounts counts{letters<o.length, letters> o.length, 0};
  std::fill_n(out, o.length * o.channels, Real(0));
  if (!o.pad_zeros && o.channels == 5) {
    for (index_t i = 0; i < at.from; ++i) out[i * 5 + 4] = Real(1);
    for (index_t i = at.to; i < o.length; ++i) out[i * 5 + 4] = Real(1);
  }
  for (index_t i = at.from, j = at.first_letter; i < at.to; ++i, ++j) {
    const int code = base_code(s[static_cast<std::size_t>(reverse ? letters - 1 - j : j)]);
    counts.ambiguous += code == 4;
    if (code < 4)
      out[i * o.channels + (reverse ? 3 - code : code)] = Real(1);
    else if (o.channels == 5)
      out[i * 5 + 4] = Real(1);
  }
  return counts;
}

}  // namespace detail

L2G_INLINE EncodeCounts& EncodeCounts::operator+=(const EncodeCounts& other) {
  padded += other.padded;
  truncated += other.truncated;
  ambiguous += other.ambiguous;
  return *this;
}

template <class Real>
EncodeCounts encode_sequence(std::string_view sequence, const EncodeOptions& options, std::span<Real> out, bool reverse,
                             int shift) {
  detail::check_encoding(options);
  if (static_cast<index_t>(out.size()) != options.length * options.channels)
    throw shape_error("encoding: the buffer has " + std::to_string(out.size()) + " numbers, (length, channels) = (" +
                      std::to_string(options.length) + ", " + std::to_string(options.channels) + ") was expected");
  return detail::encode_into(sequence, options, out.data(), reverse, shift);
}

template <class Real>
EncodeCounts encode(const Dataset& dataset, std::span<const index_t> rows, const EncodeOptions& options,
                    std::span<Real> out, const Augment& augment, const Rng& rng, bool reverse,
                    std::span<index_t> lengths) {
  detail::check_encoding(options);
  const index_t size = options.length * options.channels;
  if (out.size() != rows.size() * static_cast<std::size_t>(size))
    throw shape_error("encoding: the buffer has " + std::to_string(out.size()) +
                      " numbers, (batch, length, channels) = (" + std::to_string(rows.size()) + ", " +
                      std::to_string(options.length) + ", " + std::to_string(options.channels) + ") was expected");
  if (!lengths.empty() && lengths.size() != rows.size())
    throw shape_error("encoding: " + std::to_string(lengths.size()) + " lengths for " + std::to_string(rows.size()) +
                      " rows");
  EncodeCounts counts;
  Real* at = out.data();
  for (std::size_t i = 0; i < rows.size(); ++i, at += size) {
    if (rows[i] < 0 || rows[i] >= dataset.rows())
      throw shape_error("encoding: row " + std::to_string(rows[i]) + " does not exist, there are " +
                        std::to_string(dataset.rows()));
    const auto& s = dataset.sequences[static_cast<std::size_t>(rows[i])];
    const RowAugment drawn = draw_augment(augment, rng, rows[i]);
    counts += detail::encode_into(s, options, at, reverse != drawn.reverse_complement, drawn.shift);
    if (!lengths.empty()) {
      const detail::Placement place(static_cast<index_t>(s.size()), options, drawn.shift);
      lengths[i] = place.to - place.from;
    }
  }
  return counts;
}

#define L2G_ENCODE(Real)                                                                                              \
  template EncodeCounts encode<Real>(const Dataset&, std::span<const index_t>, const EncodeOptions&, std::span<Real>, \
                                     const Augment&, const Rng&, bool, std::span<index_t>);                           \
  template EncodeCounts encode_sequence<Real>(std::string_view, const EncodeOptions&, std::span<Real>, bool, int);
#ifdef L2G_COMPILED
L2G_ENCODE(float)
L2G_ENCODE(double)
#endif
#undef L2G_ENCODE

L2G_INLINE std::string text(const EncodeCounts& counts, index_t rows, const EncodeOptions& options) {
  std::string s;
  const auto add = [&](const std::string& part) { s += (s.empty() ? "" : "; ") + part; };
  const std::string of = " of " + std::to_string(rows) + " rows ";
  const std::string length = std::to_string(options.length);
  if (counts.truncated)
    add(std::to_string(counts.truncated) + of + "are longer than " + length + " and lose their right end");
  if (counts.padded)
    add(std::to_string(counts.padded) + of + "are shorter than " + length + " and are padded on the " +
        (options.pad_right ? "right" : "left") + (options.pad_zeros ? " with zeros" : " with N"));
  if (counts.ambiguous) add(std::to_string(counts.ambiguous) + " letters are not A C G T and count as N");
  return s;
}

}  // namespace l2g::data
