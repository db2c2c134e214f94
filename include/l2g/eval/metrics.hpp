#pragma once
// Metrics on plain spans, in double. The convention of all of them: a row with a negative label (a NaN target in
// regression) is masked, that is left out; extents that do not fit throw l2g::error; an undefined value is NaN.
#include <l2g/eval/classification.hpp>
#include <l2g/eval/ranking.hpp>
#include <l2g/eval/regression.hpp>
