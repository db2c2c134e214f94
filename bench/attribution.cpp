// Our side of bench/attribution_peer.py: l2g_attribution NETWORK FOLDER [--threads N] [--rows N]
// Writes a model with random weights and sequences of 1000 bases into the folder, then answers each line "float" or
// "mixed" on standard input with the seconds of DeepLIFT/SHAP of all of them in this precision (of processor time with
// one thread), the certificate and a note; "save FILE" writes the hypothetical contributions of the last one as text.
#include <l2g/dyn/attribution.hpp>
#include <l2g/interpret/shuffle.hpp>
#include <l2g/io/atomic_file.hpp>

#include "networks.hpp"
#include "race.hpp"

using namespace l2g;

int main(int count, char** arguments) try {
  const bench::Words words(count, arguments, {{"--rows", 8}});
  if (words.others.size() != 2) throw error("l2g_attribution NETWORK FOLDER [--threads N] [--rows N]");
  const std::string& folder = words.others[1];
  const model::Model m = bench::written_network(words.others[0], folder);
  data::Dataset rows;
  model::AttributionOptions options{.pool = cpu::shared_pool(words.threads())};
  std::string text;
  for (index_t r = 0; r < words.numbers.at("--rows"); ++r) {
    const std::string& s = rows.sequences.emplace_back(bench::random_sequence(r));
    text += s + "\n";
    for (index_t q = 0; q < options.references; ++q)
      text += interpret::dinucleotide_shuffle(s, options.seed, std::uint64_t(r), std::uint64_t(q)) + "\n";
  }
  io::write_file(folder + "/sequences.txt", text);
  std::puts("ready");
  std::fflush(stdout);

  interpret::Contributions last;
  bench::answer(
      words.threads(),
      [&](const std::string& precision) {
        options.precision = precision == "float" ? model::Precision::single : model::Precision::mixed;
        last = model::contributions(m, rows, options);
      },
      [&] {
        char certificate[32];
        std::snprintf(certificate, sizeof certificate, "%.3e ", interpret::certificate(last).largest);
        return certificate + last.note;
      },
      [&](const std::string& path) {
        text.clear();
        for (const interpret::Contribution& c : last.rows) text += bench::lines_of(c.hypothetical);
        io::write_file(path, text);
      });
} catch (const std::exception& e) {
  std::fprintf(stderr, "l2g_attribution: %s\n", e.what());
  return 1;
}
