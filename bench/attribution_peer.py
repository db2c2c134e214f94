#!/usr/bin/env python3
"""Races l2g_attribution against tangermeme's deep_lift_shap: attribution_peer.py [--bench PATH]

DeepLIFT/SHAP of sequences of 1000 bases against 20 references each in the eyes of three convolutional networks; the
weights, sequences and references are those that l2g_attribution wrote, so tangermeme is spared its shuffles and ours are
in our time. Both run by turns, in float; with --threads 1 the time is processor time. The contributions of both are
compared first. Ours are taken a second time with double precision where float misses the certificate, which random
weights make the rule: they hardly tell a sequence from its shuffles. tangermeme takes the batch size of --batches that is fastest for it.
"""
import argparse
import sys
import tempfile
import warnings

import numpy
import torch
from tangermeme.deep_lift_shap import deep_lift_shap

from networks import network, one_hot
from race import Ours, clock_of, tell

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
clock = clock_of(arguments.threads)


class Explained(torch.nn.Module):
    """The difference of the logits of two classes."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        y = self.network(x)
        return y[:, 1:2] - y[:, 0:1]


def largest(length):
    """As a module with a rule."""
    return [torch.nn.MaxPool1d(length), torch.nn.Flatten()]


def race(name):
    with tempfile.TemporaryDirectory() as folder, Ours([arguments.bench, name, folder, "--rows", str(arguments.rows)], arguments.threads) as ours:
        ours.wait_until_ready()
        model = Explained(network(name, folder + "/model.safetensors", largest).eval())
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

        print(name + ": " + ours.ask("float"))
        ours.ask("save " + folder + "/contributions.txt")
        mine = numpy.loadtxt(folder + "/contributions.txt").reshape(arguments.rows, -1, 4)
        trials = {batch: theirs(batch) for batch in arguments.batches}
        batch = min(trials, key=lambda b: trials[b][0])
        y = trials[batch][1].permute(0, 2, 1).detach().numpy()
        # tangermeme takes the gradient where a unit changes by less than 1e-6, which is not rare in deepsea's small
        # activations; our float and double agree to 1e-5 there.
        difference = abs(mine - y).max() / abs(y).max()
        print(f"{name}: contributions differ by {difference:.1e} of the largest, tangermeme's best batch is {batch}", flush=True)
        if not difference < 1e-2:
            sys.exit("the contributions differ")
        times = {"l2g": [], "l2g, certified": [], "tangermeme": []}
        for _ in range(arguments.rounds):
            times["l2g"].append(ours.seconds("float"))
            times["l2g, certified"].append(ours.seconds("mixed"))
            times["tangermeme"].append(theirs(batch)[0])
            print("  " + ", ".join(f"{key}: {times[key][-1]:.3f} s" for key in times), flush=True)
    for key in ("l2g", "l2g, certified"):
        tell(name, key, "tangermeme", times, arguments.threads)


for chosen in arguments.networks:
    race(chosen)
