#include <l2g/dyn/variant_effect-inl.hpp>
