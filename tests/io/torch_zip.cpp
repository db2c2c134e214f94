#include <l2g/io/atomic_file.hpp>
#include <l2g/io/named_tensors.hpp>
#include <l2g/io/torch_zip.hpp>

#include <catch2/catch.hpp>
#include <cstring>
#include <set>

#include "io/small_zip.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using l2g::Dtype;
using l2g::index_t;
using l2g::io::NamedTensors;
using l2g::io::open_tensors;
using Shape = std::vector<index_t>;
using Values = std::vector<float>;

namespace {

const std::string goldens = "tests/goldens/torch_zip/";

std::string refusal(const std::string& file) {
  try {
    l2g::io::parse_torch_zip(std::as_bytes(std::span(file)), "w.bin");
  } catch (const l2g::file_error& e) {
    return e.what();
  }
  return "accepted";
}

std::string bytes(const char* text, std::size_t size) { return {text, size}; }
#define BYTES(literal) bytes(literal, sizeof(literal) - 1)

std::string text(const std::string& s) {
  return "X" + std::string(1, static_cast<char>(s.size())) + BYTES("\0\0\0") + s;
}
std::string whole(int n) { return std::string("K") + static_cast<char>(n); }
std::string tuple(const std::vector<int>& numbers) {
  std::string s = "(";
  for (const int n : numbers) s += whole(n);
  return s + "t";
}
// A tensor of float on the storage '0' of `numbers` elements.
std::string tensor(int numbers, int offset, const std::vector<int>& extents, const std::vector<int>& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") +
         text("cpu") + whole(numbers) + "tQ" + whole(offset) + tuple(extents) + tuple(strides) +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}
std::string archive(const std::string& pickle, std::size_t data = 24) {
  return small_zip({{"a/data.pkl", pickle}, {"a/data/0", std::string(data, '\0')}});
}
std::string of_tensor(const std::string& t, std::size_t data = 24) {
  return refusal(archive(BYTES("\x80\2}") + text("x") + t + "s.", data));
}
std::string of_value(const std::string& value) { return refusal(archive(BYTES("\x80\2") + value + ".")); }

}  // namespace

TEST_CASE("a state dict made by PyTorch is read and mapped", "[io]") {
  const NamedTensors file = open_tensors(goldens + "module.bin");
  REQUIRE(file.format() == "PyTorch");
  REQUIRE(file.names() == std::vector<std::string>{"position_ids", "words.weight", "body.0.weight", "body.0.bias",
                                                   "body.1.weight", "body.1.bias", "head.weight"});
  REQUIRE(file.values<std::int64_t>("position_ids") == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
  REQUIRE(file.values<float>("position_ids") == Values{0, 1, 2, 3, 4, 5});
  REQUIRE(file.at("body.0.weight").extents == Shape{4, 4});
  const float* p = file.at("body.0.weight", Shape{4, 4}).view<float>();
  REQUIRE(p != nullptr);
  for (int i = 0; i < 16; ++i) REQUIRE(p[i] == (20.f + static_cast<float>(i)) / 4);
  REQUIRE(reinterpret_cast<std::uintptr_t>(p) % 64 == 0);
  // The tied head is filled last, and is the same memory.
  REQUIRE(file.values<float>("words.weight")[0] == 15.f);
  REQUIRE(file.at("words.weight").bytes.data() == file.at("head.weight").bytes.data());
  for (const auto& t : file.tensors()) REQUIRE(t.mapped);
}

TEST_CASE("views of storages made by PyTorch are read", "[io]") {
  const NamedTensors file = open_tensors(goldens + "views.pt");
  REQUIRE(file.at("row").extents == Shape{2, 3});
  REQUIRE(file.values<float>("row") == Values{6, 7, 8, 9, 10, 11});
  REQUIRE(file.at("row").bytes.data() == file.at("whole").bytes.data() + 24);
  REQUIRE(file.at("row").mapped);
  const Values t = file.values<float>("transposed");
  REQUIRE(file.at("transposed").extents == Shape{6, 4});
  for (std::size_t i = 0; i < 24; ++i) REQUIRE(t[i] == static_cast<float>(i % 4 * 6 + i / 4));
  REQUIRE_FALSE(file.at("transposed").mapped);
  REQUIRE(file.values<float>("every_second") == Values{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23});
  REQUIRE(file.values<float>("expanded") == Values{0, 0, 1, 1, 2, 2});
  REQUIRE(file.at("scalar").extents.empty());
  REQUIRE(file.values<float>("scalar") == Values{7.5});
  REQUIRE(file.at("empty").extents == Shape{0, 3});
  REQUIRE(file.values<float>("empty").empty());
  REQUIRE(file.values<float>("parameter") == Values{1.5, -2.5});
}

TEST_CASE("every type of PyTorch's storages is read", "[io]") {
  const NamedTensors file = open_tensors(goldens + "types.pth");
  REQUIRE(file.tensors().size() == 13);
  std::set<Dtype> types;
  for (const auto& t : file.tensors()) {
    CAPTURE(t.name);
    types.insert(t.dtype);
    REQUIRE(file.values<float>(t.name) == Values{1, 0, 1});
  }
  REQUIRE(types.size() == 13);
  REQUIRE(file.at("bfloat16").dtype == Dtype::bf16);
  REQUIRE(file.at("uint16").dtype == Dtype::u16);
  REQUIRE_THROWS_WITH(file.values<std::int64_t>("float32"), Contains("tensor 'float32': numbers with a fraction"));
}

TEST_CASE("checkpoints nest their tensors", "[io]") {
  const NamedTensors lightning = open_tensors(goldens + "lightning.ckpt");
  REQUIRE(lightning.names() == std::vector<std::string>{"model.a.weight", "model.a.bias"});
  REQUIRE(*lightning.metadata("epoch") == "3");
  REQUIRE(*lightning.metadata("global_step") == "1099511627776");
  REQUIRE(*lightning.metadata("pytorch-lightning_version") == "2.1.0");
  REQUIRE(*lightning.metadata("lr") == "0.25");
  const NamedTensors nested = open_tensors(goldens + "nested.pt");
  REQUIRE(nested.names() == std::vector<std::string>{"encoder.layers.0.weight", "encoder.layers.1.weight"});
  REQUIRE(nested.values<float>("encoder.layers.1.weight") == Values{4, 4});
  REQUIRE(*nested.metadata("step") == "9");
}

TEST_CASE("what PyTorch can write and is no set of tensors is refused with one line", "[io]") {
  REQUIRE_THROWS_WITH(open_tensors(goldens + "evil.bin"),
                      Contains("evil.bin: byte 169 of its pickle: the global 'posix.system' is not allowed"));
  REQUIRE_THROWS_WITH(open_tensors(goldens + "legacy.bin"),
                      Contains("legacy.bin: is in the format of PyTorch before 1.6; write it anew in Python"));
  REQUIRE_THROWS_WITH(open_tensors(goldens + "protocol4.bin"), Contains("protocol 4 is not read"));
  REQUIRE_THROWS_WITH(open_tensors(goldens + "program.pt"), Contains("is a TorchScript program, not weights"));
}

TEST_CASE("hostile pickles are refused with one line", "[io]") {
  REQUIRE(of_tensor(tensor(6, 0, {2, 3}, {3, 1})) == "accepted");
  REQUIRE(of_tensor(tensor(6, 0, {2, 3}, {0, 1})) == "accepted");
  struct Case {
    std::string got, wanted;
  };
  const std::string huge = BYTES("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f");
  const auto with_extent = [&](const std::string& extent) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") +
           text("cpu") + whole(6) + "tQ" + whole(0) + "(" + extent + extent + "t(" + extent + extent + "t\x89}tR";
  };
  std::string deep = BYTES("\x80\2") + "]";
  for (int i = 0; i < 40; ++i) deep += "]";
  for (int i = 0; i < 40; ++i) deep += "a";
  // A list of two of itself's forerunner, 40 times: 2^40 leaves.
  std::string shared = BYTES("\x80\2(") + tensor(6, 0, {}, {}) + "q\1";
  for (int i = 0; i < 30; ++i) shared += "h\1h\1\x86q\1";
  const std::string itself = BYTES("\x80\2") + "]q\1h\1a.";
  const Case cases[] = {
      {refusal("PK\3\4"), "not a zip archive"},
      {refusal(small_zip({{"a/b", ""}})), "but not one of PyTorch: it has no data.pkl"},
      {refusal(small_zip({{"a/data.pkl", ""}, {"b/data.pkl", ""}})), "has two pickles"},
      {refusal(small_zip({{"a/data.pkl", ""}, {"a/data.pkl", ""}})), "has two entries 'a/data.pkl'"},
      {refusal(small_zip({{"a/data.pkl", ""}, {"a/byteorder", "big"}})), "of byte order 'big'"},
      {refusal(archive("")), "w.bin: byte 0 of its pickle: it is cut short"},
      {refusal(archive("}.")), "does not begin as a pickle of protocol 2"},
      {of_value("}"), "w.bin: holds no tensors"},
      {of_value(tensor(6, 0, {6}, {1})), "holds a tensor without a name"},
      {of_value("cos\nsystem\n" + text("ls") + "\x85R"), "byte 2 of its pickle: the global 'os.system'"},
      {of_value(text("x") + "i"
                            "os\nsystem\n"),
       "the opcode INST (0x69) is not allowed"},
      {of_value(")"
                "\x81"),
       "the opcode NEWOBJ (0x81)"},
      {of_value("\x93"), "the opcode STACK_GLOBAL (0x93)"},
      {of_value("\xfe"), "(0xfe) is not allowed"},
      {of_value("cbuiltins\neval"), "cut short"},
      {of_value("ctorch\nFloatStorage\n)R"), "'torch.FloatStorage' is not to be called"},
      {of_value("c\n\xff\x01\n"), "the global '.\\xff\\x01'"},
      {of_value("0"), "the opcode POP"},
      {of_value("t"), "a mark is missing"},
      {of_value("a"), "a value is missing"},
      {of_value("(a"), "a value is missing"},
      {of_value("(N"), "it ends in the middle of a value"},
      {of_value("h\7"), "recalls a value that it has not remembered"},
      {of_value("Nr\xff\xff\xff\xff"), "at an impossible place"},
      {of_value("Ns"), "a value is missing"},
      {of_value("NNNs"), "there should be a dictionary"},
      {of_value("}(Nu"), "a key has no value"},
      {of_value("}}Ns"), "a key is neither text nor a number"},
      {of_value("b"), "a value is missing"},
      {of_value("K\1Nb"), "attributes of something that has none"},
      {of_value("NQ"), "there should be the description of a storage"},
      {of_value(")Q"), "a storage is not described as PyTorch does"},
      {of_value("X\xff\xff\xff\xff"), "cut short"},
      {of_value("\x8a\x09"
                "123456789"),
       "more than 64 bits"},
      {refusal(archive(deep + ".")), "nested more than 32 deep"},
      {refusal(archive(shared + "t.")), "has more than 16 MB of names"},
      {refusal(archive(itself)), "nested more than 32 deep"},
      {of_tensor(tensor(6, 0, {7}, {1})), "tensor 'x' of shape (7) reaches beyond its storage of 6 numbers"},
      {of_tensor(tensor(6, 5, {2}, {1})), "reaches beyond"},
      {of_tensor(tensor(6, 0, {2, 2}, {5, 1})), "reaches beyond"},
      {of_tensor(tensor(6, 7, {0}, {1})), "reaches beyond"},
      {of_tensor(with_extent(huge)), "reaches beyond"},
      {of_tensor(tensor(6, 0, {100, 100}, {0, 0})), "repeats its numbers"},
      {of_tensor(tensor(6, 0, {2}, {1, 1})), "another number of strides than of extents"},
      {of_tensor(tensor(7, 0, {2}, {1})), "storage '0' of 7 numbers of type F32 has 24 bytes in the archive"},
      {of_tensor(tensor(6, 0, {2}, {1}), 25), "has 25 bytes"},
      {refusal(small_zip({{"a/data.pkl", BYTES("\x80\2}") + text("x") + tensor(6, 0, {2}, {1}) + "s."}})),
       "storage '0' is missing in the archive"},
      {refusal(small_zip({{"a/data.pkl", BYTES("\x80\2}") + text("x") + tensor(6, 0, {2}, {1}) + "s" + ")" +
                                             tensor(6, 0, {2}, {1}) + "s."},
                          {"a/data/0", std::string(24, '\0')}})),
       "a key that is neither text nor a whole number"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.wanted);
    CHECK_THAT(c.got, Contains(c.wanted));
    CHECK(c.got.find('\n') == std::string::npos);
  }
  // Two keys that become one name.
  const ScratchFolder folder;
  const std::string two =
      BYTES("\x80\2}") + text("1") + tensor(6, 0, {2}, {1}) + "s" + whole(1) + tensor(6, 0, {2}, {1}) + "s.";
  l2g::io::write_file(folder / "two.bin", archive(two));
  REQUIRE_THROWS_WITH(open_tensors(folder / "two.bin"), Contains("tensor '1' is there twice"));
}

TEST_CASE("every cut of an archive of PyTorch is refused", "[io]") {
  const std::string file = read_bytes(goldens + "module.bin");
  for (std::size_t n = 0; n < file.size(); ++n) REQUIRE(refusal(file.substr(0, n)) != "accepted");
  REQUIRE(refusal(file) == "accepted");
}

// `python tests/goldens/torch_zip.py check FILE` opens what this writes by torch.load(weights_only=True); equal bytes
// were opened with torch 2.13.
TEST_CASE("what is written for PyTorch comes back", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "lora.bin";
  Values a(3 * 5), b{1.5f};
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i) - 7;
  const std::vector<std::int64_t> ids{1, std::int64_t(1) << 40};
  const std::vector<l2g::bf16> half{l2g::bf16(0.5f)};
  l2g::io::TorchZipWriter writer;
  writer.add("query.lora_A", Shape{3, 5}, a.data());
  writer.add("scalar", Shape{}, b.data());
  writer.add("ids", Shape{2}, ids.data());
  writer.add("half", Shape{1, 1}, half.data());
  writer.add<float>("empty", Shape{0, 4}, nullptr);
  writer.save(path);
  const NamedTensors file = open_tensors(path);
  REQUIRE(file.names() == std::vector<std::string>{"query.lora_A", "scalar", "ids", "half", "empty"});
  REQUIRE(file.at("query.lora_A").extents == Shape{3, 5});
  REQUIRE(file.values<float>("query.lora_A") == a);
  REQUIRE(file.at("query.lora_A").view<float>() != nullptr);
  REQUIRE(file.values<float>("scalar") == b);
  REQUIRE(file.values<std::int64_t>("ids") == ids);
  REQUIRE(file.values<float>("half") == Values{0.5});
  REQUIRE(file.at("empty").extents == Shape{0, 4});
  const bool as_checked = read_bytes(path) == read_bytes(goldens + "written.bin");
  REQUIRE(as_checked);

  writer.add("ids", Shape{2}, ids.data());
  REQUIRE_THROWS_WITH(writer.save(path), Contains("tensor 'ids' is there twice"));
  REQUIRE(open_tensors(path).tensors().size() == 5);
  REQUIRE_THROWS_WITH(writer.add("x", Shape{-1}, ids.data()), Contains("cannot have the shape (-1)"));
  REQUIRE_THROWS_WITH(writer.add("x", Shape{1}, Dtype::u64, ids.data()), Contains("of type U64 cannot be written"));
}

TEST_CASE("an adapter of loralib is read and written", "[io]") {
  REQUIRE_SAMPLE(path, "lm_weights/lora_roberta_base_mnli/roberta_base_lora_mnli.bin");
  const NamedTensors file = open_tensors(path);
  REQUIRE(file.tensors().size() == 52);
  std::size_t numbers = 0;
  l2g::io::TorchZipWriter writer;
  for (const auto& t : file.tensors()) {
    REQUIRE(t.view<float>() != nullptr);
    numbers += t.count();
    writer.add(t.name, t.extents, t.view<float>());
  }
  REQUIRE(numbers == 887811);
  REQUIRE(file.at("roberta.encoder.layer.11.attention.self.query.lora_A").extents == Shape{8, 768});
  const ScratchFolder folder;
  writer.save(folder / "again.bin");
  const NamedTensors again = open_tensors(folder / "again.bin");
  REQUIRE(again.names() == file.names());
  for (const auto& t : file.tensors()) {
    const auto& other = again.at(t.name, t.extents);
    REQUIRE(std::memcmp(t.bytes.data(), other.bytes.data(), t.bytes.size()) == 0);
  }
}
