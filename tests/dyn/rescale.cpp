// Every layer that can be built at run time is explained exactly, in both precisions.
#include "interpret/certificate.hpp"

#include <catch2/catch.hpp>
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/registry.hpp>
#include <l2g/interpret/gradients.hpp>

#include <set>

using namespace l2g;
using model::layer;
using model::sequential;
using model::Spec;

namespace {

void names_in(const Spec& s, std::set<std::string>& names) {
  names.insert(s.type);
  for (const Spec& p : s.parts) names_in(p, names);
}
std::set<std::string>& tested() {
  static std::set<std::string> names;
  return names;
}

void holds(const char* name, const Spec& spec, index_t length = 24) {
  INFO(name);
  names_in(spec, tested());
  const Seq shape{1, length, 4};
  cpu::Pool* const pool = cpu::shared_pool(2);
  const auto exact = certificate::check<double>(model::build<double>(spec, shape), shape, 3, 4, pool);
  const auto rounded = certificate::check<float>(model::build<float>(spec, shape), shape, 3, 4, pool);
  INFO("difference " << exact.difference << ", residual " << exact.residual << " and " << rounded.rounding);
  CHECK(exact.explanation.approximated.empty());
  CHECK(exact.difference > 1e-2);
  CHECK(exact.residual <= 1e-12);
  CHECK(rounded.rounding <= 1e-5);  // where a difference is small contributions() turns to double precision
}
Spec conv(index_t out, index_t kernel) { return layer("conv1d", {{"out", double(out)}, {"kernel", double(kernel)}}); }
Spec linear(index_t out) { return layer("linear", {{"out", double(out)}}); }
/// Behind a convolution and before a linear map.
void between(const char* name, Spec what) { holds(name, sequential({conv(8, 5), what, layer("flatten"), linear(2)})); }
void in_encoder(const char* name, Spec what) {
  holds(name,
        sequential({linear(16), layer("learned_positions", {{"positions", 24}}), what, layer("flatten"), linear(2)}));
}
Spec around(std::string type, std::vector<Spec> parts, std::map<std::string, double> numbers = {}) {
  return {.type = std::move(type), .numbers = std::move(numbers), .parts = std::move(parts)};
}

/// A network of ids against other orders of them, some rows shorter than others.
template <class T>
certificate::Result explain_tokens(const Spec& spec) {
  const index_t length = 10, n = 3, count = 4;
  const AnyLayer<T> network = model::build<T>(spec, Seq{1, length, 1});
  certificate::Weights<T, AnyLayer<T>> w(network);
  interpret::Tracer<T, AnyLayer<T>, AnyRecord<T>, Seq> tracer(network, w.record, Seq{1, length, 1});
  std::vector<std::int32_t> x, references, lengths{10, 7, 9};
  for (index_t i = 0; i < n; ++i)
    for (index_t t = 0; t < length; ++t)
      x.push_back(std::int32_t(Rng{1, 1}.below(1, std::uint64_t(i * length + t), 12)));
  for (index_t i = 0; i < n; ++i)
    for (index_t q = 0; q < count; ++q)
      for (index_t t = 0; t < length; ++t)
        references.push_back(std::int32_t(Rng{2, 1}.below(1, std::uint64_t((i * count + q) * length + t), 12)));
  std::vector<T> seeds(std::size_t(n * tracer.outputs()));
  for (std::size_t i = 0; i < seeds.size(); ++i) seeds[i] = T(std::cos(double(i % std::size_t(tracer.outputs()))));
  const interpret::Inputs<T, std::int32_t> in{x, 1, seeds, lengths};
  const auto path = interpret::integrated_gradients<T, std::int32_t>(tracer, in, references, {.nodes = 80, .most = 80});
  CHECK(certificate::judged(path).rounding < 0.02);
  return certificate::judged(interpret::deeplift<T, std::int32_t>(tracer, in, references));
}
void holds_for_tokens(const char* name, const Spec& spec) {
  INFO(name);
  names_in(spec, tested());
  const auto exact = explain_tokens<double>(spec), rounded = explain_tokens<float>(spec);
  INFO("difference " << exact.difference << ", residual " << exact.residual << " and " << rounded.rounding);
  CHECK(exact.difference > 1e-2);
  CHECK(exact.residual <= 1e-12);
  CHECK(rounded.rounding <= 1e-5);
}

}  // namespace

TEST_CASE("every kind of layer is explained exactly", "[rescale]") {
  for (const char* name :
       {"relu", "gelu", "silu", "tanh", "dropout", "identity", "layer_norm", "rms_norm", "batch_norm"})
    between(name, layer(name));
  between("gelu by tanh", layer("gelu", {}, {{"form", "tanh"}}));
  for (const char* name : {"max_pool", "average_pool"}) {
    between(name, layer(name, {{"window", 3}}));
    between(name, layer(name, {{"window", 4}, {"stride", 2}}));
    between(name, layer(name, {{"window", 2}, {"stride", 5}}));
  }
  for (const char* name : {"mean_pool", "global_max_pool", "first_token", "last_token"}) between(name, layer(name));
  between("causal, dilated", layer("conv1d", {{"out", 6}, {"dilation", 2}}, {{"padding", "causal"}}));
  between("depthwise, valid", layer("conv1d", {{"out", 8}, {"groups", 0}}, {{"padding", "valid"}}));
  between("strided", layer("conv1d", {{"out", 6}, {"stride", 3}}));
  between("residual", model::residual(sequential({conv(8, 3), layer("relu")})));
  between("residual with skip",
          model::residual(sequential({conv(8, 3), layer("relu")}), sequential({conv(8, 1), layer("tanh")})));
  between("concat", around("concat", {sequential({conv(3, 3), layer("relu")}), layer("tanh")}));
  between("repeated", around("repeated", {conv(8, 3), layer("relu")}, {{"times", 3}}));
  between("frozen", conv(8, 3).freeze());
  in_encoder("segments", layer("segments"));

  for (const char* causal : {"no", "yes"}) in_encoder("attention", layer("attention", {}, {{"causal", causal}}));
  for (const char* positions : {"none", "rotary", "rotary_pairs", "alibi"})
    for (const double heads : {1.0, 2.0, 4.0})
      in_encoder(positions,
                 layer("attention", {{"kv_heads", heads}},
                       {{"projections", "separate"}, {"positions", positions}, {"causal", heads == 2 ? "yes" : "no"}}));
  for (const char* activation : {"gelu", "gelu_tanh", "relu"})
    in_encoder(activation, layer("feed_forward", {{"hidden", 24}}, {{"activation", activation}}));
  for (const char* activation : {"gelu", "silu"})
    in_encoder(activation, layer("gated_feed_forward", {{"hidden", 24}}, {{"activation", activation}}));
  for (const char* norm : {"pre", "post"}) {
    in_encoder(norm, around("repeated", {layer("transformer", {{"hidden", 24}}, {{"norm", norm}})}, {{"times", 2}}));
    for (const char* form : {"svd", "plain"})
      in_encoder(form,
                 layer("transformer", {{"hidden", 24}, {"lora_rank", 4}, {"lora_alpha", 8}, {"lora_dropout", 0.1}},
                       {{"norm", norm}, {"lora_form", form}}));
  }

  const Spec deep = sequential({conv(8, 5), layer("batch_norm"), layer("relu"), layer("global_max_pool"), linear(2)});
  holds("both strands", around("strand_mean", {deep}));
  for (const char* strands : {"one", "both"}) {
    holds(strands, layer("kmer_bag", {{"out", 2}, {"k", 6}}, {{"strands", strands}}));
    holds(strands, model::residual(around("strand_mean", {deep}),
                                   layer("kmer_bag", {{"out", 2}, {"k", 3}}, {{"strands", strands}})));
  }
  holds("resnet", sequential({model::resnet1d({.channels = {8, 12, 8}}), layer("mean_pool"), linear(2)}));
  holds("l2g",
        model::network(
            {.resnet1d = {}, .tokens = 12, .wide = true, .strand_mean = true},
            {.length = 24, .channels = 4, .both_strands = true, .body = model::TransferTask::Body{16, 2, 2, 32}}));

  const Spec table = layer("embedding", {{"entries", 12}, {"out", 16}, {"positions", 10}});
  const Spec dropped = layer("token_dropout_embedding", {{"entries", 12}, {"out", 16}, {"mask", 3}});
  const Spec block = layer("transformer", {{"hidden", 24}});
  for (const char* pool : {"first_token", "last_token", "mean_pool", "flatten", "global_max_pool"})
    holds_for_tokens(pool, sequential({table, block, layer(pool), linear(2)}));
  holds_for_tokens("masked", sequential({dropped, block, layer("mean_pool"), linear(2)}));
  holds_for_tokens("causal",
                   sequential({table, layer("attention", {}, {{"causal", "yes"}}), layer("last_token"), linear(2)}));
  holds_for_tokens("language model", sequential({around("language_model", {table, block, layer("gelu")}),
                                                 layer("mean_pool"), linear(2)}));

  for (const model::LayerKind& kind : model::layer_kinds()) {
    INFO(kind.name << " has no test here");
    CHECK(tested().contains(std::string(kind.name)));
  }
}
