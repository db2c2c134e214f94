// Mutants of sequences in the eyes of a model, for l2g::compiled.
#include <l2g/dyn/logits-inl.hpp>
#include <l2g/dyn/mutagenesis-inl.hpp>
#include <l2g/dyn/perturb-inl.hpp>
