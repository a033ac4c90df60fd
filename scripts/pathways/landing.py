"""Landing: published files come through the door into Parquet, or are refused with every reason."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pyarrow.parquet as pq

from pathways.ees.cells import cells_of
from pathways.ees.data_file import (
    BYTE_ORDER_MARK,
    SIZE_LIMIT,
    DataFile,
    DataFileError,
    MetaFile,
    read_data_file,
    read_meta_file,
    unpacked,
)
from pathways.ees.manifest import Landed, read_manifest, write_manifest
from pathways.ees.recognise import RELEASE, DataSet, data_set_of, load_data_sets, release_of
from pathways.ees.screening import (
    Areas,
    Finding,
    Roles,
    Screening,
    load_areas,
    roles,
    screen,
    unreadable,
)
from pathways.errors import PathwaysError
from pathways.rules import RuleBook, load_rules
from pathways.settings import Settings

Say = Callable[[str, str | None], None]

CELLS = "cell"
LANDED_ONCE = "landed_release_is_landed_once"
FILE_IS_CSV = "landed_file_is_csv"
ARCHIVE_IS_WHOLE = "landed_archive_is_whole"
LANDING_RULES = (LANDED_ONCE, FILE_IS_CSV, ARCHIVE_IS_WHOLE)
"""The rules that landing itself holds to; DfE's are those of the screening."""
SCREENING_FILE = "screening.csv"


@dataclass(frozen=True)
class Source:
    """A file, archive or folder to land, with what its bringer knows of it."""

    path: Path
    release_code: str | None = None
    source_url: str = ""


@dataclass(frozen=True)
class Incoming:
    """One data file: ``place`` as the user knows it, and how its bytes are read."""

    name: str
    place: str
    read: Callable[[], bytes]
    meta_name: str | None = None
    read_meta: Callable[[], bytes] | None = None
    release_code: str | None = None
    source_url: str = ""


@dataclass(frozen=True)
class Result:
    """What came of one file: landed, known already, or refused; with what the screening found."""

    incoming: Incoming
    outcome: str
    findings: tuple[Finding, ...] = ()
    checked: tuple[str, ...] = ()
    landed: Landed | None = None

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings for which the file is refused."""
        return tuple(finding for finding in self.findings if finding.level == "fail")


@dataclass
class LandReport:
    """What came of all files; ``left_aside`` are files in a folder that are no data files."""

    results: list[Result] = field(default_factory=list)
    left_aside: list[str] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """How many files had an outcome: ``landed``, ``known``, ``checked`` or ``refused``."""
        return sum(result.outcome == outcome for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether no file was refused."""
        return self.count("refused") == 0


def landing_folder(settings: Settings) -> Path:
    """Where landed EES files are: the manifest, and under ``cell`` one Parquet file each."""
    return settings.landing / "ees"


def _is_data(name: str) -> bool:
    lowered = PurePosixPath(name).name.lower()
    return lowered.endswith((".csv", ".csv.gz")) and ".meta." not in lowered


def _meta_of(name: str, names: Sequence[str]) -> str | None:
    """The metadata file of a data file: ``x.meta.csv`` for ``x.csv``, else any ``x.meta.*``."""
    stem = name.removesuffix(".gz").removesuffix(".csv")
    others = sorted(other for other in names if other.startswith(f"{stem}.meta."))
    return f"{stem}.meta.csv" if f"{stem}.meta.csv" in others else (others[0] if others else None)


def _from_files(files: Sequence[Path], source: Source, shown: Callable[[Path], str]) -> Iterator[Incoming]:
    for path in files:
        beside = [other.name for other in path.parent.iterdir() if other.is_file()]
        meta = _meta_of(path.name, beside)
        yield Incoming(
            name=path.name,
            place=shown(path),
            read=path.read_bytes,
            meta_name=meta,
            read_meta=(path.parent / meta).read_bytes if meta else None,
            release_code=source.release_code,
            source_url=source.source_url,
        )


def _entry(archive: Path, name: str) -> bytes:
    """One file out of an archive, read into memory and never written to a path of the archive's choice."""
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(name) as file:
            content = file.read(SIZE_LIMIT + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise DataFileError(f"a damaged entry ({fault})", "a whole ZIP file") from fault
    if len(content) > SIZE_LIMIT:
        raise DataFileError("more than 2 GiB once unpacked", "a file of at most 2 GiB")
    return content


def _release_in_name(name: str) -> str | None:
    """The year in the name of a release's archive: ``..._2024.zip``, ``..._2023-24.zip`` (2024)."""
    found = re.search(r"((?:19|20)\d\d)(?:-(\d\d))?\D*$", Path(name).stem)
    if not found:
        return None
    return found[1][:2] + found[2] if found[2] else found[1]


def _from_archive(source: Source, place: str, report: LandReport) -> Iterator[Incoming]:
    path = source.path
    try:
        with zipfile.ZipFile(path) as opened:
            names = [entry.filename for entry in opened.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError) as fault:
        finding = Finding(
            ARCHIVE_IS_WHOLE, "fail", place, "", str(fault) or "a damaged archive", "a whole ZIP file", (), 0
        )
        report.results.append(Result(Incoming(path.name, place, path.read_bytes), "refused", (finding,)))
        return
    for name in sorted(names):
        if not _is_data(name):
            if ".meta." not in name:
                report.left_aside.append(f"{place}/{name}")
            continue
        meta = _meta_of(name, names)
        yield Incoming(
            name=PurePosixPath(name).name,
            place=f"{place}/{name}",
            read=lambda name=name: _entry(path, name),  # type: ignore[misc]
            meta_name=PurePosixPath(meta).name if meta else None,
            read_meta=(lambda meta=meta: _entry(path, meta)) if meta else None,  # type: ignore[misc]
            release_code=source.release_code or _release_in_name(path.name),
            source_url=source.source_url,
        )


def incoming(settings: Settings, sources: Sequence[Source], report: LandReport) -> Iterator[Incoming]:
    """Every data file in the given files, archives and folders, in the order of their names.

    Raises:
        PathwaysError: a path that is not there.
    """

    def shown(path: Path) -> str:
        return settings.relative(path.resolve())

    for source in sources:
        path = source.path
        if path.is_dir():
            inside = [
                entry
                for entry in sorted(path.rglob("*"))
                if entry.is_file() and not any(part.startswith(".") for part in entry.relative_to(path).parts)
            ]
            report.left_aside.extend(
                shown(entry)
                for entry in inside
                if not _is_data(entry.name) and ".meta." not in entry.name and entry.suffix.lower() != ".zip"
            )
            yield from _from_files([entry for entry in inside if _is_data(entry.name)], source, shown)
            for entry in inside:
                if entry.suffix.lower() == ".zip":
                    yield from _from_archive(replace(source, path=entry), shown(entry), report)
        elif not path.is_file():
            raise PathwaysError(f"{path}: there is no such file or folder. Nothing was landed from it.")
        elif path.suffix.lower() == ".zip":
            yield from _from_archive(source, shown(path), report)
        elif _is_data(path.name):
            yield from _from_files([path], source, shown)
        else:
            finding = Finding(
                FILE_IS_CSV,
                "fail",
                shown(path),
                "",
                f"a file named {path.name}",
                "a .csv, .csv.gz or .zip",
                (),
                0,
            )
            report.results.append(
                Result(Incoming(path.name, shown(path), path.read_bytes), "refused", (finding,))
            )


@dataclass(frozen=True)
class Door:
    """What files are held against, read once for all of them."""

    areas: Areas
    data_sets: tuple[DataSet, ...]
    strict: bool
    data_set_code: str | None = None


def _screened(
    arrived: Incoming, content: bytes, door: Door
) -> tuple[DataFile | None, MetaFile | None, Screening]:
    """The file read and screened; what can't be read is a finding too."""
    meta = None
    unread: tuple[Finding, ...] = ()
    try:
        data = read_data_file(content, arrived.name)
    except DataFileError as fault:
        finding = unreadable(fault, arrived.name, "read_data_file")
        return None, None, Screening((finding,), ("read_data_file",), "read")
    if arrived.read_meta is not None:
        try:
            meta = read_meta_file(arrived.read_meta(), arrived.meta_name or "")
        except DataFileError as fault:
            unread = (unreadable(fault, arrived.meta_name or "", "read_meta_file"),)
    result = screen(
        data,
        meta,
        door.areas,
        strict=door.strict,
        data_file_name=arrived.name,
        meta_file_name=arrived.meta_name,
    )
    return data, meta, replace(result, findings=(*unread, *result.findings))


def _content_sha256(content: bytes, name: str) -> str:
    body = unpacked(content, name).removeprefix(BYTE_ORDER_MARK)
    return hashlib.sha256(body.replace(b"\r\n", b"\n").rstrip(b"\n")).hexdigest()


def _finding(rule_code: str, arrived: Incoming, found: str, allowed: str) -> Finding:
    return Finding(rule_code, "fail", arrived.name, "", found, allowed, (), 0)


def _units(meta: MetaFile | None) -> dict[str, str]:
    rows = meta.rows if meta else ()
    return {
        row["col_name"]: row.get("indicator_unit", "")
        for row in rows
        if row.get("col_type", "").lower() == "indicator" and row.get("indicator_unit")
    }


def _constants(data: DataFile, kinds: Roles) -> dict[str, str]:
    return {name: data[name].values[0] for name in kinds.constant}


class LandingArea:
    """The folder of landed files, held by one landing at a time."""

    def __init__(self, folder: Path, landed: list[Landed]) -> None:
        self.folder = folder
        self.landed = landed
        self._new: list[Path] = []

    def known(self, content_sha256: str) -> Landed | None:
        """The landed file of the same content, if there is one."""
        return next((row for row in self.landed if row.content_sha256 == content_sha256), None)

    def of_release(self, data_set_code: str, release_code: str) -> list[Landed]:
        """What has been landed for one release of a data set."""
        return [
            row
            for row in self.landed
            if (row.data_set_code, row.release_code) == (data_set_code, release_code)
        ]

    def add(self, data: DataFile, kinds: Roles, row: Landed) -> None:
        """Writes the cells of a file; they count from the moment the manifest names them."""
        path = self.folder / CELLS / row.parquet_file_name
        draft = path.with_name(f".{path.name}.draft")
        pq.write_table(cells_of(data, kinds, row.sha256), draft, compression="snappy")
        draft.replace(path)
        self._new.append(path)
        self.landed.append(row)

    def commit(self) -> None:
        """Makes what was added part of the landing area, in one step."""
        if not self._new:
            return
        for path in self._new:
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        write_manifest(self.folder, self.landed)
        self._new.clear()


@contextmanager
def landing_area(settings: Settings) -> Iterator[LandingArea]:
    """The landing area, held; what was landed before a stop half-way stays landed.

    Raises:
        PathwaysError: another landing is at work, or the manifest is damaged.
    """
    folder = landing_folder(settings)
    (folder / CELLS).mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise PathwaysError(
                f"Another landing is writing to {settings.relative(folder)}. "
                "Wait until it is done, and run the command again."
            ) from fault
        landed = read_manifest(folder)
        named = {row.parquet_file_name for row in landed}
        missing = sorted(named - {path.name for path in (folder / CELLS).iterdir()})
        if missing:
            raise PathwaysError(
                f"{settings.relative(folder / CELLS)}: {missing[0]} is in the manifest and is not there. "
                "Put it back, or empty the folder and land its files again."
            )
        for path in (folder / CELLS).iterdir():
            # left by a landing that was killed before it was part of the manifest
            if path.name not in named:
                path.unlink()
        area = LandingArea(folder, landed)
        try:
            yield area
        finally:
            area.commit()
    finally:
        os.close(lock)


def _land_one(
    arrived: Incoming, area: LandingArea, door: Door, *, amend: bool, dry_run: bool, now: datetime
) -> Result:
    try:
        content = arrived.read()
        content_sha256 = _content_sha256(content, arrived.name)
    except DataFileError as fault:
        finding = unreadable(fault, arrived.name, "read_data_file")
        return Result(arrived, "refused", (finding,), ("read_data_file",))
    twin = area.known(content_sha256)
    if twin is not None and not (door.strict or dry_run):
        return Result(arrived, "known", landed=twin)
    data, meta, screening = _screened(arrived, content, door)
    result = Result(arrived, "refused", screening.findings, screening.checked)
    if data is None or not screening.passed:
        return result
    if twin is not None:
        return replace(result, outcome="known", landed=twin)
    kinds = roles(data, meta)
    data_set = (
        DataSet(door.data_set_code, "") if door.data_set_code else data_set_of(arrived.name, door.data_sets)
    )
    release_code = arrived.release_code or release_of(data, data_set)
    earlier = area.of_release(data_set.data_set_code, release_code)
    if earlier and not amend:
        finding = _finding(
            LANDED_ONCE,
            arrived,
            f"release {release_code} of {data_set.data_set_code}, landed before from {earlier[-1].file_name} "
            "with another content",
            "one file for each data set and release",
        )
        return replace(result, findings=(*result.findings, finding))
    if dry_run:
        return replace(result, outcome="checked")
    sha256 = hashlib.sha256(content).hexdigest()
    revision = max((row.revision_number for row in earlier), default=0) + 1
    periods = sorted(data["time_period"].values)
    row = Landed(
        sha256=sha256,
        content_sha256=content_sha256,
        file_name=arrived.name,
        byte_count=len(content),
        row_count=data.row_count,
        cell_count=data.row_count * len(kinds.indicator),
        data_set_code=data_set.data_set_code,
        release_code=release_code,
        revision_number=revision,
        first_time_period=periods[0],
        last_time_period=periods[-1],
        constant_text=json.dumps(_constants(data, kinds), ensure_ascii=False),
        unit_text=json.dumps(_units(meta), ensure_ascii=False),
        meta_file_name=arrived.meta_name or "",
        source_url=arrived.source_url,
        landed_at=now.isoformat(timespec="seconds"),
        parquet_file_name=f"{data_set.data_set_code}_{release_code}_{revision}_{sha256[:8]}.parquet",
    )
    area.add(data, kinds, row)
    return replace(result, outcome="landed", landed=row)


def finding_sentence(arrived: Incoming, finding: Finding, rules: RuleBook) -> str:
    """One finding in plain words: which file, where in it, what was found and allowed, what to do."""
    rule = rules[finding.rule_code]
    place = arrived.place
    if finding.file_name not in (arrived.name, arrived.place):
        place = f"{place}, metadata {finding.file_name}"
    if finding.column:
        place += f", column {finding.column}"
    if finding.lines:
        more = finding.row_count - len(finding.lines)
        lines = ", ".join(str(line) for line in finding.lines)
        place += f", line{'s' if finding.row_count > 1 else ''} {lines}"
        place += f" and {more:,} more" if more > 0 else ""
    return (
        f"{place}: found {finding.found}; allowed is {finding.allowed}. {rule.statement} {rule.remedy} "
        f"[{finding.rule_code}]"
    )


def result_lines(result: Result, rules: RuleBook, details: bool) -> list[tuple[str, str | None]]:
    """What came of one file, in lines with a style: the outcome first, then each reason."""
    place = result.incoming.place
    warned = sum(finding.level == "warning" for finding in result.findings)
    advised = sum(finding.level == "advisory" for finding in result.findings)
    notes = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((warned, "warning"),) if count]
    notes += [f"{advised} advis{'ory' if advised == 1 else 'ories'}"] if advised else []
    tail = f" ({', '.join(notes)})" if notes else ""
    row = result.landed
    if result.outcome == "landed" and row is not None:
        again = f", revision {row.revision_number}" if row.revision_number > 1 else ""
        text = (
            f"Landed {place} as {row.data_set_code}, release {row.release_code}{again}: "
            f"{row.row_count:,} rows, {row.cell_count:,} cells{tail}."
        )
        lines: list[tuple[str, str | None]] = [(text, "green")]
    elif result.outcome == "known" and row is not None:
        lines = [
            (
                f"Known already: {place} is {row.data_set_code}, release {row.release_code}, "
                f"landed from {row.file_name}{tail}.",
                None,
            )
        ]
    elif result.outcome == "checked":
        lines = [(f"Passed {place}{tail}.", "green")]
    else:
        count = len(result.failures)
        lines = [(f"Refused {place}, for {count} reason{'' if count == 1 else 's'}:", "bold red")]
    shown = result.findings if details else result.failures
    styles = {"fail": "red", "warning": "yellow", "advisory": None}
    lines.extend(
        (f"  {finding.level}: {finding_sentence(result.incoming, finding, rules)}", styles[finding.level])
        for finding in shown
    )
    return lines


def _write_screening(settings: Settings, report: LandReport, rules: RuleBook) -> Path:
    """Writes ``screening.csv`` under the target folder: each file, each check, its level."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["file", "rule_code", "level", "column", "lines", "row_count", "found", "allowed", "remedy"]
    )
    for result in report.results:
        place = result.incoming.place
        broken = {finding.rule_code for finding in result.findings}
        writer.writerows(
            [place, code, "pass", "", "", 0, "", "", ""] for code in result.checked if code not in broken
        )
        writer.writerows(
            [
                place,
                finding.rule_code,
                finding.level,
                finding.column,
                " ".join(str(line) for line in finding.lines),
                finding.row_count,
                finding.found,
                finding.allowed,
                rules[finding.rule_code].remedy,
            ]
            for finding in result.findings
        )
    settings.target.mkdir(parents=True, exist_ok=True)
    path = settings.target / SCREENING_FILE
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def land(
    settings: Settings,
    sources: Sequence[Source],
    *,
    strict: bool = False,
    amend: bool = False,
    dry_run: bool = False,
    details: bool = False,
    data_set_code: str | None = None,
    say: Say,
    tick: Callable[[str], None] = lambda place: None,
) -> LandReport:
    """Lands files, archives and folders of EES data; each file whole or not at all.

    Args:
        settings: The project's folders.
        sources: What to land.
        strict: Hold the files against DfE's rules for what is about to be published;
            else against what DfE itself publishes.
        amend: Take a file for a correction where its release has been landed before.
        dry_run: Screen only, and land nothing.
        details: Say warnings and advisories in full.
        data_set_code: Data set of the files; by default it is recognised by their names.
        say: Prints one line in a style.
        tick: Is told the place of each file before it is read.

    Raises:
        PathwaysError: a path that is not there, a release that is no year, or a landing
            area that is in use or damaged.
    """
    for source in sources:
        if source.release_code is not None and not RELEASE.fullmatch(source.release_code):
            raise PathwaysError(
                f"The release is '{source.release_code}'; the year in which its last reporting year ends, "
                "such as 2025, was expected."
            )
    rules = load_rules(settings.seeds)
    door = Door(load_areas(settings.seeds), load_data_sets(settings.seeds), strict, data_set_code)
    report = LandReport()
    now = datetime.now(UTC)
    with landing_area(settings) as area:
        said = 0
        for arrived in incoming(settings, sources, report):
            tick(arrived.place)
            report.results.append(_land_one(arrived, area, door, amend=amend, dry_run=dry_run, now=now))
            for result in report.results[said:]:
                for line, style in result_lines(result, rules, details):
                    say(line, style)
            said = len(report.results)
        for result in report.results[said:]:
            for line, style in result_lines(result, rules, details):
                say(line, style)
    place = settings.relative(_write_screening(settings, report, rules))
    for line, style in closing_lines(settings, report, place):
        say(line, style)
    return report


def closing_lines(settings: Settings, report: LandReport, screening: str) -> list[tuple[str, str | None]]:
    """The counts of a landing, and where all checks are written."""
    if not report.results:
        return [("No data file (.csv, .csv.gz or .zip) was found; nothing was landed.", "red")]
    words = [
        f"{report.count(outcome):,} {outcome}"
        for outcome in ("landed", "checked", "known", "refused")
        if report.count(outcome)
    ]
    lines: list[tuple[str, str | None]] = [
        (
            f"{len(report.results):,} file{'' if len(report.results) == 1 else 's'}: {', '.join(words)}. "
            f"Every check of every file: {screening}",
            None if report.passed else "red",
        )
    ]
    if report.left_aside:
        count = len(report.left_aside)
        lines.append(
            (
                f"Left aside, being no data files: {count:,} (the first: {report.left_aside[0]}).",
                None,
            )
        )
    return lines
