#include "motif_values.hpp"

#include "display.hpp"

#include <fmt/format.h>
#include <l2g/interpret/scan.hpp>

#include <algorithm>

namespace l2g::repl {
namespace {

using interpret::Hit;
using interpret::Hits;
using interpret::MotifSet;

constexpr index_t shown_rows = 15;

/// Value i of a list of n, from 1; nothing for n + 1, where ipairs ends.
template <class Make>
Value item_of(const char* type, index_t n, index_t i, Make&& make) {
  if (i == n + 1) return {};
  if (i < 1 || i > n) throw error(fmt::format("item {} of {} with items 1 to {}", i, type, n));
  return make(std::size_t(i - 1));
}

std::string more(index_t n) { return n > shown_rows ? fmt::format("... {} in all\n", n) : ""; }

Value::Table matrix_of(const data::Motif& m) {
  Value::List rows;
  for (const auto& p : m.probabilities) rows.push_back(Value(std::vector<double>(p.begin(), p.end())));
  return {{"name", m.name},
          {"length", m.length()},
          {"consensus", m.iupac()},
          {"information", m.information()},
          {"probabilities", rows}};
}

std::string motif_line(const data::Motif& m, const std::string& second) {
  return fmt::format("{:24}  {:3} bases  {:5.1f} bits  {}  {}\n", fitted(m.name, 24), m.length(), m.information(),
                     fitted(m.iupac(), 24), second);
}

std::string details_of(const MotifSet& s) {
  std::string out = fmt::format("{}, {} motifs\n", s.name, s.size());
  for (index_t i = 0; i < std::min(s.size(), shown_rows); ++i)
    out += motif_line(s.motifs[std::size_t(i)], s.notes[std::size_t(i)].alternative);
  out += more(s.size());
  for (const auto& r : s.remarks) out += r + "\n";
  return out;
}

std::string details_of(const Hits& h) {
  std::string out = fmt::format("{:>22}  {:>22}  {:>12}  {}  {:>7}  {:>8}  {:>8}\n", "motif", "sequence", "first..last",
                                " ", "score", "p", "q");
  for (index_t i = 0; i < std::min(h.size(), shown_rows); ++i) {
    const Hit& hit = h.list[std::size_t(i)];
    out += fmt::format("{:>22}  {:>22}  {:>12}  {}  {:7.2f}  {:8.1e}  {:>8}\n", fitted(h.motif(hit), 22),
                       fitted(h.sequence(hit), 22), fmt::format("{}..{}", hit.start + 1, hit.end), hit.strand,
                       hit.score, hit.p, hit.q >= 0 ? fmt::format("{:.1e}", hit.q) : "");
  }
  return out + more(h.size());
}

std::string details_of(const Seqlets& s) {
  std::string out = s.how + "\n";
  out += fmt::format("{:>24}  {:>12}  {:>12}  {:>8}\n", "sequence", "first..last", "attribution", "p");
  for (index_t i = 0; i < std::min(index_t(s.list.size()), shown_rows); ++i) {
    const auto& q = s.list[std::size_t(i)];
    out += fmt::format("{:>24}  {:>12}  {:12.4f}  {:>8}\n", fitted(s.of->rows[std::size_t(q.row)].id, 24),
                       fmt::format("{}..{}", q.start + 1, q.end), q.attribution,
                       q.p >= 0 ? fmt::format("{:.1e}", q.p) : "");
  }
  return out + more(index_t(s.list.size()));
}

std::string details_of(const SeqletPatterns& p) {
  std::string out = fmt::format("{} motifs of {} seqlets\n", p.list.size(), p.seqlets);
  for (index_t i = 0; i < std::min(index_t(p.list.size()), shown_rows); ++i) {
    const auto& m = p.list[std::size_t(i)];
    out += motif_line(
        m.motif, fmt::format("{} seqlets, {} the output", m.members.size(), m.attribution < 0 ? "lowers" : "raises"));
  }
  return out + more(index_t(p.list.size()));
}

std::string match_line(const interpret::SuiteMatch& m) {
  return fmt::format("{:>22}  {:>28}  {}  {:>8}  {:>8}  {:>8}\n", fitted(m.query, 22),
                     fitted(m.alternative.empty() ? m.target : m.target + " " + m.alternative, 28),
                     m.reverse ? '-' : '+', fmt::format("{:.1e}", m.p), m.q >= 0 ? fmt::format("{:.1e}", m.q) : "",
                     m.e >= 0 ? fmt::format("{:.1e}", m.e) : "");
}

std::string details_of(const MotifMatches& m) {
  std::string out = fmt::format("{:>22}  {:>28}  {}  {:>8}  {:>8}  {:>8}\n", "motif", "resembles", " ", "p", "q", "E");
  for (index_t i = 0; i < std::min(index_t(m.list.size()), shown_rows); ++i) out += match_line(m.list[std::size_t(i)]);
  out += more(index_t(m.list.size()));
  return m.note.empty() ? out : out + "note: " + m.note + "\n";
}

std::string details_of(const Enrichments& e) {
  std::string out = fmt::format("{:>24}  {:>20}  {:>8}  {:>8}  {}\n", "motif", "consensus", "adj. p", "E", "with it");
  for (index_t i = 0; i < std::min(index_t(e.list.size()), shown_rows); ++i) {
    const auto& x = e.list[std::size_t(i)];
    out += fmt::format("{:>24}  {:>20}  {:8.1e}  {:8.1e}  {:.0f} % against {:.0f} %\n", fitted(x.motif, 24),
                       fitted(x.consensus, 20), x.adjusted_p, x.e, 100 * x.true_share, 100 * x.false_share);
  }
  return out + more(index_t(e.list.size()));
}

Value hit_of(const Hits& h, index_t i) {
  return item_of("Hits", h.size(), i, [&](std::size_t k) {
    const Hit& hit = h.list[k];
    return Value(Value::Table{{"motif", h.motif(hit)},
                              {"sequence", h.sequence(hit)},
                              {"first", hit.start + 1},
                              {"last", hit.end},
                              {"strand", std::string(1, hit.strand)},
                              {"score", hit.score},
                              {"p", hit.p},
                              {"q", hit.q}});
  });
}

Value seqlet_of(const Seqlets& s, index_t i) {
  return item_of("Seqlets", index_t(s.list.size()), i, [&](std::size_t k) {
    const auto& q = s.list[k];
    const auto& row = s.of->rows[std::size_t(q.row)];
    return Value(Value::Table{{"row", q.row + 1},
                              {"id", row.id},
                              {"first", q.start + 1},
                              {"last", q.end},
                              {"letters", row.sequence.substr(std::size_t(q.start), std::size_t(q.end - q.start))},
                              {"attribution", q.attribution},
                              {"p", q.p}});
  });
}

Value pattern_of(const SeqletPatterns& p, index_t i) {
  return item_of("SeqletMotifs", index_t(p.list.size()), i, [&](std::size_t k) {
    Value::Table t = matrix_of(p.list[k].motif);
    t.emplace_back("seqlets", p.list[k].members.size());
    t.emplace_back("attribution", p.list[k].attribution);
    return Value(t);
  });
}

Value match_of(const MotifMatches& m, index_t i) {
  return item_of("MotifMatches", index_t(m.list.size()), i, [&](std::size_t k) {
    const auto& x = m.list[k];
    return Value(Value::Table{{"motif", x.query},
                              {"resembles", x.target},
                              {"alternative", x.alternative},
                              {"p", x.p},
                              {"q", x.q},
                              {"E", x.e},
                              {"offset", x.offset},
                              {"strand", x.reverse ? "-" : "+"}});
  });
}

Value enrichment_of(const Enrichments& e, index_t i) {
  return item_of("Enrichments", index_t(e.list.size()), i, [&](std::size_t k) {
    const auto& x = e.list[k];
    return Value(Value::Table{{"motif", x.motif},
                              {"alternative", x.alternative},
                              {"consensus", x.consensus},
                              {"p", x.p},
                              {"adjusted_p", x.adjusted_p},
                              {"E", x.e},
                              {"true_share", x.true_share},
                              {"false_share", x.false_share}});
  });
}

}  // namespace

void register_motif_types(Registry& registry) {
  registry.type<MotifSet>("Motifs", "probability matrices of motifs; #m counts them, m[1] is the first")
      .summary(
          [](const MotifSet& s) { return fmt::format("{} motifs of {} ({})", s.size(), fitted(s.name, 40), s.format); })
      .details([](const MotifSet& s) { return details_of(s); })
      .length([](const MotifSet& s) { return s.size(); })
      .item([](const MotifSet& s, index_t i) {
        return item_of("Motifs", s.size(), i, [&](std::size_t k) {
          Value::Table t = matrix_of(s.motifs[k]);
          t.emplace_back("alternative", s.notes[k].alternative);
          t.emplace_back("sites", s.notes[k].sites);
          return Value(t);
        });
      })
      .field("names", "list of the motifs' names",
             [](const MotifSet& s) {
               std::vector<std::string> names;
               for (const auto& m : s.motifs) names.push_back(m.name);
               return Value(names);
             })
      .field("background", "shares of A C G T that the file names",
             [](const MotifSet& s) { return Value(std::vector<double>(s.background.begin(), s.background.end())); });
  registry.type<Hits>("Hits", "places of motifs in sequences; h[1] is the first")
      .summary([](const Hits& h) {
        return fmt::format("{} hits of {} motifs in {} sequences", h.size(), h.motifs.size(), h.sequences.size());
      })
      .details([](const Hits& h) { return details_of(h); })
      .bytes([](const Hits& h) { return h.list.capacity() * sizeof(Hit); })
      .length([](const Hits& h) { return h.size(); })
      .item(hit_of)
      .field("counts", "for each motif that was found: how often", [](const Hits& h) {
        Value::Table counts;
        const auto n = h.counts();
        for (std::size_t m = 0; m < n.size(); ++m)
          if (n[m]) counts.emplace_back(h.motifs[m], n[m]);
        return Value(counts);
      });
  registry.type<Seqlets>("Seqlets", "stretches of sequence that contribute much")
      .summary([](const Seqlets& s) { return fmt::format("{} seqlets, {}", s.list.size(), s.how); })
      .details([](const Seqlets& s) { return details_of(s); })
      .length([](const Seqlets& s) { return index_t(s.list.size()); })
      .item(seqlet_of)
      .field("how", "the method and its threshold", [](const Seqlets& s) { return s.how; });
  registry.type<SeqletPatterns>("SeqletMotifs", "motifs that seqlets were averaged to")
      .summary([](const SeqletPatterns& p) { return fmt::format("{} motifs of {} seqlets", p.list.size(), p.seqlets); })
      .details([](const SeqletPatterns& p) { return details_of(p); })
      .length([](const SeqletPatterns& p) { return index_t(p.list.size()); })
      .item(pattern_of)
      .part("motifs", "their matrices, a Motifs", &SeqletPatterns::set);
  registry.type<MotifMatches>("MotifMatches", "known motifs that motifs resemble; the best one of a motif comes first")
      .summary([](const MotifMatches& m) {
        return fmt::format("{} matches of {} motifs in {}", m.list.size(), m.queries, fitted(m.database, 40));
      })
      .details([](const MotifMatches& m) { return details_of(m); })
      .length([](const MotifMatches& m) { return index_t(m.list.size()); })
      .item(match_of)
      .field("note", "what the numbers cannot say", [](const MotifMatches& m) { return m.note; })
      .field("best", "for each motif: the known one that it resembles most", [](const MotifMatches& m) {
        Value::Table best;
        for (const auto& x : m.list)
          if (std::none_of(best.begin(), best.end(), [&](const auto& b) { return b.first == x.query; }))
            best.emplace_back(x.query, x.target);
        return Value(best);
      });
  registry.type<Enrichments>("Enrichments", "motifs that stand out among sequences, as AME found them")
      .summary([](const Enrichments& e) { return fmt::format("{} motifs of {}", e.list.size(), fitted(e.name, 40)); })
      .details([](const Enrichments& e) { return details_of(e); })
      .length([](const Enrichments& e) { return index_t(e.list.size()); })
      .item(enrichment_of);
}

}  // namespace l2g::repl
