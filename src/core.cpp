// The objects of l2g::compiled: each file here includes -inl headers and instantiates them once.
#include <l2g/core/context-inl.hpp>
#include <l2g/core/shape-inl.hpp>
