// Contributions in a session.
#include "at_the_prompt.hpp"
#include "scratch_folder.hpp"

#include <l2g/data/line_reader.hpp>
#include <l2g/io/npy.hpp>

using namespace l2g::repl;
using Catch::Contains;

TEST_CASE("contributions come with their certificate") {
  PromptWithNetwork l2g;
  CHECK_THAT(l2g("c = contributions(m, d.data, {rows = {1, 2, 3}})"),
             Contains("DeepLIFT/SHAP: logit of 'promoter' - logit of 'background'") &&
                 Contains("certificate: the sums miss the differences of outputs by") &&
                 Contains("against 20 dinucleotide shuffles (seed 1)"));
  CHECK(l2g("#c, c.certificate <= 1e-5, #c[2].values, #c[2].hypothetical, #c[2].hypothetical[1], "
            "c[2].sequence == d.data[2].sequence") == "3\ntrue\n100\n100\n4\ntrue");
  CHECK(l2g("c[1].strongest[1].name:match('^[ACGT]%d+$') ~= nil") == "true");
  CHECK_THAT(l2g("c[1]"), Contains("sum of contributions"));
  CHECK(l2g("sum = 0; for _, x in ipairs(c[1].values) do sum = sum + x end;\n"
            "math.abs(c[1].value - c[1].reference - sum) < 1e-4") == "true");
  CHECK_THAT(l2g("c.values"), Contains("these are the contributions of 3 sequences: item 1 is the first"));
  CHECK_THAT(
      l2g("contributions(m, d.data[1].sequence, {method = 'integrated', against = 'blank', class = "
          "'background', precision = 'double'})"),
      Contains("integrated gradients: logit of 'background' - logit of 'promoter'") && Contains("against no bases"));
  CHECK_THAT(l2g("g = m:contributions(d.data, {method = 'gradient', corrected = true, rows = {4}})"),
             Contains("gradient x input") && Contains("less the mean of the four bases"));
  CHECK(l2g("g.certificate, #g, g.reference") == "nil\n1\nnil");
}

TEST_CASE("contributions go into files") {
  PromptWithNetwork l2g;
  const ScratchFolder folder;
  const std::string path = folder.path() + "/c";
  l2g.does("c = contributions(m, d.data, {rows = {1, 2}, references = 2})");
  for (const char* ending : {"tsv", "bedgraph", "npz"})
    CHECK(l2g("save_contributions(c, '" + path + "." + ending + "')") == "");
  std::string line;
  l2g::data::LineReader table(path + ".tsv");
  CHECK((table.next(line) && line == "sequence\tposition\tbase\tcontribution\tA\tC\tG\tT"));
  l2g::index_t lines = 0;
  while (table.next(line)) ++lines;
  CHECK(lines == 200);
  const l2g::io::NpzFile arrays(path + ".npz");
  const auto hypothetical = arrays.read("hypothetical"), one_hot = arrays.read("one_hot"),
             observed = arrays.read("observed");
  CHECK(hypothetical.shape == std::vector<l2g::index_t>{2, 4, 100});
  const auto h = hypothetical.values<double>(), x = one_hot.values<double>(), o = observed.values<double>();
  for (std::size_t i = 0; i < h.size(); ++i) REQUIRE(o[i] == Approx(x[i] * h[i]).margin(1e-6));
  CHECK_THAT(l2g("save_contributions(c, '" + path + ".doc')"), Contains(".tsv, .bedgraph or .npz"));
}

TEST_CASE("contributions that make no sense are one line, before long work") {
  PromptWithNetwork l2g;
  l2g.refuses("contributions(m, d.data, {class = 'promotor'})", "unknown class 'promotor' (did you mean 'promoter'?)");
  l2g.refuses("contributions(m, d.data, {class = 3})", "unknown class '3'; there are background, promoter");
  l2g.refuses("contributions(m, d.data, {rows = {41}})", "row 41 of data with rows 1 to 40");
  l2g.refuses("contributions(m, d.data, {method = 'deep'})", "deeplift, gradient, integrated");
  l2g.refuses("contributions(m, 'ACGTJX')", "the sequence:1:5");
  l2g.refuses("contributions(m, 'no such file.fa')", "no such file.fa");
  l2g.refuses("contributions(m, 12)",
              "'data' is a sequence, a Dataset or the path of a sequence file, got a whole number");
  l2g.refuses("contributions(m, d.data, {references = 0})", "references");
}
