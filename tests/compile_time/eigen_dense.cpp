// Yardstick.
#include <Eigen/Dense>
