#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/interpret/contribution_files.hpp>
#include <l2g/io/zip_out.hpp>

#include <charconv>
#include <cstring>

namespace l2g::interpret {
namespace detail {

inline void append_number(std::string& to, double v) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, v, std::chars_format::general, 7);
  to.append(text, end.ptr);
}

/// Where a sequence lies: its name and first base, from names such as chr1:100-200.
struct Placed {
  std::string name;
  index_t start = 0;
};
inline Placed placed(const Contribution& c) {
  const std::size_t colon = c.id.rfind(':'), dash = c.id.find('-', colon == c.id.npos ? 0 : colon);
  if (colon == c.id.npos || dash == c.id.npos) return {c.id};
  index_t start = 0, end = 0;
  const char* const text = c.id.data();
  const auto a = std::from_chars(text + colon + 1, text + dash, start);
  const auto b = std::from_chars(text + dash + 1, text + c.id.size(), end);
  const bool whole = a.ec == std::errc() && a.ptr == text + dash && b.ec == std::errc() && end - start == c.length();
  return whole ? Placed{c.id.substr(0, colon), start} : Placed{c.id};
}

inline std::string table_text(const Contributions& all) {
  std::string text = "sequence\tposition\tbase\tcontribution\tA\tC\tG\tT\n";
  for (const Contribution& c : all.rows)
    for (std::size_t i = 0; i < c.sequence.size(); ++i) {
      text += c.id + "\t" + std::to_string(i + 1) + "\t" + c.sequence[i] + "\t";
      append_number(text, c.observed[i]);
      for (std::size_t b = 0; b < 4; ++b) {
        text += "\t";
        if (!c.hypothetical.empty()) append_number(text, c.hypothetical[4 * i + b]);
      }
      text += "\n";
    }
  return text;
}
inline std::string bedgraph_text(const Contributions& all) {
  std::string text = "track type=bedGraph name=\"" + all.method + "\" description=\"" + all.output_name + "\"\n";
  for (const Contribution& c : all.rows) {
    const Placed at = placed(c);
    for (std::size_t i = 0; i < c.sequence.size(); ++i) {
      const index_t p = at.start + index_t(i);
      text += at.name + "\t" + std::to_string(p) + "\t" + std::to_string(p + 1) + "\t";
      append_number(text, c.observed[i]);
      text += "\n";
    }
  }
  return text;
}

/// An .npy file, format 1.0, of little-endian numbers in row-major order.
template <class T>
std::string npy_text(const std::string& type, const std::vector<index_t>& shape, const std::vector<T>& values) {
  std::string extents;
  for (const index_t e : shape) extents += std::to_string(e) + ", ";
  if (shape.size() > 1) extents.resize(extents.size() - 2);
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + extents + "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() & 255u);
  text += static_cast<char>(header.size() >> 8u);
  text += header;
  const std::size_t at = text.size();
  text.resize(at + values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(text.data() + at, values.data(), values.size() * sizeof(T));
  return text;
}

inline void write_arrays(const Contributions& all, const std::string& path) {
  const index_t n = all.size(), length = n > 0 ? all.rows[0].length() : 0;
  bool hypothetical = n > 0;
  for (const Contribution& c : all.rows) {
    if (c.length() != length)
      throw error("contributions of sequences of " + std::to_string(length) + " and of " + std::to_string(c.length()) +
                  " bases are no array: write them as .tsv");
    hypothetical = hypothetical && !c.hypothetical.empty();
  }
  const auto size = static_cast<std::size_t>(4 * n * length);
  std::vector<std::int8_t> one_hot(size, std::int8_t(0));
  std::vector<float> observed(size, 0.0f), each(hypothetical ? size : 0, 0.0f);
  std::vector<double> output, reference;
  for (index_t r = 0; r < n; ++r) {
    const Contribution& c = all.rows[std::size_t(r)];
    output.push_back(c.output), reference.push_back(c.reference_output);
    for (index_t i = 0; i < length; ++i) {
      const int base = base_index(c.sequence[std::size_t(i)]);
      for (index_t b = 0; b < 4; ++b) {
        const auto at = static_cast<std::size_t>((r * 4 + b) * length + i);
        if (b == base) one_hot[at] = 1, observed[at] = float(c.observed[std::size_t(i)]);
        if (hypothetical) each[at] = float(c.hypothetical[std::size_t(4 * i + b)]);
      }
    }
  }
  io::AtomicFile file(path);
  io::detail::ZipOut zip(file, path);
  const std::vector<index_t> shape{n, 4, length};
  zip.entry("one_hot.npy", npy_text("|i1", shape, one_hot));
  zip.entry("observed.npy", npy_text("<f4", shape, observed));
  if (hypothetical) zip.entry("hypothetical.npy", npy_text("<f4", shape, each));
  zip.entry("output.npy", npy_text("<f8", {n}, output));
  zip.entry("reference_output.npy", npy_text("<f8", {n}, reference));
  zip.finish();
  file.commit();
}

}  // namespace detail

L2G_INLINE void write_contributions(const Contributions& all, const std::string& path) {
  if (path.ends_with(".npz")) return detail::write_arrays(all, path);
  if (path.ends_with(".tsv") || path.ends_with(".txt")) return io::write_file(path, detail::table_text(all));
  if (path.ends_with(".bedgraph") || path.ends_with(".bg")) return io::write_file(path, detail::bedgraph_text(all));
  throw error("'" + path + "': contributions are written to files that end in .tsv, .bedgraph or .npz");
}

}  // namespace l2g::interpret
