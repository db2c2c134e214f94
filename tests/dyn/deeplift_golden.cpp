// DeepLIFT/SHAP of small networks against tangermeme's multipliers in double precision.
#include <zlib.h>

#include "interpret/certificate.hpp"
#include "sample_data.hpp"

#include <l2g/dyn/registry.hpp>
#include <l2g/interpret/gradients.hpp>
#include <l2g/io/npy.hpp>

#include <cstring>
#include <fstream>
#include <iterator>

using namespace l2g;
using model::layer;
using model::sequential;
using model::Spec;

namespace {

/// (n, channels, length) -> (n, length, channels).
std::vector<double> positions_first(const std::vector<double>& x, index_t n, index_t channels, index_t length) {
  std::vector<double> y(x.size());
  for (index_t i = 0; i < n; ++i)
    for (index_t c = 0; c < channels; ++c)
      for (index_t t = 0; t < length; ++t)
        y[std::size_t((i * length + t) * channels + c)] = x[std::size_t((i * channels + c) * length + t)];
  return y;
}

struct Golden {
  io::NpzFile file;
  explicit Golden(const std::string& path) : file(path) {}
  std::vector<double> values(const std::string& name) const { return file.read(name).values<double>(); }

  /// The tensors of PyTorch in our order: convolutions (out, kernel, in); the columns of a linear map behind (channels,
  /// length) by position.
  std::vector<double> weight(const std::string& name, index_t channels = 0, index_t length = 0) const {
    const io::NpyArray a = file.read("w." + name);
    const auto v = a.values<double>();
    if (a.shape.size() == 3) return positions_first(v, a.shape[0], a.shape[1], a.shape[2]);
    if (a.shape.size() == 4) return positions_first(v, a.shape[0], a.shape[2], a.shape[3]);
    if (channels > 0) return positions_first(v, a.shape[0], channels, length);
    return v;
  }
};

/// `weights`: our key, the file's key, and for a linear map behind a flattening the channels in front of it.
struct Named {
  std::string own, theirs;
  index_t channels = 0;
};

void agrees(const char* net, const Spec& spec, const std::vector<Named>& names) {
  REQUIRE_SAMPLE(path, "oracles/golden/dls_" + std::string(net) + ".npz");
  INFO(net);
  const Golden g(path);
  const index_t n = 4, count = 5, length = 100;
  const auto network = model::build<double>(spec, Seq{1, length, 4});
  auto record = network.params<double, Cpu>();
  const auto memory = Memory<Cpu>::get(measure(record).bytes + 64);
  bind(record, memory.get());
  each_tensor<double>(record, [&](const TensorRef<double>& t) {
    for (const Named& name : names)
      if (t.key == name.own) {
        const auto v = g.weight(name.theirs, name.channels, name.channels ? t.extents.back() / name.channels : 0);
        REQUIRE(index_t(v.size()) == t.size());
        std::copy(v.begin(), v.end(), t.data);
        return;
      }
    FAIL("no weight for " << t.key);
  });
  interpret::Tracer<double, AnyLayer<double>, AnyRecord<double>, Seq> tracer(network, record, Seq{1, length, 4});
  const auto x = positions_first(g.values("X"), n, 4, length), r = positions_first(g.values("R"), n * count, 4, length),
             y = g.values("y"), y0 = g.values("y_ref");
  const index_t outputs = tracer.outputs();
  std::vector<double> seeds(std::size_t(n * outputs), 0.0);
  for (index_t i = 0; i < n; ++i) seeds[std::size_t(i * outputs)] = 1;
  const interpret::Inputs<double> in{x, 4, seeds};
  const auto e = certificate::judged(interpret::deeplift<double, double>(tracer, in, r));
  CHECK(e.residual <= 1e-12);
  const auto wanted = positions_first(g.values("hyp64"), n, 4, length);
  double largest = 0, worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    largest = std::max(largest, std::abs(wanted[i]));
    worst = std::max(worst, std::abs(wanted[i] - e.explanation.hypothetical[i]));
  }
  CHECK(worst <= 1e-9 * largest);
  for (index_t i = 0; i < n; ++i) {
    double mean = 0;
    for (index_t q = 0; q < count; ++q) mean += y0[std::size_t((i * count + q) * outputs)] / double(count);
    CHECK(e.explanation.output[std::size_t(i)] == Approx(y[std::size_t(i * outputs)]).epsilon(1e-12));
    CHECK(e.explanation.reference_output[std::size_t(i)] == Approx(mean).epsilon(1e-12));
  }
}

Spec conv(index_t out, index_t kernel) { return layer("conv1d", {{"out", double(out)}, {"kernel", double(kernel)}}); }
Spec valid(index_t out, index_t kernel) {
  return layer("conv1d", {{"out", double(out)}, {"kernel", double(kernel)}}, {{"padding", "valid"}});
}
Spec dense(index_t out) { return layer("linear", {{"out", double(out)}}).named("dense"); }
std::vector<Named> keys(std::initializer_list<Named> layers) {
  std::vector<Named> all;
  for (const Named& l : layers)
    for (const char* part : {".weight", ".bias"})
      all.push_back({l.own + part, l.theirs + part, std::string(part) == ".weight" ? l.channels : 0});
  return all;
}

}  // namespace

TEST_CASE("multipliers of small networks are tangermeme's", "[deeplift][golden]") {
  const Spec relu = layer("relu"), flatten = layer("flatten"), pool = layer("max_pool", {{"window", 3}});
  agrees("FlattenDense", sequential({flatten, dense(3)}), keys({{"dense", "dense", 4}}));
  agrees(
      "ConvPoolDense",
      sequential({conv(32, 3).named("conv1"), relu, pool, conv(16, 5).named("conv2"), relu, pool, flatten, dense(1)}),
      keys({{"conv1", "conv1"}, {"conv2", "conv2"}, {"dense", "dense", 16}}));
  agrees("ResidualConv",
         sequential(
             {model::residual(sequential({conv(4, 3).named("conv1"), relu, conv(4, 3).named("conv2")})).named("block"),
              flatten, dense(1)}),
         keys({{"block.conv1", "conv1"}, {"block.conv2", "conv2"}, {"dense", "dense", 4}}));
  agrees("Conv2DExpand", sequential({valid(8, 3).named("conv"), relu, flatten, dense(1)}),
         keys({{"conv", "conv"}, {"dense", "dense", 8}}));
  auto norm = keys({{"conv", "conv"}, {"bn", "bn"}, {"dense", "dense", 8}});
  norm.push_back({"bn.running_mean", "bn.running_mean"}), norm.push_back({"bn.running_var", "bn.running_var"});
  agrees("ConvBatchNorm",
         sequential({conv(8, 3).named("conv"), layer("batch_norm").named("bn"), relu, flatten, dense(1)}), norm);
  agrees("ConvAvgDense", sequential({valid(12, 3).named("conv"), relu, layer("mean_pool"), dense(1)}),
         keys({{"conv", "conv"}, {"dense", "dense"}}));
}

namespace {

std::vector<char> bytes_of_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
std::vector<double> floats(const std::vector<char>& bytes, std::size_t at, std::size_t n) {
  std::vector<float> v(n);
  std::memcpy(v.data(), bytes.data() + at, n * sizeof(float));
  return {v.begin(), v.end()};
}
/// The first n floats of a chunk of an HDF5 file, which is one zlib stream.
std::vector<double> inflated(const std::vector<char>& bytes, std::size_t at, std::size_t n) {
  std::vector<char> out(n * sizeof(float));
  z_stream z{};
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + at));
  z.avail_in = uInt(bytes.size() - at);
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = uInt(out.size());
  REQUIRE(inflateInit(&z) == Z_OK);
  inflate(&z, Z_SYNC_FLUSH);
  REQUIRE(z.avail_out == 0);
  inflateEnd(&z);
  return floats(out, 0, n);
}

}  // namespace

TEST_CASE("gradients of a published network are those that were published with it", "[gradients][golden]") {
  REQUIRE_SAMPLE(weights, "oracles/kipoi_tal1/weights.hdf5");
  REQUIRE_SAMPLE(values, "oracles/kipoi_tal1/grads.hdf5");
  const auto w = bytes_of_file(weights), v = bytes_of_file(values);
  const auto network = model::build<float>(
      sequential({valid(16, 15).named("conv"), layer("relu"), layer("global_max_pool"), dense(1)}), Seq{1, 500, 4});
  auto record = network.params<float, Cpu>();
  const auto memory = Memory<Cpu>::get(measure(record).bytes);
  bind(record, memory.get());
  // Both files are whole and do not change: where their arrays lie is known.
  each_tensor<float>(record, [&](const TensorRef<float>& t) {
    if (t.key == "conv.weight") {  // (taps, in, out) -> (out, taps, in)
      const auto k = floats(w, 8192, 15 * 4 * 16);
      for (std::size_t o = 0; o < 16; ++o)
        for (std::size_t i = 0; i < 60; ++i) t.data[o * 60 + i] = float(k[i * 16 + o]);
      return;
    }
    const auto k = floats(w,
                          t.key == "conv.bias"      ? 14080
                          : t.key == "dense.weight" ? 14144
                                                    : 14208,
                          std::size_t(t.size()));
    std::copy(k.begin(), k.end(), t.data);
  });
  const auto x = inflated(v, 8232, 20 * 500 * 4), wanted = inflated(v, 117296, 20 * 500 * 4);
  const std::vector<float> rows(x.begin(), x.end()), seeds(20, 1.0f);
  interpret::Tracer<float, AnyLayer<float>, AnyRecord<float>, Seq> tracer(network, record, Seq{1, 500, 4});
  const auto e = interpret::gradients<float, float>(tracer, {rows, 4, seeds});
  double largest = 0, worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    largest = std::max(largest, std::abs(wanted[i]));
    worst = std::max(worst, std::abs(wanted[i] - e.hypothetical[i]));
  }
  CHECK(largest > 8);
  CHECK(worst <= 1e-6 * largest);
}
