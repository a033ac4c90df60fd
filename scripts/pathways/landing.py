"""Landing: published files come through the door into Parquet, or are refused with every reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pathways.ees.area import LandingArea, landing_area
from pathways.ees.areas import Areas, load_areas
from pathways.ees.data_file import (
    BYTE_ORDER_MARK,
    DataFile,
    DataFileError,
    MetaFile,
    read_data_file,
    read_meta_file,
    unpacked,
)
from pathways.ees.incoming import ARCHIVE_IS_WHOLE, FILE_IS_CSV, Incoming, Source, incoming
from pathways.ees.manifest import Landed
from pathways.ees.recognise import (
    CODE,
    RELEASE,
    DataSet,
    data_set_of,
    load_data_sets,
    looks_like,
    release_of,
)
from pathways.ees.roles import Roles, roles
from pathways.ees.screening import Finding, Screening, screen, unreadable
from pathways.errors import PathwaysError
from pathways.landing_words import LandReport, Result, closing_lines, result_lines, write_screening
from pathways.rules import load_rules
from pathways.settings import Settings

__all__ = ["LANDING_RULES", "LandReport", "Source", "land", "unland"]

Say = Callable[[str, str | None], None]

LANDED_ONCE = "landed_release_is_landed_once"
RECOGNISED = "landed_data_set_is_recognised"
LANDING_RULES = (LANDED_ONCE, RECOGNISED, FILE_IS_CSV, ARCHIVE_IS_WHOLE)
"""The rules that landing itself holds to; DfE's are those of the screening."""


@dataclass(frozen=True)
class Door:
    """What files are held against, read once for all of them, and what the user asked for."""

    areas: Areas
    data_sets: tuple[DataSet, ...]
    now: datetime
    strict: bool = False
    amend: bool = False
    dry_run: bool = False
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


def _content_sha256(content: bytes) -> str:
    body = unpacked(content).removeprefix(BYTE_ORDER_MARK)
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


def _place(arrived: Incoming, data: DataFile, kinds: Roles, door: Door) -> tuple[str, str] | Finding:
    """The data set and release of a screened file; a finding where its name and columns disagree."""
    if door.data_set_code:
        known = {entry.data_set_code: entry for entry in door.data_sets}
        data_set = known.get(door.data_set_code, DataSet(door.data_set_code))
    else:
        data_set = data_set_of(arrived.name, door.data_sets)
        other = looks_like(kinds.indicator, data_set, door.data_sets)
        if other is not None:
            return _finding(
                RECOGNISED,
                arrived,
                f"most of the columns of {other.data_set_code} in a file named as {data_set.data_set_code}",
                f"a name that fits its columns, or --data-set {other.data_set_code}",
            )
    return data_set.data_set_code, arrived.release_code or release_of(data, data_set)


def _is_newest(row: Landed, area: LandingArea) -> bool:
    return row == area.of_release(row.data_set_code, row.release_code)[-1]


def _land_one(arrived: Incoming, area: LandingArea, door: Door) -> Result:
    if arrived.fault is not None:
        return Result(arrived, "refused", (arrived.fault,))
    try:
        content = arrived.read()
        content_sha256 = _content_sha256(content)
    except DataFileError as fault:
        finding = unreadable(fault, arrived.name, "read_data_file")
        return Result(arrived, "refused", (finding,), ("read_data_file",))
    except OSError as fault:
        unread = DataFileError(str(fault.strerror or fault), "a file that you may read")
        finding = unreadable(unread, arrived.name, "read_data_file")
        return Result(arrived, "refused", (finding,), ("read_data_file",))
    twin = area.known(content_sha256)
    asked = (door.data_set_code, arrived.release_code)
    if twin is not None and not (door.strict or door.amend or door.dry_run or any(asked)):
        return Result(arrived, "known", landed=twin)
    data, meta, screening = _screened(arrived, content, door)
    result = Result(arrived, "refused", screening.findings, screening.checked)
    if data is None or not screening.passed:
        return result
    kinds = roles(data, meta)
    place = _place(arrived, data, kinds, door)
    if isinstance(place, Finding):
        return replace(result, findings=(*result.findings, place))
    data_set_code, release_code = place
    if twin is not None and place == (twin.data_set_code, twin.release_code):
        # DfE may go back to what it said first: then that is its newest word
        if not door.amend or _is_newest(twin, area):
            return replace(result, outcome="known", landed=twin)
    elif twin is not None:
        finding = _finding(
            LANDED_ONCE,
            arrived,
            f"the content of release {twin.release_code} of {twin.data_set_code}, landed before from "
            f"{twin.file_name}, as release {release_code} of {data_set_code}",
            "one content under one release; `pathways unland` takes it out of the other",
        )
        return replace(result, findings=(*result.findings, finding))
    earlier = area.of_release(data_set_code, release_code)
    if earlier and not door.amend:
        finding = _finding(
            LANDED_ONCE,
            arrived,
            f"release {release_code} of {data_set_code}, landed before from {earlier[-1].file_name} "
            "with another content",
            "one file for each data set and release",
        )
        return replace(result, findings=(*result.findings, finding))
    if door.dry_run:
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
        data_set_code=data_set_code,
        release_code=release_code,
        revision_number=revision,
        first_time_period=periods[0],
        last_time_period=periods[-1],
        constant_text=json.dumps(_constants(data, kinds), ensure_ascii=False),
        unit_text=json.dumps(_units(meta), ensure_ascii=False),
        meta_file_name=arrived.meta_name or "",
        source_url=arrived.source_url,
        landed_at=door.now.isoformat(timespec="seconds"),
        parquet_file_name=f"{data_set_code}_{release_code}_{revision}_{sha256[:8]}.parquet",
    )
    area.add(data, kinds, row)
    return replace(result, outcome="landed", landed=row)


def _require_codes(sources: Sequence[Source], data_set_code: str | None) -> None:
    for source in sources:
        if source.release_code is not None and not RELEASE.fullmatch(source.release_code):
            raise PathwaysError(
                f"The release is '{source.release_code}'; the year in which its last reporting year ends, "
                "such as 2025, was expected."
            )
    if data_set_code is not None and not CODE.fullmatch(data_set_code):
        raise PathwaysError(
            f"The data set is '{data_set_code}'; a code of small letters, digits and _, such as c1, was "
            "expected."
        )


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
    _require_codes(sources, data_set_code)
    rules = load_rules(settings.seeds)
    door = Door(
        areas=load_areas(settings.seeds),
        data_sets=load_data_sets(settings.seeds),
        now=datetime.now(UTC),
        strict=strict,
        amend=amend,
        dry_run=dry_run,
        data_set_code=data_set_code,
    )
    report = LandReport()
    with landing_area(settings, read_only=dry_run) as area:
        for arrived in incoming(sources, lambda path: settings.relative(path.resolve()), report.left_aside):
            tick(arrived.place)
            report.results.append(_land_one(arrived, area, door))
    # landed is what the manifest names, and not before
    for result in report.results:
        for line, style in result_lines(result, rules, details):
            say(line, style)
    place = settings.relative(write_screening(settings, report, rules))
    for line, style in closing_lines(report, place):
        say(line, style)
    return report


def unland(settings: Settings, data_set_code: str, release_code: str) -> list[Landed]:
    """Takes a release out of the landing area again, with all its revisions.

    Returns:
        What was taken out.

    Raises:
        PathwaysError: nothing of that release is landed, or the area is in use or damaged.
    """
    with landing_area(settings) as area:
        rows = area.of_release(data_set_code, release_code)
        if not rows:
            have = sorted({f"{row.data_set_code} {row.release_code}" for row in area.landed})
            raise PathwaysError(
                f"Release {release_code} of {data_set_code} is not landed. "
                f"What is: {', '.join(have) or 'nothing'}."
            )
        area.remove(rows)
        return rows
