#pragma once
// Several models as one.
#include <l2g/dyn/model.hpp>

namespace l2g::model {

/// A model whose logits are the mean of those of `members`: networks that were trained alike from other seeds err at
/// other rows (deep ensembles, Lakshminarayanan et al. 2017, who take the mean of probabilities). It is a Model like
/// any other: branches side by side (keys "member_1.", "skip.member_2.", ...), what each of them ends in divided by
/// their number. Throws error for less than two members, members that read tokens, read another input, know other
/// classes or average over strands otherwise, and for one that does not end in a linear map without an adapter.
Model ensemble(std::span<const Model* const> members, std::string name);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/ensemble-inl.hpp>
#endif
