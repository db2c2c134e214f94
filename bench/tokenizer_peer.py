#!/usr/bin/env python3
"""Races l2g_tokenize against the public Rust package: tokenizer_peer.py DATA_FOLDER [--bench PATH] [--rounds 9]

Both encode the same texts, one thread, one pass a round by turns; the time is processor time and a ratio is that of two
neighbours in one round. Before it counts, the ids of both are compared. The package runs without parallelism, as
encode() of one text after the other and as encode_batch_fast() of all at once; the better one is the peer.
"""
import argparse
import gzip
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--bench", default="build/bench/l2g_tokenize")
parser.add_argument("--rounds", type=int, default=9)
arguments = parser.parse_args()
DATA = arguments.data + "/"


def read(path):
    return (gzip.open if path.endswith(".gz") else open)(DATA + path, "rt").read()


def byte_level(folder, names):
    t = Tokenizer(models.BPE.from_file(*(DATA + folder + "/" + n for n in names)))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return t


def roberta():
    t = byte_level("tokenizers/roberta_opt", ("vocab.json", "merges.txt"))
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    t.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return t


def bert():
    t = Tokenizer(models.WordPiece.from_file(DATA + "tokenizers/bert_base_uncased/vocab.txt", unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.post_processor = processors.BertProcessing(("[SEP]", 102), ("[CLS]", 101))
    t.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return t


sequences = [row.split(",")[0] for row in read("gue/prom/prom_300_tata/train.csv.gz").split("\n")[1:] if row]
sequences += [row.split(",")[0] for row in read("gue/EMP/H3/test.csv.gz").split("\n")[1:] if row]
english = [row for row in read("text/pride_and_prejudice.txt.gz").replace("\r", "").split("\n") if row]
paragraphs = [" ".join(english[i:i + 10]) for i in range(0, len(english), 10)]
random.Random(1).shuffle(sequences)
jobs = [
    ("RoBERTa, DNA", roberta(), "tokenizers/roberta_opt", sequences),
    ("DNABERT-2, DNA", Tokenizer.from_file(DATA + "tokenizers/dnabert2/tokenizer.json"), "tokenizers/dnabert2", sequences),
    ("RoBERTa, English", roberta(), "tokenizers/roberta_opt", paragraphs),
    ("BERT, English", bert(), "tokenizers/bert_base_uncased", paragraphs),
]
print(f"{'job':20} {'l2g MB/s':>9} {'peer MB/s':>9} {'ratio':>6} {'least':>6} {'most':>6}")
for name, peer, folder, texts in jobs:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(texts) + "\n")
        file.flush()
        command = [arguments.bench, DATA + folder, file.name]
        ours = subprocess.run(command + ["--ids"], check=True, capture_output=True, text=True).stdout.split("\n")
        theirs = [" ".join(map(str, peer.encode(x).ids)) for x in texts]
        if ours[: len(texts)] != theirs:
            sys.exit(f"{name}: the ids differ")

        def one_by_one():
            for text in texts:
                peer.encode(text)

        def timed(f):
            start = time.process_time()
            f()
            return time.process_time() - start

        size = sum(len(x.encode()) for x in texts) / 1e6
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            times, peers, ratios = [], [], []
            for round_number in range(arguments.rounds + 1):
                process.stdin.write("run\n")
                process.stdin.flush()
                mine = float(process.stdout.readline().split()[0])
                best = min(timed(one_by_one), timed(lambda: peer.encode_batch_fast(texts)))
                if round_number > 0:  # the first one warms up
                    times.append(mine), peers.append(best), ratios.append(best / mine)
            process.stdin.close()
        median = statistics.median
        print(f"{name:20} {size / median(times):9.1f} {size / median(peers):9.1f} {median(ratios):6.2f} {min(ratios):6.2f} {max(ratios):6.2f}", flush=True)
