-- What the lessons share about files of weights. A checkpoint is a list of named tables of numbers: change the names,
-- and what one program wrote is a model that another one opens. A lesson loads this file by dofile; the folders that it
-- makes go when the program ends.
local checkpoints = {}
local here = (arg[0] or ""):match("^(.*)/") or "."

local function read(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("a")
  file:close()
  return bytes
end

local function write(path, bytes)
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
end

-- An empty folder. package.loaded holds on to it until the program ends.
local function new_folder()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir '" .. folder .. "'"))
  local guard = setmetatable({}, {__gc = function() os.execute("rm -r '" .. folder .. "'") end})
  package.loaded["checkpoint in " .. folder] = guard
  return folder
end

-- The tables of a safetensors file: eight bytes say how long the header is, the header says by name what shape a table
-- has and where its numbers lie.
local function read_tensors(path)
  local bytes = read(path)
  local start = 8 + string.unpack("<I8", bytes)
  local tensors = {}
  local entry = '"([%w_.]+)":{"dtype":"F32","shape":%[([%d,]+)%],"data_offsets":%[(%d+),(%d+)%]}'
  for name, shape, first, last in bytes:sub(9, start):gmatch(entry) do
    tensors[name] = {shape = shape, bytes = bytes:sub(start + first + 1, start + last)}
  end
  assert(next(tensors), path .. ": no table of numbers is found in its header")
  return tensors
end

local function write_tensors(path, tensors)
  local names, entries, parts, place = {}, {}, {}, 0
  for name in pairs(tensors) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    local t = tensors[name]
    entries[i] = string.format('"%s":{"dtype":"F32","shape":[%s],"data_offsets":[%d,%d]}', name, t.shape, place,
                               place + #t.bytes)
    parts[i] = t.bytes
    place = place + #t.bytes
  end
  local header = '{"__metadata__":{"format":"pt"},' .. table.concat(entries, ",") .. "}"
  header = header .. string.rep(" ", -#header % 8)
  write(path, string.pack("<I8", #header) .. header .. table.concat(parts))
end

-- Takes old .. ".weight" and ".bias" over under a new name.
local function take(new, new_name, old, old_name)
  for _, kind in ipairs{".weight", ".bias"} do
    new[new_name .. kind] = old[old_name .. kind] or error("there is no " .. old_name .. kind, 0)
  end
end

-- The masked language model that ships, byte-roberta.safetensors, as a LanguageModel: a folder of RoBERTa's with a
-- tokenizer of 256 bytes. Its layers are RoBERTa's, so the numbers stay; the one table of queries, keys and values
-- becomes three.
function checkpoints.masked_model()
  local old, new = read_tensors(here .. "/../language_model/byte-roberta.safetensors"), {}
  local embeddings = "roberta.embeddings."
  new[embeddings .. "word_embeddings.weight"] = old["embeddings.tokens.weight"]
  new[embeddings .. "position_embeddings.weight"] = old["embeddings.tokens.position"]
  new[embeddings .. "token_type_embeddings.weight"] = {shape = "1,128", bytes = string.rep("\0", 4 * 128)}
  take(new, embeddings .. "LayerNorm", old, "embeddings.norm")
  for layer = 0, 3 do
    local from, to = "encoder." .. layer .. ".", "roberta.encoder.layer." .. layer .. "."
    for _, kind in ipairs{"weight", "bias"} do
      local bytes = old[from .. "attention.self.qkv." .. kind].bytes
      local size = #bytes // 3
      for i, part in ipairs{"query", "key", "value"} do
        new[to .. "attention.self." .. part .. "." .. kind] =
            {shape = kind == "weight" and "128,128" or "128", bytes = bytes:sub((i - 1) * size + 1, i * size)}
      end
    end
    take(new, to .. "attention.output.dense", old, from .. "attention.self.proj")
    take(new, to .. "attention.output.LayerNorm", old, from .. "norm1")
    take(new, to .. "intermediate.dense", old, from .. "feed_forward.mlp.up")
    take(new, to .. "output.dense", old, from .. "feed_forward.mlp.down")
    take(new, to .. "output.LayerNorm", old, from .. "norm2")
  end
  take(new, "lm_head.dense", old, "head.dense")
  take(new, "lm_head.layer_norm", old, "head.norm")
  new["lm_head.decoder.weight"], new["lm_head.bias"] = old["head.decoder.weight"], old["head.decoder.bias"]

  -- Byte-level BPE writes bytes as letters: printable ones stand for themselves, the others come from 256 on.
  local words, special, other = {}, {}, 256
  for i, name in ipairs{"<s>", "<pad>", "</s>", "<mask>"} do
    words[i] = string.format('"%s":%d', name, i - 1)
    special[i] = string.format('{"id":%d,"content":"%s","single_word":false,"lstrip":false,"rstrip":false,' ..
                               '"normalized":false,"special":true}', i - 1, name)
  end
  for byte = 0, 255 do
    local letter = byte
    if not (byte >= 33 and byte <= 126 or byte >= 161 and byte <= 172 or byte >= 174) then
      letter, other = other, other + 1
    end
    words[byte + 5] = string.format('"%s":%d', utf8.char(letter):gsub('["\\]', "\\%0"), byte + 4)
  end

  local folder = new_folder()
  write_tensors(folder .. "/model.safetensors", new)
  write(folder .. "/config.json", [[{"model_type": "roberta", "architectures": ["RobertaForMaskedLM"],
"hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 512, "hidden_act": "gelu",
"vocab_size": 260, "max_position_embeddings": 258, "type_vocab_size": 1, "layer_norm_eps": 1e-5, "pad_token_id": 1,
"bos_token_id": 0, "eos_token_id": 2, "tie_word_embeddings": false}]])
  write(folder .. "/tokenizer.json", string.format([[{"version": "1.0", "truncation": null, "padding": null,
"added_tokens": [%s], "normalizer": null,
"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
"post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true,
"add_prefix_space": false},
"decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
"model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
"end_of_word_suffix": null, "fuse_unk": false, "vocab": {%s}, "merges": []}}]],
      table.concat(special, ","), table.concat(words, ",")))
  write(folder .. "/tokenizer_config.json", [[{"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>",
"eos_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>", "cls_token": "<s>", "sep_token": "</s>"}]])
  return load(folder)
end

-- The language model inside a classifier that build{kind = "lm"} made of `lm`, an OPT, with the weights that it has
-- now: OPT foretells words by its table of words, so nothing is lost with the head. Adapters must be merged.
function checkpoints.language_model_of(model, lm)
  local folder = new_folder()
  local saved = folder .. "/classifier.l2g"
  save(model, saved)
  local old, new = read_tensors(saved), {}
  os.remove(saved)
  new["model.decoder.embed_tokens.weight"] = old["body.embeddings.words.weight"]
  new["model.decoder.embed_positions.weight"] = old["body.embeddings.positions.weight"]
  take(new, "model.decoder.final_layer_norm", old, "body.norm")
  for layer = 0, lm.layers - 1 do
    local from, to = "body.encoder." .. layer .. ".", "model.decoder.layers." .. layer .. "."
    for ours, theirs in pairs{query = "q_proj", key = "k_proj", value = "v_proj", proj = "out_proj"} do
      take(new, to .. "self_attn." .. theirs, old, from .. "attention.self." .. ours)
    end
    take(new, to .. "self_attn_layer_norm", old, from .. "attention.norm")
    take(new, to .. "fc1", old, from .. "feed_forward.mlp.up")
    take(new, to .. "fc2", old, from .. "feed_forward.mlp.down")
    take(new, to .. "final_layer_norm", old, from .. "feed_forward.norm")
  end
  write_tensors(folder .. "/model.safetensors", new)
  for _, name in ipairs{"config.json", "tokenizer.json", "tokenizer_config.json"} do
    write(folder .. "/" .. name, read(lm.path .. "/" .. name))
  end
  return load(folder)
end

-- How many tables of numbers two models have, and how many of them differ in any bit.
function checkpoints.different(a, b)
  local folder = new_folder()
  save(a, folder .. "/a.l2g")
  save(b, folder .. "/b.l2g")
  local of_a, of_b = read_tensors(folder .. "/a.l2g"), read_tensors(folder .. "/b.l2g")
  local all, others = 0, 0
  for name, t in pairs(of_a) do
    all = all + 1
    if not of_b[name] or of_b[name].bytes ~= t.bytes then others = others + 1 end
  end
  for name in pairs(of_b) do
    if not of_a[name] then all, others = all + 1, others + 1 end
  end
  return others, all
end

return checkpoints
