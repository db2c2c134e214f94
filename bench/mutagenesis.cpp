// Our side of bench/mutagenesis_peer.py: l2g_mutagenesis NETWORK FOLDER [--threads N]
// Writes a model with random weights and one sequence of 1000 bases into the folder, then answers each line "run" or
// "whole" on standard input with the seconds of one saturation mutagenesis (of processor time with one thread), by what
// a mutation touches or every mutant in full; "save FILE" writes the logits of the last one as text.
#include <l2g/dyn/mutagenesis.hpp>
#include <l2g/io/atomic_file.hpp>

#include "networks.hpp"
#include "race.hpp"

using namespace l2g;

int main(int count, char** arguments) try {
  const bench::Words words(count, arguments);
  if (words.others.size() != 2) throw error("l2g_mutagenesis NETWORK FOLDER [--threads N]");
  const std::string& folder = words.others[1];
  const model::Model m = bench::written_network(words.others[0], folder);
  data::Dataset rows;
  rows.sequences.push_back(bench::random_sequence(0));
  io::write_file(folder + "/sequence.txt", rows.sequences[0]);
  std::puts("ready");
  std::fflush(stdout);

  model::MutateOptions options;
  options.pool = cpu::shared_pool(words.threads());
  interpret::MutationMaps last;
  bench::answer(
      words.threads(),
      [&](const std::string& line) {
        options.only_what_is_touched = line == "run";
        last = model::mutate(m, rows, options);
      },
      [&] {
        if (options.only_what_is_touched && !last.rows[0].recomputed_only_touched) throw error(last.notes.at(0));
        return "";
      },
      [&](const std::string& path) { io::write_file(path, bench::lines_of(last.rows.at(0).predictions)); });
} catch (const std::exception& e) {
  std::fprintf(stderr, "l2g_mutagenesis: %s\n", e.what());
  return 1;
}
