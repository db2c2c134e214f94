#!/usr/bin/env python3
"""Races l2g_motifs against tangermeme's FIMO and TOMTOM (both of memesuite-lite): motifs_peer.py DATA [--bench PATH]

Scan: a random sequence of 10 Mb with the 1443 motifs of HOCOMOCO v12 on both strands, p 1e-4, hits with all columns in
memory on both sides. TOMTOM: each of the 1443 motifs against all. Both sides run by turns, the first pass of each warms
up (the peer compiles then); with --threads 1 the time is processor time, else wall time. Before it counts, the results of
both are compared.
"""
import argparse
import os
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--bench", default="build/bench/l2g_motifs")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--megabases", type=float, default=10)
parser.add_argument("--only", choices=["scan", "tomtom"])
arguments = parser.parse_args()
os.environ["NUMBA_NUM_THREADS"] = str(arguments.threads)
import numpy  # noqa: E402
from memelite import fimo, tomtom  # noqa: E402
from memelite.io import read_meme  # noqa: E402

from race import Ours, clock_of, tell  # noqa: E402

MEME = arguments.data + "/motifs/HOCOMOCO_v12_H12CORE.meme"
clock = clock_of(arguments.threads)


def race(name, command, peer, agree):
    times = {"l2g": [], "peer": []}
    with Ours(command, arguments.threads) as ours:
        for round_number in range(arguments.rounds + 1):
            mine = ours.seconds("run")
            start = clock()
            theirs = peer()
            seconds = clock() - start
            if round_number == 0:
                with tempfile.NamedTemporaryFile() as file:
                    ours.ask("save " + file.name)
                    agree(file.name, theirs)
            else:
                times["l2g"].append(mine)
                times["peer"].append(seconds)
            print(f"  {name}: l2g {mine:.3f} s, peer {seconds:.3f} s{' (warms up)' if round_number == 0 else ''}", flush=True)
    tell(name, "l2g", "peer", times, arguments.threads)


def same_hits(path, frames):
    """Both found the same places with the same scores; only ours has each sequence's last window."""
    ours = {}
    with open(path) as file:
        next(file)
        for line in file:
            motif, _, _, start, end, strand, score, p = line.split("\t")[:8]
            ours[motif, int(start) - 1, int(end), strand] = float(score), float(p)
    count, missing, worst, worst_p = 0, 0, 0, 0
    for frame in frames:
        for row in zip(frame["motif_name"], frame["start"], frame["end"], frame["strand"], frame["score"], frame["p-value"]):
            count += 1
            mine = ours.get((row[0], int(row[1]), int(row[2]), row[3]))
            if mine is None:
                missing += 1
                continue
            worst = max(worst, abs(mine[0] - row[4]))
            if row[5] > 0:  # theirs is 0 where rounding put a score behind the last bin
                worst_p = max(worst_p, abs(mine[1] - row[5]) / row[5])
    print(f"  hits: peer {count}, l2g {len(ours)}, of the peer's not ours {missing}; scores differ by {worst:.1e}, p by {worst_p:.1e}")
    if missing or len(ours) - count > 10 or worst > 1e-4 or worst_p > 6e-3:
        sys.exit("the hits differ")


def same_matches(path, results):
    p, score, offset, overlap, strand = results
    rows = numpy.array([[float(x) for x in line.split()] for line in open(path)]).reshape(p.shape + (5,))
    different = (rows[..., 0] != score) | (rows[..., 1] != offset) | (rows[..., 2] != overlap) | (rows[..., 3] != strand)
    worst = abs(rows[..., 4] - p).max()
    print(f"  matches: {p.size}, {different.sum()} with another score, offset, overlap or strand; p differs by {worst:.1e}")
    if different.mean() > 1e-5 or worst > 1e-6:
        sys.exit("the matches differ")


motifs = read_meme(MEME)
if arguments.only != "tomtom":
    with tempfile.NamedTemporaryFile("w", suffix=".fa") as file:
        letters = numpy.array(list("ACGT"))[numpy.random.RandomState(0).randint(0, 4, int(1e6 * arguments.megabases))]
        file.write(">chr\n" + "\n".join("".join(letters[i:i + 100000]) for i in range(0, len(letters), 100000)) + "\n")
        file.flush()
        race("scan", [arguments.bench, "scan", MEME, file.name], lambda: fimo(MEME, file.name), same_hits)
if arguments.only != "scan":
    matrices = list(motifs.values())
    race("tomtom", [arguments.bench, "tomtom", MEME], lambda: tomtom(matrices, matrices, n_jobs=arguments.threads), same_matches)
