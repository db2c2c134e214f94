// BED and narrowPeak files, and the sequences of their intervals.
#include <l2g/data/intervals.hpp>
#include <l2g/data/load.hpp>
#include <l2g/data/split_by_chromosome.hpp>

#include "genome_files.hpp"
#include "message_of.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace l2g::data;
using Strings = std::vector<std::string>;
using Labels = std::vector<std::int32_t>;

namespace {
Intervals read(const std::string& text, const IntervalOptions& options = {}) {
  auto lines = LineReader::from_text(text, "f.bed");
  return read_intervals(lines, options);
}
std::string refusal(const std::string& text, const IntervalOptions& options = {}) {
  return message_of([&] { read(text, options); });
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("BED of three to twelve columns, with track lines, comments, Windows line ends and a byte order mark") {
  const auto three = read(
      "\xef\xbb\xbf"
      "browser position chr1\r\ntrack name=x\r\n# hello\r\nchr1\t2\t6\r\n\r\nchr2\t0\t3");
  REQUIRE(three.size() == 2);
  CHECK(three.rows[0].chromosome == "chr1");
  CHECK(three.rows[0].start == 2);
  CHECK(three.rows[0].end == 6);
  CHECK(three.rows[0].strand == '.');
  CHECK(three.rows[1].line == 6);
  CHECK_FALSE(three.labelled);
  const auto six = read("chr1 2 6 p1 7 -\nchr1 3   7 p2 8 +\n");
  CHECK(six.rows[0].strand == '-');
  CHECK(six.rows[1].name == "p2");
  CHECK(read("c\t1\t2\tn\t0\t+\t1\t2\t0\t1\t1\t0\n").columns.back() == "blockStarts");
  CHECK(read("").rows.empty());
  ScratchFolder folder;
  CHECK(read_intervals(folder.gzip("x.bed.gz", "chr1\t2\t6\n")).size() == 1);
}

TEST_CASE("labels of intervals: a column by name or number, one for all, or what the header calls a label") {
  const std::string six = "chr1\t2\t6\ta\t7\t-\nchr1\t3\t7\tb\t8\t+\n";
  CHECK(read(six, {.label_column = "name"}).rows[1].label == "b");
  CHECK(read(six, {.label_column = "score"}).rows[1].label == "8");
  CHECK(read(six, {.label_column = "5"}).rows[0].label == "7");
  CHECK(read(six, {.label = "peak"}).rows[0].label == "peak");
  const std::string named = "#chrom\tstart\tend\tmark\tlabel\tstrand\nchr1\t2\t6\tH3\t1\t-\n";
  const auto guessed = read(named);
  CHECK(guessed.rows[0].label == "1");
  CHECK(guessed.rows[0].strand == '-');
  CHECK(guessed.notes == Strings{"label: column 'label'"});
  CHECK_FALSE(read(named, {.without_labels = true}).labelled);
  CHECK(read("chrom,\tstart\tend\nchr1\t2\t6\n").size() == 1);
  CHECK(
      refusal(six, {.label_column = "nmae"}) ==
      "f.bed:1: unknown label column 'nmae' (did you mean 'name'?); there are chrom, start, end, name, score, strand");
  CHECK(has(refusal(six, {.label_column = "chrom"}), "the chromosome cannot be the label"));
  CHECK(refusal("c\t1\t2\t\n", {.label_column = "name"}) == "f.bed:1:7: the label is empty");
}

TEST_CASE("what is no BED is refused with line and column") {
  CHECK(refusal("chr1\t-5\t6\n") == "f.bed:1:6: the start -5 is negative");
  CHECK(refusal("chr1\t1\t6\nchr1\t9\t6\n") == "f.bed:2:6: the start 9 lies behind the end 6");
  CHECK(refusal("chr1\t1\tx\n") == "f.bed:1:8: the end 'x' is not a whole number");
  CHECK(refusal("chr1\t1\t99999999999999999999\n") ==
        "f.bed:1:8: the end '99999999999999999999' is not a whole number");
  CHECK(refusal("chr1\t1\n") == "f.bed:1: 2 columns; BED has at least three: chromosome, start, end");
  CHECK(refusal("chr1\t1\t2\nchr1\t1\t2\tx\n") == "f.bed:2: 4 columns, expected 3 as in the first interval");
  CHECK(refusal("chr1\t1\t2\tx\t0\tplus\n") == "f.bed:1:14: the strand 'plus' is not + - or .");
  CHECK(has(refusal("##fileformat=VCFv4.3\n"), "this is VCF"));
  CHECK(has(refusal("##gff-version 3\n"), "this is GFF or GTF"));
  CHECK(has(refusal(">x\nACGT\n"), "this is FASTA"));
  CHECK(has(message_of([] { read_intervals("/nowhere/x.bed"); }), "no such file"));
  ScratchFolder folder;
  const std::string packed = folder.gzip("cut.bed.gz", "chr1\t2\t6\nchr1\t2\t7\n");
  std::filesystem::resize_file(packed, std::filesystem::file_size(packed) - 6);
  CHECK(has(message_of([&] { read_intervals(packed); }), "the gzip file ends too early"));
  CHECK(has(message_of([&] { load_file(folder.file("p.bed", "chr1\t2\t6\n")); }), "holds places, not sequences"));
}

TEST_CASE("a narrowPeak has summits") {
  const auto peaks = read("chr1\t2\t12\tp\t0\t.\t3.5\t-1\t2e1\t4\nchr1\t2\t12\tq\t0\t.\t3.5\t-1\t2\t-1\n");
  CHECK(peaks.summits);
  CHECK(peaks.rows[0].summit == 6);
  CHECK(peaks.rows[1].summit == -1);
  CHECK(refusal("chr1\t2\t12\tp\t0\t.\t3\t1\t2\t1\nchr1\t2\t12\tp\t0\t.\t3\t1\t2\t40\n") ==
        "f.bed:2:23: the summit '40' is not -1, nor a base of an interval of 10");
  ScratchFolder folder;
  const Genome genome(folder.file("a.fa", small_fasta));
  const auto best = sequences(peaks, genome, {.width = 4});
  CHECK(best.ids == Strings{"chr1:4-8", "chr1:5-9"});
  CHECK(best.sequences == Strings{"ACGT", "CGTT"});
  CHECK(sequences(peaks, genome, {.width = 4, .around = Around::centre}).ids[0] == "chr1:5-9");
  CHECK(has(message_of([&] { sequences(peaks, genome, {.width = 4, .around = Around::summit}); }),
            "f.bed:2: this interval has no summit"));
}

TEST_CASE("sequences of intervals: strands, windows, ids, labels, other names of chromosomes") {
  ScratchFolder folder;
  const Genome genome(folder.file("a.fa", small_fasta));
  const auto d =
      sequences(read("1\t0\t5\ta\t0\t+\nchr1\t6\t13\tb\t0\t-\nMT\t0\t4\ta\t0\t.\n", {.label_column = "name"}), genome);
  CHECK(d.name == "f");
  CHECK(d.sequences == Strings{"ACGTA", "CAAAAAC", "GATC"});
  CHECK(d.ids == Strings{"chr1:0-5(+)", "chr1:6-13(-)", "chrM:0-4"});
  CHECK(d.classes == Strings{"a", "b"});
  CHECK(d.labels == Labels{0, 1, 0});
  CHECK(d.notes.at(0) == "chromosomes: '1' is 'chr1' in the genome, and so on (2 names)");
  // Odd and even widths around odd and even intervals: the base (start + end) / 2 has width / 2 bases to its left.
  const auto rows = read("chr1\t8\t10\nchr1\t8\t11\n");
  CHECK(sequences(rows, genome, {.width = 4}).ids == Strings{"chr1:7-11", "chr1:7-11"});
  CHECK(sequences(rows, genome, {.width = 5}).ids == Strings{"chr1:7-12", "chr1:7-12"});
  CHECK(sequences(read("chr1\t8\t8\n"), genome, {.width = 2}).ids == Strings{"chr1:7-9"});
  CHECK(has(message_of([&] { sequences(read("chr1\t8\t8\n"), genome); }), "f.bed:1: the interval is empty"));
  CHECK(sequences(read("chr1\t0\t4\tx\t0\t-\n"), genome, {.strands = false}).sequences[0] == "ACGT");
  const auto place = parse_interval("chr1:6-13(-)");
  REQUIRE(place);
  CHECK(place->end == 13);
  CHECK(place->strand == '-');
  CHECK(text(*place) == "chr1:6-13(-)");
  for (const char* wrong : {"chr1", "chr1:1", ":1-2", "chr1:2-1", "chr1:-1-2", "chr1:a-b", "chr1:1-2(.)"})
    CHECK_FALSE(parse_interval(wrong));
}

TEST_CASE("all places and names are checked before anything is read") {
  ScratchFolder folder;
  const Genome genome(folder.file("a.fa", small_fasta));
  const auto rows = read("chr1\t15\t25\nchr1\t0\t4\nchr9\t1\t2\nchr2\t8\t12\nchrM\t9\t12\n");
  const std::string told = message_of([&] { sequences(rows, genome); });
  CHECK(
      told ==
      "f.bed: beyond the chromosome: 3 of 5 intervals (line 1, chr1:15-25 of 20 bases; line 4, chr2:8-12 of 10 "
      "bases; line 5, chrM:9-12 of 4 bases); beyond = \"skip\" leaves them out, \"shrink\" cuts them; on chromosomes "
      "that " +
          folder / "a.fa" +
          " does not have: 1 of 5 intervals (line 3, 'chr9'): unknown chromosome 'chr9' (did you mean 'chr1'?); there "
          "are chr1, chr2, chrM; unknown = \"skip\" leaves them out");
  CHECK(has(message_of([&] { sequences(rows, genome, {.beyond = Beyond::skip}); }), "f.bed: on chromosomes that "));
  const auto skipped = sequences(rows, genome, {.beyond = Beyond::skip, .skip_unknown = true});
  CHECK(skipped.ids == Strings{"chr1:0-4"});
  CHECK(has(skipped.notes.at(0), "left out: 1 of 5 intervals on chromosomes"));
  CHECK(has(skipped.notes.at(1), "left out: 3 of 5 intervals beyond the chromosome"));
  const auto cut = sequences(rows, genome, {.beyond = Beyond::shrink, .skip_unknown = true});
  CHECK(cut.ids == Strings{"chr1:15-20", "chr1:0-4", "chr2:8-10"});
  CHECK(has(message_of([&] { sequences(read("chr9\t0\t1\n"), genome, {.skip_unknown = true}); }),
            "none of 1 intervals is within"));
  CHECK(has(message_of([&] { sequences(read("chr9\t0\t1\n"), genome); }),
            "unknown = \"skip\" leaves them out, names give the genome's chromosomes other names"));
  CHECK(message_of([&] { sequences(read(""), genome); }) == "f.bed: the file holds no interval");
  CHECK(has(message_of([&] { sequences(rows, genome, {.width = -1}); }), "a width of -1"));
}

TEST_CASE("rows are split by chromosome") {
  ScratchFolder folder;
  const Genome genome(folder.file("a.fa", small_fasta));
  const auto d = sequences(read("chr1\t0\t4\nchr2\t0\t4\nchr1\t4\t8\nchrM\t0\t4\n"), genome);
  const auto s = split_by_chromosome(d, {{"2"}, {"chrM"}});
  CHECK(s.train.ids == Strings{"chr1:0-4", "chr1:4-8"});
  CHECK(s.dev.ids == Strings{"chr2:0-4"});
  CHECK(s.test.ids == Strings{"chrM:0-4"});
  const auto refused = [&](const ChromosomeParts& parts) { return message_of([&] { split_by_chromosome(d, parts); }); };
  CHECK(refused({{}, {"chr7"}}) ==
        "split by chromosome: no row lies on 'chr7'; there are chr1 (2 rows), chr2 (1 rows), chrM (1 rows)");
  CHECK(has(refused({{"1"}, {"chr1"}}), "'chr1' is asked for twice"));
  CHECK(has(refused({{"1"}, {"chr2", "chrM"}}), "nothing is left for train"));
  CHECK(has(refused({}), "say which are dev and which are test"));
  Dataset other;
  other.sequences = {"ACGT"};
  CHECK(has(message_of([&] { split_by_chromosome(other, {{}, {"chr1"}}); }), "row 1 has no id"));
}

TEST_CASE("the labelled windows of six yeast histone marks are the rows of the published task") {
  ScratchFolder folder;
  const std::string path = yeast(folder);
  if (path.empty()) {
    WARN("skipped: needs genome/yeast in the folder named by L2G_DATA");
    return;
  }
  const Genome genome(path);
  l2g::index_t windows = 0;
  for (const char* mark : {"H3", "H3K4me1", "H3K4me2", "H3K4me3", "H3K9ac", "H4"}) {
    REQUIRE_SAMPLE(bed, std::string("derived/emp_bed/") + mark + ".bed.gz");
    REQUIRE_SAMPLE(pool, std::string("derived/emp_pool/") + mark);
    std::map<std::string, std::string> labels;
    const Splits published = load(pool);
    for (const Dataset* part : {&published.train, &published.dev, &published.test})
      for (std::size_t i = 0; i < part->sequences.size(); ++i)
        labels[part->sequences[i]] = part->classes[std::size_t(part->labels[i])];
    const auto d = sequences(read_intervals(bed), genome);
    l2g::index_t wrong = 0;
    for (std::size_t i = 0; i < d.sequences.size(); ++i) {
      const auto found = labels.find(d.sequences[i]);
      wrong += found == labels.end() || found->second != d.classes[std::size_t(d.labels[i])];
    }
    CHECK(wrong == 0);
    windows += d.rows();
  }
  CHECK(windows == 3757);
}

TEST_CASE("tangermeme's BED files fit its FASTA") {
  REQUIRE_SAMPLE(fasta, "oracles/tangermeme/test.fa");
  REQUIRE_SAMPLE(one, "oracles/tangermeme/test.bed");
  REQUIRE_SAMPLE(two, "oracles/tangermeme/test2.bed");
  ScratchFolder folder;
  std::filesystem::copy_file(fasta, folder / "test.fa");
  const Genome genome(folder / "test.fa");
  const auto first = sequences(read_intervals(one), genome);
  CHECK(first.rows() == 5);
  CHECK(first.ids[3] == "chr2:25-55");
  // tangermeme.io.extract_loci(bed, fasta, in_window=width) of tangermeme 1.6.
  CHECK(sequences(read_intervals(one), genome, {.width = 10}).sequences ==
        Strings{"AACTGACTGA", "CTACCATGAC", "GACTCTACAT", "CTACTGCTAT", "ACTCATATCT"});
  CHECK(sequences(read_intervals(one), genome, {.width = 9}).sequences ==
        Strings{"ACTGACTGA", "TACCATGAC", "ACTCTACAT", "TACTGCTAT", "CTCATATCT"});
  CHECK(sequences(read_intervals(two), genome, {.width = 10}).sequences ==
        Strings{"GAACTGACTA", "TGACTGCATA", "ACTCATATCT", "CTATCATGAC", "GGAGCACATC", "CACTACTACT", "CTGGCACGTT",
                "CANNNNNNNN", "GCTGACGCAT"});
}
