"""Opens the adapter that shell_adapter.lua saved in peft and compares probabilities.

    python3 tests/goldens/shell_adapter.py MODEL FOLDER OUT

Run with torch 2.13, transformers 5.23.0, peft 0.21.2 on MiniLM: largest difference 1e-7.
"""
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForSequenceClassification, AutoTokenizer

model_folder, adapter_folder, said = sys.argv[1:]
base = AutoModelForSequenceClassification.from_pretrained(model_folder, num_labels=2)
model = PeftModel.from_pretrained(base, adapter_folder).eval()
tokenizer = AutoTokenizer.from_pretrained(model_folder)
largest = rows = 0
for line in open(said):
    fields = line.rstrip("\n").split("\t")
    if len(fields) != 2:
        continue
    batch = tokenizer(fields[0], truncation=True, max_length=60, return_tensors="pt")
    with torch.no_grad():
        p = torch.softmax(model(**batch).logits.double(), -1)[0, 0].item()
    largest = max(largest, abs(p - float(fields[1])))
    rows += 1
print(f"{rows} rows, largest difference {largest:.2g}")
sys.exit(0 if rows and largest <= 1e-5 else 1)
