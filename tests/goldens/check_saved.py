"""Do folders that l2g saved open in transformers, with the same logits? Run by hand:
  python3 check_saved.py FOLDER...
Each FOLDER holds what save_pretrained wrote and saved_logits.safetensors: ids, lengths and l2g's logits (float32). The test
"models for check_saved.py" of l2g_test_models (hidden: name it) writes such folders below that of L2G_SAVED_MODELS.
DNABERT-2 and Nucleotide Transformer v2 are no classes of transformers and are left out.
"""
import os
import sys

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file

worst = 0.0
for folder in sys.argv[1:]:
    config = transformers.AutoConfig.from_pretrained(folder)
    kind = getattr(transformers, config.architectures[0])
    model, info = kind.from_pretrained(folder, attn_implementation="eager", output_loading_info=True)
    model = model.double().eval()
    z = load_file(os.path.join(folder, "saved_logits.safetensors"))
    ids, lengths, ours = z["ids"], z["lengths"], z["logits"].astype(np.float64)
    real = np.arange(ids.shape[1])[None, :] < lengths[:, None]
    with torch.no_grad():
        result = model(input_ids=torch.tensor(ids).long(), attention_mask=torch.tensor(real).long())
    theirs = (result.logits if "logits" in result else result.last_hidden_state).numpy()
    if theirs.ndim == 3:
        theirs, ours = theirs * real[:, :, None], ours * real[:, :, None]
    gap = np.abs(theirs.reshape(-1) - ours.reshape(-1)).max() / np.abs(theirs).max()
    worst = max(worst, gap)
    missing = sorted(info["missing_keys"])
    print(f"{os.path.basename(folder):40} {config.architectures[0]:34} gap {gap:.1e}  missing {missing}  unexpected {sorted(info['unexpected_keys'])}")
print(f"transformers {transformers.__version__}: worst gap {worst:.1e}", "ok" if worst <= 1e-5 else "FAULT")
sys.exit(worst > 1e-5)
