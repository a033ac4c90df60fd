"""Rules on geographic levels, on the columns that go with them, and on codes and names of places.

Source: DfE, Analysts' Guide, Open data standards, geography; the lists of accepted
combinations behind DfE's screening are in ``seeds/reference/ees_area.csv``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pathways.ees.register import HEADER, Breach, Subject, listed, rule
from pathways.ees.rules_meta import has_site_as_only_filter
from pathways.ees.vocabulary import (
    CONSTITUENCY,
    DEVOLVED,
    DISTRICT,
    ENTERPRISE,
    LOCAL_AUTHORITY,
    NATIONAL,
    NOT_AVAILABLE_CODE,
    NOT_AVAILABLE_NAME,
    ONE_TO_ONE_LEVELS,
    PLACE_BY_LEVEL,
    PLACES,
    PLANNING,
    PROVIDER,
    REGIONAL,
    SCHOOL,
    SITE_LEVELS,
    SITE_NAMES,
    SKILLS_AREA,
    UNLISTED_LEVELS,
    UNSHOWN_LEVELS,
    WARD,
    Place,
)

LEVEL = "geographic_level"
_WARD_CODE = re.compile(r"[EW]05[0-9]{6}")
_OLDER_LIST = "lists of areas grow older than the files, and the models map what they know"
_OWN_LEVEL = "the level of a row says what it is about, and only its own columns are used"


def _at(file: Subject, levels: Iterable[str]) -> NDArray[np.bool_]:
    """A mask over all rows: those at one of these levels."""
    column = file.data[LEVEL]
    wanted = set(levels)
    return np.array([text in wanted for text in column.values], dtype=bool)[column.codes]


@rule("precheck geography")
def precheck_geog_level(file: Subject) -> Iterable[Breach]:
    """A geographic level is one that DfE knows, letter by letter."""
    column = file.data[LEVEL]
    odd = [place for place, text in enumerate(column.values) if text not in PLACE_BY_LEVEL]
    if odd:
        found = listed(column.values[place] for place in odd)
        yield Breach(LEVEL, found, "a level of DfE's list, such as 'Local authority'", column.rows_at(odd))


@rule("precheck geography")
def precheck_geog_level_present(file: Subject) -> Iterable[Breach]:
    """The columns of every level in the file are there."""
    for place in PLACES:
        if place.level in file.levels and place.level not in (NATIONAL, PLANNING):
            missing = [name for name in place.columns if name not in file.data]
            for name in missing:
                rows = file.data.rows_of(_at(file, [place.level]))
                yield Breach(name, "no such column", f"a column {name} for {place.level} rows", rows)


def _wrong_areas(
    file: Subject, level: str, is_wrong: Callable[[str, str, str], bool], allowed: str
) -> Iterator[Breach]:
    """The rows whose code and name of a place are wrong; blank codes and ``x`` are another rule's.

    ``is_wrong`` is given code, name and second code.
    """
    place = PLACE_BY_LEVEL[level]
    names = [name for name in (LEVEL, place.code, place.name, place.second) if name]
    if not all(name in file.data for name in names):
        return
    areas = file.data.combinations(names)
    # at its own level a region is a real one; elsewhere x says that it isn't known
    strict_levels = {REGIONAL} if level == REGIONAL else set()
    broken = []
    for row_level, code, name, *second in areas.texts:
        unknown = code == NOT_AVAILABLE_CODE and row_level not in strict_levels
        unasked = not code or unknown or (bool(second) and not second[0])
        broken.append(not unasked and is_wrong(code, name, second[0] if second else ""))
    if any(broken):
        found = listed(
            " ".join(part for part in (*texts[3:], *texts[1:3]) if part) for texts in areas.where(broken)
        )
        yield Breach(place.code, found, allowed, areas.rows_where(broken))


def _unlisted(file: Subject, level: str) -> Iterator[Breach]:
    yield from _wrong_areas(
        file,
        level,
        lambda code, name, second: not file.areas.accepts(level, code, name, second),
        "a code and name of DfE's list, letter by letter",
    )


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_country_combos(file: Subject) -> Iterable[Breach]:
    """Code and name of a country are in DfE's list."""
    yield from _unlisted(file, NATIONAL)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_region_combos(file: Subject) -> Iterable[Breach]:
    """Code and name of a region are in DfE's list."""
    yield from _unlisted(file, REGIONAL)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_ward_combos(file: Subject) -> Iterable[Breach]:
    """A code of a ward is an ONS code of a ward, and has one name.

    DfE holds wards against a list of several thousand, which is not at hand. One name may
    have many codes, since wards of different councils share their names.
    """
    place = PLACE_BY_LEVEL[WARD]
    if place.code not in file.data or place.name not in file.data:
        return
    names: dict[str, set[str]] = defaultdict(set)
    for code, name in file.data.combinations((place.code, place.name)).texts:
        names[code].add(name)

    def is_wrong(code: str, name: str, second: str) -> bool:
        if file.areas.accepts(WARD, code, name):
            return False
        return _WARD_CODE.fullmatch(code) is None or len(names[code]) > 1

    yield from _wrong_areas(file, WARD, is_wrong, "a code such as E05000026, with one name")


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_pcon_combos(file: Subject) -> Iterable[Breach]:
    """Code and name of a parliamentary constituency are in DfE's list."""
    yield from _unlisted(file, CONSTITUENCY)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_lad_combos(file: Subject) -> Iterable[Breach]:
    """Code and name of a local authority district are in DfE's list."""
    yield from _unlisted(file, DISTRICT)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_lep_combos(file: Subject) -> Iterable[Breach]:
    """Code and name of a local enterprise partnership are in DfE's list."""
    yield from _unlisted(file, ENTERPRISE)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_lsip_combos(file: Subject) -> Iterable[Breach]:
    """Code and name of a local skills improvement plan area are in DfE's list."""
    yield from _unlisted(file, SKILLS_AREA)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_eda_combos(file: Subject) -> Iterable[Breach]:
    """Code and name of an English devolved area are in DfE's list."""
    yield from _unlisted(file, DEVOLVED)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_la_combos(file: Subject) -> Iterable[Breach]:
    """Both codes and the name of a council are in DfE's list; one that has ended may lack the new code."""
    yield from _unlisted(file, LOCAL_AUTHORITY)


@rule("geography")
def check_geog_level_completed(file: Subject) -> Iterable[Breach]:
    """A row has code and name of its own level; a council that has ended may lack its new code."""
    for place in PLACES:
        if place.level not in file.levels or place.level == PLANNING:
            continue
        at_level = _at(file, [place.level])
        for name in place.columns:
            if name in file.data and name != "new_la_code":
                rows = file.data.rows_of(at_level & file.data[name].holds(""))
                if rows:
                    yield Breach(name, "blank", f"filled in for {place.level} rows", rows)


@rule("geography")
def check_geog_ignored_rows(file: Subject) -> Iterable[Breach]:
    """Schools and providers are not in one file; what the table tool leaves out is a warning."""
    ignored = [level for level in (*SITE_LEVELS, *UNSHOWN_LEVELS) if level in file.levels]
    if not ignored or (len(file.levels) == 1 and file.levels[0] in SITE_LEVELS):
        return
    rows = file.data.rows_of(_at(file, ignored))
    if SCHOOL in ignored and PROVIDER in ignored:
        yield Breach(LEVEL, listed(ignored), "schools and providers in a file each", rows)
    else:
        allowed = "levels that the table tool shows"
        yield Breach(LEVEL, listed(ignored), allowed, rows, strict="warning", published="advisory")


def _several(file: Subject, by_name: bool) -> Iterator[Breach]:
    """Names with several codes or codes with several names, at the levels without a list."""
    for place in (PLACE_BY_LEVEL[level] for level in ONE_TO_ONE_LEVELS):
        if place.level not in file.levels or place.code not in file.data or place.name not in file.data:
            continue
        areas = file.data.combinations((LEVEL, place.code, place.name))
        own, other = (2, 1) if by_name else (1, 2)
        partners: dict[str, set[str]] = defaultdict(set)
        for texts in areas.texts:
            if texts[0] == place.level and texts[1]:
                partners[texts[own]].add(texts[other])
        broken = [
            texts[0] == place.level and texts[1] != "" and len(partners[texts[own]]) > 1
            for texts in areas.texts
        ]
        if any(broken):
            found = listed(texts[own] for texts in areas.where(broken))
            allowed = "one code for each name" if by_name else "one name for each code"
            column = place.name if by_name else place.code
            yield Breach(column, found, allowed, areas.rows_where(broken))


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_other_dupes(file: Subject) -> Iterable[Breach]:
    """A name of an opportunity area, trust or sponsor has one code."""
    yield from _several(file, by_name=True)


@rule("geography", published="warning", why=_OLDER_LIST)
def check_geog_other_code_dupes(file: Subject) -> Iterable[Breach]:
    """A code of an opportunity area, trust or sponsor has one name."""
    yield from _several(file, by_name=False)


def _together(file: Subject, place: Place) -> Iterator[Breach]:
    if any(name in file.data for name in place.columns):
        for name in place.columns:
            if name not in file.data:
                allowed = f"all of {', '.join(place.columns)}, or none"
                yield Breach(name, "no such column", allowed, HEADER)


@rule("geography")
def check_geog_la_col_present(file: Subject) -> Iterable[Breach]:
    """The three columns of councils are there together."""
    yield from _together(file, PLACE_BY_LEVEL[LOCAL_AUTHORITY])


@rule("geography")
def check_geog_region_col_present(file: Subject) -> Iterable[Breach]:
    """The two columns of regions are there together."""
    yield from _together(file, PLACE_BY_LEVEL[REGIONAL])


def _without_region(file: Subject, level: str) -> Iterator[Breach]:
    if level not in file.levels:
        return
    at_level = _at(file, [level])
    for name in PLACE_BY_LEVEL[REGIONAL].columns:
        if name not in file.data:
            yield Breach(
                name, "no such column", f"the region of each {level} row", file.data.rows_of(at_level)
            )
        elif rows := file.data.rows_of(at_level & file.data[name].holds("")):
            yield Breach(name, "blank", f"the region of each {level} row", rows)


@rule("geography", "warning", published="advisory", why=_OWN_LEVEL)
def check_geog_region_for_la(file: Subject) -> Iterable[Breach]:
    """A row of a council names its region."""
    yield from _without_region(file, LOCAL_AUTHORITY)


@rule("geography", "warning", published="advisory", why=_OWN_LEVEL)
def check_geog_region_for_lad(file: Subject) -> Iterable[Breach]:
    """A row of a district names its region."""
    yield from _without_region(file, DISTRICT)


def _unlisted_places(file: Subject) -> Iterator[Place]:
    for place in (PLACE_BY_LEVEL[level] for level in UNLISTED_LEVELS):
        if place.level in file.levels and place.code in file.data and place.name in file.data:
            yield place


@rule("geography", published="warning", why=_OWN_LEVEL)
def check_geog_na(file: Subject) -> Iterable[Breach]:
    """A place with the code x is called Not available."""
    for place in _unlisted_places(file):
        areas = file.data.combinations((place.code, place.name))
        broken = [
            code == NOT_AVAILABLE_CODE and name not in ("", NOT_AVAILABLE_NAME) for code, name in areas.texts
        ]
        if any(broken):
            found = listed(name for _, name in areas.where(broken))
            yield Breach(place.name, found, "'Not available' beside the code x", areas.rows_where(broken))


@rule("geography", published="warning", why=_OWN_LEVEL)
def check_geog_na_code(file: Subject) -> Iterable[Breach]:
    """A place called Not available has the code x."""
    for place in _unlisted_places(file):
        areas = file.data.combinations((LEVEL, place.code, place.name))
        broken = [
            level == place.level and name == NOT_AVAILABLE_NAME and code not in ("", NOT_AVAILABLE_CODE)
            for level, code, name in areas.texts
        ]
        if any(broken):
            found = listed(code for _, code, _ in areas.where(broken))
            yield Breach(place.code, found, "the code x beside 'Not available'", areas.rows_where(broken))


@rule("geography", published="warning", why=_OWN_LEVEL)
def check_geog_overcompleted_cols(file: Subject) -> Iterable[Breach]:
    """A row leaves blank the columns of places that it doesn't lie in: a region has no council."""
    spared = SITE_NAMES if has_site_as_only_filter(file) else ()
    for place in PLACES:
        columns = [name for name in place.columns if name in file.data and name not in spared]
        outside = [level for level in file.levels if level not in (place.level, *place.inner_levels)]
        if place.level == NATIONAL or not columns or not outside:
            continue
        elsewhere = _at(file, outside)
        for name in columns:
            column = file.data[name]
            rows = file.data.rows_of(elsewhere & ~column.holds(""))
            if rows:
                filled = np.unique(column.codes[elsewhere & ~column.holds("")])
                found = listed(column.values[code] for code in filled)
                yield Breach(name, found, f"blank for {listed(outside)} rows", rows)
