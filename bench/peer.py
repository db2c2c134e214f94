#!/usr/bin/env python3
"""Races l2g_bench against PyTorch on the CPU: peer.py [--bench PATH] [--jobs ...] [--rounds 5] [--out FILE.json]

Each round runs every competitor of a job once, one after the other; a ratio is that of two neighbours in one round, and
the table shows the median over the rounds. PyTorch runs with glibc's malloc as it comes and with one that keeps its
pages ("tuned"); the better of the two is the peer.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

TUNED = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "1073741824",
}
JOBS = ["resnet", "block_128", "block_512", "block_128_dropout", "block_512_dropout", "mmd", "adamw", "transfer",
        "transfer_dropout"]


def memory(name):
    for line in open("/proc/self/status"):
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def models():
    """The twins of bench/jobs.hpp."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Residual(nn.Module):
        def __init__(self, f, skip):
            super().__init__()
            self.f, self.skip = f, skip

        def forward(self, x):
            return self.f(x) + self.skip(x)

    def units(i, o):
        layers = []
        for a, k in ((i, 3), (o, 7), (o, 15)):
            layers += [nn.Conv1d(a, o, k, padding="same"), nn.BatchNorm1d(o), nn.ReLU()]
        return nn.Sequential(*layers)

    def backbone():
        return nn.Sequential(
            Residual(units(4, 128), nn.Sequential(nn.Conv1d(4, 128, 1), nn.BatchNorm1d(128))),
            units(128, 128), units(128, 128))

    class Block(nn.Module):
        """Post-norm encoder block in the words of PyTorch 2: SDPA for the attention."""

        def __init__(self, d, heads, hidden, p):
            super().__init__()
            self.heads, self.p = heads, p
            self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
            self.norm1 = nn.LayerNorm(d)
            self.up, self.down = nn.Linear(d, hidden), nn.Linear(hidden, d)
            self.norm2 = nn.LayerNorm(d)
            self.drop1, self.drop2 = nn.Dropout(p), nn.Dropout(p)

        def forward(self, x):
            b, l, d = x.shape
            q, k, v = self.qkv(x).view(b, l, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
            a = functional.scaled_dot_product_attention(q, k, v, dropout_p=self.p if self.training else 0.0)
            x = self.norm1(x + self.drop1(self.proj(a.transpose(1, 2).reshape(b, l, d))))
            return self.norm2(x + self.drop2(self.down(functional.gelu(self.up(x)))))

    class Resnet(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = backbone(), nn.Linear(128, 2)

        def forward(self, x):
            return self.head(self.body(x).mean(2))

    class Transfer(nn.Module):
        def __init__(self, p):
            super().__init__()
            self.body, self.project = backbone(), nn.Conv1d(128, 384, 5, stride=5)
            self.norm = nn.LayerNorm(384)
            self.layers = nn.Sequential(*[Block(384, 12, 1536, p) for _ in range(6)])
            self.head = nn.Linear(384, 2)

        def forward(self, x):
            return self.head(self.layers(self.norm(self.project(self.body(x)).transpose(1, 2))).mean(1))

    def mmd(source, target):
        z = torch.cat([source, target])
        n = len(source)
        squares = (z * z).sum(1)
        d = (squares[:, None] + squares[None, :] - 2 * z @ z.T).clamp(min=0)
        sigma = d.detach().sum() / (len(z) ** 2 - len(z))
        e = torch.exp(d * (-0.25 / sigma))
        k = e + e**2 + e**4 + e**8 + e**16
        return (k[:n, :n] + k[n:, n:] - k[:n, n:] - k[n:, :n]).mean()

    return Resnet, Transfer, Block, mmd


def training(model, length):
    import torch

    x = torch.zeros(64, 4, length)
    x.scatter_(1, torch.randint(4, (64, 1, length)), 1.0)
    label = torch.arange(64) % 2
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4, fused=True)

    def step():
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), label).backward()
        optimizer.step()

    return step


def job_of(name):
    """A function that does the work once. Everything is built here, so that memory can be read before."""
    import torch

    torch.manual_seed(1)
    Resnet, Transfer, Block, mmd = models()
    dropout = 0.1 if "dropout" in name else 0.0
    if name == "resnet":
        return training(Resnet(), 512)
    if name.startswith("transfer"):
        return training(Transfer(dropout), 300)
    if name.startswith("block"):
        block = Block(384, 12, 1536, dropout)
        shape = (32, 128, 384) if "128" in name else (8, 512, 384)
        x, dy = torch.randn(shape, requires_grad=True), torch.randn(shape)

        def passes():
            block.zero_grad()
            x.grad = None
            block(x).backward(dy)

        return passes
    if name == "mmd":
        source, target = torch.rand(256, 768), torch.rand(256, 768).requires_grad_()

        def discrepancy():
            target.grad = None
            mmd(source, target).backward()

        return discrepancy
    parameter = torch.nn.Parameter(torch.zeros(125_000_000))
    parameter.grad = torch.full_like(parameter, 1e-3)
    return torch.optim.AdamW([parameter], 1e-4, fused=True if name == "adamw_fused" else None).step


def worker(name, threads):
    """Answers "measure SECONDS" on standard input with a line of JSON."""
    import torch

    torch.set_num_threads(threads)
    torch.ones(1000).exp().sum()
    before = memory("VmRSS")
    step = None
    for line in sys.stdin:
        seconds = float(line)
        if step is None:
            open("/proc/self/clear_refs", "w").write("5")  # the peak starts anew
            step = job_of(name)
        clock = time.thread_time if threads == 1 else time.perf_counter
        step()
        step()
        times, end = [], time.perf_counter() + seconds
        while len(times) < 5 or time.perf_counter() < end:
            begin = clock()
            step()
            times.append(1e3 * (clock() - begin))
        lower, median, upper = statistics.quantiles(times, n=4)
        print(json.dumps({"median_ms": median, "lower_ms": lower, "upper_ms": upper, "runs": len(times),
                          "growth_mib": memory("VmHWM") - before}), flush=True)


class Peer:
    """PyTorch in a process of its own, idle between its turns."""

    def __init__(self, name, threads, environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}  # some images halve OpenBLAS
        self.process = subprocess.Popen([sys.executable, __file__, "--worker", name, "--threads", str(threads)],
                                        env=clean | environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def measure(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        time.sleep(0.3)  # its threads go to sleep
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure_ours(bench, job, threads, seconds):
    out = subprocess.run([bench, job, "--threads", str(threads), "--seconds", str(seconds)], check=True,
                         capture_output=True, text=True).stdout
    return json.loads(out)


def race(bench, job, threads, seconds, rounds):
    peers = {"default": Peer(job, threads, {}), "tuned": Peer(job, threads, TUNED)}
    if job == "adamw":
        peers |= {"fused": Peer("adamw_fused", threads, {}), "fused, tuned": Peer("adamw_fused", threads, TUNED)}
    records = []
    for _ in range(rounds):
        record = {"l2g": measure_ours(bench, job, threads, seconds)}
        record |= {name: peer.measure(seconds) for name, peer in peers.items()}
        records.append(record)
    for peer in peers.values():
        peer.close()
    return records


def summary(job, records):
    ratio = {name: statistics.median(r["l2g"]["median_ms"] / r[name]["median_ms"] for r in records)
             for name in records[0] if name != "l2g"}
    growth = {name: max(r[name]["growth_mib"] for r in records) for name in records[0]}
    groups = {job: ["default", "tuned"]}
    if job == "adamw":
        groups |= {"adamw, fused=True": ["fused", "fused, tuned"]}
    lines = []
    for label, names in groups.items():
        best = max(names, key=lambda n: ratio[n])
        spread = sorted(r["l2g"]["median_ms"] / r[best]["median_ms"] for r in records)
        lines.append({"job": label, "ratio": ratio[best], "lowest": spread[0], "highest": spread[-1], "malloc": best,
                      "against_default": ratio[names[0]], "ours_mib": growth["l2g"],
                      "peer_mib": min(growth[n] for n in names)})
    return lines


def processor():
    facts = {}
    for line in open("/proc/cpuinfo"):
        key, _, value = line.partition(":")
        facts.setdefault(key.strip(), value.strip())
    return f"{facts.get('model name')}, family {facts.get('cpu family')} model {facts.get('model')}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default="build/bench/l2g_bench", help="the program l2g_bench")
    parser.add_argument("--jobs", nargs="+", default=JOBS, metavar="JOB", help="of: " + ", ".join(JOBS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each competitor in each round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", help="write all measurements to this JSON file")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.worker:
        return worker(o.worker, o.threads)
    unknown = set(o.jobs) - set(JOBS)
    if unknown:
        parser.error(f"no such job: {', '.join(sorted(unknown))}; there are {', '.join(JOBS)}")
    print(f"{processor()}; {o.threads} threads; time of l2g / time of PyTorch (below 1: l2g is faster)")
    print(f"{'job':<22} {'ratio':>6} {'lowest':>7} {'highest':>8} {'to default':>11} {'MiB':>7} {'peer MiB':>9}  malloc of the peer")
    everything, table = {}, []
    for job in o.jobs:
        everything[job] = race(o.bench, job, o.threads, o.seconds, o.rounds)
        for line in summary(job, everything[job]):
            table.append(line)
            print(f"{line['job']:<22} {line['ratio']:>6.2f} {line['lowest']:>7.2f} {line['highest']:>8.2f} "
                  f"{line['against_default']:>11.2f} {line['ours_mib']:>7.0f} {line['peer_mib']:>9.0f}  {line['malloc']}",
                  flush=True)
    if o.out:
        with open(o.out, "w") as f:
            json.dump({"processor": processor(), "threads": o.threads, "table": table, "rounds": everything}, f, indent=1)


if __name__ == "__main__":
    main()
