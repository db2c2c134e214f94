#pragma once
// What pictures along sequences and the report share.
#include "registry.hpp"

#include <l2g/interpret/mutagenesis.hpp>
#include <l2g/report/sequence_charts.hpp>

namespace l2g::data {
class Annotation;
}

namespace l2g::repl {

/// The stretches that a Hits, a Seqlets or a Simulated has in one row of contributions. Throws error for other values.
std::vector<report::Stretch> stretches_of(const Value& hits, const interpret::Contributions& contributions,
                                          std::size_t row);
/// Features at the place that the row's id names. Throws error when it names none.
std::vector<report::Stretch> genes_of(const data::Annotation& annotation, const interpret::Contribution& row);

report::MutationChart mutation_chart(const interpret::MutationMaps& maps, const interpret::MutationMap& map,
                                     index_t from, index_t to);

struct Window {
  index_t from, to;
};
/// The window of at most `most` bases whose contributions are largest in sum of their sizes.
Window busiest(const interpret::Contribution& contribution, index_t most);
/// The rows whose contributions are largest, the largest first.
std::vector<std::size_t> strongest_rows(const interpret::Contributions& contributions, std::size_t count);

}  // namespace l2g::repl
