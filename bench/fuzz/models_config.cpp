// Any bytes as config.json: refused with a one-line file_error, or sizes that make sense, and a text that says the
// same.
#include <l2g/dyn/pretrained_spec.hpp>
#include <l2g/models/config.hpp>
#include <l2g/models/keys.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace l2g;
  try {
    const models::Config c = models::parse_config({reinterpret_cast<const char*>(data), size}, "config.json");
    if (c.vocabulary < 1 || c.width < 1 || c.width % c.heads != 0 || c.heads % c.key_value_heads != 0) std::abort();
    if (models::body_parameters(c) < c.vocabulary || models::title_of(c).empty()) std::abort();
    models::key_table(c);
    if (model::to_json(model::spec_of(c, models::Task::classifier)).empty()) std::abort();
    const models::Config again = models::parse_config(models::config_json(c), "config.json");
    if (again.architecture != c.architecture || models::body_parameters(again) != models::body_parameters(c) ||
        again.labels != c.labels)
      std::abort();
  } catch (const file_error& e) {
    if (std::string_view(e.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
