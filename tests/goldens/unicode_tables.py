#!/usr/bin/env python3
"""Writes include/l2g/text/unicode_tables-inl.hpp: unicode_tables.py | clang-format > FILE

The properties are asked of the public package `tokenizers`, code point by code point, so that a BERT tokenizer here
cleans, folds and splits as the one that the published models were used with.
"""
import tokenizers
from tokenizers import normalizers, pre_tokenizers

POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
OFF = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)


def normalized(**on):
    f = normalizers.BertNormalizer(**{**OFF, **on}).normalize_str
    return {c: f(chr(c)) for c in POINTS}


def pieces(pre_tokenizer):
    return {c: len(pre_tokenizer.pre_tokenize_str("a" + chr(c) + "a")) for c in POINTS}


def runs(points):
    out = []
    for c in points:
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def maps(mapping):
    """Runs (first, last, step, target, target step) of the code points that map to one other."""
    out = []
    for c, v in mapping.items():
        if v == chr(c) or len(v) != 1:
            continue
        t = ord(v)
        if out:
            first, last, step, target, slope = out[-1]
            if first == last and c - last in (1, 2) and t - target in (0, 1, 2) and t - target in (0, c - last):
                out[-1] = [first, c, c - last, target, t - target]
                continue
            if c - last == step and t == target + (last - first) // step * slope + slope:
                out[-1][1] = c
                continue
        out.append([c, c, 1, t, 0])
    return out


def table(name, comment, rows):
    print(f"// {comment}")
    print(f"inline constexpr std::uint32_t {name}[][{len(rows[0])}] = {{")
    print(", ".join("{" + ", ".join(f"{n}" for n in row) + "}" for row in rows) + "};\n")


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"


def packed(name, comment, rows):
    """Numbers of 5 bits a letter, lowest first, 32 added while more follow; differences with their sign in bit 0."""
    text, previous = "", 0

    def put(n):
        nonlocal text
        while n > 31:
            text += LETTERS[32 + n % 32]
            n //= 32
        text += LETTERS[n]

    for first, last, step, target, slope in rows:
        difference = target - first
        for n in (first - previous, (last - first) // step, 2 * abs(difference) + (difference < 0), 3 * step + slope):
            put(n)
        previous = last
    print(f"// {comment}")
    print(f"inline constexpr char {name}[] =")
    print("\n".join(f'    "{text[i:i + 110]}"' for i in range(0, len(text), 110)) + ";\n")


strip = {c: v for c, v in normalized(strip_accents=True).items() if not 0xAC00 <= c <= 0xD7A3}
lower = normalized(lowercase=True)
clean = normalized(clean_text=True)
assert [c for c in POINTS if lower[c] != chr(c) and len(lower[c]) != 1] == [0x130]
print("#pragma once")
print("// Properties of Unicode as the public package `tokenizers` has them; made by tests/goldens/unicode_tables.py.")
print(f"// tokenizers {tokenizers.__version__}")
print("#include <cstdint>\n\nnamespace l2g::text::detail {\n")
table("space_ranges", "first, last: what separates words", runs(c for c, n in pieces(pre_tokenizers.BertPreTokenizer()).items() if n == 2))
table("controls", "first, last: what cleaning removes", runs(c for c in POINTS if clean[c] == ""))
table("punctuation", "first, last", runs(c for c, n in pieces(pre_tokenizers.BertPreTokenizer()).items() if n == 3))
table("ideographs", "first, last: each is a word", runs(c for c, v in normalized(handle_chinese_chars=True).items() if v != chr(c)))
table("accents", "first, last: what stripping accents removes", runs(c for c, v in strip.items() if v == ""))
packed("lower_case", "packed: first, count - 1, image - first, 3 * step + step of the images", maps(lower))
packed("without_accents", "as lower_case: the base letter of what decomposes into one and accents", maps(strip))
table("decompositions", "code point, images (0: none)",
      [([c] + [ord(x) for x in v] + [0, 0])[:4] for c, v in strip.items() if 1 < len(v) < 4])
assert max(len(v) for v in strip.values()) <= 3
print("}  // namespace l2g::text::detail")
