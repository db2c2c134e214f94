#pragma once
// Published language models in the session: how they are opened, and options that several verbs share.
#include "shell.hpp"

#include <l2g/dyn/language_model.hpp>

namespace l2g::repl {

/// Is there a language model at this path: a folder with config.json, a file beside one, a llama2.c file, a byte model?
/// Where nothing is, "small-opt" and "byte-roberta" are the models that ship with the program; here and below.
bool holds_language_model(const std::string& path);

/// The file of a byte model (dyn/byte_model.hpp) by its path or name; empty when it is something else. The transfer of
/// one-hot sequences takes its encoder as it was trained, with queries, keys and values in one table.
std::string byte_model_file(const std::string& path);

/// Opens it; before a load of more than 200 MB the estimate of its memory is said.
std::shared_ptr<model::LanguageModel> open_language_model(const std::string& path, Shell& shell,
                                                          const std::string& tokenizer = {});

/// An argument that is a LanguageModel, the path of one, or a Model that was built on one: then it is the language
/// model inside, with the weights that it has now.
std::shared_ptr<model::LanguageModel> language_model_of(const Arguments& arguments, std::string_view name,
                                                        Shell& shell);
/// The language model inside of a Model. What stands outside of its body, the head, is that of the model it was built
/// on, which is opened from its path when this session did not build it.
std::shared_ptr<model::LanguageModel> language_model_in(const model::Model& model, Shell& shell);
/// A parameter that takes any of them.
Parameter language_model_parameter(std::string name, std::string doc);

/// prefix, suffix, max_tokens of a verb that has them.
text::EncodeOptions prompt_of(const Arguments& arguments);
std::vector<Parameter> prompt_parameters();

}  // namespace l2g::repl
