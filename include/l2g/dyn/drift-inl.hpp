#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/drift.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <optional>

namespace l2g::model {
namespace detail {

/// "body.encoder.3.norm1.weight" -> "body.encoder.3"; without a number all but the last name.
inline std::string layer_of(const std::string& key) {
  for (std::size_t at = 0; at < key.size();) {
    const std::size_t dot = std::min(key.find('.', at), key.size());
    if (std::isdigit(static_cast<unsigned char>(key[at])) && dot < key.size()) return key.substr(0, dot);
    at = dot + 1;
  }
  const std::size_t dot = key.rfind('.');
  return dot == key.npos ? key : key.substr(0, dot);
}
/// Where numbers in keys count by their value: "x.9" before "x.10".
inline bool comes_before(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  const auto digit = [](const std::string& s, std::size_t k) {
    return k < s.size() && std::isdigit(static_cast<unsigned char>(s[k]));
  };
  while (i < a.size() && j < b.size()) {
    if (digit(a, i) && digit(b, j)) {
      std::size_t m = i, n = j;
      while (digit(a, m)) ++m;
      while (digit(b, n)) ++n;
      if (m - i != n - j) return m - i < n - j;
      if (const int c = a.compare(i, m - i, b, j, n - j); c != 0) return c < 0;
      i = m, j = n;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
    }
  }
  return a.size() - i < b.size() - j;
}
/// Without adapters: they are merged.
inline const Model& merged(const Model& m, std::optional<Model>& room) {
  if (adapters_of(m.spec).empty()) return m;
  return room.emplace(respecified(m, without_lora(m.spec)));
}

}  // namespace detail

L2G_INLINE std::vector<LayerDrift> drift(const Model& now, const Model& before) {
  std::optional<Model> rooms[2];
  const Model &a = detail::merged(now, rooms[0]), &b = detail::merged(before, rooms[1]);
  std::vector<LayerDrift> found;
  std::vector<double> change;
  for (const auto& [key, t] : a.weights) {
    const auto old = b.weights.find(key);
    if (t.role == Role::buffer || old == b.weights.end() || old->second.extents != t.extents) continue;
    const std::string layer = detail::layer_of(key);
    auto at = std::find_if(found.begin(), found.end(), [&](const LayerDrift& d) { return d.layer == layer; });
    if (at == found.end()) at = found.insert(found.end(), {layer}), change.push_back(0);
    double &moved = change[std::size_t(at - found.begin())], squares = 0;
    const Numbers &x = t.values, &y = old->second.values;
    if (x.data() != y.data())
      for (std::size_t i = 0; i < x.size(); ++i) moved += (double(x[i]) - double(y[i])) * (double(x[i]) - double(y[i]));
    for (const float v : y) squares += double(v) * double(v);
    at->before += squares;
    ++at->tensors;
    at->different += x.data() != y.data() && std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) != 0;
    at->parameters += index_t(x.size());
  }
  if (found.empty()) throw error("drift: the two models have no weights of equal names and shapes");
  for (std::size_t i = 0; i < found.size(); ++i) {
    LayerDrift& d = found[i];
    d.relative = d.before > 0 ? std::sqrt(change[i] / d.before) : std::sqrt(change[i]);
    d.before = std::sqrt(d.before);
  }
  std::sort(found.begin(), found.end(),
            [](const LayerDrift& x, const LayerDrift& y) { return detail::comes_before(x.layer, y.layer); });
  return found;
}

}  // namespace l2g::model
