#pragma once
#include <l2g/text/masking.hpp>

#include <algorithm>

namespace l2g::text {

namespace detail {
// Streams of random numbers. Row r owns the indices from r << 32 on.
inline constexpr std::uint32_t start_stream = 0x7e870001u, choice_stream = 0x7e870002u, shown_stream = 0x7e870003u,
                               byte_stream = 0x7e870004u;

inline void check(const MaskOptions& o) {
  const auto check_share = [](const char* name, double v) {
    if (!(v >= 0 && v <= 1)) throw error(std::string(name) + " is " + std::to_string(v) + "; it is a share, 0 .. 1");
  };
  check_share("share", o.share);
  check_share("masked", o.masked);
  check_share("random", o.random);
  if (o.masked + o.random > 1 + 1e-9) throw error("masked and random are shares of the chosen bytes: at most 1 in all");
}
}  // namespace detail

L2G_INLINE void mask_row(const MaskOptions& options, std::uint64_t step, index_t row, std::span<std::int32_t> ids,
                         std::span<std::int32_t> labels) {
  detail::check(options);
  if (ids.size() != labels.size())
    throw error("as many labels as ids are needed: " + std::to_string(ids.size()) + ", got " +
                std::to_string(labels.size()));
  const Rng rng{options.seed, step};
  const std::uint64_t first = static_cast<std::uint64_t>(row) << 32;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    labels[i] = -1;
    if (!is_byte(ids[i]) || rng.uniform(detail::choice_stream, first + i) >= options.share) continue;
    labels[i] = ids[i];
    const double shown = rng.uniform(detail::shown_stream, first + i);
    if (shown < options.masked)
      ids[i] = mask_id;
    else if (shown < options.masked + options.random)
      ids[i] = first_byte + static_cast<std::int32_t>(rng.below(detail::byte_stream, first + i, 256));
  }
}

L2G_INLINE MaskedBatches::MaskedBatches(std::span<const std::string> texts, index_t length, const MaskOptions& options)
    : texts_(texts), length_(length), options_(options) {
  detail::check(options);
  if (length < 3) throw error("a window takes at least 3 tokens: <s>, a byte and </s>");
  if (texts.empty()) throw error("there is no text to draw windows from");
  const auto bytes = static_cast<std::size_t>(bytes_of_window(length));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() < bytes)
      throw error("text " + std::to_string(i + 1) + " has " + std::to_string(texts[i].size()) +
                  " bytes; a window of length " + std::to_string(length) + " takes " + std::to_string(bytes));
    starts_.push_back(sum += texts[i].size() - bytes + 1);
  }
  if (sum >> 32) throw error("the texts are too long: at most 4294967295 windows can be told apart");
}

L2G_INLINE void MaskedBatches::fill(std::uint64_t step, std::span<std::int32_t> ids,
                                    std::span<std::int32_t> labels) const {
  const auto l = static_cast<std::size_t>(length_);
  if (ids.size() % l != 0 || ids.size() != labels.size())
    throw error("ids and labels have the extents (rows, " + std::to_string(length_) + ")");
  const Rng rng{options_.seed, step};
  for (std::size_t row = 0; row * l < ids.size(); ++row) {
    const std::uint64_t drawn = rng.below(detail::start_stream, row, starts_.back());
    const auto text =
        static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), drawn) - starts_.begin());
    const std::uint64_t start = text > 0 ? drawn - starts_[text - 1] : drawn;
    const auto window = ids.subspan(row * l, l);
    encode_window(texts_[text], static_cast<std::size_t>(start), window);
    mask_row(options_, step, static_cast<index_t>(row), window, labels.subspan(row * l, l));
  }
}

L2G_INLINE index_t HeldOut::masked() const {
  return static_cast<index_t>(std::count_if(labels.begin(), labels.end(), [](std::int32_t y) { return y >= 0; }));
}

L2G_INLINE HeldOut hold_out(std::span<const std::string> texts, index_t length, MaskOptions options) {
  if (length < 3) throw error("a window takes at least 3 tokens: <s>, a byte and </s>");
  options.masked = 1;
  options.random = 0;
  HeldOut h{length, {}, {}};
  const auto l = static_cast<std::size_t>(length), bytes = static_cast<std::size_t>(bytes_of_window(length));
  for (const std::string& text : texts)
    for (std::size_t start = 0; start + bytes <= text.size(); start += bytes) {
      const std::size_t row = h.ids.size() / l;
      h.ids.resize(h.ids.size() + l);
      h.labels.resize(h.ids.size());
      const std::span<std::int32_t> window(h.ids.data() + row * l, l), labels(h.labels.data() + row * l, l);
      encode_window(text, start, window);
      mask_row(options, 0, static_cast<index_t>(row), window, labels);
    }
  if (h.ids.empty())
    throw error("no held-out text has the " + std::to_string(bytes) + " bytes of a window of length " +
                std::to_string(length));
  return h;
}

L2G_INLINE std::vector<std::string> cut_ends(std::vector<std::string>& texts, double share) {
  if (!(share > 0 && share < 1)) throw error("the held-out share is " + std::to_string(share) + "; it lies in 0 .. 1");
  std::vector<std::string> ends;
  for (std::string& text : texts) {
    if (text.size() < 2) throw error("a text of " + std::to_string(text.size()) + " bytes cannot be divided");
    const auto wanted = static_cast<std::size_t>(static_cast<double>(text.size()) * share);
    const std::size_t n = std::clamp<std::size_t>(wanted, 1, text.size() - 1);
    ends.push_back(text.substr(text.size() - n));
    text.resize(text.size() - n);
  }
  return ends;
}

}  // namespace l2g::text
