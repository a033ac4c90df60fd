"""Rules on filters, indicators and whole rows, on harmonised names, and on the limits of the API.

Sources: DfE, Analysts' Guide, Open data standards (filters, symbols, harmonised
variables) and API data standards; Government Analysis Function, symbols in tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from pathways.ees.data_file import Column, Rows
from pathways.ees.register import Breach, Subject, listed, meta_lines, of_columns, rule
from pathways.ees.roles import SIGNS
from pathways.ees.rules_meta import has_site_as_only_filter
from pathways.ees.vocabulary import (
    COLUMN_NAME_LIMIT,
    DEFAULT_ITEM,
    DICTIONARY_ITEMS,
    DICTIONARY_NAMES,
    ETHNICITIES,
    ETHNICITY_GROUPS,
    FILTER_ITEM_LIMIT,
    GEOGRAPHY_COLUMNS,
    HARMONISED_NAMES,
    ITEM_LIMIT,
    LABEL_LIMIT,
    LIKE_A_PLACE,
    LOCATION_CODE_LIMIT,
    NULL_WORDS,
    OLD_BLANKS,
    OLD_SYMBOLS,
    PLACES,
    SITE_LEVELS,
    SITE_NAMES,
    TIME_COLUMNS,
    TOTALS,
    UNSHOWN_LEVELS,
)


def _chosen(column: Column, places: Mapping[str, int]) -> tuple[str, Rows]:
    return listed(places), column.rows_at(tuple(places.values()))


def _words(file: Subject, names: Iterable[str], words: Collection[str]) -> Iterator[tuple[str, str, Rows]]:
    """For each column that holds one of these words: its name, the words, the rows."""
    for name in names:
        column = file.data[name]
        places = {word: column.words[word] for word in words if word in column.words}
        if places:
            yield name, *_chosen(column, places)


@rule(
    "precheck filters",
    needs_meta=True,
    published="warning",
    why="DfE's files keep a category of one value",
)
def precheck_filter_not_singular(file: Subject) -> Iterable[Breach]:
    """A filter of the metadata has two items or more."""
    for name in file.roles.filter:
        column = file.data[name]
        if len(column.texts) < 2:
            rows = column.rows_at([0])
            yield Breach(name, f"only {listed(column.values)}", "two items or more", rows)


@rule(
    "filters",
    "warning",
    published="advisory",
    why="a published file without a total is read as it stands",
)
def check_filter_defaults(file: Subject) -> Iterable[Breach]:
    """A filter has an item Total, or the default that the metadata names."""
    defaults = {row["col_name"]: row.get("filter_default") or DEFAULT_ITEM for row in file.meta_rows}
    without = [name for name in file.filters if defaults.get(name, DEFAULT_ITEM) not in file.data[name].words]
    yield from of_columns(
        without, "an item 'Total', or filter_default in the metadata", f"no default item in {listed(without)}"
    )


@rule("filters", needs_meta=True, published="warning", why="the order of filters changes no figure")
def check_filter_group_level(file: Subject) -> Iterable[Breach]:
    """A group has no more items than the filter under it."""
    for place, row in enumerate(file.meta_rows):
        group, name = row["filter_grouping_column"], row["col_name"]
        if group in file.data and name in file.data:
            above, below = len(file.data[group].texts), len(file.data[name].texts)
            if above > below:
                found = f"{above:,} items over the {below:,} of {name}"
                yield Breach(group, found, "a group with fewer items", meta_lines([place]), in_meta=True)


@rule("filters", published="warning", why="the limit is that of DfE's table tool")
def check_filter_item_limit(file: Subject) -> Iterable[Breach]:
    """A filter has at most 25,000 items."""
    for name in file.filters:
        count = len(file.data[name].texts)
        if count > FILTER_ITEM_LIMIT:
            yield Breach(name, f"{count:,} items", f"at most {FILTER_ITEM_LIMIT:,}")


@rule("filters", published="warning", why="texts are kept as published, and trimmed where they are used")
def check_filter_whitespace(file: Subject) -> Iterable[Breach]:
    """No item and no name or code of a place starts or ends with a space."""
    for name in dict.fromkeys((*file.filters, *(name for name in GEOGRAPHY_COLUMNS if name in file.data))):
        column = file.data[name]
        padded = {text: place for text, place in column.words.items() if text != text.strip()}
        if padded:
            found, rows = _chosen(column, padded)
            yield Breach(name, found, "no space at either end", rows)


@rule("filters", published="warning", why="the level of a row says what it is about")
def check_filter_ob_total(file: Subject) -> Iterable[Breach]:
    """No column of time or geography, or named like one, holds Total or All."""
    spared = SITE_NAMES if has_site_as_only_filter(file) else ()
    units = {*TIME_COLUMNS, *GEOGRAPHY_COLUMNS}
    names = [
        name
        for name in dict.fromkeys(file.data.names)
        if name not in spared and (name in units or LIKE_A_PLACE.fullmatch(name))
    ]
    for name, found, rows in _words(file, names, TOTALS):
        yield Breach(name, found, "blank where the level doesn't apply", rows)


@rule("filters")
def check_filter_blanks(file: Subject) -> Iterable[Breach]:
    """No cell of a filter or group is blank."""
    for name, found, rows in _words(file, file.filters, ("",)):
        yield Breach(name, found, "a filter item, or Total", rows)


def _in_key(file: Subject) -> NDArray[np.bool_]:
    """The rows whose key must be their own: schools and the like only in a file of their own."""
    alone = len(file.levels) == 1 and file.levels[0] in SITE_LEVELS
    left_out = UNSHOWN_LEVELS if alone else (*UNSHOWN_LEVELS, *SITE_LEVELS)
    level = file.data["geographic_level"]
    return np.array([text not in left_out for text in level.values])[level.codes]


@rule("general")
def check_general_dupes(file: Subject) -> Iterable[Breach]:
    """No two rows have one time, place and filter items."""
    units = (*TIME_COLUMNS, *GEOGRAPHY_COLUMNS)
    key = [name for name in dict.fromkeys((*units, *file.filters)) if name in file.data]
    codes, _ = file.data.group_codes(key)
    in_key = _in_key(file)
    counts = np.bincount(codes[in_key], minlength=int(codes.max()) + 1)
    if in_key.any() and counts.max() > 1:
        rows = file.data.rows_of(in_key & (counts[codes] > 1))
        allowed = "one row for each time, place and item"
        yield Breach("", f"{rows.count:,} rows that share their key", allowed, rows)


@rule("general")
def check_general_null(file: Subject) -> Iterable[Breach]:
    """No cell holds a word such as NULL or NA; signs such as n/a or .. are out of use."""
    allowed = "a number or one of z x c low k u; blank only where a place doesn't apply"
    names = tuple(dict.fromkeys(file.data.names))
    for name, found, rows in _words(file, names, NULL_WORDS):
        yield Breach(name, found, allowed, rows)
    for column in file.meta.columns if file.meta else ():
        places = [place for place, row in enumerate(file.meta_rows) if row.get(column) in NULL_WORDS]
        if places:
            found = listed(file.meta_rows[place][column] for place in places)
            yield Breach(column, found, "blank where nothing is to be said", meta_lines(places), in_meta=True)
    for name, found, rows in _words(file, names, OLD_BLANKS):
        yield Breach(name, found, allowed, rows, strict="warning", published="warning")


@rule("indicators")
def check_ind_invalid_entry(file: Subject) -> Iterable[Breach]:
    """A cell of an indicator is a number or a symbol in use.

    DfE refuses blanks and the symbols ``~`` and ``:``, and lets other texts pass with a
    warning or none; a text that nobody can read is refused in a published file. The old
    symbols stand in DfE's releases up to 2021, so there they pass with a warning.
    """
    allowed = "a number without commas, or one of z x c low k u"
    for name in file.roles.indicator:
        column = file.data[name]
        blank = {word: place for word, place in column.words.items() if word == ""}
        old = {word: place for word, place in column.words.items() if word in OLD_SYMBOLS}
        # the rule before this one names these; here they only count where figures are used
        named = {*NULL_WORDS, *OLD_BLANKS} if file.strict else set()
        unread = {
            word: place for word, place in column.words.items() if word not in SIGNS and word not in named
        }
        if blank:
            yield Breach(name, *_said(column, blank, allowed))
        if old:
            yield Breach(name, *_said(column, old, allowed), published="warning")
        if unread:
            yield Breach(name, *_said(column, unread, allowed), strict="warning")


def _said(column: Column, places: Mapping[str, int], allowed: str) -> tuple[str, str, Rows]:
    found, rows = _chosen(column, places)
    return found, allowed, rows


@rule(
    "harmonised",
    published="advisory",
    why="DfE's files have names of their own, which dfe_column.csv maps",
)
def check_harmonised_variables(file: Subject) -> Iterable[Breach]:
    """A column on a harmonised subject has its harmonised name."""
    standard = {name for names in HARMONISED_NAMES.values() for name in names}
    odd: dict[str, tuple[str, ...]] = {}
    for name in (*file.filters, *file.roles.indicator):
        for part, names in HARMONISED_NAMES.items():
            if part in name.lower() and name not in standard:
                odd.setdefault(name, names)
    wanted = dict.fromkeys(name for names in odd.values() for name in names)
    yield from of_columns(tuple(odd), f"one of {listed(wanted)}")


@rule("harmonised", "warning", published="advisory", why="words for ethnic groups are kept as published")
def check_harmonised_eth_vals(file: Subject) -> Iterable[Breach]:
    """Ethnic groups, or pairs of major and minor, are written as the harmonised standard has them."""
    names = [name for name in ("ethnicity_major", "ethnicity_minor") if name in file.data]
    if not names:
        return
    accepted = (
        ETHNICITIES
        if len(names) == 2
        else {(pair[int(names == ["ethnicity_minor"])],) for pair in ETHNICITIES}
    )
    groups = file.data.combinations(names)
    broken = [texts not in accepted for texts in groups.texts]
    if any(broken):
        found = listed(", ".join(texts) for texts in groups.where(broken))
        yield Breach(names[-1], found, "the harmonised ethnic groups", groups.rows_where(broken))


@rule("harmonised", published="advisory", why="words for ethnic groups are kept as published")
def check_harmonised_eth_char_grp(file: Subject) -> Iterable[Breach]:
    """A characteristic_group on ethnicity is one of the harmonised groups, alone or among others."""
    if "characteristic_group" not in file.data:
        return
    column = file.data["characteristic_group"]
    odd = {
        text: place
        for text, place in column.words.items()
        if "ethnic" in text.lower() and not any(group in text for group in ETHNICITY_GROUPS)
    }
    if odd:
        found, rows = _chosen(column, odd)
        yield Breach(column.name, found, listed(ETHNICITY_GROUPS), rows)


@rule("harmonised", "warning", published="advisory", why="words for ethnic groups are kept as published")
def check_harmonised_eth_char_vals(file: Subject) -> Iterable[Breach]:
    """A characteristic on ethnicity is one of the harmonised ethnic groups."""
    if "characteristic_group" not in file.data or "characteristic" not in file.data:
        return
    accepted = {text for pair in ETHNICITIES for text in pair}
    pairs = file.data.combinations(("characteristic_group", "characteristic"))
    broken = ["ethnic" in group.lower() and text not in accepted for group, text in pairs.texts]
    if any(broken):
        found = listed(text for _, text in pairs.where(broken))
        yield Breach("characteristic", found, "the harmonised ethnic groups", pairs.rows_where(broken))


_NO_API = "the limits of DfE's API do not touch what is read from a file"


@rule("API", "warning", published="advisory", why=_NO_API)
def check_api_char_col_name(file: Subject) -> Iterable[Breach]:
    """A name of a column has at most 50 characters."""
    long = [name for name in file.data.names if len(name) > COLUMN_NAME_LIMIT]
    yield from of_columns(long, f"at most {COLUMN_NAME_LIMIT} characters")


@rule("API", "warning", needs_meta=True, published="advisory", why=_NO_API)
def check_api_char_col_label(file: Subject) -> Iterable[Breach]:
    """A label has at most 100 characters."""
    places = [place for place, row in enumerate(file.meta_rows) if len(row["label"]) > LABEL_LIMIT]
    if places:
        found = listed(file.meta_rows[place]["label"] for place in places)
        yield Breach("label", found, f"at most {LABEL_LIMIT} characters", meta_lines(places), in_meta=True)


def _longer(file: Subject, names: Iterable[str], limit: int) -> Iterator[Breach]:
    for name in dict.fromkeys(names):
        if name in file.data:
            column = file.data[name]
            places = [place for place, text in enumerate(column.values) if len(text) > limit]
            if places:
                found = listed(column.values[place] for place in places)
                yield Breach(name, found, f"at most {limit} characters", column.rows_at(places))


@rule("API", "warning", published="advisory", why=_NO_API)
def check_api_char_loc_code(file: Subject) -> Iterable[Breach]:
    """A code of a place has at most 30 characters."""
    codes = (code for place in PLACES for code in (place.code, place.second) if code)
    yield from _longer(file, codes, LOCATION_CODE_LIMIT)


@rule("API", "warning", published="advisory", why=_NO_API)
def check_api_char_filter_items(file: Subject) -> Iterable[Breach]:
    """A filter item or a name of a place has at most 120 characters."""
    yield from _longer(file, (*file.filters, *(place.name for place in PLACES)), ITEM_LIMIT)


@rule("API", "advisory", needs_meta=True)
def check_data_dict_col_name(file: Subject) -> Iterable[Breach]:
    """Filters and indicators have names of DfE's data dictionary.

    The whole dictionary is not at hand, only an early part of it: so this advises.
    """
    unknown = [name for name in file.filters if name not in DICTIONARY_NAMES["Filter"]]
    unknown += [name for name in file.roles.indicator if name not in DICTIONARY_NAMES["Indicator"]]
    yield from of_columns(unknown, "names of DfE's data dictionary")


@rule("API", "advisory", needs_meta=True)
def check_data_dict_fil_item(file: Subject) -> Iterable[Breach]:
    """Items of a filter of the data dictionary are the dictionary's.

    Checked for the filters whose items are at hand: ethnicity, phase of education, disability,
    disadvantage and special educational needs.
    """
    for name in file.filters:
        accepted = DICTIONARY_ITEMS.get(name)
        if accepted is not None:
            column = file.data[name]
            odd = {text: place for place, text in enumerate(column.values) if text not in accepted}
            if odd:
                found, rows = _chosen(column, odd)
                yield Breach(name, found, "items of DfE's data dictionary", rows)
