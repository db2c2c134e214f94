// The objects of l2g::compiled: training.
#include <l2g/train/checkpoint-inl.hpp>
#include <l2g/train/loop-inl.hpp>
#include <l2g/train/sampler-inl.hpp>
#include <l2g/train/weights-inl.hpp>
