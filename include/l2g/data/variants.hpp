#pragma once
// Variants of a VCF file, and whether they fit a genome.
#include <l2g/data/genome.hpp>
#include <l2g/data/line_reader.hpp>

namespace l2g::data {

/// One alternative allele. Letters are upper case.
struct Variant {
  std::string chromosome{};
  index_t position = 0;  ///< of the first base of `reference`, counted from 0 (POS of the file is one more)
  std::string id{}, reference{}, alternative{};
  index_t line = 0;  ///< of the file
};

struct Variants {
  std::string name{}, source{};
  std::vector<Variant> rows{};
  index_t records = 0;              ///< lines of the file
  index_t symbolic = 0;             ///< alleles that were left out: <DEL>, *, breakends
  index_t without_alternative = 0;  ///< lines with ALT '.', which say that there is no variant
  index_t filtered = 0;             ///< lines whose FILTER is not PASS, when they were to be left out

  index_t size() const { return static_cast<index_t>(rows.size()); }
  /// What was left out, one line each.
  std::vector<std::string> notes() const;
};

struct VariantOptions {
  bool pass_only = false;  ///< leave out lines whose FILTER is neither PASS nor '.'
  Progress progress{};
};

/// Reads VCF 4 (plain, gzip or bgzip; BCF is refused by name). A line with several alternatives gives one row each.
/// Header lines are optional. Throws file_error with line and column for fewer than five columns, a position below 1,
/// alleles that are not A C G T N, an alternative that equals the reference, and for a file that is no VCF.
Variants read_variants(LineReader& lines, const VariantOptions& options = {});
Variants read_variants(const std::string& path, const VariantOptions& options = {});

/// What is done with variants that do not fit.
enum class Misfit { error, skip };

struct FittingOptions {
  Misfit mismatch = Misfit::error;  ///< the reference allele is not what the genome has there
  Misfit unknown = Misfit::error;   ///< the genome does not have the chromosome
  Progress progress{};
};

/// The variants of a genome: their chromosomes get the genome's names. All are checked before anything else is done:
/// one file_error says how many do not fit, with examples, and whether they would one base further left or right.
/// `notes` gets what was left out or called by another name.
Variants fitting(const Variants& variants, const Genome& genome, const FittingOptions& options,
                 std::vector<std::string>& notes);

/// "chr20:14370 G>A", counted from 1 as in VCF; long alleles are cut.
std::string text(const Variant& variant);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/variants-inl.hpp>
#endif
