// The objects of l2g::compiled: files.
#include <l2g/io/atomic_file-inl.hpp>
#include <l2g/io/convert-inl.hpp>
#include <l2g/io/mapped_file-inl.hpp>
#include <l2g/io/messages-inl.hpp>
#include <l2g/io/npy-inl.hpp>
#include <l2g/io/safetensors-inl.hpp>
#include <l2g/io/zip-inl.hpp>
