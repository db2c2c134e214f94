#pragma once
// Names of tensors: ours and the publishers'. One table for each architecture; loading and saving both read it.
#include <l2g/models/config.hpp>

#include <span>

namespace l2g::models {

/// A module of ours (its .weight and .bias) and the module of the publisher that holds it. '*': the number of a block.
struct KeyRule {
  std::string_view ours, theirs;
  int part = 0, parts = 1;  // ours is this part of the rows of theirs (projections that are stored joined)
  bool transposed = false;  // theirs is (in, out): GPT-2's Conv1D
  bool one_tensor = false;  // the names are of a tensor, not of a module
  bool outside = false;     // theirs does not stand below the prefix of the body
};

/// Everything about an architecture's names.
struct KeyTable {
  std::string_view prefix;              // of the body in a model with a head: "bert."
  std::string_view bare;                // of the body alone: "", OPT: "decoder."
  std::vector<KeyRule> rules;           // two rules with the same `ours`: the first one is written, both are read
  std::vector<std::string_view> spare;  // endings of names that no model needs: buffers, tied copies
};

/// The table of a configuration. Layers inside are ours by these names:
///   words, embeddings.{project_in, positions, segments, norm}, encoder.*.{attention.self.{query, key, value, proj},
///   attention.norm | norm1, feed_forward.mlp.{gate, up, down}, feed_forward.norm | norm2}, norm, project_out;
///   heads: transform.{dense, norm}, bias | decoder, dense (pooler), head.
const KeyTable& key_table(const Config& config);

/// A key of a model that contains the body as "body.", adapters as "base_layer.", words below its embeddings or beside
/// its body, in the form of the table: "body.embeddings.words.weight" -> "words.weight".
std::string table_key(std::string_view key);

/// Where a tensor of ours lies in the publisher's files.
struct Source {
  std::string name;  // without a prefix when `outside`, else with the given one
  int part = 0, parts = 1;
  bool transposed = false;
};
/// All places where a tensor may lie (`prefix`: that of the body in these files), the usual one first; empty when the
/// table does not know the key. A weight called gamma and a bias called beta (old LayerNorms) are among them.
std::vector<Source> sources_of(const KeyTable& table, std::string_view key, std::string_view prefix);

/// Does no model need a tensor of this name?
bool is_spare(const KeyTable& table, std::string_view name);

}  // namespace l2g::models

#ifndef L2G_COMPILED
#include <l2g/models/keys-inl.hpp>
#endif
