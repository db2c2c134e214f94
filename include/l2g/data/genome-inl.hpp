#pragma once
#include <htslib/bgzf.h>
#include <htslib/faidx.h>
#include <htslib/hts_log.h>
#include <unistd.h>
#include <l2g/core/errors.hpp>
#include <l2g/data/fields-inl.hpp>
#include <l2g/data/genome.hpp>
#include <l2g/data/line_reader.hpp>
#include <l2g/io/atomic_file.hpp>
#include <l2g/io/cache.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace l2g::data {

namespace detail {

// htslib writes its complaints to standard error; ours are exceptions.
struct SilentHtslib {
  htsLogLevel before = hts_get_log_level();
  SilentHtslib() { hts_set_log_level(HTS_LOG_OFF); }
  ~SilentHtslib() { hts_set_log_level(before); }
  SilentHtslib(const SilentHtslib&) = delete;
};

struct FreeIndex {
  void operator()(faidx_t* index) const { fai_destroy(index); }
};
using IndexPointer = std::unique_ptr<faidx_t, FreeIndex>;

enum class GenomePacking { none, bgzip, gzip };

// The extra field "BC" tells bgzip's blocks from plain gzip (SAM specification, 4.1).
inline GenomePacking packing_of(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  unsigned char head[18] = {};
  const std::size_t n = file ? std::fread(head, 1, sizeof head, file.get()) : 0;
  if (n < 2 || head[0] != 0x1f || head[1] != 0x8b) return GenomePacking::none;
  if (n == sizeof head && (head[3] & 4) && head[12] == 'B' && head[13] == 'C') return GenomePacking::bgzip;
  return GenomePacking::gzip;
}

inline void check_genome_file(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const auto status = fs::status(path, fault);
  if (!fs::exists(status)) throw_missing(path);
  if (fs::is_directory(status)) throw file_error(path, "this is a folder; a FASTA file was expected");
  if (fs::is_regular_file(status) && fs::file_size(path, fault) == 0) throw file_error(path, "the file is empty");
  const GenomePacking packing = packing_of(path);
  {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    char mark[3] = {};
    if (file && std::fread(mark, 1, 3, file.get()) == 3 && std::string_view(mark, 3) == "\xef\xbb\xbf")
      throw file_error(path, 1, 1, "a byte order mark stands before the first '>'; save the file without it");
  }
  if (packing == GenomePacking::bgzip) {
    const std::unique_ptr<BGZF, int (*)(BGZF*)> file(bgzf_open(path.c_str(), "r"), bgzf_close);
    if (file && bgzf_check_EOF(file.get()) == 0)
      throw file_error(path, "the packed file ends too early; was it copied whole?");
  }
  LineReader lines(path);
  std::string line;
  while (lines.next(line))
    if (line.find_first_not_of(" \t") != std::string::npos) break;
  if (line.empty()) throw file_error(path, "the file holds no sequence");
  if (line[0] == '@') lines.fail(1, "this is FASTQ; a genome is FASTA");
  if (line[0] != '>') lines.fail(1, "a FASTA file starts with '>', this one with '" + shown(line, 20) + "'");
}

// Why htslib cannot index the file, in our words and with the line.
[[noreturn]] inline void fail_unindexable(const std::string& path) {
  LineReader lines(path);
  std::string line;
  index_t width = 0;  // letters of a full line of this sequence
  index_t last = 0;   // of the line before, and where it stands
  while (lines.next(line)) {
    const auto letters = static_cast<index_t>(line.size());
    if (!line.empty() && line[0] == '>') {
      if (line.find_first_not_of(" \t", 1) == std::string::npos) lines.fail(1, "this sequence has no name");
      width = last = 0;
      continue;
    }
    if (width == 0) {
      width = last = letters;
      continue;
    }
    const char* rule =
        "; an index needs lines of one length in a sequence, but for the last one (seqkit seq -w 60 rewrites them)";
    if (letters > 0 && last < width)
      throw file_error(
          path, lines.line_number() - 1, 0,
          "the line has " + std::to_string(last) + " letters, those before it " + std::to_string(width) + rule);
    if (letters > width)
      lines.fail(
          0, "the line has " + std::to_string(letters) + " letters, those before it " + std::to_string(width) + rule);
    last = letters;
  }
  throw file_error(path, "it cannot be indexed: are Windows and Unix line ends mixed in it?");
}

struct IndexFiles {
  std::string fai, gzi, note{};
};

// Written aside and renamed, so that two programs may build one index. False when the folder cannot be written.
inline bool build_index(const std::string& path, const IndexFiles& files) {
  namespace fs = std::filesystem;
  std::error_code fault;
  if (const fs::path folder = fs::path(files.fai).parent_path(); !folder.empty()) fs::create_directories(folder, fault);
  const std::string own = ".partial" + std::to_string(::getpid());
  const std::string fai = files.fai + own, gzi = files.gzi + own;
  std::FILE* test = std::fopen(fai.c_str(), "wb");
  if (!test) return false;
  std::fclose(test);
  const int status = fai_build3(path.c_str(), fai.c_str(), gzi.c_str());
  if (status == 0 && fs::exists(gzi, fault)) fs::rename(gzi, files.gzi, fault);
  if (status == 0 && !fault) fs::rename(fai, files.fai, fault);
  const bool placed = status == 0 && !fault;
  fs::remove(fai, fault);
  fs::remove(gzi, fault);
  if (status != 0) fail_unindexable(path);
  return placed;
}

// Stands for the file as it is now: its place, size and time.
inline std::string hash_of_state(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const fs::path whole = fs::weakly_canonical(path, fault);
  const auto time = fs::last_write_time(path, fault).time_since_epoch().count();
  const std::string hash = io::ContentHash()
                               .add(whole.string())
                               .add(static_cast<std::uint64_t>(fs::file_size(path, fault)))
                               .add(static_cast<std::int64_t>(time))
                               .text();
  return hash.substr(0, 16);
}

// An index of its own for each state of the file, where many genomes may share a folder.
inline IndexFiles index_in(const std::string& folder, const std::string& path) {
  const std::string base = folder + "/" + std::filesystem::path(path).filename().string() + "-" + hash_of_state(path);
  return {base + ".fai", base + ".gzi"};
}

// Folders for what is made of genomes, the first that can be written.
inline std::vector<std::string> genome_folders(const GenomeOptions& options) {
  if (!options.index_folder.empty()) return {options.index_folder};
  std::vector<std::string> folders;
  std::error_code fault;
  if (const std::string cache = io::Cache().folder(); !cache.empty()) folders.push_back(cache + "/genomes");
  folders.push_back((std::filesystem::temp_directory_path(fault) / "l2g-genomes").string());
  return folders;
}

// Plain gzip cannot be read in the middle: the copy that stands for the file, unpacked when there is none; `note` says
// so then.
inline std::string unpacked_copy(const std::string& path, const GenomeOptions& options, std::string& note) {
  namespace fs = std::filesystem;
  std::error_code fault;
  std::string name = fs::path(path).filename().string();
  if (name.ends_with(".gz")) name.erase(name.size() - 3);
  name = hash_of_state(path) + "-" + name;
  std::string last;
  for (const std::string& folder : genome_folders(options)) {
    std::string copy = (fs::path(folder) / name).string();
    if (fs::is_regular_file(copy, fault)) return copy;
    fs::create_directories(folder, fault);
    LineReader lines(path);
    try {
      io::AtomicFile out(copy);
      for (std::string line; lines.next(line);) {
        if (lines.line_number() % 4096 == 1) options.progress(lines.fraction(), "unpacking the genome");
        out.write(line += '\n');
      }
      out.commit();
    } catch (const file_error& e) {
      if (!std::string_view(e.what()).starts_with(folder)) throw;  // the packed file is damaged
      last = e.what();
      continue;
    }
    note = "it is packed by gzip, which cannot be read in the middle, and was unpacked once: " + copy;
    return copy;
  }
  throw file_error(path, "it is packed by gzip and has to be unpacked, but " + last);
}

inline IndexFiles find_index(const std::string& path, const GenomeOptions& options) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const bool packed = packing_of(path) == GenomePacking::bgzip;
  const auto complete = [&](const IndexFiles& f) {
    return fs::is_regular_file(f.fai, fault) && (!packed || fs::is_regular_file(f.gzi, fault));
  };
  IndexFiles beside{path + ".fai", path + ".gzi"};
  std::string why = "the index was missing";
  if (complete(beside)) {
    if (fs::last_write_time(beside.fai, fault) >= fs::last_write_time(path, fault)) return beside;
    why = "the index was older than the FASTA file";
  }
  std::vector<IndexFiles> places;
  if (options.index_folder.empty()) places.push_back(beside);
  for (const std::string& folder : genome_folders(options)) places.push_back(index_in(folder, path));
  for (IndexFiles& place : places) {
    if (place.fai != beside.fai && complete(place)) return place;
    options.progress(0, "index of the genome");
    if (!build_index(path, place)) continue;
    place.note = why + " and was built: " + place.fai;
    return place;
  }
  throw file_error(path, why + ", and no place for a new one can be written, " + places.back().fai + " neither");
}

// Chromosomes under the names that the user gave them; those of the file are understood, too.
inline ChromosomeNames renamed(const std::vector<std::string>& stored, const std::map<std::string, std::string>& names,
                               const std::string& path) {
  const ChromosomeNames known(stored);
  std::vector<std::string> now = stored;
  for (const auto& [name, old] : names) {
    const index_t at = known.find(old);
    if (at < 0) throw file_error(path, "the name '" + shown(name) + "' cannot be given: " + known.unknown(old));
    now[static_cast<std::size_t>(at)] = name;
  }
  for (std::size_t i = 0; i < now.size(); ++i)
    if (now[i] != stored[i] && std::count(now.begin(), now.end(), now[i]) > 1)
      throw file_error(path, "two chromosomes would be called '" + shown(now[i]) + "'");
  ChromosomeNames out(now);
  for (std::size_t i = 0; i < now.size(); ++i)
    if (now[i] != stored[i]) out.add_alias(stored[i], now[i]);
  for (const auto& [name, old] : names) out.add_alias(name, now[static_cast<std::size_t>(known.find(old))]);
  return out;
}

}  // namespace detail

struct Genome::State {
  std::string path, index_path;
  detail::IndexPointer index;
  std::vector<std::string> stored;  // names in the file
  ChromosomeNames chromosomes;
  std::vector<index_t> lengths;
  std::vector<std::string> notes;
};

L2G_INLINE Genome::Genome(Genome&&) noexcept = default;
L2G_INLINE Genome& Genome::operator=(Genome&&) noexcept = default;
L2G_INLINE Genome::~Genome() = default;

L2G_INLINE Genome::Genome(const std::string& path, const GenomeOptions& options) : state_(std::make_unique<State>()) {
  const detail::SilentHtslib silent;
  detail::check_genome_file(path);
  std::string unpacked;
  const bool gzip = detail::packing_of(path) == detail::GenomePacking::gzip;
  const std::string readable = gzip ? detail::unpacked_copy(path, options, unpacked) : path;
  const detail::IndexFiles files = detail::find_index(readable, options);
  State& s = *state_;
  s.path = path;
  s.index_path = files.fai;
  s.index.reset(fai_load3(readable.c_str(), files.fai.c_str(), files.gzi.c_str(), 0));
  if (!s.index) throw file_error(files.fai, "this is no index of " + path + "; remove it, it is built anew");
  for (int i = 0; i < faidx_nseq(s.index.get()); ++i) {
    s.stored.emplace_back(faidx_iseq(s.index.get(), i));
    s.lengths.push_back(faidx_seq_len(s.index.get(), s.stored.back().c_str()));
    if (s.lengths.back() < 0)
      throw file_error(files.fai, "the length of '" + detail::shown(s.stored.back()) + "' cannot be right");
  }
  if (s.stored.empty()) throw file_error(path, "the file holds no sequence");
  s.chromosomes = detail::renamed(s.stored, options.names, path);
  if (!unpacked.empty())
    s.notes.push_back(path + ": " + unpacked);
  else if (!files.note.empty())
    s.notes.push_back(files.note);
}

L2G_INLINE const std::string& Genome::path() const { return state_->path; }
L2G_INLINE const ChromosomeNames& Genome::chromosomes() const { return state_->chromosomes; }
L2G_INLINE const std::vector<std::string>& Genome::notes() const { return state_->notes; }
L2G_INLINE index_t Genome::length(index_t chromosome) const {
  return state_->lengths.at(static_cast<std::size_t>(chromosome));
}
L2G_INLINE index_t Genome::bases() const {
  index_t sum = 0;
  for (const index_t n : state_->lengths) sum += n;
  return sum;
}

L2G_INLINE std::string Genome::fetch(index_t chromosome, index_t start, index_t end, const LetterRules& letters) const {
  const State& s = *state_;
  const auto at = static_cast<std::size_t>(chromosome);
  const std::string& name = s.chromosomes.names().at(at);
  const index_t bases = length(chromosome);
  const auto fail = [&](const std::string& message) {
    throw file_error(s.path, detail::stretch(name, start, end) + " " + message);
  };
  if (start > end) fail("ends before it starts");
  if (start < 0 || end > bases) fail("goes beyond the chromosome, which has " + std::to_string(bases) + " bases");
  if (start == end) return {};
  const detail::SilentHtslib silent;
  hts_pos_t count = 0;
  const std::unique_ptr<char, void (*)(void*)> found(
      faidx_fetch_seq64(s.index.get(), s.stored[at].c_str(), start, end - 1, &count), std::free);
  if (!found || count != end - start)
    fail("cannot be read: the file is damaged, or its index " + s.index_path + " is that of another one");
  std::string sequence(found.get(), static_cast<std::size_t>(count));
  try {
    apply_letter_rules(sequence, letters, s.path, 1, 1);
  } catch (const error&) {
    for (std::size_t i = 0;; ++i) {
      std::string letter(1, found.get()[i]);
      try {
        apply_letter_rules(letter, letters, {}, 0, 0);
      } catch (const error& e) {
        fail("at base " + std::to_string(start + static_cast<index_t>(i)) + std::string(e.what()));
      }
    }
  }
  return sequence;
}

L2G_INLINE std::string Genome::fetch(std::string_view chromosome, index_t start, index_t end,
                                     const LetterRules& letters) const {
  const index_t at = state_->chromosomes.find(chromosome);
  if (at < 0) throw file_error(state_->path, state_->chromosomes.unknown(chromosome));
  return fetch(at, start, end, letters);
}

}  // namespace l2g::data
