"""Four ways to answer from the same passages with the same weights, for ``eval.peers``.

Each is set up as its own documentation does, in float32, at ten passages a question. (The weights
are in half precision on disk, in which sentence-transformers would compute, slowly, on a CPU.) The
packages of the peers come with the extra ``bench``.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import locate
from qa.settings import load_settings

K = 10
LENGTH = 384
STRIDE = 128
ANSWER_TOKENS = 30
FLOAT32 = {"dtype": "float32"}


class System(Protocol):
    """A question answering system over passages."""

    def index(self, passages: Sequence[str], vectors: NDArray[np.float32] | None) -> None:
        """Take in n passages; ``vectors`` are of shape ``(n, dim)``, None to have them embedded."""

    def answer(self, question: str) -> str:
        """Give the best answer, whatever its score; empty where there is none."""


class Pullquote:
    """This project, on a store that exists.

    :param store: its folder.
    :param depth: the setting ``adaptive_depth``; None for its default.
    """

    def __init__(self, store: Path, depth: float | None = None) -> None:
        from qa.pipeline import build_pipeline

        settings = load_settings(store=store, top_k=K, adaptive_depth=depth)
        self._pipeline = build_pipeline(settings)

    def index(self, passages: Sequence[str], vectors: NDArray[np.float32] | None) -> None:
        """Nothing: the store is there."""

    def answer(self, question: str) -> str:
        """Give the best quote.

        :param question: the question.
        :returns: its words.
        """
        quotes = self._pipeline.answer(question).quotes
        return quotes[0].answer if quotes else ""


class Script:
    """The twenty lines that anyone would write: sentence-transformers, FAISS and a reader, all
    passages of a question padded to the longest.

    :param reader: folder of the reader, in float32.
    """

    def __init__(self, reader: Path) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._encoder = SentenceTransformer(locate("default"), device="cpu", model_kwargs=FLOAT32)
        self._tokenizer = AutoTokenizer.from_pretrained(reader)
        self._reader = AutoModelForQuestionAnswering.from_pretrained(reader).eval()
        self._passages: Sequence[str] = ()
        self._index: Any = None

    def index(self, passages: Sequence[str], vectors: NDArray[np.float32] | None) -> None:
        """Embed where needed, and index.

        :param passages: n texts.
        :param vectors: shape ``(n, dim)``, or None.
        """
        import faiss

        if vectors is None:
            vectors = self._encoder.encode(list(passages), show_progress_bar=False)
        self._passages = passages
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def answer(self, question: str) -> str:
        """Read the ten nearest passages at once.

        :param question: the question.
        :returns: the span with the highest sum of logits.
        """
        import torch

        _, rows = self._index.search(self._encoder.encode([question], show_progress_bar=False), K)
        texts = [self._passages[row] for row in rows[0]]
        inputs = self._tokenizer(
            [question] * len(texts),
            texts,
            truncation="only_second",
            max_length=LENGTH,
            padding=True,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = inputs.pop("offset_mapping")
        with torch.no_grad():
            output = self._reader(**inputs)
        scores = output.start_logits[:, :, None] + output.end_logits[:, None, :]
        second = torch.tensor([[part == 1 for part in inputs.sequence_ids(i)] for i in range(K)])
        allowed = (second[:, :, None] & second[:, None, :]).triu().tril(ANSWER_TOKENS - 1)
        best = int(scores.masked_fill(~allowed, -torch.inf).argmax())
        row, start, end = np.unravel_index(best, scores.shape)
        first, last = int(offsets[row, start, 0]), int(offsets[row, end, 1])
        return str(texts[row][first:last])


class Haystack:
    """Haystack: the in-memory store, retrieval by words and by meaning, reciprocal rank fusion, and
    its extractive reader.

    :param reader: folder of the reader, in float32.
    """

    def __init__(self, reader: Path) -> None:
        os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import (
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersTextEmbedder,
        )
        from haystack_integrations.components.readers.transformers import (
            TransformersExtractiveReader,
        )

        store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
        pipeline = Pipeline()
        embedder = SentenceTransformersTextEmbedder(
            model=locate("default"), progress_bar=False, model_kwargs=FLOAT32
        )
        pipeline.add_component("embedder", embedder)
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=K))
        pipeline.add_component("meaning", InMemoryEmbeddingRetriever(store, top_k=K))
        fusion = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K)
        pipeline.add_component("fusion", fusion)
        reading = TransformersExtractiveReader(model=str(reader), top_k=1, no_answer=False)
        pipeline.add_component("reader", reading)
        pipeline.connect("embedder.embedding", "meaning.query_embedding")
        pipeline.connect("words", "fusion")
        pipeline.connect("meaning", "fusion")
        pipeline.connect("fusion", "reader.documents")
        self._store, self._pipeline = store, pipeline

    def index(self, passages: Sequence[str], vectors: NDArray[np.float32] | None) -> None:
        """Embed where needed, and store.

        :param passages: n texts.
        :param vectors: shape ``(n, dim)``, or None.
        """
        from haystack import Document
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

        documents = [Document(id=str(row), content=text) for row, text in enumerate(passages)]
        if vectors is None:
            embedder = SentenceTransformersDocumentEmbedder(
                model=locate("default"), progress_bar=False, model_kwargs=FLOAT32
            )
            documents = embedder.run(documents)["documents"]
        else:
            documents = [
                Document(id=str(row), content=text, embedding=vectors[row].tolist())
                for row, text in enumerate(passages)
            ]
        self._store.write_documents(documents)

    def answer(self, question: str) -> str:
        """Run the pipeline.

        :param question: the question.
        :returns: the best answer of its reader.
        """
        found = self._pipeline.run(
            {
                "embedder": {"text": question},
                "words": {"query": question},
                "reader": {"query": question},
            }
        )
        answers = found["reader"]["answers"]
        return str(answers[0].data or "") if answers else ""


class Txtai:
    """txtai: hybrid embeddings with their texts, and its extractor over the ten best.

    :param reader: folder of the reader, in float32.
    """

    def __init__(self, reader: Path) -> None:
        from sentence_transformers import SentenceTransformer
        from txtai import Embeddings
        from txtai.pipeline import RAG

        self._encoder = SentenceTransformer(locate("default"), device="cpu", model_kwargs=FLOAT32)
        self._known: dict[str, NDArray[np.float32]] = {}
        self._embeddings = Embeddings(
            method="external",
            transform=lambda texts: self._vectors(texts),  # it takes a bound method for a factory
            content=True,
            hybrid=True,
        )
        self._extractor = RAG(
            self._embeddings,
            str(reader),
            gpu=False,
            context=K,
            task="question-answering",
            output="flatten",
        )

    def index(self, passages: Sequence[str], vectors: NDArray[np.float32] | None) -> None:
        """Embed where needed, and index.

        :param passages: n texts.
        :param vectors: shape ``(n, dim)``, or None.
        """
        if vectors is not None:
            self._known = dict(zip(passages, vectors, strict=True))
        self._embeddings.index(list(passages))
        self._known = {}

    def answer(self, question: str) -> str:
        """Run the extractor.

        :param question: the question.
        :returns: its answer; empty where its score is too low, or the reader finds none, at which
            txtai fails.
        """
        try:
            return str(self._extractor([question])[0] or "")
        except TypeError:
            return ""

    def _vectors(self, texts: list[str]) -> NDArray[np.float32]:
        if all(text in self._known for text in texts):
            return np.stack([self._known[text] for text in texts])
        found: NDArray[np.float32] = self._encoder.encode(texts, show_progress_bar=False)
        return found


PEERS: dict[str, type[Script] | type[Haystack] | type[Txtai]] = {
    "script": Script,
    "haystack": Haystack,
    "txtai": Txtai,
}
