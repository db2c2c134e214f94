#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/write.hpp>
#include <l2g/io/atomic_file.hpp>

namespace l2g::data {

namespace detail {

inline std::string csv_field(const std::string& text) {
  const bool plain =
      text.find_first_of(",;\t\"\r\n") == std::string::npos && !text.starts_with(' ') && !text.ends_with(' ');
  if (plain) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

inline const std::string& class_of(const Dataset& d, std::size_t row) {
  return d.classes.at(static_cast<std::size_t>(d.labels[row]));
}

}  // namespace detail

L2G_INLINE void write_csv(const Dataset& d, const std::string& path) {
  io::AtomicFile file(path);
  file.write(d.ids.empty() ? "sequence" : "id,sequence");
  file.write(d.labelled() ? ",label\n" : "\n");
  for (std::size_t i = 0; i < d.sequences.size(); ++i) {
    if (!d.ids.empty()) file.write(detail::csv_field(d.ids[i]) + ",");
    file.write(d.sequences[i]);
    if (d.labelled()) file.write("," + detail::csv_field(detail::class_of(d, i)));
    file.write("\n");
  }
  file.commit();
}

L2G_INLINE void write_fasta(const Dataset& d, const std::string& path) {
  for (const auto& name : d.classes)
    if (d.labelled() && name.find_first_of("| \t\r\n") != std::string::npos)
      throw error("the class name '" + name + "' cannot stand in a FASTA header; write CSV instead");
  io::AtomicFile file(path);
  for (std::size_t i = 0; i < d.sequences.size(); ++i) {
    std::string header = ">" + (d.ids.empty() ? std::to_string(i + 1) : d.ids[i]);
    for (char& c : header)
      if (c == '\n' || c == '\r') c = ' ';
    if (d.labelled()) header += "|" + detail::class_of(d, i);
    file.write(header + "\n" + d.sequences[i] + "\n");
  }
  file.commit();
}

L2G_INLINE void write(const Dataset& d, const std::string& path) {
  if (path.ends_with(".csv")) return write_csv(d, path);
  for (const char* ending : {".fa", ".fasta", ".fna"})
    if (path.ends_with(ending)) return write_fasta(d, path);
  throw file_error(path, "the ending says no format that can be written; use .csv, .fa, .fasta or .fna");
}

}  // namespace l2g::data
