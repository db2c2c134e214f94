#pragma once
// Records and visitors without their types: what stands between a model built at run time and the visitors that
// measure, bind, name and initialise.
#include <l2g/core/record.hpp>

#include <memory>

namespace l2g {

/// Any visitor of records with elements of type T.
template <class T>
struct VisitorBase {
  virtual ~VisitorBase() = default;
  virtual void show(std::string_view name, T*& data, const index_t* extents, int rank, bool buffer, Init init) = 0;
  virtual void stream(std::uint32_t& id) = 0;
  virtual void enter(std::string_view name) = 0;
  virtual void leave() = 0;
  virtual bool freeze(bool) = 0;

  template <class S, class D>
  void field(std::string_view name, View<T, S, D>& v, Init init = {}) {
    pass(name, v, false, init);
  }
  template <class S, class D>
  void buffer(std::string_view name, View<T, S, D>& v, Init init = {}) {
    pass(name, v, true, init);
  }

 private:
  template <class S, class D>
  void pass(std::string_view name, View<T, S, D>& v, bool buffer, Init init) {
    index_t extents[S::rank > 0 ? S::rank : 1];
    for (int i = 0; i < S::rank; ++i) extents[i] = v.shape[i];
    show(name, v.data, extents, S::rank, buffer, init);
  }
};

namespace detail {
/// A concrete visitor behind VisitorBase.
template <class T, class V>
struct ErasedVisitor final : VisitorBase<T> {
  V& v;
  explicit ErasedVisitor(V& visitor) : v(visitor) {}
  template <class S>
  void as(std::string_view name, T*& data, S s, bool buffer, Init init) {
    View<T, S> view{data, s};
    if (buffer)
      v.buffer(name, view, init);
    else
      v.field(name, view, init);
    data = view.data;
  }
  void show(std::string_view name, T*& data, const index_t* e, int rank, bool buffer, Init init) override {
    if (rank == 1) as(name, data, Shape<dyn>{e[0]}, buffer, init);
    if (rank == 2) as(name, data, Shape<dyn, dyn>{e[0], e[1]}, buffer, init);
    if (rank == 3) as(name, data, Shape<dyn, dyn, dyn>{e[0], e[1], e[2]}, buffer, init);
  }
  void stream(std::uint32_t& id) override { v.stream(id); }
  void enter(std::string_view n) override { v.enter(n); }
  void leave() override { v.leave(); }
  bool freeze(bool f) override { return v.freeze(f); }
};
}  // namespace detail

/// A record whose type was chosen at run time.
template <class T>
class AnyRecord {
  struct Base {
    virtual ~Base() = default;
    virtual void each(VisitorBase<T>&) = 0;
    virtual std::unique_ptr<Base> clone() const = 0;
  };
  template <class R>
  struct Holder final : Base {
    R r;
    explicit Holder(R record) : r(std::move(record)) {}
    void each(VisitorBase<T>& v) override { r.each(v); }
    std::unique_ptr<Base> clone() const override { return std::make_unique<Holder>(*this); }
  };
  std::unique_ptr<Base> p_;

 public:
  AnyRecord() = default;
  template <class R>
  requires(!std::same_as<R, AnyRecord>) explicit AnyRecord(R r) : p_(std::make_unique<Holder<R>>(std::move(r))) {}
  AnyRecord(const AnyRecord& o) : p_(o.p_ ? o.p_->clone() : nullptr) {}
  AnyRecord(AnyRecord&&) noexcept = default;
  AnyRecord& operator=(AnyRecord o) noexcept {
    p_ = std::move(o.p_);
    return *this;
  }
  void each(auto& v) {
    using V = std::remove_reference_t<decltype(v)>;
    if constexpr (std::derived_from<V, VisitorBase<T>>) {
      p_->each(v);
    } else {
      detail::ErasedVisitor<T, V> erased(v);
      p_->each(erased);
    }
  }
  template <class R>
  R& as() const {
    return static_cast<Holder<R>&>(*p_).r;
  }
};

}  // namespace l2g
