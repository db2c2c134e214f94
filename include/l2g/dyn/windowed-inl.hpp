#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/core/progress.hpp>
#include <l2g/dyn/windowed.hpp>
#include <l2g/dyn/windowed_build.hpp>

#include <algorithm>

namespace l2g::model {

struct Windowed::State {
  detail::NodePointer root;
  detail::Changed in{};
  std::vector<float> one_hot{};
  index_t batch = 1;
};

L2G_INLINE Windowed::Windowed(const Model& model, cpu::Pool* pool) : state_(std::make_unique<State>()) {
  if (model.tokens) throw error("l2g: windows are of models that read bases");
  const Seq in = model.shape(1);
  state_->root = detail::node_of({model, model.spec, "", in, true, pool});
  state_->in.length = in[1], state_->in.channels = in[2];
  state_->one_hot.resize(std::size_t(in.size()));
  state_->in.reference = state_->one_hot.data();
  index_t width = 1;
  // A few hundred mutants keep the matrix products busy; memory is 128 MiB for those of wide windows.
  state_->batch = std::clamp<index_t>((index_t(32) << 20) / std::max<index_t>(1, state_->root->numbers(width)), 1, 384);
}
L2G_INLINE Windowed::~Windowed() = default;
L2G_INLINE Windowed::Windowed(Windowed&&) noexcept = default;

L2G_INLINE index_t Windowed::batch() const { return state_->batch; }

L2G_INLINE std::span<const float> Windowed::read(std::span<const float> one_hot) {
  std::copy(one_hot.begin(), one_hot.end(), state_->one_hot.begin());
  state_->root->read(state_->one_hot.data());
  return {state_->root->reference(), std::size_t(state_->root->channels())};
}

L2G_INLINE void Windowed::outputs(std::span<const Exchange> exchanges, std::span<float> y) {
  detail::Changed& in = state_->in;
  const auto outputs = std::size_t(state_->root->channels());
  for (std::size_t begin = 0; begin < exchanges.size(); begin += std::size_t(state_->batch)) {
    throw_if_interrupted();
    const auto some = exchanges.subspan(begin, std::min(std::size_t(state_->batch), exchanges.size() - begin));
    in.touched.clear();
    for (const Exchange& e : some) in.touched.push_back({e.position, e.position + 1});
    in.place();
    std::fill(in.values.begin(), in.values.end(), 0.0f);
    for (std::size_t i = 0; i < some.size(); ++i) in.window(index_t(i))[some[i].base] = 1;
    const detail::Changed& out = state_->root->change(in);
    std::copy_n(out.values.data(), some.size() * outputs, y.data() + begin * outputs);
  }
}

}  // namespace l2g::model
