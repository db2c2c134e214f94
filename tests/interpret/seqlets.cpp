// Seqlets: tangermeme's results on a real model's contributions, and what must hold for any.
#include "data/message_of.hpp"
#include "sample_data.hpp"

#include <l2g/core/philox.hpp>
#include <l2g/interpret/seqlets.hpp>
#include <l2g/io/npy.hpp>

#include <cmath>

using namespace l2g;
using interpret::Seqlet;
using interpret::Track;

namespace {

// What the bases contribute: (6, 2114).
std::vector<Track> gata(const std::string& path) {
  const io::NpzFile file(path);
  const auto x = file.read("X").values<double>(), attr = file.read("attr").values<double>();
  std::vector<Track> tracks(6, Track(2114));
  for (std::size_t r = 0; r < 6; ++r)
    for (std::size_t b = 0; b < 4; ++b)
      for (std::size_t i = 0; i < 2114; ++i) tracks[r][i] += x[(r * 4 + b) * 2114 + i] * attr[(r * 4 + b) * 2114 + i];
  return tracks;
}

std::vector<Track> drawn(index_t rows, index_t length, std::uint64_t seed) {
  const Rng rng{seed, 0};
  std::vector<Track> tracks(std::size_t(rows), Track(std::size_t(length), 0.0));
  for (index_t r = 0; r < rows; ++r)
    for (index_t i = 0; i < length; ++i)
      tracks[std::size_t(r)][std::size_t(i)] =
          (double(rng.below(1, std::uint64_t(r * length + i), 100000)) - 50000) / 1e6;
  return tracks;
}

void plant(Track& t, index_t at, index_t length, double height) {
  for (index_t i = 0; i < length; ++i) t[std::size_t(at + i)] += height;
}

}  // namespace

TEST_CASE("recursive seqlets of tangermeme", "[interpret][seqlets]") {
  REQUIRE_SAMPLE(path, "oracles/golden/seqlets_gata.npz");
  auto golden = io::NpzFile(path).read("recursive").values<double>();
  const auto found = interpret::recursive_seqlets(gata(path));
  REQUIRE(found.size() == 24);
  // Equal p-values have no order there.
  for (std::size_t i = 0; i < 24; ++i) {
    bool there = false;
    for (std::size_t k = 0; k < 24 && !there; ++k) {
      const double* g = &golden[5 * k];
      there = double(found[i].row) == g[0] && double(found[i].start) == g[1] && double(found[i].end) == g[2] &&
              std::abs(found[i].attribution - g[3]) < 1e-6 && std::abs(found[i].p - g[4]) < 1e-6;
    }
    INFO(found[i].row << " " << found[i].start << " " << found[i].end << " " << found[i].p);
    CHECK(there);
    CHECK(std::abs(found[i].p - golden[5 * i + 4]) < 1e-6);
  }
  interpret::RecursiveOptions o;
  o.p = 0.1;
  CHECK(interpret::recursive_seqlets(gata(path), o).size() == 250);
  o.p = 0.001;
  CHECK(interpret::recursive_seqlets(gata(path), o).size() == 8);
}

TEST_CASE("seqlets of TF-MoDISco", "[interpret][seqlets]") {
  REQUIRE_SAMPLE(path, "oracles/golden/seqlets_gata.npz");
  const auto golden = io::NpzFile(path).read("tfmodisco").values<double>();
  const auto found = interpret::modisco_seqlets(gata(path));
  REQUIRE(found.size() == 164);
  index_t positive = 0;
  for (std::size_t i = 0; i < 164; ++i) {
    INFO(i);
    CHECK(double(found[i].row) == golden[4 * i]);
    CHECK(double(found[i].start) == golden[4 * i + 1]);
    CHECK(double(found[i].end) == golden[4 * i + 2]);
    CHECK(std::abs(found[i].attribution - golden[4 * i + 3]) < 1e-6);
    positive += found[i].attribution > 0;
  }
  CHECK(positive == 59);
}

TEST_CASE("planted stretches are found, also low ones and at both ends", "[interpret][seqlets]") {
  auto tracks = drawn(20, 300, 3);
  plant(tracks[2], 100, 10, 1.0);
  plant(tracks[7], 0, 8, 1.0);
  plant(tracks[9], 292, 8, 1.0);
  plant(tracks[11], 50, 9, -1.0);
  interpret::RecursiveOptions o;
  o.as_published = false;
  o.p = 0.001;
  const auto near = [](const std::vector<Seqlet>& all, index_t row, index_t start, index_t end) {
    return std::any_of(all.begin(), all.end(), [&](const Seqlet& s) {
      return s.row == row && std::abs(s.start - start) <= 3 && std::abs(s.end - end) <= 3;
    });
  };
  const auto high = interpret::recursive_seqlets(tracks, o);
  CHECK(near(high, 2, 100, 110));
  CHECK(near(high, 7, 0, 8));
  CHECK(near(high, 9, 292, 300));
  CHECK_FALSE(near(high, 11, 50, 59));
  o.negative = true;
  const auto low = interpret::recursive_seqlets(tracks, o);
  CHECK(near(low, 11, 50, 59));
  for (const auto& s : low) CHECK(s.attribution < 0);
  for (const auto& list : {high, low})
    for (std::size_t i = 0; i < list.size(); ++i) {
      CHECK(list[i].p < 0.001);
      if (i) CHECK(list[i - 1].p <= list[i].p);
      for (std::size_t k = 0; k < i; ++k)
        CHECK((list[i].row != list[k].row || list[i].end <= list[k].start || list[k].end <= list[i].start));
    }
  const auto windows = interpret::modisco_seqlets(tracks);
  const auto holds = [&](index_t row, index_t at) {
    return std::any_of(windows.begin(), windows.end(),
                       [&](const Seqlet& s) { return s.row == row && s.start <= at && at < s.end; });
  };
  CHECK(holds(2, 105));
  CHECK(holds(11, 54));
}

TEST_CASE("rows of different lengths, equal values, and what is wrong", "[interpret][seqlets]") {
  CHECK(interpret::recursive_seqlets({Track(40, 0.5), Track(3, 0.5)}).empty());
  auto tracks = drawn(5, 100, 1);
  tracks.push_back({});
  tracks.push_back({1, 2});
  CHECK_NOTHROW(interpret::recursive_seqlets(tracks));
  CHECK_NOTHROW(interpret::modisco_seqlets(tracks));
  CHECK(interpret::modisco_seqlets({Track(10, 1.0)}).empty());
  CHECK_NOTHROW(interpret::modisco_seqlets({Track(100, 1.0)}));
  CHECK_NOTHROW(interpret::modisco_seqlets({Track(100, 0.0)}));
  CHECK(message_of([] { interpret::recursive_seqlets({}); }) == "seqlets: there are no contributions");
  CHECK(message_of([] {
          interpret::recursive_seqlets({{1, NAN}});
        }) == "seqlets: a contribution of row 1 is not a number");
  interpret::RecursiveOptions o;
  o.p = 1;
  CHECK(message_of([&] { interpret::recursive_seqlets({{1, 2}}, o); }) == "p must be above 0 and below 1");
}
