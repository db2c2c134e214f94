#pragma once
// A chart of any kind in the hands of the shell: drawn in the terminal, written to a file, or put into a page.
#include "plot/charts.hpp"
#include "registry.hpp"

namespace l2g::repl {

struct Chart {
  std::function<std::string(index_t width, bool colour)> text;
  std::function<void(const std::string& path, double scale)> write;
  std::function<std::string(const std::string& id)> svg;  ///< an element of an HTML page, see plot::svg_of
};

/// For TypeBuilder::chart: `.chart("roc", "...", [](const T& x) { return chart_of(roc_curves(x)); })`.
template <class C>
Value chart_of(C chart) {
  auto shared = std::make_shared<const C>(std::move(chart));
  return make_object<Chart>(
      Chart{[shared](index_t width, bool colour) { return plot::text_chart(*shared, width, colour); },
            [shared](const std::string& path, double scale) { plot::write_chart(*shared, path, scale); },
            [shared](const std::string& id) { return plot::svg_of(plot::drawing_of(*shared), id); }});
}

}  // namespace l2g::repl
