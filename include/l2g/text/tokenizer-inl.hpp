#pragma once
#include <l2g/io/atomic_file.hpp>
#include <l2g/text/tokenizer_impl.hpp>

#include <algorithm>
#include <limits>

namespace l2g::text {

L2G_INLINE std::string_view name_of(TokenizerKind kind) {
  constexpr std::string_view names[] = {"byte-level BPE",     "BPE",           "WordPiece",  "SentencePiece BPE",
                                        "overlapping k-mers", "greedy 6-mers", "characters", "bytes",
                                        "HyenaDNA characters"};
  return names[static_cast<std::size_t>(kind)];
}

L2G_INLINE ByteRange Encoding::bases(index_t i) const {
  const ByteRange o = offsets[static_cast<std::size_t>(i)];
  const std::uint32_t begin = std::max(o.begin, sequence.begin), end = std::min(o.end, sequence.end);
  return begin < end ? ByteRange{begin - sequence.begin, end - sequence.begin} : ByteRange{};
}

L2G_INLINE void Tokenizer::Impl::pieces(std::string_view text, std::vector<TokenPiece>& out) const {
  std::unique_ptr<TokenModel::Scratch> scratch;
  {
    const std::lock_guard lock(mutex_);
    if (!scratch_.empty()) scratch = std::move(scratch_.back()), scratch_.pop_back();
  }
  if (!scratch) scratch = model->scratch();
  added.each_part(text, [&](std::size_t begin, std::size_t end, const AddedToken* token) {
    const auto from = static_cast<std::uint32_t>(begin);
    if (token)
      out.push_back({token->id, from, static_cast<std::uint32_t>(end)});
    else
      model->encode(text.substr(begin, end - begin), from, *scratch, out);
  });
  const std::lock_guard lock(mutex_);
  scratch_.push_back(std::move(scratch));
}

namespace detail {

// Which of the pieces [0, n) stay: [0, head) and [tail, n).
struct Kept {
  std::size_t head, tail;
};

inline Kept truncate(const std::vector<TokenPiece>& pieces, ByteRange sequence, std::size_t room, Side side,
                     bool keep_suffix) {
  const std::size_t n = pieces.size();
  if (n <= room) return {n, n};
  if (!keep_suffix) return side == Side::right ? Kept{room, n} : Kept{0, n - room};
  // Tokens that reach into prefix or suffix belong to them.
  const auto outside = [](std::uint32_t bound) { return [bound](const TokenPiece& p) { return p.begin < bound; }; };
  const auto inside = [](std::uint32_t bound) { return [bound](const TokenPiece& p) { return p.end <= bound; }; };
  const auto first = static_cast<std::size_t>(
      std::partition_point(pieces.begin(), pieces.end(), outside(sequence.begin)) - pieces.begin());
  const auto last = static_cast<std::size_t>(std::partition_point(pieces.begin(), pieces.end(), inside(sequence.end)) -
                                             pieces.begin());
  const std::size_t prompt = first + (n - std::max(first, last));
  if (prompt >= room)
    throw error("prefix and suffix take " + std::to_string(prompt) + " of the " + std::to_string(room) +
                " tokens that there may be beside the special ones: no token is left for the sequence");
  const std::size_t surplus = n - room;
  return side == Side::right ? Kept{last - surplus, last} : Kept{first, first + surplus};
}

inline void count_cut(const std::vector<TokenPiece>& pieces, const Kept& kept, Encoding& e) {
  e.cut_tokens = static_cast<index_t>(kept.tail - kept.head);
  if (!e.cut_tokens) return;
  const std::uint32_t begin = kept.head ? pieces[kept.head - 1].end : 0;
  const std::uint32_t end =
      kept.tail < pieces.size() ? pieces[kept.tail].begin : std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t from = std::max(begin, e.sequence.begin), to = std::min(end, e.sequence.end);
  e.cut = to > from ? to - from : 0;
  for (std::size_t i = kept.head; i < kept.tail; ++i) e.suffix_lost |= pieces[i].end > e.sequence.end;
}

}  // namespace detail

L2G_INLINE Encoding Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  std::string joined;
  std::string_view whole = text;
  if (!options.prefix.empty() || !options.suffix.empty()) {
    joined.reserve(options.prefix.size() + text.size() + options.suffix.size());
    joined.append(options.prefix).append(text).append(options.suffix);
    whole = joined;
  }
  if (whole.size() >= std::numeric_limits<std::uint32_t>::max() / 2) throw error("a text of 2 GiB is too long");
  Encoding e;
  e.sequence.begin = static_cast<std::uint32_t>(options.prefix.size());
  e.sequence.end = e.sequence.begin + static_cast<std::uint32_t>(text.size());
  std::vector<TokenPiece> pieces;
  pieces.reserve(whole.size() / 2 + 8);
  impl_->pieces(whole, pieces);

  static const std::vector<std::int32_t> none;
  const auto& before = options.special_tokens ? impl_->before : none;
  const auto& after = options.special_tokens ? impl_->after : none;
  const std::size_t around = before.size() + after.size();
  detail::Kept kept{pieces.size(), pieces.size()};
  if (options.max_tokens < 0) throw error("max_tokens is " + std::to_string(options.max_tokens));
  if (options.max_tokens > 0) {
    const auto most = static_cast<std::size_t>(options.max_tokens);
    if (most < around || (most == around && !pieces.empty()))
      throw error("max_tokens is " + std::to_string(most) + ", but the special tokens alone are " +
                  std::to_string(around));
    kept = detail::truncate(pieces, e.sequence, most - around, impl_->truncation_side, options.keep_suffix);
  }
  detail::count_cut(pieces, kept, e);
  if (e.suffix_lost && !options.allow_lost_suffix)
    throw error("the suffix does not fit: the text has " + std::to_string(pieces.size() + around) + " tokens, " +
                std::to_string(options.max_tokens) +
                " are allowed; cut the sequence instead (keep_suffix) or allow it "
                "(allow_lost_suffix)");

  const std::size_t n = kept.head + (pieces.size() - kept.tail) + around;
  e.ids.reserve(n), e.offsets.reserve(n), e.special.reserve(n);
  const auto put = [&](std::int32_t id, std::uint32_t begin, std::uint32_t end, bool special) {
    e.ids.push_back(id), e.offsets.push_back({begin, end}), e.special.push_back(special);
  };
  for (const std::int32_t id : before) put(id, 0, 0, true);
  for (std::size_t i = 0; i < kept.head; ++i) put(pieces[i].id, pieces[i].begin, pieces[i].end, false);
  for (std::size_t i = kept.tail; i < pieces.size(); ++i) put(pieces[i].id, pieces[i].begin, pieces[i].end, false);
  const auto size = static_cast<std::uint32_t>(whole.size());
  for (const std::int32_t id : after) put(id, size, size, true);
  return e;
}

L2G_INLINE TokenBatch Tokenizer::encode_batch(std::span<const std::string> sequences, const EncodeOptions& options,
                                              index_t length) const {
  TokenBatch b;
  b.batch = static_cast<index_t>(sequences.size());
  for (const std::string& s : sequences) {
    b.encodings.push_back(encode(s, options));
    b.lengths.push_back(b.encodings.back().size());
    b.length = std::max(b.length, b.lengths.back());
  }
  if (length > 0 && b.length > length)
    throw error("a sequence has " + std::to_string(b.length) + " tokens, " + std::to_string(length) +
                " were asked for; max_tokens cuts it");
  if (length > 0) b.length = length;
  const bool padded = std::any_of(b.lengths.begin(), b.lengths.end(), [&](index_t n) { return n < b.length; });
  if (padded && special().pad < 0) throw error("sequences of unequal length need padding, and the vocabulary has none");
  const auto cells = static_cast<std::size_t>(b.batch * b.length);
  b.ids.assign(cells, special().pad);
  b.mask.assign(cells, 0);
  for (index_t row = 0; row < b.batch; ++row) {
    const Encoding& e = b.encodings[static_cast<std::size_t>(row)];
    const index_t shift = padding_side() == Side::left ? b.length - e.size() : 0;
    const auto at = row * b.length + shift;
    std::copy(e.ids.begin(), e.ids.end(), b.ids.begin() + at);
    std::fill_n(b.mask.begin() + at, e.size(), std::uint8_t(1));
  }
  return b;
}

L2G_INLINE std::string Tokenizer::decode(std::span<const std::int32_t> ids, bool with_special) const {
  std::string text;
  bool first = true;
  for (const std::int32_t id : ids) {
    const std::string& word = token(id);
    if (const AddedToken* added = impl_->added.of_id(id); added || is_special(id)) {
      if (with_special || (added && !added->special)) text += word;
      continue;
    }
    impl_->model->decode(word, id, first, text);
    first = false;
  }
  return text;
}

L2G_INLINE TokenizerKind Tokenizer::kind() const { return impl_->kind; }
L2G_INLINE index_t Tokenizer::size() const { return impl_->vocabulary->size(); }
L2G_INLINE std::int32_t Tokenizer::id(std::string_view token) const { return impl_->vocabulary->find(token); }
L2G_INLINE const std::string& Tokenizer::token(std::int32_t id) const { return impl_->vocabulary->token(id); }
L2G_INLINE SpecialIds Tokenizer::special() const { return impl_->special; }
L2G_INLINE Side Tokenizer::padding_side() const { return impl_->padding_side; }
L2G_INLINE Side Tokenizer::truncation_side() const { return impl_->truncation_side; }
L2G_INLINE index_t Tokenizer::max_length() const { return impl_->max_length; }

L2G_INLINE bool Tokenizer::is_special(std::int32_t id) const {
  const SpecialIds& s = impl_->special;
  if (id < 0) return false;
  if (id == s.pad || id == s.begin || id == s.end || id == s.unknown || id == s.mask) return true;
  const AddedToken* added = impl_->added.of_id(id);
  return added && added->special;
}

L2G_INLINE void Tokenizer::save(const std::string& folder) const {
  for (const TokenizerFile& f : impl_->files) io::write_file(folder + "/" + f.name, f.bytes);
}

}  // namespace l2g::text
