// The charts' numbers of l2g::compiled.
#include <l2g/report/comparison_charts-inl.hpp>
#include <l2g/report/html_page-inl.hpp>
