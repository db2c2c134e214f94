#pragma once
// AnyLayer<T>: a layer whose type is chosen at run time. It meets the Layer concept on Shape<dyn, dyn, dyn>, so
// Residual, Concat, Step and the loops take it like any other; it runs the same templates, so the bits are the same
// too.
#include <l2g/core/layer.hpp>
#include <l2g/dyn/cpp_name.hpp>
#include <l2g/dyn/record.hpp>
#include <l2g/interpret/rescale.hpp>

#include <string>
#include <vector>

namespace l2g {

template <class T = float, class D = Cpu>
class AnyLayer {
 public:
  using Values = View<T, Seq, D>;
  using Ids = View<std::int32_t, Seq, D>;
  static constexpr std::string_view name = "AnyLayer";
  static constexpr unsigned uses = uses_x | uses_y;  // what it really uses is known at run time only: uses_now()
  static constexpr Input input = Input::either;

  AnyLayer() = default;
  template <class L>
  requires(!std::same_as<L, AnyLayer>) AnyLayer(L l) : p_(std::make_shared<const Holder<L>>(std::move(l))) {}

  template <class, class>
  AnyRecord<T> params() const {
    return p_->params();
  }
  template <class, class>
  AnyRecord<T> saved(Seq s) const {
    return p_->saved(s);
  }
  template <class>
  std::size_t scratch(Seq s) const {
    return p_->scratch(s);
  }
  Seq out(Seq s) const { return p_->out(s); }
  Lengths after(const Lengths& l) const { return p_->after(l); }
  bool trains() const { return p_->trains(); }
  bool reads_ids() const { return p_->reads_ids(); }
  unsigned uses_now() const { return p_->uses_now(); }
  bool in_place_now() const { return p_->in_place_now(); }
  /// The layer as a C++ type: "Conv1d<5, 64, 15>".
  std::string cpp() const { return p_->cpp(); }

  void forward(Context<D>& c, const AnyRecord<T>& p, Values x, Values y, AnyRecord<T>& s) const {
    p_->forward(c, p, x, {}, y, s);
  }
  void forward(Context<D>& c, const AnyRecord<T>& p, Ids x, Values y, AnyRecord<T>& s) const {
    p_->forward(c, p, {}, x, y, s);
  }
  void backward(Context<D>& c, const AnyRecord<T>& p, Values x, Values y, Values dy, Values dx, AnyRecord<T>& s,
                AnyRecord<T>& g) const {
    p_->backward(c, p, x, {}, y, dy, dx, s, g);
  }
  void backward(Context<D>& c, const AnyRecord<T>& p, Ids x, Values y, Values dy, Ids, AnyRecord<T>& s,
                AnyRecord<T>& g) const {
    p_->backward(c, p, {}, x, y, dy, {}, s, g);
  }
  /// Forward on a tape of pairs, for attribution.
  interpret::LinkPtr<T> trace(interpret::Tape<T>& tape, const AnyRecord<T>& p, Values x, Values y) const {
    return p_->trace(tape, p, x, {}, y);
  }
  interpret::LinkPtr<T> trace(interpret::Tape<T>& tape, const AnyRecord<T>& p, Ids x, Values y) const {
    return p_->trace(tape, p, {}, x, y);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Seq out(Seq) const = 0;
    virtual AnyRecord<T> params() const = 0;
    virtual AnyRecord<T> saved(Seq) const = 0;
    virtual std::size_t scratch(Seq) const = 0;
    virtual Lengths after(const Lengths&) const = 0;
    virtual bool trains() const = 0;
    virtual bool reads_ids() const = 0;
    virtual unsigned uses_now() const = 0;
    virtual bool in_place_now() const = 0;
    virtual void forward(Context<D>&, const AnyRecord<T>&, Values, Ids, Values, AnyRecord<T>&) const = 0;
    virtual void backward(Context<D>&, const AnyRecord<T>&, Values, Ids, Values, Values, Values, AnyRecord<T>&,
                          AnyRecord<T>&) const = 0;
    virtual interpret::LinkPtr<T> trace(interpret::Tape<T>&, const AnyRecord<T>&, Values, Ids, Values) const = 0;
    virtual std::string cpp() const = 0;
  };

  template <class L>
  struct Holder final : Base {
    using P = decltype(std::declval<const L&>().template params<T, D>());
    using S = decltype(std::declval<const L&>().template saved<T, D>(std::declval<Seq>()));
    using O = std::remove_cvref_t<decltype(std::declval<const L&>().out(std::declval<Seq>()))>;
    static constexpr Input kind = input_of<L>();
    L l;
    bool trained;
    explicit Holder(L layer) : l(std::move(layer)), trained(l2g::trains(l)) {}
    static View<T, O, D> typed(Values v) { return {v.data, O{v.shape[0], v.shape[1], v.shape[2]}}; }
    Seq out(Seq s) const override {
      const auto o = l.out(s);
      return {o[0], o[1], o[2]};
    }
    AnyRecord<T> params() const override {
      if constexpr (std::same_as<P, AnyRecord<T>>)
        return l.template params<T, D>();
      else
        return AnyRecord<T>(l.template params<T, D>());
    }
    AnyRecord<T> saved(Seq s) const override {
      if constexpr (std::same_as<S, AnyRecord<T>>)
        return l.template saved<T, D>(s);
      else
        return AnyRecord<T>(l.template saved<T, D>(s));
    }
    std::size_t scratch(Seq s) const override { return l.template scratch<T>(s); }
    Lengths after(const Lengths& n) const override { return lengths_after(l, n); }
    bool trains() const override { return trained; }
    bool reads_ids() const override { return l2g::reads_ids(l); }
    unsigned uses_now() const override {
      if constexpr (requires { l.uses_now(); })
        return l.uses_now();
      else
        return L::uses;
    }
    bool in_place_now() const override {
      if constexpr (requires { l.in_place_now(); })
        return l.in_place_now();
      else
        return works_in_place<L>();
    }
    template <class R>
    static R& record(const AnyRecord<T>& r) {
      if constexpr (std::same_as<R, AnyRecord<T>>)
        return const_cast<AnyRecord<T>&>(r);
      else
        return r.template as<R>();
    }
    void forward(Context<D>& c, const AnyRecord<T>& p, Values x, Ids ids, Values y, AnyRecord<T>& s) const override {
      if constexpr (kind != Input::values)
        if (kind == Input::ids || l2g::reads_ids(l)) return l.forward(c, record<P>(p), ids, typed(y), record<S>(s));
      if constexpr (kind != Input::ids) l.forward(c, record<P>(p), x, typed(y), record<S>(s));
    }
    void backward(Context<D>& c, const AnyRecord<T>& p, Values x, Ids ids, Values y, Values dy, Values dx,
                  AnyRecord<T>& s, AnyRecord<T>& g) const override {
      if constexpr (kind != Input::values)
        if (kind == Input::ids || l2g::reads_ids(l))
          return l.backward(c, record<P>(p), ids, typed(y), typed(dy), Ids{nullptr, ids.shape}, record<S>(s),
                            record<P>(g));
      if constexpr (kind != Input::ids) {
        dx.shape = x.shape;
        l.backward(c, record<P>(p), x, typed(y), typed(dy), dx, record<S>(s), record<P>(g));
      }
    }
    interpret::LinkPtr<T> trace(interpret::Tape<T>& tape, const AnyRecord<T>& p, Values x, Ids ids,
                                Values y) const override {
      if constexpr (kind != Input::values)
        if (kind == Input::ids || l2g::reads_ids(l)) return interpret::trace(tape, l, record<P>(p), ids, typed(y));
      if constexpr (kind != Input::ids) return interpret::trace(tape, l, record<P>(p), x, typed(y));
      return {};
    }
    std::string cpp() const override { return cpp_name(l); }
  };
  std::shared_ptr<const Base> p_;
};

template <class T, class D>
std::string cpp_name(const AnyLayer<T, D>& l) {
  return l.cpp();
}
template <class T, class X>
interpret::LinkPtr<T> trace_parts(interpret::Tape<T>& tape, const AnyLayer<T>& l, const AnyRecord<T>& p, View<X, Seq> x,
                                  View<T, Seq> y) {
  return l.trace(tape, p, x, y);
}

}  // namespace l2g
