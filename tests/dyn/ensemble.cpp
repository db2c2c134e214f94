// Several models as one.
#include <l2g/dyn/architectures.hpp>
#include <l2g/dyn/ensemble.hpp>
#include <l2g/dyn/logits.hpp>

#include <catch2/catch.hpp>

#include "scratch_folder.hpp"

using namespace l2g;

namespace {

const data::EncodeOptions input{20, 5, false, false};

data::Dataset rows() {
  data::Dataset d;
  d.sequences = {"ACGTTGCAACCATGATTACA", "GATTACA", "TTTTTTTGGGCACCNNA", "CCCCCCCCCCCCCCCCCCCC"};
  return d;
}
model::Model member(std::uint64_t seed, const auto& around) {
  std::vector<model::Spec> parts{
      model::cnn_embedder({.channels = 4, .kernels = {3, 3, 3}, .pool = 2}).named("embedder")};
  for (model::Spec& s : model::classifier(true, 3, 0.1, 2)) parts.push_back(std::move(s));
  model::Model m = model::make_model("m" + std::to_string(seed), around(model::sequential(std::move(parts))), input,
                                     {"no", "yes"}, seed);
  for (auto& [key, t] : m.weights)  // bags start at zero, norms at one: nothing shall be the same by chance
    for (std::size_t i = 0; i < t.values.size(); ++i)
      if (t.role == Role::trained) t.values[i] += 0.1F * float(double(i * seed % 7) - 3);
  return m;
}

}  // namespace

TEST_CASE("the logits of an ensemble are the mean of its members'", "[dyn]") {
  const auto mixed = [](std::uint64_t seed) {
    return member(seed, [&](model::Spec s) {
      if (seed == 1) return model::with_wide_path(std::move(s), 0.5, 2);
      if (seed == 2) return model::with_kmer_bag({.type = "strand_mean", .parts = {std::move(s)}}, 3, true, 2);
      return s;
    });
  };
  model::Model a = mixed(1), b = mixed(2), c = mixed(3);
  for (model::Model* m : {&a, &b, &c}) m->notes["preset"] = "honest", m->notes["training seed"] = m->name;
  const model::Model* const members[] = {&a, &b, &c};
  const model::Model e = model::ensemble(members, "three");
  CHECK(e.parameters() == a.parameters() + b.parameters() + c.parameters());
  CHECK(e.notes.at("ensemble of") == "m1, m2, m3");
  CHECK(e.notes.at("preset") == "honest");  // what they have in common, and no more
  CHECK(e.notes.count("training seed") == 0);
  const data::Dataset d = rows();
  const auto of = [&](const model::Model& m) { return model::Logits(m, 4, nullptr)(d); };
  const auto za = of(a), zb = of(b), zc = of(c), ze = of(e);
  for (std::size_t i = 0; i < ze.size(); ++i) CHECK(ze[i] == Approx((za[i] + zb[i] + zc[i]) / 3).margin(1e-5));
  CHECK(of(a) == za);  // the members stay as they were

  ScratchFolder folder;
  model::save(e, folder / "e.l2g");
  CHECK(of(model::load_model(folder / "e.l2g")) == ze);
}

TEST_CASE("an ensemble says why models do not go together", "[dyn]") {
  const auto plain = [](model::Spec s) { return s; };
  const model::Model a = member(1, plain);
  const auto refused = [&](const model::Model& b, const char* why) {
    const model::Model* const members[] = {&a, &b};
    CHECK_THROWS_WITH(model::ensemble(members, "e"), Catch::Contains(why));
  };
  model::Model b = member(2, plain);
  b.classes = {"no", "perhaps"};
  refused(b, "'m1' and 'm2' know other classes");
  b = member(2, plain), b.input.pad_right = true;
  refused(b, "read another input");
  b = member(2, plain), b.both_strands = true;
  refused(b, "averages over both strands");
  b = member(2, [](model::Spec s) {
    s.parts.push_back(model::layer("tanh"));
    return s;
  });
  refused(b, "ends in tanh");
  const model::Model* const alone[] = {&a};
  CHECK_THROWS_WITH(model::ensemble(alone, "e"), Catch::Contains("two models or more, got 1"));
}
