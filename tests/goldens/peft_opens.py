"""Opens with peft the adapters that l2g wrote and compares what the network says with what it said when peft trained it.

L2G_PEFT_OUT=FOLDER l2g_test_peft "what is written*"         writes FOLDER/lora, rslora, adalora
L2G_PEFT_OUT=FOLDER l2g_test_peft "adapters on parts of*"    writes FOLDER/joined_lora, joined_rslora, joined_adalora
python tests/goldens/peft_opens.py FOLDER
"""

import os
import sys

import numpy as np
import peft
import torch
from safetensors.numpy import load_file

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peft")


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.up = torch.nn.Linear(12, 10)
        self.down = torch.nn.Linear(10, 8)
        self.head = torch.nn.Linear(8, 3)

    def forward(self, x):
        return self.head(torch.relu(self.down(torch.relu(self.up(x)))))


golden = np.load(os.path.join(HERE, "training.npz"))
for run in ("lora", "rslora", "adalora"):
    net = Net()
    with torch.no_grad():
        for name in ("up", "down"):
            for part in ("weight", "bias"):
                getattr(getattr(net, name), part).copy_(torch.from_numpy(golden[f"{run}.start.{name}.base_layer.{part}"]))
    model = peft.PeftModel.from_pretrained(net, os.path.join(sys.argv[1], run)).eval()
    gap = np.abs(model(torch.from_numpy(golden["x"][0]).float()).detach().numpy() - golden[f"{run}.logits"]).max()
    print(run, "largest difference", gap)
    assert gap < 1e-5, run


class Block(torch.nn.Module):
    """DNABERT-2's names: queries, keys and values are one map, gate and up another."""

    def __init__(self):
        super().__init__()
        self.Wqkv = torch.nn.Linear(6, 12)
        self.proj = torch.nn.Linear(6, 6)
        self.gated_layers = torch.nn.Linear(6, 8)


class Stack(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", Block())
        self.head = torch.nn.Linear(6, 3, bias=False)

    def forward(self, x):
        return self.head(x)


for form in ("lora", "rslora", "adalora"):
    folder = os.path.join(sys.argv[1], "joined_" + form)
    net = Stack()
    before = {name: p.detach().clone().numpy() for name, p in net.named_parameters()}
    model = peft.PeftModel.from_pretrained(net, folder).eval()
    after = {name: p.detach().numpy() for name, p in model.merge_and_unload().named_parameters()}
    expected = load_file(os.path.join(folder, "changes.safetensors"))
    for joined, parts in {"Wqkv": ["query", "key", "value"], "proj": ["proj"], "gated_layers": ["gate", "up"]}.items():
        change = np.concatenate([expected["0." + part] for part in parts])
        gap = np.abs(after[f"0.{joined}.weight"] - before[f"0.{joined}.weight"] - change).max()
        print("joined", form, joined, "largest difference", gap)
        assert gap < 1e-6, (form, joined)
print("peft", peft.__version__, "opens them all")
