"""The tables of a landed children in need (CIN) census return, and which element fills which column.

Element names and order are those of the CIN census XML schemas, census years 2017 to 2026. A referral is one
``CINdetails`` element; the numbers count the elements of a return in the order of the file, from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import pyarrow as pa


class Kind(Enum):
    """How the text of an element is read."""

    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    COUNT = "count"


@dataclass(frozen=True)
class Field:
    """One column that an element fills."""

    element: str
    column: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Table:
    """One table: the numbers that place a row, what fills it, and the name of its file."""

    name: str
    numbers: tuple[str, ...]
    fields: tuple[Field, ...]
    extra: tuple[pa.Field, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that a row has, without the key of its return."""
        return tuple(name for name in self.schema.names if name != "return_key")

    @cached_property
    def width(self) -> int:
        """How many columns a row has."""
        return len(self.columns)

    @cached_property
    def schema(self) -> pa.Schema:
        """Types of the columns, as they stand in the Parquet file."""
        types = {
            Kind.TEXT: pa.string(),
            Kind.DATE: pa.date32(),
            Kind.BOOLEAN: pa.bool_(),
            Kind.COUNT: pa.int32(),
        }
        return pa.schema(
            [
                pa.field("return_key", pa.string()),
                *(pa.field(name, pa.int64()) for name in self.numbers),
                *(pa.field(field.column, types[field.kind]) for field in self.fields),
                *self.extra,
            ]
        )


D, B, N = Kind.DATE, Kind.BOOLEAN, Kind.COUNT

CHILD = Table(
    "child",
    ("child_number",),
    (
        Field("LAchildID", "la_child_id"),
        Field("UPN", "upn"),
        Field("FormerUPN", "former_upn"),
        Field("UPNunknown", "upn_unknown_code"),
        Field("PersonBirthDate", "birth_date", D),
        Field("ExpectedPersonBirthDate", "expected_birth_date", D),
        Field("GenderCurrent", "gender_code"),
        Field("Sex", "sex_code"),
        Field("PersonDeathDate", "death_date", D),
        Field("Ethnicity", "ethnicity_code"),
    ),
    (pa.field("line_number", pa.int64()),),
)
DISABILITY = Table("disability", ("child_number",), (Field("Disability", "disability_code"),))
REFERRAL = Table(
    "referral",
    ("child_number", "referral_number"),
    (
        Field("CINreferralDate", "referral_date", D),
        Field("ReferralSource", "referral_source_code"),
        Field("PrimaryNeedCode", "primary_need_code"),
        Field("CINclosureDate", "closure_date", D),
        Field("ReasonForClosure", "closure_reason_code"),
        Field("DateOfInitialCPC", "initial_conference_date", D),
        Field("ReferralNFA", "is_no_further_action", B),
    ),
    (pa.field("content_hash", pa.int64()), pa.field("line_number", pa.int64())),
)
ASSESSMENT = Table(
    "assessment",
    ("referral_number", "assessment_number"),
    (
        Field("AssessmentActualStartDate", "start_date", D),
        Field("AssessmentInternalReviewDate", "internal_review_date", D),
        Field("AssessmentAuthorisationDate", "authorisation_date", D),
    ),
)
FACTOR = Table(
    "factor", ("referral_number", "assessment_number"), (Field("AssessmentFactors", "factor_code"),)
)
SECTION_47 = Table(
    "section_47",
    ("referral_number", "section_47_number"),
    (
        Field("S47ActualStartDate", "start_date", D),
        Field("InitialCPCtarget", "initial_conference_target_date", D),
        Field("DateOfInitialCPC", "initial_conference_date", D),
        Field("ICPCnotRequired", "is_initial_conference_not_required", B),
    ),
)
CIN_PLAN = Table(
    "cin_plan",
    ("referral_number", "cin_plan_number"),
    (Field("CINPlanStartDate", "start_date", D), Field("CINPlanEndDate", "end_date", D)),
)
PLAN = Table(
    "child_protection_plan",
    ("referral_number", "plan_number"),
    (
        Field("CPPstartDate", "start_date", D),
        Field("CPPendDate", "end_date", D),
        Field("InitialCategoryOfAbuse", "initial_category_code"),
        Field("LatestCategoryOfAbuse", "latest_category_code"),
        Field("NumberOfPreviousCPP", "previous_plan_count", N),
    ),
)
REVIEW = Table("review", ("referral_number", "plan_number"), (Field("CPPreviewDate", "review_date", D),))
SET_ASIDE = Table(
    "set_aside",
    (),
    (),
    (
        pa.field("rule_code", pa.string()),
        pa.field("element", pa.string()),
        pa.field("line_number", pa.int64()),
        pa.field("la_child_id", pa.string()),
        pa.field("text", pa.string()),
    ),
)
"""What was not read as it stands: one row each, kept with the child-level data and shown nowhere else."""

TABLES = (
    CHILD,
    DISABILITY,
    REFERRAL,
    ASSESSMENT,
    FACTOR,
    SECTION_47,
    CIN_PLAN,
    PLAN,
    REVIEW,
    SET_ASIDE,
)
