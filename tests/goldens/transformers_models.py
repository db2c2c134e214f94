"""Writes models/<name>/: small random checkpoints as transformers saves them, and what transformers makes of them.

expected.npz holds for each batch ("padded", "full"): ids, lengths, labels (-100: not counted), hidden.N, output, logits,
loss, and of "padded" the gradients of the loss by parameter name: the tensor itself up to 64 numbers, else its norm and
eight dot products with fixed vectors (philox_vector below is l2g's generator). All in float64 on the float32 weights.
Run where torch and transformers are: python3 transformers_models.py [name ...]; MiniLM needs its folder in L2G_DATA.
"""
import os
import shutil
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
VOCABULARY, WIDTH, HEADS, LAYERS, HIDDEN = 61, 16, 4, 2, 24
LABELS = 3


def philox_vector(stream, count):
    """2 u - 1 with u = Rng{1, 0}.uniform(stream, i) for i < count."""
    i = np.arange(count, dtype=np.uint64)
    mask, low = np.uint64(0xFFFFFFFF), np.uint64(32)
    lo, hi = i >> np.uint64(2), np.uint64(stream) << low
    c0, c1 = lo & mask, lo >> low
    c2, c3 = np.full_like(i, hi & mask), np.full_like(i, hi >> low)
    k0, k1 = 1, 0
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c0, np.uint64(0xCD9E8D57) * c2
        n0 = (p1 >> low) ^ c1 ^ np.uint64(k0)
        n2 = (p0 >> low) ^ c3 ^ np.uint64(k1)
        c1, c3, c0, c2 = p1 & mask, p0 & mask, n0, n2
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    word = np.choose((i & np.uint64(3)).astype(np.int64), [c0, c1, c2, c3])
    return 2 * (word.astype(np.float64) * 2.0**-32) - 1


def fingerprint(gradient):
    """What is kept of a gradient."""
    g = np.asarray(gradient, dtype=np.float64)
    if g.size <= 64:
        return g
    flat = g.reshape(-1)
    return np.array([np.sqrt((flat**2).sum())] + [flat @ philox_vector(k, flat.size) for k in range(1, 9)])


def batches(causal, special, seed=3, vocabulary=VOCABULARY):
    """special: {"pad": id, "mask": id or None, "first": id or None}."""
    rng = np.random.default_rng(seed)
    for name, lengths in (("padded", [10, 7, 3]), ("full", [9, 9])):
        rows, width = len(lengths), max(lengths)
        real = np.arange(width)[None, :] < np.array(lengths)[:, None]
        ids = rng.integers(8, vocabulary, (rows, width))
        if special["first"] is not None:
            ids[:, 0] = special["first"]
        labels = np.full((rows, width), -100)
        if causal:
            labels[:, :-1] = np.where(real[:, 1:], ids[:, 1:], -100)
        else:
            chosen = real & (rng.random((rows, width)) < 0.4)
            chosen[0, 2] = True
            labels[chosen] = ids[chosen]
            if special["mask"] is not None:
                ids[0, 2] = special["mask"]
                ids[chosen & (rng.random((rows, width)) < 0.5)] = special["mask"]
        ids[~real] = special["pad"]
        yield name, ids, np.array(lengths), real, labels, rng.integers(0, LABELS, rows)


def randomize(model, seed):
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            norm = "norm" in name.lower() or ".ln_" in name
            draw = torch.randn(p.shape, generator=generator) * (0.2 if p.dim() == 1 else 0.25)
            p.copy_(1 + draw if norm and name.endswith("weight") else draw)


def save(directory, out):
    import torch
    import transformers

    out["versions"] = np.array(f"transformers {transformers.__version__}, torch {torch.__version__}, numpy {np.__version__}")
    np.savez_compressed(os.path.join(directory, "expected.npz"), **out)


def write(name, make, config, special, causal=False, seed=1):
    """make: {"": class with a language-model head, "_classifier": class with a classifier}."""
    import torch

    for suffix, kind in make.items():
        torch.manual_seed(seed)
        model = kind._from_config(config, attn_implementation="eager").eval()
        randomize(model, seed)
        directory = os.path.join(HERE, "models", name + suffix)
        shutil.rmtree(directory, ignore_errors=True)
        model.save_pretrained(directory)
        for extra in ("generation_config.json",):
            if os.path.exists(os.path.join(directory, extra)):
                os.remove(os.path.join(directory, extra))
        model = model.double()
        out = {}
        for batch, ids, lengths, real, labels, classes in batches(causal, special):
            model.zero_grad()
            result = model(
                input_ids=torch.tensor(ids), attention_mask=torch.tensor(real).long(), output_hidden_states=True
            )
            if suffix:
                out[batch + ".labels"] = classes
                loss = torch.nn.functional.cross_entropy(result.logits, torch.tensor(classes))
                logits = result.logits.detach().numpy()
            else:
                out[batch + ".labels"] = labels
                loss = torch.nn.functional.cross_entropy(
                    result.logits.reshape(-1, result.logits.shape[-1]), torch.tensor(labels).reshape(-1)
                )
                logits = result.logits.detach().numpy() * real[:, :, None]
                for n, h in enumerate(result.hidden_states):
                    out[f"{batch}.hidden.{n}"] = h.detach().numpy() * real[:, :, None]
            loss.backward()
            out[batch + ".ids"], out[batch + ".lengths"] = ids, lengths
            out[batch + ".logits"], out[batch + ".loss"] = logits, np.array([loss.item()])
            if batch == "padded":
                for key, p in model.named_parameters():
                    if p.grad is not None:
                        out["grad." + key] = fingerprint(p.grad.numpy())
        for key in out:
            if out[key].dtype == np.int64:
                out[key] = out[key].astype(np.int32)
        save(directory, out)
        size = sum(os.path.getsize(os.path.join(directory, f)) for f in os.listdir(directory))
        print(name + suffix, sorted(os.listdir(directory)), size)


def transformers_models():
    import transformers as t

    sizes = dict(vocab_size=VOCABULARY, hidden_size=WIDTH, num_hidden_layers=LAYERS, num_attention_heads=HEADS)
    bert = dict(sizes, intermediate_size=HIDDEN, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, num_labels=LABELS)

    def both(lm, classifier):
        return {"": lm, "_classifier": classifier}

    no = {"first": None}
    yield "roberta", both(t.RobertaForMaskedLM, t.RobertaForSequenceClassification), t.RobertaConfig(
        **bert, max_position_embeddings=16, type_vocab_size=1, layer_norm_eps=1e-5
    ), {"pad": 1, "mask": 5, "first": 0}, False
    yield "bert", both(t.BertForMaskedLM, t.BertForSequenceClassification), t.BertConfig(
        **bert, max_position_embeddings=12, type_vocab_size=2, layer_norm_eps=1e-12
    ), {"pad": 0, "mask": 4, "first": 2}, False
    yield "distilbert", both(t.DistilBertForMaskedLM, t.DistilBertForSequenceClassification), t.DistilBertConfig(
        vocab_size=VOCABULARY, dim=WIDTH, n_layers=LAYERS, n_heads=HEADS, hidden_dim=HIDDEN, max_position_embeddings=12,
        dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0, num_labels=LABELS
    ), {"pad": 0, "mask": 4, "first": 2}, False
    opt = dict(sizes, ffn_dim=HIDDEN, max_position_embeddings=14, dropout=0.0, attention_dropout=0.0, num_labels=LABELS)
    causal = {"pad": 1, "mask": None, "first": 2}
    yield "opt", both(t.OPTForCausalLM, t.OPTForSequenceClassification), t.OPTConfig(
        **opt, word_embed_proj_dim=WIDTH, do_layer_norm_before=True
    ), causal, True
    yield "opt_post_norm", both(t.OPTForCausalLM, t.OPTForSequenceClassification), t.OPTConfig(
        **opt, word_embed_proj_dim=8, do_layer_norm_before=False
    ), causal, True
    yield "gpt2", both(t.GPT2LMHeadModel, t.GPT2ForSequenceClassification), t.GPT2Config(
        vocab_size=VOCABULARY, n_positions=12, n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, n_inner=HIDDEN, resid_pdrop=0.0,
        embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=2, eos_token_id=2, pad_token_id=1, num_labels=LABELS
    ), {"pad": 1, "mask": None, **no}, True
    esm = dict(bert, pad_token_id=1, mask_token_id=2, max_position_embeddings=16, layer_norm_eps=1e-12)
    esm_special = {"pad": 1, "mask": 2, "first": 3}
    yield "nucleotide_transformer_v1", both(t.EsmForMaskedLM, t.EsmForSequenceClassification), t.EsmConfig(
        **esm, position_embedding_type="absolute", token_dropout=True, emb_layer_norm_before=False,
        tie_word_embeddings=False
    ), esm_special, False
    yield "esm2", {"": t.EsmForMaskedLM}, t.EsmConfig(
        **dict(esm, layer_norm_eps=1e-5), position_embedding_type="rotary", token_dropout=True, emb_layer_norm_before=False
    ), esm_special, False
    yield "llama", both(t.LlamaForCausalLM, t.LlamaForSequenceClassification), t.LlamaConfig(
        **sizes, intermediate_size=HIDDEN, num_key_value_heads=2, max_position_embeddings=32, rms_norm_eps=1e-6,
        tie_word_embeddings=False, attention_dropout=0.0, pad_token_id=1, num_labels=LABELS
    ), {"pad": 1, "mask": None, "first": 2}, True


def other_files():
    """The same classifier of BERT as PyTorch's archive, the same RoBERTa in shards, with half of its numbers' bits."""
    import torch
    import transformers as t

    def folder(name):
        path = os.path.join(HERE, "models", name)
        shutil.rmtree(path, ignore_errors=True)
        return path

    bert = t.BertForSequenceClassification.from_pretrained(os.path.join(HERE, "models", "bert_classifier"))
    path = folder("bert_torch")
    os.makedirs(path)
    bert.config.save_pretrained(path)
    torch.save(bert.state_dict(), os.path.join(path, "pytorch_model.bin"))
    roberta = t.RobertaForMaskedLM.from_pretrained(os.path.join(HERE, "models", "roberta"))
    roberta.save_pretrained(folder("roberta_shards"), max_shard_size="16KB")
    roberta.half().save_pretrained(folder("roberta_half"))
    for name in ("bert_torch", "roberta_shards", "roberta_half"):
        path = os.path.join(HERE, "models", name)
        print(name, {f: os.path.getsize(os.path.join(path, f)) for f in sorted(os.listdir(path))})


SENTENCES = [
    "The cat sat on the mat.",
    "Regulatory DNA sequences bind transcription factors.",
    "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do.",
]


def minilm():
    """The real MiniLM: minilm.npz with ids, lengths, the last hidden states (float32 of float64) and their mean."""
    import torch
    import transformers as t

    folder = os.path.join(os.environ["L2G_DATA"], "lm_weights", "minilm")
    tokenizer = t.AutoTokenizer.from_pretrained(folder)
    model = t.BertModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float64).eval()
    batch = tokenizer(SENTENCES, return_tensors="pt", padding=True)
    with torch.no_grad():
        result = model(**batch, output_hidden_states=True)
    real = batch["attention_mask"].numpy()
    out = {
        "ids": batch["input_ids"].numpy().astype(np.int32),
        "lengths": real.sum(1).astype(np.int32),
        "output": (result.last_hidden_state.numpy() * real[:, :, None]).astype(np.float32),
        "mean": (result.last_hidden_state.numpy() * real[:, :, None]).sum(1) / real.sum(1)[:, None],
        "pooler": result.pooler_output.numpy(),
        "hidden.3.cls": result.hidden_states[3][:, 0].numpy(),
    }
    directory = os.path.join(HERE, "models", "minilm")
    os.makedirs(directory, exist_ok=True)
    save(directory, out)
    print("minilm", os.path.getsize(os.path.join(directory, "expected.npz")))


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for name, make, config, special, causal in transformers_models():
        if not wanted or name in wanted:
            write(name, make, config, special, causal)
    if not wanted or "files" in wanted:
        other_files()
    if not wanted or "minilm" in wanted:
        minilm()
