"""A tiny project on disk, of the same shape as the real one, for tests of the package."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

from pathways.settings import Settings, load_settings

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
INVOCATION = "11111111-1111-1111-1111-111111111111"

AREA_YML = """\
seeds:
  - name: area
    description: One row per area.
    config:
      meta:
        key: [area_code]
      column_types: {area_code: varchar, area_name: varchar, start_date: varchar, kind: varchar}
    columns:
      - name: area_code
        description: Code of the area.
        config: {meta: {format: code, required: true}}
      - name: area_name
        description: Name of the area.
        config: {meta: {format: text, required: true}}
      - name: start_date
        description: First day.
        config: {meta: {format: date}}
      - name: kind
        description: Kind of area.
        config: {meta: {format: code, values: [council, region]}}
"""
AREA_CSV = """\
area_code,area_name,start_date,kind
E-1,"North
and South",2012-04-01,council
E-2,East,,region
"""
RULE_YML = """\
seeds:
  - name: quality_rule
    description: One row per rule.
    config:
      meta: {key: [rule_code]}
    columns:
      - {name: rule_code, description: Code., config: {meta: {format: code, required: true}}}
      - {name: statement, description: Rule., config: {meta: {format: text, required: true}}}
      - {name: engine, description: Engine., config: {meta: {format: code}}}
      - {name: severity, description: Severity., config: {meta: {format: code}}}
      - {name: fixed_by, description: Who mends it., config: {meta: {format: text}}}
      - {name: remedy, description: What to do., config: {meta: {format: text}}}
"""
RULE_CSV = """\
rule_code,statement,engine,severity,fixed_by,remedy
seed_value_has_its_format,A value is written in the format of its column.,great_expectations,\
critical,data owner,Write it so.
seed_key_is_unique,No two rows have one key.,great_expectations,critical,data owner,Keep one.
published_source_does_not_vanish,A published source stays.,great_expectations,warning,\
maintainer,Look for it.
figure_is_small,A figure is below 1000.,dbt_test,critical,data owner,Ask the council.
figure_is_even,A figure is even.,dbt_test,warning,data owner,Count again.
"""
MARTS_YML = """\
models:
  - name: dim_source
    description: One row per source.
    config: {contract: {enforced: true}}
    columns:
      - name: source_key
        description: Key of the source.
        data_type: varchar
        constraints: [{type: primary_key}]
  - name: fct_pathway_figure
    description: One row per figure. It's a test.
    config: {contract: {enforced: true}}
    constraints: [{type: check, expression: "value >= 0"}]
    columns:
      - name: figure_key
        description: Key of the figure.
        data_type: varchar
        constraints: [{type: primary_key}]
      - name: source_key
        description: The source's key.
        data_type: varchar
        constraints: [{type: not_null}]
        data_tests: [not_null]
      - {name: value, description: 'Count "as stated".', data_type: bigint}
      - {name: lower_bound, description: Lowest., data_type: bigint}
      - {name: upper_bound, description: Highest., data_type: bigint}
      - name: status_code
        description: What the cell is.
        data_type: varchar
        constraints: [{type: not_null}]
"""
DBT_PROJECT = """\
name: pathways
version: 0.1.0
profile: pathways
flags: {send_anonymous_usage_stats: false}
on-run-end:
  - create schema if not exists quality
  - create or replace table quality.build_run as select '{{ invocation_id }}' as invocation_id
seeds: {pathways: {+schema: raw}}
models:
  pathways:
    marts: {+materialized: table, +schema: marts, +persist_docs: {relation: true, columns: true}}
data_tests: {pathways: {+schema: quality, +store_failures: true}}
"""
PROFILES = """\
pathways:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: "{{ env_var('PATHWAYS_WAREHOUSE', 'warehouse') }}/build.duckdb"
      threads: 2
      config_options: {storage_compatibility_version: v1.0.0}
"""
SCHEMA_MACRO = """\
{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or 'main' }}\
{% endmacro %}
"""
MODELS = {
    "dim_source.sql": "select 'letter_1' as source_key from {{ ref('area') }} limit 1\n",
    "fct_pathway_figure.sql": """\
select
    figure_key, source_key, cast(value as bigint) as value,
    cast(lower_bound as bigint) as lower_bound, cast(upper_bound as bigint) as upper_bound,
    status_code
from (values
    ('b', 'letter_1', null, 1, 4, 'suppressed'),
    ('a', 'letter_1', 12, 12, 12, 'reported'),
    ('c', 'letter_1', 13, 13, 13, 'reported')
) as figure (figure_key, source_key, value, lower_bound, upper_bound, status_code)
-- {{ ref('dim_source') }}
""",
}
TESTS = {
    "fct_pathway_figure__figure_is_small.sql": """\
{{ config(meta={'rule_code': 'figure_is_small'}) }}
select 'figure ' || figure_key as place, cast(value as varchar) as found
from {{ ref('fct_pathway_figure') }} where value >= 1000
""",
    "fct_pathway_figure__figure_is_even.sql": """\
{{ config(severity='warn', meta={'rule_code': 'figure_is_even'}) }}
select 'figure ' || figure_key as place, cast(value as varchar) as found
from {{ ref('fct_pathway_figure') }} where value % 2 = 1
""",
}


def write_project(folder: Path) -> Settings:
    """Writes the project into the folder and returns its settings."""
    files = {
        "dbt_project.yml": DBT_PROJECT,
        "profiles.yml": PROFILES,
        "macros/generate_schema_name.sql": SCHEMA_MACRO,
        "seeds/foi/area.csv": AREA_CSV,
        "seeds/foi/area.yml": AREA_YML,
        "seeds/reference/quality_rule.csv": RULE_CSV,
        "seeds/reference/quality_rule.yml": RULE_YML,
        "models/marts/marts.yml": MARTS_YML,
        **{f"models/marts/{name}": text for name, text in MODELS.items()},
        **{f"tests/{name}": text for name, text in TESTS.items()},
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "warehouse").mkdir(exist_ok=True)
    return load_settings(folder, {})


def write_build_file(settings: Settings, invocation_id: str = INVOCATION) -> None:
    """Writes the build file as dbt would leave it, without running dbt."""
    settings.build_file.unlink(missing_ok=True)
    with duckdb.connect(
        str(settings.build_file), config={"storage_compatibility_version": "v1.0.0"}
    ) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema quality")
        connection.execute("create schema census")
        connection.execute("create table quality.build_run as select ? as invocation_id", [invocation_id])
        connection.execute("create table census.fct_referral as select 'A1' as la_child_id")
        connection.execute(
            "create table marts.dim_source (source_key varchar primary key);"
            "comment on table marts.dim_source is 'One row per source.';"
            "insert into marts.dim_source values ('letter_1')"
        )
        connection.execute(
            "create table marts.fct_pathway_figure (figure_key varchar primary key, "
            "source_key varchar not null, value bigint, lower_bound bigint, upper_bound bigint, "
            "status_code varchar not null, check (value >= 0));"
            "comment on table marts.fct_pathway_figure is 'One row per figure. It''s a test.';"
            "comment on column marts.fct_pathway_figure.value is 'Count \"as stated\".';"
            "insert into marts.fct_pathway_figure values "
            "('b', 'letter_1', null, 1, 4, 'suppressed'), ('a', 'letter_1', 12, 12, 12, 'reported')"
        )


def manifest_nodes(settings: Settings) -> dict[str, Any]:
    """The nodes of the tiny project as dbt's manifest tells them."""
    nodes: dict[str, Any] = {}
    for name in ("area", "quality_rule"):
        path = next(settings.seeds.rglob(f"{name}.csv"))
        text = path.read_text(encoding="utf-8").strip()
        nodes[f"seed.pathways.{name}"] = {
            "resource_type": "seed",
            "name": name,
            "original_file_path": path.relative_to(settings.project).as_posix(),
            "checksum": {"name": "sha256", "checksum": hashlib.sha256(text.encode()).hexdigest()},
        }
    for name in ("dim_source", "fct_pathway_figure"):
        nodes[f"model.pathways.{name}"] = {
            "resource_type": "model",
            "name": name,
            "schema": "marts",
            "config": {"contract": {"enforced": True}},
        }
    nodes["test.pathways.fct_pathway_figure__figure_is_even"] = {
        "resource_type": "test",
        "name": "fct_pathway_figure__figure_is_even",
        "config": {"severity": "warn", "meta": {"rule_code": "figure_is_even"}},
        "depends_on": {"nodes": ["model.pathways.fct_pathway_figure"]},
    }
    return nodes


def write_artifacts(
    settings: Settings,
    *,
    statuses: dict[str, str] | None = None,
    arguments: dict[str, Any] | None = None,
    leave_out: str = "",
    invocation_id: str = INVOCATION,
) -> None:
    """Writes the artifacts that a good `dbt build` would leave, or a changed one."""
    nodes = manifest_nodes(settings)
    good = {"test": "pass"}
    results = [
        {
            "unique_id": unique_id,
            "status": (statuses or {}).get(unique_id, good.get(node["resource_type"], "success")),
            "failures": 0,
            "message": "",
        }
        for unique_id, node in nodes.items()
        if unique_id != leave_out
    ]
    settings.target.mkdir(parents=True, exist_ok=True)
    metadata = {"invocation_id": invocation_id}
    (settings.target / "manifest.json").write_text(
        json.dumps({"metadata": metadata, "nodes": nodes, "unit_tests": {}}), encoding="utf-8"
    )
    (settings.target / "run_results.json").write_text(
        json.dumps(
            {
                "metadata": metadata,
                "args": {"which": "build", "select": [], "exclude": [], **(arguments or {})},
                "results": results,
            }
        ),
        encoding="utf-8",
    )


def write_good_build(folder: Path) -> Settings:
    """A tiny project with a build file and artifacts that may be published."""
    settings = write_project(folder)
    write_build_file(settings)
    write_artifacts(settings)
    return settings


def tables_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables of a published file, sorted."""
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {
            f"{schema}.{name}": connection.execute(
                f'select * from "{schema}"."{name}" order by all'
            ).fetchall()
            for schema, name in sorted(names)
        }


def run_python(code: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs Python code in a process of its own, in a folder, with the package importable."""
    path = os.pathsep.join([str(SCRIPTS), str(Path(__file__).parent)])
    keep = {name: value for name, value in os.environ.items() if not name.startswith("PATHWAYS_")}
    keep.pop("DBT_TARGET_PATH", None)
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**keep, "PYTHONPATH": path, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def run_pathways(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the console command as a user would."""
    code = f"import sys; sys.argv = ['pathways', *{list(arguments)!r}]; " + (
        "from pathways.cli import app; app(prog_name='pathways')"
    )
    return run_python(code, folder, **more)
