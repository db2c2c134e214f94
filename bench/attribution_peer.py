#!/usr/bin/env python3
"""Races l2g_attribution against tangermeme's deep_lift_shap: attribution_peer.py [--bench PATH]

DeepLIFT/SHAP of sequences of 1000 bases against 20 references each in the eyes of three convolutional networks; the
weights, sequences and references are those that l2g_attribution wrote, so tangermeme is spared its shuffles and ours are
in our time. Both run by turns, in float; with --threads 1 the time is processor time. The contributions of both are
compared first. Ours are taken a second time with double precision where float misses the certificate, which random
weights make the rule: they hardly tell a sequence from its shuffles. tangermeme takes the batch size of --batches that is fastest for it.
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
from tangermeme.deep_lift_shap import deep_lift_shap

parser = argparse.ArgumentParser()
parser.add_argument("--bench", default="build/bench/l2g_attribution")
parser.add_argument("--networks", nargs="+", default=["cnn", "resnet1d", "deepsea"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--rows", type=int, default=8)
parser.add_argument("--references", type=int, default=20)
parser.add_argument("--batches", type=int, nargs="+", default=[8, 32, 64])
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
clock = time.process_time if arguments.threads == 1 else time.perf_counter


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


class Explained(torch.nn.Module):
    """The difference of the logits of two classes, after the largest value of each channel as a module with a rule."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        y = self.network(x)
        return y[:, 1:2] - y[:, 0:1]


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
    length = 250 if name == "cnn" else 1000
    return nn.Sequential(*embedder, nn.MaxPool1d(length), nn.Flatten(), b.linear("2"), nn.ReLU(), b.linear("4"))


def one_hot(lines):
    x = torch.zeros(len(lines), 4, len(lines[0]), dtype=torch.float32)
    for i, line in enumerate(lines):
        x[i, ["ACGT".index(c) for c in line], range(len(line))] = 1
    return x


def race(name):
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([arguments.bench, name, folder, "--threads", str(arguments.threads), "--rows", str(arguments.rows)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def ask(line):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            return answer.strip() if answer else sys.exit("l2g_attribution failed")

        if process.stdout.readline().strip() != "ready":
            sys.exit("l2g_attribution failed")
        model = Explained(network(name, tensors(folder + "/model.safetensors")).eval())
        lines = open(folder + "/sequences.txt").read().split()
        each = 1 + arguments.references
        x = one_hot(lines[::each])
        references = torch.stack([one_hot(lines[i * each + 1:(i + 1) * each]) for i in range(arguments.rows)])

        def theirs(batch):
            start = clock()
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                y = deep_lift_shap(model, x, references=references, batch_size=batch, hypothetical=True, device="cpu")
            return clock() - start, y

        print(name + ": " + ask("float"))
        ask("save " + folder + "/contributions.txt")
        ours = numpy.loadtxt(folder + "/contributions.txt").reshape(arguments.rows, -1, 4)
        trials = {batch: theirs(batch) for batch in arguments.batches}
        batch = min(trials, key=lambda b: trials[b][0])
        y = trials[batch][1].permute(0, 2, 1).detach().numpy()
        # tangermeme takes the gradient where a unit changes by less than 1e-6, which is not rare in deepsea's small
        # activations; our float and double agree to 1e-5 there.
        difference = abs(ours - y).max() / abs(y).max()
        print(f"{name}: contributions differ by {difference:.1e} of the largest, tangermeme's best batch is {batch}", flush=True)
        if not difference < 1e-2:
            sys.exit("the contributions differ")
        times = {"l2g": [], "l2g, certified": [], "tangermeme": []}
        for _ in range(arguments.rounds):
            times["l2g"].append(float(ask("float").split()[0]))
            times["l2g, certified"].append(float(ask("mixed").split()[0]))
            times["tangermeme"].append(theirs(batch)[0])
            print("  " + ", ".join(f"{key}: {times[key][-1]:.3f} s" for key in times), flush=True)
        process.stdin.close()
        process.wait()
    for key in ("l2g", "l2g, certified"):
        ratios = [b / a for a, b in zip(times[key], times["tangermeme"])]
        print(f"{name:9} {key:14} {statistics.median(times[key]):7.3f} s  tangermeme {statistics.median(times['tangermeme']):7.3f} s  "
              f"ratio {statistics.median(ratios):6.2f} (least {min(ratios):.2f}), {arguments.threads} threads", flush=True)


for chosen in arguments.networks:
    race(chosen)
