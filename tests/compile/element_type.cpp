// error: not_an_element_type
#include <l2g/core/dtype.hpp>

struct Complex {};
constexpr l2g::Dtype type = l2g::dtype_of<Complex>;
