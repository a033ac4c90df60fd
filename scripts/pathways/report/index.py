"""The start page of the exports: what is there, and what each is for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pathways.export import EES_NAME, WORKBOOK
from pathways.export.provenance import Provenance
from pathways.files import write_whole
from pathways.settings import Settings
from pathways.words import size

REPORT = "report/index.html"
"""The home page of the report, among the exports."""
DBT_DOCS = "dbt_docs.html"
"""The page on every table, column and test, among the exports."""


@dataclass(frozen=True)
class Entry:
    """A link of the start page; ``size`` is blank for a page."""

    href: str
    label: str
    size: str = ""


@dataclass(frozen=True)
class Part:
    """A group of links with what they are for."""

    title: str
    words: str
    entries: tuple[Entry, ...]


_PARTS = (
    (
        "To read",
        "Pages that open in any browser: findings, a page for each council, each measure, data quality, "
        "the method.",
        ((REPORT, "The report"),),
    ),
    (
        "For a spreadsheet",
        "The figures as tables with notes, for Excel, LibreOffice or Numbers. A sign in brackets stands "
        "where there is no number; the notes say why.",
        ((WORKBOOK, "Workbook"),),
    ),
    (
        "For analysis",
        "Every published table as CSV and as Parquet; the data package describes each column. The "
        "pathway also in the layout of Explore Education Statistics.",
        (
            ("csv", "Tables as CSV"),
            ("csv/datapackage.json", "Description of the CSV files (Frictionless data package)"),
            ("parquet", "Tables as Parquet"),
            (f"ees/{EES_NAME}.csv", "The pathway in EES layout"),
            (f"ees/{EES_NAME}.meta.csv", "Its metadata"),
            ("ees/data-guidance.txt", "Its guidance"),
        ),
    ),
    (
        "How it was made and checked",
        "Every check of the last build, row by row; every table, column and test with where it comes from.",
        (
            ("data_docs/index.html", "Checks at the door and the window (Data Docs)"),
            (DBT_DOCS, "Tables, columns, tests and lineage (dbt docs)"),
        ),
    ),
)


def is_stale(settings: Settings) -> bool:
    """Whether there is a report, of figures older than the published ones."""
    report = settings.exports / REPORT
    return report.is_file() and report.stat().st_mtime < settings.published_file.stat().st_mtime


def _entry(folder: Path, place: str, label: str) -> Entry | None:
    path = folder / place
    if path.is_dir():
        files = [file for file in path.iterdir() if file.is_file()]
        return Entry(f"{place}/", f"{label}, {len(files)} files", size(sum(f.stat().st_size for f in files)))
    if not path.is_file():
        return None
    return Entry(place, label, "" if path.suffix == ".html" else size(path.stat().st_size))


def parts_there(folder: Path) -> list[Part]:
    """What is in the folder of the exports, as the start page names it."""
    parts = []
    for title, words, places in _PARTS:
        entries = tuple(entry for place, label in places if (entry := _entry(folder, place, label)))
        if entries:
            parts.append(Part(title, words, entries))
    return parts


def write_index(settings: Settings, provenance: Provenance) -> Path:
    """Writes ``exports/index.html`` over whatever is there."""
    from pathways.report.page_templates import environment

    style = Path(__file__).parent / "templates" / "style.css"
    text = (
        environment()
        .get_template("start.html")
        .render(
            parts=parts_there(settings.exports),
            stale=REPORT if is_stale(settings) else None,
            provenance=provenance,
            style=style.read_text(encoding="utf-8"),
        )
    )
    path = settings.exports / "index.html"
    write_whole(path, text.encode())
    return path
