"""The templates of the pages, apart from what fills them: the start page needs no charts."""

from __future__ import annotations

import jinja2


def environment() -> jinja2.Environment:
    """The templates; all that is put into them is escaped."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("pathways.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
