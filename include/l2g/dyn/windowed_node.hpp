#pragma once
// A part of a model that computes on windows: what all of them have in common.
#include <l2g/cpu/pool.hpp>
#include <l2g/dyn/windowed_changed.hpp>
#include <l2g/dyn/windowed_part.hpp>

#include <memory>

namespace l2g::model::detail {

/// A part of the model: first the reference, then batches of mutants of it.
class WindowNode {
 public:
  virtual ~WindowNode() = default;
  /// Reads the reference; `in` stays where it is until the next one.
  virtual void read(const float* in) = 0;
  /// The mutants; the result stays until the next batch.
  virtual const Changed& change(const Changed& in) = 0;
  /// Numbers that it holds for one mutant whose window has `width` positions; that of the output goes to `width`.
  virtual index_t numbers(index_t& width) const = 0;
  const float* reference() const { return out_.reference; }
  index_t length() const { return out_.length; }
  index_t channels() const { return out_.channels; }

 protected:
  void shape(Seq in, Seq out) {
    in_ = in;
    out_.length = out[1], out_.channels = out[2];
    own_.resize(std::size_t(out.size()));
    out_.reference = own_.data();
  }
  index_t numbers_of(index_t width) const { return width * out_.channels; }
  Seq in_{1, 0, 0};  // one sequence
  std::vector<float> own_;
  Changed out_;
};
using NodePointer = std::unique_ptr<WindowNode>;

/// One layer of the model, which reads the reference by itself.
class LayerNode : public WindowNode {
 public:
  explicit LayerNode(const WindowPart& part) : one_(part), pool_(part.pool) { shape(part.in, one_.out(part.in)); }
  void read(const float* in) override { one_(in_, in, own_.data()); }

 protected:
  PlannedLayer one_;  // for one sequence
  cpu::Pool* pool_;
};

}  // namespace l2g::model::detail
