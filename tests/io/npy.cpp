#include <l2g/io/npy.hpp>

#include <catch2/catch.hpp>
#include <cmath>

#include "sample_data.hpp"
#include "scratch_folder.hpp"

using Catch::Contains;
using l2g::io::NpyArray;
using l2g::io::NpzFile;
using Shape = std::vector<l2g::index_t>;

namespace {
std::string npy(std::string header, std::size_t data = 8, char version = 1) {
  std::string s = std::string("\x93NUMPY") + version + '\0';
  s += static_cast<char>(header.size() & 255);
  s += static_cast<char>(header.size() >> 8);
  if (version > 1) s += std::string(2, '\0');
  return s + header + std::string(data, '\0');
}

template <class Parse>
std::string refusal(const std::string& bytes, Parse parse) {
  try {
    parse(std::as_bytes(std::span(bytes)), "a.npy");
  } catch (const l2g::file_error& e) {
    return e.what();
  }
  return "accepted";
}
std::string refusal_npy(const std::string& bytes) { return refusal(bytes, l2g::io::parse_npy); }
std::string refusal_zip(const std::string& bytes) {
  return refusal(bytes, [](auto file, auto name) {
    for (const auto& entry : l2g::io::parse_zip(file, name)) l2g::io::unpack(file, entry, name);
  });
}
}  // namespace

// Made by numpy 2.4.6 (savez and savez_compressed): with a = arange(24).reshape(2, 3, 4), what each line computes.
TEST_CASE("arrays made by NumPy are read", "[io]") {
  for (const char* path : {"tests/io/stored.npz", "tests/io/deflated.npz"}) {
    CAPTURE(path);
    const NpzFile file(path);
    REQUIRE(file.contains("double"));
    const auto check = [&](const char* name, l2g::Dtype dtype, auto formula) {
      CAPTURE(name);
      const NpyArray array = file.read(name);
      REQUIRE(array.dtype == dtype);
      REQUIRE(array.shape == Shape{2, 3, 4});
      const auto values = array.values<double>();
      REQUIRE(values.size() == 24);
      for (int i = 0; i < 24; ++i) REQUIRE(values[static_cast<std::size_t>(i)] == formula(i));
    };
    check("double", l2g::Dtype::f64, [](int i) { return i / 7.0; });
    check("single", l2g::Dtype::f32, [](int i) { return double(static_cast<float>(i / 7.0)); });
    check("half", l2g::Dtype::f16, [](int i) { return i / 8.0; });
    check("long", l2g::Dtype::i64, [](int i) { return i - 0x1p40; });
    check("tiny", l2g::Dtype::i8, [](int i) { return i - 12.0; });
    check("fortran", l2g::Dtype::f64, [](int i) { return i / 3.0; });
    check("big", l2g::Dtype::f64, [](int i) { return i / 7.0; });
    check("bigint", l2g::Dtype::i32, [](int i) { return i - 5.0; });
    check("truth", l2g::Dtype::boolean, [](int i) { return i % 3 == 0 ? 1.0 : 0.0; });
    check("unsigned", l2g::Dtype::u16, [](int i) { return i + 65000.0; });
    REQUIRE(file.read("scalar").shape.empty());
    REQUIRE(file.read("scalar").values<float>() == std::vector<float>{2.5f});
    REQUIRE(file.read("empty").shape == Shape{3, 0, 2});
    REQUIRE(file.read("empty").values<double>().empty());
    REQUIRE(file.read("vector").values<std::int64_t>() == std::vector<std::int64_t>{0, 1, 2, 3, 4});
    REQUIRE_THROWS_WITH(file.read("singel"), Contains("unknown array 'singel' (did you mean 'single'?)"));
    REQUIRE_THROWS_WITH(file.read("long").values<std::int8_t>(), Contains("npz['long']: the value -1099511627776"));
    REQUIRE_THROWS_WITH(file.read("double").values<std::int64_t>(), Contains("numbers with a fraction"));
  }
  const NpzFile deflated("tests/io/deflated.npz");
  REQUIRE(deflated.read("zeros").count() == 5000);
  REQUIRE_THROWS_WITH(deflated.read("text"), Contains("elements of type '<U2' are not read"));
}

TEST_CASE("hostile NPY headers are refused with one line", "[io]") {
  const std::string rest = "'fortran_order': False, 'shape': (1,), }";
  const auto shape = [](const std::string& s) {
    return npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + s + "}");
  };
  REQUIRE(refusal_npy(npy("{'descr': '<f8', " + rest)) == "accepted");
  REQUIRE(refusal_npy(npy("{'descr': '<f8', " + rest + "   \n", 8, 2)) == "accepted");
  REQUIRE(refusal_npy(npy("{\"shape\":(1,),\"fortran_order\":True,\"descr\":\"=i8\"}", 8, 3)) == "accepted");
  const std::pair<std::string, std::string> cases[] = {
      {"", "not an array of NumPy"},
      {"\x93NUMPY", "cut short"},
      {npy("", 0), "malformed array header: no '{'"},
      {npy("{}", 0), "one of descr, fortran_order, shape is missing"},
      {npy("{'descr': '<f8', " + rest, 8, 9), "array format 9 is not known"},
      {npy("{'descr': '<f8', " + rest, 7), "cut short: the array needs 8 bytes, there are 7"},
      {npy("{'descr': '<f8', " + rest, 9), "1 bytes after the array"},
      {npy("{'descr': '|O', " + rest), "elements of type '|O' are not read"},
      {npy("{'descr': '<c8', " + rest), "elements of type '<c8' are not read"},
      {npy("{'descr': [('a', '<f8')], " + rest), "arrays of records are not read"},
      {npy("{'descr': '<f8', 'descr': '<f8', " + rest), "unexpected key 'descr'"},
      {npy("{'evil': '<f8', " + rest), "unexpected key 'evil'"},
      {npy("{'descr': '<f8', 'fortran_order': 1, 'shape': (1,)}"), "neither True nor False"},
      {npy("{'descr': '<f8', " + rest + "x"), "text after its end"},
      {npy("{'descr': '<f8"), "a string without end"},
      {shape("(-1,)"), "not a whole number of at least 0"},
      {shape("(1.5,)"), "no ')'"},
      {shape("(99999999999999999999,)"), "an extent out of range"},
      {shape("(4611686018427387904, 4)"), "the array is too large"},
      {shape("(0, 4611686018427387904, 4)"), "the array is too large"},
      {shape("(1"), "no ')'"},
      {shape("()"), "accepted"},
  };
  for (const auto& [bytes, wanted] : cases) {
    CAPTURE(wanted);
    CHECK_THAT(refusal_npy(bytes), Contains(wanted));
  }
  const std::string lying = std::string("\x93NUMPY\1\0\xff\xff", 10) + "{}";
  REQUIRE_THAT(refusal_npy(lying), Contains("cut short: it ends within the array header"));
}

TEST_CASE("damaged archives are refused", "[io]") {
  const std::string whole = read_bytes("tests/io/deflated.npz");
  REQUIRE(refusal_zip(whole) == "accepted");
  for (std::size_t n = 0; n < whole.size(); n += n < 200 ? 1 : 37)
    REQUIRE(refusal_zip(whole.substr(0, n)) != "accepted");
  REQUIRE_THAT(refusal_zip("PK"), Contains("not a zip archive: it is too short"));
  REQUIRE_THAT(refusal_zip(std::string(100, 'x')), Contains("it has no directory at its end"));
  std::string broken = whole;
  broken[70] = static_cast<char>(broken[70] ^ 1);  // within the data of the first entry
  REQUIRE_THAT(refusal_zip(broken), Contains("damaged zip archive"));
  REQUIRE(refusal_zip(whole.substr(0, whole.size() - 2) + std::string("\3\0c!?", 5)) == "accepted");  // with a comment
  const std::size_t directory = whole.find("PK\1\2");
  REQUIRE(directory != std::string::npos);
  const auto with = [&](std::size_t at, const std::string& bytes) {
    std::string s = whole;
    return refusal_zip(s.replace(directory + at, bytes.size(), bytes));
  };
  REQUIRE_THAT(with(8, "\1"), Contains("is encrypted"));
  REQUIRE_THAT(with(10, "\x0c"), Contains("is packed by method 12; only stored and deflated"));
  REQUIRE_THAT(with(16, "xxxx"), Contains("the checksum of entry 'text.npy' is wrong"));
  REQUIRE_THAT(with(24, "xxxx"), Contains("cannot have 2021161080 bytes from"));
  REQUIRE_THAT(with(24, std::string("\1\0\0\0", 4)), Contains("does not unpack"));
  REQUIRE_THAT(with(42, "\xfe\xff\xff\xff"), Contains("an entry would lie outside of the file"));
  REQUIRE_THAT(with(28, "\xff\xff"), Contains("its directory is malformed"));
}

TEST_CASE("the golden arrays of the oracles are read", "[io]") {
  REQUIRE_SAMPLE(path, "oracles/golden/dls_ConvPoolDense.npz");
  const NpzFile file(path);
  REQUIRE(!file.names().empty());
  for (const std::string& name : file.names())
    REQUIRE(file.read(name).values<double>().size() == file.read(name).count());
}
