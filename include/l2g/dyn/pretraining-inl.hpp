#pragma once
#include <l2g/dyn/language_use-inl.hpp>
#include <l2g/dyn/pretraining.hpp>
#include <l2g/train/source.hpp>

#include <algorithm>

namespace l2g::model {

L2G_INLINE TokenWindows::TokenWindows(const LanguageModel& model, std::span<const std::string> texts, index_t length,
                                      const PretrainOptions& options)
    : length_(length),
      vocabulary_(model.reader().size()),
      causal_(model.model.config.causal),
      mask_(model.reader().special().mask),
      options_(options) {
  if (!causal_ && mask_ < 0) throw error("the tokenizer has no mask, so there is nothing to foretell");
  for (const double share : {options.share, options.masked, options.random})
    if (!(share >= 0 && share <= 1)) throw error("share, masked and random are shares, 0 .. 1");
  if (options.masked + options.random > 1 + 1e-9) throw error("masked and random are at most 1 in all");
  for (const text::Encoding& w : detail::windows_of(model, texts, length)) {
    if (w.size() < 2) continue;
    ids_.insert(ids_.end(), w.ids.begin(), w.ids.end());
    special_.insert(special_.end(), w.special.begin(), w.special.end());
    lengths_.push_back(std::int32_t(w.ids.size()));
    ids_.resize(lengths_.size() * std::size_t(length), padding_id(model.reader()));
    special_.resize(ids_.size(), 1);
  }
  if (lengths_.empty()) throw error("the text has no window of tokens to learn from");
}

L2G_INLINE std::uint64_t TokenWindows::fingerprint() const {
  std::uint64_t h = 1469598103934665603ull;
  for (const std::int32_t id : ids_)
    for (int i = 0; i < 4; ++i) h = (h ^ ((std::uint32_t(id) >> 8 * i) & 255u)) * 1099511628211ull;
  return h;
}

L2G_INLINE void TokenWindows::mask(std::span<std::int32_t> ids, std::int32_t* labels, std::size_t row, const Rng& rng,
                                   std::uint64_t at) const {
  constexpr std::uint32_t choice = 0x7e880001u, shown = 0x7e880002u, other = 0x7e880003u;
  const auto n = std::size_t(lengths_[row]);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    labels[i] = -1;
    if (causal_) {
      const std::size_t next = row * std::size_t(length_) + i + 1;
      if (i + 1 < n && !special_[next]) labels[i] = ids_[next];
      continue;
    }
    const std::uint64_t place = (at << 32) + i;
    if (i >= n || special_[row * std::size_t(length_) + i] || rng.uniform(choice, place) >= options_.share) continue;
    labels[i] = ids[i];
    const double u = rng.uniform(shown, place);
    if (fixed_ || u < options_.masked)
      ids[i] = mask_;
    else if (u < options_.masked + options_.random)
      ids[i] = std::int32_t(rng.below(other, place, std::uint64_t(vocabulary_)));
  }
}

L2G_INLINE void TokenWindows::fill(Batch<float, Seq>& batch, std::int64_t position,
                                   std::span<const index_t> rows) const {
  const auto l = std::size_t(length_);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = std::size_t(rows[i]);
    std::copy_n(ids_.begin() + std::ptrdiff_t(row * l), l, batch.ids.data + i * l);
    const Rng rng{options_.fit.seed, fixed_ ? ~std::uint64_t(1) : std::uint64_t(position)};
    mask({batch.ids.data + i * l, l}, batch.labels + i * l, row, rng, fixed_ ? row : i);
    batch.lengths[i] = lengths_[row];
  }
}

L2G_INLINE TokenWindows TokenWindows::held_out(double share) {
  const std::size_t all = lengths_.size(), n = std::min(all - 1, std::size_t(share * double(all) + 0.5));
  TokenWindows other = *this;
  const auto split = std::ptrdiff_t(all - n), l = std::ptrdiff_t(length_);
  other.fixed_ = true;
  other.lengths_.erase(other.lengths_.begin(), other.lengths_.begin() + split);
  other.ids_.erase(other.ids_.begin(), other.ids_.begin() + split * l);
  other.special_.erase(other.special_.begin(), other.special_.begin() + split * l);
  lengths_.resize(std::size_t(split)), ids_.resize(std::size_t(split * l)), special_.resize(std::size_t(split * l));
  return other;
}

namespace detail {

/// Mean cross-entropy of what a source wants foretold.
inline Evaluation foretold(AnyStep& step, TokenWindows& source) {
  const index_t length = step.y.shape[1], words = step.y.shape[2];
  double nats = 0;
  index_t count = 0;
  each_prediction(step, source, [&](index_t, index_t place, const float* y) {
    for (index_t i = 0; i < length; ++i) {
      const std::int32_t label = step.batch.labels[place * length + i];
      if (label < 0) continue;
      nats += bits_of({y + i * words, std::size_t(words)}, label) * std::log(2.0);
      ++count;
    }
  });
  if (count == 0) return {};
  return {nats / double(count), -nats / double(count)};
}

}  // namespace detail

L2G_INLINE FitResult pretrain(LanguageModel& model, std::span<const std::string> texts, double held_out,
                              const PretrainOptions& o, const FitCallbacks& callbacks) {
  Pretrained& m = model.model;
  const Spec spec = spec_of(m.config, Task::language_model);
  std::vector<std::string> fresh;
  std::map<std::string, Tensor> weights = weights_for(spec, m.weights, o.fit.seed, &fresh);
  if (!fresh.empty() && !o.new_head)
    throw error("this " + models::title_of(m.config) + " came without the head that predicts words (" + fresh[0] +
                (fresh.size() > 1 ? ", ..." : "") + "): let a new one start (new_head)");
  const index_t most = model.max_tokens();
  const index_t length = o.length > 0 ? o.length : std::min<index_t>(128, most > 0 ? most : 128);
  require_length(m.config, length);
  TokenWindows windows(model, texts, length, o);
  TokenWindows judged = windows.held_out(held_out);
  const Seq in{std::min(o.batch, windows.rows()), length, 1};
  AnyStep step(build<float>(spec, in), in, CrossEntropy{}, 2, o.pool);
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    std::copy_n(std::as_const(weights.at(t.key)).values.data(), t.size(), t.data);
  });
  step.use_lengths(true);
  FitOptions fit_options = o.fit;
  fit_options.identity += models::config_json(m.config);
  const auto take = [&] {
    each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
      weights.at(t.key).values.assign({t.data, std::size_t(t.size())});
    });
    m.task = Task::language_model;
    m.spec = spec;
    m.weights = std::move(weights);
  };
  FitResult result;
  try {
    auto evaluate = [&](AnyStep& s) { return detail::foretold(s, judged); };
    result = judged.rows() > 0 ? fit(step, CrossEntropy{}, windows, evaluate, fit_options, callbacks)
                               : fit(step, CrossEntropy{}, windows, NoEvaluation{}, fit_options, callbacks);
  } catch (...) {  // the weights of the last whole step come home
    take();
    throw;
  }
  take();
  return result;
}

}  // namespace l2g::model
