// Pre-trains the small causal language model that comes with the project (examples/language_model/small-opt), or one of
// your own, in the layout of OPT (Zhang et al. 2022):
//
//   pretrain_causal_model --out small-opt --steps 3000 a.txt b.txt.gz ...
//
// The last 5 % of each text are held out; from the rest a byte-level BPE vocabulary is learnt, and then the model, by
// the library's own loop (fit). A window is </s> and the tokens that follow a random place of a text, `--length` in
// all, so that every position is trained in every window. OUT is a folder that transformers opens: config.json,
// model.safetensors, tokenizer.json. The state is kept in OUT.checkpoint: a run that was stopped (Ctrl-C, or a crash)
// goes on where it was when the same command is given again, to the same bits. The end is a table of perplexity per
// token and bits per byte on the held-out text, beside three yardsticks.
#include "pretraining_options.hpp"

#include <l2g/core/progress.hpp>
#include <l2g/dyn/pretrained.hpp>
#include <l2g/models/byte_language_model.hpp>
#include <l2g/text/context_model.hpp>
#include <l2g/text/train_bpe.hpp>
#include <l2g/train/loop.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>

using namespace l2g;

namespace {

using Ids = std::vector<std::int32_t>;

struct Options {
  std::string out = "small-opt";
  double steps = 3000, batch = 4, length = 512, vocabulary = 1024, width = 128, layers = 4, heads = 4, hidden = 480,
         rate = 2e-3, warm_up = 150, decay = 0.1, clip = 1, dropout = 0, hold_out = 0.05, seed = 1, threads = 1,
         every = 250;
  std::vector<std::string> files;
};

constexpr Setting<Options> settings[] = {
    {"steps", &Options::steps, "updates in all"},
    {"batch", &Options::batch, "windows a step"},
    {"length", &Options::length, "tokens a window, and positions of the model"},
    {"vocabulary", &Options::vocabulary, "tokens of the byte-level BPE, all 256 bytes among them"},
    {"width", &Options::width, "channels"},
    {"layers", &Options::layers, "transformer blocks"},
    {"heads", &Options::heads, "of attention in each block"},
    {"hidden", &Options::hidden, "channels of the feed-forward layers"},
    {"rate", &Options::rate, "highest learning rate; falls to 0 on half a cosine"},
    {"warm-up", &Options::warm_up, "steps in which the rate rises from 0"},
    {"decay", &Options::decay, "weight decay of AdamW, on matrices"},
    {"clip", &Options::clip, "global norm of the gradient, at most"},
    {"dropout", &Options::dropout, "in pre-training; config.json asks for OPT's 0.1 in fine-tuning"},
    {"hold-out", &Options::hold_out, "share at the end of each text that is not trained on"},
    {"seed", &Options::seed, "of weights and windows"},
    {"threads", &Options::threads, "does not change the bits"},
    {"every", &Options::every, "steps between reports and checkpoints"},
};

Options checked_options(int argc, char** argv) {
  const Options o = read_options<Options>(argc, argv, settings);
  if (o.batch < 1 || o.every < 1 || o.length < 2) throw error("--batch and --every: at least 1; --length: at least 2");
  return o;
}

index_t whole(double v) { return static_cast<index_t>(v); }

/// A new OPT, as its config.json describes it.
models::Config config_of(const Options& o, double dropout) {
  char text[1024];
  const auto number = [](double v) { return static_cast<long long>(v); };
  std::snprintf(text, sizeof text,
                R"({"model_type": "opt", "vocab_size": %lld, "hidden_size": %lld, "word_embed_proj_dim": %lld,
 "num_hidden_layers": %lld, "num_attention_heads": %lld, "ffn_dim": %lld, "max_position_embeddings": %lld,
 "activation_function": "relu", "do_layer_norm_before": true, "enable_bias": true, "dropout": %g,
 "attention_dropout": 0.0, "layerdrop": 0.0, "layer_norm_elementwise_affine": true, "init_std": 0.02,
 "tie_word_embeddings": true, "pad_token_id": 1, "bos_token_id": 2, "eos_token_id": 2, "dtype": "float32"})",
                number(o.vocabulary), number(o.width), number(o.width), number(o.layers), number(o.heads),
                number(o.hidden), number(o.length), dropout);
  return models::parse_config(text, "the model");
}

/// Windows of texts for fit(): row r lies at the r-th place of `length` tokens, moved by a random number of tokens.
struct Windows {
  const std::vector<Ids>& texts;
  index_t length;
  std::uint64_t seed;
  std::int32_t begin;  // the token before each window

  index_t rows() const {
    index_t n = 0;
    for (const Ids& t : texts) n += std::ssize(t) / length;
    return n;
  }
  /// What a checkpoint is compared with.
  std::uint64_t fingerprint() const {
    std::uint64_t hash = 14695981039346656037u;  // FNV-1a
    for (const Ids& t : texts)
      for (const std::int32_t id : t) hash = (hash ^ static_cast<std::uint64_t>(id)) * 1099511628211u;
    return hash;
  }
  void fill(auto& batch, std::int64_t position, std::span<const index_t> rows) const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      index_t row = rows[i];
      std::size_t t = 0;
      while (row >= std::ssize(texts[t]) / length) row -= std::ssize(texts[t++]) / length;
      const double random = Rng{seed, static_cast<std::uint64_t>(position) + i}.uniform(0, 0);
      const index_t last = std::ssize(texts[t]) - length;
      const index_t start = std::min(row * length + static_cast<index_t>(random * double(length)), last);
      for (index_t j = 0; j < length; ++j) {
        const index_t at = static_cast<index_t>(i) * length + j;
        batch.ids[at] = j ? texts[t][static_cast<std::size_t>(start + j - 1)] : begin;
        batch.labels[at] = texts[t][static_cast<std::size_t>(start + j)];
      }
    }
  }
};

/// The sum of -ln P over all tokens of the texts, window after window without overlap.
double held_out_nats(model::AnyStep& step, const std::vector<Ids>& texts, std::int32_t begin) {
  const index_t rows = step.batch.ids.shape[0], length = step.batch.ids.shape[1];
  std::vector<std::span<const std::int32_t>> windows;
  for (const Ids& t : texts)
    for (std::size_t at = 0; at < t.size(); at += static_cast<std::size_t>(length))
      windows.push_back(std::span(t).subspan(at, std::min(t.size() - at, static_cast<std::size_t>(length))));
  double nats = 0;
  for (std::size_t first = 0; first < windows.size(); first += static_cast<std::size_t>(rows)) {
    throw_if_interrupted();
    index_t counted = 0;
    for (index_t i = 0; i < rows * length; ++i) {
      const std::size_t w = first + static_cast<std::size_t>(i / length), j = static_cast<std::size_t>(i % length);
      const bool real = w < windows.size() && j < windows[w].size();
      step.batch.ids[i] = j == 0 || !real ? begin : windows[w][j - 1];
      step.batch.labels[i] = real ? windows[w][j] : -1;
      counted += real;
    }
    step.forward(false);
    CrossEntropy{}(step.context, step.y, step.batch.labels, step.dy, step.shares);
    nats += step.value() * static_cast<double>(counted);
  }
  return nats;
}

/// Everything as its layer says, but the first channels of the table of positions are sinusoids, the words leave them
/// free, and the heads of the first block look 1, 2, ... tokens back. Without that a small model spends much of a short
/// training on finding out what comes before what (as initialize_byte_model; Raganato et al. 2020, You et al. 2020).
void initialize_model(model::AnyStep& step, const Options& o) {
  initialize<float>(step.p, static_cast<std::uint64_t>(o.seed));
  const index_t width = whole(o.width), heads = whole(o.heads), d = width / heads;
  const auto head = [&](const TensorRef<float>& t, bool query) {
    std::fill_n(t.data, t.size(), 0.0f);
    for (index_t h = 0; h < heads; ++h)
      for (index_t a = 0; a + 1 < d; a += 2) {
        const double angle = query ? -position_frequency(a / 2, d) * static_cast<double>(h + 1) : 0.0;
        float* const row = t.data + (h * d + a) * width + a;
        row[0] = row[width + 1] = static_cast<float>(std::cos(angle));
        row[1] = static_cast<float>(std::sin(angle));
        row[width] = static_cast<float>(-std::sin(angle));
      }
  };
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    if (t.key == "words.weight")
      for (index_t i = 0; i < t.size(); ++i)
        if (i % width < d) t.data[i] = 0;
    if (t.key.ends_with("positions.weight"))
      for (index_t i = 0; i < t.size(); ++i) {
        const index_t channel = i % width;
        const double angle = static_cast<double>(i / width) * position_frequency(channel / 2, d);
        const double wave = 0.04 * std::sqrt(2.0) * (channel % 2 ? std::cos(angle) : std::sin(angle));
        t.data[i] = channel < d ? static_cast<float>(wave) : 0.0f;
      }
    if (t.key.ends_with("encoder.0.attention.self.query.weight")) head(t, true);
    if (t.key.ends_with("encoder.0.attention.self.key.weight")) head(t, false);
  });
}

/// -ln P of tokens by their frequencies, and by those after the two tokens before (Witten and Bell 1991: the weight of
/// a longer context grows with how often it was seen, and falls with the number of different tokens behind it).
struct TokenCounts {
  struct Context {
    std::map<std::int32_t, double> next;
    double total = 0;
  };
  double vocabulary;
  std::map<std::pair<std::int32_t, std::int32_t>, Context> after;  // -1: any token

  TokenCounts(const std::vector<Ids>& texts, double size) : vocabulary(size) {
    for (const Ids& t : texts)
      for (std::size_t i = 0; i < t.size(); ++i)
        for (std::size_t order = 0; order <= std::min<std::size_t>(i, 2); ++order) {
          Context& c = after[key(t, i, order)];
          c.next[t[i]] += 1;
          c.total += 1;
        }
  }
  static std::pair<std::int32_t, std::int32_t> key(const Ids& t, std::size_t i, std::size_t order) {
    return {order == 2 ? t[i - 2] : -1, order >= 1 ? t[i - 1] : -1};
  }
  double nats(const std::vector<Ids>& texts, std::size_t longest) const {
    double sum = 0;
    for (const Ids& t : texts)
      for (std::size_t i = 0; i < t.size(); ++i) {
        double p = 1 / vocabulary;
        for (std::size_t order = 0; order <= std::min(i, longest); ++order) {
          const auto found = after.find(key(t, i, order));
          if (found == after.end()) break;
          const Context& c = found->second;
          const auto n = c.next.find(t[i]);
          const auto kinds = static_cast<double>(c.next.size());
          p = ((n == c.next.end() ? 0 : n->second) + kinds * p) / (c.total + kinds);
        }
        sum -= std::log(p);
      }
    return sum;
  }
};

/// -ln P of bytes by the two bytes before, interpolated counts (text/context_model.hpp).
double byte_nats(const std::vector<std::string>& texts, const std::vector<std::string>& ends) {
  const text::ContextModel counts(texts);
  double sum = 0;
  for (const std::string& t : ends)
    for (std::size_t i = 0; i < t.size(); ++i) {
      const auto before = [&](std::size_t n) {
        return i < n ? -1 : static_cast<int>(static_cast<unsigned char>(t[i - n]));
      };
      sum -= std::log(counts.probability({before(2), before(1), -1, -1}, static_cast<unsigned char>(t[i])));
    }
  return sum;
}

double bytes_of_texts(const std::vector<std::string>& texts) {
  double n = 0;
  for (const std::string& t : texts) n += static_cast<double>(t.size());
  return n;
}

int run(const Options& o) {
  std::vector<std::string> texts;
  for (const std::string& file : o.files) texts.push_back(text::read_text(file));
  const std::vector<std::string> ends = text::cut_ends(texts, o.hold_out);
  const text::Tokenizer tokenizer =
      text::train_bpe(texts, {.vocabulary = whole(o.vocabulary), .special = {"<s>", "<pad>", "</s>", "<unk>"}})
          .tokenizer;
  const std::int32_t begin = tokenizer.special().begin;
  std::vector<Ids> ids, held;
  double held_tokens = 0;
  for (const std::string& t : texts) ids.push_back(tokenizer.encode(t, {.special_tokens = false}).ids);
  for (const std::string& t : ends) {
    held.push_back(tokenizer.encode(t, {.special_tokens = false}).ids);
    held_tokens += static_cast<double>(held.back().size());
  }
  const double held_bytes = bytes_of_texts(ends);

  const index_t length = whole(o.length);
  const model::Spec spec = model::spec_of(config_of(o, o.dropout), model::Task::language_model);
  const Seq in{whole(o.batch), length, 1};
  model::AnyStep step(model::build<float>(spec, in), in, CrossEntropy{}, 2,
                      cpu::shared_pool(static_cast<int>(o.threads)));
  initialize_model(step, o);
  const Windows windows{ids, length, static_cast<std::uint64_t>(o.seed), begin};
  FitOptions fitting;
  fitting.steps = whole(o.steps);
  fitting.optimizer = AdamW{.beta2 = 0.98, .decay = o.decay, .decay_vectors = false};
  fitting.schedule = {Schedule::cosine, o.rate, whole(o.warm_up)};
  fitting.clip = o.clip;
  fitting.seed = static_cast<std::uint64_t>(o.seed);
  fitting.validate_every = whole(o.every);
  fitting.keep_best = false;  // the last weights: the held-out text chooses nothing
  fitting.identity = model::to_json(spec);
  fitting.checkpoint = o.out + ".checkpoint";
  fitting.checkpoint_every = whole(o.every);
  index_t parameters = 0;
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) { parameters += t.size(); });
  std::printf("%lld parameters, %lld windows of %lld tokens, %.0f held-out tokens of %.2f bytes\n",
              static_cast<long long>(parameters), static_cast<long long>(windows.rows()),
              static_cast<long long>(length), held_tokens, held_bytes / held_tokens);
  FitCallbacks told;
  told.validated = [](void*, const HistoryEntry& h) {
    std::printf("step %lld: loss %.3f in training, %.3f held out, rate %.5f, norm %.2f, %.0f s\n",
                static_cast<long long>(h.step), h.train_loss, h.loss, h.rate, h.norm, h.seconds);
    std::fflush(stdout);
  };
  const auto evaluate = [&](model::AnyStep& s) {
    return Evaluation{.loss = held_out_nats(s, held, begin) / held_tokens};
  };
  fit(step, CrossEntropy{}, windows, evaluate, fitting, told);

  const auto row = [&](const char* name, double nats) {
    std::printf("  %-42s %8.2f %8.3f\n", name, std::exp(nats / held_tokens), nats / std::log(2.0) / held_bytes);
  };
  const TokenCounts counts(ids, o.vocabulary);
  std::printf("\n%.0f held-out tokens, %.0f bytes              perplexity  bits per byte\n", held_tokens, held_bytes);
  row("frequencies of tokens", counts.nats(held, 0));
  row("two tokens before, interpolated counts", counts.nats(held, 2));
  row("two bytes before, interpolated counts", byte_nats(texts, ends));
  row("this model", held_out_nats(step, held, begin));

  model::Pretrained made{config_of(o, 0.1), model::Task::language_model, spec, {}, {}};
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) {
    made.weights[t.key] = {t.extents, std::vector<float>(t.data, t.data + t.size()), t.role};
  });
  model::save_pretrained(made, o.out);
  tokenizer.save(o.out);
  std::printf("model: %s\n", o.out.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--help")
    return print_help<Options>("pretrain_causal_model [--out FOLDER] [--option NUMBER] TEXT...", "the model", settings),
           0;
  std::signal(SIGINT, [](int) { request_interrupt(); });
  std::signal(SIGTERM, [](int) { request_interrupt(); });
  try {
    return run(checked_options(argc, argv));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pretrain_causal_model: %s\n", e.what());
    return 1;
  }
}
