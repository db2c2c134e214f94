"""The networks of networks.hpp in torch, with the weights that our programs wrote."""
import json
import struct

import numpy
import torch


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


def network(name, path, largest):
    """`largest(length)`: the modules that take the largest value of each channel."""
    b, nn = Builder(tensors(path)), torch.nn
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
    return nn.Sequential(*embedder, *largest(length), b.linear("2"), nn.ReLU(), b.linear("4"))


def one_hot(lines):
    """(sequences, 4, length)"""
    x = torch.zeros(len(lines), 4, len(lines[0]), dtype=torch.float32)
    for i, line in enumerate(lines):
        x[i, ["ACGT".index(c) for c in line], range(len(line))] = 1
    return x
