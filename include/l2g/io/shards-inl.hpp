#pragma once
#include <l2g/io/messages.hpp>
#include <l2g/io/named_tensors.hpp>
#include <l2g/io/shards.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

namespace l2g::io {
namespace detail {

// Reads the two known objects while the JSON is parsed, and steps over whatever else the top level or the metadata
// has, so that a tensor listed twice is seen.
class ShardIndexHandler {
 public:
  ShardIndexHandler(std::string_view name, ShardIndex& index) : name_(name), index_(index) {}

  bool null() { return other("null"); }
  bool boolean(bool b) { return note(b ? "true" : "false"); }
  bool number_integer(std::int64_t n) { return note(std::to_string(n)); }
  bool number_unsigned(std::uint64_t n) { return note(std::to_string(n)); }
  bool number_float(double, const std::string& text) { return note(text); }
  bool binary(std::vector<std::uint8_t>&) { return other("binary data"); }
  bool string(std::string& text) {
    if (in_ != In::map || skipped_ > 0) return note(text);
    if (text.empty() || text == "." || text == ".." || text.find_first_of(std::string_view("/\\\0", 3)) != text.npos)
      fail("tensor " + in_quotes(key_) + " would be in the file " + in_quotes(text) +
           "; a shard is the name of a file beside the index");
    const auto [at, added] = place_.emplace(text, index_.files.size());
    if (added) index_.files.push_back(text);
    index_.tensors.emplace_back(std::move(key_), at->second);
    return true;
  }
  bool start_object(std::size_t) {
    if (in_ == In::nothing) {
      in_ = In::file;
    } else if (skipped_ == 0 && in_ == In::file && key_ == "weight_map") {
      if (has_map_) fail("has two objects 'weight_map'");
      has_map_ = true;
      in_ = In::map;
    } else if (skipped_ == 0 && in_ == In::file && key_ == "metadata") {
      in_ = In::metadata;
    } else {
      other("an object");
      ++skipped_;
    }
    return true;
  }
  bool end_object() {
    if (skipped_ > 0) {
      --skipped_;
    } else {
      in_ = in_ == In::file ? In::nothing : In::file;
    }
    return true;
  }
  bool start_array(std::size_t) {
    other("a list");
    ++skipped_;
    return true;
  }
  bool end_array() {
    --skipped_;
    return true;
  }
  bool key(std::string& text) {
    if (skipped_ == 0) key_ = std::move(text);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    fail("is not valid JSON near its byte " + std::to_string(position));
  }
  void finish() const {
    if (!has_map_) fail("has no object 'weight_map', which says in which file each tensor is");
    if (index_.tensors.empty()) fail("lists no tensor in its 'weight_map'");
  }

 private:
  enum class In { nothing, file, map, metadata };

  [[noreturn]] void fail(const std::string& message) const { throw file_error(name_, message); }
  bool note(const std::string& text) {
    if (skipped_ == 0 && in_ == In::metadata)
      index_.metadata.emplace_back(key_, text);
    else
      other("a value that is no name");
    return true;
  }
  bool other(const char* what) const {
    if (in_ == In::nothing) fail("has " + std::string(what) + " where an object should begin");
    if (skipped_ > 0 || in_ == In::metadata) return true;
    if (in_ == In::map) fail("tensor " + in_quotes(key_) + " has " + what + " where the name of its file should be");
    if (key_ == "weight_map") fail("has " + std::string(what) + " as 'weight_map'; it should be an object");
    return true;
  }

  std::string_view name_;
  ShardIndex& index_;
  std::map<std::string, std::size_t, std::less<>> place_;
  In in_ = In::nothing;
  bool has_map_ = false;
  std::size_t skipped_ = 0;  // how deep in what is stepped over
  std::string key_;
};

}  // namespace detail

L2G_INLINE ShardIndex parse_shard_index(std::span<const std::byte> text, std::string_view name) {
  ShardIndex index;
  detail::ShardIndexHandler handler(name, index);
  const char* begin = reinterpret_cast<const char*>(text.data());
  nlohmann::json::sax_parse(begin, begin + text.size(), &handler);
  handler.finish();
  std::vector<std::pair<std::string_view, std::size_t>> sorted(index.tensors.begin(), index.tensors.end());
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i - 1].first == sorted[i].first) {
      const std::string &a = index.files[sorted[i - 1].second], &b = index.files[sorted[i].second];
      throw file_error(name, "tensor " + in_quotes(sorted[i].first) + " is listed twice" +
                                 (a == b ? "" : ": in " + in_quotes(a) + " and in " + in_quotes(b)));
    }
  return index;
}

L2G_INLINE NamedTensors open_shards(std::string_view path) {
  const MappedFile file(path);
  ShardIndex index = parse_shard_index(file.bytes(), path);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::string missing;
  std::size_t absent = 0;
  for (const std::string& name : index.files) {
    std::error_code ignored;
    if (!std::filesystem::exists(folder / name, ignored) && ++absent <= 3)
      missing += (missing.empty() ? "" : ", ") + in_quotes(name);
  }
  if (absent > 0)
    throw file_error(path, std::to_string(absent) + " of its " + std::to_string(index.files.size()) +
                               " files are missing: " + missing + (absent > 3 ? ", ..." : ""));

  std::map<std::string_view, std::size_t> listed;  // which shard each tensor should be in
  for (const auto& [name, shard] : index.tensors) listed.emplace(name, shard);
  auto owners = std::make_shared<std::vector<NamedTensors>>();
  std::vector<NamedTensor> tensors;
  std::map<std::string_view, std::size_t> found;
  std::string format;
  for (std::size_t i = 0; i < index.files.size(); ++i) {
    const std::string shard = (folder / index.files[i]).string();
    owners->push_back(open_weights_file(shard));
    const NamedTensors& opened = owners->back();
    format = opened.format();
    for (const NamedTensor& t : opened.tensors()) {
      const std::string which = "tensor " + in_quotes(t.name) + " is in " + in_quotes(index.files[i]);
      if (const auto before = found.find(t.name); before != found.end())
        throw file_error(path, which + " and in " + in_quotes(index.files[before->second]));
      const auto said = listed.find(t.name);
      if (said == listed.end()) throw file_error(path, which + ", but not in the index");
      if (said->second != i) throw file_error(path, which + "; the index says " + in_quotes(index.files[said->second]));
      found.emplace(said->first, i);
      tensors.push_back(t);
    }
  }
  for (const auto& [name, shard] : index.tensors)
    if (!found.count(name))
      throw file_error(path, "tensor " + in_quotes(name) + " is not in " + in_quotes(index.files[shard]) +
                                 ", where the index says it is");
  format += " in " + std::to_string(index.files.size()) + " shard" + (index.files.size() == 1 ? "" : "s");
  return {path, format, std::move(tensors), std::move(index.metadata), owners};
}

}  // namespace l2g::io
