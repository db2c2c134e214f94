#pragma once
// Names of chromosomes: chr1 and 1 are one chromosome, chrM and MT too.
#include <l2g/core/config.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace l2g::data {

/// The names of one genome, found by themselves or by what other files call them.
class ChromosomeNames {
 public:
  ChromosomeNames() = default;
  explicit ChromosomeNames(std::vector<std::string> names);

  const std::vector<std::string>& names() const { return names_; }
  /// Lets `other` mean the chromosome `name`. Throws error when there is no such chromosome.
  void add_alias(const std::string& other, const std::string& name);
  /// The number of the chromosome: by its own name, an alias that was added, or without regard to a leading "chr" and
  /// to the spelling of the mitochondrion (M, MT, Mito) where that names one only. -1 when there is none.
  index_t find(std::string_view name) const;
  /// "unknown chromosome 'chr9' (did you mean 'chr8'?); there are chrI, chrII, ... (17 names)"
  std::string unknown(std::string_view name) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, index_t> exact_, loose_;  // loose_: -1 where two chromosomes have one loose name
};

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/chromosome_names-inl.hpp>
#endif
