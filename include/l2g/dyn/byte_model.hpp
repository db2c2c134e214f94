#pragma once
// The byte language model that ships with the program (models/byte_language_model.hpp) as what it is: a RoBERTa whose
// words are bytes. Whatever is asked of a published masked model can be asked of it.
#include <l2g/dyn/language_model.hpp>

namespace l2g::model {

/// Is there a file of safetensors at this path that holds a byte language model?
bool holds_byte_model(const std::string& path);

/// Opens it. What RoBERTa's layers read as it lies stays in the mapped file; its tokenizer is a byte-level BPE without
/// merges, so that save_language_model writes a folder that transformers opens. Throws file_error for a tensor that is
/// missing or of another shape than the others say.
LanguageModel open_byte_model(const std::string& path);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/byte_model-inl.hpp>
#endif
