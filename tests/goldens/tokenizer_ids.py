#!/usr/bin/env python3
"""Writes tokenizer_ids.json beside itself: tokenizer_ids.py DATA_FOLDER (the one that L2G_DATA names)

The ids that the public packages `tokenizers` and `sentencepiece` give to 10,000 DNA sequences of GUE, to the lines of
Alice in Wonderland and to hostile texts, as counts and hashes; and what the package's own trainer learns.
"""
import gzip
import json
import os
import sys

import sentencepiece
import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

DATA = sys.argv[1] + "/"
DNA = ["gue/EMP/H3/test.csv", "gue/prom/prom_300_tata/train.csv", "gue/splice/reconstructed/dev.csv"]
HOSTILE = [
    "", " ", "  ", "\n", "\t \r\n", "a", "\u00e9", "e\u0301", "\u0130stanbul", "\u00c5\u00df\u1e9e\u03a3\u03c2", "\u4f60\u597d", "a\u4f60b",
    "\ud55c\uad6d\uc5b4", "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\x00\x01\x7f", "\u200b\ufeff\u00ad", "\u2028\u2029\u0085\u00a0x",
    "x\u180ey", "don't WON'T 'll 'x", "  two  spaces  ", "12345 ½ ² Ⅻ ①", "_a_b_", "a.b,c!d?e", "<s></s><pad><mask><unk>",
    "x <mask> y", "[CLS] [SEP][MASK]", "<|endoftext|>", "ACGTNNACGT", "acgtACGT", "A" * 1000, "AC" * 500, "ab" * 49 + "c", "a" * 101,
    "\u0e01\u0e33 \u0928\u093f", "\ufffd", "\U0010ffff\ue000", "\u2581a", "3.14-15", "\uff21\uff11\u3000\uff01", "\u0660\u0661",
]


def lines(path):
    name = DATA + path if os.path.exists(DATA + path) else DATA + path + ".gz"
    text = (gzip.open if name.endswith(".gz") else open)(name, "rt", newline="").read()
    return text.replace("\r\n", "\n").split("\n")


def dna():
    out = []
    for path in DNA:
        out += [row.split(",")[0] for row in lines(path)[1:] if row]
    assert len(out) >= 10000
    return out[:10000]


def digest(lists):
    h, n = 14695981039346656037, 0
    for ids in lists:
        for i in list(ids) + [-1]:
            h = ((h ^ (i & 0xFFFFFFFF)) * 1099511628211) % 2**64
        n += len(ids)
    return {"tokens": n, "hash": f"{h:016x}"}


def byte_level(vocabulary, merges, post, special):
    t = Tokenizer(models.BPE.from_file(DATA + vocabulary, DATA + merges))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens(special)
    t.post_processor = post
    return t


def around(begin, end):
    names = [x for x in (begin, end) if x]
    return processors.TemplateProcessing(single=f"{begin[0] + ' ' if begin else ''}$A{' ' + end[0] if end else ''}", special_tokens=names)


def bert():
    t = Tokenizer(models.WordPiece.from_file(DATA + "tokenizers/bert_base_uncased/vocab.txt", unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    t.post_processor = around(("[CLS]", 101), ("[SEP]", 102))
    return t


def sentence_piece(path):
    m = sentencepiece.SentencePieceProcessor(model_file=DATA + path)
    return lambda text: [m.bos_id()] + m.encode(text)


GPT2 = ("tokenizers/gpt2/encoder.json", "tokenizers/gpt2/vocab.bpe")
FAIR = ("tokenizers/roberta_opt/vocab.json", "tokenizers/roberta_opt/merges.txt")
mask = tokenizers.AddedToken("<mask>", lstrip=True)
hf = {
    "gpt2": byte_level(*GPT2, None, ["<|endoftext|>"]),
    "roberta": byte_level(*FAIR, around(("<s>", 0), ("</s>", 2)), ["<s>", "<pad>", "</s>", "<unk>", mask]),
    "opt": byte_level(*FAIR, around(("</s>", 2), None), ["<pad>", "</s>"]),
    "bert": bert(),
    "minilm": Tokenizer.from_file(DATA + "lm_weights/minilm/tokenizer.json"),
    "dnabert2": Tokenizer.from_file(DATA + "tokenizers/dnabert2/tokenizer.json"),
}
hf["minilm"].no_truncation()
hf["minilm"].no_padding()
encoders = {name: (lambda text, t=t: t.encode(text).ids) for name, t in hf.items()}
encoders["llama2"] = sentence_piece("tokenizers/llama2/tokenizer.model")
encoders["tok105"] = sentence_piece("lm_weights/babyllama_tok105/tok105.model")


def learnt(byte_level, texts, size):
    t = Tokenizer(models.BPE(unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False) if byte_level else pre_tokenizers.Whitespace()
    alphabet = pre_tokenizers.ByteLevel.alphabet() if byte_level else []
    t.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, min_frequency=2, show_progress=False, initial_alphabet=alphabet,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"]))
    model = json.loads(t.to_str())["model"]
    return {"texts": len(texts), "vocabulary": size, "merges": len(model["merges"]),
            "last": model["merges"][-1], **digest([t.encode(x).ids for x in texts])}


alice, sequences = lines("text/alice.txt"), dna()
out = {"versions": {"tokenizers": tokenizers.__version__, "sentencepiece": sentencepiece.__version__}, "dna": DNA, "hostile": HOSTILE}
for name, encode in encoders.items():
    out[name] = {"dna": digest(map(encode, sequences)), "alice": digest(map(encode, alice)),
                 "whole": digest([encode("\n".join(alice))]), "hostile_ids": [encode(x) for x in HOSTILE]}
out["learnt"] = {"alice": learnt(True, alice[:1500], 600), "dna": learnt(False, sequences[:200], 200)}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer_ids.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
    f.write("\n")
