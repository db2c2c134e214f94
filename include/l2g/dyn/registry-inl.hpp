#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/registry.hpp>

#include <cmath>

namespace l2g::model {
namespace detail {

/// The arguments of one layer, checked against its kind, defaults filled in.
class Arguments {
 public:
  Arguments(const Spec& s, const LayerKind& k) : spec_(s), kind_(k) {
    std::vector<std::string_view> names;
    for (const Argument& a : k.arguments) names.push_back(a.name);
    const auto known = [&](const std::string& n) {
      for (const auto& a : names)
        if (a == n) return;
      throw error(std::string(k.name) + ": " + unknown("option", n, names));
    };
    for (const auto& [n, v] : s.numbers) known(n);
    for (const auto& [n, v] : s.words) known(n);
    for (const Argument& a : k.arguments)
      if (a.required && !s.numbers.count(std::string(a.name)))
        throw error(std::string(k.name) + ": option '" + std::string(a.name) + "' is needed: " + std::string(a.doc));
    const int n = int(s.parts.size());
    if (n < k.least || n > k.most)
      throw error(std::string(k.name) + " takes " +
                  (k.least == k.most ? std::to_string(k.most)
                   : k.most > 99     ? "at least " + std::to_string(k.least)
                                     : std::to_string(k.least) + " to " + std::to_string(k.most)) +
                  " layers inside, got " + std::to_string(n));
  }
  double number(std::string_view name) const {
    const auto i = spec_.numbers.find(std::string(name));
    return i != spec_.numbers.end() ? i->second : argument(name).value;
  }
  index_t integer(std::string_view name, index_t least = 1) const {
    const double v = number(name);
    if (v != std::floor(v) || v < double(least) || v > 1e9)
      throw error(std::string(kind_.name) + ": '" + std::string(name) + "' must be a whole number of at least " +
                  std::to_string(least) + ", got " + text(v));
    return index_t(v);
  }
  index_t per_mille(std::string_view name, bool below_one) const {
    const double v = number(name);
    if (!(v >= 0 && (below_one ? v < 1 : v <= 1)))
      throw error(std::string(kind_.name) + ": '" + std::string(name) + "' must lie between 0 and 1, got " + text(v));
    return index_t(std::lround(v * 1000));
  }
  std::string word(std::string_view name) const {
    const std::string_view choices = argument(name).choices;
    std::vector<std::string_view> list;
    for (std::size_t a = 0; a <= choices.size();) {
      const std::size_t b = std::min(choices.find('|', a), choices.size());
      list.push_back(choices.substr(a, b - a));
      a = b + 1;
    }
    const auto i = spec_.words.find(std::string(name));
    if (i == spec_.words.end()) return std::string(list.front());
    for (const auto& c : list)
      if (c == i->second) return i->second;
    throw error(std::string(kind_.name) + ", option '" + std::string(name) + "': " + unknown("value", i->second, list));
  }
  std::string free_word(std::string_view name) const {
    const auto i = spec_.words.find(std::string(name));
    return i == spec_.words.end() ? "" : i->second;
  }

 private:
  static std::string text(double v) {
    std::string s = std::to_string(v);
    while (s.find('.') != s.npos && (s.back() == '0' || s.back() == '.')) {
      const bool dot = s.back() == '.';
      s.pop_back();
      if (dot) break;
    }
    return s;
  }
  const Argument& argument(std::string_view name) const {
    for (const Argument& a : kind_.arguments)
      if (a.name == name) return a;
    throw error("l2g: the registry has no argument '" + std::string(name) + "' of " + std::string(kind_.name));
  }
  const Spec& spec_;
  const LayerKind& kind_;
};

inline bool lists(const std::string& words, std::string_view one) {
  return words.empty() || ("+" + words + "+").find("+" + std::string(one) + "+") != std::string::npos;
}

template <class T>
struct Builder {
  const Spec& spec;
  const Arguments& a;
  Seq in;
  bool adapted() const { return a.number("lora_rank") > 0; }
  /// The adapter of this layer around a linear map: SVD-LoRA or plain LoRA.
  template <class L>
  AnyLayer<T> adapter(const L& base) const {
    a.word("lora_rule");  // is it one of the choices?
    const AnyLoraScale scale = lora_scale_of(spec);
    const index_t rank = a.integer("lora_rank"), dropout = a.per_mille("lora_dropout", true);
    if (a.word("lora_form") == "plain") return Lora<L, dyn, AnyLoraScale, dyn>{{{base}}, rank, scale, {{{}, dropout}}};
    return SvdLora<L, dyn, PerStep<dyn>, AnyLoraScale, dyn>{
        {{base}}, rank, {a.per_mille("lora_keep", false)}, scale, {{{}, dropout}}};
  }
  template <class L>
  AnyLayer<T> projection(std::string_view key, const L& base) const {
    if (!adapted()) return base;
    if (!lists(a.free_word("lora"), key)) return Frozen<L>{{base}};
    return adapter(base);
  }
  /// The linear map i -> o that this layer calls `key`: trained, or with an adapter, or frozen beside one.
  AnyLayer<T> projection(std::string_view key, index_t i, index_t o, bool bias = true) const {
    if (bias) return projection(key, Linear<>{i, o});
    return projection(key, Linear<dyn, dyn, false>{i, o});
  }

  AnyLayer<T> linear() const { return projection("", in[2], a.integer("out"), a.word("bias") == "yes"); }
  AnyLayer<T> conv1d() const {
    const index_t o = a.integer("out"), k = a.integer("kernel"), d = a.integer("dilation"), s = a.integer("stride");
    const index_t g = a.number("groups") == 0 ? in[2] : a.integer("groups");
    const std::string p = a.word("padding");
    if (p == "causal") return Conv1d<dyn, dyn, dyn, dyn, Padding::causal>{in[2], o, k, d, s, g};
    if (p == "valid") return Conv1d<dyn, dyn, dyn, dyn, Padding::valid>{in[2], o, k, d, s, g};
    return Conv1d<>{in[2], o, k, d, s, g};
  }
  AnyPositions positions() const {
    const std::string p = a.word("positions");
    if (p == "alibi") return {AnyPositions::alibi_slopes};
    if (p == "none") return {};
    return {p == "rotary" ? AnyPositions::rotary : AnyPositions::rotary_pairs, a.integer("base", 2)};
  }
  template <bool Causal>
  AnyLayer<T> attention() const {
    const index_t c = in[2], heads = a.integer("heads"), dropout = a.per_mille("dropout", true);
    const index_t kv = a.number("kv_heads") == 0 ? heads : a.integer("kv_heads");
    const bool bias = a.word("bias") == "yes", proj_bias = a.word("proj_bias") == "yes";
    if (a.word("projections") == "separate") {
      const index_t narrow = c / heads * kv;
      return Attention<dyn, dyn, dyn, dyn, Causal, AnyPositions, AnyLayer<T>, AnyLayer<T>, AnyLayer<T>, AnyLayer<T>>{
          c,
          heads,
          kv,
          dropout,
          positions(),
          projection("query", c, c, bias),
          projection("key", c, narrow, bias),
          projection("value", c, narrow, bias),
          projection("proj", c, c, proj_bias)};
    }
    if (kv != heads || a.word("positions") != "none")
      throw error("attention: 'kv_heads' and 'positions' need projections = 'separate'");
    return SelfAttention<dyn, dyn, dyn, Causal, AnyLayer<T>, AnyLayer<T>>{
        c, heads, dropout, projection("qkv", c, 3 * c, bias), projection("proj", c, c, proj_bias)};
  }
  index_t hidden() const { return a.number("hidden") == 0 ? 4 * in[2] : a.integer("hidden"); }
  template <Activation A>
  AnyLayer<T> feed_forward() const {
    const index_t c = in[2], h = hidden();
    return FeedForward<dyn, dyn, A, AnyLayer<T>, AnyLayer<T>>{c, h, projection("up", c, h), projection("down", h, c)};
  }
  AnyLayer<T> feed_forward() const {
    const std::string which = a.word("activation");
    if (which == "gelu_tanh") return feed_forward<Activation::gelu_tanh>();
    if (which == "relu") return feed_forward<Activation::relu>();
    return feed_forward<Activation::gelu>();
  }
  template <Activation A>
  AnyLayer<T> gated_feed_forward() const {
    const index_t c = in[2], h = hidden();
    const bool bias = a.word("bias") == "yes";
    return GatedFeedForward<dyn, dyn, A, AnyLayer<T>, AnyLayer<T>, AnyLayer<T>>{
        c, h, projection("gate", c, h, bias), projection("up", c, h, bias),
        projection("down", h, c, a.word("down_bias") == "yes")};
  }
  AnyLayer<T> gated_feed_forward() const {
    return a.word("activation") == "silu" ? gated_feed_forward<Activation::silu>()
                                          : gated_feed_forward<Activation::gelu>();
  }
  AnyLayer<T> language_model() const {
    const Spec& table = spec.parts[0];
    if (table.type != "embedding" && table.type != "token_dropout_embedding")
      throw error("language_model: its first part is the table of words, embedding or token_dropout_embedding, got '" +
                  table.type + "'");
    const AnyLayer<T> words = build<T>(table, in);
    const AnyLayer<T> body = build<T>(spec.parts[1], words.out(in));
    const AnyLayer<T> transform = build<T>(spec.parts[2], body.out(words.out(in)));
    const index_t entries = index_t(table.numbers.at("entries"));
    AnyLayer<T> bias = Identity{};
    if (a.word("bias") == "yes") bias = ChannelBias<>{{}, entries};
    if (a.word("bias") == "frozen") bias = Frozen<ChannelBias<>>{{{{}, entries}}};
    return TiedLanguageModel<AnyLayer<T>, AnyLayer<T>, AnyLayer<T>, AnyLayer<T>>{words, body, transform, bias, entries};
  }
  /// A transformer block is made of its parts: the same keys and the same bits as the static TransformerBlock.
  AnyLayer<T> transformer() const {
    const double heads = a.number("heads"), dropout = a.number("dropout");
    Spec attend = layer("attention", {{"heads", heads}, {"dropout", dropout}}, {{"causal", a.word("causal")}});
    Spec feed = layer("feed_forward", {{"hidden", a.number("hidden")}});
    Spec norm = layer("layer_norm"), drop = layer("dropout", {{"share", dropout}});
    if (adapted()) {
      std::vector<std::string> only;
      for (const char* k : {"qkv", "proj", "up", "down"})
        if (lists(a.free_word("lora"), k)) only.push_back(k);
      attend = adapted_like(spec, attend, only), feed = adapted_like(spec, feed, only), norm = norm.freeze();
    }
    attend.key = "self", feed.key = "mlp";
    const Spec block =
        a.word("norm") == "pre"
            ? sequential({residual(sequential({norm.named("norm"), attend, drop})).named("attention"),
                          residual(sequential({norm.named("norm"), feed, drop})).named("feed_forward")})
            : sequential({residual(sequential({attend, drop})).named("attention"), norm.named("norm1"),
                          residual(sequential({feed, drop})).named("feed_forward"), norm.named("norm2")});
    return build<T>(block, in);
  }
  AnyLayer<T> chain(index_t times) const {
    AnySequential<T> s;
    Seq shape = in;
    for (index_t n = 0; n < times; ++n)
      for (std::size_t i = 0; i < spec.parts.size(); ++i) {
        const Spec& part = spec.parts[i];
        AnyLayer<T> l;
        try {
          l = build<T>(part, shape);
          shape = l.out(shape);
        } catch (const shape_error& e) {
          throw shape_error("layer " + (part.key.empty() ? std::string(number_key(s.count())) : part.key) + ", " +
                            part.type + ": " + e.what());
        }
        s.layers.push_back({part.key, std::move(l)});
      }
    return s;
  }
  AnyLayer<T> residual_of() const {
    AnyLayer<T> f = build<T>(spec.parts[0], in);
    if (spec.parts.size() == 1) return Residual<AnyLayer<T>>{std::move(f), {}};
    return Residual<AnyLayer<T>, AnyLayer<T>>{std::move(f), build<T>(spec.parts[1], in)};
  }
  index_t digits() const {
    const index_t d = a.integer("digits");
    if (d > 30) throw error(spec.type + ": 'digits' must be a whole number from 1 to 30, got " + std::to_string(d));
    return d;
  }
  AnyLayer<T> make() const {
    const std::string& t = spec.type;
    if (t == "linear") return linear();
    if (t == "conv1d") return conv1d();
    if (t == "embedding")
      return Embedding<>{a.integer("entries"), a.integer("out"), a.integer("positions", 0), a.integer("offset", 0)};
    if (t == "batch_norm") return BatchNorm1d<>{in[2]};
    if (t == "layer_norm") return LayerNorm<dyn, dyn>{in[2], digits()};
    if (t == "rms_norm") return RmsNorm<dyn, dyn>{in[2], digits()};
    if (t == "token_dropout_embedding")
      return TokenDropoutEmbedding<>{a.integer("entries"), a.integer("out"), a.integer("mask", 0)};
    if (t == "learned_positions") return LearnedPositions<>{{a.integer("positions"), in[2]}, a.integer("offset", 0)};
    if (t == "segments") return SegmentEmbedding<>{{a.integer("types"), in[2]}};
    if (t == "tanh") return Tanh{};
    if (t == "silu") return Silu{};
    if (t == "first_token") return FirstToken{};
    if (t == "last_token") return LastToken{};
    if (t == "relu") return Relu{};
    if (t == "gelu") {
      if (a.word("form") == "tanh") return GeluTanh{};
      return Gelu{};
    }
    if (t == "dropout") return Dropout<>{{}, a.per_mille("share", true)};
    if (t == "max_pool" || t == "average_pool") {
      const index_t w = a.integer("window"), s = a.number("stride") == 0 ? w : a.integer("stride");
      if (t == "max_pool") return MaxPool<dyn, dyn>{{w, s}};
      return AveragePool<dyn, dyn>{{w, s}};
    }
    if (t == "mean_pool") return MeanPool{};
    if (t == "global_max_pool") return GlobalMaxPool{};
    if (t == "flatten") return Flatten{};
    if (t == "identity") return Identity{};
    if (t == "attention") return a.word("causal") == "yes" ? attention<true>() : attention<false>();
    if (t == "feed_forward") return feed_forward();
    if (t == "gated_feed_forward") return gated_feed_forward();
    if (t == "language_model") return language_model();
    if (t == "transformer") return transformer();
    if (t == "sequential") return chain(1);
    if (t == "repeated") return chain(a.integer("times"));
    if (t == "residual") return residual_of();
    if (t == "strand_mean") return StrandMean<AnyLayer<T>>{build<T>(spec.parts[0], {2 * in[0], in[1], in[2]})};
    if (t == "kmer_bag") {
      const index_t k = a.integer("k"), o = a.integer("out");
      if (a.word("strands") == "both") return KmerBag<dyn, dyn, true>{k, o};
      return KmerBag<>{k, o};
    }
    return Concat<AnyLayer<T>, AnyLayer<T>>{build<T>(spec.parts[0], in), build<T>(spec.parts[1], in)};
  }
};

}  // namespace detail

L2G_INLINE const std::vector<LayerKind>& layer_kinds() {
  static const std::vector<LayerKind> kinds = [] {
    const auto lora = [](std::vector<Argument> v) {
      v.push_back({"lora_rank", "rank of an adapter; 0: none", 0});
      v.push_back({"lora_form", "SVD-LoRA, P diag(lambda) Q, or plain LoRA, B A", 0, false, "svd|plain"});
      v.push_back({"lora_alpha", "alpha of the factor of the adapter's change; 0: lora_scale is the factor", 0});
      v.push_back({"lora_rule", "the factor: alpha / rank, alpha / sqrt(rank), or AdaLoRA's alpha / (rank + 1e-5)", 0,
                   false, "rank|root|adalora"});
      v.push_back({"lora_scale", "factor of the adapter's change, where no alpha is given", 1});
      v.push_back({"lora_dropout", "share of the adapter's input that is dropped in training", 0});
      v.push_back({"lora_keep", "SVD-LoRA: probability that a rank takes part in a step", 1});
      return v;
    };
    const Argument which{"lora", "which linear maps are adapted, joined by +; all when empty", 0, false, ""};
    const Argument digits{"digits", "epsilon is 10 to the minus this", 5};
    const Argument causal{"causal", "see only what came before", 0, false, "no|yes"};
    return std::vector<LayerKind>{
        {"linear", "y = W x + b at each position",
         lora({{"out", "channels out", 0, true}, {"bias", "is there a b", 0, false, "yes|no"}})},
        {"conv1d",
         "convolution along the sequence",
         {{"out", "channels out", 0, true},
          {"kernel", "positions of the window", 3},
          {"dilation", "step between them", 1},
          {"stride", "step between windows", 1},
          {"groups", "groups of channels; 0: each channel on its own (depthwise)", 1},
          {"padding", "what lies outside counts as zero: centred, or looking back; valid: whole windows only", 0, false,
           "same|causal|valid"}}},
        {"embedding",
         "integer ids to vectors, with learned positions",
         {{"entries", "number of ids", 0, true},
          {"out", "channels out", 0, true},
          {"positions", "rows of the table of positions; 0: none", 0},
          {"offset", "row of the first position", 0}}},
        {"token_dropout_embedding",
         "integer ids to vectors; masked ones are zero and the others grow (Nucleotide Transformer v1)",
         {{"entries", "number of ids", 0, true},
          {"out", "channels out", 0, true},
          {"mask", "id of the mask", 0, true}}},
        {"learned_positions",
         "adds a row of a table for each position",
         {{"positions", "rows of the table", 0, true}, {"offset", "row of the first position", 0}}},
        {"segments", "adds the first row of a table of segments (BERT)", {{"types", "rows of the table", 2}}},
        {"batch_norm", "normalises each channel over batch and positions", {}},
        {"layer_norm", "normalises the channels of each position", {digits}},
        {"rms_norm", "divides the channels of each position by the root of their mean square", {digits}},
        {"relu", "max(x, 0)", {}},
        {"gelu", "x Phi(x)", {{"form", "exact by erf, or the approximation by tanh", 0, false, "erf|tanh"}}},
        {"silu", "x / (1 + exp(-x)), also called swish", {}},
        {"tanh", "tanh(x)", {}},
        {"dropout", "in training, drops elements at random", {{"share", "share that is dropped", 0.1}}},
        {"max_pool",
         "largest value of each window",
         {{"window", "positions", 2}, {"stride", "step between windows; 0: the window", 0}}},
        {"average_pool",
         "mean of each window",
         {{"window", "positions", 2}, {"stride", "step between windows; 0: the window", 0}}},
        {"mean_pool", "mean over all positions: one vector a sequence, position is lost", {}},
        {"global_max_pool", "largest value over all positions: one vector a sequence", {}},
        {"first_token", "the first position of a sequence, such as [CLS]", {}},
        {"last_token", "the last real position of a sequence", {}},
        {"flatten", "all positions side by side: one long vector a sequence, position is kept", {}},
        {"identity", "y = x", {}},
        {"attention", "multi-head self-attention",
         lora({{"heads", "number of heads", 4},
               {"dropout", "share of probabilities dropped", 0},
               causal,
               which,
               {"projections", "one linear map for queries, keys and values, or three", 0, false, "joined|separate"},
               {"kv_heads", "heads of keys and values, a divisor of heads; 0: heads", 0},
               {"positions", "turned pairs of channels (half a head apart, or neighbours), or slopes", 0, false,
                "none|rotary|rotary_pairs|alibi"},
               {"base", "of the rotary angles", 10000},
               {"bias", "do queries, keys and values have one", 0, false, "yes|no"},
               {"proj_bias", "does the map behind have one", 0, false, "yes|no"}})},
        {"feed_forward", "two linear maps with an activation between",
         lora({{"hidden", "channels between; 0: four times the channels", 0},
               which,
               {"activation", "what stands between them", 0, false, "gelu|gelu_tanh|relu"}})},
        {"gated_feed_forward", "down(activation(gate x) * up x): GEGLU, SwiGLU",
         lora({{"hidden", "channels between; 0: four times the channels", 0},
               which,
               {"activation", "of the gate", 0, false, "gelu|silu"},
               {"bias", "do gate and up have one", 0, false, "no|yes"},
               {"down_bias", "does down have one", 0, false, "no|yes"}})},
        {"transformer", "a transformer block: attention and feed-forward, each with residual and norm",
         lora({{"heads", "number of heads", 4},
               {"hidden", "channels of the feed-forward; 0: four times the channels", 0},
               {"dropout", "share dropped", 0},
               {"norm", "after the sum (RoBERTa) or before the branch (GPT-2)", 0, false, "post|pre"},
               causal,
               which})},
        {"language_model",
         "ids to logits: a table of words, a body, a transform, and the table again as decoder",
         {{"bias", "has the decoder one", 0, false, "yes|no|frozen"}},
         3,
         3},
        {"sequential", "one layer after the other", {}, 1, 1000},
        {"repeated", "the layers inside, several times", {{"times", "how often", 0, true}}, 1, 1000},
        {"residual", "f(x) + x, or f(x) + skip(x)", {}, 1, 2},
        {"strand_mean",
         "the mean of what the layer inside makes of a sequence and of its reverse complement",
         {},
         1,
         1},
        {"kmer_bag",
         "a linear map of the k-mers of a sequence, wherever they stand; starts at zero",
         {{"out", "channels out", 0, true},
          {"k", "letters of a k-mer", 6},
          {"strands", "both: a k-mer and its reverse complement count as one", 0, false, "one|both"}}},
        {"concat", "two branches side by side: their channels follow each other", {}, 2, 2},
    };
  }();
  return kinds;
}

L2G_INLINE const LayerKind& layer_kind(std::string_view name) {
  std::vector<std::string_view> names;
  for (const LayerKind& k : layer_kinds()) {
    if (k.name == name) return k;
    names.push_back(k.name);
  }
  throw error(unknown("layer", name, names));
}

L2G_INLINE double number_of(const Spec& layer, std::string_view argument) {
  return detail::Arguments(layer, layer_kind(layer.type)).number(argument);
}
L2G_INLINE std::string word_of(const Spec& layer, std::string_view argument) {
  return detail::Arguments(layer, layer_kind(layer.type)).word(argument);
}

L2G_INLINE AnyLoraScale lora_scale_of(const LoraOptions& o) {
  if (o.alpha == 0) return {ScaleRule::fixed, o.scale};
  if (o.rule == "rank") return {ScaleRule::rank, o.alpha};
  return {o.rule == "root" ? ScaleRule::root : ScaleRule::adalora, o.alpha};
}
L2G_INLINE AnyLoraScale lora_scale_of(const Spec& s) {
  LoraOptions o;
  if (const auto i = s.numbers.find("lora_alpha"); i != s.numbers.end()) o.alpha = i->second;
  if (const auto i = s.numbers.find("lora_scale"); i != s.numbers.end()) o.scale = i->second;
  if (const auto i = s.words.find("lora_rule"); i != s.words.end()) o.rule = i->second;
  return lora_scale_of(o);
}

template <class T>
AnyLayer<T> build(const Spec& spec, Seq in) {
  const LayerKind& kind = layer_kind(spec.type);
  const detail::Arguments arguments(spec, kind);
  AnyLayer<T> l = detail::Builder<T>{spec, arguments, in}.make();
  constexpr index_t most = index_t(1) << 40;
  if (const Seq out = l.out(in); out.size() > most)  // all checks of the layer itself, and that numbers stay numbers
    throw shape_error(std::string(kind.name) + ": its output (" + std::to_string(out[0]) + ", " +
                      std::to_string(out[1]) + ", " + std::to_string(out[2]) + ") is larger than any memory");
  if (spec.frozen) return Frozen<AnyLayer<T>>{{std::move(l)}};
  return l;
}

}  // namespace l2g::model
