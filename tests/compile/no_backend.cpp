// error: l2g: no backend for this device here. Cpu: include <l2g/cpu/backend.hpp>
#include <l2g/core/context.hpp>

l2g::Context<l2g::Cuda> context;
