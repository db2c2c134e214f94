// Our side of bench/mutagenesis_peer.py: l2g_mutagenesis NETWORK FOLDER [--threads N]
// Writes a model with random weights and one sequence of 1000 bases into the folder, then answers each line "run" or
// "whole" on standard input with the seconds of one saturation mutagenesis (of processor time with one thread), by what
// a mutation touches or every mutant in full; "save FILE" writes the logits of the last one as text.
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/mutagenesis.hpp>
#include <l2g/io/atomic_file.hpp>

#include "measure.hpp"

#include <iostream>

namespace {

using namespace l2g;
using model::layer;
using model::Spec;

constexpr index_t bases = 1000;

Spec conv(index_t out, index_t kernel, const char* padding) {
  return layer("conv1d", {{"out", double(out)}, {"kernel", double(kernel)}}, {{"padding", padding}});
}

/// deepsea: Zhou and Troyanskaya 2015, positions kept. resnet1d: nine convolutions of 64, 128, 64 channels, the largest
/// position. cnn: what the shell builds, pooled.
Spec network(const std::string& name) {
  if (name == "deepsea")
    return model::sequential({conv(320, 8, "valid"), layer("relu"), layer("max_pool", {{"window", 4}}),
                              conv(480, 8, "valid"), layer("relu"), layer("max_pool", {{"window", 4}}),
                              conv(960, 8, "valid"), layer("relu"), layer("flatten"), layer("linear", {{"out", 925}}),
                              layer("relu"), layer("linear", {{"out", 2}})});
  Spec embedder = name == "resnet1d" ? model::resnet1d({.channels = {64, 128, 64}}) : model::cnn_embedder({});
  if (name != "resnet1d" && name != "cnn") throw error("networks are deepsea, resnet1d and cnn, not '" + name + "'");
  return model::sequential({std::move(embedder), layer("global_max_pool"), layer("linear", {{"out", 64}}),
                            layer("relu"), layer("linear", {{"out", 2}})});
}

void save(const interpret::MutationMap& map, const std::string& path) {
  io::AtomicFile file(path);
  std::string text;
  char number[32];
  for (const double y : map.predictions) {
    std::snprintf(number, sizeof number, "%.9g\n", y);
    text += number;
  }
  file.write(text);
  file.commit();
}

}  // namespace

int main(int count, char** words) try {
  int threads = 2;
  std::vector<std::string> given;
  for (int i = 1; i < count; ++i)
    if (std::string(words[i]) == "--threads" && i + 1 < count)
      threads = std::stoi(words[++i]);
    else
      given.emplace_back(words[i]);
  if (given.size() != 2) throw error("l2g_mutagenesis NETWORK FOLDER [--threads N]");
  const model::Model m = model::make_model(given[0], network(given[0]), {bases, 4}, {"0", "1"}, 1);
  model::save(m, given[1] + "/model.safetensors");
  data::Dataset rows;
  rows.sequences.emplace_back();
  for (index_t i = 0; i < bases; ++i) rows.sequences[0] += "ACGT"[Rng{2, 0}.below(1, std::uint64_t(i), 4)];
  io::write_file(given[1] + "/sequence.txt", rows.sequences[0]);
  std::puts("ready");
  std::fflush(stdout);

  model::MutateOptions options;
  options.pool = cpu::shared_pool(threads);
  interpret::MutationMaps last;
  const clockid_t clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.starts_with("save ")) {
      save(last.rows.at(0), line.substr(5));
      std::puts("saved");
    } else {
      options.only_what_is_touched = line == "run";
      const double start = bench::now(clock);
      last = model::mutate(m, rows, options);
      std::printf("%.6f\n", bench::now(clock) - start);
      if (options.only_what_is_touched && !last.rows[0].recomputed_only_touched) throw error(last.notes.at(0));
    }
    std::fflush(stdout);
  }
} catch (const std::exception& e) {
  std::fprintf(stderr, "l2g_mutagenesis: %s\n", e.what());
  return 1;
}
