// The objects of l2g::compiled: text and the byte language model.
#include <l2g/models/byte_language_model-inl.hpp>
#include <l2g/text/bytes-inl.hpp>
#include <l2g/text/conll-inl.hpp>
#include <l2g/text/context_model-inl.hpp>
#include <l2g/text/masking-inl.hpp>
#include <l2g/text/reference-inl.hpp>
#include <l2g/text/skip_gram-inl.hpp>
