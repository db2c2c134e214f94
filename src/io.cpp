// The objects of l2g::compiled: files.
#include <l2g/io/atomic_file-inl.hpp>
#include <l2g/io/cache-inl.hpp>
#include <l2g/io/content_hash-inl.hpp>
#include <l2g/io/convert-inl.hpp>
#include <l2g/io/llama2c-inl.hpp>
#include <l2g/io/mapped_file-inl.hpp>
#include <l2g/io/messages-inl.hpp>
#include <l2g/io/named_tensors-inl.hpp>
#include <l2g/io/npy-inl.hpp>
#include <l2g/io/pickle-inl.hpp>
#include <l2g/io/safetensors-inl.hpp>
#include <l2g/io/shards-inl.hpp>
#include <l2g/io/tensor_set-inl.hpp>
#include <l2g/io/torch_zip-inl.hpp>
#include <l2g/io/zip-inl.hpp>
