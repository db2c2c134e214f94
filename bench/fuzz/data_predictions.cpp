// Any bytes as a file of predictions: refused with a one-line file_error, or rows of probabilities of three classes.
#include <l2g/data/predictions_file.hpp>

#include <cmath>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::string> classes{"0", "1", "EI"};
  try {
    auto lines = l2g::data::LineReader::from_text({reinterpret_cast<const char*>(data), size}, "input");
    const auto found = l2g::data::read_predictions(lines, classes);
    const std::size_t rows = found.ids.size();
    if (found.called.size() != rows || found.probability.size() != 3 * rows) std::abort();
    for (const double p : found.probability)
      if (!(p >= 0 && p <= 1)) std::abort();
  } catch (const l2g::file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
