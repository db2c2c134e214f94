#include <l2g/eval/bootstrap-inl.hpp>
#include <l2g/eval/classification-inl.hpp>
#include <l2g/eval/ranking-inl.hpp>
#include <l2g/eval/regression-inl.hpp>
#include <l2g/eval/score-inl.hpp>
