#!/usr/bin/env python3
"""Writes the folder llama_tokenizers beside itself: llama_tokenizers.py DATA_FOLDER (the one that L2G_DATA names)

Small vocabularies of Llama's kind, learnt from Alice in Wonderland and from yeast DNA, with what the public packages
`tokenizers` and `sentencepiece` make of hostile texts: ids, offsets in bytes, and the text back. tokenizer.json in the
forms that are about: spaces made visible by the normalizer or by Metaspace, merges as texts or as pairs, special tokens
that are looked for before or after the normalizer; and a SentencePiece model with the tokenizer.bin that llama2.c makes
of it (tokenizer.py, export).
"""
import gzip
import json
import os
import struct
import sys

import sentencepiece
import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

DATA = sys.argv[1] + "/"
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "llama_tokenizers")
TEXTS = [
    "", " ", "  ", "Alice was beginning", " Alice was beginning", "  two  spaces  and   three ", "\n", "a\nb\n\n c\t d\r\n", "ACGTACGTTTGACAACGT",
    "acgtNNNNACGT", "A" * 70, "ACGT" * 20, "\u00e9t\u00e9 na\u00efve \u4f60\u597d", "\U0001f600 a\U0001f468\u200d\U0001f469", "\u2581a\u2581\u2581b", "<s>", "<s>Alice</s>",
    "Alice<s> was</s> beginning", " <s> a </s> ", "<unk>x<unk>", "<0x41><0x0A>", "\x00\x01\x7f\u0080", "\u200b\ufeff\u2028\u2029x", "x <|user|> y", "x<|user|>y<|user|>", "don't 'tis, \"so\"; (12345) 3.14",
    "\ufffd\U0010ffff", "rabbit" * 9, "the   Rabbit\n\nsaid\tto  itself", "_", "<", "<s", " </s", "s>",
]
BYTES = [f"<0x{b:02X}>" for b in range(256)]
SPECIAL = ["<unk>", "<s>", "</s>"]


def lines(path):
    name = DATA + path if os.path.exists(DATA + path) else DATA + path + ".gz"
    return (gzip.open if name.endswith(".gz") else open)(name, "rt").read().split("\n")


alice = " ".join(lines("text/alice.txt"))
sequences = [row.split(",")[0] for row in lines("gue/EMP/H3/test.csv")[1:200] if row]
corpus = [alice[i:i + 200] for i in range(0, 60000, 200)] + sequences


def learnt(split, size):
    """Vocabulary and merges as Llama orders them: special tokens, bytes, what was learnt."""
    t = Tokenizer(models.BPE(unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=split)
    t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=size, min_frequency=2, show_progress=False, limit_alphabet=60, special_tokens=["<unk>"]))
    model = json.loads(t.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    names = SPECIAL + BYTES + [x for x in tokens if x != "<unk>"]
    return {x: i for i, x in enumerate(names)}, [tuple(m) for m in model["merges"]]


def llama(vocabulary, merges, normalizer=None, pre_tokenizer=None, decoder=None, normalized=False, fuse=True, fallback=True, added=()):
    t = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", byte_fallback=fallback, fuse_unk=fuse))
    if normalizer:
        t.normalizer = normalizer
    if pre_tokenizer:
        t.pre_tokenizer = pre_tokenizer
    t.decoder = decoder
    t.add_special_tokens([AddedToken(x, normalized=normalized) for x in SPECIAL])
    t.add_tokens(list(added))
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return t


def fused(strip):
    steps = [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if strip else []))


def prepended():
    return normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])


def metaspace(scheme, split):
    return pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme=scheme, split=split)


words, across = learnt(True, 180), learnt(False, 180)
letters = {x: i for i, x in enumerate(y for y in words[0] if y not in BYTES)}, words[1]
user = AddedToken("<|user|>", normalized=True)
made = {
    "normalizer": llama(*across, normalizer=prepended(), decoder=fused(True), added=[AddedToken("<|user|>", normalized=False, rstrip=True)]),
    "normalized": llama(*across, normalizer=prepended(), decoder=fused(True), normalized=True, added=[user]),
    "replaced": llama(*words, normalizer=normalizers.Replace(" ", "\u2581"), decoder=fused(False)),
    "first": llama(*across, pre_tokenizer=metaspace("first", False), decoder=fused(True), added=[user]),
    "always": llama(*words, pre_tokenizer=metaspace("always", True), decoder=decoders.Metaspace(replacement="\u2581", prepend_scheme="always")),
    "never": llama(*across, pre_tokenizer=metaspace("never", False), decoder=fused(False)),
    "no_bytes": llama(*letters, pre_tokenizer=metaspace("first", True), decoder=fused(True), fallback=False),
    "not_fused": llama(*letters, pre_tokenizer=metaspace("first", True), decoder=fused(True), fuse=False),
}


def starts(text):
    """The byte at which each character begins, and the end."""
    at = [0]
    for c in text:
        at.append(at[-1] + len(c.encode()))
    return at


def other(decoded):
    """The texts that do not come back as they were, by number."""
    return {str(i): d for i, (d, x) in enumerate(zip(decoded, TEXTS)) if d != x}


os.makedirs(HERE, exist_ok=True)
expected = {"versions": {"tokenizers": tokenizers.__version__, "sentencepiece": sentencepiece.__version__}, "texts": TEXTS, "long": {}}
for name, t in made.items():
    j = json.loads(t.to_str())
    if name in ("normalizer", "replaced"):  # as the package wrote them until its version 0.20
        j["model"]["merges"] = [" ".join(m) for m in j["model"]["merges"]]
    if name == "always":
        del j["pre_tokenizer"]["prepend_scheme"], j["pre_tokenizer"]["split"]
        j["pre_tokenizer"]["add_prefix_space"] = True
    text = json.dumps(j, ensure_ascii=False, separators=(",", ":"))
    t = Tokenizer.from_str(text)
    if name != "not_fused":  # no_bytes with another value of fuse_unk
        with open(f"{HERE}/{name}.json", "w") as f:
            f.write(text + "\n")
    rows = [t.encode(x) for x in TEXTS]
    offsets = [[starts(x)[k] for o in e.offsets for k in o] for x, e in zip(TEXTS, rows)]
    expected[name] = {"ids": [e.ids for e in rows], "offsets": offsets}
    if name != "normalized":  # there the package (0.23) shows special tokens as if they were none
        expected[name]["decoded"] = other(t.decode(e.ids) for e in rows)
    expected["long"][name] = [len(t.encode("A" * 100000).ids), sum(t.encode("A" * 100000).ids)]

for name, more in {"keeps_spaces": {"byte_fallback": True, "remove_extra_whitespaces": False, "allow_whitespace_only_pieces": True}, "removes_spaces": {}}.items():
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_prefix=f"{HERE}/{name}", model_type="bpe", vocab_size=420 if more else 150, character_coverage=0.995,
        normalization_rule_name="identity", minloglevel=2, num_threads=1, **more)
    os.remove(f"{HERE}/{name}.vocab")
    m = sentencepiece.SentencePieceProcessor(model_file=f"{HERE}/{name}.model")
    pieces = []
    for i in range(m.vocab_size()):
        piece = "\n<s>\n" if i == m.bos_id() else "\n</s>\n" if i == m.eos_id() else m.id_to_piece(i)
        pieces.append((m.get_score(i), piece.replace("\u2581", " ").encode()))
    with open(f"{HERE}/{name}.bin", "wb") as f:
        f.write(struct.pack("i", max(len(b) for _, b in pieces)))
        for score, b in pieces:
            f.write(struct.pack("fi", score, len(b)) + b)
    expected[name] = {"ids": [[m.bos_id()] + m.encode(x) for x in TEXTS], "decoded": other(m.decode(m.encode(x)).replace(" \u2047 ", "") for x in TEXTS)}  # ours shows nothing for an unknown piece
expected["removes_spaces"]["decoded"][str(TEXTS.index("\u2581a\u2581\u2581b"))] = None  # the package drops every leading space, ours one
with open(f"{HERE}/expected.json", "w") as f:
    json.dump(expected, f, separators=(",", ":"))
    f.write("\n")
