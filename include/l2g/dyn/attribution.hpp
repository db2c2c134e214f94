#pragma once
// How much each base of a sequence moved what a model says.
#include <l2g/dyn/attribution_options.hpp>
#include <l2g/interpret/certificate.hpp>

namespace l2g::model {

/// "deeplift", "gradient", "integrated"; throws error with these.
Attribution attribution_of(std::string_view name);

/// By this much the sum of DeepLIFT's contributions may miss the difference of outputs, relative to
/// max(|difference|, 1e-3), before a sequence is explained again in double precision.
inline constexpr double certified = 1e-5;

/// The contributions in coordinates of the sequences; what the model does not see of a longer one is 0. A model that
/// predicts the mean over both strands is explained on both, the other strand's contributions turned back. What a
/// token contributes is spread evenly over its bases. `note` says how it was done, and names the operations that miss
/// most where the certificate fails in double precision too. Throws error for a class, a row or a number that does not
/// exist, before anything runs.
interpret::Contributions contributions(const Model& model, const data::Dataset& dataset,
                                       const AttributionOptions& options = {});

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/attribution-inl.hpp>
#endif
