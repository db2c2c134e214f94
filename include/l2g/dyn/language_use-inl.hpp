#pragma once
#include <l2g/dyn/hidden_states-inl.hpp>
#include <l2g/dyn/language_use.hpp>
#include <l2g/dyn/token_input.hpp>
#include <l2g/text/token_summary.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace l2g::model {
namespace detail {

/// One row of hidden states (length, width) to one vector.
inline void pool_row(Pooling pooling, const float* states, index_t count, index_t width, float* out) {
  const auto row = [&](index_t t) { return states + t * width; };
  if (count == 0) return std::fill_n(out, width, 0.0f), void();
  if (pooling == Pooling::first || pooling == Pooling::last)
    return std::copy_n(row(pooling == Pooling::first ? 0 : count - 1), width, out), void();
  for (index_t c = 0; c < width; ++c) {
    double sum = 0;
    float top = states[c];
    for (index_t t = 0; t < count; ++t) sum += double(row(t)[c]), top = std::max(top, row(t)[c]);
    out[c] = pooling == Pooling::mean ? float(sum / double(count)) : top;
  }
}

/// Encodings in an order in which neighbours are of similar length, run in batches: f(row, place in the batch, states).
/// `f` is called once for each layer from 0 to `deepest`.
template <class F>
void each_state(const LanguageModel& model, std::span<const text::Encoding> rows, index_t deepest, index_t batch,
                cpu::Pool* pool, const Progress& progress, F&& f) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rows[a].size() > rows[b].size(); });
  std::unique_ptr<HiddenStates> states;
  std::vector<std::int32_t> ids, lengths;
  const index_t most = model.model.config.position_rows() > 0 ? model.model.config.length : 0;
  for (std::size_t begin = 0; begin < order.size(); begin += std::size_t(batch)) {
    const std::size_t end = std::min(order.size(), begin + std::size_t(batch));
    const index_t longest = rows[order[begin]].size();
    index_t length = (longest + 7) / 8 * 8;
    if (most > 0) length = std::max(longest, std::min(length, most));
    const index_t size = std::min(batch, index_t(rows.size()));
    if (!states || states->length() != length) states = std::make_unique<HiddenStates>(model.model, size, length, pool);
    ids.assign(std::size_t(size * length), padding_id(model.reader()));
    lengths.assign(std::size_t(size), 1);
    for (std::size_t i = begin; i < end; ++i) {
      const auto& e = rows[order[i]];
      std::copy(e.ids.begin(), e.ids.end(), ids.begin() + std::ptrdiff_t((i - begin) * std::size_t(length)));
      lengths[i - begin] = std::int32_t(e.size());
    }
    states->start(ids, lengths);
    do {
      const float* values = states->values().data();
      const index_t stride = length * states->width();
      for (std::size_t i = begin; i < end; ++i)
        f(order[i], states->layer(), states->width(), values + std::ptrdiff_t(i - begin) * stride, *states,
          index_t(i - begin));
    } while (states->layer() < deepest && states->next());
    progress(double(end) / double(order.size()), "language model");
  }
}

inline std::vector<text::Encoding> encodings_of(const LanguageModel& model, std::span<const std::string> sequences,
                                                const text::EncodeOptions& tokens) {
  std::vector<text::Encoding> rows;
  const text::Tokenizer& reader = model.reader();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    try {
      rows.push_back(reader.encode(sequences[i], tokens));
      text::require_readable(reader, sequences[i], rows.back());
    } catch (const error& fault) {
      throw error("sequence " + std::to_string(i + 1) + ": " + fault.what());
    }
  }
  return rows;
}

/// Softmax in place; the logits of ids behind the tokenizer's last are left out.
inline std::vector<double> probabilities(std::span<const float> logits, index_t count, double temperature = 1) {
  const auto n = std::size_t(count);
  std::vector<double> p(n);
  double top = -1e300, sum = 0;
  for (std::size_t i = 0; i < n; ++i) top = std::max(top, double(logits[i]));
  for (std::size_t i = 0; i < n; ++i) sum += p[i] = std::exp((double(logits[i]) - top) / temperature);
  for (double& v : p) v /= sum;
  return p;
}
/// -log2 of the probability of a token.
inline double bits_of(std::span<const float> logits, std::int32_t id) {
  double top = -1e300, sum = 0;
  for (const float v : logits) top = std::max(top, double(v));
  for (const float v : logits) sum += std::exp(double(v) - top);
  return (std::log(sum) + top - double(logits[std::size_t(id)])) / std::log(2.0);
}

}  // namespace detail

L2G_INLINE std::vector<Embedding> embed(const LanguageModel& model, std::span<const std::string> sequences,
                                        const EmbedOptions& o) {
  std::vector<index_t> layers = o.layers;
  const models::Config& config = model.model.config;
  if (layers.empty()) layers = {config.layers};
  for (const index_t n : layers) features_spec(config, n);  // is there such a layer?
  if (o.pooling == Pooling::none) throw error("embed: one vector a sequence is pooled from its positions; which way?");
  const index_t deepest = *std::max_element(layers.begin(), layers.end());
  std::vector<Embedding> found(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    found[i].rows = index_t(sequences.size());
    found[i].width = layers[i] == config.layers ? config.word_width : config.width;
    found[i].values.resize(sequences.size() * std::size_t(found[i].width));
  }
  const auto rows = detail::encodings_of(model, sequences, options_for(model, o.tokens));
  detail::each_state(model, rows, deepest, o.batch, o.pool, o.progress,
                     [&](std::size_t row, index_t layer, index_t width, const float* states, HiddenStates&, index_t) {
                       for (std::size_t i = 0; i < layers.size(); ++i)
                         if (layers[i] == layer)
                           detail::pool_row(o.pooling, states, rows[row].size(), width,
                                            found[i].values.data() + row * std::size_t(width));
                     });
  return found;
}

L2G_INLINE io::ContentHash content_hash(const LanguageModel& model, std::span<const std::string> sequences,
                                        const text::EncodeOptions& tokens) {
  io::ContentHash h;
  h.add("language model 1").add(models::config_json(model.model.config));
  for (const auto& [key, t] : model.model.weights)
    h.add(key).add(std::span<const float>(t.values.data(), t.values.size()));
  const text::EncodeOptions o = options_for(model, tokens);
  for (const auto& e : detail::encodings_of(model, sequences, o)) h.add(std::span<const std::int32_t>(e.ids));
  return h;
}

L2G_INLINE TextStates hidden_states(const LanguageModel& model, std::string_view text, index_t layer,
                                    const text::EncodeOptions& tokens, cpu::Pool* pool) {
  features_spec(model.model.config, layer);
  const std::string whole(text);
  const auto rows = detail::encodings_of(model, {&whole, 1}, options_for(model, tokens));
  TextStates found;
  detail::each_state(model, rows, layer, 1, pool, {},
                     [&](std::size_t, index_t at, index_t width, const float* states, HiddenStates& run, index_t) {
                       if (at != layer) return;
                       const index_t n = rows[0].size(), l = run.length(), heads = model.model.config.heads;
                       found.width = width;
                       found.values.assign(states, states + n * width);
                       if (layer == 0) return;
                       const std::vector<float> all = run.attention();
                       for (index_t h = 0; h < heads; ++h)
                         for (index_t q = 0; q < n; ++q)
                           found.attention.insert(found.attention.end(), all.begin() + (h * l + q) * l,
                                                  all.begin() + (h * l + q) * l + n);
                     });
  found.encoding = rows[0];
  return found;
}

namespace detail {

/// The windows of texts as encodings: bare tokens cut into pieces, special ones around each.
inline std::vector<text::Encoding> windows_of(const LanguageModel& model, std::span<const std::string> texts,
                                              index_t length) {
  const text::Tokenizer& reader = model.reader();
  const text::Encoding empty = reader.encode("");
  const index_t around = empty.size(), room = length - around;
  if (room < 1) throw error("a window of " + std::to_string(length) + " tokens holds none beside the special ones");
  text::EncodeOptions bare;
  bare.special_tokens = false;
  // What stands before a text: of an empty one nobody knows, so it is asked with a letter in it.
  const text::Encoding letter = reader.encode("A");
  const auto first = std::size_t(std::find(letter.special.begin(), letter.special.end(), 0) - letter.special.begin());
  std::vector<text::Encoding> windows;
  for (const std::string& t : texts) {
    const text::Encoding all = reader.encode(t, bare);
    for (index_t begin = 0; begin < all.size(); begin += room) {
      const index_t end = std::min(all.size(), begin + room);
      text::Encoding w;
      const auto put = [&](std::int32_t id, bool special) { w.ids.push_back(id), w.special.push_back(special); };
      for (std::size_t i = 0; i < std::min(first, empty.ids.size()); ++i) put(empty.ids[i], true);
      for (index_t i = begin; i < end; ++i) put(all.ids[std::size_t(i)], false);
      for (std::size_t i = first; i < empty.ids.size(); ++i) put(empty.ids[i], true);
      windows.push_back(std::move(w));
    }
  }
  return windows;
}
inline index_t window_length(const LanguageModel& model, index_t asked) {
  const index_t most = model.max_tokens();
  if (asked > 0) require_length(model.model.config, asked);
  return asked > 0 ? asked : std::min<index_t>(256, most > 0 ? most : 256);
}

constexpr std::uint32_t held_out_stream = 0x6d61736bu;  // "mask"

}  // namespace detail

L2G_INLINE Surprise surprise(const LanguageModel& model, std::span<const std::string> texts, const SurpriseOptions& o) {
  const models::Config& config = model.model.config;
  constexpr index_t at_once = 64;
  WordHead head(model.model, at_once, o.pool);
  const std::int32_t mask = model.reader().special().mask;
  if (!config.causal && mask < 0) throw error("the tokenizer has no mask, so there is nothing to foretell");
  std::vector<text::Encoding> windows = detail::windows_of(model, texts, detail::window_length(model, o.length));
  Surprise found;
  found.causal = config.causal;
  // Position p of a window is foretold from the state at `from`.
  struct Asked {
    index_t from;
    std::int32_t id;
  };
  std::vector<std::vector<Asked>> asked(windows.size());
  const Rng rng{o.seed, 0};
  for (std::size_t w = 0; w < windows.size(); ++w)
    for (std::size_t i = 0; i < windows[w].ids.size(); ++i) {
      if (windows[w].special[i]) continue;
      const std::int32_t id = windows[w].ids[i];
      if (config.causal) {
        if (i > 0) asked[w].push_back({index_t(i) - 1, id});
      } else if (rng.uniform(detail::held_out_stream, (std::uint64_t(w) << 32) + i) < o.share) {
        asked[w].push_back({index_t(i), id});
        windows[w].ids[i] = mask;
      }
    }
  std::vector<float> states;
  std::vector<std::int32_t> wanted;
  const auto judge = [&] {
    const std::span<const float> logits = head(states);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto row = logits.subspan(i * std::size_t(head.vocabulary()), std::size_t(head.vocabulary()));
      found.bits += detail::bits_of(row, wanted[i]);
      found.correct += std::max_element(row.begin(), row.end()) - row.begin() == wanted[i];
      ++found.tokens;
    }
    states.clear(), wanted.clear();
  };
  detail::each_state(model, windows, config.layers, o.batch, o.pool, o.progress,
                     [&](std::size_t row, index_t layer, index_t width, const float* values, HiddenStates&, index_t) {
                       if (layer != config.layers) return;
                       for (const Asked& a : asked[row]) {
                         states.insert(states.end(), values + a.from * width, values + (a.from + 1) * width);
                         wanted.push_back(a.id);
                         if (index_t(wanted.size()) == at_once) judge();
                       }
                     });
  if (!wanted.empty()) judge();
  if (found.tokens == 0) throw error("the text has no token to foretell");
  return found;
}

L2G_INLINE std::vector<std::vector<Candidate>> fill_masks(const LanguageModel& model, std::string_view text,
                                                          index_t most, cpu::Pool* pool) {
  const text::Tokenizer& reader = model.reader();
  const models::Config& config = model.model.config;
  if (config.causal)
    throw error(models::title_of(config) + " reads from left to right and knows no mask: let it generate");
  const std::int32_t mask = reader.special().mask;
  if (mask < 0) throw error("the tokenizer has no mask");
  std::string whole(text);
  const std::string& spelled = reader.token(mask);
  constexpr std::string_view plain = "<mask>";
  for (std::size_t at = 0; spelled != plain && (at = whole.find(plain, at)) != whole.npos; at += spelled.size())
    whole.replace(at, plain.size(), spelled);
  const auto rows = std::vector<text::Encoding>{reader.encode(whole, options_for(model))};
  if (std::find(rows[0].ids.begin(), rows[0].ids.end(), mask) == rows[0].ids.end())
    throw error(rows[0].cut == 0 || whole.find(spelled) == whole.npos
                    ? "the text has no " + spelled
                    : "the text is longer than the " + std::to_string(model.max_tokens()) +
                          " tokens that the model takes, and " + spelled + " stands behind them");
  WordHead head(model.model, 1, pool);
  std::vector<std::vector<Candidate>> found;
  detail::each_state(
      model, rows, config.layers, 1, pool, {},
      [&](std::size_t, index_t layer, index_t width, const float* values, HiddenStates&, index_t) {
        if (layer != config.layers) return;
        for (index_t i = 0; i < rows[0].size(); ++i) {
          if (rows[0].ids[std::size_t(i)] != mask) continue;
          const auto p = detail::probabilities(head({values + i * width, std::size_t(width)}), reader.size());
          std::vector<std::int32_t> order(p.size());
          std::iota(order.begin(), order.end(), 0);
          const auto n = std::min(order.size(), std::size_t(most));
          std::partial_sort(
              order.begin(), order.begin() + std::ptrdiff_t(n), order.end(), [&](std::int32_t a, std::int32_t b) {
                return p[std::size_t(a)] != p[std::size_t(b)] ? p[std::size_t(a)] > p[std::size_t(b)] : a < b;
              });
          std::vector<Candidate>& best = found.emplace_back();
          for (std::size_t k = 0; k < n; ++k)
            best.push_back(
                {order[k], reader.token(order[k]), reader.decode({&order[k], 1}, true), p[std::size_t(order[k])]});
        }
      });
  return found;
}

L2G_INLINE Generated generate(const LanguageModel& model, std::string_view prompt, const GenerateOptions& o) {
  const models::Config& config = model.model.config;
  const text::Tokenizer& reader = model.reader();
  if (!config.causal)
    throw error("a " + models::title_of(config) +
                " reads both sides of a word and cannot go on with a text: use "
                "fill_mask");
  if (!(o.temperature >= 0)) throw error("temperature is at least 0 (0: always the most probable token)");
  WordHead head(model.model, 1, o.pool);
  Generated found;
  const text::Encoding start = reader.encode(prompt);
  for (index_t i = 0; i < start.size(); ++i)  // the token that ends a text does not end the prompt
    if (!start.special[std::size_t(i)] || i == 0) found.ids.push_back(start.ids[std::size_t(i)]);
  if (found.ids.empty() && reader.special().begin >= 0) found.ids.push_back(reader.special().begin);
  if (found.ids.empty()) throw error("generate: an empty prompt, and the vocabulary has no token that begins a text");
  found.prompt_tokens = index_t(found.ids.size());
  const index_t most = config.length > 0 ? config.length : 1024;
  std::unique_ptr<HiddenStates> states;
  std::vector<std::int32_t> ids;
  for (index_t n = 0; n < o.tokens; ++n) {
    const index_t count = std::min(most, index_t(found.ids.size()));
    const index_t length = std::min(most, (count + 31) / 32 * 32);
    if (!states || states->length() != length) states = std::make_unique<HiddenStates>(model.model, 1, length, o.pool);
    ids.assign(std::size_t(length), 0);
    std::copy(found.ids.end() - count, found.ids.end(), ids.begin());
    const std::int32_t real = std::int32_t(count);
    states->start(ids, {&real, 1});
    while (states->next()) {
    }
    const index_t width = states->width();
    const auto logits = head(states->values().subspan(std::size_t((count - 1) * width), std::size_t(width)));
    const auto known = std::size_t(std::min(reader.size(), head.vocabulary()));
    std::int32_t next =
        std::int32_t(std::max_element(logits.begin(), logits.begin() + std::ptrdiff_t(known)) - logits.begin());
    if (o.temperature > 0) {
      auto p = detail::probabilities(logits, index_t(known), o.temperature);
      if (o.top_k > 0 && std::size_t(o.top_k) < known) {
        auto sorted = p;
        std::nth_element(sorted.begin(), sorted.begin() + o.top_k - 1, sorted.end(), std::greater<>());
        const double least = sorted[std::size_t(o.top_k - 1)];
        double sum = 0;
        for (double& v : p) sum += v = v < least ? 0 : v;
        for (double& v : p) v /= sum;
      }
      constexpr std::uint32_t stream = 0x67656e21u;  // "gen!"
      double drawn = Rng{o.seed, std::uint64_t(n)}.uniform(stream, 0);
      next = 0;
      for (std::size_t k = 0; k < known; ++k)
        if (p[k] > 0) {
          next = std::int32_t(k);
          if ((drawn -= p[k]) < 0) break;
        }
    }
    if (next == reader.special().end || (next == reader.special().begin && reader.kind() != text::TokenizerKind::bytes))
      break;
    found.ids.push_back(next);
    o.progress(double(n + 1) / double(o.tokens), "generate");
  }
  found.text = reader.decode(found.ids);
  return found;
}

}  // namespace l2g::model
