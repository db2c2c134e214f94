"""Writes models/dnabert2* and models/nucleotide_transformer_v2*: small random checkpoints of the two architectures that
transformers has only as remote code, and what a NumPy model makes of them in float64. Gradients are central differences.
The files are laid out as those of transformers_models.py; tensor names are the publishers'.
Run where numpy and scipy are: python3 reference_models.py
"""
import json
import math
import os
import shutil
import struct

import numpy as np
from scipy.special import erf, log_softmax

from transformers_models import HERE, LABELS, LAYERS, VOCABULARY, batches, fingerprint


def save_tensors(path, tensors):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for key, t in tensors.items():
        header[key] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [at, at + 4 * t.size]}
        at += 4 * t.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for t in tensors.values():
            f.write(t.astype("<f4").tobytes())


def linear(p, name, x):
    y = x @ p[name + ".weight"].T
    return y + p[name + ".bias"] if name + ".bias" in p else y


def norm(p, name, x, eps):
    d = x - x.mean(-1, keepdims=True)
    return d / np.sqrt((d * d).mean(-1, keepdims=True) + eps) * p[name + ".weight"] + p[name + ".bias"]


def gelu(x):
    return x * 0.5 * (1 + erf(x / math.sqrt(2)))


def silu(x):
    return x / (1 + np.exp(-x))


def attend(q, k, v, heads, real, bias=0.0, turn=lambda t: t):
    b, l, c = q.shape
    split = lambda t: t.reshape(b, l, heads, c // heads).transpose(0, 2, 1, 3)
    q, k, v = turn(split(q)), turn(split(k)), split(v)
    scores = q @ k.transpose(0, 1, 3, 2) / math.sqrt(c // heads) + bias
    scores = np.where(real[:, None, None, :], scores, -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return (weights @ v).transpose(0, 2, 1, 3).reshape(b, l, c)


def alibi_slopes(heads):
    """Press et al. 2022, with their rule for head counts that are no power of two."""
    near = 2 ** int(math.floor(math.log2(heads)))
    power = lambda n: [2.0 ** (-8.0 * (i + 1) / n) for i in range(n)]
    return np.array(power(near) + power(2 * near)[0::2][: heads - near])


class Dnabert2:
    width, heads, hidden = 24, 6, 20  # six heads: no power of two
    special = {"pad": 0, "mask": 4, "first": 1}
    body = "bert."
    config = {
        "alibi_starting_size": 512, "attention_probs_dropout_prob": 0.0, "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0, "hidden_size": width, "intermediate_size": hidden, "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512, "model_type": "bert", "num_attention_heads": heads, "num_hidden_layers": LAYERS,
        "position_embedding_type": "absolute", "type_vocab_size": 2, "vocab_size": VOCABULARY, "pad_token_id": 0,
    }

    @classmethod
    def shapes(cls, classifier):
        c, f = cls.width, cls.hidden
        s = {"bert.embeddings.word_embeddings.weight": (VOCABULARY, c), "bert.embeddings.token_type_embeddings.weight": (2, c)}

        def affine(name, *weight):
            s[name + ".weight"], s[name + ".bias"] = weight, weight[:1]

        affine("bert.embeddings.LayerNorm", c)
        for i in range(LAYERS):
            n = f"bert.encoder.layer.{i}."
            affine(n + "attention.self.Wqkv", 3 * c, c)
            affine(n + "attention.output.dense", c, c)
            affine(n + "attention.output.LayerNorm", c)
            s[n + "mlp.gated_layers.weight"] = (2 * f, c)
            affine(n + "mlp.wo", c, f)
            affine(n + "mlp.layernorm", c)
        if classifier:
            affine("bert.pooler.dense", c, c)
            affine("classifier", LABELS, c)
        else:
            affine("cls.predictions.transform.dense", c, c)
            affine("cls.predictions.transform.LayerNorm", c)
            s["cls.predictions.decoder.bias"] = (VOCABULARY,)
        return s

    @classmethod
    def hidden_states(cls, p, ids, real):
        n, eps, l = "bert.embeddings.", 1e-12, ids.shape[1]
        x = p[n + "word_embeddings.weight"][ids] + p[n + "token_type_embeddings.weight"][0]
        states = [norm(p, n + "LayerNorm", x, eps)]
        distance = np.abs(np.arange(l)[:, None] - np.arange(l)[None, :])
        bias = -alibi_slopes(cls.heads)[:, None, None] * distance
        for i in range(LAYERS):
            n, x = f"bert.encoder.layer.{i}.", states[-1]
            q, k, v = np.split(linear(p, n + "attention.self.Wqkv", x), 3, axis=-1)
            a = linear(p, n + "attention.output.dense", attend(q, k, v, cls.heads, real, bias))
            x = norm(p, n + "attention.output.LayerNorm", x + a, eps)
            gate, up = np.split(linear(p, n + "mlp.gated_layers", x), 2, axis=-1)
            states.append(norm(p, n + "mlp.layernorm", x + linear(p, n + "mlp.wo", gelu(gate) * up), eps))
        return states

    @classmethod
    def language_model(cls, p, x):
        n = "cls.predictions."
        t = norm(p, n + "transform.LayerNorm", gelu(linear(p, n + "transform.dense", x)), 1e-12)
        return t @ p["bert.embeddings.word_embeddings.weight"].T + p[n + "decoder.bias"]

    @staticmethod
    def classify(p, x):
        return linear(p, "classifier", np.tanh(linear(p, "bert.pooler.dense", x[:, 0])))


class NucleotideTransformer2:
    width, heads, hidden = 16, 2, 24
    special = {"pad": 1, "mask": 2, "first": 3}
    body = "esm."
    config = {
        "add_bias_fnn": False, "attention_probs_dropout_prob": 0.0, "emb_layer_norm_before": False,
        "hidden_dropout_prob": 0.0, "hidden_size": width, "intermediate_size": hidden, "layer_norm_eps": 1e-12,
        "mask_token_id": 2, "max_position_embeddings": 40, "model_type": "esm", "num_attention_heads": heads,
        "num_hidden_layers": LAYERS, "pad_token_id": 1, "position_embedding_type": "rotary", "tie_word_embeddings": False,
        "token_dropout": False, "vocab_size": VOCABULARY,
    }

    @classmethod
    def shapes(cls, classifier):
        c, f = cls.width, cls.hidden
        s = {"esm.embeddings.word_embeddings.weight": (VOCABULARY, c), "esm.embeddings.position_embeddings.weight": (40, c)}

        def affine(name, *weight):
            s[name + ".weight"], s[name + ".bias"] = weight, weight[:1]

        for i in range(LAYERS):
            n = f"esm.encoder.layer.{i}."
            affine(n + "attention.LayerNorm", c)
            for part in ("query", "key", "value"):
                affine(n + "attention.self." + part, c, c)
            s[n + "attention.self.rotary_embeddings.inv_freq"] = (c // cls.heads // 2,)
            affine(n + "attention.output.dense", c, c)
            affine(n + "LayerNorm", c)
            s[n + "intermediate.dense.weight"] = (2 * f, c)
            s[n + "output.dense.weight"] = (c, f)
        affine("esm.encoder.emb_layer_norm_after", c)
        if classifier:
            affine("classifier.dense", c, c)
            affine("classifier.out_proj", LABELS, c)
        else:
            affine("lm_head.dense", c, c)
            affine("lm_head.layer_norm", c)
            s["lm_head.decoder.weight"], s["lm_head.bias"] = (VOCABULARY, c), (VOCABULARY,)
        return s

    @staticmethod
    def rotate(t):
        """(..., length, d): pairs (j, j + d / 2) turned by position x 10000^(-2 j / d)."""
        half = t.shape[-1] // 2
        angle = np.arange(t.shape[-2])[:, None] * 10000.0 ** (-np.arange(half) / half)[None, :]
        a, b = t[..., :half], t[..., half:]
        return np.concatenate([a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)], -1)

    @classmethod
    def hidden_states(cls, p, ids, real):
        eps = 1e-12
        states = [p["esm.embeddings.word_embeddings.weight"][ids] * real[:, :, None]]
        for i in range(LAYERS):
            n, x = f"esm.encoder.layer.{i}.", states[-1]
            h = norm(p, n + "attention.LayerNorm", x, eps)
            q, k, v = (linear(p, n + "attention.self." + part, h) for part in ("query", "key", "value"))
            x = x + linear(p, n + "attention.output.dense", attend(q, k, v, cls.heads, real, turn=cls.rotate))
            gate, up = np.split(linear(p, n + "intermediate.dense", norm(p, n + "LayerNorm", x, eps)), 2, axis=-1)
            states.append(x + linear(p, n + "output.dense", silu(gate) * up))
        states[-1] = norm(p, "esm.encoder.emb_layer_norm_after", states[-1], eps)
        return states

    @classmethod
    def language_model(cls, p, x):
        t = norm(p, "lm_head.layer_norm", gelu(linear(p, "lm_head.dense", x)), 1e-12)
        return t @ p["lm_head.decoder.weight"].T + p["lm_head.bias"]

    @staticmethod
    def classify(p, x):
        return linear(p, "classifier.out_proj", np.tanh(linear(p, "classifier.dense", x[:, 0])))


def cross_entropy(logits, labels):
    flat, labels = logits.reshape(-1, logits.shape[-1]), labels.reshape(-1)
    kept = labels >= 0
    return -log_softmax(flat[kept], axis=-1)[np.arange(kept.sum()), labels[kept]].mean()


def write(name, kind, classifier):
    rng = np.random.default_rng(7)
    p = {}
    for key, shape in kind.shapes(classifier).items():
        is_norm = "norm" in key.lower() and key.endswith("weight")
        draw = rng.standard_normal(shape) * (0.2 if len(shape) == 1 else 0.25)
        p[key] = (1 + draw if is_norm else draw).astype(np.float32).astype(np.float64)
        if key.endswith("inv_freq"):
            p[key] = np.float32(10000.0 ** (-np.arange(shape[0]) / shape[0])).astype(np.float64)
    directory = os.path.join(HERE, "models", name + ("_classifier" if classifier else ""))
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    stem = {"bert.": "Bert", "esm.": "Esm"}[kind.body]
    config = dict(kind.config, architectures=[stem + ("ForSequenceClassification" if classifier else "ForMaskedLM")])
    if classifier:
        config["id2label"] = {str(i): f"LABEL_{i}" for i in range(LABELS)}
    with open(os.path.join(directory, "config.json"), "w") as f:
        json.dump(config, f, indent=2, sort_keys=True)
        f.write("\n")
    save_tensors(os.path.join(directory, "model.safetensors"), p)
    out = {"versions": np.array(f"numpy {np.__version__}")}

    def run(ids, real):
        states = kind.hidden_states(p, ids, real)
        return states, kind.classify(p, states[-1]) if classifier else kind.language_model(p, states[-1])

    for batch, ids, lengths, real, labels, classes in batches(False, kind.special):
        labels = classes if classifier else labels
        states, logits = run(ids, real)
        if not classifier:
            logits = logits * real[:, :, None]
            for n, h in enumerate(states):
                out[f"{batch}.hidden.{n}"] = h * real[:, :, None]
        out[batch + ".ids"], out[batch + ".lengths"] = ids.astype(np.int32), lengths.astype(np.int32)
        out[batch + ".labels"], out[batch + ".logits"] = labels.astype(np.int32), logits
        out[batch + ".loss"] = np.array([cross_entropy(logits, labels)])
        if batch == "padded":
            for key, t in p.items():
                if key.endswith("inv_freq") or (key.startswith("esm.") and "position_embeddings" in key):
                    continue
                g, flat, step = np.zeros(t.size), t.reshape(-1), 1e-5
                for i in range(t.size):
                    was, side = flat[i], []
                    for sign in (1, -1):
                        flat[i] = was + sign * step
                        side.append(cross_entropy(run(ids, real)[1], labels))
                    flat[i] = was
                    g[i] = (side[0] - side[1]) / (2 * step)
                out["grad." + key] = fingerprint(g.reshape(t.shape))
    np.savez_compressed(os.path.join(directory, "expected.npz"), **out)
    print(name, classifier, sum(os.path.getsize(os.path.join(directory, f)) for f in os.listdir(directory)))


for name, kind in (("dnabert2", Dnabert2), ("nucleotide_transformer_v2", NucleotideTransformer2)):
    for classifier in (False, True):
        write(name, kind, classifier)
