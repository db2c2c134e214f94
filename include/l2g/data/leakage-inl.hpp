#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/kmer_index-inl.hpp>
#include <l2g/data/leakage.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace l2g::data {

L2G_INLINE std::string_view name(LeakKind kind) {
  static constexpr std::array<std::string_view, 4> names{"exact", "reverse complement", "substring", "shared k-mer"};
  return names[static_cast<std::size_t>(kind)];
}

namespace detail {

// Shorter sequences lie in others by chance.
inline constexpr std::size_t shortest_substring = 16;
// Substrings are found by their first letters, this many.
inline constexpr std::size_t seed_letters = 32;

// Calls use(query, text) for every text that holds a query and is longer, unless skip(query); a pair may come twice.
// `report` is called now and then.
template <class Skip, class Use, class Report>
void each_containment(const std::vector<std::string_view>& queries, const std::vector<std::string_view>& texts,
                      Skip&& skip, Use&& use, Report&& report) {
  std::size_t longest = 0;
  for (const auto t : texts) longest = std::max(longest, t.size());
  std::set<std::size_t> seeds;
  const auto seed_of = [](std::string_view q) { return std::min(q.size(), seed_letters); };
  const auto wanted = [&](std::string_view q) { return q.size() >= shortest_substring && q.size() < longest; };
  for (const auto q : queries)
    if (wanted(q)) seeds.insert(seed_of(q));
  for (const std::size_t seed : seeds) {
    const RollingHash rolling(seed);
    std::vector<Stretch> starts;
    for (std::size_t i = 0; i < queries.size(); ++i)
      if (wanted(queries[i]) && seed_of(queries[i]) == seed)
        starts.push_back({rolling(queries[i].substr(0, seed)), static_cast<std::uint32_t>(i), 0});
    const StretchIndex index(std::move(starts));
    for (std::size_t t = 0; t < texts.size(); ++t) {
      if (t % 1024 == 0) report();
      rolling.each_window(texts[t], false, [&](std::size_t at, std::uint64_t hash) {
        const auto [from, to] = index.find(hash);
        for (std::size_t j = from; j < to; ++j) {
          const std::size_t q = index[j].text;
          if (!skip(q) && queries[q].size() < texts[t].size() && texts[t].substr(at, queries[q].size()) == queries[q])
            use(q, t);
        }
      });
    }
  }
}

// For each text of `part` the number of a train sequence that shares a k-mer of A C G T with it, or -1.
template <class Report>
std::vector<index_t> sharing_texts(const std::vector<std::string_view>& part, const std::vector<std::string>& train,
                                   std::size_t k, Report&& report) {
  std::vector<index_t> found(part.size(), -1);
  const RollingHash rolling(k);
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < part.size(); ++i)
    rolling.each_window(part[i], true, [&](std::size_t at, std::uint64_t hash) {
      stretches.push_back({hash, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(at)});
    });
  const StretchIndex index(std::move(stretches));
  std::vector<bool> done(index.size());  // k-mers that were met before: a repeat must not cost its square
  for (std::size_t t = 0; t < train.size(); ++t) {
    if (t % 1024 == 0) report();
    const std::string_view text = train[t];
    rolling.each_window(text, true, [&](std::size_t at, std::uint64_t hash) {
      const auto [from, to] = index.find(hash);
      if (from == to || done[from]) return;
      bool all_equal = true;
      for (std::size_t j = from; j < to; ++j) {
        const Stretch& s = index[j];
        if (part[s.text].substr(s.start, k) != text.substr(at, k))
          all_equal = false;
        else if (found[s.text] < 0)
          found[s.text] = static_cast<index_t>(t);
      }
      done[from] = all_equal;
    });
  }
  return found;
}

// Train rows by sequence: the first one, and the first one with another label than that.
struct TrainRows {
  index_t row = -1, other = -1;
};

inline std::string_view label_name(const Dataset& d, index_t row) {
  if (!d.labelled()) return {};
  return d.classes[static_cast<std::size_t>(d.labels[static_cast<std::size_t>(row)])];
}

class LeakSearch {
 public:
  LeakSearch(const Dataset& train, const Dataset& part, index_t k, const Progress& progress)
      : train_(train), part_(part), k_(k), progress_(progress), kinds_(part.sequences.size()) {
    for (const auto& s : part.sequences) reversed_.push_back(reverse_complement(s));
    for (const auto& s : part.sequences) strands_.push_back(s);
    for (const auto& s : reversed_) strands_.push_back(s);
  }

  PartLeakage run() {
    out_.part = part_.name;
    out_.rows = part_.rows();
    whole_sequences();
    part_in_train();
    train_in_part();
    shared_kmers();
    for (const auto& leak : kinds_)
      if (leak.train_row >= 0) count(leak);
    return std::move(out_);
  }

 private:
  struct Found : Leak {
    Found() { train_row = -1; }
  };

  void report(double fraction) const { progress_(fraction, "leakage"); }
  std::size_t row_of(std::size_t strand) const { return strand % kinds_.size(); }

  bool differs(std::size_t row, index_t train_row) const {
    return train_.labelled() && part_.labelled() &&
           label_name(train_, train_row) != label_name(part_, static_cast<index_t>(row));
  }

  void set(std::size_t row, index_t train_row, LeakKind kind) {
    Found& f = kinds_[row];
    if (f.train_row >= 0) return;
    f.row = static_cast<index_t>(row);
    f.train_row = train_row;
    f.kind = kind;
    f.other_label = differs(row, train_row);
  }

  void whole_sequences() {
    std::unordered_map<std::string_view, TrainRows> rows;
    for (index_t i = 0; i < train_.rows(); ++i) {
      TrainRows& r = rows[train_.sequences[static_cast<std::size_t>(i)]];
      if (r.row < 0)
        r.row = i;
      else if (r.other < 0 && label_name(train_, i) != label_name(train_, r.row))
        r.other = i;
    }
    for (const LeakKind kind : {LeakKind::exact, LeakKind::reverse_complement})
      for (std::size_t i = 0; i < kinds_.size(); ++i) {
        const auto it = rows.find(kind == LeakKind::exact ? strands_[i] : strands_[i + kinds_.size()]);
        if (it == rows.end()) continue;
        // The row with another label is the one to show.
        const TrainRows& r = it->second;
        set(i, r.other >= 0 && !differs(i, r.row) ? r.other : r.row, kind);
      }
    report(0.1);
  }

  void part_in_train() {
    const std::vector<std::string_view> texts(train_.sequences.begin(), train_.sequences.end());
    each_containment(
        strands_, texts, [&](std::size_t strand) { return kinds_[row_of(strand)].train_row >= 0; },
        [&](std::size_t strand, std::size_t text) {
          set(row_of(strand), static_cast<index_t>(text), LeakKind::substring);
        },
        [&] { report(0.2); });
  }

  void train_in_part() {
    const std::vector<std::string_view> queries(train_.sequences.begin(), train_.sequences.end());
    each_containment(
        queries, strands_, [](std::size_t) { return false; },
        [&](std::size_t train_row, std::size_t strand) {
          set(row_of(strand), static_cast<index_t>(train_row), LeakKind::substring);
        },
        [&] { report(0.4); });
  }

  void shared_kmers() {
    const auto found = sharing_texts(strands_, train_.sequences, static_cast<std::size_t>(k_), [&] { report(0.6); });
    index_t sharing = 0;
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      const index_t hit = found[i] >= 0 ? found[i] : found[i + kinds_.size()];
      if (hit < 0) continue;
      ++sharing;
      set(i, hit, LeakKind::shared_kmer);
    }
    out_.shared_kmer_share = out_.rows ? static_cast<double>(sharing) / static_cast<double>(out_.rows) : 0;
    report(1);
  }

  void count(const Leak& leak) {
    out_.leaks.push_back(leak);
    switch (leak.kind) {
      case LeakKind::exact:
        ++out_.exact;
        out_.exact_other_label += leak.other_label;
        out_.exact_sequences += sequences_.insert(strands_[static_cast<std::size_t>(leak.row)]).second;
        break;
      case LeakKind::reverse_complement:
        ++out_.reverse_complement;
        break;
      case LeakKind::substring:
        ++out_.substring;
        break;
      case LeakKind::shared_kmer:
        ++out_.shared_kmer;
        break;
    }
  }

  const Dataset &train_, &part_;
  index_t k_;
  const Progress& progress_;
  std::vector<std::string> reversed_;
  std::vector<std::string_view> strands_;  // rows, then their reverse complements
  std::vector<Found> kinds_;
  std::unordered_set<std::string_view> sequences_;
  PartLeakage out_;
};

inline index_t default_k(const Dataset& train) {
  std::vector<std::size_t> lengths;
  for (const auto& s : train.sequences) lengths.push_back(s.size());
  if (lengths.empty()) return 120;
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  return std::clamp<index_t>(static_cast<index_t>(*middle / 2), 16, 120);
}

}  // namespace detail

L2G_INLINE PartLeakage leakage(const Dataset& train, const Dataset& part, index_t k, const Progress& progress) {
  if (k < 8)
    throw error("leakage: k-mers of " + std::to_string(k) + " letters are shared by chance; k must be 8 or more");
  return detail::LeakSearch(train, part, k, progress).run();
}

L2G_INLINE Leakage leakage(const Splits& splits, const LeakageOptions& options) {
  Leakage out;
  out.k = options.k == 0 ? detail::default_k(splits.train) : options.k;
  if (!splits.dev.empty())
    out.parts.push_back(leakage(splits.train, splits.dev, out.k, options.progress)), out.parts.back().part = "dev";
  if (!splits.test.empty())
    out.parts.push_back(leakage(splits.train, splits.test, out.k, options.progress)), out.parts.back().part = "test";
  return out;
}

L2G_INLINE std::vector<index_t> clean_rows(const PartLeakage& part, LeakKind last) {
  std::vector<bool> drop(static_cast<std::size_t>(part.rows));
  for (const Leak& leak : part.leaks)
    if (leak.kind <= last) drop[static_cast<std::size_t>(leak.row)] = true;
  std::vector<index_t> rows;
  for (std::size_t i = 0; i < drop.size(); ++i)
    if (!drop[i]) rows.push_back(static_cast<index_t>(i));
  return rows;
}

L2G_INLINE std::string text(const Leakage& leakage) {
  if (leakage.parts.empty()) return "leakage: there is no dev or test part to compare with train\n";
  std::string s;
  char line[200];
  for (const auto& p : leakage.parts) {
    s += p.part + " against train, " + std::to_string(p.rows) + " rows:";
    if (p.exact) {
      s += " " + std::to_string(p.exact) + (p.exact == 1 ? " is" : " are") + " in train";
      if (p.exact_sequences != p.exact) s += " (" + std::to_string(p.exact_sequences) + " distinct sequences)";
      if (p.exact_other_label) s += ", " + std::to_string(p.exact_other_label) + " of them with another label";
      s += ";";
    } else {
      s += " none is in train;";
    }
    if (p.reverse_complement) s += " " + std::to_string(p.reverse_complement) + " as reverse complement;";
    if (p.substring) s += " " + std::to_string(p.substring) + " lie in a train sequence or hold one;";
    std::snprintf(line, sizeof line, " %.1f %% share %lld letters in a row with train\n", 100 * p.shared_kmer_share,
                  static_cast<long long>(leakage.k));
    s += line;
  }
  return s;
}

}  // namespace l2g::data
