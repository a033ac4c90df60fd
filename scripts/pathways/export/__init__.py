"""Files for people, made of the published file: Parquet, CSV, a workbook, and the pathway as EES has it."""
