#pragma once
// Small genomes on disk.
#include <htslib/bgzf.h>

#include "sample_data.hpp"
#include "scratch_folder.hpp"

#include <l2g/data/line_reader.hpp>

// chr1: 20 bases in lines of 8, the last one shorter; chr2: 10 bases; chrM: 4 bases.
inline const std::string small_fasta = ">chr1 the first\nACGTACGT\nTTTTGGGG\nACCA\n>chr2\nacgtnRYA\nCC\n>chrM\nGATC\n";

inline std::string bgzip(const ScratchFolder& folder, const std::string& name, const std::string& text) {
  const std::string path = folder / name;
  BGZF* file = bgzf_open(path.c_str(), "w");
  const auto written = bgzf_write(file, text.data(), text.size());
  if (bgzf_close(file) != 0 || written < 0) throw std::runtime_error("cannot write " + path);
  return path;
}

// The two yeast chromosomes as one plain file with the names of their BED files; empty when the data are not here.
inline std::string yeast(const ScratchFolder& folder) {
  std::string text;
  for (const char* name : {"1", "2"}) {
    const std::string path = sample_data(std::string("genome/yeast/chr0") + name + ".fsa.gz");
    if (path.empty()) return {};
    l2g::data::LineReader lines(path);
    std::string line;
    while (lines.next(line)) text += (line[0] == '>' ? name[0] == '1' ? ">chrI" : ">chrII" : line) + "\n";
  }
  return folder.file("yeast.fa", text);
}
