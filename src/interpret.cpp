// Attribution, motifs and perturbations of l2g::compiled.
#include <l2g/interpret/mutagenesis-inl.hpp>
#include <l2g/interpret/perturb-inl.hpp>
#include <l2g/interpret/shuffle-inl.hpp>
