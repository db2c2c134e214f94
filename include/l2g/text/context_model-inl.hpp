#pragma once
#include <l2g/text/context_model.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

namespace l2g::text {

namespace detail {

// Neighbours that lie in a subset, packed: one byte each, 0 for the others (the subset is known beside the key).
inline std::uint64_t packed(const std::array<int, 4>& n, std::size_t subset) {
  std::uint64_t key = 0;
  for (std::size_t k = 0; k < 4; ++k)
    key = key << 8 | (subset >> k & 1 ? static_cast<std::uint64_t>(n[k]) : std::uint64_t(0));
  return key;
}
inline std::array<int, 4> around(std::string_view text, std::size_t i) {
  const auto at = [&](std::size_t j) {
    return j < text.size() ? static_cast<int>(static_cast<unsigned char>(text[j])) : -1;
  };
  return {i > 1 ? at(i - 2) : -1, i > 0 ? at(i - 1) : -1, at(i + 1), at(i + 2)};
}
inline std::size_t visible(const std::array<int, 4>& n) {
  std::size_t mask = 0;
  for (std::size_t k = 0; k < 4; ++k)
    if (n[k] >= 0) mask |= std::size_t(1) << k;
  return mask;
}
// Every tenth block of a text is kept for the weights.
inline bool for_fit(std::size_t i, std::size_t size) {
  const std::size_t block = std::clamp<std::size_t>(size / 100, 1, 1024);
  return i / block % 10 == 9;
}

}  // namespace detail

L2G_INLINE std::uint32_t ContextModel::Table::count(std::uint64_t key) const {
  const auto at = std::lower_bound(keys.begin(), keys.end(), key);
  return at != keys.end() && *at == key ? counts[static_cast<std::size_t>(at - keys.begin())] : 0;
}

L2G_INLINE void ContextModel::count(std::span<const std::string> texts, bool all) {
  bytes_ = {};
  total_ = 0;
  for (const std::string& text : texts)
    for (std::size_t i = 0; i < text.size(); ++i)
      if (all || !detail::for_fit(i, text.size())) ++bytes_[static_cast<unsigned char>(text[i])], ++total_;
  std::vector<std::uint64_t> seen;
  for (std::size_t s = 1; s < subsets; ++s) {
    seen.clear();
    for (const std::string& text : texts)
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (!all && detail::for_fit(i, text.size())) continue;
        const auto n = detail::around(text, i);
        if ((detail::visible(n) & s) == s)
          seen.push_back(detail::packed(n, s) << 8 | static_cast<unsigned char>(text[i]));
      }
    std::sort(seen.begin(), seen.end());
    with_byte_[s] = alone_[s] = {};
    for (const std::uint64_t key : seen) {
      const auto add = [](Table& t, std::uint64_t k) {
        if (t.keys.empty() || t.keys.back() != k) t.keys.push_back(k), t.counts.push_back(0);
        ++t.counts.back();
      };
      add(with_byte_[s], key);
      add(alone_[s], key >> 8);
    }
  }
}

L2G_INLINE double ContextModel::unigram(unsigned char byte) const {
  return static_cast<double>(bytes_[byte] + 1) / static_cast<double>(total_ + 256);
}

// A context that was never seen says what the frequencies say: so every component is a distribution.
L2G_INLINE double ContextModel::component(std::size_t subset, std::uint64_t context, unsigned char byte) const {
  const std::uint32_t n = subset ? alone_[subset].count(context) : 0;
  return n ? static_cast<double>(with_byte_[subset].count(context << 8 | byte)) / n : unigram(byte);
}

L2G_INLINE std::size_t ContextModel::bucket(std::size_t subset, std::uint64_t context) const {
  return subset ? std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(alone_[subset].count(context))),
                                        buckets - 1)
                : 0;
}

L2G_INLINE void ContextModel::fit(std::span<const std::string> texts) {
  struct Example {
    std::array<float, subsets> p;              // what each component says
    std::array<std::uint8_t, subsets> bucket;  // for each set of visible neighbours
  };
  constexpr std::size_t most = 40000;
  std::size_t available = 0;
  for (const std::string& text : texts)
    for (std::size_t i = 2; i + 2 < text.size(); ++i) available += detail::for_fit(i, text.size());
  const std::size_t stride = available / most + 1;
  std::vector<Example> examples;
  std::size_t number = 0;
  for (const std::string& text : texts)
    for (std::size_t i = 2; i + 2 < text.size(); ++i) {
      if (!detail::for_fit(i, text.size()) || number++ % stride != 0) continue;
      const auto n = detail::around(text, i);
      Example e;
      for (std::size_t s = 0; s < subsets; ++s) {
        const std::uint64_t context = detail::packed(n, s);
        e.p[s] = static_cast<float>(component(s, context, static_cast<unsigned char>(text[i])));
        e.bucket[s] = static_cast<std::uint8_t>(bucket(s, context));
      }
      examples.push_back(e);
    }
  for (std::size_t seen = 0; seen < subsets; ++seen) {
    auto& weights = weights_[seen];
    std::array<bool, components> allowed{};
    double count_allowed = 0;
    for (std::size_t k = 0; k < components; ++k) count_allowed += allowed[k] = k == subsets || (k & seen) == k;
    for (Weights& w : weights)
      for (std::size_t k = 0; k < components; ++k) w[k] = allowed[k] ? 1 / count_allowed : 0;
    for (int iteration = 0; iteration < 30; ++iteration) {
      std::array<Weights, buckets> sums{};
      std::array<double, buckets> mass{};
      for (const Example& e : examples) {
        const Weights& w = weights[e.bucket[seen]];
        Weights share{};
        double p = 0;
        for (std::size_t k = 0; k < components; ++k)
          if (allowed[k]) p += share[k] = w[k] * (k < subsets ? static_cast<double>(e.p[k]) : 1.0 / 256);
        for (std::size_t k = 0; k < components; ++k) sums[e.bucket[seen]][k] += share[k] / p;
        mass[e.bucket[seen]] += 1;
      }
      for (std::size_t b = 0; b < buckets; ++b)
        for (std::size_t k = 0; mass[b] > 0 && k < components; ++k) weights[b][k] = sums[b][k] / mass[b];
    }
    // No weight becomes so small that one byte that was never seen would cost everything.
    for (Weights& w : weights) {
      for (double& v : w) v *= 1 - 1e-4;
      w[subsets] += 1e-4;
    }
  }
}

L2G_INLINE ContextModel::ContextModel(std::span<const std::string> texts) {
  std::size_t size = 0;
  for (const std::string& text : texts) size += text.size();
  if (size < 100) throw error("the context model takes at least 100 bytes of text, got " + std::to_string(size));
  count(texts, false);
  fit(texts);
  count(texts, true);
}

L2G_INLINE double ContextModel::probability(const Neighbours& n, unsigned char byte) const {
  const std::array<int, 4> near{n.before2, n.before1, n.after1, n.after2};
  const std::size_t seen = detail::visible(near);
  const Weights& w = weights_[seen][bucket(seen, detail::packed(near, seen))];
  double p = w[subsets] / 256;
  for (std::size_t s = 0; s < subsets; ++s)
    if ((s & seen) == s && w[s] > 0) p += w[s] * component(s, detail::packed(near, s), byte);
  return p;
}

L2G_INLINE Yardsticks yardsticks(const ContextModel& model, const HeldOut& held) {
  Yardsticks y;
  for (index_t row = 0; row < held.windows(); ++row) {
    const auto at = [&](index_t i) {
      const std::int32_t id =
          i >= 0 && i < held.length ? held.ids[static_cast<std::size_t>(row * held.length + i)] : pad_id;
      return is_byte(id) ? static_cast<int>(id - first_byte) : -1;
    };
    for (index_t i = 0; i < held.length; ++i) {
      const std::int32_t label = held.labels[static_cast<std::size_t>(row * held.length + i)];
      if (label < 0) continue;
      const auto byte = static_cast<unsigned char>(label - first_byte);
      y.unigram -= std::log2(model.unigram(byte));
      y.context -= std::log2(model.probability({at(i - 2), at(i - 1), at(i + 1), at(i + 2)}, byte));
    }
  }
  const auto n = static_cast<double>(std::max<index_t>(1, held.masked()));
  return {y.unigram / n, y.context / n};
}

}  // namespace l2g::text
