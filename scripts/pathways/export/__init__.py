"""Files for people, made of the published file: Parquet, CSV, a workbook, and the pathway as EES has it."""

WORKBOOK = "early_help_pathways.xlsx"
"""Name of the workbook."""
EES_NAME = "early_help_pathway"
"""Name of the files in EES layout, without what it ends in."""
