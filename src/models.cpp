// The objects of l2g::compiled: configurations, names of tensors and costs of published models.
#include <l2g/models/config-inl.hpp>
#include <l2g/models/cost-inl.hpp>
#include <l2g/models/keys-inl.hpp>
