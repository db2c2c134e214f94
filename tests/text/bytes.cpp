#include "scratch_folder.hpp"

#include <l2g/text/bytes.hpp>

#include <catch2/catch.hpp>

using namespace l2g;

namespace {}  // namespace

TEST_CASE("every byte has an id and comes back") {
  std::string all;
  for (int b = 0; b < 256; ++b) all += static_cast<char>(b);
  const auto ids = text::encode(all);
  REQUIRE(ids.size() == 256);
  for (int b = 0; b < 256; ++b) CHECK(ids[static_cast<std::size_t>(b)] == 4 + b);
  CHECK(text::decode(ids) == all);
  CHECK(text::encode("Hi", true) == std::vector<std::int32_t>{0, 76, 109, 2});
  CHECK(text::decode(std::vector<std::int32_t>{0, 76, 3, 2, 1, 1}) == "H<mask>");
  CHECK_THROWS_WITH(text::decode(std::vector<std::int32_t>{260}),
                    "token id 260 is outside of the byte vocabulary, 0 .. 259");
}

TEST_CASE("a window stands between <s> and </s> and is padded at the end of the text") {
  std::vector<std::int32_t> ids(6);
  CHECK(text::encode_window("abcdefgh", 2, ids) == 6);
  CHECK(ids == std::vector<std::int32_t>{0, 103, 104, 105, 106, 2});
  CHECK(text::encode_window("abc", 1, ids) == 4);
  CHECK(ids == std::vector<std::int32_t>{0, 102, 103, 2, 1, 1});
  CHECK(text::encode_window("abc", 3, ids) == 2);
  CHECK_THROWS_WITH(text::encode_window("abc", 4, ids), Catch::Contains("byte 4 of a text of 3"));
  std::vector<std::int32_t> two(2);
  CHECK_THROWS_WITH(text::encode_window("abc", 0, two), Catch::Contains("at least 3 tokens"));
}

TEST_CASE("text files are read whole, packed or not") {
  const ScratchFolder folder;
  const std::string body(200'000, 'x');
  CHECK(text::read_text(folder.file("plain.txt", body + "\nend")) == body + "\nend");
  const std::string packed = folder.gzip("packed.gz", body);
  CHECK(text::read_text(packed) == body);
  folder.gzip("packed.gz", "more", "ab");  // a second member
  CHECK(text::read_text(packed) == body + "more");
  CHECK(text::read_text(folder.file("empty.txt", "")).empty());
  CHECK(text::read_text(folder.file("windows.txt",
                                    "\xef\xbb\xbf"
                                    "a\r\nb\rc\r\n")) == "a\nb\rc\n");
}

TEST_CASE("what cannot be read is told with its cause") {
  const ScratchFolder folder;
  folder.file("alice.txt", "a");
  CHECK_THROWS_WITH(text::read_text(folder / "alise.txt"), Catch::Contains("no such file (did you mean 'alice.txt'?)"));
  CHECK_THROWS_WITH(text::read_text(folder / "nowhere/a.txt"), Catch::Contains("does not exist"));
  CHECK_THROWS_WITH(text::read_text(folder.path()), Catch::Contains("this is a folder"));
  CHECK_THROWS_WITH(text::read_text(folder.file("wide.txt",
                                                "\xff\xfe"
                                                "a")),
                    Catch::Contains("UTF-16"));
  std::string packed;
  {
    const std::string path = folder.gzip("whole.gz", std::string(5000, 'x') + "0123456789abcdefghijklmnopqrstuvwxyz");
    std::ifstream in(path, std::ios::binary);
    packed.assign(std::istreambuf_iterator<char>(in), {});
  }
  CHECK_THROWS_WITH(text::read_text(folder.file("cut.gz", packed.substr(0, packed.size() - 12))),
                    Catch::Contains("ends too early"));
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 0x55);  // the check sum
  CHECK_THROWS_WITH(text::read_text(folder.file("damaged.gz", packed)), Catch::Contains("damaged"));
}
