// Attribution of l2g::compiled.
#include <l2g/dyn/attribution-inl.hpp>
#include <l2g/interpret/contribution_files-inl.hpp>
