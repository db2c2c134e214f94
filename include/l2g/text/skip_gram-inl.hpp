#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/text/skip_gram.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace l2g::text {
namespace detail {

/// Numbers by falling count; words that stand there less often than `least` get none.
inline WordRows numbered(const std::vector<std::vector<std::string>>& texts, index_t least) {
  std::unordered_map<std::string, std::pair<index_t, index_t>> seen;  // count, place of the first
  for (const auto& text : texts)
    for (const std::string& word : text)
      if (!word.empty()) ++seen.try_emplace(word, 0, index_t(seen.size())).first->second.first;
  std::vector<std::pair<std::string, std::pair<index_t, index_t>>> order;
  for (const auto& entry : seen)
    if (entry.second.first >= least) order.push_back(entry);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second.first != b.second.first ? a.second.first > b.second.first : a.second.second < b.second.second;
  });
  WordRows found;
  std::unordered_map<std::string_view, std::int32_t> ids;
  for (auto& [word, count] : order) {
    ids[word] = std::int32_t(found.words.size());
    found.words.push_back(word);
    found.counts.push_back(count.first);
  }
  for (const auto& text : texts) {
    auto& row = found.rows.emplace_back();
    for (const std::string& word : text) {
      const auto at = ids.find(word);
      row.push_back(at == ids.end() ? -1 : at->second);
    }
  }
  return found;
}

/// Words drawn by their counts to a power: the first place whose share of the sum lies above a uniform number.
class NegativeTable {
 public:
  NegativeTable(const std::vector<index_t>& counts, double power) : until_(counts.size()) {
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) until_[i] = sum += std::pow(double(counts[i]), power);
  }
  std::int32_t operator()(double uniform) const {
    const auto at = std::upper_bound(until_.begin(), until_.end(), uniform * until_.back());
    return std::int32_t(std::min(at, until_.end() - 1) - until_.begin());
  }

 private:
  std::vector<double> until_;
};

}  // namespace detail

L2G_INLINE WordRows kmer_rows(std::span<const std::string> sequences, index_t k) {
  if (k < 1 || k > 12) throw error("skip_gram: k must lie between 1 and 12, got " + std::to_string(k));
  std::vector<std::vector<std::string>> texts;
  for (const std::string& sequence : sequences) {
    auto& text = texts.emplace_back();
    for (std::size_t i = 0; i + std::size_t(k) <= sequence.size(); ++i) {
      std::string word = sequence.substr(i, std::size_t(k));
      for (char& c : word) c = char(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      if (word.find_first_not_of("ACGT") != word.npos) word.clear();
      text.push_back(std::move(word));
    }
  }
  WordRows found = detail::numbered(texts, 1);
  if (found.words.empty())
    throw error("skip_gram: there is no " + std::to_string(k) + "-mer of A, C, G and T in these sequences");
  return found;
}

L2G_INLINE WordRows word_rows(std::span<const std::string> texts, index_t least) {
  std::vector<std::vector<std::string>> split;
  for (const std::string& text : texts) {
    auto& words = split.emplace_back();
    std::string word;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      const char c = i < text.size() ? text[i] : ' ';
      const bool upper = c >= 'A' && c <= 'Z';
      const bool inside =
          upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || static_cast<unsigned char>(c) > 127;
      if (inside) word += char(upper ? c - 'A' + 'a' : c);
      if (!inside && !word.empty()) words.push_back(std::exchange(word, {}));
    }
  }
  WordRows found = detail::numbered(split, least);
  if (found.words.empty())
    throw error("skip_gram: no word stands at least " + std::to_string(least) + " times in the text");
  return found;
}

L2G_INLINE index_t WordVectors::find(std::string_view word) const {
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end()) throw error(unknown("word", word, words));
  return at - words.begin();
}

L2G_INLINE double WordVectors::cosine(index_t a, index_t b) const {
  double ab = 0, aa = 0, bb = 0;
  const auto x = vector(a), y = vector(b);
  for (std::size_t i = 0; i < x.size(); ++i) {
    ab += double(x[i]) * double(y[i]);
    aa += double(x[i]) * double(x[i]);
    bb += double(y[i]) * double(y[i]);
  }
  return aa > 0 && bb > 0 ? std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0) : 0;
}

L2G_INLINE std::vector<Neighbour> nearest(const WordVectors& vectors, index_t word, index_t most) {
  std::vector<Neighbour> found;
  for (index_t other = 0; other < vectors.size(); ++other)
    if (other != word) found.push_back({other, vectors.cosine(word, other)});
  const auto n = std::min(std::size_t(std::max<index_t>(most, 0)), found.size());
  std::partial_sort(found.begin(), found.begin() + std::ptrdiff_t(n), found.end(),
                    [](const Neighbour& a, const Neighbour& b) {
                      return a.cosine != b.cosine ? a.cosine > b.cosine : a.word < b.word;
                    });
  found.resize(n);
  return found;
}

L2G_INLINE WordVectors skip_gram(const WordRows& text, const SkipGramOptions& o) {
  if (o.width < 1 || o.window < 1 || o.negatives < 1 || o.epochs < 1)
    throw error("skip_gram: width, window, negatives and epochs are at least 1");
  if (!(o.rate > 0 && std::isfinite(o.rate))) throw error("skip_gram: the rate must be above 0");
  constexpr std::uint32_t start_stream = 0x736b6731, window_stream = 0x736b6732, draw_stream = 0x736b6733;
  const auto width = std::size_t(o.width);
  WordVectors found{text.words, text.counts, o.width, {}, {}, 0};
  found.vectors.resize(text.words.size() * width);
  found.contexts.resize(text.words.size() * width);
  const Rng start{o.seed, 0};
  for (std::size_t i = 0; i < found.vectors.size(); ++i)
    found.vectors[i] = float((start.uniform(start_stream, i) - 0.5) / double(o.width));

  std::int64_t places = 0, done = 0;
  for (const auto& row : text.rows) places += std::int64_t(row.size());
  const detail::NegativeTable draw(text.counts, o.power);
  const std::size_t most = 1 + std::size_t(o.negatives);
  std::vector<std::int32_t> targets;
  std::vector<float> u(most * width), du(most * width), dv(width);
  std::int64_t pairs = 0;
  for (index_t epoch = 0; epoch < o.epochs; ++epoch) {
    found.loss = 0, pairs = 0;
    for (const auto& row : text.rows) {
      const auto length = std::int64_t(row.size());
      for (std::int64_t place = 0; place < length; ++place, ++done) {
        if (row[std::size_t(place)] < 0) continue;
        const double share = double(done) / double(places * o.epochs);
        const float rate = float(o.rate * std::max(1e-4, 1 - share));
        const Rng rng{o.seed, std::uint64_t(done)};
        const auto reach = 1 + std::int64_t(rng.below(window_stream, 0, std::uint64_t(o.window)));
        const std::span<float> v(found.vectors.data() + std::size_t(row[std::size_t(place)]) * width, width);
        std::uint64_t drawn = 0;
        for (const std::int64_t direction : {-1, 1})
          for (std::int64_t other = place + direction; std::abs(other - place) <= reach; other += direction) {
            if (other < 0 || other >= length || row[std::size_t(other)] < 0) break;
            targets.assign(1, row[std::size_t(other)]);
            for (index_t n = 0; n < o.negatives; ++n)
              if (const auto word = draw(rng.uniform(draw_stream, drawn++)); word != targets[0])
                targets.push_back(word);
            for (std::size_t n = 0; n < targets.size(); ++n)
              std::copy_n(found.contexts.begin() + std::ptrdiff_t(std::size_t(targets[n]) * width), width,
                          u.begin() + std::ptrdiff_t(n * width));
            const std::size_t used = targets.size() * width;
            std::fill(dv.begin(), dv.end(), 0.0f), std::fill(du.begin(), du.end(), 0.0f);
            found.loss +=
                skip_gram_loss<float>(v, std::span<const float>(u).first(used), rate, dv, std::span(du).first(used));
            ++pairs;
            for (std::size_t n = 0; n < targets.size(); ++n)
              for (std::size_t i = 0; i < width; ++i)
                found.contexts[std::size_t(targets[n]) * width + i] += du[n * width + i];
            for (std::size_t i = 0; i < width; ++i) v[i] += dv[i];
          }
      }
      o.progress(double(done) / double(places * o.epochs), "skip_gram");
    }
  }
  if (pairs == 0) throw error("skip_gram: no word stands beside another one in these rows");
  found.loss /= double(pairs);
  return found;
}

}  // namespace l2g::text
