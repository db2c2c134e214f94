#pragma once
// The mean over both strands: the network below sees twice as many rows, inputs before references.
#include <l2g/interpret/rescale_containers.hpp>
#include <l2g/nn/strand_mean.hpp>

namespace l2g::interpret {
namespace detail {

template <class T>
class BothStrands final : public Link<T> {
 public:
  BothStrands(const Pairs& pairs, Seq in, index_t out, std::vector<std::int32_t> ends, LinkPtr<T> f)
      : pairs_(pairs), in_(in), out_(out), ends_(std::move(ends)), f_(std::move(f)) {}
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    const index_t n = pairs_.count(), size = n * in_[1] * in_[2];
    T *const half = tape.take(2 * n * out_), *const both = tape.take(2 * size);
    for (const index_t strand : {0, 1})
      map(tape.context, n * out_, kernels::Copy<T>{g, half + strand * n * out_, T(0.5)});
    f_->rescale(tape, half, both);
    rows(tape.context, n * in_[1], kernels::BothStrandsGrad<T>{both, ends_.data(), m, in_[1], in_[2], size});
  }

 private:
  Pairs pairs_;
  Seq in_;
  index_t out_;
  std::vector<std::int32_t> ends_;  // (pairs, 2) of the inputs: a reference has its letters where the input has them
  LinkPtr<T> f_;
};

}  // namespace detail

template <class T, class F, class P, class In, class Out>
LinkPtr<T> trace_parts(Tape<T>& tape, const StrandMean<F>& l, const P& p, View<T, In> x, View<T, Out> y) {
  Context<Cpu>& c = tape.context;
  const detail::KeepLengths<T> keep(tape);
  const Pairs pairs = tape.pairs;
  const index_t n = pairs.rows(), len = x.shape[1], ch = x.shape[2], row = len * ch;
  const auto z = detail::new_view<T>(tape, StrandMean<F>::doubled(x.shape));
  const auto fy = detail::new_view<T>(tape, l.f.out(z.shape));
  auto* const ends = tape.arena.template take<std::int32_t>(2 * n);
  auto* const lengths = tape.arena.template take<std::int32_t>(2 * n);
  for (const bool reference : {false, true}) {
    const index_t first = reference ? pairs.inputs : 0, count = reference ? n - first : pairs.inputs;
    if (count == 0) continue;
    Lengths own = c.lengths;
    if (own.data) own.data += first;
    rows(c, count,
         kernels::StrandEnds<T>{x.data + first * row, ends + 2 * first, lengths + 2 * first, count, len, ch, own});
    rows(c, count * len,
         kernels::BothStrands<T>{x.data + first * row, ends + 2 * first, z.data + 2 * first * row, len, ch,
                                 count * row});
  }
  if (c.lengths) c.lengths = Lengths{lengths};
  tape.pairs = pairs.doubled();
  LinkPtr<T> f = trace(tape, l.f, p, z, fy);
  tape.pairs = pairs;
  const index_t out = y.size() / n;
  for (const bool reference : {false, true}) {
    const index_t first = reference ? pairs.inputs : 0, count = (reference ? n - first : pairs.inputs) * out;
    const T* const from = fy.data + 2 * first * out;
    map(c, count, kernels::Mean<T>{from, from + count, y.data + first * out});
  }
  std::vector<std::int32_t> of_pairs;
  for (index_t pair = 0; pair < pairs.count(); ++pair)
    for (const index_t side : {0, 1}) of_pairs.push_back(ends[2 * pairs.input_of(pair) + side]);
  return std::make_unique<detail::BothStrands<T>>(pairs, Seq{n, len, ch}, out, std::move(of_pairs), std::move(f));
}

}  // namespace l2g::interpret
