#include <l2g/dyn/model-inl.hpp>
#include <l2g/dyn/predict-inl.hpp>
#include <l2g/dyn/token_input-inl.hpp>
#include <l2g/dyn/train-inl.hpp>
#include <l2g/dyn/wide_fit-inl.hpp>
