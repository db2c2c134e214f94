// simulate: sequences whose motifs, and where they lie, are known.
#include "shell.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/simulate.hpp>
#include <l2g/data/summary.hpp>

namespace l2g::repl {
namespace {

using data::Simulated;

// A table that stands inside another one is checked as the arguments of a verb are.
const Verb& planting_form() {
  static const Verb form{
      .name = "planting",
      .group = "",
      .doc = "",
      .parameters = {text("motif", "the name of one of the motifs"),
                     integer("position", "first base of the motif, from 1").at_least(1).optional(),
                     integer("spread", "up to so many bases to either side").at_least(0).by_default(0),
                     integer("count", "how many in a row").at_least(1).by_default(1),
                     number("probability", "of each to be there").between(0, 1).by_default(1),
                     text("strand", "where it is planted").one_of({"+", "-", "either"}).by_default("either")},
      .run = {}};
  return form;
}

data::Planting planting_of(const std::string& name, const Value& value) {
  const auto* table = value.as<Value::Table>();
  if (!table)
    throw error("simulate: class '" + name + "' is a list of tables such as {motif = \"TATA\", position = 40}");
  const Arguments a = planting_form().check({}, *table);
  data::Planting p;
  p.motif = a.text("motif");
  p.count = a.integer("count");
  p.probability = a.number("probability");
  p.strand = a.text("strand") == "+"   ? data::PlantedStrand::forward
             : a.text("strand") == "-" ? data::PlantedStrand::reverse
                                       : data::PlantedStrand::either;
  if (a.has("position")) p.position = a.integer("position") - 1;
  p.spread = a.integer("spread");
  return p;
}

Value simulate(const Arguments& a, Shell& shell) {
  const auto seed = seed_of(a, shell);
  if (a.has("motifs") != a.has("classes"))
    throw error("simulate: 'motifs' and 'classes' are given together, or neither for the ready-made task");
  if (!a.has("motifs")) {
    for (const char* option : {"length", "gc"})
      if (a.has(option)) throw error(fmt::format("simulate: '{}' goes with 'motifs' and 'classes'", option));
    return make_object<Simulated>(data::simulate(data::example_simulation(a.integer("rows"), seed)));
  }
  data::Simulation s;
  s.seed = seed;
  if (a.has("length")) s.length = a.integer("length");
  if (a.has("gc")) s.background.gc = a.number("gc");
  for (const auto& [name, letters] : a.table("motifs")) {
    const auto* consensus = letters.as<std::string>();
    if (!consensus) throw error("simulate: motif '" + name + "' must be a text of letters such as \"TATAWAW\"");
    s.motifs.push_back(data::motif_from_consensus(name, *consensus, a.number("information")));
  }
  for (const auto& [name, plantings] : a.table("classes")) {
    data::SimulatedClass c{name, a.integer("rows"), {}};
    const auto* list = plantings.as<Value::List>();
    if (!list)
      throw error("simulate: class '" + name + "' must be a list of plantings, got " + kind_in_words(plantings));
    for (const auto& p : *list) c.plantings.push_back(planting_of(name, p));
    s.classes.push_back(std::move(c));
  }
  return make_object<Simulated>(data::simulate(s));
}

Value sites_of(const Simulated& s) {
  Value::List sites;
  for (const auto& site : s.sites)
    sites.push_back(Value::Table{{"row", site.row + 1},
                                 {"first", site.start + 1},
                                 {"last", site.end},
                                 {"strand", std::string(1, site.strand)},
                                 {"motif", site.motif}});
  return sites;
}

}  // namespace

void register_simulation_verbs(Registry& registry) {
  registry.type<Simulated>("Simulated", "made-up sequences and where their motifs lie")
      .summary([](const Simulated& s) {
        return fmt::format("{} simulated sequences, {} planted motifs", s.dataset.rows(), s.sites.size());
      })
      .details([](const Simulated& s) {
        return data::text(data::summary(s.dataset)) + fmt::format("planted: {} motifs\n", s.sites.size());
      })
      .bytes([](const Simulated& s) {
        std::size_t n = s.sites.capacity() * sizeof(data::Site);
        for (const auto& row : s.dataset.sequences) n += row.capacity();
        return n;
      })
      .part("data", "the sequences, a Dataset", &Simulated::dataset)
      .field("sites", "list of planted motifs: row, first and last base (from 1), strand, motif", sites_of);
  registry.add(
      {.name = "simulate",
       .group = "data",
       .doc = "Makes sequences with planted motifs; where these lie is known.",
       .parameters =
           {integer("rows", "sequences a class").between(1, 1e7).by_default(500),
            table("motifs", "name and letters (A C G T and IUPAC codes) of each motif").optional(),
            table("classes", "name and list of plantings of each class").optional(),
            integer("length", "bases of a sequence; 200").between(1, 1e6).optional(),
            number("gc", "share of G and C between the motifs; 0.5").between(0, 1).optional(),
            number("information", "1 plants the letters themselves, less blurs them").between(0, 1).by_default(1),
            integer("seed", "another seed than the session's").at_least(0).optional()},
       .run = simulate,
       .help =
           "Without motifs and classes it is a ready-made task: most sequences of class promoter hold a TATA box and "
           "an initiator behind it. A planting is a table {motif, position, spread, count, probability, strand}; "
           "without a position the motif lies anywhere. strand is \"+\" (as the letters stand), \"-\" (their reverse "
           "complement), or left out: either, by chance.",
       .example = "d = simulate()\ns = split(d)\n"
                  "d = simulate{rows = 200, length = 100, motifs = {TATA = \"TATAWAW\"},\n"
                  "  classes = {promoter = {{motif = \"TATA\", position = 40, spread = 5}}, background = {}}}\n"
                  "d.data\nd.sites[1]"});
}

}  // namespace l2g::repl
