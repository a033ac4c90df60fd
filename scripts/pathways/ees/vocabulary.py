"""What DfE accepts in its files: levels, columns, time identifiers, symbols, harmonised names.

Sources: DfE, Analysts' Guide, Open data standards; DfE's lists behind its screening of
files for Explore Education Statistics; for the symbols the Government Analysis Function.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TIME_COLUMNS = ("time_period", "time_identifier")
DATA_COLUMNS = (*TIME_COLUMNS, "geographic_level", "country_code", "country_name")
"""The columns that every data file has, in no fixed order."""

META_COLUMNS = (
    "col_name",
    "col_type",
    "label",
    "indicator_grouping",
    "indicator_unit",
    "indicator_dp",
    "filter_hint",
    "filter_grouping_column",
)
META_COLUMNS_ALLOWED = ("filter_default", "parent_filter")
COLUMN_TYPES = ("Filter", "Indicator")
INDICATOR_UNITS = ("", "%", "pp", "£", "£m", "numberstring")

SYMBOLS = ("z", "x", "c", "low", "k", "u")
"""Not applicable, not available, confidential, rounds to zero (low or k), unreliable."""
OLD_SYMBOLS = ("~", ":")
"""Rounds to zero and not available, in releases up to 2021."""
NULL_WORDS = ("NULL", "Null", "null", "NA", "na")
"""What software writes where it has no value."""
OLD_BLANKS = ("N/A", "n/a", ".", "..", "-")
TOTALS = ("Total", "total", "All", "all")
DEFAULT_ITEM = "Total"

NOT_AVAILABLE_CODE = "x"
NOT_AVAILABLE_NAME = "Not available"

FILTER_ITEM_LIMIT = 25_000
COLUMN_NAME_LIMIT = 50
LABEL_LIMIT = 100
"""As DfE's screening has it; its API data standards say 80."""
LOCATION_CODE_LIMIT = 30
ITEM_LIMIT = 120


@dataclass(frozen=True)
class Place:
    """A geographic level: its columns, and the other levels whose rows may fill them too."""

    level: str
    code: str
    name: str
    second: str = ""
    inner_levels: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns, the second code last."""
        return tuple(column for column in (self.code, self.name, self.second) if column)


NATIONAL, REGIONAL, LOCAL_AUTHORITY = "National", "Regional", "Local authority"
DISTRICT, CONSTITUENCY = "Local authority district", "Parliamentary constituency"
SKILLS_AREA, ENTERPRISE = "Local skills improvement plan area", "Local enterprise partnership"
DEVOLVED, OPPORTUNITY, WARD = "English devolved area", "Opportunity area", "Ward"
SCHOOL, PROVIDER, INSTITUTION, PLANNING = "School", "Provider", "Institution", "Planning area"
POLICE = "Police force area"

_SITES = (SCHOOL, PROVIDER, INSTITUTION)
_IN_REGION = (LOCAL_AUTHORITY, DISTRICT, CONSTITUENCY, SKILLS_AREA, ENTERPRISE, DEVOLVED, OPPORTUNITY)

PLACES = (
    Place(NATIONAL, "country_code", "country_name"),
    Place(
        REGIONAL,
        "region_code",
        "region_name",
        inner_levels=(*_IN_REGION, WARD, PLANNING, POLICE, *_SITES),
    ),
    Place(
        LOCAL_AUTHORITY,
        "new_la_code",
        "la_name",
        "old_la_code",
        (CONSTITUENCY, DISTRICT, WARD, PLANNING, POLICE, *_SITES),
    ),
    Place(DISTRICT, "lad_code", "lad_name", inner_levels=(WARD, POLICE, *_SITES)),
    Place("RSC region", "", "rsc_region_lead_name", inner_levels=_SITES),
    Place(CONSTITUENCY, "pcon_code", "pcon_name", inner_levels=_SITES),
    Place(SKILLS_AREA, "lsip_code", "lsip_name", inner_levels=(DISTRICT, PLANNING, *_SITES)),
    Place(
        ENTERPRISE,
        "local_enterprise_partnership_code",
        "local_enterprise_partnership_name",
        inner_levels=_SITES,
    ),
    Place(DEVOLVED, "english_devolved_area_code", "english_devolved_area_name", inner_levels=_SITES),
    Place(OPPORTUNITY, "opportunity_area_code", "opportunity_area_name", inner_levels=_SITES),
    Place(WARD, "ward_code", "ward_name", inner_levels=_SITES),
    Place("MAT", "trust_id", "trust_name", inner_levels=_SITES),
    Place("Sponsor", "sponsor_id", "sponsor_name", inner_levels=_SITES),
    Place(SCHOOL, "school_urn", "school_name", "school_laestab"),
    Place(PROVIDER, "provider_ukprn", "provider_name"),
    Place(INSTITUTION, "institution_id", "institution_name"),
    Place(PLANNING, "planning_area_code", "planning_area_name", inner_levels=_SITES),
    Place(POLICE, "pfa_code", "pfa_name", inner_levels=_SITES),
)
PLACE_BY_LEVEL = {place.level: place for place in PLACES}
GEOGRAPHY_COLUMNS = ("geographic_level", *(column for place in PLACES for column in place.columns))
SITE_NAMES = ("school_name", "provider_name")
"""Geography columns that may be a file's only filter."""
UNSHOWN_LEVELS = (INSTITUTION, PLANNING)
"""Levels that the table tool never shows."""
SITE_LEVELS = (SCHOOL, PROVIDER)
"""Levels that the table tool shows in a file of their own only."""
ONE_TO_ONE_LEVELS = (OPPORTUNITY, "MAT", "Sponsor")
"""Levels without a list of their own, whose codes and names must be one to one."""
UNLISTED_LEVELS = (*ONE_TO_ONE_LEVELS, SCHOOL, PROVIDER, POLICE)
"""Levels that no rule holds against a list."""

LIKE_A_PLACE = re.compile(
    r"(?:country|sch|prov|inst|estab|reg|la|local|rsc|pfa|pcon|lep|mca|oa|ward|mat)"
    r".*(?:name|code|urn|ukprn|number|upin|id)"
    r"|(?:la)?estab|schools?|sch|prov|providers?|inst|institutions?|name|code|urn|ukprn|number|upin|id"
    r"|region|lad?|rsc|pcon|lep|mca|oa|ward|mat",
    re.IGNORECASE,
)
"""Names of columns that look like geography, to be matched whole."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKS = tuple(f"Week {number}" for number in range(1, 53))
FOUR_DIGIT_GROUPS = (("Calendar year",), ("Reporting year",), WEEKS, MONTHS)
SIX_DIGIT_GROUPS = (
    ("Academic year",),
    ("Financial year",),
    ("Tax year",),
    ("Autumn and spring term",),
    ("Autumn term", "Spring term", "Summer term"),
    tuple(f"Financial year Q{number}" for number in range(1, 5)),
    ("Part 1 (April to September)", "Part 2 (October to March)"),
)
TIME_GROUPS = {identifier: group for group in (*FOUR_DIGIT_GROUPS, *SIX_DIGIT_GROUPS) for identifier in group}
"""Each time identifier with those that may stand beside it in one file."""
PERIOD_DIGITS = {
    **{identifier: 4 for group in FOUR_DIGIT_GROUPS for identifier in group},
    **{identifier: 6 for group in SIX_DIGIT_GROUPS for identifier in group},
}

FILTER_WORDS = (
    *("male", "asian", "chinese", "indian", "pakistani", "bangladeshi", "black", "african", "caribbean"),
    *("white", "roma", "irish", "english", "british", "scottish", "welsh", "arab"),
)
"""Words for items of a filter that turn up in names of indicators; ``male`` is in female too."""

HARMONISED_NAMES = {
    "sen_": ("sen_status", "sen_primary_need", "sen_secondary_need", "sen_provision"),
    "primary_need": ("sen_primary_need",),
    "secondary_need": ("sen_secondary_need",),
    "establishment_type": ("establishment_type", "establishment_type_group"),
    "provider_type": ("provider_type",),
    "school_type": ("establishment_type", "establishment_type_group"),
    "ethnic": ("ethnicity_major", "ethnicity_minor", "ethnicity_detailed", "minority_ethnic"),
}
"""Parts of a column's name, each with the harmonised names for what it is about."""
ETHNICITY_GROUPS = ("Ethnicity Major", "Ethnicity Minor", "Ethnicity Detailed", "Minority Ethnic")

_MINOR_BY_MAJOR = {
    "Total": (),
    "White": (
        *("English / Welsh / Scottish / Northern Irish / British", "Irish", "Gypsy or Irish Traveller"),
        *("Roma", "Any other White background"),
    ),
    "Mixed / Multiple ethnic groups": (
        *("White and Black Caribbean", "White and Black African", "White and Asian"),
        "Any other Mixed / Multiple ethnic background",
    ),
    "Asian / Asian British": (
        *("Indian", "Pakistani", "Bangladeshi", "Chinese"),
        "Any other Asian background",
    ),
    "Black / African / Caribbean / Black British": (
        *("African", "Caribbean"),
        "Any other Black / African / Caribbean background",
    ),
    "Other ethnic group": ("Arab", "Any other ethnic group"),
}
ETHNICITIES = frozenset(
    {
        (spelt(major), spelt(minor))
        for major, minors in _MINOR_BY_MAJOR.items()
        for minor in ("Total", *minors)
        for spelt in (str, lambda text: text.replace(" / ", "/"))
    }
    | {("Unknown", "Unknown"), ("White", "English/Welsh/Scottish/Northern Irish/British")}
)
"""Pairs of major and minor ethnic group, with spaces around the stroke or without."""

DICTIONARY_NAMES = {
    "Filter": frozenset(
        (
            *("breakdown", "breakdown_topic", "cla_group", "disability_status", "disadvantage_status"),
            *("education_phase", "education_type", "education_type_group", "establishment_governance"),
            *("establishment_type", "establishment_type_group", "ethnicity_major", "ethnicity_minor"),
            *("minority_ethnic", "phase_type_grouping", "provider_type", "qualification_level"),
            *("sen_primary_need", "sen_provision", "sen_secondary_need", "sen_status", "sex"),
        )
    ),
    "Indicator": frozenset(
        f"{thing}_{unit}"
        for thing in ("pupil", "learner", "student", "teacher", "population", "school", "enrolment", "start")
        for unit in ("count", "percent")
    ),
}
"""Names of DfE's data dictionary for the API, as far as they are at hand."""
DICTIONARY_ITEMS = {
    "ethnicity_major": frozenset((*_MINOR_BY_MAJOR, "Unknown")),
    "ethnicity_minor": frozenset(
        (
            *(minor for minors in _MINOR_BY_MAJOR.values() for minor in minors),
            *("Total", "Unknown", "All white", "All Asian / Asian British"),
            *("All Black / African / Caribbean / Black British", "All other ethnic groups"),
        )
    ),
    "education_phase": frozenset(
        (
            *("Total", "All schools", "All-through", "Alternative provision", "Early years settings"),
            *("Further education", "Higher education", "Independent school", "Junior", "Nursery"),
            *("Middle (deemed primary)", "Middle (deemed secondary)", "No establishment"),
            *("Other education phase", "Primary", "Secondary", "Special"),
            *("Highest statutory age 7", "Highest statutory age 8 to 11"),
            "Highest statutory age greater than 11",
        )
    ),
    "phase_type_grouping": frozenset(
        (
            *("Total", "All schools", "Independent school", "Non-maintained special school"),
            *("State-funded nursery", "State-funded primary", "State-funded secondary"),
            *("State-funded primary and secondary", "State-funded special school"),
            "State-funded alternative provision school",
        )
    ),
    "disability_status": frozenset(
        ("Total", "Disability", "No disability", "No known disability", "Not disclosed")
    ),
    "disadvantage_status": frozenset(("Total", "Disadvantaged", "Not known to be disadvantaged")),
    "sen_provision": frozenset(
        (
            *("Total", "Education, health and care plan", "No SEN provision"),
            "SEN support / SEN without an EHC plan",
        )
    ),
    "sen_status": frozenset(
        ("Total", "Any special educational need", "No identified special educational need")
    ),
}
"""Items of the dictionary for those of its filters whose items are at hand."""
