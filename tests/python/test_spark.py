"""The same models on Apache Spark give the same marts; and what compares them sees a difference."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Built, pathways
from pathways.errors import PathwaysError
from pathways.files import only_one
from pathways.parity import DOUBLE_TOLERANCE, Mart, build_on_spark, compare, spark_python
from pathways.settings import environment_under, load_settings

RATE = Mart("marts", "fct_pathway_rate", ("rate_key",))
CHILDREN = "300"


def need_spark() -> None:
    """Skips where Spark is not installed; a continuous integration has to have it."""
    if not (PROJECT / ".venv-spark" / "bin" / "dbt").exists() or shutil.which("java") is None:
        if os.environ.get("CI"):
            pytest.fail("Spark is not installed: make .venv-spark/.stamp")
        pytest.skip("Spark is not installed: make .venv-spark/.stamp")


@dataclass(frozen=True)
class Run:
    """A run of `pathways parity`, and the environment in which it ran."""

    code: int
    output: str
    environment: dict[str, str]
    folder: Path


@pytest.fixture(scope="module")
def parity(tmp_path_factory: pytest.TempPathFactory) -> Run:
    need_spark()
    folder = tmp_path_factory.mktemp("spark")
    environment = environment_under(folder)
    code, output = pathways("parity", "--children", CHILDREN, project=PROJECT, environment=environment)
    return Run(code, output, environment, folder)


@pytest.mark.spark
def test_every_mart_is_the_same_on_both_engines(parity: Run) -> None:
    assert parity.code == 0, parity.output
    rows = {
        name: int(count.replace(",", ""))
        for name, count in re.findall(r"^(\w+\.\w+): ([\d,]+) rows", parity.output, re.MULTILINE)
    }
    last = parity.output.splitlines()[-1]
    assert re.fullmatch(rf"The same on DuckDB and Spark: {len(rows)} marts, [\d,]{{7,}} cells\.", last), last
    # children, their answer, the seeds of FOI and of DfE: none of them is compared as an empty table
    for name in (
        "census.fct_referral",
        "census.fct_census_issue",
        "marts.fct_foi_answer",
        "marts.fct_pathway_figure",
        "marts.fct_release_figure",
        "marts.fct_national_estimate",
    ):
        assert rows[name] > 0, name


@pytest.mark.spark
def test_what_spark_wrote_of_children_is_for_its_owner_alone(parity: Run) -> None:
    tables = parity.folder / "target" / "parity" / "warehouse" / "spark" / "tables" / "census.db"
    found = list(tables.rglob("*.parquet"))
    assert found
    for path in (*found, tables):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.spark
def test_a_mart_that_breaks_its_contract_fails_on_spark_too(
    parity: Run, project_copy: Path, tmp_path: Path
) -> None:
    status = project_copy / "seeds" / "reference" / "status.csv"
    lines = status.read_text(encoding="utf-8").splitlines()
    status.write_text("\n".join([*lines, lines[-1]]) + "\n", encoding="utf-8")
    (project_copy / ".venv-spark").symlink_to(PROJECT / ".venv-spark")
    environment = environment_under(tmp_path / "work")
    code, output = pathways(
        "build-spark", "--select", "+dim_status", project=project_copy, environment=environment
    )
    assert code == 1, output
    assert "marts.dim_status breaks its contract in 1 rows: status_code is not unique" in output


def written(built: Built, folder: Path, query: str) -> Path:
    """The rows of a query over the mart, as a table of Spark would hold them."""
    folder.mkdir()
    with duckdb.connect(str(built.build_file), read_only=True) as connection:
        connection.execute(f"copy ({query}) to '{folder / 'part-0.parquet'}' (format parquet)")
    return folder


def differences(built: Built, mart: Mart, files: Path) -> list[str]:
    with duckdb.connect(str(built.build_file), read_only=True) as connection:
        return compare(connection, mart, files).differences


Query = Callable[[str], str]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "from marts.fct_pathway_rate limit 269",
            r"DuckDB has 270 rows and Spark 269; 269 of them have the same key\.",
        ),
        (
            "from marts.fct_pathway_rate union all select * replace ('more' as rate_key) "
            "from (from marts.fct_pathway_rate limit 1)",
            r"DuckDB has 270 rows and Spark 271; 270 of them have the same key\.",
        ),
        (
            "select * replace (case when numerator = 8 then 9 else numerator end as numerator) "
            "from marts.fct_pathway_rate",
            r"numerator differs in \d rows, first in .+: 8 on DuckDB, 9 on Spark\.",
        ),
        (
            "select * replace (coalesce(reason_code, 'other') as reason_code) from marts.fct_pathway_rate",
            r"reason_code differs in \d+ rows, first in .+: None on DuckDB, 'other' on Spark\.",
        ),
        (
            f"select * replace (rate_percent * (1 + {10 * DOUBLE_TOLERANCE}) as rate_percent) "
            "from marts.fct_pathway_rate",
            r"rate_percent differs in \d+ rows, first in .+",
        ),
        (
            "select * replace (coalesce(interval_lower, 0) as interval_lower) from marts.fct_pathway_rate",
            r"interval_lower differs in \d+ rows, first in .+: None on DuckDB, 0\.0 on Spark\.",
        ),
        (
            "select * replace (cast(numerator as double) as numerator) from marts.fct_pathway_rate",
            r"the columns differ: numerator BIGINT, numerator DOUBLE\.",
        ),
        (
            "select * exclude (reason_code) from marts.fct_pathway_rate",
            r"the columns differ: reason_code VARCHAR\.",
        ),
    ],
    ids=["row_less", "row_more", "cell", "null", "fraction", "no_fraction", "type", "column_less"],
)
def test_a_difference_is_told(built: Built, tmp_path: Path, query: str, sentence: str) -> None:
    found = differences(built, RATE, written(built, tmp_path / "table", query))
    assert len(found) == 1, found
    assert re.fullmatch(rf"marts\.fct_pathway_rate: {sentence}", found[0]), found


def test_a_table_that_is_the_same_up_to_the_order_of_additions_is_the_same(
    built: Built, tmp_path: Path
) -> None:
    query = (
        f"select * replace (rate_percent * (1 + {DOUBLE_TOLERANCE / 10}) as rate_percent) "
        "from marts.fct_pathway_rate order by rate_key desc"
    )
    assert not differences(built, RATE, written(built, tmp_path / "table", query))


def test_a_table_that_is_not_there_is_told(built: Built, tmp_path: Path) -> None:
    assert differences(built, RATE, tmp_path / "none") == ["marts.fct_pathway_rate: Spark has no such table."]


def test_a_mart_without_a_key_cannot_be_compared(built: Built, tmp_path: Path) -> None:
    files = written(built, tmp_path / "table", "from marts.fct_pathway_rate")
    with pytest.raises(PathwaysError, match="has no primary key"):
        differences(built, Mart("marts", "fct_pathway_rate", ()), files)


def test_of_a_difference_in_childrens_rows_only_the_count_is_told(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema census")
        connection.execute(
            "create table census.fct_referral as select 7 as referral_row_key, 'a child' as child_key"
        )
        folder = tmp_path / "table"
        folder.mkdir()
        connection.execute(
            "copy (select 7 as referral_row_key, 'another' as child_key)"
            f" to '{folder / 'part-0.parquet'}' (format parquet)"
        )
        found = compare(connection, Mart("census", "fct_referral", ("referral_row_key",)), folder).differences
    assert found == ["census.fct_referral: child_key differs in 1 rows."]


def test_without_java_spark_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(PathwaysError, match=r"No java was found; Spark needs Java 17\. Install it"):
        spark_python(load_settings(PROJECT))


def test_without_its_environment_spark_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", "/java")
    with pytest.raises(
        PathwaysError, match=r"There is no \.venv-spark/bin/python: .+make \.venv-spark/\.stamp"
    ):
        spark_python(replace(load_settings(PROJECT), project=tmp_path))


@pytest.mark.spark
def test_a_second_build_on_spark_at_once_is_refused(tmp_path: Path) -> None:
    need_spark()
    settings = replace(load_settings(PROJECT), warehouse=tmp_path, landing=tmp_path / "landing")
    folder = tmp_path / "spark"
    folder.mkdir()
    kept = folder / "metastore"
    kept.mkdir()
    with (
        only_one(folder, "This test."),
        pytest.raises(PathwaysError, match="Another build on Spark is writing"),
    ):
        build_on_spark(settings)
    assert kept.is_dir()
