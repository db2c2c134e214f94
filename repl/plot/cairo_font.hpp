#pragma once
// The one font of all pictures.
#include <cairo.h>

#include "plot/canvas.hpp"

namespace l2g::plot {

/// The same letter widths at every scale and in every format: no hinting.
void choose_font(cairo_t* cairo, Font font);

}  // namespace l2g::plot
