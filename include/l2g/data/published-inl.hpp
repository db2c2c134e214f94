#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/number_text.hpp>
#include <l2g/data/published.hpp>
#include <l2g/data/records-inl.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

namespace l2g::data {
namespace detail {

inline constexpr std::array published_columns{"suite", "task",   "model",    "method", "metric",
                                              "value", "source", "protocol", "note"};
inline bool published_needs(std::string_view column) {
  return column != "suite" && column != "method" && column != "note";
}

/// The parts of a task's name or a path, in small letters, with '_' for blanks and hyphens.
inline std::vector<std::string> name_parts(std::string_view name) {
  std::vector<std::string> parts{""};
  for (const char c : name) {
    if (c == '/' || c == '\\')
      parts.emplace_back();
    else
      parts.back() += c == ' ' || c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  std::erase_if(parts, [](const std::string& p) { return p.empty() || p == "."; });
  return parts;
}

inline bool is_split_name(std::string_view name) {
  constexpr std::array names{"train", "training", "dev", "valid", "val", "validation", "test", "testing"};
  return std::find(names.begin(), names.end(), name.substr(0, name.find('.'))) != names.end();
}

/// emp_pool stands for emp: a folder beside the published one with the same task.
inline bool same_folder(std::string_view folder, std::string_view wanted) {
  return folder == wanted || (folder.starts_with(wanted) && folder.substr(wanted.size(), 1) == "_");
}

inline bool ends_as(const std::vector<std::string>& place, const std::vector<std::string>& task) {
  if (task.empty() || place.size() < task.size() || place.back() != task.back()) return false;
  for (std::size_t i = 1; i < task.size(); ++i)
    if (!same_folder(place[place.size() - 1 - i], task[task.size() - 1 - i])) return false;
  return true;
}

}  // namespace detail

L2G_INLINE std::vector<PublishedValue> read_published(LineReader& lines) {
  using detail::published_columns, detail::shown;
  std::vector<PublishedValue> table;
  std::vector<std::size_t> meaning;  // of each field: which of published_columns
  detail::RecordReader records(lines, '\t');
  std::vector<detail::Cell> cells;
  const auto fail = [&](const detail::Cell& at, const std::string& message) {
    throw file_error(lines.name(), at.line, at.column, message);
  };
  while (records.next(cells)) {
    if (cells[0].text.starts_with("#")) continue;
    if (meaning.empty()) {
      for (const auto& c : cells) {
        const auto at = std::find(published_columns.begin(), published_columns.end(), c.text);
        if (at == published_columns.end()) fail(c, unknown("column", shown(c.text), published_columns));
        const auto column = static_cast<std::size_t>(at - published_columns.begin());
        if (std::find(meaning.begin(), meaning.end(), column) != meaning.end())
          fail(c, "the column '" + c.text + "' is there twice");
        meaning.push_back(column);
      }
      for (std::size_t i = 0; i < published_columns.size(); ++i)
        if (detail::published_needs(published_columns[i]) &&
            std::find(meaning.begin(), meaning.end(), i) == meaning.end())
          lines.fail(0, std::string("there is no column '") + published_columns[i] +
                            "'; the first line names task, model, metric, value, source, protocol, tabs between them");
      continue;
    }
    if (cells.size() != meaning.size())
      lines.fail(0, std::to_string(cells.size()) + " fields, the first line has " + std::to_string(meaning.size()));
    PublishedValue v;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string& text = cells[i].text;
      const char* const name = published_columns[meaning[i]];
      if (text.empty() && detail::published_needs(name)) fail(cells[i], std::string("no ") + name);
      std::string* const to[] = {&v.suite, &v.task,   &v.model,    &v.method, &v.metric,
                                 nullptr,  &v.source, &v.protocol, &v.note};
      if (std::string* const place = to[meaning[i]]) {
        *place = text;
        continue;
      }
      const auto end = std::from_chars(text.data(), text.data() + text.size(), v.value);
      if (end.ec != std::errc{} || end.ptr != text.data() + text.size() || !std::isfinite(v.value))
        fail(cells[i], "'" + shown(text) + "' is not a number");
    }
    table.push_back(std::move(v));
  }
  if (meaning.empty()) lines.fail(0, "the file is empty; its first line has to name the columns");
  return table;
}

L2G_INLINE std::vector<PublishedValue> published_for(std::span<const PublishedValue> table, std::string_view place) {
  std::vector<std::string> parts = detail::name_parts(place);
  const auto without_ending = [](std::string& name) {
    for (const char* end : {".gz", ".csv", ".tsv", ".txt", ".fa", ".fasta", ".fna"})
      if (name.size() > std::string_view(end).size() && name.ends_with(end))
        name.resize(name.size() - std::string_view(end).size());
  };
  if (!parts.empty() && detail::is_split_name(parts.back())) parts.pop_back();
  if (parts.empty()) return {};
  without_ending(parts.back());
  std::vector<PublishedValue> found, by_name;
  std::set<std::string> tasks_by_name;
  for (const PublishedValue& v : table) {
    const auto task = detail::name_parts(v.task);
    if (detail::ends_as(parts, task) && (task.size() > 1 || !only_digits(task.back()))) found.push_back(v);
    if (!task.empty() && task.back() == parts.back() && !only_digits(task.back()) &&
        !detail::is_split_name(task.back()))
      by_name.push_back(v), tasks_by_name.insert(v.task);
  }
  if (found.empty() && tasks_by_name.size() == 1) found = std::move(by_name);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.metric != b.metric ? a.metric < b.metric : a.value > b.value;
  });
  return found;
}

}  // namespace l2g::data
