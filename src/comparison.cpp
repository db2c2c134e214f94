// The objects of l2g::compiled: models compared, on saved predictions and over fractions of the training rows.
#include <l2g/dyn/learning_curve-inl.hpp>
#include <l2g/dyn/predictions_file-inl.hpp>
