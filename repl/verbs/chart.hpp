#pragma once
// A chart of any kind in the hands of the shell: drawn in the terminal or written to a file.
#include "plot/charts.hpp"
#include "registry.hpp"

namespace l2g::repl {

struct Chart {
  std::function<std::string(index_t width, bool colour)> text;
  std::function<void(const std::string& path, double scale)> write;
};

/// For TypeBuilder::chart: `.chart("roc", "...", [](const T& x) { return chart_of(roc_curves(x)); })`.
template <class C>
Value chart_of(C chart) {
  auto shared = std::make_shared<const C>(std::move(chart));
  return make_object<Chart>(
      Chart{[shared](index_t width, bool colour) { return plot::text_chart(*shared, width, colour); },
            [shared](const std::string& path, double scale) { plot::write_chart(*shared, path, scale); }});
}

}  // namespace l2g::repl
