"""Benchmarks of reading answers: single documents, a long PDF against the bare floor, a folder of 150.

Limits: a document in under 2 s after start-up, a PDF of 20 pages in under 10 s, a folder on all cores.
"""

from __future__ import annotations

import io
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

from pathways.bench import Timing, take_turns
from pathways.errors import PathwaysError
from pathways.foi.dictionary import Dictionary, load_dictionary
from pathways.foi.guarded import Outcome, read_guarded
from pathways.foi.proposal import Proposal
from pathways.foi.reading import Told
from pathways.foi.work import read_path
from pathways.settings import Settings

PAGES = 20
DOCUMENTS = 150
DOCUMENT_LIMIT_SECONDS = 2.0
PDF_LIMIT_SECONDS = 10.0
LEAST_AT_A_TIME = 1.5
"""Documents in work at a time, at least, where there are several cores."""
MOST_OF_FLOOR = 4.0
"""How many times as long as the floor reading a long PDF takes at most."""
FOLDER_ROUNDS = 3
_SEED = 18908
_LETTER = "england_2025"
_KINDS = (".docx", ".xlsx", ".ods", ".csv", ".pdf", ".html", ".md", ".txt", ".eml")
_YEARS = ("2020/21", "2021/22", "2022/23", "2023/24", "2024/25")
_LOCALITIES = 30
_AGES = ("All children", "Age 5-9", "Age 10-15", "Age 16 and over")
_QUESTIONS = (
    "Q2: How many children received an early help assessment?",
    "Q3: How many children were subject to a child in need (CIN) assessment?",
    "Q4: For how many children was the case closed following the CIN assessment?",
    "Q5: How many of the children whose case was closed were re-referred within 12 months?",
    "Q6: How many of the children whose case was closed were referred to early help services?",
    "Q7: Of the children referred to early help, how many were re-referred within 12 months?",
)
FIGURES = PAGES * len(_YEARS) * (len(_AGES) + _LOCALITIES)
"""Figures that the long PDF shows."""


# --- the documents ----------------------------------------------------------------------------------


def made_pdf(pages: int, seed: int = _SEED) -> bytes:
    """An answer as a PDF whose tables have no rules: a question a page, its ages and its localities."""
    draw = random.Random(seed)
    return _pdf([_page(number, draw) for number in range(pages)])


def _page(number: int, draw: random.Random) -> list[tuple[int, int, str]]:
    """The texts of a page and where they stand, in points from the bottom left."""
    texts = [(60, 780, f"Specimen County, request FOI-{_SEED}, page {number + 1}")]
    texts.append((60, 720, _QUESTIONS[number % len(_QUESTIONS)]))
    height = 700
    tables = (
        ("Age", _AGES),
        ("Locality", tuple(f"Locality {number + 1}.{at}" for at in range(1, _LOCALITIES + 1))),
    )
    for heading, labels in tables:
        rows = [
            (heading, *_YEARS),
            *((label, *(f"{draw.randrange(3_000):,}" for _ in _YEARS)) for label in labels),
        ]
        for row in rows:
            texts.extend((60 + 85 * at, height, text) for at, text in enumerate(row))
            height -= 14
        height -= 50
    return texts


def _pdf(pages: Sequence[Sequence[tuple[int, int, str]]]) -> bytes:
    """The smallest PDF that shows texts in Helvetica at their places, on pages of A4."""
    streams = [
        "\n".join(
            f"BT /F1 9 Tf {x} {y} Td ({text.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj ET"
            for x, y, text in page
        )
        for page in pages
    ]
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, stream in enumerate(streams):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * at} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode("ascii"))
    table = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii"))
    out.writelines(f"{place:010} 00000 n \n".encode("ascii") for place in places)
    out.write(
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode("ascii")
    )
    return out.getvalue()


def specimens(folder: Path | None) -> list[Path]:
    """The documents of a folder, by name; none where no folder is given.

    Raises:
        PathwaysError: the folder holds none.
    """
    if folder is None:
        return []
    found = sorted(
        path for path in folder.iterdir() if path.suffix.lower() in _KINDS and path.stem != "README"
    )
    if not found:
        raise PathwaysError(f"{folder} holds no document to measure with. Name a folder of answers.")
    return found


def write_documents(out: Path, originals: Sequence[Path], count: int) -> list[Path]:
    """Writes that many documents, no two with the same content: copies of the originals, else made ones."""
    written = []
    for number in range(count):
        if originals:
            original = originals[number % len(originals)]
            path = out / f"answer_{number + 1:03}{original.suffix}"
            path.write_bytes(_varied(original.suffix.lower(), original.read_bytes(), number))
        else:
            path = out / f"answer_{number + 1:03}.pdf"
            path.write_bytes(made_pdf(len(_QUESTIONS), _SEED + number))
        written.append(path)
    return written


def _varied(suffix: str, content: bytes, number: int) -> bytes:
    """The same document with another checksum: what is added is not seen."""
    if suffix in (".docx", ".xlsx", ".ods"):
        out = io.BytesIO(content)
        with zipfile.ZipFile(out, "a") as archive:
            archive.comment = f"copy {number}".encode()
        return out.getvalue()
    if suffix == ".pdf":
        return content + f"\n% copy {number}\n".encode()
    if suffix == ".html":
        return content + f"\n<!-- copy {number} -->\n".encode()
    if suffix == ".eml":
        return f"X-Copy: {number}\n".encode() + content
    return content.rstrip() + b"\n" * (number + 1)


# --- what is measured -------------------------------------------------------------------------------


def only_words(path: Path) -> None:
    """The floor: pdfplumber takes words and boxes from each page, and nothing is made of them."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            found = page.extract_words(), page.rects
            page.close()
            if not found[0]:
                raise PathwaysError(f"{path}: a page without words, so nothing was measured.")


@dataclass(frozen=True)
class Folder:
    """Seconds for a folder of documents, in the best of its rounds."""

    count: int
    cores: int
    alone: float
    together: float
    command: float
    slowest: Timing
    at_a_time: float
    """Documents in work at a time: other than the speed-up, it is the same where others use the cores."""


@dataclass(frozen=True)
class Answers:
    """What was measured of reading answers, after start-up but for the command."""

    specimen_count: int
    long: Timing
    floor: Timing
    singles: tuple[Timing, ...]
    folder: Folder

    @property
    def slowest(self) -> Timing:
        """The single document that takes longest."""
        return max(self.singles, key=lambda timing: timing.best)


def measure_answers(settings: Settings, folder: Path | None, rounds: int, count: int = DOCUMENTS) -> Answers:
    """Measures reading, in a fresh process: what landing loaded would count against readers' memory.

    Args:
        settings: The project.
        folder: Answers to read; made ones, where it is None.
        rounds: How often each contender takes its turn.
        count: How many documents the folder has that is read in parallel.

    Raises:
        PathwaysError: a document was not read, so nothing was measured.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(_measure_answers, settings, folder, rounds, count).result()


def _measure_answers(settings: Settings, folder: Path | None, rounds: int, count: int) -> Answers:
    dictionary = load_dictionary(settings.seeds)
    originals = specimens(folder)
    told = Told() if originals else Told(_LETTER)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        path = place / f"{PAGES}_pages.pdf"
        path.write_bytes(made_pdf(PAGES))
        long, floor = take_turns(
            {
                "`pathways foi read`": partial(read_path, dictionary, Told(_LETTER), path),
                "floor: pdfplumber takes words and boxes": partial(only_words, path),
            },
            rounds,
        )
        alone = originals or write_documents(place, (), 1)
        singles = take_turns({one.name: partial(read_path, dictionary, told, one) for one in alone}, rounds)
        many = place / "answers"
        many.mkdir()
        paths = write_documents(many, originals, count)
        measured = _measure_folder(settings, paths, dictionary, told, place / "target")
    return Answers(len(originals), long, floor, tuple(singles), measured)


def _measure_folder(
    settings: Settings, paths: Sequence[Path], dictionary: Dictionary, told: Told, target: Path
) -> Folder:
    cores = os.cpu_count() or 1
    alone, together = [], []
    slowest, at_a_time = Timing("", (0.0,)), 0.0
    for _ in range(FOLDER_ROUNDS):
        alone.append(_read_all(paths, dictionary, told, 1)[0])
        seconds, each = _read_all(paths, dictionary, told, cores)
        together.append(seconds)
        slowest = max(each, key=lambda timing: timing.best)
        at_a_time = max(at_a_time, sum(timing.best for timing in each) / seconds)
    command = _command(settings, paths[0].parent, told, target)
    return Folder(len(paths), cores, min(alone), min(together), command, slowest, at_a_time)


def _timed(dictionary: Dictionary, told: Told, path: Path) -> tuple[float, Proposal]:
    start = time.perf_counter()
    proposal = read_path(dictionary, told, path)
    return time.perf_counter() - start, proposal


def _read_all(
    paths: Sequence[Path], dictionary: Dictionary, told: Told, jobs: int
) -> tuple[float, list[Timing]]:
    """Seconds for all documents in so many processes at a time, and for each of them."""
    start = time.perf_counter()
    outcomes: list[Outcome[tuple[float, Proposal]]] = read_guarded(
        paths, partial(_timed, dictionary, told), jobs=jobs
    )
    seconds = time.perf_counter() - start
    faults = [outcome.fault for outcome in outcomes if outcome.result is None]
    if faults:
        raise PathwaysError(f"A document to measure with was not read: {faults[0]}")
    each = [Timing(one.path.name, (one.result[0],)) for one in outcomes if one.result is not None]
    return seconds, each


def _command(settings: Settings, folder: Path, told: Told, target: Path) -> float:
    """Seconds of ``pathways foi read`` on a folder, start-up and review page included."""
    letter = ["--question-set", told.question_set] if told.question_set else []
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pathways", "foi", "read", str(folder), *letter],
        cwd=settings.project,
        env={**os.environ, "DBT_TARGET_PATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise PathwaysError(f"The documents to measure with were not read: {done.stderr.strip()[-500:]}")
    return seconds


# --- the page ---------------------------------------------------------------------------------------


def answer_lines(measured: Answers) -> list[str]:
    """The page on reading answers."""
    long, floor, slowest, folder = measured.long, measured.floor, measured.slowest, measured.folder
    count = measured.specimen_count
    average = sum(timing.best for timing in measured.singles) / len(measured.singles)
    made = f"{count} specimens, copied so that no two have" if count else "Made answers, no two with"
    return [
        "## Reading councils' answers",
        "",
        f"On {platform.machine()} with {folder.cores} cores, Python {platform.python_version()}, pdfplumber "
        f"{version('pdfplumber')}. From the file to its proposed cells, once libraries and dictionaries are "
        f"loaded; {len(long.seconds)} rounds in turn after one that does not count.",
        "",
        f"| a PDF of {PAGES} pages, {FIGURES:,} figures in tables without rules | best round, s | median, s "
        "| reading takes, of its time |",
        "|---|---|---|---|",
        *(
            f"| {timing.name} | {timing.best:.2f} | {timing.median:.2f} | {long.best / timing.best:.2f} |"
            for timing in (long, floor)
        ),
        "",
        f"Target: under {PDF_LIMIT_SECONDS:.0f} s, and at most {MOST_OF_FLOOR:.1f} of the floor's time.",
        "",
        f"| one document, the slowest of {len(measured.singles)} | best round, s | median, s |",
        "|---|---|---|",
        f"| `{slowest.name}` | {slowest.best:.2f} | {slowest.median:.2f} |",
        "",
        f"Target: under {DOCUMENT_LIMIT_SECONDS:.0f} s. On average they take {average:.2f} s.",
        "",
        f"| a folder of {folder.count} documents | s | documents a second | times as fast as one process |",
        "|---|---|---|---|",
        *(
            f"| {label} | {seconds:.1f} | {folder.count / seconds:.1f} | {folder.alone / seconds:.2f} |"
            for label, seconds in (
                ("one process", folder.alone),
                (f"{folder.cores} processes, one a core", folder.together),
                ("`pathways foi read`, with start-up and review page", folder.command),
            )
        ),
        "",
        f"{made} the same content; the best of {FOLDER_ROUNDS} rounds. Slowest document while all cores "
        f"are busy: `{folder.slowest.name}`, {folder.slowest.best:.2f} s. Documents in work at a time: "
        f"{folder.at_a_time:.2f}. Targets: under {DOCUMENT_LIMIT_SECONDS:.0f} s; on several cores at least "
        f"{LEAST_AT_A_TIME} at a time. How much faster that is depends on who else uses the cores.",
        "",
    ]


def bench_answers(settings: Settings, folder: Path | None, rounds: int) -> list[str]:
    """Measures reading and returns the page's lines."""
    return answer_lines(measure_answers(settings, folder, rounds))
