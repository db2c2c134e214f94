// Attribution, motifs and perturbations of l2g::compiled.
#include <l2g/interpret/shuffle-inl.hpp>
