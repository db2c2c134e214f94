#pragma once
// Static embeddings: one vector for each word, learnt by skip-gram with negative sampling (Mikolov et al. 2013,
// "Distributed Representations of Words and Phrases and their Compositionality").
#include <l2g/core/philox.hpp>
#include <l2g/core/progress.hpp>

#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace l2g::text {

/// Texts as numbers of words. A word that is -1 is not known; nothing is said of it and nothing across it.
struct WordRows {
  std::vector<std::string> words;               // by number, the most frequent first; equal counts: in their order
  std::vector<index_t> counts;                  // how often each stands in the rows
  std::vector<std::vector<std::int32_t>> rows;  // one for each text
};

/// The overlapping k-mers of each sequence, in upper case; those with another letter than A, C, G, T are -1. Throws
/// error for k outside of 1 to 12 and when there is none.
WordRows kmer_rows(std::span<const std::string> sequences, index_t k);
/// The words of each text: runs of letters (every byte above 127 is one), digits and apostrophes, in lower case where
/// they are ASCII. Those that stand there less often than `least` are -1. Throws error when none is left.
WordRows word_rows(std::span<const std::string> texts, index_t least = 1);

struct SkipGramOptions {
  index_t width = 16;      // numbers of a vector
  index_t window = 2;      // words on each side, at most: of each place a number from 1 to `window` is drawn
  index_t negatives = 5;   // words that are drawn against each one that stands there
  index_t epochs = 3;      // passes over the rows
  double rate = 0.05;      // learning rate at the start; it falls to a ten-thousandth of that
  double power = 0.75;     // negatives are drawn by the counts to this power
  std::uint64_t seed = 1;  // of the first vectors, windows and negatives
  Progress progress{};
};

/// Vectors of words: (words, width) each. What stands in `contexts` foretells, what stands in `vectors` is used.
struct WordVectors {
  std::vector<std::string> words;
  std::vector<index_t> counts;
  index_t width = 0;
  std::vector<float> vectors, contexts;
  double loss = 0;  // mean of a pair in the last pass, nats

  index_t size() const { return index_t(words.size()); }
  std::span<const float> vector(index_t word) const {
    return std::span(vectors).subspan(std::size_t(word * width), std::size_t(width));
  }
  /// Its number; throws error with a near word.
  index_t find(std::string_view word) const;
  /// Cosine of the angle between two vectors, in [-1, 1]; 0 where one of them is all zeros.
  double cosine(index_t a, index_t b) const;
};
struct Neighbour {
  index_t word = 0;
  double cosine = 0;
};
/// The words whose vectors point the same way, the nearest first; the word itself is not among them.
std::vector<Neighbour> nearest(const WordVectors& vectors, index_t word, index_t most);

/// Loss of a word with vector v beside the words `targets`, of which the first stands there and the others were drawn:
///   -log sigma(u_0 v) - sum over n > 0 of log sigma(-u_n v)    (Mikolov et al. 2013, Eq. 4)
/// u: (targets, width), one row for each target. Adds -factor times its gradient to dv (width) and du (targets, width).
template <class T>
double skip_gram_loss(std::span<const T> v, std::span<const T> u, T factor, std::span<T> dv, std::span<T> du) {
  const std::size_t width = v.size(), targets = u.size() / width;
  double loss = 0;
  for (std::size_t n = 0; n < targets; ++n) {
    const T* const c = u.data() + n * width;
    T dot = 0;
    for (std::size_t i = 0; i < width; ++i) dot += v[i] * c[i];
    const double x = n == 0 ? double(dot) : -double(dot);
    loss += x > 0 ? std::log1p(std::exp(-x)) : std::log1p(std::exp(x)) - x;
    const double sigma = 1 / (1 + std::exp(-double(dot)));
    const T g = factor * T((n == 0 ? 1.0 : 0.0) - sigma);
    for (std::size_t i = 0; i < width; ++i) {
      dv[i] += g * c[i];
      du[n * width + i] += g * v[i];
    }
  }
  return loss;
}

/// Trains by plain descent, one pair after the other: the vectors follow from rows, options and nothing else. A drawn
/// word that is the one that stands there is left out. Throws error when no word stands beside another, and for options
/// that make no sense.
WordVectors skip_gram(const WordRows& rows, const SkipGramOptions& options = {});

}  // namespace l2g::text

#ifndef L2G_COMPILED
#include <l2g/text/skip_gram-inl.hpp>
#endif
