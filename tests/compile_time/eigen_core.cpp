// Yardstick.
#include <Eigen/Core>
