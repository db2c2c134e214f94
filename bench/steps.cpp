// The steps that are raced against PyTorch: l2g_bench JOB... [--threads N] [--seconds S] prints a line of JSON for each
// job; l2g_bench --check JOB FILE writes weights, input, output and gradients of one step for bench/agree.py.
#include "jobs.hpp"
#include "measure.hpp"

#include <l2g/io/safetensors.hpp>

#include <string_view>

namespace bench {

void save_tensor(io::SafetensorsWriter& file, std::string_view key, std::vector<index_t> shape, const float* data) {
  file.add(key, shape, data);
}

template <class Record>
void save_record(io::SafetensorsWriter& file, const std::string& prefix, Record& record) {
  each_tensor<float>(record, [&](const TensorRef<float>& t) {
    if (t.data) save_tensor(file, prefix + t.key, t.extents, t.data);  // buffers have no gradient
  });
}

/// A whole training step on labels: forward, cross-entropy, backward, AdamW.
template <class Model, class In>
struct Training {
  Step<Model, float, In> step;
  explicit Training(int threads) : step({}, {}, CrossEntropy{}, 2, cpu::shared_pool(threads)) {
    initialize<float>(step.p, 1);
    const auto& x = step.batch.values;
    fill_letters(x.data, x.shape.rows(), x.shape.cols(), 1);
    for (index_t i = 0; i < x.shape[0]; ++i) step.batch.labels[i] = std::int32_t(i % 2);
  }
  void run() { step(CrossEntropy{}, AdamW{}, 1e-4); }
  void check(const char* path) {
    io::SafetensorsWriter file;
    save_record(file, "weight.", step.p);
    const double loss = step.accumulate(CrossEntropy{}, step.batch.labels);
    const float value = float(loss);
    const auto& x = step.batch.values.shape;
    save_tensor(file, "x", {x[0], x[1], x[2]}, step.batch.values.data);
    save_tensor(file, "y", {step.y.shape[0], step.y.shape[2]}, step.y.data);
    save_tensor(file, "loss", {1}, &value);
    save_record(file, "gradient.", step.g);
    file.save(path);
  }
};

/// Forward and backward with all gradients, from a given gradient of the output.
template <class Model, class In>
struct Passes {
  Step<Model, float, In> step;
  std::vector<float> dx, dy;
  explicit Passes(int threads) : step({}, {}, CrossEntropy{}, 0, cpu::shared_pool(threads)) {
    initialize<float>(step.p, 1);
    dx.resize(std::size_t(step.batch.values.size()));
    dy.resize(std::size_t(step.y.size()));
    fill(step.batch.values.data, step.batch.values.size(), 1);
    fill(step.dy.data, step.dy.size(), 2);
  }
  void run() {
    step.zero_gradients();
    step.forward(true);
    auto gradient = step.batch.values;
    gradient.data = dx.data();
    step.backward(gradient);
    ++step.state->rng.step;
  }
  void check(const char* path) {
    run();
    io::SafetensorsWriter file;
    save_record(file, "weight.", step.p);
    save_record(file, "gradient.", step.g);
    const auto& x = step.batch.values.shape;
    const std::vector<index_t> shape{x[0], x[1], x[2]};
    save_tensor(file, "x", shape, step.batch.values.data);
    save_tensor(file, "y", shape, step.y.data);
    save_tensor(file, "dy", shape, step.dy.data);
    save_tensor(file, "dx", shape, dx.data());
    file.save(path);
  }
};

/// 256 + 256 rows of width 768, value and gradient.
struct Discrepancy {
  static constexpr index_t n = 256, width = 768;
  Context<Cpu> context;
  Memory<Cpu>::Block block;
  float *source, *target, *gradient, *shares;
  explicit Discrepancy(int threads) {
    const std::size_t scratch = Mmd::scratch<float>(n, n), rows = bytes_of<float>(n * width);
    block = Memory<Cpu>::get(scratch + 3 * rows + bytes_of<float>(n));
    std::byte* at = block.get();
    source = reinterpret_cast<float*>(at), target = reinterpret_cast<float*>(at + rows);
    gradient = reinterpret_cast<float*>(at + 2 * rows), shares = reinterpret_cast<float*>(at + 3 * rows);
    context.scratch = {at + 3 * rows + bytes_of<float>(n), scratch, 0};
    context.pool = cpu::shared_pool(threads);
    fill(source, n * width, 1);
    fill(target, n * width, 2);
    for (index_t i = 0; i < n * width; ++i) target[i] += 0.5f;
  }
  void run() { Mmd{}(context, source, n, target, n, width, width, gradient, shares); }
  void check(const char* path) {
    run();
    double sum = 0;
    for (index_t i = 0; i < n; ++i) sum += double(shares[i]);
    const float loss = float(sum);
    io::SafetensorsWriter file;
    save_tensor(file, "source", {n, width}, source);
    save_tensor(file, "target", {n, width}, target);
    save_tensor(file, "gradient", {n, width}, gradient);
    save_tensor(file, "loss", {1}, &loss);
    file.save(path);
  }
};

/// An update of 125 M parameters.
struct Update {
  static constexpr index_t n = 125'000'000;
  Context<Cpu> context;
  Memory<Cpu>::Block block;
  StepState state;
  float* flat[4];
  explicit Update(int threads) {
    block = Memory<Cpu>::get(4 * bytes_of<float>(n));
    for (std::size_t i = 0; i < 4; ++i) flat[i] = reinterpret_cast<float*>(block.get() + i * bytes_of<float>(n));
    for (index_t i = 0; i < n; ++i) flat[0][i] = flat[1][i] = 1e-3f * float(i % 1000 - 500);
    context.state = &state;
    context.pool = cpu::shared_pool(threads);
    state.rate = 1e-4;
  }
  void run() {
    const AdamW optimizer;
    ++state.update;
    optimizer.prepare(state);
    optimizer(context, flat[0], flat[1], flat[2], flat[3], Segment{0, n, true});
  }
};

using Run = void (*)(const char* name, const Options&, const char* check);

template <class Job>
void run_job(const char* name, const Options& o, const char* check) {
  forget_peak();
  const double before = memory("VmRSS");
  Job job(o.threads);
  if constexpr (requires { job.check(check); })
    if (check) return job.check(check);
  if (check) throw error("l2g_bench: " + std::string(name) + " has nothing to check");
  Measurement(name, o, before).run([&] { job.run(); });
}

template <index_t PerMille, index_t B, index_t L>
using Encoder = Passes<Block<PerMille>, Shape<B, L, 384>>;

constexpr struct {
  const char* name;
  Run run;
} jobs[] = {
    {"resnet", run_job<Training<Resnet, Shape<64, 512, 4>>>},
    {"block_128", run_job<Encoder<0, 32, 128>>},
    {"block_512", run_job<Encoder<0, 8, 512>>},
    {"block_128_dropout", run_job<Encoder<100, 32, 128>>},
    {"block_512_dropout", run_job<Encoder<100, 8, 512>>},
    {"mmd", run_job<Discrepancy>},
    {"adamw", run_job<Update>},
    {"transfer", run_job<Training<Transfer<0>, Shape<64, 300, 4>>>},
    {"transfer_dropout", run_job<Training<Transfer<100>, Shape<64, 300, 4>>>},
};

int main(int count, char** arguments) {
  Options options;
  std::vector<std::string_view> names;
  const char *check = nullptr, *usage = "l2g_bench JOB... [--threads N] [--seconds S]  |  l2g_bench --check JOB FILE";
  bool checks = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view a = arguments[i];
    const bool more = i + 1 < count;
    if (a == "--threads" && more)
      options.threads = std::atoi(arguments[++i]);
    else if (a == "--seconds" && more)
      options.seconds = std::atof(arguments[++i]);
    else if (a == "--check")
      checks = true;
    else if (checks && !names.empty())
      check = arguments[i];
    else
      names.push_back(a);
  }
  if (names.empty() || (checks && !check)) {
    std::fprintf(stderr, "%s\njobs:", usage);
    for (const auto& j : jobs) std::fprintf(stderr, " %s", j.name);
    std::fputc('\n', stderr);
    return 2;
  }
  for (const std::string_view name : names) {
    const auto* job = std::find_if(std::begin(jobs), std::end(jobs), [&](const auto& j) { return name == j.name; });
    if (job == std::end(jobs)) {
      std::string known;
      for (const auto& j : jobs) known += std::string(known.empty() ? "" : ", ") + j.name;
      throw error("l2g_bench: no job is called \"" + std::string(name) + "\"; there are " + known);
    }
    job->run(job->name, options, check);
  }
  return 0;
}

}  // namespace bench

int main(int count, char** arguments) {
  try {
    return bench::main(count, arguments);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
