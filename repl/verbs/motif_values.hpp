#pragma once
// What the verbs of motifs hold in the session.
#include "registry.hpp"

#include <l2g/interpret/meme_suite.hpp>
#include <l2g/interpret/seqlet_motifs.hpp>

#include <memory>

namespace l2g::repl {

/// Seqlets and the contributions that they lie in.
struct Seqlets {
  std::vector<interpret::Seqlet> list;
  std::shared_ptr<interpret::Contributions> of;
  std::string how;  ///< the method and its threshold
};

/// Motifs that seqlets were averaged to; `set` holds their matrices in the same order.
struct SeqletPatterns {
  std::vector<interpret::SeqletMotif> list;
  interpret::MotifSet set;
  index_t seqlets = 0;  ///< that were given
};

/// Motifs and the known ones that they resemble.
struct MotifMatches {
  std::vector<interpret::SuiteMatch> list;  ///< by query, ascending by p
  index_t queries = 0;
  std::string database;
  std::string note{};  ///< what the numbers cannot say
};

struct Enrichments {
  std::vector<interpret::Enrichment> list;
  std::string name;
};

/// Their types: what the session shows of them, their items and fields.
void register_motif_types(Registry& registry);

}  // namespace l2g::repl
