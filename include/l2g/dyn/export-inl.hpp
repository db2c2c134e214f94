#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/dyn/export.hpp>

#include <cctype>

namespace l2g::model {

L2G_INLINE std::string cpp_header(const Spec& model, Seq in, std::string_view name) {
  bool fine = !name.empty() && !std::isdigit(static_cast<unsigned char>(name[0]));
  for (const char c : name) fine = fine && (std::isalnum(static_cast<unsigned char>(c)) || c == '_');
  if (!fine) throw error("export: '" + std::string(name) + "' is no C++ name: letters, digits and _, no digit first");
  const std::string id(name), type = build<float>(model, in).cpp();
  std::string lines;  // broken behind commas, so that people can read it
  for (std::size_t a = 0; a < type.size();) {
    std::size_t b = type.size() - a <= 112 ? type.size() : type.rfind(", ", a + 110);
    if (b == type.npos || b <= a) b = std::min(type.find(", ", a), type.size());
    const std::size_t end = b == type.size() ? b : b + 1;
    lines += (a ? "\n    " : "") + type.substr(a, end - a);
    a = end == type.size() ? end : end + 1;
  }
  std::string shape;
  for (int i = 0; i < 3; ++i) shape += (i ? ", " : "") + std::to_string(in[i]);
  return "#pragma once\n// Written by the l2g shell. Weights: " + id +
         ".safetensors (l2g::load_weights in <l2g/train/weights.hpp>).\n"
         "#include <l2g/nn/concat.hpp>\n#include <l2g/nn/conv1d.hpp>\n#include <l2g/nn/embedding.hpp>\n"
         "#include <l2g/nn/kmer_bag.hpp>\n#include <l2g/nn/pool.hpp>\n#include <l2g/nn/strand_mean.hpp>\n"
         "#include <l2g/nn/with_lora.hpp>\n\nnamespace l2g::models {\nusing " +
         id + " = " + lines + ";\nusing " + id + "_input = Shape<" + shape +
         ">;  // batch, length, channels\n}  // namespace l2g::models\n";
}

}  // namespace l2g::model
