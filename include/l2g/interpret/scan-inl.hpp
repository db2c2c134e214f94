#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/letters.hpp>
#include <l2g/data/line_reader.hpp>
#include <l2g/interpret/scan.hpp>
#include <l2g/interpret/scan_filter.hpp>
#include <l2g/interpret/score_distribution.hpp>
#include <l2g/io/atomic_file.hpp>

#include <cmath>
#include <limits>
#include <tuple>

namespace l2g::interpret {

namespace detail {

// One motif on one strand.
struct ScanTarget {
  std::int32_t motif = 0;
  char strand = '+';
  Weights weights;
  std::shared_ptr<const ScoreDistribution> scores;
  double threshold = 0;
  FilterTables filter;

  index_t length() const { return index_t(weights.size()); }
  double score(const std::int8_t* bases) const {
    double sum = 0;
    for (std::size_t j = 0; j < weights.size(); ++j)
      if (bases[j] >= 0) sum += weights[j][std::size_t(bases[j])];
    return sum;
  }
};

struct Run {
  index_t from, to;
};

// Runs of A C G T in bases[0, n).
inline std::vector<Run> clean_runs(const std::int8_t* bases, index_t n) {
  std::vector<Run> runs;
  for (index_t i = 0; i < n;) {
    while (i < n && bases[i] < 0) ++i;
    const index_t from = i;
    while (i < n && bases[i] >= 0) ++i;
    if (i > from) runs.push_back({from, i});
  }
  return runs;
}

inline auto hit_order(const Hit& h) { return std::tuple(h.sequence, h.start, h.end, h.motif, h.strand); }

// All hits of windows that start in [0, starts) of bases[0, n); positions are moved by `offset`.
inline void scan_piece(const std::vector<ScanTarget>& targets, const std::int8_t* bases, index_t n, index_t starts,
                       index_t longest, std::int32_t sequence, index_t offset, std::vector<Hit>& out) {
  std::vector<std::uint8_t> codes;
  filter_codes(bases, n, longest, codes);
  const auto runs = clean_runs(bases, n);
  for (const ScanTarget& t : targets) {
    const index_t width = t.length(), end = std::min(starts, n - width + 1);
    if (t.threshold == std::numeric_limits<double>::infinity()) continue;
    const auto look = [&](index_t i) {
      const double score = t.score(bases + i);
      if (score > t.threshold)
        out.push_back({t.motif, sequence, offset + i, offset + i + width, score, t.scores->p(score), -1, t.strand});
    };
    // Windows with other letters are scored one by one, those without any base only when the score 0 is a hit.
    const auto look_at_rest = [&](index_t from, index_t to, Run without_bases) {
      for (index_t i = from; i < to; ++i) {
        if (!(0 > t.threshold) && i >= without_bases.from && i + width <= without_bases.to) {
          i = without_bases.to - width;
          continue;
        }
        look(i);
      }
    };
    index_t done = 0, clean_end = 0;
    for (const Run& run : runs) {
      const index_t first = std::min(run.from, end), last = std::min(run.to - width + 1, end);
      look_at_rest(done, first, {clean_end, run.from});
      done = std::max(done, first);
      if (last > first) filter_windows(t.filter, codes.data(), first, last, look), done = last;
      clean_end = run.to;
    }
    look_at_rest(done, end, {clean_end, n});
  }
  std::sort(out.begin(), out.end(), [](const Hit& a, const Hit& b) { return hit_order(a) < hit_order(b); });
}

inline void check_options(const ScanOptions& o) {
  if (!(o.p > 0 && o.p <= 1)) throw error("p must be above 0 and at most 1");
  if (!(o.pseudocount > 0 && o.pseudocount <= 1)) throw error("pseudocount must be above 0 and at most 1");
  if (!(o.bin >= 1e-4 && o.bin <= 10)) throw error("bin must be 0.0001 to 10 bits");
  double sum = 0;
  bool positive = true;
  for (const double x : o.background) sum += x, positive = positive && x > 0;
  if (!positive || std::abs(sum - 1) > 1e-6)
    throw error("background must be four shares above 0 (A C G T) that add up to 1");
}

}  // namespace detail

struct Scanner::State {
  ScanOptions options;
  std::size_t motifs = 0;
  std::vector<detail::ScanTarget> targets;
  index_t longest = 0;
};

L2G_INLINE Scanner::Scanner(const std::vector<data::Motif>& motifs, const ScanOptions& options)
    : state_(std::make_unique<State>()) {
  detail::check_options(options);
  const auto& g = options.background;
  const bool symmetric = g[0] == g[3] && g[1] == g[2];
  const std::size_t strands = options.both_strands ? 2 : 1;
  state_->options = options;
  state_->motifs = motifs.size();
  state_->targets.resize(motifs.size() * strands);
  for (const auto& m : motifs) {
    data::check(m);
    state_->longest = std::max(state_->longest, m.length());
  }
  cpu::parallel(options.pool, index_t(motifs.size()), [&](index_t m) {
    for (std::size_t s = 0; s < strands; ++s) {
      auto& t = state_->targets[std::size_t(m) * strands + s];
      const data::Motif& motif = motifs[std::size_t(m)];
      t.motif = std::int32_t(m), t.strand = s ? '-' : '+';
      t.weights = weights_of(s ? data::reverse_complement(motif) : motif, g, options.pseudocount);
      t.scores = s && symmetric ? state_->targets[std::size_t(m) * strands].scores
                                : std::make_shared<ScoreDistribution>(t.weights, g, options.bin);
      t.threshold = t.scores->threshold(options.p);
      t.filter = detail::filter_tables(t.weights, t.threshold);
    }
  });
}
L2G_INLINE Scanner::Scanner(Scanner&&) noexcept = default;
L2G_INLINE Scanner::~Scanner() = default;

L2G_INLINE index_t Scanner::longest() const { return state_->longest; }

L2G_INLINE void Scanner::count_places(index_t letters, std::vector<index_t>& places) const {
  places.resize(state_->motifs);
  for (const auto& t : state_->targets) places[std::size_t(t.motif)] += std::max(index_t(0), letters - t.length() + 1);
}

L2G_INLINE void Scanner::scan(std::string_view letters, std::int32_t sequence, std::vector<Hit>& out) const {
  scan(letters, sequence, index_t(letters.size()), out);
}

L2G_INLINE void Scanner::scan(std::string_view letters, std::int32_t sequence, index_t end,
                              std::vector<Hit>& out) const {
  constexpr index_t piece = 1 << 14;  // codes and bases of a piece stay in the first cache
  const index_t n = index_t(letters.size()), starts = std::min(end, n);
  const index_t pieces = (starts + piece - 1) / piece;
  std::vector<std::vector<Hit>> found(std::size_t(std::max(pieces, index_t(0))));
  cpu::parallel(state_->options.pool, pieces, [&](index_t k) {
    if (interrupt_requested()) return;
    const index_t from = k * piece, to = std::min(starts, from + piece);
    const index_t reach = std::min(n, to + state_->longest - 1);
    std::vector<std::int8_t> bases(std::size_t(reach - from));
    for (index_t i = from; i < reach; ++i) {
      const int code = data::base_code(letters[std::size_t(i)]);
      bases[std::size_t(i - from)] = std::int8_t(code < 4 ? code : -1);
    }
    detail::scan_piece(state_->targets, bases.data(), reach - from, to - from, state_->longest, sequence, from,
                       found[std::size_t(k)]);
  });
  throw_if_interrupted();
  for (const auto& hits : found) out.insert(out.end(), hits.begin(), hits.end());
}

L2G_INLINE Hits scan(const std::vector<data::Motif>& motifs, const std::vector<std::string>& names,
                     const std::vector<std::string>& sequences, const ScanOptions& options) {
  const Scanner scanner(motifs, options);
  Hits hits;
  hits.threshold = options.p;
  for (const auto& m : motifs) hits.motifs.push_back(m.name);
  hits.tested.resize(motifs.size());
  double total = 1, done = 0;
  for (const auto& s : sequences) total += double(s.size());
  constexpr index_t step = 1 << 21;  // letters between two looks at the progress
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    hits.sequences.push_back(i < names.size() ? names[i] : std::to_string(i + 1));
    const std::string_view all = sequences[i];
    const index_t n = index_t(all.size());
    scanner.count_places(n, hits.tested);
    for (index_t at = 0; at < n; at += step) {
      const std::size_t before = hits.list.size();
      scanner.scan(all.substr(std::size_t(at), std::size_t(step + scanner.longest() - 1)), std::int32_t(i), step,
                   hits.list);
      for (std::size_t k = before; at > 0 && k < hits.list.size(); ++k)
        hits.list[k].start += at, hits.list[k].end += at;
      done += double(std::min(step, n - at));
      options.progress(done / total, std::to_string(hits.list.size()) + " hits");
    }
    hits.letters += n;
  }
  set_q_values(hits);
  return hits;
}

L2G_INLINE Hits scan(const std::vector<data::Motif>& motifs, const data::Dataset& dataset, const ScanOptions& options) {
  std::vector<std::string> names = dataset.ids;
  for (index_t i = index_t(names.size()); i < dataset.rows(); ++i) names.push_back("row_" + std::to_string(i + 1));
  return scan(motifs, names, dataset.sequences, options);
}

L2G_INLINE index_t scan_fasta(const std::vector<data::Motif>& motifs, const std::string& fasta,
                              const std::string& output, const ScanOptions& options) {
  const Scanner scanner(motifs, options);
  data::LineReader lines(fasta);
  io::AtomicFile file(output);
  const bool tsv = output.ends_with(".tsv");
  Hits names;
  for (const auto& m : motifs) names.motifs.push_back(m.name);
  if (tsv) file.write(fimo_header());
  std::string held;  // letters from `from` on
  index_t from = 0, count = 0;
  std::vector<Hit> hits;
  const auto look = [&](index_t end) {
    hits.clear();
    scanner.scan(held, 0, end, hits);
    for (Hit& h : hits) {
      h.start += from, h.end += from;
      file.write(tsv ? tsv_line(names, h) : bed_line(names, h));
    }
    count += index_t(hits.size());
    options.progress(lines.fraction(), std::to_string(count) + " hits");
  };
  constexpr std::size_t step = 1 << 22;
  std::string line;
  while (lines.next(line)) {
    if (line.empty() || line[0] == ';') continue;
    if (line[0] == '>') {
      look(index_t(held.size()));
      held.clear(), from = 0;
      const auto begin = line.find_first_not_of(" \t", 1);
      names.sequences = {begin == std::string::npos ? ""
                                                    : line.substr(begin, line.find_first_of(" \t", begin) - begin)};
      if (names.sequences[0].empty()) lines.fail(1, "'>' is followed by the sequence's name");
      continue;
    }
    if (names.sequences.empty()) lines.fail(1, "a FASTA file starts with '>', this one does not");
    data::apply_letter_rules(line, {}, lines.name(), lines.line_number(), 1);
    held += line;
    if (held.size() < step + std::size_t(scanner.longest())) continue;
    const std::size_t done = held.size() - std::size_t(scanner.longest()) + 1;
    look(index_t(done));
    held.erase(0, done);
    from += index_t(done);
  }
  if (names.sequences.empty()) throw file_error(fasta, "the file holds no sequence");
  look(index_t(held.size()));
  file.commit();
  return count;
}

L2G_INLINE std::array<double, 4> background_of(const std::vector<std::string>& sequences, bool both_strands) {
  std::array<double, 4> n{1, 1, 1, 1};
  for (const auto& s : sequences)
    for (const char c : s)
      if (const int b = data::base_code(c); b < 4) ++n[std::size_t(b)];
  if (both_strands) n[0] = n[3] = (n[0] + n[3]) / 2, n[1] = n[2] = (n[1] + n[2]) / 2;
  const double sum = n[0] + n[1] + n[2] + n[3];
  for (double& x : n) x /= sum;
  return n;
}

}  // namespace l2g::interpret
