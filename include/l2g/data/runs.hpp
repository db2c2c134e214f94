#pragma once
// Results of many trainings, one JSON object a line, as the lessons keep them: task, variant, seed and scores.
#include <l2g/data/line_reader.hpp>

#include <vector>

namespace l2g::data {

struct RunScore {
  std::string task{}, variant{};
  std::uint64_t seed = 0;
  double value = 0;
};

/// The values of `metric` (a key such as test_mcc); a line without task has an empty one; a null is left out. Lines
/// that are empty are skipped. Throws file_error with the line for what is no JSON object, for a variant, seed or
/// metric that is missing or of another kind, and for a variant and seed of a task that come twice.
std::vector<RunScore> read_runs(LineReader& lines, const std::string& metric = "test_mcc");

/// Two variants of one task by the seeds that both have.
struct RunPairs {
  std::string task{}, first{}, second{};
  std::vector<std::uint64_t> seeds{};
  std::vector<double> first_values{}, second_values{};
};
/// One for each task with both variants, in the order of the runs. Throws error for a variant that there is not.
std::vector<RunPairs> paired_runs(const std::vector<RunScore>& runs, const std::string& first,
                                  const std::string& second);
/// The variants in the order of the runs.
std::vector<std::string> run_variants(const std::vector<RunScore>& runs);

}  // namespace l2g::data

#ifndef L2G_COMPILED
#include <l2g/data/runs-inl.hpp>
#endif
