#pragma once
// A language model with a tied decoder: its table is a constant, so the decoder is linear.
#include <l2g/interpret/rescale_affine.hpp>
#include <l2g/interpret/rescale_containers.hpp>

namespace l2g::interpret {
namespace detail {

template <class T>
class Tied final : public Link<T> {
 public:
  Tied(const Pairs& pairs, index_t length, index_t channels, index_t words, const T* table,
       std::unique_ptr<Chain<T>> below)
      : pairs_(pairs), length_(length), channels_(channels), words_(words), table_(table), below_(std::move(below)) {}
  void rescale(Tape<T>& tape, T* g, T* m) override {
    const ArenaFrame frame(tape.arena);
    const index_t n = pairs_.count() * length_;
    T* const top = tape.take(n * channels_);
    gemm(tape.context, n, channels_, words_, T(1), g, {words_}, table_, {channels_}, T(0), top, {channels_});
    below_->rescale(tape, top, m);
  }

 private:
  Pairs pairs_;
  index_t length_, channels_, words_;
  const T* table_;
  std::unique_ptr<Chain<T>> below_;
};

}  // namespace detail

template <class T, class Words, class Body, class Transform, class Bias, class P, class In, class Out>
LinkPtr<T> trace_parts(Tape<T>& tape, const TiedLanguageModel<Words, Body, Transform, Bias>& l, const P& p,
                       View<std::int32_t, In> x, View<T, Out> y) {
  const detail::KeepLengths<T> keep(tape);
  const auto w = detail::new_view<T>(tape, l.words.out(x.shape));
  const auto h = detail::new_view<T>(tape, l.body.out(w.shape));
  const auto z = detail::new_view<T>(tape, l.transform.out(h.shape));
  auto chain = std::make_unique<Chain<T>>();
  chain->add(tape, "words", l.words, p.words, x, w);
  chain->add(tape, "body", l.body, p.body, w, h);
  chain->add(tape, "transform", l.transform, p.transform, h, z);
  const index_t m = z.shape.rows(), ch = z.shape[2], v = l.vocabulary();
  const T* const table = l2g::detail::table_of<T>(p.words);
  gemm(tape.context, m, v, ch, T(1), z.data, {ch}, table, {ch, true}, T(0), y.data, {v});
  auto none = l.bias.template saved<T, Cpu>(y.shape);
  l.bias.forward(tape.context, p.bias, y, y, none);
  return std::make_unique<detail::Tied<T>>(tape.pairs, x.shape[1], ch, v, table, std::move(chain));
}

}  // namespace l2g::interpret
