"""How long reading takes: under the limits, and a few times what bare extraction takes at most."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from conftest import PROJECT, shared
from pathways.foi.bench import (
    DOCUMENT_LIMIT_SECONDS,
    FIGURES,
    LEAST_AT_A_TIME,
    MOST_OF_FLOOR,
    PAGES,
    PDF_LIMIT_SECONDS,
    answer_lines,
    made_pdf,
    measure_answers,
    specimens,
    write_documents,
)
from pathways.foi.opening import open_content, open_document
from pathways.settings import load_settings


def test_the_long_pdf_is_read_as_the_tables_that_it_shows() -> None:
    document = open_content("a.pdf", made_pdf(PAGES))
    figures = [text for text in document.texts if text.replace(",", "").isdecimal()]
    assert len(figures) == FIGURES
    assert max(grid.page or 0 for grid in document.grids) == PAGES


def test_the_copies_of_specimens_differ_and_say_the_same(tmp_path: Path) -> None:
    originals = specimens(shared("data", "foi_specimens"))
    paths = write_documents(tmp_path, originals, 2 * len(originals))
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in [*paths, *originals]}) == 36
    for original, path in zip([*originals, *originals], paths, strict=True):
        assert open_document(path).texts == open_document(original).texts


def test_without_specimens_documents_are_made_and_no_two_are_the_same(tmp_path: Path) -> None:
    first, second = write_documents(tmp_path, specimens(None), 2)
    assert open_document(first).texts != open_document(second).texts


@pytest.mark.bench
def test_a_document_takes_under_two_seconds_a_long_pdf_under_ten_and_cores_work_together() -> None:
    folder = shared("data", "foi_specimens")
    measured = measure_answers(load_settings(PROJECT), folder, rounds=3, count=60)
    print("\n".join(answer_lines(measured)))
    assert measured.long.best < PDF_LIMIT_SECONDS
    assert measured.long.best <= MOST_OF_FLOOR * measured.floor.best
    assert len(measured.singles) == 12
    assert measured.slowest.best < DOCUMENT_LIMIT_SECONDS
    assert measured.folder.slowest.best < DOCUMENT_LIMIT_SECONDS
    assert measured.folder.cores == 1 or measured.folder.at_a_time >= LEAST_AT_A_TIME
