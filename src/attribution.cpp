// Attribution of l2g::compiled.
#include <l2g/dyn/attribution-inl.hpp>
