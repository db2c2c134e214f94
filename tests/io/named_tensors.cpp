#include <l2g/io/atomic_file.hpp>
#include <l2g/io/llama2c.hpp>
#include <l2g/io/named_tensors.hpp>
#include <l2g/io/shards.hpp>
#include <l2g/io/torch_zip.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "sample_data.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using l2g::Dtype;
using l2g::index_t;
using l2g::io::NamedTensors;
using l2g::io::open_tensors;
using l2g::io::SafetensorsWriter;
using Shape = std::vector<index_t>;
using Values = std::vector<float>;

namespace {

void save(const std::string& path, const std::vector<std::string>& names, float first = 0) {
  SafetensorsWriter writer;
  std::vector<Values> values;
  for (std::size_t i = 0; i < names.size(); ++i) values.push_back({first + static_cast<float>(i), -1});
  for (std::size_t i = 0; i < names.size(); ++i) writer.add(names[i], Shape{2}, values[i].data());
  writer.save(path);
}

std::string refusal(const std::string& index) {
  try {
    l2g::io::parse_shard_index(std::as_bytes(std::span(index)), "i.index.json");
  } catch (const l2g::file_error& e) {
    return e.what();
  }
  return "accepted";
}

// What the kernel says about the mapping that holds p: its permissions, the file, and a value in kB.
std::string mapping(const void* p, const std::string& field) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(p);
  std::string line, head;
  while (std::getline(maps, line)) {
    std::uintptr_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2) head = begin <= wanted && wanted < end ? line : "";
    if (!head.empty() && (field.empty() || line.rfind(field + ":", 0) == 0)) return line;
  }
  return "";
}

}  // namespace

TEST_CASE("safetensors are a set of named tensors", "[io]") {
  NamedTensors kept;
  REQUIRE(kept.tensors().empty());
  REQUIRE_FALSE(kept.contains("float"));
  std::weak_ptr<const void> owner;
  {
    const NamedTensors file = open_tensors("tests/io/python.safetensors");
    owner = file.owner();
    kept = file;
  }
  REQUIRE(kept.format() == "safetensors");
  REQUIRE(kept.path() == "tests/io/python.safetensors");
  REQUIRE(kept.names().size() == 11);
  REQUIRE(kept.contains("float"));
  REQUIRE(*kept.metadata("format") == "np");
  REQUIRE(kept.metadata("none") == nullptr);
  REQUIRE(kept.at("double").view<double>()[3] == 3.141592653589793);
  REQUIRE(kept.at("double").view<float>() == nullptr);
  REQUIRE(kept.values<float>("half")[1] == -0.5f);
  REQUIRE(kept.values<float>("brain")[2] == 3.140625f);
  REQUIRE(kept.values<float>("int") == Values{2147483648.f, -7});
  REQUIRE(&kept.at("float", Shape{1, 2, 3}) == kept.find("float"));
  REQUIRE_THROWS_WITH(kept.at("flaot"), Contains("has no tensor 'flaot' (did you mean 'float'?); it holds 11: "));
  REQUIRE_THROWS_WITH(kept.at("float", Shape{2, 3}), Contains("has the shape (1, 2, 3), wanted is (2, 3)"));
  Values two(2);
  REQUIRE_THROWS_WITH(kept.read(kept.at("float"), std::span<float>(two)), Contains("has 6 elements, wanted are 2"));
  // The file stays mapped while anybody holds it, and no longer.
  const void* const place = kept.at("double").bytes.data();
  REQUIRE_THAT(mapping(place, ""), Contains("r--p") && Contains("python.safetensors"));
  REQUIRE_FALSE(owner.expired());
  kept = {};
  REQUIRE(owner.expired());
  REQUIRE(mapping(place, "").find("python.safetensors") == std::string::npos);
}

TEST_CASE("the weights of a folder are found", "[io]") {
  const ScratchFolder folder;
  REQUIRE_THROWS_WITH(open_tensors(folder.path()),
                      Contains(folder.path() + ": the folder has no weights; looked for model.safetensors, "));
  l2g::io::write_file(folder / "tf_model.h5", "");
  REQUIRE_THROWS_WITH(open_tensors(folder.path()), Contains("it has tf_model.h5, which is not read"));
  const Values x{1, 2};
  l2g::io::TorchZipWriter torch;
  torch.add("torch", Shape{2}, x.data());
  torch.save(folder / "pytorch_model.bin");
  REQUIRE(open_tensors(folder.path()).names() == std::vector<std::string>{"torch"});
  save(folder / "a.safetensors", {"shard"});
  l2g::io::write_file(folder / "model.safetensors.index.json", R"({"weight_map": {"shard": "a.safetensors"}})");
  REQUIRE(open_tensors(folder.path()).names() == std::vector<std::string>{"shard"});
  save(folder / "model.safetensors", {"single"});
  REQUIRE(open_tensors(folder.path()).names() == std::vector<std::string>{"single"});
}

TEST_CASE("what is no file of weights is refused with one line", "[io]") {
  const ScratchFolder folder;
  const auto of = [&](const std::string& name, const std::string& contents) {
    l2g::io::write_file(folder / name, contents);
    try {
      open_tensors(folder / name);
    } catch (const l2g::file_error& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(of("a.bin", ""), Contains("a.bin: is empty"));
  CHECK_THAT(of("a.bin", "<html>"), Contains("is neither a zip archive of PyTorch"));
  CHECK_THAT(of("a.safetensors", "version https://git-lfs.github.com/spec/v1\noid"), Contains("pointer of Git LFS"));
  CHECK_THAT(of("a.safetensors", "PK\3\4 zip"), Contains("not a safetensors file"));
  CHECK_THAT(of("a.h5", "\x89HDF\r\n"), Contains("is an HDF5 file"));
  CHECK_THAT(of("a.txt", "text"), Contains("is no file of weights that is read here: safetensors, "));
  CHECK_THAT(of("a.index.json", ""), Contains("is not valid JSON"));
  REQUIRE_THROWS_WITH(open_tensors(folder / "none.bin"), Contains("none.bin: cannot read: no such file"));
}

TEST_CASE("a model in shards is one set of tensors", "[io]") {
  const ScratchFolder folder;
  const std::string index = folder / "model.safetensors.index.json";
  save(folder / "1.safetensors", {"a", "b"}, 10);
  save(folder / "2.safetensors", {"c"}, 20);
  const auto with_map = [&](const std::string& map) {
    l2g::io::write_file(index, R"({"metadata": {"total_size": 24, "kind": "test", "list": [1, {"x": 2}]},
                                   "weight_map": {)" +
                                   map + R"(}, "more": {"weight_map": [1]}})");
    return index;
  };
  const std::string right = R"("a": "1.safetensors", "c": "2.safetensors", "b": "1.safetensors")";
  const NamedTensors all = open_tensors(with_map(right));
  REQUIRE(all.format() == "safetensors in 2 shards");
  REQUIRE(all.names() == std::vector<std::string>{"a", "b", "c"});
  REQUIRE(all.values<float>("b") == Values{11, -1});
  REQUIRE(all.values<float>("c") == Values{20, -1});
  REQUIRE(all.at("c").view<float>() != nullptr);
  REQUIRE(*all.metadata("total_size") == "24");
  REQUIRE(*all.metadata("kind") == "test");
  REQUIRE(open_tensors(folder.path()).tensors().size() == 3);
  // The same contents in one file, in another order, have the same hash; another number has another.
  const Values a{10, -1}, b{11, -1}, c{20, -1}, d{20, -2};
  for (const bool same : {true, false}) {
    SafetensorsWriter writer;
    writer.add("c", Shape{2}, (same ? c : d).data());
    writer.add("a", Shape{2}, a.data());
    writer.add("b", Shape{2}, b.data());
    writer.save(folder / "one.safetensors");
    const auto one = l2g::io::content_hash(open_tensors(folder / "one.safetensors"));
    REQUIRE((one.text() == l2g::io::content_hash(all).text()) == same);
  }

  const auto fault = [&](const std::string& map) {
    try {
      open_tensors(with_map(map));
    } catch (const l2g::file_error& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(fault(right + R"(, "d": "3.safetensors", "e": "4.safetensors")"),
             Contains("index.json: 2 of its 4 files are missing: '3.safetensors', '4.safetensors'"));
  CHECK_THAT(fault(right + R"(, "d": "2.safetensors")"),
             Contains("tensor 'd' is not in '2.safetensors', where the index says it is"));
  CHECK_THAT(fault(R"("a": "1.safetensors", "c": "2.safetensors")"),
             Contains("tensor 'b' is in '1.safetensors', but not in the index"));
  CHECK_THAT(fault(R"("a": "2.safetensors", "c": "2.safetensors", "b": "1.safetensors")"),
             Contains("tensor 'a' is in '1.safetensors'; the index says '2.safetensors'"));
  CHECK_THAT(fault(right + R"(, "a": "2.safetensors")"),
             Contains("tensor 'a' is listed twice: in '1.safetensors' and in '2.safetensors'"));
  save(folder / "2.safetensors", {"c", "a"});
  CHECK_THAT(fault(right), Contains("tensor 'a' is in '2.safetensors'; the index says '1.safetensors'") ||
                               Contains("tensor 'a' is in '2.safetensors' and in '1.safetensors'"));
  const std::string whole = read_bytes(folder / "2.safetensors");
  l2g::io::write_file(folder / "2.safetensors", whole.substr(0, whole.size() - 1));
  CHECK_THAT(fault(right), Contains("2.safetensors: cut short"));
  // A shard that is the folder itself.
  std::filesystem::create_symlink(".", folder / "loop");
  CHECK_THAT(fault(R"("a": "loop")"), Contains("loop: cannot read: it is a folder"));

  const Values x{1, 2};
  l2g::io::TorchZipWriter torch;
  torch.add("t", Shape{2}, x.data());
  torch.save(folder / "p1.bin");
  l2g::io::write_file(folder / "pytorch_model.bin.index.json", R"({"weight_map": {"t": "p1.bin"}})");
  REQUIRE(open_tensors(folder / "pytorch_model.bin.index.json").format() == "PyTorch in 1 shard");
}

TEST_CASE("hostile shard indices are refused with one line", "[io]") {
  struct Case {
    std::string index, wanted;
  };
  const Case cases[] = {
      {"", "is not valid JSON near its byte"},
      {"{", "is not valid JSON near its byte"},
      {"[]", "has a list where an object should begin"},
      {"1", "where an object should begin"},
      {"{}", "has no object 'weight_map'"},
      {R"({"weight_map": {}})", "lists no tensor"},
      {R"({"weight_map": []})", "has a list as 'weight_map'"},
      {R"({"weight_map": "x"})", "as 'weight_map'; it should be an object"},
      {R"({"weight_map": {"a": 1}})", "tensor 'a' has a value that is no name where the name of its file should be"},
      {R"({"weight_map": {"a": null}})", "tensor 'a' has null where"},
      {R"({"weight_map": {"a": {}}})", "tensor 'a' has an object where"},
      {R"({"weight_map": {"a": ["x"]}})", "tensor 'a' has a list where"},
      {R"({"weight_map": {"a": "../x"}})", "tensor 'a' would be in the file '../x'"},
      {R"({"weight_map": {"a": "/etc/passwd"}})", "a shard is the name of a file beside the index"},
      {R"({"weight_map": {"a": ".."}})", "would be in the file '..'"},
      {R"({"weight_map": {"a": ""}})", "would be in the file ''"},
      {R"({"weight_map": {"a": "x\u0000y"}})", "would be in the file 'x\\x00y'"},
      {R"({"weight_map": {"a": "x"}, "weight_map": {"b": "y"}})", "has two objects 'weight_map'"},
      {R"({"weight_map": {"a": "x", "a": "x"}})", "tensor 'a' is listed twice"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.index);
    CHECK_THAT(refusal(c.index), Contains("i.index.json: ") && Contains(c.wanted));
    CHECK(refusal(c.index).find('\n') == std::string::npos);
  }
  REQUIRE(refusal(R"({"weight_map": {"a": "x"}, "other": [[{"weight_map": {}}]], "metadata": [1]})") == "accepted");
  REQUIRE(refusal("{\"weight_map\": {\"a\": \"x\"}, \"b\": " + std::string(100000, '[') + std::string(100000, ']') +
                  "}") == "accepted");
}

namespace {

// A llama2.c file with numbers that count up, by its description: header, weights, tables of angles, decoder.
std::string llama(std::vector<std::int32_t> header, double base = 10000) {
  std::string file(reinterpret_cast<const char*>(header.data()), 28);
  const auto [d, h, l, heads, kv, v, t] =
      std::tuple(header[0], header[1], header[2], header[3], header[4], header[5], header[6]);
  const int vocabulary = std::abs(v), head = d / heads, keys = head * kv;
  const int before = vocabulary * d + l * (2 * d + 2 * d * d + 2 * d * keys + 3 * d * h) + d;
  float n = 0;
  const auto put = [&](float x) { file.append(reinterpret_cast<const char*>(&x), 4); };
  for (int i = 0; i < before; ++i) put(n++);
  for (int part = 0; part < 2; ++part)
    for (int pos = 0; pos < t; ++pos)
      for (int j = 0; j < head / 2; ++j) {
        const double angle = pos * std::pow(base, -2.0 * j / head);
        put(static_cast<float>(part ? std::sin(angle) : std::cos(angle)));
      }
  if (v < 0)
    for (int i = 0; i < vocabulary * d; ++i) put(n++);
  return file;
}

std::string llama_refusal(const std::string& file) {
  try {
    l2g::io::parse_llama2c(std::as_bytes(std::span(file)), "m.bin");
  } catch (const l2g::file_error& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a llama2.c file is mapped under the names of Hugging Face", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "m.bin";
  l2g::io::write_file(path, llama({8, 6, 2, 2, 1, -5, 7}, 500));
  const auto [config, file] = l2g::io::open_llama2c(path);
  REQUIRE((config.width == 8 && config.hidden == 6 && config.layers == 2 && config.heads == 2));
  REQUIRE((config.key_value_heads == 1 && config.vocabulary == 5 && config.length == 7 && !config.tied_head));
  REQUIRE(config.rotary_base == 500);
  REQUIRE(config.head_width() == 4);
  const auto first = [&, &tensors = file](const std::string& name, const Shape& extents) {
    return *tensors.at("model.layers." + name + ".weight", extents).view<float>();
  };
  float at = 0;
  REQUIRE(*file.at("model.embed_tokens.weight", Shape{5, 8}).view<float>() == at);
  at += 40;
  const std::pair<const char*, Shape> each[] = {
      {"input_layernorm", {8}},     {"self_attn.q_proj", {8, 8}}, {"self_attn.k_proj", {4, 8}},
      {"self_attn.v_proj", {4, 8}}, {"self_attn.o_proj", {8, 8}}, {"post_attention_layernorm", {8}},
      {"mlp.gate_proj", {6, 8}},    {"mlp.down_proj", {8, 6}},    {"mlp.up_proj", {6, 8}}};
  for (const auto& [name, extents] : each)
    for (int layer = 0; layer < 2; ++layer) {
      CAPTURE(name, layer);
      REQUIRE(first(std::to_string(layer) + "." + name, extents) == at);
      at += static_cast<float>(extents[0] * (extents.size() > 1 ? extents[1] : 1));
    }
  REQUIRE(*file.at("model.norm.weight", Shape{8}).view<float>() == at);
  REQUIRE(file.values<float>("lm_head.weight").back() == at + 8 + 39);
  REQUIRE(file.tensors().size() == 21);
  REQUIRE(*file.metadata("tie_word_embeddings") == "false");
  REQUIRE(open_tensors(path).format() == "llama2.c");
}

TEST_CASE("hostile llama2.c headers are refused with one line", "[io]") {
  const std::string good = llama({8, 6, 1, 2, 2, 5, 3});
  REQUIRE(llama_refusal(good) == "accepted");
  const auto with = [](std::vector<std::int32_t> h) {
    return llama_refusal(std::string(reinterpret_cast<const char*>(h.data()), 28) + std::string(400, '\0'));
  };
  CHECK_THAT(llama_refusal(""), Contains("m.bin: not a llama2.c file: it has 0 bytes only"));
  CHECK_THAT(llama_refusal("ak42" + std::string(300, '\0')), Contains("not a llama2.c file"));
  CHECK_THAT(llama_refusal("24ka" + std::string(300, '\0')), Contains("of version 1 or later; version 0"));
  CHECK_THAT(llama_refusal(good.substr(0, good.size() - 1)), Contains("cut short: by its header it should have"));
  CHECK_THAT(llama_refusal(good + "x"), Contains("not a llama2.c file: by its header it should have"));
  CHECK_THAT(with({0, 6, 1, 2, 2, 5, 3}), Contains("its width would be 0"));
  CHECK_THAT(with({8, -6, 1, 2, 2, 5, 3}), Contains("its hidden width would be -6"));
  CHECK_THAT(with({8, 6, 1, 2, 2, INT32_MIN, 3}), Contains("its vocabulary would be -2147483648"));
  CHECK_THAT(with({8, 6, 1, 3, 3, 5, 3}), Contains("width 8 does not split into 3 heads"));
  CHECK_THAT(with({8, 6, 1, 8, 8, 5, 3}), Contains("heads of even width"));
  CHECK_THAT(with({8, 6, 1, 2, 4, 5, 3}), Contains("2 heads cannot share 4 key heads"));
  CHECK_THAT(with({131072, 524288, 1024, 1, 1, 4194304, 4194304}), Contains("cut short"));
  std::string no_angles = good;
  std::memset(no_angles.data() + (no_angles.size() - 96), 0, 96);
  CHECK_THAT(llama_refusal(no_angles), Contains("table of rotary angles"));
}

TEST_CASE("the small Llama is read", "[io]") {
  REQUIRE_SAMPLE(path, "lm_weights/babyllama_tok105/model5000.bin");
  const auto [config, file] = l2g::io::open_llama2c(path);
  REQUIRE((config.width == 128 && config.hidden == 352 && config.layers == 5 && config.heads == 8));
  REQUIRE((config.key_value_heads == 4 && config.vocabulary == 105 && config.length == 256 && config.tied_head));
  REQUIRE(config.rotary_base == 10000);
  REQUIRE(file.tensors().size() == 47);
  for (const auto& t : file.tensors())
    for (std::size_t i = 0; i < t.count(); ++i) REQUIRE((std::isfinite(t.view<float>()[i]) && t.view<float>()[i] < 50));
  // A trained scale is near one, not near zero as rows of a matrix are.
  double mean = 0;
  for (const float x : file.values<float>("model.norm.weight")) mean += x / 128.0;
  REQUIRE(mean > 0.5);
}

TEST_CASE("a large file of weights costs the page cache, not memory", "[io]") {
  REQUIRE_SAMPLE(path, "lm_weights/minilm");
  const NamedTensors file = open_tensors(path);
  const auto& t = file.at("embeddings.word_embeddings.weight", Shape{30522, 384});
  const float* p = t.view<float>();
  REQUIRE(p != nullptr);
  double sum = 0;
  for (std::size_t i = 0; i < t.count(); ++i) sum += p[i];
  REQUIRE(std::isfinite(sum));
  REQUIRE_THAT(mapping(p, ""), Contains("r--p") && Contains("model.safetensors"));
  REQUIRE_THAT(mapping(p, "Private_Dirty"), Contains(" 0 kB"));
  REQUIRE_THAT(mapping(p, "Anonymous"), Contains(" 0 kB"));
}
