#pragma once
// A part of a model, and its layer with parameters and memory.
#include <l2g/cpu/memory.hpp>
#include <l2g/dyn/model.hpp>

namespace l2g::model::detail {

/// The part of the model that a node stands for.
struct WindowPart {
  const Model& model;
  const Spec& spec;
  std::string key;  // scope of its parameters
  Seq in;           // of one sequence
  bool bases;       // it reads the one-hot input itself
  cpu::Pool* pool;

  /// A tensor of this part.
  const float* tensor(const char* name) const { return model.weights.at(joined(key, name)).values.data(); }
};

/// One layer with memory for one shape of input, its parameters bound to those of the model.
class PlannedLayer {
 public:
  explicit PlannedLayer(const WindowPart& part) : PlannedLayer(part, part.spec) {}
  /// With the parameters of the part, but another Spec.
  PlannedLayer(const WindowPart& part, Spec spec) : model_(part.model), spec_(std::move(spec)), key_(part.key) {
    context_.training = false;
    context_.state = &state_;
    context_.pool = part.pool;
  }
  PlannedLayer(const PlannedLayer&) = delete;
  PlannedLayer& operator=(const PlannedLayer&) = delete;
  Seq out(Seq in) const { return out_of(spec_, in); }
  void operator()(Seq in, const float* x, float* y) {
    if (in[0] != planned_[0] || in[1] != planned_[1] || in[2] != planned_[2]) plan(in);
    // Layers read x; AnyLayer's views are of one kind.
    layer_.forward(context_, params_, View<float, Seq>{const_cast<float*>(x), in}, View<float, Seq>{y, out_}, saved_);
  }
  Context<Cpu>& context() { return context_; }

 private:
  void plan(Seq in) {
    layer_ = build<float>(spec_, in);
    out_ = layer_.out(in);
    params_ = layer_.params<float, Cpu>();
    each_tensor<float>(params_, [&](const TensorRef<float>& t) -> float* {
      return const_cast<float*>(model_.weights.at(joined(key_, t.key)).values.data());  // nothing writes to it
    });
    saved_ = layer_.saved<float, Cpu>(in);
    const std::size_t kept = measure(saved_).bytes, scratch = layer_.scratch<float>(in);
    memory_ = Memory<Cpu>::get(kept + scratch + alignment);
    bind(saved_, memory_.get());
    context_.scratch = {memory_.get() + kept, scratch, 0};
    planned_ = in;
  }
  const Model& model_;
  Spec spec_;
  std::string key_;
  AnyLayer<float> layer_{};
  AnyRecord<float> params_{}, saved_{};
  Memory<Cpu>::Block memory_{};
  StepState state_{};
  Context<Cpu> context_{};
  Seq planned_{0, 0, 0}, out_{0, 0, 0};
};

}  // namespace l2g::model::detail
