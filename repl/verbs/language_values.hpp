#pragma once
// Published language models in the session: how they are opened, and options that several verbs share.
#include "shell.hpp"

#include <l2g/dyn/language_model.hpp>

namespace l2g::repl {

/// Is there a published model at this path: a folder with config.json, a file beside one, a llama2.c file? Where
/// nothing is, "small-opt" is the model that ships with the program; here and below.
bool holds_language_model(const std::string& path);

/// Opens it; before a load of more than 200 MB the estimate of its memory is said.
std::shared_ptr<model::LanguageModel> open_language_model(const std::string& path, Shell& shell,
                                                          const std::string& tokenizer = {});

/// An argument that is a LanguageModel or the path of one.
std::shared_ptr<model::LanguageModel> language_model_of(const Arguments& arguments, std::string_view name,
                                                        Shell& shell);
/// A parameter that takes either.
Parameter language_model_parameter(std::string name, std::string doc);

/// prefix, suffix, max_tokens of a verb that has them.
text::EncodeOptions prompt_of(const Arguments& arguments);
std::vector<Parameter> prompt_parameters();

}  // namespace l2g::repl
