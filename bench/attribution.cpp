// Our side of bench/attribution_peer.py: l2g_attribution NETWORK FOLDER [--threads N] [--rows N]
// Writes a model with random weights and sequences of 1000 bases into the folder, then answers each line "float" or
// "mixed" on standard input with the seconds of DeepLIFT/SHAP of all of them in this precision (of processor time with
// one thread), the certificate and a note; "save FILE" writes the hypothetical contributions of the last one as text.
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/attribution.hpp>
#include <l2g/interpret/shuffle.hpp>
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

/// The networks of bench/mutagenesis.cpp.
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

}  // namespace

int main(int count, char** words) try {
  int threads = 2;
  index_t n = 8;
  std::vector<std::string> given;
  for (int i = 1; i < count; ++i)
    if (std::string(words[i]) == "--threads" && i + 1 < count)
      threads = std::stoi(words[++i]);
    else if (std::string(words[i]) == "--rows" && i + 1 < count)
      n = std::stoi(words[++i]);
    else
      given.emplace_back(words[i]);
  if (given.size() != 2) throw error("l2g_attribution NETWORK FOLDER [--threads N] [--rows N]");
  const model::Model m = model::make_model(given[0], network(given[0]), {bases, 4}, {"0", "1"}, 1);
  model::save(m, given[1] + "/model.safetensors");
  data::Dataset rows;
  model::AttributionOptions options{.pool = cpu::shared_pool(threads)};
  std::string text;
  for (index_t r = 0; r < n; ++r) {
    std::string& s = rows.sequences.emplace_back();
    for (index_t i = 0; i < bases; ++i) s += "ACGT"[Rng{2, std::uint64_t(r)}.below(1, std::uint64_t(i), 4)];
    text += s + "\n";
    for (index_t q = 0; q < options.references; ++q)
      text += interpret::dinucleotide_shuffle(s, options.seed, std::uint64_t(r), std::uint64_t(q)) + "\n";
  }
  io::write_file(given[1] + "/sequences.txt", text);
  std::puts("ready");
  std::fflush(stdout);

  interpret::Contributions last;
  const clockid_t clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  for (std::string line; std::getline(std::cin, line);) {
    if (line.starts_with("save ")) {
      text.clear();
      char number[32];
      for (const interpret::Contribution& c : last.rows)
        for (const double v : c.hypothetical) {
          std::snprintf(number, sizeof number, "%.9g\n", v);
          text += number;
        }
      io::write_file(line.substr(5), text);
      std::puts("saved");
    } else {
      options.precision = line == "float" ? model::Precision::single : model::Precision::mixed;
      const double start = bench::now(clock);
      last = model::contributions(m, rows, options);
      std::printf("%.6f %.3e %s\n", bench::now(clock) - start, interpret::certificate(last).largest, last.note.c_str());
    }
    std::fflush(stdout);
  }
} catch (const std::exception& e) {
  std::fprintf(stderr, "l2g_attribution: %s\n", e.what());
  return 1;
}
