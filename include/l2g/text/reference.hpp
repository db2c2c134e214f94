#pragma once
// The text reference of the alignment (specification of L2G, section 5): single token vectors, as the embedding block
// of a language model gives them in evaluation (tokens and positions, LayerNorm; no hidden state of the encoder).
#include <l2g/cpu/backend.hpp>
#include <l2g/cpu/memory.hpp>
#include <l2g/text/bytes.hpp>

#include <algorithm>

namespace l2g::text {

struct ReferenceOptions {
  index_t tokens = 3150;  // vectors to draw: the published number
  index_t length = 128;   // tokens of a window, <s> and </s> included
  std::uint64_t seed = 1;
};

/// `count` numbers below `available`, all different, in rising order; each choice is as likely as any other (Floyd's
/// method, Bentley and Floyd 1987). A pure function of its arguments. Throws error when count > available.
std::vector<std::uint64_t> draw_without_replacement(std::uint64_t available, index_t count, std::uint64_t seed);

/// Runs an embedding block (ids (batch, length, 1) -> (batch, length, width)) in evaluation over windows of ids and
/// returns the vectors of the chosen tokens: (chosen, width), row after row.
/// ids: (windows, length); chosen: places in ids, in rising order; p: the block's parameters, bound to memory.
template <class Block, class Params>
std::vector<float> embed_tokens(const Block& block, const Params& p, std::span<const std::int32_t> ids, index_t length,
                                std::span<const std::uint64_t> chosen) {
  using In = Shape<dyn, dyn, 1>;
  constexpr index_t most = 16;  // windows at a time
  const auto l = static_cast<std::uint64_t>(length);
  const In in{most, length, index_t(1)};
  const auto out = block.out(in);
  auto saved = block.template saved<float, Cpu>(in);
  const std::size_t of_saved = measure(saved).bytes, of_scratch = block.template scratch<float>(in);
  const auto memory =
      Memory<Cpu>::get(of_saved + of_scratch + bytes_of<std::int32_t>(in.size()) + bytes_of<float>(out.size()));
  std::byte* at = memory.get();
  const auto take = [&](std::size_t n) { return std::exchange(at, at + n); };
  bind(saved, take(of_saved));
  const StepState state{};
  Context<Cpu> c;
  c.state = &state;
  c.scratch = {take(of_scratch), of_scratch, 0};
  c.training = false;
  const View<std::int32_t, In> x{reinterpret_cast<std::int32_t*>(take(bytes_of<std::int32_t>(in.size()))), in};
  const View<float, std::remove_const_t<decltype(out)>> y{reinterpret_cast<float*>(at), out};
  const index_t width = out.cols();
  std::vector<float> features;
  features.reserve(chosen.size() * static_cast<std::size_t>(width));
  for (std::size_t i = 0; i < chosen.size();) {
    // Only windows that hold a chosen token are run.
    std::vector<std::uint64_t> windows;
    std::size_t end = i;
    for (; end < chosen.size(); ++end) {
      const std::uint64_t w = chosen[end] / l;
      if (!windows.empty() && windows.back() == w) continue;
      if (index_t(windows.size()) == most) break;
      std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(w * l), l, x.data + windows.size() * l);
      windows.push_back(w);
    }
    std::fill(x.data + windows.size() * l, x.data + x.size(), pad_id);
    block.forward(c, p, x, y, saved);
    std::size_t row = 0;
    for (; i < end; ++i) {
      while (windows[row] != chosen[i] / l) ++row;
      const float* from = y.data + (row * l + chosen[i] % l) * static_cast<std::size_t>(width);
      features.insert(features.end(), from, from + width);
    }
  }
  return features;
}

/// The reference from a text: features (options.tokens, width). The text is cut into windows without overlap; tokens
/// are drawn from its bytes without replacement, in the order of the text. A pure function of text, weights and
/// options. Throws error when the text has fewer bytes than tokens are wanted.
template <class Block, class Params>
std::vector<float> text_reference(const Block& block, const Params& p, std::string_view text,
                                  const ReferenceOptions& options = {}) {
  if (options.tokens < 1) throw error("a text reference takes at least one token");
  if (static_cast<std::uint64_t>(options.tokens) > text.size())
    throw error("the text has " + std::to_string(text.size()) + " bytes; a reference of " +
                std::to_string(options.tokens) + " tokens takes at least as many");
  const auto drawn = draw_without_replacement(text.size(), options.tokens, options.seed);
  const auto l = static_cast<std::uint64_t>(options.length), bytes = l - 2;
  if (options.length < 3) throw error("a window takes at least 3 tokens: <s>, a byte and </s>");
  std::vector<std::int32_t> ids;  // of the windows that are needed
  std::vector<std::uint64_t> chosen;
  std::uint64_t last = ~std::uint64_t(0);
  for (const std::uint64_t d : drawn) {
    if (d / bytes != last) {
      last = d / bytes;
      ids.resize(ids.size() + l);
      encode_window(text, static_cast<std::size_t>(last * bytes), {ids.data() + ids.size() - l, l});
    }
    chosen.push_back(ids.size() - l + 1 + d % bytes);
  }
  return embed_tokens(block, p, ids, options.length, chosen);
}

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/reference-inl.hpp>
#endif
