#!/usr/bin/env python3
"""From the start of the process to the first hidden states of a frozen BERT-type folder, beside Python + transformers.

load_peer.py [PATH OF l2g] [FOLDER ...]: the programs take turns, so that what else the machine does falls on all of
them; prints the median ratio and the most memory that each held. --made adds a folder of about 500 MB with random
weights, which `transformers` writes into a temporary place (its vocabulary is that of the first folder). Needs the
Python packages torch and transformers.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SENTENCE = "a language model that reads genomes"
PEER = """
import sys, torch
from transformers import AutoModel, AutoTokenizer
torch.set_num_threads(2)
tokenizer, model = AutoTokenizer.from_pretrained(sys.argv[1]), AutoModel.from_pretrained(sys.argv[1])
with torch.no_grad():
    h = model(**tokenizer(sys.argv[2], return_tensors="pt")).last_hidden_state
print(float(h.mean(dim=1)[0, 0]))
"""


# A BERT of width 768 and 14 blocks: about 500 MB in fp32. In a process of its own: what the parent holds would count as
# memory of its children.
MAKE = """
import json, pathlib, shutil, sys
from transformers import BertConfig, BertModel
like, into = map(pathlib.Path, sys.argv[1:])
vocabulary = json.loads((like / "config.json").read_text())["vocab_size"]
BertModel(BertConfig(vocab_size=vocabulary, num_hidden_layers=14)).save_pretrained(into)
for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
    if (like / name).exists():
        shutil.copy(like / name, into)
"""


def run(command):
    """Wall seconds, the most resident memory in MB, and the number that was printed."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"load_peer.py: {command[0]} failed")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024, float(said.split()[-1])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("l2g")
    options.add_argument("folders", nargs="+", type=pathlib.Path)
    options.add_argument("--made", action="store_true")
    options.add_argument("--rounds", type=int, default=5)
    o = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = list(o.folders)
        if o.made:
            made = pathlib.Path(scratch) / "made"
            subprocess.run([sys.executable, "-c", MAKE, str(folders[0]), str(made)], check=True, capture_output=True)
            folders.append(made)
        for folder in folders:
            weights = sum(f.stat().st_size for f in folder.glob("*.safetensors")) / 2**20
            ours, peer = [], []
            for i in range(o.rounds + 1):
                a = run([o.l2g, "-e", f'print(embed(load("{folder}"), "{SENTENCE}")[1][1])'])
                b = run([sys.executable, "-c", PEER, str(folder), SENTENCE])
                if abs(a[2] - b[2]) > 1e-4:
                    sys.exit(f"load_peer.py: other numbers: {a[2]} and {b[2]}")
                if i > 0:  # the first round warms the file cache
                    ours.append(a), peer.append(b)
            ratio = statistics.median(y[0] / x[0] for x, y in zip(ours, peer))
            print(f"{folder.name}: weights {weights:.0f} MB; transformers / l2g {ratio:.0f} times; most memory "
                  f"{max(x[1] for x in ours):.0f} MB and {max(y[1] for y in peer):.0f} MB", flush=True)


if __name__ == "__main__":
    main()
