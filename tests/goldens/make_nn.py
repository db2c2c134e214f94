"""Writes nn.npz: what PyTorch makes of the same layers, in double. Run where torch is: python3 make_nn.py"""
import os
import numpy as np
import torch
from torch import nn

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)
out = {}


def block(case, norm_first):
    """TransformerBlock<12, 3, 24> on two sequences of lengths 9 and 5."""
    layer = nn.TransformerEncoderLayer(12, 3, 24, dropout=0.0, activation="gelu", batch_first=True, norm_first=norm_first)
    for p in layer.parameters():
        nn.init.normal_(p, std=0.4)
    names = {
        "attention.self.qkv.weight": layer.self_attn.in_proj_weight,
        "attention.self.qkv.bias": layer.self_attn.in_proj_bias,
        "attention.self.proj.weight": layer.self_attn.out_proj.weight,
        "attention.self.proj.bias": layer.self_attn.out_proj.bias,
        "feed_forward.mlp.up.weight": layer.linear1.weight,
        "feed_forward.mlp.up.bias": layer.linear1.bias,
        "feed_forward.mlp.down.weight": layer.linear2.weight,
        "feed_forward.mlp.down.bias": layer.linear2.bias,
    }
    for norm, ours in ((layer.norm1, "attention.norm" if norm_first else "norm1"), (layer.norm2, "feed_forward.norm" if norm_first else "norm2")):
        names[ours + ".weight"], names[ours + ".bias"] = norm.weight, norm.bias
    x = torch.randn(2, 9, 12, requires_grad=True)
    padding = torch.arange(9)[None, :] >= torch.tensor([9, 5])[:, None]
    dy = torch.randn(2, 9, 12) * ~padding[:, :, None]
    y = layer(x, src_key_padding_mask=padding)
    (y * dy).sum().backward()
    save(case, x, y, dy, names)


def cnn():
    """Conv1d<4, 6, 5, 3, same, 1, 2>, BatchNorm1d, Relu, MaxPool<2>, Flatten, Linear in training."""
    conv, norm, head = nn.Conv1d(4, 6, 5, dilation=3, padding=6, groups=2), nn.BatchNorm1d(6), nn.Linear(10 * 6, 3)
    nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)
    x = torch.randn(3, 20, 4, requires_grad=True)
    dy = torch.randn(3, 1, 3)
    h = nn.functional.max_pool1d(torch.relu(norm(conv(x.transpose(1, 2)))), 2)
    y = head(h.transpose(1, 2).flatten(1))[:, None, :]
    (y * dy).sum().backward()
    names = {"0.weight": conv.weight, "0.bias": conv.bias, "1.weight": norm.weight, "1.bias": norm.bias, "5.weight": head.weight, "5.bias": head.bias}
    save("cnn", x, y, dy, names)
    for key in ("cnn.0.weight", "cnn.grad.0.weight"):  # (out, in, taps) -> (out, taps, in)
        out[key] = np.ascontiguousarray(out[key].transpose(0, 2, 1))
    out["cnn.after.1.running_mean"], out["cnn.after.1.running_var"] = norm.running_mean.numpy(), norm.running_var.numpy()


def save(case, x, y, dy, names):
    for key, value in (("x", x), ("dx", x.grad), ("y", y), ("dy", dy)):
        out[f"{case}.{key}"] = value.detach().numpy()
    for key, p in names.items():
        out[f"{case}.{key}"], out[f"{case}.grad.{key}"] = p.detach().numpy().copy(), p.grad.numpy().copy()


def cross_entropy():
    x = torch.randn(6, 5, requires_grad=True)
    label, weight = torch.tensor([3, 0, -100, 4, 4, 1]), torch.rand(5) + 0.5
    loss = nn.functional.cross_entropy(x, label, weight=weight, label_smoothing=0.1)
    loss.backward()
    for key, value in (("x", x), ("dx", x.grad), ("label", label.int()), ("weight", weight), ("loss", loss)):
        out["cross_entropy." + key] = np.atleast_1d(value.detach().numpy())


def optimizer(case, make):
    p = torch.randn(20, requires_grad=True)
    g = torch.randn(8, 20)
    opt, steps = make([p]), [p.detach().numpy().copy()]
    for row in g:
        p.grad = row.clone()
        opt.step()
        steps.append(p.detach().numpy().copy())
    out[case + ".g"], out[case + ".p"] = g.numpy(), np.stack(steps)


block("post", False)
block("pre", True)
cnn()
cross_entropy()
optimizer("adamw", lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.02))
optimizer("sgd", lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.02))
optimizer("nesterov", lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.02, nesterov=True))
np.savez_compressed(os.path.join(os.path.dirname(os.path.abspath(__file__)), "nn.npz"), **out)
