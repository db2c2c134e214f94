#!/usr/bin/env python3
"""Races l2g_mutagenesis against tangermeme's saturation_mutagenesis: mutagenesis_peer.py [--bench PATH]

All 3000 mutants of one sequence of 1000 bases in the eyes of three convolutional networks; the weights are those that
l2g_mutagenesis wrote. tangermeme runs as it does by itself (fast=True, which it uses for jobs of more than 30 seconds),
with every mutant in full (fast=False), and, with --fast, with its fast path whatever the job's length, its capture of the
model included as ours includes its own check. All run by turns; with --threads 1 the time is processor time. Our own
ratio of every mutant in full to what a mutation touches is printed too. The logits of both are compared first.
"""
import argparse
import sys
import tempfile
import warnings

import numpy
import torch
from tangermeme import saturation_mutagenesis as peer

from networks import network, one_hot
from race import Ours, clock_of, tell

parser = argparse.ArgumentParser()
parser.add_argument("--bench", default="build/bench/l2g_mutagenesis")
parser.add_argument("--networks", nargs="+", default=["cnn", "resnet1d", "deepsea"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--fast", action="store_true")
arguments = parser.parse_args()
torch.set_num_threads(arguments.threads)
clock = clock_of(arguments.threads)
LONG_ENOUGH = peer._FAST_MIN_SECONDS


class Largest(torch.nn.Module):
    def forward(self, x):
        return x.max(dim=2).values


def race(name):
    with tempfile.TemporaryDirectory() as folder, Ours([arguments.bench, name, folder], arguments.threads) as ours:
        ours.wait_until_ready()
        model = network(name, folder + "/model.safetensors", lambda length: [Largest()]).eval()
        bases = open(folder + "/sequence.txt").read()
        x = one_hot([bases])

        def theirs(fast, least=LONG_ENOUGH):
            peer._FAST_MIN_SECONDS = least
            start = clock()
            with warnings.catch_warnings():
                warnings.simplefilter("error" if least == 0 else "ignore")
                result = peer.saturation_mutagenesis(model, x, raw_outputs=True, batch_size=arguments.batch, device="cpu", fast=fast)
            return clock() - start, result

        runs = {"l2g": lambda: ours.seconds("run"), "l2g in full": lambda: ours.seconds("whole"),
                "tangermeme in full": lambda: theirs(False)[0], "tangermeme": lambda: theirs(True)[0]}
        if arguments.fast:
            runs["tangermeme, fast path at once"] = lambda: theirs(True, 0)[0]
        ours.ask("run")
        ours.ask("save " + folder + "/logits.txt")
        mine = numpy.loadtxt(folder + "/logits.txt").reshape(len(bases), 4, 2)
        y = theirs(False)[1].y_hat[0].permute(1, 0, 2).detach().numpy()
        difference = abs(mine - y).max() / abs(y).max()
        print(f"{name}: logits differ by {difference:.1e} of the largest", flush=True)
        if not difference < 1e-5:
            sys.exit("the logits differ")
        times = {key: [] for key in runs}
        for _ in range(arguments.rounds):
            for key, run in runs.items():
                times[key].append(run())
                print(f"  {key}: {times[key][-1]:.3f} s", flush=True)
    for key in list(runs)[1:]:
        tell(name, "l2g", key, times, arguments.threads)


for chosen in arguments.networks:
    race(chosen)
