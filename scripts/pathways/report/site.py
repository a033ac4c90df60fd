"""Writing the report: every page, the data behind each chart, and the style, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from jinja2 import Environment

from pathways.errors import PathwaysError
from pathways.export.formula import safe_text
from pathways.files import entries_replaced
from pathways.publish import only_publisher
from pathways.report.council import council_context
from pathways.report.figures import Figure
from pathways.report.index import write_index
from pathways.report.page_templates import environment
from pathways.report.pages import (
    coverage_context,
    home_context,
    measure_contexts,
    method_html,
    quality_context,
    sources_table,
)
from pathways.report.read import Council, Warehouse, read_warehouse
from pathways.rules import load_rules
from pathways.settings import Settings
from pathways.signs import named_signs

FOLDER = "report"
"""Folder of the report among the exports."""
COUNCILS_A_PROCESS = 10
"""A process more for each so many councils, as far as there are processors: to start one takes a second."""


@dataclass(frozen=True)
class Reported:
    """What was written: the home page, and how many pages and charts."""

    home: Path
    page_count: int
    figure_count: int


@dataclass
class _Writer:
    """Puts pages and data files into a folder, and counts them."""

    folder: Path
    warehouse: Warehouse
    templates: Environment = field(default_factory=environment)
    pages: int = 0
    figures: int = 0

    def page(self, place: str, template: str, **context: Any) -> None:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        text = self.templates.get_template(template).render(
            root="../" * place.count("/"),
            place=place,
            provenance=self.warehouse.provenance,
            signs=named_signs(self.warehouse.signs),
            **context,
        )
        path.write_text(text, encoding="utf-8")
        self.pages += 1

    def data(self, figure: Figure) -> None:
        path = self.folder / figure.data_file
        path.parent.mkdir(parents=True, exist_ok=True)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(figure.header)
        writer.writerows(
            [safe_text(cell) if isinstance(cell, str) else cell for cell in row] for row in figure.rows
        )
        # Excel reads UTF-8 as such only behind this mark
        path.write_text(text.getvalue(), encoding="utf-8-sig")
        self.figures += 1

    def council(self, council: Council) -> None:
        context = council_context(council, self.warehouse)
        self.page(council.page, "council.html", **context)
        for section in context["sections"]:
            for figure in section.figures:
                self.data(figure)


def _write_councils(folder: Path, published_file: Path, place: str, keys: set[str]) -> tuple[int, int]:
    """Writes the pages of some councils, in a process of its own; returns how many pages and charts."""
    warehouse = read_warehouse(published_file, place)
    writer = _Writer(folder, warehouse)
    for council in warehouse.councils:
        if council.key in keys:
            writer.council(council)
    return writer.pages, writer.figures


def _write_others(writer: _Writer, settings: Settings) -> None:
    """Writes all pages that are not of a single council, and the style."""
    warehouse = writer.warehouse
    home = home_context(warehouse)
    writer.page("index.html", "home.html", **home)
    for figure in home["figures"]:
        writer.data(figure)
    measures = measure_contexts(warehouse)
    writer.page("measures/index.html", "measures.html", measures=measures)
    for measure in measures:
        writer.page(f"measures/{measure['code']}.html", "measure.html", measure=measure)
    writer.page("coverage.html", "coverage.html", **coverage_context(warehouse))
    writer.page(
        "quality.html",
        "quality.html",
        has_data_docs=(settings.exports / "data_docs" / "index.html").is_file(),
        **quality_context(warehouse, load_rules(settings.seeds)),
    )
    writer.page("sources.html", "sources.html", sources=sources_table(warehouse))
    writer.page("method.html", "method.html", method=method_html(settings.project))
    shutil.copyfile(Path(__file__).parent / "templates" / "style.css", writer.folder / "style.css")


def write_pages(folder: Path, warehouse: Warehouse, settings: Settings) -> tuple[int, int]:
    """Writes the whole report into an empty folder; returns how many pages and charts.

    The councils are shared out among processes, since drawing their charts takes most of the time.
    """
    writer = _Writer(folder, warehouse)
    keys = [council.key for council in warehouse.councils]
    count = min(settings.threads or os.cpu_count() or 1, -(-len(keys) // COUNCILS_A_PROCESS))
    place = settings.relative(settings.published_file)
    # a copy of this process would inherit the locks of the one that draws
    with ProcessPoolExecutor(max(count, 1), get_context("spawn")) as pool:
        parts = [
            pool.submit(_write_councils, folder, settings.published_file, place, set(keys[number::count]))
            for number in range(count)
        ]
        _write_others(writer, settings)
        done = [part.result() for part in parts]
    return writer.pages + sum(pages for pages, _ in done), writer.figures + sum(made for _, made in done)


def write_report(settings: Settings) -> Reported:
    """Writes ``exports/report`` from the published file, and the start page of the exports.

    The report of before stays until the new one is whole.

    Raises:
        PathwaysError: there is no published file, another report is being written, or the folder can't be
            written.
    """
    warehouse = read_warehouse(settings.published_file, settings.relative(settings.published_file))
    there = settings.exports / FOLDER
    try:
        with only_publisher(settings), entries_replaced(settings.exports) as draft:
            pages, figures = write_pages(draft / FOLDER, warehouse, settings)
        write_index(settings, warehouse.provenance)
    except OSError as fault:
        raise PathwaysError(
            f"The report could not be written to {settings.relative(there)}: {fault.strerror or fault}. "
            "See that there is room and that the folder may be written, and run the command again."
        ) from fault
    except BrokenProcessPool as fault:
        raise PathwaysError(
            "The report could not be written: the system ended a process that drew it, most likely for want "
            "of memory. Set PATHWAYS_THREADS to 1 and run the command again."
        ) from fault
    return Reported(there / "index.html", pages, figures)
