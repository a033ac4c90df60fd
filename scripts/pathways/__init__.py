"""The warehouse's Python side: what SQL should not do."""

__version__ = "0.7.0"
