#pragma once
// What of a model a training changes: all, the head, the top of its body, or adapters in it.
#include <l2g/dyn/model.hpp>
#include <l2g/peft/rank_allocator.hpp>
#include <l2g/peft/targets.hpp>

namespace l2g::model {

enum class Tune {
  all,
  head,    // the layers behind the pooling
  frozen,  // all but the body
  top,     // all but the first blocks of the body
  lora,
  svd_lora,
  adalora,  // SVD-LoRA whose ranks are allocated (AdaLoRA)
  ars,      // the same by Lingo's adaptive rank sampling, as its paper says
  ars_code  // as its published code does
};
/// By its name; throws l2g::error with all names.
Tune tune_of(std::string_view name);
const std::vector<std::string>& tune_names();
constexpr bool has_adapters(Tune t) { return t >= Tune::lora; }
constexpr bool allocates_ranks(Tune t) { return t >= Tune::adalora; }

/// The body is the part with the key "body", a language model; everything else of a model is trained with adapters.
struct Tuning {
  Tune what = Tune::all;
  index_t layers = 1;                  // top: blocks that are trained
  LoraOptions adapter{};               // `plain` follows from `what`
  std::vector<std::string> targets{};  // names of linear maps, ours or the publisher's; empty: all of the body
  peft::TargetRule rule = peft::TargetRule::exact_or_dot;
  std::string architecture{};  // of the body, as in models::name_of; empty: it has no publisher's names
};

/// The Spec with what is trained, adapters of before taken out. Throws l2g::error for a model without a body where one
/// is needed, for more blocks than there are, and for a target that hits nothing.
Spec tuned(const Spec& model, const Tuning& tuning);

/// The first lambdas of SVD-LoRAs: of the tensors called `fresh` (respecified), those of lambdas start normal with this
/// deviation, as in PEFT 0.5, on which Lingo's scripts stand, instead of 0 (AdaLoRA, PEFT today). Throws l2g::error
/// when there are none among them.
void start_lambdas(Model& model, const std::vector<std::string>& fresh, double deviation);

/// Blocks of the body.
index_t blocks_of(const Spec& model);
/// Channels of the body, 0 when the model has none.
index_t body_width(const Model& model);
/// The rate for the weights of a pre-trained body that is fine-tuned beside layers that start anew: 5e-5 at a width of
/// 384, in inverse proportion for others (BERT's 2e-5 to 5e-5 at 768, 3e-4 for its tiny forms of 128), never above the
/// `rate` of the others.
double body_rate(index_t width, double rate);

/// The publisher's name of a module of ours ("body.encoder.3.attention.self.query"), and which part of its rows it is
/// where several are stored as one. A module that the publisher does not have keeps our name. `bare`: as in a
/// checkpoint of the body alone, without the word before it ("bert.").
struct PublishedPlace {
  std::string module;
  int part = 0, parts = 1;
  bool transposed = false;
};
PublishedPlace published_place(std::string_view architecture, std::string_view module, bool bare = false);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/tuning-inl.hpp>
#endif
