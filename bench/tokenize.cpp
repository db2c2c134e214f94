// Our side of bench/tokenizer_peer.py: l2g_tokenize TOKENIZER FILE [--ids] [--family gpt2|roberta|opt]
// Each line of the file is a text. --ids prints their ids, a line each; otherwise answers "run" lines on standard input
// with the processor seconds of one pass. l2g_tokenize --train FILE FOLDER SIZE [--letters] learns byte pair encoding
// from the lines (over bytes, or over letters) and saves it (tests/goldens/check_tokenizer.py).
#include <l2g/text/load_tokenizer.hpp>
#include <l2g/text/train_bpe.hpp>

#include "measure.hpp"

#include <fstream>
#include <iostream>

namespace {
std::vector<std::string> lines_of(const char* path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}
}  // namespace

int main(int count, char** words) try {
  using namespace l2g::text;
  if (count >= 5 && std::string(words[1]) == "--train") {
    TrainBpeOptions learn;
    learn.vocabulary = std::stol(words[4]);
    learn.byte_level = count == 5;
    train_bpe(lines_of(words[2]), learn).tokenizer.save(words[3]);
    return 0;
  }
  if (count < 3) {
    std::fprintf(stderr, "usage: l2g_tokenize TOKENIZER FILE [--ids] [--family gpt2|roberta|opt]\n");
    return 2;
  }
  LoadTokenizerOptions options;
  bool ids = false;
  for (int i = 3; i < count; ++i) {
    const std::string word = words[i];
    ids |= word == "--ids";
    if (word == "gpt2") options.family = TokenizerFamily::gpt2;
    if (word == "roberta") options.family = TokenizerFamily::roberta;
    if (word == "opt") options.family = TokenizerFamily::opt;
  }
  const double begin = bench::now(CLOCK_THREAD_CPUTIME_ID);
  const Tokenizer tokenizer = load_tokenizer(words[1], options);
  const double loaded = bench::now(CLOCK_THREAD_CPUTIME_ID) - begin;
  const std::vector<std::string> texts = lines_of(words[2]);
  if (ids) {
    std::string row;
    for (const std::string& text : texts) {
      row.clear();
      for (const std::int32_t id : tokenizer.ids(text)) (row += std::to_string(id)) += ' ';
      if (!row.empty()) row.back() = '\n';
      std::fwrite(row.data(), 1, row.size(), stdout);
    }
    return 0;
  }
  std::fprintf(stderr, "loaded in %.1f ms\n", 1e3 * loaded);
  for (std::string line; std::getline(std::cin, line);) {
    std::size_t tokens = 0;
    const double start = bench::now(CLOCK_THREAD_CPUTIME_ID);
    for (const std::string& text : texts) tokens += tokenizer.encode(text).ids.size();
    std::printf("%.6f %zu\n", bench::now(CLOCK_THREAD_CPUTIME_ID) - start, tokens);
    std::fflush(stdout);
  }
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
