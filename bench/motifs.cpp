// Our side of bench/motifs_peer.py: l2g_motifs scan MEME FASTA [--threads N] or l2g_motifs tomtom MEME [--threads N]
// Answers each line "run" on standard input with the seconds of one pass (of processor time with one thread) and how
// many hits or matches there are; "save FILE" writes what the last pass found.
#include <l2g/data/load.hpp>
#include <l2g/interpret/motif_files.hpp>
#include <l2g/interpret/scan.hpp>
#include <l2g/interpret/tomtom.hpp>
#include <l2g/io/atomic_file.hpp>

#include "race.hpp"

namespace {

using namespace l2g;

void save(const interpret::Hits& hits, const std::string& path) { interpret::write_tsv(hits, path); }

// A row for each query: score, offset, overlap, strand and p of each target.
void save(const std::vector<std::vector<interpret::MotifMatch>>& rows, const std::string& path) {
  io::AtomicFile file(path);
  for (const auto& row : rows) {
    std::string line;
    for (const auto& m : row) {
      char text[96];
      std::snprintf(text, sizeof text, "%d %d %d %d %.17g ", m.score, m.offset, m.overlap, int(m.reverse), m.p);
      line += text;
    }
    file.write(line + "\n");
  }
  file.commit();
}

template <class Run>
void answer(int threads, Run&& run) {
  decltype(run()) last{};
  bench::answer(
      threads, [&](const std::string&) { last = run(); }, [&] { return std::to_string(last.size()); },
      [&](const std::string& path) { save(last, path); });
}

}  // namespace

int main(int count, char** arguments) try {
  const bench::Words words(count, arguments);
  const int threads = words.threads();
  const std::vector<std::string>& given = words.others;
  if (given.size() < 2 || (given[0] == "scan" && given.size() < 3)) {
    std::fprintf(stderr, "usage: l2g_motifs scan MEME FASTA | tomtom MEME [--threads N]\n");
    return 2;
  }
  const auto motifs = interpret::load_motifs(given[1]);
  if (given[0] == "scan") {
    data::LoadOptions load;
    load.without_labels = true;
    const auto rows = data::load_file(given[2], load);
    interpret::ScanOptions o;
    o.pool = cpu::shared_pool(threads);
    answer(threads, [&] { return interpret::scan(motifs.motifs, rows, o); });
  } else {
    interpret::TomtomOptions o;
    o.pool = cpu::shared_pool(threads);
    answer(threads, [&] { return interpret::tomtom(motifs.motifs, motifs.motifs, o); });
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
