// Pre-trains the byte language model that comes with the project (examples/language_model), or one of your own:
//
//   pretrain_language_model --out model.safetensors --steps 4500 a.txt b.txt.gz ...
//
// The last 5 % of each text are held out. Of the bytes 20 % are to be predicted (of those 80 % are shown as <mask>, 10
// % as a random byte, 10 % as they are, as in BERT and RoBERTa); in the held-out text 15 %, all as <mask>. Training
// runs at `--length` tokens; for the last `--long-share` of the steps windows of 256 tokens are taken, so that every
// position is trained (BERT, Devlin et al. 2019, appendix A.2, does the same). The state is kept in OUT.checkpoint: a
// run that was stopped (Ctrl-C, or a crash) goes on where it was when the same command is given again, to the same
// bits. The end is a table of bits per masked byte, beside two yardsticks.
#include "pretraining_options.hpp"

#include <l2g/core/progress.hpp>
#include <l2g/io/safetensors.hpp>
#include <l2g/models/byte_language_model.hpp>
#include <l2g/text/context_model.hpp>
#include <l2g/text/masking.hpp>
#include <l2g/train/step.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>

using namespace l2g;

namespace {

using Model = ByteLanguageModel<>;
using Ids = Shape<batch, length, 1>;
using TrainStep = Step<Model, float, Ids>;
constexpr index_t longest = ByteModelConfig{}.positions;

struct Options {
  std::string out = "byte-roberta.safetensors";
  double steps = 4500, batch = 16, length = 128, long_share = 0.1, rate = 2e-3, warm_up = 100, decay = 0.01, clip = 1,
         mask = 0.2, hold_out = 0.05, seed = 1, threads = 1, every = 100;
  std::vector<std::string> files;
};

constexpr Setting<Options> settings[] = {
    {"steps", &Options::steps, "updates in all"},
    {"batch", &Options::batch, "windows a step"},
    {"length", &Options::length, "tokens a window"},
    {"long-share", &Options::long_share, "share of the steps, at the end, with windows of 256 tokens"},
    {"rate", &Options::rate, "highest learning rate; falls linearly to 0"},
    {"warm-up", &Options::warm_up, "steps in which the rate rises from 0"},
    {"decay", &Options::decay, "weight decay of AdamW"},
    {"clip", &Options::clip, "global norm of the gradient, at most"},
    {"mask", &Options::mask, "share of the bytes to be predicted in training; held-out texts: 0.15"},
    {"hold-out", &Options::hold_out, "share at the end of each text that is not trained on"},
    {"seed", &Options::seed, "of weights, windows and masks"},
    {"threads", &Options::threads, "does not change the bits"},
    {"every", &Options::every, "steps between reports and checkpoints"},
};

Options checked_options(int argc, char** argv) {
  const Options o = read_options<Options>(argc, argv, settings);
  if (o.length > static_cast<double>(longest)) throw error("--length: the model takes at most 256 tokens");
  if (o.batch < 1 || o.every < 1) throw error("--batch and --every: at least 1");
  return o;
}

std::string text_of(const char* format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

/// Mean bits per masked byte; one pass over the held-out windows.
double held_out_bits(TrainStep& step, const text::HeldOut& held) {
  const index_t rows = step.batch.ids.shape[0], l = held.length, windows = held.windows();
  double nats = 0;
  for (index_t first = 0; first < windows; first += rows) {
    for (index_t i = 0; i < rows * l; ++i) {
      const index_t at = first * l + i;
      const bool real = at < windows * l;
      step.batch.ids[i] = real ? held.ids[static_cast<std::size_t>(at)] : text::pad_id;
      step.batch.labels[i] = real ? held.labels[static_cast<std::size_t>(at)] : -1;
    }
    step.forward(false);
    index_t counted = 0;
    for (index_t i = 0; i < rows * l; ++i) counted += step.batch.labels[i] >= 0;
    CrossEntropy{}(step.context, step.y, step.batch.labels, step.dy, step.shares);
    nats += step.value() * static_cast<double>(counted);
  }
  return nats / std::log(2.0) / static_cast<double>(held.masked());
}

/// Everything that goes from one step to the next.
void save_checkpoint(const TrainStep& step, const std::string& path, const std::string& settings_text) {
  io::SafetensorsWriter writer;
  const index_t extent[] = {step.parameters()};
  writer.metadata("settings", settings_text);
  writer.metadata("updates", std::to_string(step.state->update));
  writer.add("weights", extent, step.weights);
  writer.add("moment.0", extent, step.moment[0]);
  writer.add("moment.1", extent, step.moment[1]);
  writer.save(path);
}
void load_checkpoint(TrainStep& step, const std::string& path, const std::string& settings_text) {
  const io::SafetensorsFile file(path);
  const std::string* wrote = file.metadata("settings");
  if (!wrote || *wrote != settings_text)
    throw file_error(path, "this checkpoint is of another command: " + (wrote ? *wrote : "") +
                               "; remove it, or choose another --out");
  const index_t extent[] = {step.parameters()};
  const auto n = static_cast<std::size_t>(step.parameters());
  file.read(file.at("weights", extent), std::span<float>(step.weights, n));
  file.read(file.at("moment.0", extent), std::span<float>(step.moment[0], n));
  file.read(file.at("moment.1", extent), std::span<float>(step.moment[1], n));
  const std::string* updates = file.metadata("updates");
  if (!updates) throw file_error(path, "the metadata does not say how many updates were made (key 'updates')");
  const auto [end, fault] = std::from_chars(updates->data(), updates->data() + updates->size(), step.state->update);
  if (fault != std::errc() || step.state->update < 0)
    throw file_error(path, "the metadata says updates = '" + *updates + "'; a number from 0 on was expected");
  step.state->rng.step = static_cast<std::uint64_t>(step.state->update);
}
void save_weights(TrainStep& step, const std::string& path, const io::Metadata& metadata) {
  io::SafetensorsWriter writer;
  for (const auto& [key, value] : metadata) writer.metadata(key, value);
  each_tensor<float>(step.p, [&](const TensorRef<float>& t) { writer.add(t.key, t.extents, t.data); });
  writer.save(path);
}
/// The same model for windows of another length.
void hand_over(const TrainStep& from, TrainStep& to) {
  const auto n = static_cast<std::size_t>(from.parameters());
  std::copy_n(from.weights, n, to.weights);
  for (int i = 0; i < 2; ++i) std::copy_n(from.moment[i], n, to.moment[i]);
  to.state->update = from.state->update;
  to.state->rng = from.state->rng;
}

int run(const Options& o) {
  std::vector<std::string> texts;
  std::string command = "pretrain_language_model", sources;
  for (const auto& s : settings)
    if (s.value != &Options::threads && s.value != &Options::every) {
      command += std::string(" --") + s.name + text_of(" %g", o.*s.value);
    }
  for (const std::string& file : o.files) {
    texts.push_back(text::read_text(file));
    const std::string name = std::filesystem::path(file).filename().string();
    command += " " + name;
    sources += (sources.empty() ? "" : ", ") + name;
  }
  const std::vector<std::string> ends = text::cut_ends(texts, o.hold_out);
  const auto number = [](double v) { return static_cast<index_t>(v); };
  const auto seed = static_cast<std::uint64_t>(o.seed);
  const auto steps = number(o.steps), short_steps = steps - number(o.steps * o.long_share);
  const index_t long_batch = std::max<index_t>(1, number(o.batch * o.length) / longest);
  const text::MaskedBatches short_windows(texts, number(o.length), {.share = o.mask, .seed = seed});
  const text::MaskedBatches long_windows(texts, longest, {.share = o.mask, .seed = seed});
  const text::HeldOut held = text::hold_out(ends, number(o.length), {.seed = seed + 1});
  const Schedule schedule{Schedule::linear, o.rate, number(o.warm_up), steps};
  const AdamW optimizer{.beta2 = 0.98, .decay = o.decay, .decay_vectors = false};  // betas of RoBERTa
  cpu::Pool* pool = cpu::shared_pool(static_cast<int>(o.threads));
  const auto plan = [&](index_t rows, index_t l) {
    return std::make_unique<TrainStep>(Model{}, Ids{rows, l, 1}, CrossEntropy{}, 2, pool);
  };
  std::unique_ptr<TrainStep> step = plan(number(o.batch), number(o.length));
  const std::string checkpoint = o.out + ".checkpoint";
  initialize_byte_model<float>(step->p, seed);
  step->state->rng.seed = seed;
  if (std::filesystem::exists(checkpoint)) load_checkpoint(*step, checkpoint, command);

  std::size_t bytes = 0;
  for (const std::string& t : texts) bytes += t.size();
  std::printf("%lld parameters, %.2f MB of text, %lld held-out masked bytes, %lld of %lld steps done\n",
              static_cast<long long>(ByteModelConfig{}.parameters()), static_cast<double>(bytes) * 1e-6,
              static_cast<long long>(held.masked()), static_cast<long long>(step->state->update),
              static_cast<long long>(steps));
  const auto began = std::chrono::steady_clock::now();
  const std::int64_t from = step->state->update;
  double sum = 0;
  std::int64_t summed = 0;
  bool is_long = false;
  const auto to_length = [&](bool wanted) {
    if (wanted == is_long) return;
    auto next = wanted ? plan(long_batch, longest) : plan(number(o.batch), number(o.length));
    hand_over(*step, *next);
    // On the way to the long windows; a run that is resumed among them has done so.
    if (wanted && next->state->update <= short_steps && o.length < static_cast<double>(longest))
      each_tensor<float>(next->p, [&](const TensorRef<float>& t) {
        constexpr ByteModelConfig config;
        if (t.key == "embeddings.tokens.position")
          continue_positions({t.data, static_cast<std::size_t>(t.size())}, config.width, config.width / config.heads,
                             number(o.length));
      });
    step = std::move(next);
    is_long = wanted;
  };
  while (step->state->update < steps && !interrupt_requested()) {
    const std::int64_t u = step->state->update;
    to_length(u >= short_steps);
    const auto n = static_cast<std::size_t>(step->batch.ids.size());
    (is_long ? long_windows : short_windows)
        .fill(static_cast<std::uint64_t>(u), {step->batch.ids.data, n}, {step->batch.labels, n});
    sum += (*step)(CrossEntropy{}, optimizer, schedule(u), o.clip);
    if (step->state->update == u) step->state->update = u + 1;  // a gradient that was not finite changes nothing
    ++summed;
    const std::int64_t done = u + 1;
    if (done % number(o.every) == 0 || done == steps || interrupt_requested()) {
      save_checkpoint(*step, checkpoint, command);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
      std::printf("step %lld of %lld: %.3f bits in training, %.0f s, %.0f s to go\n", static_cast<long long>(done),
                  static_cast<long long>(steps), sum / static_cast<double>(summed) / std::log(2.0), seconds,
                  seconds / static_cast<double>(done - from) * static_cast<double>(steps - done));
      std::fflush(stdout);
      sum = 0, summed = 0;
    }
  }
  to_length(false);
  if (step->state->update < steps)
    std::printf("stopped after %lld steps; the same command goes on from %s\n",
                static_cast<long long>(step->state->update), checkpoint.c_str());
  const double bits = held_out_bits(*step, held);
  to_length(true);
  const double long_bits = held_out_bits(*step, text::hold_out(ends, longest, {.seed = seed + 1}));
  const text::Yardsticks others = text::yardsticks(text::ContextModel(texts), held);
  std::printf("\nbits per masked byte, %lld held-out bytes\n", static_cast<long long>(held.masked()));
  std::printf("  frequencies of bytes                  %.3f\n", others.unigram);
  std::printf("  two bytes on each side, interpolated  %.3f\n", others.context);
  std::printf("  this model                            %.3f\n", bits);
  std::printf("  this model, windows of 256 tokens     %.3f\n", long_bits);
  save_weights(*step, o.out,
               {{"format", "pt"},
                {"model", "masked language model over bytes, RoBERTa layout"},
                {"heads", std::to_string(ByteModelConfig{}.heads)},
                {"sources", sources},
                {"command", command},
                {"steps", std::to_string(step->state->update)},
                {"seed", std::to_string(seed)},
                {"held_out_bits_per_masked_byte", text_of("%.4f", bits)},
                {"held_out_bits_windows_of_256", text_of("%.4f", long_bits)},
                {"held_out_bits_unigram", text_of("%.4f", others.unigram)},
                {"held_out_bits_context", text_of("%.4f", others.context)}});
  std::printf("weights: %s\n", o.out.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--help")
    return print_help<Options>("pretrain_language_model [--out FILE] [--option NUMBER] TEXT...", "the weights",
                               settings),
           0;
  std::signal(SIGINT, [](int) { request_interrupt(); });
  std::signal(SIGTERM, [](int) { request_interrupt(); });
  try {
    return run(checked_options(argc, argv));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pretrain_language_model: %s\n", e.what());
    return 1;
  }
}
