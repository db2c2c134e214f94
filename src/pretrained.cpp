// The objects of l2g::compiled: published checkpoints.
#include <l2g/dyn/pretrained-inl.hpp>
#include <l2g/dyn/pretrained_spec-inl.hpp>
