#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/fasta.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <unordered_set>

namespace l2g::data {

namespace detail {

inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\v\f";
  const auto from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

// The text after the last '|', or an empty view.
inline std::string_view header_label(std::string_view header) {
  const auto bar = header.rfind('|');
  return bar == std::string_view::npos ? std::string_view() : trimmed(header.substr(bar + 1));
}

inline std::string_view header_id(std::string_view header, bool has_label) {
  if (has_label) header = header.substr(0, header.rfind('|'));
  header = trimmed(header);
  return header.substr(0, header.find_first_of(" \t"));
}

// Labels are few: accession numbers and descriptions also stand after a '|'.
inline bool headers_hold_labels(const std::vector<std::string>& headers) {
  std::unordered_set<std::string_view> values;
  for (const auto& h : headers) {
    const auto label = header_label(h);
    if (label.empty() || label.find_first_of(" \t") != std::string_view::npos) return false;
    values.insert(label);
  }
  if (headers.size() == 1) return values.begin()->size() == 1;
  return values.size() <= 2 || (values.size() <= 50 && 2 * values.size() <= headers.size());
}

[[noreturn]] inline void fail_before_first_record(const LineReader& lines, std::string_view line) {
  std::string message = "a FASTA file starts with '>', this one with '" + shown(line, 20) + "'";
  if (line[0] == '@')
    message = "this is FASTQ; convert it to FASTA";
  else if (line.find_first_of(",\t;") != std::string_view::npos)
    message += "; is it a table? Name it .csv or .tsv";
  else if (looks_like_dna(line))
    message += "; put a line '>name' before each sequence";
  lines.fail(1, message);
}

}  // namespace detail

L2G_INLINE Dataset read_fasta(LineReader& lines, const LoadOptions& options) {
  Dataset out;
  out.source = lines.name();
  std::vector<std::string> headers;
  std::vector<index_t> header_lines;
  const auto check_last = [&] {
    if (!headers.empty() && out.sequences.back().empty())
      throw file_error(lines.name(), header_lines.back(), 0,
                       "record '" + detail::shown(headers.back(), 60) + "' has no sequence");
  };
  std::string line;
  while (lines.next(line)) {
    if (line.empty() || line[0] == ';') continue;
    if (line[0] == '>') {
      check_last();
      headers.emplace_back(detail::trimmed(std::string_view(line).substr(1)));
      header_lines.push_back(lines.line_number());
      out.sequences.emplace_back();
      if (headers.size() % 4096 == 0) options.progress(lines.fraction(), "reading");
      continue;
    }
    const auto letters = detail::trimmed(line);
    if (letters.empty()) continue;
    if (headers.empty()) detail::fail_before_first_record(lines, line);
    const auto column = letters.data() - line.data() + 1;
    std::string piece(letters);
    apply_letter_rules(piece, options.letters, lines.name(), lines.line_number(), column);
    if (out.sequences.back().empty())
      out.sequences.back() = std::move(piece);
    else
      out.sequences.back() += piece;
  }
  check_last();
  if (headers.empty()) throw file_error(lines.name(), "the file holds no sequence");

  const bool from_header = options.file_label.empty() &&
                           (options.fasta_label == FastaLabel::header ||
                            (options.fasta_label == FastaLabel::guess && detail::headers_hold_labels(headers)));
  std::vector<std::string> values;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    out.ids.emplace_back(detail::header_id(headers[i], from_header));
    if (!from_header) continue;
    values.emplace_back(detail::header_label(headers[i]));
    if (values.back().empty())
      throw file_error(lines.name(), header_lines[i], 0,
                       "the header '>" + detail::shown(headers[i], 60) + "' has no label: '>name|label' was expected");
  }
  if (!options.file_label.empty()) values.assign(headers.size(), options.file_label);
  try {
    if (!values.empty()) assign_labels(out, values, options.max_classes);
  } catch (const error& e) {
    throw file_error(lines.name(), e.what());
  }
  if (from_header && options.fasta_label == FastaLabel::guess)
    out.notes.push_back("label: the text after the last '|' of each header");
  return out;
}

}  // namespace l2g::data
