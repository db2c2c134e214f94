#include <l2g/io/atomic_file.hpp>
#include <l2g/io/cache.hpp>

#include <stdlib.h>
#include <catch2/catch.hpp>

#include "scratch_folder.hpp"

using Catch::Contains;
using l2g::io::Cache;
using l2g::io::CachedArray;
using l2g::io::ContentHash;

namespace {
std::string hash(std::string_view s) { return ContentHash().bytes(std::as_bytes(std::span(s))).text(); }
}  // namespace

// MurmurHash3_x64_128 with seed 0, as widely published for these two; the third is the empty input's.
TEST_CASE("a content hash has the known values", "[io]") {
  REQUIRE(hash("hello") == "cbd8a7b341bd9b025b1e906a48ae1d19");
  REQUIRE(hash("The quick brown fox jumps over the lazy dog") == "e34bbc7bbc071b6c7a433ca9c49a9347");
  REQUIRE(hash("") == std::string(32, '0'));
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 7);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto all = std::as_bytes(std::span(text));
    REQUIRE(ContentHash().bytes(all.first(cut)).bytes(all.subspan(cut)).text() == hash(text));
  }
  REQUIRE(ContentHash().add("ab").add("c").text() != ContentHash().add("a").add("bc").text());
  REQUIRE(ContentHash().add(1).text() != ContentHash().add(2).text());
  REQUIRE(ContentHash().add(ContentHash().add(1)).text() != ContentHash().add(1).text());
}

TEST_CASE("what is cached is made once", "[io]") {
  const ScratchFolder folder;
  const Cache cache(folder / "deep/cache");
  const ContentHash key = ContentHash().add("a key");
  int made = 0;
  const auto make = [&] {
    ++made;
    return CachedArray{{2, 3}, {1, 2, 3, 4, 5, 0.5f}};
  };
  REQUIRE_FALSE(cache.load("features", key));
  auto first = cache.cached("features", key, make);
  REQUIRE_FALSE(first.found);
  REQUIRE(first.note.empty());
  auto second = cache.cached("features", key, make);
  REQUIRE(second.found);
  REQUIRE(made == 1);
  REQUIRE(second.array.values == first.array.values);
  REQUIRE(second.array.extents == first.array.extents);
  REQUIRE_FALSE(cache.cached("features", ContentHash().add("another"), make).found);
  REQUIRE_FALSE(cache.cached("others", key, make).found);
  REQUIRE(made == 3);
  REQUIRE_THROWS_WITH(cache.path("../x", key), Contains("more than letters, digits"));
}

TEST_CASE("a damaged file of the cache is made anew", "[io]") {
  const ScratchFolder folder;
  const Cache cache(folder.path());
  const ContentHash key = ContentHash().add("k");
  const auto make = [] { return CachedArray{{100}, std::vector<float>(100, 1.5f)}; };
  cache.cached("x", key, make);
  const std::string path = cache.path("x", key), whole = read_bytes(path);
  for (const std::size_t n : {whole.size() - 4, whole.size() / 2, std::size_t(3), std::size_t(0)}) {
    l2g::io::write_file(path, whole.substr(0, n));
    const auto again = cache.cached("x", key, make);
    REQUIRE_FALSE(again.found);
    REQUIRE_THAT(again.note, Contains(path) && Contains("; it is made anew"));
    REQUIRE(again.array.values.size() == 100);
    REQUIRE(read_bytes(path) == whole);
  }
  std::string flipped = whole;
  flipped[whole.size() - 7] ^= 1;
  l2g::io::write_file(path, flipped);
  REQUIRE_THAT(cache.cached("x", key, make).note, Contains("its numbers are not those that were written"));
  const ContentHash other = ContentHash().add("other");
  l2g::io::write_file(cache.path("x", other), whole);
  REQUIRE_THAT(cache.cached("x", other, make).note, Contains("it belongs to another key"));
  REQUIRE(cache.cached("x", other, make).found);
}

TEST_CASE("a cache that cannot be written costs only the keeping", "[io]") {
  const ScratchFolder folder;
  l2g::io::write_file(folder / "file", "");
  const auto make = [] { return CachedArray{{1}, {2}}; };
  const auto result = Cache(folder / "file/below").cached("x", ContentHash(), make);
  REQUIRE(result.array.values == std::vector<float>{2});
  REQUIRE_THAT(result.note, Contains("not kept for the next time: ") && Contains("cannot make the folder"));
  REQUIRE_THAT(Cache("").cached("x", ContentHash(), make).note, Contains("set XDG_CACHE_HOME or HOME"));
  REQUIRE_THROWS_WITH(Cache(folder.path()).store("x", ContentHash(), {{2}, {1}}), Contains("cannot have 1 numbers"));
  // What the maker throws passes through and nothing is kept.
  const auto fail = []() -> CachedArray { throw l2g::Interrupted("stopped"); };
  REQUIRE_THROWS_AS(Cache(folder.path()).cached("x", ContentHash(), fail), l2g::Interrupted);
  REQUIRE(folder.count() == 1);
}

TEST_CASE("the cache lies where the desktop specification says", "[io]") {
  const char* const xdg = getenv("XDG_CACHE_HOME");
  const std::string before = xdg ? xdg : "";
  setenv("XDG_CACHE_HOME", "/somewhere/else", 1);
  REQUIRE(Cache().folder() == "/somewhere/else/l2g");
  setenv("XDG_CACHE_HOME", "relative", 1);
  const char* const home = getenv("HOME");
  REQUIRE(Cache().folder() == (home ? std::string(home) + "/.cache/l2g" : std::string()));
  if (xdg) {
    setenv("XDG_CACHE_HOME", before.c_str(), 1);
  } else {
    unsetenv("XDG_CACHE_HOME");
  }
}
