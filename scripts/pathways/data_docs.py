"""Data Docs that open without the internet: an overview, and a page a table.

Great Expectations writes pages that fetch their style, scripts and logo from
elsewhere, and an index that is empty without them. Here its pages are kept, what
they fetch is taken out, a small style sheet of our own is put in, and an overview
of both sides is written from their reports.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import quote

from pathways.outcome import FAILED, WARNED, CheckOutcome, CheckReport, read_report
from pathways.rules import RuleBook
from pathways.settings import Settings

PAGES = "validations"
"""Folder of one side in which Great Expectations has a folder of pages for each suite."""

STYLE = """\
:root { color-scheme: light; }
body { font: 16px/1.5 Arial, Helvetica, sans-serif; color: #0b0c0c; margin: 0 auto;
  max-width: 75rem; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 2rem; margin: 1rem 0 .5rem; }
h2, h4 { font-size: 1.4rem; margin: 2rem 0 .5rem; }
h3, h5 { font-size: 1.15rem; margin: 1.5rem 0 .25rem; }
h6 { font-size: 1rem; margin: 1rem 0 .25rem; }
a { color: #1d70b8; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid #b1b4b6; overflow-wrap: anywhere; }
td table { width: auto; }
th, td:first-child { overflow-wrap: normal; }
code, .badge { font-family: monospace; background: #f3f2f1; padding: 0 .25rem; }
.passed, .text-success { color: #00703c; font-weight: bold; }
.warned, .text-warning { color: #7a4b00; font-weight: bold; }
.failed, .text-danger { color: #b10e1e; font-weight: bold; }
.found { margin: .25rem 0; padding-left: 1.2rem; }
.fas { font-style: normal; }
.fa-check-circle::before { content: "passed"; }
.fa-times::before { content: "failed"; }
.fa-exclamation-triangle::before { content: "could not be worked out"; }
.navbar { height: auto !important; }
.navbar img, .alert .fas, .btn-group, .sticky .card:first-child, .ge-breadcrumbs-item.active,
[id$="-parent"] code { display: none; }
.ge-breadcrumbs, .ge-navigation-sidebar-content { list-style: none; padding: 0; margin: 0; }
.ge-navigation-sidebar-content .nav-item { display: inline-block; margin-right: .8rem; }
"""

_REMOTE = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<footer\b.*?</footer>"
    r"|<link\b[^>]*>|<img\b[^>]*https?://[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_RETRIEVE = re.compile(
    r"<a\s[^>]*data-toggle=\"collapse\"[^>]*>\s*To retrieve all unexpected values\.\.\.\s*</a>",
    re.DOTALL,
)
_SUITE_LINK = re.compile(r'<a\s+href="[^"]*expectations/[^"]*"\s*>(.*?)</a>', re.DOTALL)
_GENERIC = (
    (
        "Evaluates whether a batch of data matches expectations.",
        "What was checked and found.",
    ),
    ("Expectation Validation Result", "Checks of one table"),
    ("Data Docs created by Great Expectations", "Checks of one table"),
    ("Data asset: None<br>", ""),
    ("Show more info...", ""),
    (">Home<", ">All checks<"),
)


def tidy_page(html: str, style_path: str) -> str:
    """One page of Great Expectations without what it would fetch from elsewhere.

    ``style_path`` is the way from the page to our own style sheet.
    """
    html = _REMOTE.sub("", html)
    html = _RETRIEVE.sub("", html)
    html = _SUITE_LINK.sub(r"\1", html)
    html = re.sub(r"(<th[^>]*>\s*)Index(\s*</th>)", r"\1Line or row\2", html)
    for old, new in _GENERIC:
        html = html.replace(old, new)
    return html.replace("</head>", f'<link rel="stylesheet" href="{style_path}">\n</head>', 1)


@contextmanager
def renewed(site: Path, kept: Sequence[str]) -> Iterator[Path]:
    """One side's pages anew: yields a draft folder to write into, then tidies it and puts it in place.

    Pages of the suites ``kept`` come along as they are. Where writing fails, all stays as it was.
    """
    # outside of what is copied to the exports
    draft = site.parent.with_name(f".{site.name}_pages")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    yield draft
    _tidy_pages(draft)
    for name in kept:
        (site / PAGES / name).rename(draft / PAGES / name)
    shutil.rmtree(site, ignore_errors=True)
    site.parent.mkdir(exist_ok=True)
    draft.rename(site)


def _tidy_pages(site: Path) -> None:
    """Tidies every page of one side, and points its index at the overview."""
    for path in site.rglob("*.html"):
        depth = len(path.relative_to(site.parent).parts) - 1
        style_path = "../" * depth + "style.css"
        path.write_text(tidy_page(path.read_text(encoding="utf-8"), style_path), encoding="utf-8")
    (site / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><title>All checks</title>'
        '<meta http-equiv="refresh" content="0; url=../index.html">'
        '<a href="../index.html">All checks</a>\n',
        encoding="utf-8",
    )


def _order(check: CheckOutcome) -> tuple[int, str]:
    return ({FAILED: 0, WARNED: 1}.get(check.outcome, 2), check.check_name)


def _row(check: CheckOutcome, rules: RuleBook) -> str:
    found = "".join(f"<li>{escape(line)}</li>" for line in check.sentences)
    subject = escape(check.subject)
    if check.page:
        subject = f'<a href="{quote(check.page)}">{subject}</a>'
    return (
        f"<tr><td>{subject}</td>"
        f"<td>{escape(rules[check.rule_code].statement)}<br><code>{escape(check.check_name)}</code>"
        + (f'<ul class="found">{found}</ul>' if found else "")
        + f'</td><td class="{check.outcome}">{check.outcome}</td>'
        f"<td>{check.failed_row_count:,}</td></tr>\n"
    )


_TITLES = {
    "door": (
        "The door",
        "What has come in: every seed file and every landed release, before any table is built from it.",
    ),
    "window": ("The window", "What goes out: every table that is published."),
}


def _section(side: str, report: CheckReport | None, rules: RuleBook) -> str:
    title, meaning = _TITLES[side]
    head = f"<h2>{title}</h2>\n<p>{meaning}</p>\n"
    if report is None:
        return head + f"<p>Not checked yet. Run <code>pathways check {side}</code>.</p>\n"
    failed, warned = len(report.failures), len(report.warnings)
    words = f"{len(report.checks):,} checks: "
    words += f"{failed:,} failed, {warned:,} warned." if failed or warned else "all passed."
    rows = "".join(_row(check, rules) for check in sorted(report.checks, key=_order))
    return (
        f"{head}<p>{words}</p>\n<table><thead><tr><th>Table</th><th>Rule and what was found</th>"
        f"<th>Outcome</th><th>Rows</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )


def write_overview(settings: Settings, rules: RuleBook) -> None:
    """Writes ``index.html`` over both sides, from whatever reports are there."""
    sections = "".join(
        _section(side, read_report(settings.target, side), rules) for side in ("door", "window")
    )
    folder = settings.data_docs
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "style.css").write_text(STYLE, encoding="utf-8")
    (folder / "index.html").write_text(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<title>Checks of the warehouse</title>\n<link rel="stylesheet" href="style.css">\n'
        "</head>\n<body>\n<h1>Checks of the warehouse</h1>\n"
        "<p>Each row is one check. Those that failed or warned stand first, with the rows that "
        "broke the rule and what to do. A table's name leads to its own page.</p>\n"
        f"{sections}</body>\n</html>\n",
        encoding="utf-8",
    )
