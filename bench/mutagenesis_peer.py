#!/usr/bin/env python3
"""Races l2g_mutagenesis against tangermeme's saturation_mutagenesis: mutagenesis_peer.py [--bench PATH]

All 3000 mutants of one sequence of 1000 bases in the eyes of three convolutional networks; the weights are those that
l2g_mutagenesis wrote. tangermeme runs as it does by itself (fast=True, which it uses for jobs of more than 30 seconds),
with every mutant in full (fast=False), and, with --fast, with its fast path whatever the job's length, its capture of the
model included as ours includes its own check. All run by turns; with --threads 1 the time is processor time. Our own
ratio of every mutant in full to what a mutation touches is printed too. The logits of both are compared first.
"""
import argparse
import json
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import warnings

import numpy
import torch
from tangermeme import saturation_mutagenesis as peer

parser = argparse.ArgumentParser()
parser.add_argument("--bench", default="build/bench/l2g_mutagenesis")
parser.add_argument("--networks", nargs="+", default=["cnn", "resnet1d", "deepsea"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--fast", action="store_true")
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
clock = time.process_time if arguments.threads == 1 else time.perf_counter
LONG_ENOUGH = peer._FAST_MIN_SECONDS


def tensors(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header, body = json.loads(file.read(size)), file.read()
    return {key: numpy.frombuffer(body[slice(*t["data_offsets"])], "<f4").reshape(t["shape"]).copy()
            for key, t in header.items() if key != "__metadata__" and t["dtype"] == "F32"}


class Residual(torch.nn.Module):
    def __init__(self, branch, skip):
        super().__init__()
        self.branch, self.skip = branch, skip

    def forward(self, x):
        return self.branch(x) + (x if self.skip is None else self.skip(x))


class Largest(torch.nn.Module):
    def forward(self, x):
        return x.max(dim=2).values


class Builder:
    """torch modules with the weights under our keys; (out, taps, channels) becomes (out, channels, taps)."""

    def __init__(self, weights):
        self.weights = weights

    def tensor(self, key):
        return torch.nn.Parameter(torch.from_numpy(self.weights[key]))

    def conv(self, key, padding="same"):
        weight = self.weights[key + ".weight"]
        layer = torch.nn.Conv1d(weight.shape[2], weight.shape[0], weight.shape[1], padding=padding)
        layer.weight = torch.nn.Parameter(torch.from_numpy(weight.transpose(0, 2, 1).copy()))
        layer.bias = self.tensor(key + ".bias")
        return layer

    def norm(self, key):
        layer = torch.nn.BatchNorm1d(len(self.weights[key + ".weight"]))
        layer.weight, layer.bias = self.tensor(key + ".weight"), self.tensor(key + ".bias")
        layer.running_mean = torch.from_numpy(self.weights[key + ".running_mean"])
        layer.running_var = torch.from_numpy(self.weights[key + ".running_var"])
        return layer

    def linear(self, key, channels=0):
        weight = self.weights[key + ".weight"]
        if channels:  # behind flatten: (position, channel) becomes (channel, position)
            weight = weight.reshape(len(weight), -1, channels).transpose(0, 2, 1).reshape(len(weight), -1)
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        layer.weight, layer.bias = torch.nn.Parameter(torch.from_numpy(weight.copy())), self.tensor(key + ".bias")
        return layer


def network(name, weights):
    b, nn = Builder(weights), torch.nn
    if name == "deepsea":
        return nn.Sequential(b.conv("0", "valid"), nn.ReLU(), nn.MaxPool1d(4), b.conv("3", "valid"), nn.ReLU(), nn.MaxPool1d(4),
                             b.conv("6", "valid"), nn.ReLU(), nn.Flatten(), b.linear("9", 960), nn.ReLU(), b.linear("11"))
    if name == "resnet1d":
        blocks = []
        for block in range(3):
            units = []
            for unit in range(3):
                key = f"0.{block}.{unit}."
                units += [b.conv(key + "0"), b.norm(key + "1"), nn.ReLU()]
            skip = nn.Sequential(b.conv(f"0.{block}.skip.0"), b.norm(f"0.{block}.skip.1"))
            blocks.append(Residual(nn.Sequential(*units), skip))
        embedder = blocks
    else:
        embedder = [b.conv("0.0"), b.norm("0.1"), nn.ReLU(), nn.MaxPool1d(4)]
        for key in ("0.4", "0.6"):
            branch = nn.Sequential(b.conv(key + ".0"), b.norm(key + ".1"), nn.ReLU(), b.conv(key + ".4"), b.norm(key + ".5"))
            embedder += [Residual(branch, None), nn.ReLU()]
    return nn.Sequential(*embedder, Largest(), b.linear("2"), nn.ReLU(), b.linear("4"))


def race(name):
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([arguments.bench, name, folder, "--threads", str(arguments.threads)], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)

        def ask(line):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            return answer.strip() if answer else sys.exit("l2g_mutagenesis failed")

        if process.stdout.readline().strip() != "ready":
            sys.exit("l2g_mutagenesis failed")
        model = network(name, tensors(folder + "/model.safetensors")).eval()
        bases = open(folder + "/sequence.txt").read()
        x = torch.zeros(1, 4, len(bases), dtype=torch.float32)
        x[0, ["ACGT".index(c) for c in bases], range(len(bases))] = 1

        def theirs(fast, least=LONG_ENOUGH):
            peer._FAST_MIN_SECONDS = least
            start = clock()
            with warnings.catch_warnings():
                warnings.simplefilter("error" if least == 0 else "ignore")
                result = peer.saturation_mutagenesis(model, x, raw_outputs=True, batch_size=arguments.batch, device="cpu", fast=fast)
            return clock() - start, result

        runs = {"l2g": lambda: float(ask("run")), "l2g in full": lambda: float(ask("whole")),
                "tangermeme in full": lambda: theirs(False)[0], "tangermeme": lambda: theirs(True)[0]}
        if arguments.fast:
            runs["tangermeme, fast path at once"] = lambda: theirs(True, 0)[0]
        ask("run")
        ask("save " + folder + "/logits.txt")
        ours = numpy.loadtxt(folder + "/logits.txt").reshape(len(bases), 4, 2)
        y = theirs(False)[1].y_hat[0].permute(1, 0, 2).detach().numpy()
        difference = abs(ours - y).max() / abs(y).max()
        print(f"{name}: logits differ by {difference:.1e} of the largest", flush=True)
        if not difference < 1e-5:
            sys.exit("the logits differ")
        times = {key: [] for key in runs}
        for _ in range(arguments.rounds):
            for key, run in runs.items():
                times[key].append(run())
                print(f"  {key}: {times[key][-1]:.3f} s", flush=True)
        process.stdin.close()
        process.wait()
    for key in list(runs)[1:]:
        ratios = [b / a for a, b in zip(times["l2g"], times[key])]
        print(f"{name:9} l2g {statistics.median(times['l2g']):7.3f} s  {key} {statistics.median(times[key]):7.3f} s  ratio "
              f"{statistics.median(ratios):6.2f} (least {min(ratios):.2f}), {arguments.threads} threads", flush=True)


for chosen in arguments.networks:
    race(chosen)
