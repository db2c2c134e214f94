#include <l2g/eval/classification-inl.hpp>
#include <l2g/eval/ranking-inl.hpp>
#include <l2g/eval/regression-inl.hpp>
