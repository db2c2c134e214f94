// The objects of l2g::compiled: language models in use.
#include <l2g/dyn/byte_model-inl.hpp>
#include <l2g/dyn/features-inl.hpp>
#include <l2g/dyn/hidden_states-inl.hpp>
#include <l2g/dyn/language_classifier-inl.hpp>
#include <l2g/dyn/language_model-inl.hpp>
#include <l2g/dyn/language_reference-inl.hpp>
#include <l2g/dyn/language_use-inl.hpp>
#include <l2g/dyn/pretraining-inl.hpp>
#include <l2g/dyn/tuned_language_model-inl.hpp>
