"""Opens with peft the adapters that l2g wrote and compares what the network says with what it said when peft trained it.

L2G_PEFT_OUT=FOLDER l2g_test_peft "what is written*"    writes FOLDER/lora, rslora, adalora
python tests/goldens/peft_opens.py FOLDER
"""

import os
import sys

import numpy as np
import peft
import torch

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
print("peft", peft.__version__, "opens them all")
