#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/motif.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace l2g::data {

namespace detail {

// Bits of a position against a uniform background.
inline double position_information(const std::array<double, 4>& p) {
  double bits = 2;
  for (const double x : p)
    if (x > 0) bits += x * std::log2(x);
  return bits;
}

// IUPAC codes: the letter at i stands for the bases of the bits of i + 1 (A 1, C 2, G 4, T 8).
inline constexpr std::string_view base_codes = "ACMGRSVTWYHKDBN";

// Bases that an IUPAC letter stands for, as a bit mask; 0 for no such letter.
inline unsigned bases_of(char letter) {
  if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  if (letter == 'U') letter = 'T';
  const auto i = base_codes.find(letter);
  return i == std::string_view::npos ? 0u : static_cast<unsigned>(i) + 1;
}

// Probability `inside` shared by the bases of the mask, the rest by the others.
inline std::array<double, 4> shared(unsigned mask, double inside) {
  int n = 0;
  for (unsigned b = 0; b < 4; ++b) n += (mask >> b) & 1;
  std::array<double, 4> p{};
  for (unsigned b = 0; b < 4; ++b) p[b] = (mask >> b) & 1 ? inside / n : (1 - inside) / (4 - n);
  return p;
}

}  // namespace detail

L2G_INLINE double Motif::information() const {
  double bits = 0;
  for (const auto& p : probabilities) bits += detail::position_information(p);
  return bits;
}

L2G_INLINE std::string Motif::consensus() const {
  std::string s;
  for (const auto& p : probabilities) s += "ACGT"[std::max_element(p.begin(), p.end()) - p.begin()];
  return s;
}

L2G_INLINE std::string Motif::iupac() const {
  std::string s;
  for (const auto& p : probabilities) {
    std::array<unsigned, 4> order{0, 1, 2, 3};
    std::stable_sort(order.begin(), order.end(), [&](unsigned a, unsigned b) { return p[a] > p[b]; });
    const double first = p[order[0]], second = p[order[1]];
    const unsigned one = 1u << order[0], two = one | 1u << order[1];
    s += detail::base_codes[(first > 0.5 && first > 2 * second ? one : first + second > 0.75 ? two : 15u) - 1];
  }
  return s;
}

L2G_INLINE Motif motif_from_consensus(const std::string& name, std::string_view consensus, double information) {
  if (consensus.empty()) throw error("motif '" + name + "': the consensus is empty");
  if (!(information >= 0 && information <= 1)) throw error("motif '" + name + "': information must be 0 to 1");
  Motif out{name, {}};
  for (const char letter : consensus) {
    const unsigned mask = detail::bases_of(letter);
    if (!mask) throw error("motif '" + name + "': '" + std::string(1, letter) + "' is not a DNA letter or IUPAC code");
    if (mask == 15) {
      out.probabilities.push_back({.25, .25, .25, .25});
      continue;
    }
    const double wanted = information * detail::position_information(detail::shared(mask, 1));
    // Information grows with the share inside, from 0 at the uniform one: halve the interval.
    int n = 0;
    for (unsigned b = 0; b < 4; ++b) n += (mask >> b) & 1;
    double low = n / 4.0, high = 1;
    for (int i = 0; i < 60 && information < 1; ++i) {
      const double middle = (low + high) / 2;
      (detail::position_information(detail::shared(mask, middle)) < wanted ? low : high) = middle;
    }
    out.probabilities.push_back(detail::shared(mask, high));
  }
  return out;
}

L2G_INLINE Motif reverse_complement(const Motif& motif) {
  Motif out{motif.name, {}};
  for (auto it = motif.probabilities.rbegin(); it != motif.probabilities.rend(); ++it)
    out.probabilities.push_back({(*it)[3], (*it)[2], (*it)[1], (*it)[0]});
  return out;
}

L2G_INLINE void check(const Motif& motif) {
  if (motif.probabilities.empty()) throw error("motif '" + motif.name + "' has no positions");
  for (std::size_t i = 0; i < motif.probabilities.size(); ++i) {
    double sum = 0;
    bool negative = false;
    for (const double x : motif.probabilities[i]) sum += x, negative = negative || !(x >= 0);
    if (!negative && std::abs(sum - 1) < 1e-3) continue;
    char text[64];
    std::snprintf(text, sizeof text, " add up to %g", sum);
    throw error("motif '" + motif.name + "': the probabilities of position " + std::to_string(i + 1) +
                (negative ? " are not all 0 or more" : text) + "; they must be 0 to 1 and add up to 1");
  }
}

}  // namespace l2g::data
