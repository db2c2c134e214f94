#include <l2g/io/atomic_file.hpp>
#include <l2g/io/safetensors.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "sample_data.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using l2g::Dtype;
using l2g::index_t;
using l2g::io::SafetensorsFile;
using l2g::io::SafetensorsWriter;
using Shape = std::vector<index_t>;

namespace {
// A file with this header and `data` zero bytes.
std::string with_header(const std::string& header, std::size_t data = 0) {
  std::string s(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) s[i] = static_cast<char>(header.size() >> (8 * i));
  return s + header + std::string(data, '\0');
}

std::string refusal(const std::string& bytes) {
  try {
    l2g::io::parse_safetensors(std::as_bytes(std::span(bytes)), "w.safetensors");
  } catch (const l2g::file_error& e) {
    return e.what();
  }
  return "accepted";
}
}  // namespace

// Made by safetensors 0.8.0 and numpy 2.4.6: safetensors.numpy.save_file of the arrays below.
TEST_CASE("a safetensors file made by the Python package is read", "[io]") {
  const SafetensorsFile file("tests/io/python.safetensors");
  REQUIRE(file.tensors().size() == 11);
  REQUIRE(*file.metadata("format") == "np");
  REQUIRE(*file.metadata("note") == "line\nbreak \"quoted\" \xc3\xa9");
  REQUIRE(file.metadata("none") == nullptr);
  REQUIRE(file.values<double>("double") == std::vector<double>{1.5, -2.25, 1e300, 3.141592653589793});
  REQUIRE(file.at("float").shape == Shape{1, 2, 3});
  REQUIRE(file.values<float>("float") == std::vector<float>{0.f, 1 / 3.f, 2 / 3.f, 1.f, 4 / 3.f, 5 / 3.f});
  REQUIRE(file.values<double>("half") == std::vector<double>{1, -0.5, 65504, 0x1p-24, HUGE_VAL});
  REQUIRE(file.values<float>("brain") == std::vector<float>{1.f, -0.5f, 3.140625f, 0x1.2cp126f});
  REQUIRE(file.values<std::int64_t>("long") == std::vector<std::int64_t>{std::int64_t(1) << 62, -1});
  REQUIRE(file.values<std::int64_t>("int") == std::vector<std::int64_t>{2147483647, -7});
  REQUIRE(file.values<std::uint8_t>("byte") == std::vector<std::uint8_t>{0, 255, 7});
  REQUIRE(file.values<std::uint8_t>("truth") == std::vector<std::uint8_t>{1, 0, 1});
  REQUIRE(file.at("scalar").shape.empty());
  REQUIRE(file.values<float>("scalar") == std::vector<float>{42});
  REQUIRE(file.at("empty").shape == Shape{0, 3});
  REQUIRE(file.values<float>("empty").empty());
  REQUIRE(file.values<std::int32_t>("Schl\xc3\xbcssel/\xc3\xa5") == std::vector<std::int32_t>{-128});
}

TEST_CASE("numbers of a mapped file are used in place when they are what is wanted", "[io]") {
  const SafetensorsFile file("tests/io/python.safetensors");
  const auto& t = file.at("double");
  const double* p = file.view<double>(t);
  REQUIRE(p != nullptr);
  REQUIRE(p[3] == 3.141592653589793);
  REQUIRE(reinterpret_cast<const std::byte*>(p) == file.bytes(t).data());
  REQUIRE(file.view<float>(t) == nullptr);
}

TEST_CASE("what is asked of a safetensors file and is not in it is said", "[io]") {
  const SafetensorsFile file("tests/io/python.safetensors");
  REQUIRE(file.find("flaot") == nullptr);
  REQUIRE_THROWS_WITH(file.at("flaot"),
                      Contains("python.safetensors: has no tensor 'flaot' (did you mean 'float'?); it "
                               "holds 11: ") &&
                          Contains(", ..."));
  REQUIRE(&file.at("float", Shape{1, 2, 3}) == file.find("float"));
  REQUIRE_THROWS_WITH(file.at("float", Shape{2, 3}),
                      Contains("tensor 'float' has the shape (1, 2, 3), wanted is (2, 3)"));
  REQUIRE_THROWS_WITH(file.values<std::int32_t>("long"),
                      Contains("tensor 'long': the value 4611686018427387904 does not fit into I32"));
  REQUIRE_THROWS_WITH(file.values<std::int32_t>("float"), Contains("tensor 'float': numbers with a fraction (F32)"));
  std::vector<float> two(2);
  REQUIRE_THROWS_WITH(file.read(file.at("float"), std::span<float>(two)), Contains("has 6 elements, wanted are 2"));
  REQUIRE_THROWS_WITH(SafetensorsFile("none.safetensors"), "none.safetensors: cannot read: no such file");
  REQUIRE_THROWS_WITH(SafetensorsFile("tests/io"), "tests/io: cannot read: it is a folder");
}

TEST_CASE("what is written to safetensors comes back", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "w.safetensors";
  std::vector<float> large(20000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<float>(i) * 0.37f - 1000.f;
  const std::vector<double> d{1.0, 0x1.0000000001p0, -1e-9};
  const std::vector<std::int64_t> ids{-3, 1LL << 40};
  const std::uint8_t byte = 9;
  SafetensorsWriter writer;
  writer.metadata("zeta", "last first");
  writer.metadata("alpha", "\"\\\n\xc3\xa9");
  writer.add("byte", Shape{}, &byte);
  writer.add("ids", Shape{2}, ids.data());
  writer.add("large", Shape{100, 200}, large.data());
  writer.add("half", Shape{20000}, large.data(), Dtype::f16);
  writer.add("brain", Shape{20000}, large.data(), Dtype::bf16);
  writer.add("d", Shape{3, 1}, d.data());
  writer.add<float>("nothing", Shape{0, 7}, nullptr);
  writer.save(path);
  writer.save(path);  // may be repeated

  const SafetensorsFile file(path);
  REQUIRE(file.metadata() == l2g::io::Metadata{{"zeta", "last first"}, {"alpha", "\"\\\n\xc3\xa9"}});
  std::string keys;
  for (const auto& t : file.tensors()) keys += t.key + " ";
  REQUIRE(keys == "byte ids large half brain d nothing ");
  REQUIRE(file.tensors()[0].begin % 64 == 0);
  REQUIRE(file.values<float>("large") == large);
  REQUIRE(file.view<float>(file.at("large")) == nullptr);  // the single byte before it misaligns it
  REQUIRE(file.values<double>("d") == d);
  REQUIRE(file.values<std::int64_t>("ids") == ids);
  const auto half = file.values<l2g::f16>("half");
  const auto brain = file.values<l2g::bf16>("brain");
  int wrong = 0;
  for (std::size_t i = 0; i < large.size(); ++i)
    wrong += half[i].bits != l2g::f16(large[i]).bits || brain[i].bits != l2g::bf16(large[i]).bits;
  REQUIRE(wrong == 0);

  writer.save(path, SafetensorsWriter::Order::by_type_and_key);
  const SafetensorsFile sorted(path);
  keys.clear();
  for (const auto& t : sorted.tensors()) {
    keys += t.key + " ";
    REQUIRE(reinterpret_cast<std::uintptr_t>(sorted.bytes(t).data()) % l2g::size_of(t.dtype) == 0);
  }
  REQUIRE(keys == "d ids large nothing half brain byte ");
  REQUIRE(std::equal(large.begin(), large.end(), sorted.view<float>(sorted.at("large"))));
}

TEST_CASE("an empty set of tensors can be written", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "w.safetensors";
  SafetensorsWriter().save(path);
  REQUIRE(SafetensorsFile(path).tensors().empty());
}

TEST_CASE("what cannot be written to safetensors leaves the old file", "[io]") {
  const ScratchFolder folder;
  const std::string path = folder / "w.safetensors";
  l2g::io::write_file(path, "old");
  const std::vector<float> x{1, 2};
  SafetensorsWriter twice, not_utf8, fraction;
  twice.add("x", Shape{2}, x.data());
  twice.add("x", Shape{2}, x.data());
  REQUIRE_THROWS_WITH(twice.save(path), Contains("tensor 'x' is there twice"));
  not_utf8.add("\xff", Shape{2}, x.data());
  REQUIRE_THROWS_WITH(not_utf8.save(path), Contains("not valid UTF-8"));
  fraction.add("x", Shape{2}, x.data(), Dtype::i32);
  REQUIRE_THROWS_WITH(fraction.save(path), Contains("tensor 'x': numbers with a fraction (F32)"));
  REQUIRE_THROWS_WITH(twice.add("y", Shape{-1}, x.data()), Contains("cannot have the shape (-1)"));
  REQUIRE_THROWS_WITH(twice.add("y", Shape{1LL << 62, 2}, x.data()), Contains("cannot have the shape"));
  REQUIRE_THROWS_WITH(twice.add("__metadata__", Shape{2}, x.data()), Contains("cannot be called"));
  twice.metadata("k", "v");
  REQUIRE_THROWS_WITH(twice.metadata("k", "w"), Contains("'k' is there already"));
  REQUIRE(read_bytes(path) == "old");
  REQUIRE(folder.count() == 1);
}

TEST_CASE("hostile safetensors headers are refused with one line", "[io]") {
  const auto tensor = [](const std::string& body, std::size_t data = 4) {
    return refusal(with_header("{\"a\":{" + body + "}}", data));
  };
  const std::string good = "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]";
  const std::string one = "\"a\":{" + good + "}";
  REQUIRE(tensor(good) == "accepted");
  REQUIRE(refusal(with_header("{}")) == "accepted");
  REQUIRE(refusal(with_header("{}     ")) == "accepted");
  REQUIRE(refusal(with_header("{\"__metadata__\":{}," + one + "}", 4)) == "accepted");

  struct Case {
    std::string got, wanted;
  };
  const Case cases[] = {
      {refusal(""), "w.safetensors: not a safetensors file: it has 0 bytes only"},
      {refusal("1234567"), "w.safetensors: not a safetensors file: it has 7 bytes only"},
      {refusal(std::string(8, '\0')), "w.safetensors: not a safetensors file: it has no header"},
      {refusal(std::string(8, '\xff') + "{}"), "would have 18446744073709551615 bytes, more than 100 MB"},
      {refusal(std::string("\x64\0\0\0\0\0\0\0{}", 10)), "cut short: the header should have 100 bytes, the file has 2"},
      {refusal("PK\3\4 a zip archive"), "its header does not begin with '{'"},
      {refusal(with_header("{", 0)), "it has no header"},
      {refusal(with_header("{\"a\":")), "the header is not valid JSON near its byte"},
      {refusal(with_header("{} {}")), "the header is not valid JSON near its byte 4"},
      {refusal(with_header("{\"\xff\":1}")), "the header is not valid UTF-8 near its byte"},
      {refusal(with_header("{\"a\":1}")), "a number where a tensor should be described (key 'a')"},
      {refusal(with_header("{\"a\":null}")), "null where a tensor should be described"},
      {refusal(with_header("{\"a\":" + std::string(1000000, '['))), "a list where a tensor should be described"},
      {refusal(with_header("{\"a\":{\"shape\":" + std::string(1000000, '['))), "a list in shape"},
      {refusal(with_header("{\"a\":{\"shape\":{\"a\":{}}}}")), "tensor 'a' has an object as shape"},
      {refusal(with_header("{" + one + "," + one + "}", 4)), "tensor 'a' is there twice"},
      {refusal(with_header("{\"__metadata__\":{\"k\":1}}")), "the metadata of 'k' is a number; it should be text"},
      {refusal(with_header("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}")), "metadata 'k' is there twice"},
      {refusal(with_header("{\"__metadata__\":{\"k\":{}}}")), "the metadata of 'k' is an object"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1]"), "tensor 'a' has no data_offsets"},
      {tensor("\"dtype\":\"F32\",\"data_offsets\":[0,4]"), "tensor 'a' has no shape"},
      {tensor("\"shape\":[1],\"data_offsets\":[0,4]"), "tensor 'a' has no dtype"},
      {tensor(good + ",\"shape\":[1]"), "tensor 'a' has two fields 'shape'"},
      {tensor(good + ",\"strides\":[1]"), "tensor 'a' has a field 'strides'; known are dtype, shape, data_offsets"},
      {tensor("\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,4]"),
       "is of type 'F8_E4M3'; known are F64, F32"},
      {tensor("\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]"), "tensor 'a' has a number as dtype"},
      {tensor("\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]"), "tensor 'a' has a negative extent"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]"), "a number that is not whole or too large"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1e400],\"data_offsets\":[0,4]"), "the header is not valid JSON"},
      {tensor("\"dtype\":\"F32\",\"shape\":[18446744073709551616],\"data_offsets\":[0,4]"), "not whole or too large"},
      {tensor("\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,4]"), "an extent out of range"},
      {tensor("\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]"), "has text in shape"},
      {tensor("\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]"), "is too large"},
      {tensor("\"dtype\":\"F32\",\"shape\":[0,4611686018427387904,4],\"data_offsets\":[0,0]"), "is too large"},
      {tensor("\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]"),
       "of type F32 and shape (2) needs 8 bytes, its data_offsets give it 4"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]"), "ends before it begins"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]"), "has a negative offset"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]"), "fewer than two data_offsets"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]"), "more than two data_offsets"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]", 3), "cut short: tensor 'a' ends at byte 4"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[18446744073709551612,0]"), "ends before it begins"},
      {tensor(good, 5), "1 bytes after the last tensor belong to none"},
      {tensor("\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]", 8),
       "bytes 0 to 4 of the data belong to no tensor"},
      {refusal(with_header("{" + one + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", 6)),
       "tensor 'b' overlaps another tensor"},
      {tensor("\"dtype\":\"F32\",\"shape\":[" + std::string(200, '1') + "],\"data_offsets\":[0,4]"), "too large"},
      {refusal(with_header("{\"" + std::string(500, 'k') + "\\n\":1}")), "kkkkk...'"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.wanted);
    CHECK_THAT(c.got, Contains(c.wanted));
    CHECK(c.got.find('\n') == std::string::npos);
  }
  std::string shape = "1";
  for (int i = 0; i < 64; ++i) shape += ",1";
  REQUIRE_THAT(tensor("\"dtype\":\"F32\",\"shape\":[" + shape + "],\"data_offsets\":[0,4]"),
               Contains("has more than 64 extents"));
}

TEST_CASE("every cut of a good file is refused", "[io]") {
  const std::string whole = read_bytes("tests/io/python.safetensors");
  for (std::size_t n = 0; n < whole.size(); ++n) REQUIRE(refusal(whole.substr(0, n)) != "accepted");
  REQUIRE(refusal(whole) == "accepted");
}

TEST_CASE("a real language model's file is read", "[io]") {
  REQUIRE_SAMPLE(path, "lm_weights/minilm/model.safetensors");
  const SafetensorsFile file(path);
  const auto& t = file.at("embeddings.word_embeddings.weight", Shape{30522, 384});
  const float* p = file.view<float>(t);
  REQUIRE(p != nullptr);
  REQUIRE(std::isfinite(p[30521 * 384 + 383]));
}
