#pragma once
// Genomes and intervals in the session.
#include "shell.hpp"

#include <l2g/data/intervals.hpp>
#include <l2g/data/split.hpp>

namespace l2g::repl {

/// An argument that is a Genome, or the path of a FASTA file. What was done to open it (an index that was built) is
/// said.
std::shared_ptr<data::Genome> genome_of(const Arguments& arguments, std::string_view name, Shell& shell);

/// The parameter "genome" of a verb that takes either.
Parameter genome_parameter();

/// The parameters of `load`, and behind them those of BED files: genome, width, around, beyond, unknown, class.
std::vector<Parameter> with_window_parameters(std::vector<Parameter> own);
/// One of these was given.
bool has_window_parameters(const Arguments& arguments);

/// Is this the name of a BED or narrowPeak file?
bool holds_intervals(const std::string& path);
/// `load` of a BED file: its sequences in the genome that the arguments name.
Value load_intervals(const Arguments& arguments, Shell& shell);

/// Verbs of variants and annotations.
void register_variant_verbs(Registry& registry);

/// `split` of rows that were read from a genome, when `dev` or `test` are names of chromosomes.
bool splits_by_chromosome(const Arguments& arguments);
data::Splits split_by_chromosome(const Arguments& arguments, const data::Dataset& rows,
                                 const data::SplitOptions& options);
/// The share of rows that `dev` or `test` asks for; 0.1 when nothing is said.
double share_of(const Arguments& arguments, std::string_view name);

}  // namespace l2g::repl
