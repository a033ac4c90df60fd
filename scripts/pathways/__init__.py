"""The warehouse's Python side: what SQL should not do."""

__version__ = "0.2.0"
