// Files and folders, and what is wrong with them.
#include <l2g/data/load.hpp>

#include <unistd.h>

#include "message_of.hpp"
#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <catch2/catch.hpp>

using namespace l2g::data;
using Strings = std::vector<std::string>;

namespace {
std::string refusal(const std::string& path, const LoadOptions& options = {}) {
  return message_of([&] { load(path, options); });
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("what a file is shows from its first line") {
  ScratchFolder folder;
  CHECK(load(folder.file("a.txt", ">x\nACGT\n")).train.rows() == 1);
  CHECK(load(folder.file("b.txt", "\n\nsequence,label\nACGT,1\nACGA,0\n")).train.rows() == 2);
  CHECK(load(folder.gzip("c.csv.gz", "sequence,label\nACGT,1\nACGA,0\n")).train.rows() == 2);
  CHECK(load(folder.file("d.csv", "sequence\nACGT\n")).train.name == "d");
}

TEST_CASE("a folder of train, dev and test shares one list of classes") {
  ScratchFolder folder;
  folder.file("train.csv", "sequence,label\nACGT,b\nACGA,a\n");
  folder.gzip("valid.tsv.gz", "sequence\tlabel\nACGT\tc\nACGA\ta\n");
  folder.file("test.fa", ">x|b\nACGT\n>y|a\nACGA\n");
  folder.file("README.md", "notes");
  const Splits s = load(folder.path());
  CHECK(s.train.classes == Strings{"a", "b", "c"});
  CHECK(s.dev.classes == s.train.classes);
  CHECK(s.test.classes == s.train.classes);
  CHECK(s.dev.notes.back() == "class 'c' does not occur in train");
  CHECK(s.train.labels == std::vector<std::int32_t>{1, 0});
  CHECK(s.dev.labels == std::vector<std::int32_t>{2, 0});
  CHECK(s.test.labels == std::vector<std::int32_t>{1, 0});
  CHECK(load(folder.path() + "/").train.name == std::filesystem::path(folder.path()).filename().string() + "/train");
}

TEST_CASE("a folder of one FASTA file a class, also within train and test") {
  ScratchFolder folder;
  for (const char* part : {"", "train/", "test/"}) {
    folder.file(std::string("set/") + part + "promoter.fa", ">1\nACGT\n>2\nACGA\n");
    folder.file(std::string("set/") + part + "enhancer.txt", ">1\nGGGG\n");
  }
  const Dataset flat = load(folder / "set/train").train;
  CHECK(flat.classes == Strings{"enhancer", "promoter"});
  CHECK(flat.labels == std::vector<std::int32_t>{0, 1, 1});
  const Splits s = load(folder / "set");
  CHECK(s.train.rows() == 3);
  CHECK(s.test.rows() == 3);
  CHECK(s.dev.empty());
}

TEST_CASE("one number in two spellings is not two classes") {
  ScratchFolder folder;
  folder.file("train.csv", "sequence,label\nACGT,1\nACGA,0\n");
  folder.file("test.csv", "sequence,label\nACGT,1.0\nACGA,0.0\n");
  CHECK(has(refusal(folder.path()), "the labels '0' and '0.0' are one number; write it in one way"));
}

TEST_CASE("missing files name what is near") {
  ScratchFolder folder;
  folder.gzip("train.csv.gz", "sequence\nACGT\n");
  CHECK(has(refusal(folder / "train.csv"), "no such file (did you mean 'train.csv.gz'?)"));
  CHECK(has(refusal(folder / "tran.csv"), "(did you mean 'train.csv.gz'?)"));
  CHECK(has(refusal(folder / "something_else"), "the folder holds train.csv.gz"));
  CHECK(has(refusal(folder / "no/where/train.csv"), "does not exist"));
  CHECK(has(message_of([&] { load_file(folder.path()); }), "this is a folder; a file was expected"));
}

TEST_CASE("folders that hold no task say what they hold") {
  ScratchFolder folder;
  CHECK(has(refusal(folder.path()), "here is nothing"));
  folder.file("a.csv", "sequence\nACGT\n");
  CHECK(has(refusal(folder.path()), "here are a.csv"));
  folder.file("test.csv", "sequence,label\nACGT,1\n");
  CHECK(has(refusal(folder.path()), "there is no train file, only a.csv, test.csv"));
  folder.file("train.csv", "sequence,label\nACGT,1\n");
  folder.file("train.fa", ">1\nACGT\n");
  CHECK(has(refusal(folder.path()), "both train.csv and train.fa could be the train part"));
  std::filesystem::remove(folder / "train.csv");
  CHECK(has(refusal(folder.path()), "the test part has labels, the train part has none"));
}

TEST_CASE("progress is told and an interrupt honoured while a file is read") {
  ScratchFolder folder;
  std::string text = "sequence,label\n";
  for (int i = 0; i < 10000; ++i) text += i % 2 ? "ACGTACGTACGT,1\n" : "ACGTACGTACGA,0\n";
  const std::string path = folder.file("big.csv", text);
  LoadOptions options;
  int calls = 0;
  options.progress.self = &calls;
  options.progress.report = [](void* self, double fraction, std::string_view) {
    CHECK(fraction <= 1);
    ++*static_cast<int*>(self);
  };
  CHECK(load(path, options).train.rows() == 10000);
  CHECK(calls == 2);
  l2g::request_interrupt();
  CHECK_THROWS_AS(load(path, options), l2g::Interrupted);
}

TEST_CASE("real files") {
  REQUIRE_SAMPLE(tata, "gue/prom/prom_core_tata");
  const Splits s = load(tata);
  CHECK(s.train.rows() == 4904);
  CHECK(s.dev.rows() == 613);
  CHECK(s.test.rows() == 613);
  REQUIRE_SAMPLE(splice, "uci/splice.data");
  const Dataset uci = load_file(splice);
  CHECK(uci.rows() == 3190);
  CHECK(uci.classes == Strings{"EI", "IE", "N"});
  CHECK(std::count(uci.labels.begin(), uci.labels.end(), 2) == 1655);
  REQUIRE_SAMPLE(histone, "nt_downstream/H3/test.fna.gz");
  CHECK(load_file(histone).rows() == 1497);
  CHECK(load_file(histone).classes == Strings{"0", "1"});
  REQUIRE_SAMPLE(peaks, "chip_ctcf_pu1");
  const Dataset chip = load(peaks).train;
  CHECK(chip.classes == Strings{"ctcf", "pu1"});
  CHECK(std::count(chip.labels.begin(), chip.labels.end(), 0) == 39184);
  CHECK(std::count(chip.labels.begin(), chip.labels.end(), 1) == 28677);
}
