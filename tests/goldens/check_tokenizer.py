#!/usr/bin/env python3
"""A tokenizer that we learnt and saved opens in the public packages and gives the same ids: check_tokenizer.py BENCH FILE...

BENCH is the program l2g_tokenize, the files are texts (or DNA sequences) by lines.
"""
import subprocess
import sys
import tempfile

from tokenizers import Tokenizer
from transformers import AutoTokenizer

bench, *files = sys.argv[1:]
for file in files:
    texts = [line.rstrip("\n") for line in open(file)]
    for mode in ([], ["--letters"]):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([bench, "--train", file, folder, "500", *mode], check=True)
            ours = subprocess.run([bench, folder, file, "--ids"], check=True, capture_output=True, text=True).stdout.split("\n")
            package = Tokenizer.from_file(folder + "/tokenizer.json")
            transformers = AutoTokenizer.from_pretrained(folder)
            for text, row in zip(texts, ours):
                ids = [int(x) for x in row.split()]
                assert package.encode(text).ids == ids, (text, ids)
                assert transformers(text)["input_ids"] == ids, (text, ids)
            print(f"{file} {' '.join(mode)}: {len(texts)} lines, equal ids; pad {transformers.pad_token}, bos {transformers.bos_token}")
