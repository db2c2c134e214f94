// The objects of l2g::compiled: files.
#include <l2g/io/atomic_file-inl.hpp>
#include <l2g/io/system_error-inl.hpp>
