#pragma once
// The text reference of the alignment by the embedding block of a published model (specification of L2G, section 5).
#include <l2g/dyn/language_model.hpp>
#include <l2g/text/conll.hpp>

namespace l2g::model {

struct LanguageReferenceOptions {
  index_t tokens = 3150;  // drawn from a text without tags
  index_t per_tag = 350;  // drawn from each of the nine tags of CoNLL-2003
  bool conll = false;     // the file is in the column format; false: told by its first lines
  std::uint64_t seed = 1;
  io::Cache cache{};
};

/// Vectors of single tokens as the embeddings of the model give them in evaluation: words, positions, token types,
/// norm; no hidden state. A file in the column format of CoNLL-2003 is read sentence by sentence and gives per_tag
/// tokens of each tag, any other text is cut into windows. Kept in the cache. Throws file_error, and error when there
/// are fewer tokens than are wanted.
text::TokenFeatures language_reference(const LanguageModel& model, const std::string& path,
                                       const LanguageReferenceOptions& options = {});

/// Do the first lines of a text look like the column format: words with a tag in the last column?
bool looks_like_conll(std::string_view text);

}  // namespace l2g::model

#ifndef L2G_COMPILED
#include <l2g/dyn/language_reference-inl.hpp>
#endif
