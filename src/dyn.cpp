#include <l2g/dyn/adapters-inl.hpp>
#include <l2g/dyn/architectures-inl.hpp>
#include <l2g/dyn/drift-inl.hpp>
#include <l2g/dyn/ensemble-inl.hpp>
#include <l2g/dyn/export-inl.hpp>
#include <l2g/dyn/registry-inl.hpp>
#include <l2g/dyn/spec-inl.hpp>
#include <l2g/dyn/tuning-inl.hpp>
#include <l2g/dyn/windowed-inl.hpp>

namespace l2g::model {
template AnyLayer<float> build<float>(const Spec&, Seq);
template AnyLayer<double> build<double>(const Spec&, Seq);
}  // namespace l2g::model
