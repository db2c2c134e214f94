#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/runs.hpp>
#include <l2g/data/shown-inl.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

namespace l2g::data {

L2G_INLINE std::vector<RunScore> read_runs(LineReader& lines, const std::string& metric) {
  using detail::shown;
  using nlohmann::json;
  std::vector<RunScore> runs;
  std::set<std::tuple<std::string, std::string, std::uint64_t>> there;
  std::string line;
  while (lines.next(line)) {
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    if (line.size() > 1'000'000) lines.fail(0, "a line of " + std::to_string(line.size()) + " bytes is no run");
    // Nesting is limited, so that a line of brackets does not use up the stack.
    const auto shallow = [](int depth, json::parse_event_t, json&) {
      if (depth > 16) throw error("nested too deeply");
      return true;
    };
    json j;
    try {
      j = json::parse(line, shallow);
    } catch (const json::parse_error& e) {
      lines.fail(static_cast<index_t>(e.byte),
                 "no JSON: one object a line is wanted, with variant, seed and " + metric);
    } catch (const json::exception&) {
      lines.fail(0, "no JSON that can be read: a number is out of range");
    } catch (const error& e) {
      lines.fail(0, e.what());
    }
    if (!j.is_object()) lines.fail(0, "one object a line is wanted, with variant, seed and " + metric);
    const auto text = [&](const char* key, bool needed) {
      const auto at = j.find(key);
      if (at == j.end() && !needed) return std::string();
      if (at == j.end() || !at->is_string()) lines.fail(0, std::string("'") + key + "' has to be a text");
      return shown(at->get<std::string>(), 200);
    };
    RunScore r{text("task", false), text("variant", true), 0, 0};
    const auto seed = j.find("seed");
    if (seed == j.end() || !seed->is_number_unsigned()) lines.fail(0, "'seed' has to be a whole number of at least 0");
    r.seed = seed->get<std::uint64_t>();
    const auto value = j.find(metric);
    if (value == j.end()) {
      std::vector<std::string> keys;
      for (const auto& [key, v] : j.items())
        if (v.is_number() && key != "seed") keys.push_back(shown(key));
      lines.fail(0, unknown("metric", metric, keys));
    }
    if (value->is_null()) continue;
    if (!value->is_number()) lines.fail(0, "'" + metric + "' has to be a number");
    r.value = value->get<double>();
    if (!there.emplace(r.task, r.variant, r.seed).second)
      lines.fail(0, "variant '" + r.variant + "' with seed " + std::to_string(r.seed) + " is there twice");
    runs.push_back(std::move(r));
  }
  if (runs.empty())
    lines.fail(0, "there are no runs in it: one JSON object a line is wanted, with variant, seed and " + metric);
  return runs;
}

L2G_INLINE std::vector<std::string> run_variants(const std::vector<RunScore>& runs) {
  std::vector<std::string> names;
  for (const RunScore& r : runs)
    if (std::find(names.begin(), names.end(), r.variant) == names.end()) names.push_back(r.variant);
  return names;
}

L2G_INLINE std::vector<RunPairs> paired_runs(const std::vector<RunScore>& runs, const std::string& first,
                                             const std::string& second) {
  const auto names = run_variants(runs);
  for (const std::string* v : {&first, &second})
    if (std::find(names.begin(), names.end(), *v) == names.end()) throw error(unknown("variant", *v, names));
  std::vector<RunPairs> pairs;
  for (const RunScore& a : runs) {
    if (a.variant != first) continue;
    for (const RunScore& b : runs) {
      if (b.variant != second || b.seed != a.seed || b.task != a.task) continue;
      auto at = std::find_if(pairs.begin(), pairs.end(), [&](const RunPairs& p) { return p.task == a.task; });
      if (at == pairs.end()) at = pairs.insert(pairs.end(), {a.task, first, second, {}, {}, {}});
      at->seeds.push_back(a.seed), at->first_values.push_back(a.value), at->second_values.push_back(b.value);
    }
  }
  return pairs;
}

}  // namespace l2g::data
