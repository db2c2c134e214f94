#pragma once
// Charts along a sequence, as plain numbers: logos, contribution tracks, effects of every mutation. NaN values are
// gaps.
#include <l2g/report/charts.hpp>

namespace l2g::report {

/// Letters on top of each other at each position, each as high as its value; what is negative hangs upside down.
struct Logo {
  std::string title = "Motif";
  std::string x_name = "position (base)", y_name = "information (bits)";
  std::string letters = "ACGT";
  std::vector<double> heights{};  ///< (length, letters)
  index_t first = 1;              ///< what the first position is called
  double top = unknown_value;     ///< the axis goes up to here: 2 for bits; NaN: as high as the letters
  bool classic = false;           ///< green, blue, orange, red instead of the colour-blind set

  index_t length() const { return letters.empty() ? 0 : index_t(heights.size() / letters.size()); }
};

/// A named stretch of a sequence: positions start to end - 1, the first is 0.
struct Stretch {
  index_t start = 0, end = 0;
  char strand = '.';  ///< '+', '-' or '.'
  std::string name{};
  double score = unknown_value;
};

/// What each base of a sequence contributes, with motif hits shaded and genes below.
struct ContributionTrack {
  std::string title = "Contributions";
  std::string x_name = "position (base)", y_name = "contribution";
  std::string sequence{};
  std::vector<double> values{};  ///< one a base
  std::vector<Stretch> hits{}, features{};
  index_t first = 1;  ///< what the first position is called
  bool classic = false;
};

/// How the output changes when a base is replaced: (length, 4), A C G T; the cell of the base that stands there is 0.
struct MutationChart {
  std::string title = "Effect of every mutation";
  std::string x_name = "position (base)", value_name = "change of the output";
  std::string sequence{};
  std::vector<double> values{};
  index_t first = 1;
};

}  // namespace l2g::report
