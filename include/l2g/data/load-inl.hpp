#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/fasta.hpp>
#include <l2g/data/load.hpp>
#include <l2g/data/table.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

namespace l2g::data {

namespace detail {

namespace fs = std::filesystem;

// "a/train.csv.gz" is called "train" and is of kind ".csv".
struct FileName {
  std::string stem, kind;
  explicit FileName(const fs::path& path) {
    fs::path p = path.filename();
    const auto lower_extension = [&] {
      std::string e = p.extension().string();
      std::transform(e.begin(), e.end(), e.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
      return e;
    };
    if (const auto e = lower_extension(); e == ".gz" || e == ".bgz") p = p.stem();
    kind = lower_extension();
    stem = p.stem().string();
  }
  bool is_fasta() const {
    static constexpr std::array<std::string_view, 5> kinds{".fa", ".fasta", ".fna", ".ffn", ".fas"};
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }
  bool is_table() const { return kind == ".csv" || kind == ".tsv" || kind == ".tab" || kind == ".txt"; }
};

inline std::vector<fs::path> entries(const std::string& folder) {
  std::error_code fault;
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(folder, fault), end; !fault && it != end; it.increment(fault))
    if (const auto name = it->path().filename().string(); !name.empty() && name[0] != '.') paths.push_back(it->path());
  if (fault) throw file_error(folder, fault.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

// The file or folder of a part, or an empty path. Two of them would make the choice a matter of luck.
inline fs::path part_of(const std::string& folder, const std::vector<fs::path>& paths,
                        std::initializer_list<std::string_view> names) {
  fs::path found;
  for (const auto& p : paths) {
    const bool is_folder = fs::is_directory(p);
    const FileName file(p);
    if (!is_folder && !file.is_fasta() && !file.is_table()) continue;
    std::string stem = is_folder ? p.filename().string() : file.stem;
    std::transform(stem.begin(), stem.end(), stem.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    if (std::find(names.begin(), names.end(), stem) == names.end()) continue;
    if (!found.empty())
      throw file_error(folder, "both " + found.filename().string() + " and " + p.filename().string() +
                                   " could be the " + std::string(*names.begin()) + " part; keep one of them");
    found = p;
  }
  return found;
}

inline void append(Dataset& to, Dataset&& part) {
  const auto move_all = [](auto& a, auto& b) {
    a.insert(a.end(), std::make_move_iterator(b.begin()), std::make_move_iterator(b.end()));
  };
  move_all(to.ids, part.ids);
  move_all(to.sequences, part.sequences);
  move_all(to.labels, part.labels);
}

inline Dataset load_class_files(const std::string& folder, const std::vector<fs::path>& files, LoadOptions options) {
  std::vector<Dataset> parts;
  std::vector<Dataset*> pointers;
  for (const auto& f : files) {
    options.file_label = FileName(f).stem;
    parts.push_back(load_file(f.string(), options));
  }
  for (auto& p : parts) pointers.push_back(&p);
  unite_classes(pointers);
  Dataset out;
  out.name = fs::path(folder).filename().string();
  out.source = folder;
  out.classes = parts[0].classes;
  for (auto& p : parts) append(out, std::move(p));
  if (out.class_count() != static_cast<index_t>(files.size()))
    throw file_error(folder, "two files have the same name up to the ending, so they would be one class");
  std::string note = "label: the file's name, one FASTA file a class (";
  for (std::size_t k = 0; k < out.classes.size(); ++k) note += (k ? ", " : "") + out.classes[k];
  out.notes.push_back(note + ")");
  return out;
}

// By its ending, or .txt that begins as FASTA does.
inline bool is_fasta_file(const fs::path& path) {
  const FileName name(path);
  if (name.is_fasta() || name.kind != ".txt" || !fs::is_regular_file(path)) return name.is_fasta();
  LineReader lines(path.string());
  std::string_view first;
  return lines.peek(first) && first.substr(0, 1) == ">";
}

inline std::vector<fs::path> class_files(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const auto& p : paths)
    if (!fs::is_directory(p) && is_fasta_file(p)) files.push_back(p);
  return files;
}

inline Dataset load_part(const fs::path& path, const LoadOptions& options) {
  if (path.empty()) return {};
  if (!fs::is_directory(path)) return load_file(path.string(), options);
  const auto files = class_files(entries(path.string()));
  if (files.empty()) throw file_error(path.string(), "the folder holds no FASTA files (one a class was expected)");
  return load_class_files(path.string(), files, options);
}

// Every labelled part must have labels, or none: otherwise a header is missing in one of the files.
inline void check_same_labelling(const Splits& s, const std::string& folder) {
  for (const Dataset* part : {&s.dev, &s.test})
    if (!part->empty() && part->labelled() != s.train.labelled())
      throw file_error(folder, "the " + std::string(part == &s.dev ? "dev" : "test") + " part has " +
                                   (part->labelled() ? "labels" : "no labels") + ", the train part has " +
                                   (s.train.labelled() ? "some" : "none"));
}

// One list of classes; a class that train does not hold cannot be learnt, which is worth a note.
inline void unite_parts(Splits& s, const std::string& folder) {
  const std::vector<std::string> known = s.train.classes;
  for (Dataset* part : {&s.dev, &s.test})
    for (const auto& name : part->classes)
      if (std::find(known.begin(), known.end(), name) == known.end())
        part->notes.push_back("class '" + name + "' does not occur in train");
  Dataset* parts[] = {&s.train, &s.dev, &s.test};
  try {
    unite_classes(parts);
  } catch (const error& e) {
    throw file_error(folder, e.what());
  }
}

}  // namespace detail

L2G_INLINE Dataset load_lines(LineReader& lines, const LoadOptions& options) {
  std::string_view first;
  std::string skipped;
  while (lines.peek(first) && first.find_first_not_of(" \t\r") == std::string_view::npos) lines.next(skipped);
  const char sign = first.empty() ? '\0' : first[0];
  const detail::FileName file(lines.name());
  if (file.kind == ".bed" || file.kind.ends_with("peak"))
    throw file_error(lines.name(), "a BED file holds places, not sequences: give the genome too");
  const bool fasta = sign == '>' || sign == ';' || sign == '@' || file.is_fasta();
  Dataset out = fasta ? read_fasta(lines, options) : read_table(lines, options);
  out.name = file.stem;
  return out;
}

L2G_INLINE Dataset load_file(const std::string& path, const LoadOptions& options) {
  LineReader lines(path);
  return load_lines(lines, options);
}

L2G_INLINE Splits load(const std::string& path, const LoadOptions& options) {
  using namespace detail;
  Splits out;
  std::error_code fault;
  if (!fs::exists(path, fault)) throw_missing(path);
  if (!fs::is_directory(path, fault)) {
    out.train = load_file(path, options);
    return out;
  }
  const auto paths = entries(path);
  const auto train = part_of(path, paths, {"train", "training"});
  const auto dev = part_of(path, paths, {"dev", "valid", "val", "validation"});
  const auto test = part_of(path, paths, {"test", "testing"});
  const auto classes = class_files(paths);
  if (!train.empty()) {
    out.train = load_part(train, options);
    out.dev = load_part(dev, options);
    out.test = load_part(test, options);
    check_same_labelling(out, path);
    unite_parts(out, path);
    fs::path folder = fs::path(path).lexically_normal();
    if (folder.filename().empty()) folder = folder.parent_path();
    const std::string name = folder.filename().string();
    out.train.name = name + "/train";
    if (!out.dev.empty()) out.dev.name = name + "/dev";
    if (!out.test.empty()) out.test.name = name + "/test";
    return out;
  }
  std::string found;
  for (std::size_t i = 0; i < paths.size() && i < 8; ++i) found += (i ? ", " : "") + paths[i].filename().string();
  if (paths.size() > 8) found += ", ...";
  if (!dev.empty() || !test.empty())
    throw file_error(path, "there is no train file, only " + found + "; load one of them by its own path");
  if (classes.size() < 2)
    throw file_error(path, "a folder needs train.csv (and dev, test), or one FASTA file a class; here " +
                               (found.empty() ? std::string("is nothing") : "are " + found));
  out.train = load_class_files(path, classes, options);
  return out;
}

}  // namespace l2g::data
