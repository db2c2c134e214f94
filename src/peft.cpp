// The objects of l2g::compiled: adapters in files.
#include <l2g/peft/files-inl.hpp>
#include <l2g/peft/targets-inl.hpp>
