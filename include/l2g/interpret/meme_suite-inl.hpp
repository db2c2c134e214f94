#pragma once
#include <l2g/interpret/meme_suite.hpp>
#include <l2g/interpret/words.hpp>
#include <l2g/interpret/xml_tags.hpp>

#include <unordered_map>

namespace l2g::interpret {

namespace detail {

// A table with tabs whose first line names the columns.
class SuiteTable {
 public:
  SuiteTable(data::LineReader& lines, const char* program) : lines_(lines) {
    std::string line;
    do
      if (!lines.next(line)) {
        if (lines.line_number() == 0) throw file_error(lines.name(), "the file is empty");
        throw file_error(lines.name(), std::string("there is no line that names the columns of ") + program);
      }
    while (line.empty());
    if (line[0] == '#') line.erase(0, 1);  // FIMO before version 5
    header_ = cut(line);
  }

  /// The number of the first of these columns that is there. Throws file_error when none is.
  std::size_t column(std::initializer_list<std::string_view> names) const {
    for (const auto n : names)
      for (std::size_t i = 0; i < header_.size(); ++i)
        if (header_[i] == n) return i;
    throw file_error(lines_.name(), lines_.line_number(), 0,
                     "there is no column '" + std::string(*names.begin()) + "' in the first line; is it this table?");
  }
  bool next() {
    std::string line;
    while (lines_.next(line)) {
      if (line.empty() || line[0] == '#') continue;
      row_ = cut(line);
      if (row_.size() < 2) lines_.fail(1, "fields with tabs between them were expected");
      return true;
    }
    return false;
  }
  const std::string& text(std::size_t column) const {
    if (column >= row_.size())
      lines_.fail(0, std::to_string(row_.size()) + " fields, too few for the column '" + shown(header_[column]) + "'");
    return row_[column];
  }
  /// -1 for an empty field.
  double number(std::size_t column) const {
    const std::string& t = text(column);
    const double x = t.empty() ? -1 : number_in(t);
    if (std::isnan(x)) lines_.fail(0, "the field '" + shown(header_[column]) + "' is '" + shown(t) + "', no number");
    return x;
  }
  index_t whole(std::size_t column) const {
    const double x = number(column);
    if (x != std::floor(x) || std::abs(x) > 9e15)
      lines_.fail(0, "the field '" + shown(header_[column]) + "' is '" + shown(text(column)) + "', no whole number");
    return index_t(x);
  }
  [[noreturn]] void fail(const std::string& message) const { lines_.fail(0, message); }

 private:
  using Row = std::vector<std::string>;
  static std::string shown(std::string_view t) { return data::detail::shown(t); }
  static Row cut(std::string_view line) {
    Row row;
    for (;;) {
      const auto tab = line.find('\t');
      row.emplace_back(line.substr(0, tab));
      if (tab == std::string_view::npos) return row;
      line.remove_prefix(tab + 1);
    }
  }

  data::LineReader& lines_;
  Row header_, row_;
};

// Numbers names in the order in which they come.
struct Names {
  std::vector<std::string>& list;
  std::unordered_map<std::string, std::int32_t> seen{};
  std::int32_t operator()(const std::string& name) {
    const auto [it, is_new] = seen.try_emplace(name, std::int32_t(list.size()));
    if (is_new) list.push_back(name);
    return it->second;
  }
};

inline double attribute_number(const XmlTags& xml, const Tag& tag, std::string_view key, double otherwise) {
  const std::string value = tag[key];
  if (value.empty()) return otherwise;
  const double x = number_in(value);
  if (std::isnan(x))
    xml.fail(tag.at, "the attribute " + std::string(key) + " is '" + data::detail::shown(value) + "', no number");
  return x;
}

inline std::array<double, 4> attribute_shares(const XmlTags& xml, const Tag& tag) {
  std::array<double, 4> p{};
  double sum = 0;
  for (std::size_t b = 0; b < 4; ++b) {
    const std::string_view letter = std::string_view("ACGT").substr(b, 1);
    p[b] = attribute_number(xml, tag, letter, -1);
    if (!(p[b] >= 0)) xml.fail(tag.at, "the attribute " + std::string(letter) + " must be a number of at least 0");
    sum += p[b];
  }
  if (!(std::abs(sum - 1) < 0.05)) xml.fail(tag.at, "the probabilities of A, C, G and T do not add up to 1");
  if (std::abs(sum - 1) >= 1e-3)
    for (double& x : p) x /= sum;
  return p;
}

// All that the XML files of the suite have in common.
struct SuiteXml {
  MotifSet motifs, targets;
  struct Pair {
    index_t query, target;
    SuiteMatch match;
    std::size_t at;
  };
  std::vector<Pair> pairs;
};

inline SuiteXml read_suite_xml(data::LineReader& lines) {
  XmlTags xml(lines);
  SuiteXml out;
  Tag tag;
  if (!xml.next(tag)) throw file_error(xml.name(), 1, 1, "this is no XML of the MEME suite: there is no tag");
  const std::string root(tag.name);
  if (root != "STREME" && root != "dreme" && root != "tomtom")
    xml.fail(tag.at, "<" + data::detail::shown(root) +
                         "> is not among the files that can be read: streme.xml, dreme.xml, tomtom.xml (of MEME itself "
                         "read meme.txt)");
  out.motifs.format = root + " XML";
  out.motifs.name = out.targets.name = xml.name().substr(xml.name().rfind('/') + 1);
  MotifSet* set = &out.motifs;
  bool inside = false;  // of a <motif>
  index_t query = -1;
  const auto finish = [&] {
    if (inside && set->motifs.back().probabilities.empty())
      xml.fail(tag.at, "motif '" + data::detail::shown(set->motifs.back().name) + "' has no positions");
    inside = false;
  };
  while (xml.next(tag)) {
    if (tag.name == "motif") {
      finish();
      if (tag.closes) continue;
      data::Motif m;
      m.name = tag["id"];
      if (m.name.empty()) xml.fail(tag.at, "a motif without the attribute id");
      MotifNotes notes;
      notes.alternative = tag["alt"];
      notes.url = tag["url"];
      notes.sites = std::max(0.0, attribute_number(xml, tag, "nsites", 0));
      notes.e_value = attribute_number(xml, tag, "evalue", -1);
      set->add(std::move(m), std::move(notes));
      inside = true;
    } else if (tag.name == "pos" && inside) {
      set->motifs.back().probabilities.push_back(attribute_shares(xml, tag));
    } else if (tag.closes) {
      continue;
    } else if (tag.name == "background" && !tag["A"].empty()) {
      out.motifs.background = attribute_shares(xml, tag);
    } else if (tag.name == "targets") {
      finish();
      set = &out.targets;
    } else if (tag.name == "query") {
      const double idx = attribute_number(xml, tag, "idx", -1);
      query = idx >= 0 && idx < 1e9 ? index_t(idx) : -1;
    } else if (tag.name == "target") {
      SuiteMatch m;
      m.p = attribute_number(xml, tag, "pv", -1), m.e = attribute_number(xml, tag, "ev", -1);
      m.q = attribute_number(xml, tag, "qv", -1);
      const double offset = attribute_number(xml, tag, "off", 0), target = attribute_number(xml, tag, "idx", -1);
      if (std::abs(offset) > 1e6 || !(target >= -1 && target < 1e9)) xml.fail(tag.at, "a match that is out of range");
      m.offset = index_t(offset);
      m.reverse = tag["rc"] == "y";
      out.pairs.push_back({query, index_t(target), m, tag.at});
    }
  }
  finish();
  for (auto& pair : out.pairs) {
    if (pair.query < 0 || pair.query >= out.motifs.size() || pair.target < 0 || pair.target >= out.targets.size())
      xml.fail(pair.at, "a match of a motif that the file does not have");
    pair.match.query = out.motifs.motifs[std::size_t(pair.query)].name;
    pair.match.target = out.targets.motifs[std::size_t(pair.target)].name;
    pair.match.alternative = out.targets.notes[std::size_t(pair.target)].alternative;
  }
  return out;
}

}  // namespace detail

L2G_INLINE Hits read_fimo_tsv(data::LineReader& lines) {
  detail::SuiteTable table(lines, "FIMO");
  const auto motif = table.column({"motif_id", "pattern name"}),
             sequence = table.column({"sequence_name", "sequence name"}), start = table.column({"start"}),
             stop = table.column({"stop"}), strand = table.column({"strand"}), score = table.column({"score"}),
             p = table.column({"p-value"}), q = table.column({"q-value"});
  Hits hits;
  detail::Names motifs{hits.motifs}, sequences{hits.sequences};
  while (table.next()) {
    Hit h;
    h.motif = motifs(table.text(motif));
    h.sequence = sequences(table.text(sequence));
    h.start = table.whole(start) - 1, h.end = table.whole(stop);
    if (h.start < 0 || h.end <= h.start) table.fail("start and stop count from 1, and start is not behind stop");
    const std::string& s = table.text(strand);
    if (s != "+" && s != "-" && s != ".") table.fail("the strand is + or -, not '" + data::detail::shown(s) + "'");
    h.strand = s == "-" ? '-' : '+';
    h.score = table.number(score), h.p = table.number(p), h.q = table.number(q);
    hits.list.push_back(h);
  }
  sort_hits(hits);
  return hits;
}

L2G_INLINE SuiteMatches read_tomtom(data::LineReader& lines) {
  SuiteMatches out;
  if (std::string_view first; lines.peek(first) && first.starts_with('<')) {
    auto xml = detail::read_suite_xml(lines);
    if (xml.motifs.format != "tomtom XML") throw file_error(lines.name(), 1, 1, "this is not the XML of TOMTOM");
    out.queries = std::move(xml.motifs), out.targets = std::move(xml.targets);
    for (auto& pair : xml.pairs) out.list.push_back(std::move(pair.match));
    return out;
  }
  detail::SuiteTable table(lines, "TOMTOM");
  const auto query = table.column({"Query_ID", "Query ID"}), target = table.column({"Target_ID", "Target ID"}),
             offset = table.column({"Optimal_offset", "Optimal offset"}), p = table.column({"p-value"}),
             e = table.column({"E-value"}), q = table.column({"q-value"}), strand = table.column({"Orientation"});
  while (table.next())
    out.list.push_back({table.text(query), table.text(target), table.whole(offset), table.number(p), table.number(e),
                        table.number(q), table.text(strand) == "-"});
  return out;
}

L2G_INLINE std::vector<Enrichment> read_ame_tsv(data::LineReader& lines) {
  detail::SuiteTable table(lines, "AME");
  const auto motif = table.column({"motif_ID"}), alternative = table.column({"motif_alt_ID"}),
             consensus = table.column({"consensus"}), p = table.column({"p-value"}),
             adjusted = table.column({"adj_p-value"}), e = table.column({"E-value"}), yes = table.column({"%TP"}),
             no = table.column({"%FP"});
  std::vector<Enrichment> out;
  const auto share = [&](std::size_t column) {
    const double percent = table.number(column);
    return percent < 0 ? -1 : percent / 100;
  };
  while (table.next())
    out.push_back({table.text(motif), table.text(alternative), table.text(consensus), table.number(p),
                   table.number(adjusted), table.number(e), share(yes), share(no)});
  return out;
}

L2G_INLINE MotifSet motifs_of_xml(data::LineReader& lines) {
  auto xml = detail::read_suite_xml(lines);
  if (xml.motifs.motifs.empty()) throw file_error(lines.name(), "the file holds no motif");
  return std::move(xml.motifs);
}

}  // namespace l2g::interpret
