#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/shown-inl.hpp>
#include <l2g/interpret/meme_suite.hpp>
#include <l2g/interpret/motif_files.hpp>
#include <l2g/interpret/words.hpp>
#include <l2g/io/atomic_file.hpp>

#include <algorithm>
#include <cstdio>
#include <unordered_map>

namespace l2g::interpret {

namespace detail {

using data::detail::shown;

// Four numbers of one position as shares. Counts are divided by their sum; `probabilities` must nearly be 1 already.
inline std::array<double, 4> shares(const data::LineReader& lines, const std::vector<Word>& words, std::size_t from,
                                    bool probabilities) {
  std::array<double, 4> p{};
  double sum = 0;
  for (std::size_t b = 0; b < 4; ++b) {
    const Word& w = words[from + b];
    p[b] = number_in(w.text);
    if (!(p[b] >= 0)) lines.fail(w.column, "'" + shown(w.text) + "' is not a number of at least 0");
    sum += p[b];
  }
  char text[40];
  std::snprintf(text, sizeof text, "%g", sum);
  if (probabilities && !(std::abs(sum - 1) < 0.05))
    lines.fail(words[from].column, std::string("the probabilities of this position add up to ") + text + ", not to 1");
  if (!(sum > 0)) lines.fail(words[from].column, "the counts of this position are all 0");
  if (!probabilities || std::abs(sum - 1) >= 1e-3)
    for (double& x : p) x /= sum;
  return p;
}

inline std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

[[noreturn]] inline void fail_without_motifs(const data::LineReader& lines) {
  if (lines.line_number() == 0) throw file_error(lines.name(), "the file is empty");
  throw file_error(lines.name(), "the file holds no motif");
}

// The value of `key= value` or `key=value` among the words of a line; NaN when it is not there.
inline double named_number(const data::LineReader& lines, const std::vector<Word>& words, std::string_view key) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].text.starts_with(key)) continue;
    std::string_view value = words[i].text.substr(key.size());
    if (value.empty() && i + 1 < words.size()) value = words[i + 1].text;
    const double x = number_in(value);
    if (std::isnan(x)) lines.fail(words[i].column, std::string(key) + " wants a number, not '" + shown(value) + "'");
    return x;
  }
  return NAN;
}

// Pairs "A 0.25 C 0.25 ..." that may go over several lines.
inline std::array<double, 4> read_background(data::LineReader& lines) {
  std::array<double, 4> p{};
  std::array<bool, 4> seen{};
  std::string line;
  for (int pairs = 0; pairs < 4;) {
    if (!lines.next(line)) throw file_error(lines.name(), "the background letter frequencies break off");
    const auto words = words_of(line);
    if (words.empty()) continue;
    for (std::size_t i = 0; i < words.size(); i += 2, ++pairs) {
      constexpr std::string_view letters = "ACGT";
      const auto b = words[i].text.size() == 1 ? letters.find(words[i].text[0]) : std::string_view::npos;
      if (b == std::string_view::npos || seen[b] || pairs >= 4)
        lines.fail(words[i].column, "background letter frequencies of A, C, G and T were expected, each once, not '" +
                                        shown(words[i].text) + "'");
      const double x = i + 1 < words.size() ? number_in(words[i + 1].text) : NAN;
      if (!(x > 0 && x < 1)) lines.fail(words[i].column, "the frequency of a letter must be above 0 and below 1");
      seen[b] = true;
      p[b] = x;
    }
  }
  const double sum = p[0] + p[1] + p[2] + p[3];
  if (std::abs(sum - 1) > 0.05) lines.fail(0, "the background letter frequencies do not add up to 1");
  for (double& x : p) x /= sum;
  return p;
}

inline void read_meme_matrix(data::LineReader& lines, const std::vector<Word>& header, data::Motif& motif,
                             MotifNotes& notes) {
  const double letters = named_number(lines, header, "alength="), width = named_number(lines, header, "w="),
               sites = named_number(lines, header, "nsites="), e = named_number(lines, header, "E=");
  if (!std::isnan(letters) && letters != 4)
    lines.fail(0, "the alphabet of motif '" + shown(motif.name) + "' has not the 4 letters of DNA");
  if (sites > 0) notes.sites = sites;
  if (e >= 0) notes.e_value = e;
  std::string line;
  for (std::string_view ahead; lines.peek(ahead);) {
    const auto words = words_of(ahead);
    const bool numbers = !words.empty() && !std::isnan(number_in(words[0].text));
    const bool wanted = double(motif.length()) < width;  // false where the width is not said
    if (!numbers && words.empty() && (motif.probabilities.empty() || wanted)) {
      lines.next(line);
      continue;
    }
    if (!numbers && !(wanted && !words.empty() && words[0].text != "MOTIF" && words[0].text != "URL")) break;
    lines.next(line);
    const auto row = words_of(line);
    if (row.size() != 4)
      lines.fail(row[0].column, std::to_string(row.size()) + (row.size() == 1 ? " number" : " numbers") +
                                    " in a row of a matrix; 4 were expected (A C G T)");
    motif.probabilities.push_back(shares(lines, row, 0, true));
  }
  if (motif.probabilities.empty()) lines.fail(0, "motif '" + shown(motif.name) + "' has no positions");
  if (!std::isnan(width) && width != double(motif.length()))
    lines.fail(0, "motif '" + shown(motif.name) + "' has " + std::to_string(motif.length()) +
                      " positions, but its w= says another number");
}

// Numbers of one record of a .pfm file, before it is known what its lines are.
struct PfmRecord {
  data::Motif motif;
  MotifNotes notes;
  index_t line = 0;  // of its header
  std::vector<std::vector<double>> rows;
  std::string letters;  // that stand before the rows: "ACGT" or ""
};

enum class PfmLayout { unknown, bases, positions };

inline PfmLayout layout_of(const PfmRecord& r) {
  if (!r.letters.empty()) return PfmLayout::bases;
  const bool four = std::all_of(r.rows.begin(), r.rows.end(), [](const auto& row) { return row.size() == 4; });
  if (r.rows.size() == 4) return four ? PfmLayout::unknown : PfmLayout::bases;
  return PfmLayout::positions;
}

inline void read_pfm_row(data::LineReader& lines, const std::string& line, PfmRecord& record) {
  auto words = words_of(line, "[],;|");
  if (words.empty()) return;
  if (words[0].text.size() == 1 && std::isnan(number_in(words[0].text))) {
    std::string_view bases = "ACGT";
    const char letter = words[0].text[0] == 'U' ? 'T' : words[0].text[0];
    if (record.letters.size() == 4 || letter != bases[record.letters.size()])
      lines.fail(words[0].column, "rows of A, C, G and T were expected in this order, not '" + shown(line, 20) + "'");
    record.letters += letter;
    words.erase(words.begin());
  } else if (!record.letters.empty()) {
    lines.fail(words[0].column, "a row that starts with its letter was expected, as the row above");
  }
  auto& row = record.rows.emplace_back();
  for (const Word& w : words) {
    row.push_back(number_in(w.text));
    if (!(row.back() >= 0)) lines.fail(w.column, "'" + shown(w.text) + "' is not a number of at least 0");
  }
}

inline data::Motif motif_of(const PfmRecord& r, PfmLayout layout, const std::string& path) {
  data::Motif motif = r.motif;
  const auto fail = [&](const std::string& what) {
    throw file_error(path, r.line, 0, "motif '" + shown(motif.name) + "' " + what);
  };
  if (r.rows.empty()) fail("has no matrix");
  const bool bases = layout == PfmLayout::bases;
  if (bases && r.rows.size() != 4) fail("has " + std::to_string(r.rows.size()) + " rows; 4 were expected (A C G T)");
  for (const auto& row : r.rows)
    if (row.size() != (bases ? r.rows[0].size() : 4))
      fail(bases ? "has rows of different lengths"
                 : "has a row of " + std::to_string(row.size()) + " numbers; 4 were expected (A C G T)");
  const std::size_t length = bases ? r.rows[0].size() : r.rows.size();
  if (length == 0) fail("has no positions");
  for (std::size_t i = 0; i < length; ++i) {
    std::array<double, 4> p{};
    for (std::size_t b = 0; b < 4; ++b) p[b] = bases ? r.rows[b][i] : r.rows[i][b];
    const double sum = p[0] + p[1] + p[2] + p[3];
    if (!(sum > 0)) fail("has a position whose counts are all 0");
    for (double& x : p) x /= sum;
    motif.probabilities.push_back(p);
  }
  return motif;
}

// Where all four numbers of four lines are given, a matrix of counts has the same sum at each position.
inline PfmLayout layout_by_sums(const PfmRecord& r) {
  double rows = 0, columns = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double row = 0, column = 0, first_row = 0, first_column = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      row += r.rows[i][j], column += r.rows[j][i];
      first_row += r.rows[0][j], first_column += r.rows[j][0];
    }
    rows = std::max(rows, std::abs(row - first_row)), columns = std::max(columns, std::abs(column - first_column));
  }
  return rows < columns ? PfmLayout::positions : PfmLayout::bases;
}

inline bool transfac_field(std::string_view line) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return line.size() >= 2 && capital(line[0]) && (capital(line[1]) || line[1] == '0') &&
         (line.size() == 2 || line[2] == ' ' || line[2] == '\t');
}

}  // namespace detail

L2G_INLINE MotifSet read_meme(data::LineReader& lines) {
  using namespace detail;
  MotifSet set;
  set.format = "MEME";
  set.name = file_name(lines.name());
  bool background = false, versioned = false;
  std::string line;
  data::Motif motif;
  MotifNotes notes;
  index_t motif_line = 0;
  const auto finish = [&] {
    if (motif_line && motif.probabilities.empty())
      throw file_error(lines.name(), motif_line, 0,
                       "motif '" + shown(motif.name) + "' has no 'letter-probability matrix:'");
    if (motif_line) set.add(std::move(motif), std::move(notes));
    motif = {}, notes = {}, motif_line = 0;
  };
  while (lines.next(line)) {
    const auto words = words_of(line);
    if (words.empty()) continue;
    const std::string_view head = words[0].text;
    if (head == "MEME" && words.size() > 2 && words[1].text == "version") {
      versioned = true;
    } else if (head.starts_with("ALPHABET")) {
      std::string letters;
      for (const Word& w : words) letters += w.text;
      letters = letters.substr(letters.find_first_of("= ") + 1);
      if (line.find('=') != std::string::npos && letters != "ACGT")
        lines.fail(words[0].column, "the alphabet is '" + shown(letters) + "'; only DNA (ACGT) can be read");
    } else if (head == "Background") {
      set.background = read_background(lines);
      background = true;
    } else if (head == "MOTIF") {
      finish();
      if (words.size() < 2) lines.fail(words[0].column, "MOTIF is followed by a name");
      motif_line = lines.line_number();
      motif.name = words[1].text;
      if (words.size() > 2) notes.alternative = words[2].text;
    } else if (line.find("letter-probability matrix") != std::string::npos) {
      if (!motif_line) lines.fail(words[0].column, "a matrix without a line 'MOTIF name' before it");
      if (!motif.probabilities.empty())
        lines.fail(words[0].column, "motif '" + shown(motif.name) + "' has a second matrix of probabilities");
      read_meme_matrix(lines, words, motif, notes);
    } else if (head == "URL" && motif_line && words.size() > 1) {
      notes.url = words[1].text;
    }
  }
  finish();
  if (set.motifs.empty()) fail_without_motifs(lines);
  if (!versioned) throw file_error(lines.name(), 1, 0, "a MEME file starts with 'MEME version 4'");
  if (!background) set.remarks.push_back("the file has no background letter frequencies: A C G T count as 0.25 each");
  return set;
}

L2G_INLINE MotifSet read_pfm(data::LineReader& lines) {
  using namespace detail;
  std::vector<PfmRecord> records;
  std::string line;
  while (lines.next(line)) {
    const auto words = words_of(line);
    if (words.empty() || line[0] == '#') continue;
    if (line[0] != '>') {
      if (records.empty()) lines.fail(1, "a line '>name' was expected before the first matrix");
      read_pfm_row(lines, line, records.back());
      continue;
    }
    const auto header = words_of(std::string_view(line).substr(1));
    if (header.empty()) lines.fail(1, "'>' is followed by the motif's name");
    PfmRecord& r = records.emplace_back();
    r.line = lines.line_number();
    r.motif.name = header[0].text;
    if (header.size() > 1) r.notes.alternative = header[1].text;
  }
  if (records.empty()) fail_without_motifs(lines);

  PfmLayout common = PfmLayout::unknown;
  for (const auto& r : records)
    if (common == PfmLayout::unknown) common = layout_of(r);
  MotifSet set;
  set.name = file_name(lines.name());
  for (auto& r : records) {
    PfmLayout layout = layout_of(r);
    if (layout == PfmLayout::unknown) layout = common != PfmLayout::unknown ? common : layout_by_sums(r);
    set.format = layout == PfmLayout::bases ? "JASPAR" : "positions by lines";
    set.add(motif_of(r, layout, lines.name()), std::move(r.notes));
  }
  return set;
}

L2G_INLINE MotifSet read_transfac(data::LineReader& lines) {
  using namespace detail;
  MotifSet set;
  set.format = "TRANSFAC";
  set.name = file_name(lines.name());
  std::string line, accession, id, name;
  std::string order;  // of the matrix's columns
  data::Motif motif;
  const auto finish = [&] {
    if (!motif.probabilities.empty()) {
      const std::string& first = !accession.empty() ? accession : id;
      motif.name = !first.empty() ? first : name;
      if (motif.name.empty()) lines.fail(0, "a matrix without a name (fields AC, ID or NA)");
      MotifNotes notes;
      notes.alternative = motif.name == id || id.empty() ? name : id;
      set.add(std::move(motif), std::move(notes));
    }
    motif = {}, accession.clear(), id.clear(), name.clear(), order.clear();
  };
  while (lines.next(line)) {
    const auto words = words_of(line);
    if (words.empty()) continue;
    const std::string_view field = words[0].text;
    const std::string value(words.size() > 1 ? words[1].text : std::string_view());
    if (field == "//") {
      finish();
    } else if (field == "AC") {
      accession = value;
    } else if (field == "ID") {
      id = value;
    } else if (field == "NA") {
      name = value;
    } else if (field == "P0" || field == "PO") {
      if (!motif.probabilities.empty()) lines.fail(words[0].column, "a second matrix before '//'");
      for (std::size_t i = 1; i < words.size(); ++i) order += words[i].text;
      std::string sorted = order;
      std::sort(sorted.begin(), sorted.end());
      if (sorted != "ACGT")
        lines.fail(words[0].column, "the columns of a matrix are A, C, G and T, not '" + shown(order) + "'");
    } else if (field[0] >= '0' && field[0] <= '9') {
      if (order.empty()) lines.fail(words[0].column, "numbers without a line 'P0 A C G T' before them");
      if (words.size() < 5) lines.fail(words[0].column, "a row of a matrix is its number and four counts");
      const auto p = shares(lines, words, 1, false);
      auto& row = motif.probabilities.emplace_back();
      for (std::size_t b = 0; b < 4; ++b) row[std::string_view("ACGT").find(order[b])] = p[b];
    } else if (!transfac_field(line)) {
      lines.fail(words[0].column, "'" + shown(line, 20) + "' is no field of a TRANSFAC file");
    }
  }
  finish();
  if (set.motifs.empty()) fail_without_motifs(lines);
  return set;
}

L2G_INLINE MotifSet read_motifs(data::LineReader& lines) {
  using namespace detail;
  std::string skipped;
  std::string_view line;
  // Comments and blank lines may stand before the first telling line in every format.
  while (lines.peek(line) && (words_of(line).empty() || line[0] == '#')) lines.next(skipped);
  if (!lines.peek(line)) fail_without_motifs(lines);
  const auto words = words_of(line);
  const std::string_view head = words[0].text;
  if (head[0] == '<') return motifs_of_xml(lines);
  if (line[0] == '>') return read_pfm(lines);
  if (head == "MEME" || head.starts_with("ALPHABET") || head == "MOTIF" || head.starts_with("****"))
    return read_meme(lines);
  if (transfac_field(line)) return read_transfac(lines);
  lines.next(skipped);
  lines.fail(words[0].column, "'" + shown(skipped, 30) +
                                  "' starts no motif file: MEME ('MEME version 4'), JASPAR ('>name'), TRANSFAC "
                                  "('AC name') or the XML of the MEME suite were expected");
}

L2G_INLINE MotifSet load_motifs(const std::string& path) {
  data::LineReader lines(path);
  return read_motifs(lines);
}

L2G_INLINE std::string meme_text(const MotifSet& set) {
  std::string out = "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\nBackground letter frequencies\n";
  char text[160];
  const auto& g = set.background;
  std::snprintf(text, sizeof text, "A %.6g C %.6g G %.6g T %.6g\n", g[0], g[1], g[2], g[3]);
  out += text;
  for (std::size_t i = 0; i < set.motifs.size(); ++i) {
    const data::Motif& m = set.motifs[i];
    data::check(m);
    const MotifNotes notes = i < set.notes.size() ? set.notes[i] : MotifNotes{};
    for (const std::string* s : {&m.name, &notes.alternative})
      if (s->find_first_of(" \t\r\n") != std::string::npos)
        throw error("motif '" + detail::shown(*s) + "': a name in a MEME file cannot hold a blank");
    if (m.name.empty()) throw error("motif " + std::to_string(i + 1) + " has no name");
    out += "\nMOTIF " + m.name + (notes.alternative.empty() ? "" : " " + notes.alternative) + "\n";
    std::snprintf(text, sizeof text, "letter-probability matrix: alength= 4 w= %lld nsites= %.15g E= %.6g\n",
                  static_cast<long long>(m.length()), notes.sites > 0 ? notes.sites : 20.0,
                  notes.e_value >= 0 ? notes.e_value : 0.0);
    out += text;
    for (const auto& p : m.probabilities) {
      std::snprintf(text, sizeof text, "%.9f %.9f %.9f %.9f\n", p[0], p[1], p[2], p[3]);
      out += text;
    }
    if (!notes.url.empty()) out += "URL " + notes.url + "\n";
  }
  return out;
}

L2G_INLINE void write_meme(const MotifSet& set, const std::string& path) {
  if (set.motifs.empty()) throw error("there is no motif to write to " + path);
  io::write_file(path, meme_text(set));
}

L2G_INLINE void make_names_unique(MotifSet& set) {
  std::unordered_map<std::string, int> count;
  for (const auto& m : set.motifs) count.emplace(m.name, 0);
  for (auto& m : set.motifs) {
    const std::string name = m.name;
    if (++count[name] == 1) continue;
    do m.name = name + "-" + std::to_string(count[name]);
    while (count.contains(m.name) && ++count[name]);
    count.emplace(m.name, 1);
  }
}

}  // namespace l2g::interpret
