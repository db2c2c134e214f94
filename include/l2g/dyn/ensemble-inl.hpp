#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/ensemble.hpp>
#include <l2g/dyn/spec-inl.hpp>

#include <algorithm>

namespace l2g::model {
namespace detail {

/// The tensors with which a model's output grows: those of the linear map that it ends in, of branches that of each.
inline void last_tensors(const Spec& s, const std::string& prefix, std::vector<std::string>& keys) {
  const bool branches = s.type == "strand_mean" || (s.type == "residual" && s.parts.size() == 2);
  if (!s.parts.empty() && (branches || s.type == "sequential")) {
    for (std::size_t i = branches ? 0 : s.parts.size() - 1; i < s.parts.size(); ++i)
      last_tensors(s.parts[i], joined(prefix, key_of_part(s, i, 0)), keys);
    return;
  }
  if ((s.type != "linear" && s.type != "kmer_bag") || options_of(s).rank > 0)
    throw error("an ensemble divides the linear map that a model ends in, and this one ends in " + s.type +
                (options_of(s).rank > 0 ? " with an adapter: merge it first" : ""));
  keys.push_back(joined(prefix, "weight"));
  keys.push_back(joined(prefix, "bias"));
}

inline void check_member(const Model& first, const Model& m) {
  const auto& a = first.input;
  const auto& b = m.input;
  const std::string both = "ensemble: '" + first.name + "' and '" + m.name + "' ";
  if (first.tokens || m.tokens) throw error("ensemble: models that read tokens cannot be members of one");
  if (a.length != b.length || a.channels != b.channels || a.pad_right != b.pad_right || a.pad_zeros != b.pad_zeros)
    throw error(both + "read another input (" + std::to_string(a.length) + " and " + std::to_string(b.length) +
                " positions, or other padding)");
  if (first.classes != m.classes) throw error(both + "know other classes");
  if (first.both_strands != m.both_strands) throw error(both + "differ: one averages over both strands");
}

}  // namespace detail

L2G_INLINE Model ensemble(std::span<const Model* const> members, std::string name) {
  if (members.size() < 2) throw error("ensemble: two models or more, got " + std::to_string(members.size()));
  const Model& first = *members[0];
  Model m;
  m.name = std::move(name), m.input = first.input, m.classes = first.classes, m.seed = first.seed;
  m.both_strands = first.both_strands;
  std::string prefix, names;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Model& member = *members[i];
    detail::check_member(first, member);
    const std::string key = "member_" + std::to_string(i + 1);
    if (i > 0) prefix = detail::joined(prefix, "skip");
    for (const auto& [own, tensor] : member.weights)
      m.weights[detail::joined(detail::joined(prefix, key), own)] = tensor;
    std::vector<std::string> last;
    detail::last_tensors(member.spec, detail::joined(prefix, key), last);
    for (const std::string& tensor : last)
      if (const auto found = m.weights.find(tensor); found != m.weights.end())
        for (float& v : found->second.values) v /= float(members.size());
    names += (i > 0 ? ", " : "") + member.name;
  }
  for (std::size_t i = members.size(); i-- > 0;) {
    Spec branch = sequential({members[i]->spec.named("member_" + std::to_string(i + 1))});
    m.spec = i + 1 == members.size() ? std::move(branch) : residual(std::move(branch), std::move(m.spec));
  }
  m.notes["ensemble of"] = names;
  for (const auto& [what, text] : first.notes)
    if (std::all_of(members.begin(), members.end(), [&, &what = what, &text = text](const Model* member) {
          const auto own = member->notes.find(what);
          return own != member->notes.end() && own->second == text;
        }))
      m.notes[what] = text;
  return m;
}

}  // namespace l2g::model
