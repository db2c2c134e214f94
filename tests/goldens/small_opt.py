"""Writes small_opt.json: what transformers makes of examples/language_model/small-opt, opened as it ships.

For each text its ids, the mean of -ln P of each token behind the first one, and the logits behind the last token; in
float64 on the float32 weights. Run where torch and transformers are: python3 small_opt.py
"""
import json
import os

import torch
import transformers

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "..", "..", "examples", "language_model", "small-opt")
TEXTS = [
    "Call me Ishmael. Some years ago\u2014never mind how long precisely\u2014having little or no money in my purse, and "
    "nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the "
    "world.",
    "ROMEO:\nAlas, that love, whose view is muffled still,\nShould, without eyes, see pathways to his will!\n",
    "Domain: DNA Promoter\nSequence: GGGCTATAAAAGGCACACATGACGTNACCTTAG\nAnnotation:",
]


def main():
    tokenizer = transformers.AutoTokenizer.from_pretrained(FOLDER)
    model, report = transformers.AutoModelForCausalLM.from_pretrained(FOLDER, output_loading_info=True)
    assert not any(report.get(k) for k in ("missing_keys", "unexpected_keys", "mismatched_keys")), report
    model = model.double().eval()
    found = []
    for text in TEXTS:
        ids = torch.tensor([tokenizer(text)["input_ids"]])
        assert tokenizer.decode(ids[0], skip_special_tokens=True) == text
        with torch.no_grad():
            out = model(input_ids=ids, labels=ids)
        found.append({"text": text, "ids": ids[0].tolist(), "nats": out.loss.item(),
                      "last": [float(f"{v:.9g}") for v in out.logits[0, -1].tolist()]})
    golden = {"torch": torch.__version__, "transformers": transformers.__version__, "texts": found}
    with open(os.path.join(HERE, "small_opt.json"), "w") as f:
        json.dump(golden, f, ensure_ascii=True)
        f.write("\n")


main()
