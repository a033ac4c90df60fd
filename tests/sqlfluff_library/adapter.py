"""What sqlfluff needs of dbt's adapter to render a dispatched macro: the default one."""


def _text(argument: object) -> str:
    """An argument in the call: a path as a string, all else as it stands."""
    return f"'{argument}'" if "/" in str(argument) else str(argument)


def dispatch(name: str, package: str):
    """Stands in for a macro that is chosen by engine; the text of the call is all that is linted."""
    return lambda *arguments: f"{name}({', '.join(map(_text, arguments))})"


def quote(identifier: str) -> str:
    """Stands in for the engine's quotes around a name."""
    return f'"{identifier}"'
