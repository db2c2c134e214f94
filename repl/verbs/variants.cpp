// variant_effects, annotation: what a model says about places of a genome, and what they are called.
#include "display.hpp"
#include "genome_values.hpp"
#include "model_values.hpp"
#include "progress.hpp"
#include "verbs.hpp"

#include <fmt/format.h>
#include <l2g/data/annotation.hpp>
#include <l2g/dyn/variant_effect.hpp>

#include <algorithm>
#include <cmath>

namespace l2g::repl {
namespace {

using data::Annotation;
using model::VariantEffects;

std::string in_short(const Annotation& a) {
  std::string s = fmt::format("{}: {} feature{}", a.name(), a.size(), a.size() == 1 ? "" : "s");
  const auto types = a.types();
  for (std::size_t i = 0; i < types.size() && i < 3; ++i)
    s += fmt::format("{}{} {}", i ? ", " : " (", types[i].second, types[i].first);
  return s + (types.empty() ? "" : types.size() > 3 ? ", ...)" : ")");
}

std::string details_of(const Annotation& a) {
  constexpr std::size_t most = 12;
  std::string s = in_short(a) + "\n";
  const auto types = a.types();
  for (std::size_t i = 3; i < types.size() && i < most; ++i)
    s += fmt::format("{:>8} {}\n", types[i].second, types[i].first);
  if (types.size() > most) s += fmt::format("... and {} more types\n", types.size() - most);
  return s;
}

std::string in_short(const VariantEffects& e) {
  return fmt::format("{} variant{} by {}, windows of {} bases{}", e.size(), e.size() == 1 ? "" : "s", e.model, e.width,
                     e.both_strands ? ", both strands" : "");
}

// The class whose logit changes most; of two the second.
index_t leading_class(const VariantEffects& e, index_t i) {
  const auto classes = index_t(e.classes.size());
  if (classes == 2) return 1;
  index_t best = 0;
  for (index_t k = 1; k < classes; ++k)
    if (std::abs(e.difference[e.at(i, k)]) > std::abs(e.difference[e.at(i, best)])) best = k;
  return best;
}

std::string details_of(const VariantEffects& e) {
  std::string s = in_short(e) + "\n";
  const auto strongest = e.strongest(10);
  s += fmt::format("{:<28} {:<12} {:<12} {:>6} {:>6} {:>8}\n", "strongest first", "id", "class", "p ref", "p alt",
                   "logit");
  for (const index_t i : strongest) {
    const index_t k = leading_class(e, i);
    const auto& v = e.variants[std::size_t(i)];
    s += fmt::format("{:<28} {:<12} {:<12} {:>6.3f} {:>6.3f} {:>+8.3f}\n", fitted(data::text(v), 28), fitted(v.id, 12),
                     fitted(e.classes[std::size_t(k)], 12), e.reference[e.at(i, k)], e.alternative[e.at(i, k)],
                     e.difference[e.at(i, k)]);
  }
  if (e.size() > index_t(strongest.size())) s += fmt::format("... and {} more\n", e.size() - index_t(strongest.size()));
  for (const auto& note : e.notes) s += note + "\n";
  return s;
}

Value table_of(const data::Feature& f) {
  Value::Table out{{"chromosome", f.chromosome}, {"start", f.start}, {"end", f.end}, {"type", f.type}};
  if (f.strand != '.') out.emplace_back("strand", std::string(1, f.strand));
  if (!f.name.empty()) out.emplace_back("name", f.name);
  return out;
}

Value row_of(const VariantEffects& e, index_t i) {
  if (i == e.size() + 1) return {};
  if (i < 1 || i > e.size()) throw error(fmt::format("variant {} of 1 to {}", i, e.size()));
  const auto& v = e.variants[std::size_t(i - 1)];
  Value::Table reference, alternative, difference;
  for (std::size_t k = 0; k < e.classes.size(); ++k) {
    const std::size_t at = e.at(i - 1, index_t(k));
    reference.emplace_back(e.classes[k], e.reference[at]);
    alternative.emplace_back(e.classes[k], e.alternative[at]);
    difference.emplace_back(e.classes[k], e.difference[at]);
  }
  return Value::Table{{"chrom", v.chromosome}, {"pos", v.position + 1},         {"id", v.id},
                      {"ref", v.reference},    {"alt", v.alternative},          {"p_ref", reference},
                      {"p_alt", alternative},  {"logit_difference", difference}};
}

void register_types(Registry& registry) {
  registry.type<Annotation>("Annotation", "genes and other features of a genome, with their names")
      .summary([](const Annotation& a) { return in_short(a); })
      .details([](const Annotation& a) { return details_of(a); })
      .bytes([](const Annotation& a) { return a.features().capacity() * (sizeof(data::Feature) + 24); })
      .length([](const Annotation& a) { return a.size(); })
      .item([](const Annotation& a, index_t i) {
        if (i == a.size() + 1) return Value{};
        if (i < 1 || i > a.size()) throw error(fmt::format("feature {} of 1 to {}", i, a.size()));
        return table_of(a.features()[std::size_t(i - 1)]);
      })
      .field("types", "how many features of each type", [](const Annotation& a) {
        Value::Table t;
        for (const auto& [type, count] : a.types()) t.emplace_back(type, count);
        return t;
      });
  registry.type<VariantEffects>("VariantEffects", "what a model says about each variant; e[1] is the first of the file")
      .summary([](const VariantEffects& e) { return in_short(e); })
      .details([](const VariantEffects& e) { return details_of(e); })
      .bytes([](const VariantEffects& e) {
        return 3 * e.reference.capacity() * sizeof(double) + e.variants.capacity() * (sizeof(data::Variant) + 16);
      })
      .length([](const VariantEffects& e) { return e.size(); })
      .item([](const VariantEffects& e, index_t i) { return row_of(e, i); })
      .field("classes", "names of the classes", [](const VariantEffects& e) { return Value(e.classes); })
      .field("width", "bases of a window", [](const VariantEffects& e) { return e.width; })
      .field("strongest", "numbers of the variants, the strongest effect first",
             [](const VariantEffects& e) {
               std::vector<index_t> order = e.strongest(e.size());
               for (index_t& i : order) ++i;
               return Value(order);
             })
      .field("notes", "what was left out", [](const VariantEffects& e) { return Value(e.notes); });
}

Value variant_effects(const Arguments& a, Shell& shell) {
  const auto m = a.object<model::Model>("model");
  ProgressBar bar("variant effects");
  const data::Variants variants =
      data::read_variants(path_of(a.text("variants")), {a.flag("pass_only"), bar.callback()});
  const auto genome = genome_of(a, "genome", shell);
  model::VariantEffectOptions o;
  if (a.has("width")) o.width = a.integer("width");
  o.fitting.mismatch = a.text("mismatch") == "skip" ? data::Misfit::skip : data::Misfit::error;
  o.fitting.unknown = a.text("unknown") == "skip" ? data::Misfit::skip : data::Misfit::error;
  o.fitting.progress = bar.callback();
  o.beyond = a.text("beyond") == "skip"  ? model::WindowEnd::skip
             : a.text("beyond") == "pad" ? model::WindowEnd::pad
                                         : model::WindowEnd::error;
  o.letters.mask_lower_case = a.flag("mask_lower_case");
  o.pool = pool_of(shell);
  o.progress = bar.callback();
  auto effects = std::make_shared<VariantEffects>(model::variant_effects(*m, variants, *genome, o));
  bar.close();
  if (a.has("file")) {
    const std::string path = path_of(a.text("file"));
    model::write_csv(*effects, path);
    if (shell.settings.interactive) shell.say("wrote " + path);
  }
  return object(effects);
}

Value save_effects(const Arguments& a, Shell& shell) {
  const std::string path = path_of(a.text("path"));
  model::write_csv(*a.object<VariantEffects>("effects"), path);
  if (shell.settings.interactive) shell.say("wrote " + path);
  return {};
}

Value annotation(const Arguments& a, Shell&) {
  ProgressBar bar("annotation");
  data::AnnotationOptions o;
  if (a.has("types")) o.types = a.texts("types");
  o.progress = bar.callback();
  return make_object<Annotation>(data::read_annotation(path_of(a.text("path")), o));
}

Value features(const Arguments& a, Shell&) {
  Value::List out;
  for (const auto& f :
       a.object<Annotation>("annotation")->features_in(a.text("chromosome"), a.integer("start"), a.integer("end")))
    out.push_back(table_of(f));
  return out;
}

}  // namespace

void register_variant_verbs(Registry& registry) {
  register_types(registry);
  registry.add(
      {.name = "variant_effects",
       .group = "genomes",
       .doc = "Predicts the reference and the alternative allele of each variant in a VCF file, and their difference.",
       .parameters =
           {value_of({"Model"}, "model", "the model"), file("variants", "VCF, plain or .gz"), genome_parameter(),
            integer("width", "bases of a window; what the model reads when not given").at_least(1).optional(),
            text("beyond", "windows that go beyond their chromosome: error, skip, or pad with N")
                .one_of({"error", "skip", "pad"})
                .by_default("error"),
            text("mismatch", "variants whose reference allele is not the genome's")
                .one_of({"error", "skip"})
                .by_default("error"),
            text("unknown", "variants on chromosomes that the genome does not have")
                .one_of({"error", "skip"})
                .by_default("error"),
            flag("pass_only", "leave out lines whose FILTER is not PASS").by_default(false),
            flag("mask_lower_case", "read lower-case letters, which mark repeats, as N").by_default(false),
            file("file", "write a CSV: chrom, pos, id, ref, alt, then p_ref, p_alt and logit_difference of each class")
                .optional()},
       .run = variant_effects,
       .help =
           "The window has the first changed base in its middle. Its left edge stays; behind an insertion bases leave "
           "on the right, behind a deletion bases of the genome enter. Symbolic alleles (<DEL>, *) are left out and "
           "counted. All alleles are checked against the genome before the first prediction.",
       .example = "e = variant_effects(m, \"calls.vcf\", \"yeast.fa\", {file = \"effects.csv\"})\ne[e.strongest[1]]"});
  registry.add({.name = "save_effects",
                .group = "genomes",
                .doc = "Writes the effects of variants as CSV: chrom, pos, id, ref, alt, then p_ref, p_alt and "
                       "logit_difference of each class.",
                .parameters = {value_of({"VariantEffects"}, "effects", "the effects"), file("path", "a CSV file")},
                .run = save_effects,
                .example = "save_effects(e, \"effects.csv\")"});
  registry.add({.name = "annotation",
                .group = "genomes",
                .doc = "Reads genes and other features from a GFF3, GTF or BED file.",
                .parameters = {file("path", "the file, plain or .gz"),
                               list("types", "read these only: {\"gene\", \"CDS\"}").optional()},
                .run = annotation,
                .example = "a = annotation(\"genes.gff3\", {types = {\"gene\"}})\na:features(\"chrI\", 0, 10000)"});
  registry.add({.name = "features",
                .group = "genomes",
                .doc = "The features that lie in a stretch of a chromosome.",
                .parameters = {value_of({"Annotation"}, "annotation", "the features"), text("chromosome", "its name"),
                               integer("start", "first base, counted from 0, as in BED").at_least(0),
                               integer("end", "the base behind the last one").at_least(0)},
                .run = features,
                .example = "a:features(\"chrI\", 0, 10000)"});
}

}  // namespace l2g::repl
