"""Files of torch.save for the tests of l2g/io/torch_zip.hpp. Needs torch. Run from the root of the project:

    python tests/goldens/torch_zip.py                 # writes tests/goldens/torch_zip/*, but for written.bin
    python tests/goldens/torch_zip.py check FILE.bin  # what l2g wrote, opened by torch.load(weights_only=True)

written.bin was written by l2g (test "what is written for PyTorch comes back") and opened by the second command.
"""
import collections
import os
import sys

import torch

FOLDER = "tests/goldens/torch_zip"


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(5, 4)
        self.body = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.LayerNorm(4))
        self.head = torch.nn.Linear(4, 5, bias=False)
        self.head.weight = self.words.weight  # tied
        self.register_buffer("position_ids", torch.arange(6).unsqueeze(0))


def fill(t, start):
    """Numbers that every type holds: start, start + 1, ... quarters."""
    with torch.no_grad():
        n = torch.arange(t.numel()).reshape(t.shape) + start
        t.copy_(n / 4 if t.is_floating_point() else n)


def write():
    os.makedirs(FOLDER, exist_ok=True)
    net = Net()
    for i, t in enumerate(net.state_dict().values()):
        fill(t, 10 * i)
    torch.save(net.state_dict(), f"{FOLDER}/module.bin")  # an OrderedDict with _metadata

    base = torch.arange(24, dtype=torch.float32)
    views = {
        "whole": base,
        "row": base[6:12].reshape(2, 3),
        "transposed": base.reshape(4, 6).t(),
        "every_second": base[1::2],
        "expanded": base[:3].reshape(3, 1).expand(3, 2),
        "scalar": torch.tensor(7.5),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.tensor([1.5, -2.5])),
    }
    torch.save(views, f"{FOLDER}/views.pt")

    types = {}
    for t in (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
              torch.int8, torch.uint8, torch.bool, torch.uint16, torch.uint32, torch.uint64):
        types[str(t).removeprefix("torch.")] = torch.tensor([1, 0, 1]).to(t)
    torch.save(types, f"{FOLDER}/types.pth")

    lightning = {
        "epoch": 3, "global_step": 2**40, "pytorch-lightning_version": "2.1.0", "lr": 0.25,
        "state_dict": collections.OrderedDict([("model.a.weight", torch.ones(2, 2)), ("model.a.bias", torch.zeros(2))]),
        "optimizer_states": [{"state": {0: {"step": torch.tensor(5.0)}}, "param_groups": [{"betas": (0.9, 0.999)}]}],
    }
    torch.save(lightning, f"{FOLDER}/lightning.ckpt")
    nested = {"encoder": {"layers": [{"weight": torch.full((2,), 3.0)}, {"weight": torch.full((2,), 4.0)}]}, "step": 9}
    torch.save(nested, f"{FOLDER}/nested.pt")

    torch.save({"a": torch.ones(2)}, f"{FOLDER}/legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"a": torch.ones(2)}, f"{FOLDER}/protocol4.bin", pickle_protocol=4)

    class Evil:
        def __reduce__(self):
            return os.system, ("echo run > /dev/null",)

    torch.save({"a": torch.ones(2), "b": Evil()}, f"{FOLDER}/evil.bin")
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), f"{FOLDER}/program.pt")
    with open(f"{FOLDER}/versions.txt", "w") as out:
        out.write(f"torch {torch.__version__}, python {sys.version.split()[0]}\n")


def check(path):
    """Prints one line a tensor: name, type, shape, sum. The test in C++ says which are right."""
    for name, t in torch.load(path, weights_only=True).items():
        print(name, str(t.dtype).removeprefix("torch."), tuple(t.shape), t.is_contiguous(), t.double().sum().item())


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1:2] == ["check"] else write()
