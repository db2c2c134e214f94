#pragma once
// A genome on disk: any stretch of an indexed FASTA file (htslib).
#include <l2g/core/progress.hpp>
#include <l2g/data/chromosome_names.hpp>
#include <l2g/data/letters.hpp>

#include <map>
#include <memory>

namespace l2g::data {

struct GenomeOptions {
  /// New names of chromosomes, as other files call them, such as {"chrI", "ref|NC_001133|"}: the name of the FASTA file
  /// goes on to be understood. chr1 and 1, chrM and MT need no mention.
  std::map<std::string, std::string> names{};
  /// Where the index is written when it is missing; empty: beside the FASTA file, or, when that folder cannot be
  /// written, in the cache folder of l2g, else that of temporary files.
  std::string index_folder{};
  Progress progress{};
};

/// FASTA, plain or packed by bgzip, with its index (.fai, for bgzip .gzi too). A missing index, or one that is older
/// than the FASTA file, is built; notes() says so. A file packed by plain gzip cannot be read in the middle: it is
/// unpacked once, into the cache folder (or index_folder), and notes() says where. Move-only; one thread at a time.
class Genome {
 public:
  /// Throws file_error: the file is missing, empty, truncated, no FASTA, or has sequences whose lines differ in length
  /// (with the line); its index does not fit; a packed one cannot be unpacked.
  explicit Genome(const std::string& path, const GenomeOptions& options = {});
  Genome(Genome&&) noexcept;
  Genome& operator=(Genome&&) noexcept;
  ~Genome();

  const std::string& path() const;
  const ChromosomeNames& chromosomes() const;
  index_t size() const { return static_cast<index_t>(chromosomes().names().size()); }
  /// Bases of a chromosome, 0 <= chromosome < size().
  index_t length(index_t chromosome) const;
  /// Bases of all.
  index_t bases() const;
  /// What was done without being asked for, one line each.
  const std::vector<std::string>& notes() const;

  /// Bases start to end - 1 of a chromosome, counted from 0 (half-open, as in BED), by the same rules as letters of any
  /// other file: upper case, U as T, IUPAC codes kept. Throws file_error, which names the stretch, when it goes beyond
  /// the chromosome, for a letter that the rules refuse, and for a damaged file.
  std::string fetch(index_t chromosome, index_t start, index_t end, const LetterRules& letters = {}) const;
  /// The same by name. Throws file_error for an unknown one, with near ones.
  std::string fetch(std::string_view chromosome, index_t start, index_t end, const LetterRules& letters = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/genome-inl.hpp>
#endif
