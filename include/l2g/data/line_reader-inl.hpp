#pragma once
#include <zlib.h>
#include <l2g/core/errors.hpp>
#include <l2g/data/line_reader.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

namespace l2g::data {

struct LineReader::State {
  static constexpr std::size_t chunk = 1 << 16;
  struct Close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };

  std::string name;
  std::unique_ptr<std::FILE, Close> file;
  std::string memory;
  std::size_t memory_at = 0;
  std::uintmax_t total = 0, consumed = 0;
  std::vector<char> raw = std::vector<char>(chunk), text;  // `raw` as on disk, `text` unpacked
  std::size_t raw_at = 0, raw_end = 0, text_at = 0, text_end = 0;
  bool gzip = false, member_done = false;
  z_stream inflater{};
  index_t line = 0;
  std::string pending;
  bool has_pending = false;

  State() = default;
  State(const State&) = delete;
  ~State() {
    if (gzip) inflateEnd(&inflater);
  }

  // Refills `raw`; false at the end of the input.
  bool read_raw() {
    raw_at = 0;
    if (file) {
      raw_end = std::fread(raw.data(), 1, chunk, file.get());
      if (raw_end == 0 && std::ferror(file.get())) throw file_error(name, std::strerror(errno));
    } else {
      raw_end = std::min(chunk, memory.size() - memory_at);
      std::memcpy(raw.data(), memory.data() + memory_at, raw_end);
      memory_at += raw_end;
    }
    consumed += raw_end;
    return raw_end > 0;
  }

  void start() {
    read_raw();
    const std::string_view head(raw.data(), raw_end);
    const auto starts = [&](std::string_view magic) { return head.substr(0, magic.size()) == magic; };
    if (starts("\xff\xfe") || starts("\xfe\xff")) throw file_error(name, "this is UTF-16 text; save it as UTF-8");
    if (starts("PK\x03\x04")) throw file_error(name, "this is a zip or Excel file; save it as CSV text");
    if (starts("BZh") ||
        starts("\xfd"
               "7zXZ") ||
        starts("\x28\xb5\x2f\xfd"))
      throw file_error(name, "this file is packed, but not by gzip; unpack it or pack it with gzip");
    if (starts("\x1f\x8b")) {
      if (inflateInit2(&inflater, 15 + 16) != Z_OK) throw error("zlib does not start: out of memory");
      gzip = true;
      text.resize(chunk);
      refill();
    } else {
      text.swap(raw);
      raw.resize(chunk);
      text_end = raw_end;
    }
    if (text_end >= 3 && std::string_view(text.data(), 3) == "\xef\xbb\xbf") text_at = 3;
  }

  // Fills `text`; false at the end.
  bool refill() {
    text_at = text_end = 0;
    if (!gzip) {
      if (!read_raw()) return false;
      text.swap(raw);
      text_end = raw_end;
      return true;
    }
    while (text_end == 0) {
      if (raw_at == raw_end && !read_raw()) {
        if (member_done) return false;
        throw file_error(name, line + 1, 0, "the gzip file ends too early; was it copied whole?");
      }
      if (member_done) {  // the next member, or the zeros that some tools pad with
        if (raw[raw_at] == 0) {
          ++raw_at;
          continue;
        }
        inflateReset(&inflater);
        member_done = false;
      }
      inflater.next_in = reinterpret_cast<Bytef*>(raw.data() + raw_at);
      inflater.avail_in = static_cast<uInt>(raw_end - raw_at);
      inflater.next_out = reinterpret_cast<Bytef*>(text.data());
      inflater.avail_out = static_cast<uInt>(chunk);
      const int status = inflate(&inflater, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END) throw file_error(name, line + 1, 0, "the gzip file is damaged");
      raw_at = raw_end - inflater.avail_in;
      text_end = chunk - inflater.avail_out;
      member_done = status == Z_STREAM_END;
    }
    return true;
  }

  bool read_line(std::string& out) {
    out.clear();
    if (text_at == text_end && !refill()) return false;
    for (;;) {
      const char* from = text.data() + text_at;
      const auto* end = static_cast<const char*>(std::memchr(from, '\n', text_end - text_at));
      if (end) {
        out.append(from, end);
        text_at += static_cast<std::size_t>(end - from) + 1;
        break;
      }
      out.append(from, text_end - text_at);
      if (refill()) continue;
      if (line == 0 && out.find('\r') + 1 < out.size() && out.find('\r') != std::string::npos)
        throw file_error(name, "the lines end as on old Macs (CR alone); save the file with Unix or Windows line ends");
      break;
    }
    if (!out.empty() && out.back() == '\r') out.pop_back();
    return true;
  }
};

L2G_INLINE LineReader::LineReader(std::unique_ptr<State> s) : state_(std::move(s)) { state_->start(); }
L2G_INLINE LineReader::LineReader(LineReader&&) noexcept = default;
L2G_INLINE LineReader::~LineReader() = default;

L2G_INLINE LineReader::LineReader(const std::string& path) : state_(std::make_unique<State>()) {
  state_->name = path;
  std::error_code fault;
  const auto status = std::filesystem::status(path, fault);
  if (!std::filesystem::exists(status)) throw_missing(path);
  if (std::filesystem::is_directory(status)) throw file_error(path, "this is a folder; a file was expected");
  state_->file.reset(std::fopen(path.c_str(), "rb"));
  if (!state_->file) throw file_error(path, std::strerror(errno));
  if (const auto size = std::filesystem::file_size(path, fault); !fault) state_->total = size;
  state_->start();
}

L2G_INLINE LineReader LineReader::from_text(std::string bytes, const std::string& name) {
  auto state = std::make_unique<State>();
  state->name = name;
  state->total = bytes.size();
  state->memory = std::move(bytes);
  return LineReader(std::move(state));
}

L2G_INLINE bool LineReader::next(std::string& line) {
  State& s = *state_;
  if (s.has_pending) {
    s.has_pending = false;
    line.swap(s.pending);
  } else if (!s.read_line(line)) {
    return false;
  }
  ++s.line;
  return true;
}

L2G_INLINE bool LineReader::peek(std::string_view& line) {
  State& s = *state_;
  if (!s.has_pending) s.has_pending = s.read_line(s.pending);
  line = s.has_pending ? std::string_view(s.pending) : std::string_view();
  return s.has_pending;
}

L2G_INLINE index_t LineReader::line_number() const { return state_->line; }
L2G_INLINE const std::string& LineReader::name() const { return state_->name; }
L2G_INLINE double LineReader::fraction() const {
  return state_->total ? std::min(1.0, static_cast<double>(state_->consumed) / static_cast<double>(state_->total)) : 0;
}
L2G_INLINE void LineReader::fail(index_t column, std::string_view message) const {
  throw file_error(state_->name, state_->line, column, message);
}

L2G_INLINE void throw_missing(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code fault;
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, fault)) {
    fs::path above = folder;
    while (!above.empty() && above != above.parent_path() && !fs::exists(above, fault)) above = above.parent_path();
    if (above.empty()) above = ".";
    throw file_error(path,
                     "no such file: the folder " + folder.string() + " does not exist (" + above.string() + " does)");
  }
  const std::string wanted = fs::path(path).filename().string();
  std::vector<std::string> names;
  // A folder may hold very many files; the first ones are enough to look for a near name.
  for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, fault), end;
       !fault && it != end && names.size() < 10000; it.increment(fault))
    names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  std::string message = "no such file";
  const auto unpacked = [](const std::string& n) { return n.ends_with(".gz") ? n.substr(0, n.size() - 3) : n; };
  std::vector<std::string> plain;
  for (const auto& n : names) plain.push_back(unpacked(n));
  std::string near;
  if (const auto found = closest(unpacked(wanted), plain); !found.empty())
    near = names[static_cast<std::size_t>(std::find(plain.begin(), plain.end(), found) - plain.begin())];
  if (!near.empty()) {
    message += " (did you mean '" + near + "'?)";
  } else if (names.empty()) {
    message += "; the folder is empty";
  } else {
    message += "; the folder holds ";
    for (std::size_t i = 0; i < names.size() && i < 8; ++i) message += (i ? ", " : "") + names[i];
    if (names.size() > 8) message += ", ... (" + std::to_string(names.size()) + " files)";
  }
  throw file_error(path, message);
}

}  // namespace l2g::data
