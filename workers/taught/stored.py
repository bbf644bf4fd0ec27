"""A trained version as bytes and back: a header in JSON, plain arrays, a checksum. Nothing in it is ever executed.

What does not hold together is refused as a whole: a version that was damaged recognises nothing, rather than anything.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from config.errors import PermanentError
from workers.taught.arrays import Floats
from workers.taught.classifier import Classifier
from workers.taught.pieces import Lexicon, Postings
from workers.taught.softmax import Softmax
from workers.taught.space import Projection, Shape, Space

MAGIC = b"FDI1"  # the last character is the format's version
CHECKSUM_BYTES = 32
LONGEST_HEADER = 1 << 20
KINDS = {"f2": "<f2", "f4": "<f4", "u4": "<u4", "i8": "<i8"}


class Damaged(PermanentError):
    """The bytes are no version of ours, or not of a form this release reads."""


def pack(model: Classifier, embedding_model: str) -> bytes:
    """Half precision where its error is far below the embedding's own."""
    space = model.space
    arrays: dict[str, tuple[str, np.ndarray[Any, Any]]] = {
        "mean": ("f4", space.projection.mean),
        "matrix": ("f4", space.projection.matrix),
        "piece_ids": ("i8", space.lexicon.ids),
        "telling": ("f2", space.lexicon.telling),
        "dense": ("f2", space.dense),
        "starts": ("u4", space.held.starts),
        "holders": ("u4", space.held.holders),
        "weights": ("f2", space.held.weights),
        "fitted": ("f4", model.fitted.weights),
        "bias": ("f4", model.fitted.bias),
    }
    header = {
        "embedding_model": embedding_model,
        "intents": list(model.intents),
        "threshold": model.threshold,
        "emphasis": space.shape.emphasis,
        "lexical": space.shape.lexical,
        "reach": space.shape.reach,
        "strange": space.lexicon.strange,
        "arrays": [[name, kind, list(array.shape)] for name, (kind, array) in arrays.items()],
    }
    text = json.dumps(header, ensure_ascii=False).encode()
    body = b"".join(np.ascontiguousarray(array, dtype=KINDS[kind]).tobytes() for kind, array in arrays.values())
    packed = MAGIC + struct.pack("<I", len(text)) + text + body
    return packed + hashlib.sha256(packed).digest()


def unpack(data: bytes, embedding_model: str) -> Classifier:
    """Raises Damaged unless every part is there, whole and fits the others, and vectors of this model are meant."""
    packed, checksum = data[:-CHECKSUM_BYTES], data[-CHECKSUM_BYTES:]
    if packed[: len(MAGIC)] != MAGIC or hashlib.sha256(packed).digest() != checksum:
        raise Damaged("The stored model is damaged, or of another release.")
    try:
        (length,) = struct.unpack_from("<I", packed, len(MAGIC))
        start = len(MAGIC) + 4
        if length > LONGEST_HEADER:
            raise Damaged("The stored model's header is too long.")
        header = json.loads(packed[start : start + length])
        arrays = _arrays(header["arrays"], packed[start + length :])
        model = _classifier(header, arrays)
    except (KeyError, ValueError, TypeError, struct.error) as error:
        raise Damaged(f"The stored model does not hold together: {type(error).__name__}.") from None
    if header["embedding_model"] != embedding_model:
        raise Damaged("The stored model was trained on vectors of another embedding model; train again.")
    return model


def _arrays(described: list[list[Any]], body: bytes) -> dict[str, np.ndarray[Any, Any]]:
    found, at = {}, 0
    for name, kind, shape in described:
        size = math.prod(int(side) for side in shape) * np.dtype(KINDS[kind]).itemsize
        array = np.frombuffer(body[at : at + size], dtype=KINDS[kind]).reshape([int(side) for side in shape])
        if kind.startswith("f") and not np.isfinite(array).all():
            raise ValueError("not a number")
        found[name], at = array, at + size
    if at != len(body):
        raise ValueError("more than was described")
    return found


def _classifier(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray[Any, Any]]) -> Classifier:
    dense, weights, bias = _floats(arrays["dense"]), _floats(arrays["fitted"]), _floats(arrays["bias"])
    ids, starts = arrays["piece_ids"].astype(np.int64), arrays["starts"].astype(np.int64)
    holders, held = arrays["holders"].astype(np.int64), _floats(arrays["weights"])
    intents = [str(name) for name in header["intents"]]
    matrix, mean, telling = _floats(arrays["matrix"]), _floats(arrays["mean"]), _floats(arrays["telling"])
    fits = (
        weights.shape == (len(dense), len(intents) + 1)
        and bias.shape == (len(intents) + 1,)
        and matrix.shape == (len(mean), dense.shape[1])
        and len(telling) == len(ids)
        and len(starts) == len(ids) + 1
        and len(holders) == len(held) == starts[-1]
        and bool((np.diff(starts) >= 0).all())
        and bool((np.diff(ids) > 0).all())
        and (not len(holders) or int(holders.max()) < len(dense))
        and 0.0 <= float(header["threshold"]) <= 1.0
    )
    if not fits:
        raise ValueError("parts that do not fit")
    shape = Shape(float(header["emphasis"]), float(header["lexical"]), float(header["reach"]))
    space = Space(
        shape,
        Projection(mean, matrix),
        Lexicon(ids, telling, float(header["strange"])),
        dense,
        np.square(dense).sum(axis=1),
        Postings(starts, holders, held, len(dense)),
    )
    return Classifier(space, Softmax(weights, bias), intents, float(header["threshold"]))


def _floats(array: np.ndarray[Any, Any]) -> Floats:
    return np.asarray(array, dtype=np.float32)
