// The objects of l2g::compiled: scores over fractions of the training rows.
#include <l2g/dyn/learning_curve-inl.hpp>
