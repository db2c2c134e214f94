#pragma once
// Sequential with layers chosen at run time: the same order, keys, memory sharing and bits as the static one.
#include <l2g/core/errors.hpp>
#include <l2g/core/text.hpp>
#include <l2g/dyn/any.hpp>

namespace l2g {

template <class T = float, class D = Cpu>
struct AnySequential {
  struct Entry {
    std::string key;  // empty: the number
    AnyLayer<T, D> layer;
  };
  static constexpr std::string_view name = "Sequential";
  static constexpr unsigned uses = uses_x | uses_y;
  static constexpr Input input = Input::either;
  std::vector<Entry> layers;

  std::size_t count() const { return layers.size(); }
  std::string key(std::size_t i) const { return layers[i].key.empty() ? std::string(number_key(i)) : layers[i].key; }
  bool aliased(std::size_t i) const {  // layer i may overwrite its input
    return i > 0 && i < count() && layers[i].layer.in_place_now() && !(layers[i].layer.uses_now() & uses_x) &&
           !(layers[i - 1].layer.uses_now() & uses_y);
  }
  unsigned uses_now() const {
    return (layers.front().layer.uses_now() & uses_x) | (layers.back().layer.uses_now() & uses_y);
  }

  struct Params {
    std::vector<std::string> keys;
    std::vector<AnyRecord<T>> sub;
    void each(auto& v) {
      for (std::size_t i = 0; i < sub.size(); ++i) scope(v, keys[i], [&] { sub[i].each(v); });
    }
  };
  template <class, class>
  Params params() const {
    Params p;
    for (std::size_t i = 0; i < count(); ++i) {
      p.keys.push_back(key(i));
      p.sub.push_back(layers[i].layer.template params<T, D>());
    }
    return p;
  }
  struct Saved {
    std::vector<std::string> keys;
    std::vector<View<T, Seq, D>> act;
    std::vector<AnyRecord<T>> sub;
    std::vector<char> shared;  // act[i] is worked over in place by layer i + 1
    std::vector<Lengths> before;
    std::vector<char> wanted;
    index_t widest = 0;
    void each(auto& v) {
      for (std::size_t i = 0; i < sub.size(); ++i)
        scope(v, keys[i], [&] {
          if (i + 1 < sub.size() && !shared[i]) v.field("out", act[i]);
          sub[i].each(v);
        });
    }
    void connect(T* y) {
      act.back().data = y;
      for (std::size_t i = act.size() - 1; i-- > 0;)
        if (shared[i]) act[i].data = act[i + 1].data;
    }
  };
  template <class, class>
  Saved saved(Seq in) const {
    Saved s;
    for (std::size_t i = 0; i < count(); ++i) {
      s.keys.push_back(key(i));
      s.sub.push_back(layers[i].layer.template saved<T, D>(in));
      in = layers[i].layer.out(in);
      s.act.push_back({nullptr, in});
      s.shared.push_back(aliased(i + 1));
      if (i + 1 < count() && in.size() > s.widest) s.widest = in.size();
    }
    s.before.resize(count());
    s.wanted.resize(count());
    return s;
  }
  template <class>
  std::size_t scratch(Seq in) const {
    std::size_t inner = 0;
    index_t widest = 0;
    for (std::size_t i = 0; i < count(); ++i) {
      const std::size_t b = layers[i].layer.template scratch<T>(in);
      inner = b > inner ? b : inner;
      in = layers[i].layer.out(in);
      if (i + 1 < count() && in.size() > widest) widest = in.size();
    }
    return inner + 2 * bytes_of<T>(widest);
  }
  /// Throws shape_error that names the layer and its place.
  Seq out(Seq in) const {
    for (std::size_t i = 0; i < count(); ++i) {
      try {
        in = layers[i].layer.out(in);
      } catch (const shape_error& e) {
        throw shape_error("layer " + key(i) + ", " + layers[i].layer.cpp() + ": " + e.what());
      }
    }
    return in;
  }
  Lengths after(Lengths l) const {
    for (const Entry& e : layers) l = e.layer.after(l);
    return l;
  }
  bool trains() const {
    for (const Entry& e : layers)
      if (e.layer.trains()) return true;
    return false;
  }
  bool reads_ids() const { return layers.front().layer.reads_ids(); }

  template <class X>
  void forward(Context<D>& c, const Params& p, View<X, Seq, D> x, View<T, Seq, D> y, Saved& s) const {
    s.connect(y.data);
    const Lengths lengths = c.lengths;
    for (std::size_t i = 0; i < count(); ++i) {
      if (i == 0)
        layers[0].layer.forward(c, p.sub[0], x, s.act[0], s.sub[0]);
      else
        layers[i].layer.forward(c, p.sub[i], s.act[i - 1], s.act[i], s.sub[i]);
      c.lengths = layers[i].layer.after(c.lengths);
    }
    c.lengths = lengths;
  }
  template <class X>
  void backward(Context<D>& c, const Params& p, View<X, Seq, D> x, View<T, Seq, D> y, View<T, Seq, D> dy,
                View<X, Seq, D> dx, Saved& s, Params& g) const {
    s.connect(y.data);
    const Lengths lengths = c.lengths;
    bool want = dx.data != nullptr;
    for (std::size_t i = 0; i < count(); ++i) {
      s.before[i] = c.lengths;
      c.lengths = layers[i].layer.after(c.lengths);
      s.wanted[i] = want;
      want = want || layers[i].layer.trains();
    }
    Frame frame(c.scratch);
    T* turn[2] = {c.scratch.template take<T>(s.widest), c.scratch.template take<T>(s.widest)};
    for (std::size_t i = count(); i-- > 0;) {
      if (!layers[i].layer.trains() && !s.wanted[i]) continue;
      c.lengths = s.before[i];
      auto d_out = s.act[i];
      d_out.data = i + 1 == count() ? dy.data : turn[i % 2];
      if (i == 0) {
        layers[0].layer.backward(c, p.sub[0], x, s.act[0], d_out, dx, s.sub[0], g.sub[0]);
      } else {
        auto d_in = s.act[i - 1];
        d_in.data = s.wanted[i] ? turn[(i - 1) % 2] : nullptr;
        layers[i].layer.backward(c, p.sub[i], s.act[i - 1], s.act[i], d_out, d_in, s.sub[i], g.sub[i]);
      }
    }
    c.lengths = lengths;
  }
};

template <class T, class X>
interpret::LinkPtr<T> trace_parts(interpret::Tape<T>& tape, const AnySequential<T>& s,
                                  const typename AnySequential<T>::Params& p, View<X, Seq> x, View<T, Seq> y) {
  const interpret::detail::KeepLengths<T> keep(tape);
  auto chain = std::make_unique<interpret::Chain<T>>();
  View<T, Seq> from{nullptr, x.shape};
  for (std::size_t i = 0; i < s.count(); ++i) {
    const auto& layer = s.layers[i].layer;
    const View<T, Seq> to = i + 1 == s.count() ? y : interpret::detail::new_view(tape, layer.out(from.shape));
    if (i == 0)
      chain->add(tape, s.key(i), layer, p.sub[i], x, to);
    else
      chain->add(tape, s.key(i), layer, p.sub[i], from, to);
    from = to;
  }
  return chain;
}

template <class T, class D>
std::string cpp_name(const AnySequential<T, D>& s) {
  std::string t;
  for (std::size_t i = 0; i < s.count(); ++i) {
    const std::string inner = s.layers[i].layer.cpp(), key = s.layers[i].key;
    if (i > 0) t += ", ";
    if (key.empty())
      t += inner;
    else
      t.append("Named<\"").append(key).append("\", ").append(inner).append(">");
  }
  return "Sequential<" + t + ">";
}

}  // namespace l2g
