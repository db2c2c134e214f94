"""What peft makes of LoRA and AdaLoRA in ten steps of AdamW on a small network, and the adapters that it writes.

python tests/goldens/peft_training.py    writes tests/goldens/peft/: training.npz, lora/, rslora/ and adalora/
"""

import json
import os
import types

import numpy as np
import peft
import torch

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peft")
STEPS, BATCH = 10, 8


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.up = torch.nn.Linear(12, 10)
        self.down = torch.nn.Linear(10, 8)
        self.head = torch.nn.Linear(8, 3)

    def forward(self, x, labels):
        logits = self.head(torch.relu(self.down(torch.relu(self.up(x)))))
        return types.SimpleNamespace(loss=torch.nn.functional.cross_entropy(logits, labels), logits=logits)


def ours(name):
    name = name.removeprefix("base_model.model.")
    for word in (".modules_to_save.default", ".default"):
        name = name.replace(word, "")
    if ".lora_" in name:
        name = name.removesuffix(".weight")
    return name


def tensors(model):
    return {ours(k): v.detach().numpy().copy() for k, v in model.named_parameters() if ".original_module." not in k}


def train(name, config, out):
    torch.manual_seed(7)
    base = Net().double()
    model = peft.get_peft_model(base, config).double()
    adaptive = isinstance(config, peft.AdaLoraConfig)
    for n, p in model.named_parameters():
        if "ranknum" in n:  # peft 0.21 makes it trainable again behind its own back: the rank of a matrix is no weight
            p.requires_grad = False
        if "lora_B" in n and not adaptive:  # away from zero, so that the first step moves A too
            torch.nn.init.normal_(p, std=0.1)
        if "lora_E" in n:
            torch.nn.init.normal_(p, std=0.5)
    for key, value in tensors(model).items():
        out[f"{name}.start.{key}"] = value.reshape(-1) if key.endswith("lora_E") else value
    generator = torch.Generator().manual_seed(1)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2, weight_decay=0.01)
    losses, xs, ys = [], [], []
    for step in range(STEPS):
        x = torch.randn(BATCH, 12, generator=generator, dtype=torch.float64)
        y = torch.randint(0, 3, (BATCH,), generator=generator)
        xs.append(x.numpy()), ys.append(y.numpy().astype(np.int32))
        loss = (model.base_model if adaptive else model)(x, y).loss  # PeftModel passes the regulariser by
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
        if adaptive:
            model.base_model.update_and_allocate(step)
        optimizer.zero_grad()
    out["x"], out["labels"] = np.stack(xs), np.stack(ys)
    out[f"{name}.loss"] = np.array(losses)
    for key, value in tensors(model).items():
        out[f"{name}.end.{key}"] = value.reshape(-1) if key.endswith("lora_E") else value
    model.eval()
    out[f"{name}.logits"] = model(torch.from_numpy(xs[0]), torch.from_numpy(ys[0]).long()).logits.detach().numpy()
    model.float().save_pretrained(os.path.join(FOLDER, name))
    os.remove(os.path.join(FOLDER, name, "README.md"))


def main():
    os.makedirs(FOLDER, exist_ok=True)
    out = {"versions": np.array([int(v) for v in (torch.__version__.split("+")[0] + "." + peft.__version__).split(".")])}
    common = dict(target_modules=["up", "down"], modules_to_save=["head"], lora_dropout=0.0)
    train("lora", peft.LoraConfig(r=4, lora_alpha=6, **common), out)
    train("rslora", peft.LoraConfig(r=3, lora_alpha=5, use_rslora=True, **common), out)
    schedule = dict(tinit=2, tfinal=3, deltaT=2, total_step=STEPS, beta1=0.85, beta2=0.85, orth_reg_weight=0.5)
    train("adalora", peft.AdaLoraConfig(init_r=4, target_r=2, lora_alpha=16, **schedule, **common), out)
    np.savez_compressed(os.path.join(FOLDER, "training.npz"), **out)


main()
