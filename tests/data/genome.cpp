// Stretches of an indexed FASTA file, and what is wrong with files and questions.
#include <l2g/data/genome.hpp>

#include "genome_files.hpp"
#include "message_of.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace l2g::data;
using Strings = std::vector<std::string>;

namespace {
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
std::string refusal(const std::string& path) {
  return message_of([&] { Genome genome(path); });
}
}  // namespace

TEST_CASE("stretches of a genome, plain and packed by bgzip, equal the text") {
  ScratchFolder folder;
  const std::string windows = [] {
    std::string s;
    for (const char c : small_fasta) s += c == '\n' ? "\r\n" : std::string(1, c);
    return s;
  }();
  for (const auto& path :
       {folder.file("a.fa", small_fasta), folder.file("windows.fa", windows), bgzip(folder, "b.fa.gz", small_fasta)}) {
    INFO(path);
    const Genome genome(path);
    CHECK(genome.chromosomes().names() == Strings{"chr1", "chr2", "chrM"});
    CHECK(genome.length(0) == 20);
    CHECK(genome.bases() == 34);
    const std::string first = "ACGTACGTTTTTGGGGACCA";
    for (int start = 0; start <= 20; ++start)
      for (int end = start; end <= 20; ++end)
        CHECK(genome.fetch(0, start, end) == first.substr(std::size_t(start), std::size_t(end - start)));
    CHECK(genome.fetch("chr2", 0, 10) == "ACGTNRYACC");
    CHECK(genome.fetch("chr2", 0, 10, {.mask_lower_case = true}) == "NNNNNRYACC");
    CHECK(genome.notes().size() == 1);
    CHECK(has(genome.notes()[0], "the index was missing and was built: " + path + ".fai"));
    CHECK(Genome(path).notes().empty());
  }
}

TEST_CASE("chr1 and 1 are one chromosome, chrM and MT too, and other names can be given") {
  ScratchFolder folder;
  const Genome genome(folder.file("a.fa", small_fasta), {.names = {{"NC_2", "chr2"}}});
  CHECK(genome.fetch("1", 0, 4) == "ACGT");
  CHECK(genome.fetch("MT", 0, 4) == "GATC");
  CHECK(genome.fetch("NC_2", 7, 10) == "ACC");
  CHECK(genome.fetch("chr2", 7, 10) == "ACC");
  CHECK(genome.chromosomes().names() == Strings{"chr1", "NC_2", "chrM"});
  CHECK(has(message_of([&] {
              Genome(folder / "a.fa", {.names = {{"chr1", "chr2"}}});
            }),
            "two chromosomes would be called 'chr1'"));
  CHECK(genome.chromosomes().find("chr3") == -1);
  CHECK(ChromosomeNames({"1", "MT"}).find("chrM") == 1);
  CHECK(ChromosomeNames({"1", "MT"}).find("chr1") == 0);
  CHECK(ChromosomeNames({"1", "chr1"}).find("Chr1") == -1);  // it could be either
  CHECK(ChromosomeNames({"1", "chr1"}).find("chr1") == 1);
  CHECK(message_of([&] { genome.fetch("chrr2", 0, 1); }) ==
        folder / "a.fa" + ": unknown chromosome 'chrr2' (did you mean 'chr1'?); there are chr1, NC_2, chrM");
  CHECK(has(message_of([&] {
              Genome(folder / "a.fa", {.names = {{"x", "chrX"}}});
            }),
            "the name 'x' cannot be given: unknown chromosome 'chrX'"));
}

TEST_CASE("a stretch that is none is refused by name") {
  ScratchFolder folder;
  const Genome genome(folder.file("a.fa", small_fasta));
  CHECK(message_of([&] { genome.fetch("chr1", 15, 21); }) ==
        folder / "a.fa" + ": chr1:15-21 goes beyond the chromosome, which has 20 bases");
  CHECK(has(message_of([&] { genome.fetch("chr1", -1, 4); }), "chr1:-1-4 goes beyond"));
  CHECK(has(message_of([&] { genome.fetch("chr1", 5, 4); }), "chr1:5-4 ends before it starts"));
  const Genome protein(folder.file("p.fa", ">p\nACGTMEEP\n"));
  CHECK(has(message_of([&] { protein.fetch("p", 2, 8); }), "p:2-8 at base 5: 'E' is not a DNA letter"));
}

TEST_CASE("what is no genome is refused before anything is built") {
  ScratchFolder folder;
  CHECK(has(refusal(folder / "no.fa"), "no such file"));
  CHECK(has(refusal(folder.path()), "this is a folder"));
  CHECK(has(refusal(folder.file("empty.fa", "")), "the file is empty"));
  CHECK(has(refusal(folder.file("blank.fa", "\n\n")), "the file holds no sequence"));
  CHECK(has(refusal(folder.file("bom.fa", "\xef\xbb\xbf" + small_fasta)), "bom.fa:1:1: a byte order mark"));
  CHECK(has(refusal(folder.file("reads.fq", "@r\nACGT\n+\nIIII\n")), "this is FASTQ"));
  CHECK(has(refusal(folder.file("table.csv", "sequence,label\nACGT,1\n")), "table.csv:1:1: a FASTA file starts with"));
  CHECK(has(refusal(folder.file("long.fa", ">a\nACGT\nACGTA\n")), "long.fa:3: the line has 5 letters"));
  CHECK(has(refusal(folder.file("short.fa", ">b\nAC\n>a\nACGT\nAC\nACGT\n")), "short.fa:5: the line has 2 letters"));
  CHECK(has(refusal(folder.file("gap.fa", ">a\nACGT\n\nACGT\n")), "gap.fa:3: the line has 0 letters"));
  const std::string packed = bgzip(folder, "cut.fa.gz", small_fasta);
  std::filesystem::resize_file(packed, std::filesystem::file_size(packed) - 10);
  CHECK(has(refusal(packed), "ends too early"));
  CHECK(folder.count() == 9);  // no index, whole or in part, beside any of them
}

TEST_CASE("a genome packed by plain gzip is unpacked once") {
  ScratchFolder folder, cache;
  const std::string path = folder.gzip("plain.fa.gz", small_fasta);
  const GenomeOptions options{.index_folder = cache.path()};
  for (const bool first : {true, false}) {
    const Genome genome(path, options);
    CHECK(genome.path() == path);
    CHECK(genome.chromosomes().names() == Strings{"chr1", "chr2", "chrM"});
    CHECK(genome.fetch("chr2", 0, 10) == "ACGTNRYACC");
    CHECK(genome.notes().size() == std::size_t(first));
    if (first) CHECK(has(genome.notes()[0], "packed by gzip, which cannot be read in the middle, and was unpacked"));
  }
  CHECK(folder.count() == 1);
  CHECK(cache.count() == 2);  // the copy and its index
  namespace fs = std::filesystem;
  const std::string cut = folder.gzip("cut.fa.gz", small_fasta + ">z\n" + std::string(50, 'A') + "\n");
  fs::resize_file(cut, fs::file_size(cut) - 12);
  CHECK(has(message_of([&] { Genome genome(cut, options); }), "cut.fa.gz"));
  CHECK(cache.count() == 2);
  // Another file under the same name is another genome.
  folder.gzip("plain.fa.gz", ">chr9\nAAAA\n");
  CHECK(Genome(path, options).chromosomes().names() == Strings{"chr9"});
}

TEST_CASE("an index that is old is built anew, and one that cannot stand beside the file goes to the cache") {
  ScratchFolder folder;
  namespace fs = std::filesystem;
  const std::string path = folder.file("a.fa", small_fasta);
  { const Genome genome(path); }
  folder.file("a.fa", ">chr9\nAAAA\n");
  fs::last_write_time(path + ".fai", fs::last_write_time(path) - std::chrono::hours(1));
  const Genome again(path);
  CHECK(has(again.notes().at(0), "older than the FASTA file"));
  CHECK(again.fetch("chr9", 0, 4) == "AAAA");

  // A folder of that name stands in for one that cannot be written, which root could.
  ::setenv("XDG_CACHE_HOME", (folder / "cache").c_str(), 1);
  const std::string other = folder.file("b.fa", small_fasta);
  fs::create_directories(other + ".fai/x");
  const Genome cached(other);
  CHECK(has(cached.notes().at(0), folder / "cache/l2g/genomes/b.fa-"));
  CHECK(cached.fetch("chrM", 0, 4) == "GATC");
  CHECK(Genome(other).notes().empty());
  ::unsetenv("XDG_CACHE_HOME");
  const Genome placed(path, {.index_folder = folder / "indexes"});
  CHECK(placed.notes().empty());  // the one beside the file is good

  folder.file("c.fa", small_fasta);
  folder.file("c.fa.fai", "chr1\t2000\t6\t8\t9\n");
  const Genome wrong(folder / "c.fa");
  CHECK(has(message_of([&] { wrong.fetch("chr1", 0, 1000); }), "the file is damaged, or its index"));
  folder.file("c.fa.fai", "nonsense");
  CHECK(has(refusal(folder / "c.fa"), "this is no index of"));
}

TEST_CASE("tangermeme's FASTA has blanks in front of its names") {
  REQUIRE_SAMPLE(fasta, "oracles/tangermeme/test.fa");
  ScratchFolder folder;
  std::filesystem::copy_file(fasta, folder / "test.fa");
  const Genome genome(folder / "test.fa");
  REQUIRE(genome.size() == 7);
  CHECK(genome.chromosomes().names()[0] == "chr1");
  CHECK(genome.length(6) == 2000);
  CHECK(genome.fetch("chr1", 0, 12) == "CGACTACTACCG");
}
