#!/usr/bin/env python3
"""Do l2g and PyTorch do the same work? agree.py [--bench PATH]

l2g_bench --check writes weights, input, output and gradients of one step. PyTorch computes them again from the same
weights, in double, which is the truth, and in float, which shows what float can do. Differences are relative to the
largest number of a tensor. Prints those of l2g, behind each those of PyTorch's float, and fails where l2g is above
1e-4 and above four times PyTorch.
"""
import argparse
import json
import subprocess
import sys
import tempfile

import numpy
import torch

from peer import models

TOLERANCE, FACTOR = 1e-4, 4


def read(path):
    """A safetensors file of float32."""
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        data = f.read()
    header.pop("__metadata__", None)
    return {key: torch.from_numpy(numpy.frombuffer(data[slice(*t["data_offsets"])], "<f4").copy().reshape(t["shape"]))
            .double() for key, t in header.items()}


def renamed(tensors, module):
    """Our tensors in the order and under the names of PyTorch's parameters: both list layers as they follow."""
    ours = [k for k in tensors if "running_" not in k]
    theirs = [name for name, _ in module.named_parameters()]
    if len(ours) != len(theirs):
        sys.exit(f"agree.py: {len(ours)} tensors against {len(theirs)}")
    return dict(zip(theirs, ours))


def turned(tensor, like):
    """A convolution's weight is (out, taps, in) here and (out, in, taps) there."""
    return tensor.transpose(1, 2) if tensor.dim() == 3 else tensor.reshape(like.shape)


def prefixed(tensors, prefix):
    return {k[len(prefix):]: v for k, v in tensors.items() if k.startswith(prefix)}


def load(module, tensors):
    weights = prefixed(tensors, "weight.")
    names = renamed(weights, module)
    with torch.no_grad():
        for name, p in module.named_parameters():
            p.copy_(turned(weights[names[name]], p))
    return names


def gradients(module):
    return {name: p.grad for name, p in module.named_parameters()}


def train(module, t):
    load(module, t)
    y = module(t["x"].transpose(1, 2))
    loss = torch.nn.functional.cross_entropy(y, torch.arange(len(y)) % 2)
    loss.backward()
    return {"y": y, "loss": loss.reshape(1)} | gradients(module)


def passes(module, t):
    load(module, t)
    x = t["x"].clone().requires_grad_()
    y = module(x)
    y.backward(t["dy"])
    return {"y": y, "dx": x.grad} | gradients(module)


def discrepancy(mmd, t):
    target = t["target"].clone().requires_grad_()
    loss = mmd(t["source"], target)
    loss.backward()
    return {"loss": loss.reshape(1), "gradient": target.grad}


def of_ours(t, module, like):
    """Our results under the names and in the layout of PyTorch's."""
    if not isinstance(module, torch.nn.Module):
        return {k: t[k] for k in like}
    ours, names = prefixed(t, "gradient."), renamed(prefixed(t, "weight."), module)
    return {k: turned(ours[names[k]], v) if k in names else t[k] for k, v in like.items()}


def differences(got, want):
    """Of outputs one by one, of the gradients of parameters the largest. Where a batch norm follows, the gradient of a
    bias is zero but for rounding: no tensor is measured by less than a thousandth of the largest number."""
    plain = {"y", "loss", "dx", "gradient"}
    size = {k: v.abs().max().item() for k, v in want.items()}
    largest = max([v for k, v in size.items() if k not in plain], default=0)
    found = {}
    for k, v in want.items():
        d = (got[k].double() - v).abs().max().item() / max(size[k], 1e-3 * largest * (k not in plain), 1e-30)
        key = k if k in plain else "parameters"
        found[key] = max(found.get(key, 0), d)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default="build/bench/l2g_bench", help="the program l2g_bench")
    bench = parser.parse_args().bench
    Resnet, Transfer, Block, mmd = models()
    jobs = {"resnet": (Resnet, train), "block_128": (lambda: Block(384, 12, 1536, 0), passes),
            "block_512": (lambda: Block(384, 12, 1536, 0), passes), "mmd": (lambda: mmd, discrepancy),
            "transfer": (lambda: Transfer(0), train)}
    good = True
    for job, (make, work) in jobs.items():
        with tempfile.NamedTemporaryFile(suffix=".safetensors") as f:
            subprocess.run([bench, "--check", job, f.name], check=True)
            t = read(f.name)
        results = []
        for dtype in (torch.float64, torch.float32):
            torch.set_default_dtype(dtype)
            module = make()
            results.append({k: v.detach() for k, v in work(module, {k: v.to(dtype) for k, v in t.items()}).items()})
        ours, floats = differences(of_ours(t, module, results[0]), results[0]), differences(results[1], results[0])
        good = good and all(v <= max(TOLERANCE, FACTOR * floats[k]) for k, v in ours.items())
        print(f"{job:<10} " + ", ".join(f"{k} {v:.1e} ({floats[k]:.1e})" for k, v in ours.items()), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
