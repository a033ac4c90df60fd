"""What a worker process does with one document."""

from __future__ import annotations

from pathlib import Path

from pathways.foi.dictionary import Dictionary
from pathways.foi.opening import open_document
from pathways.foi.proposal import Proposal
from pathways.foi.reading import Told, read_document


def read_path(dictionary: Dictionary, told: Told, path: Path) -> Proposal:
    """Opens and reads one document.

    Raises:
        PathwaysError: it cannot be opened, or tells no letter.
    """
    return read_document(open_document(path), dictionary, told)
