"""The report: a site of pages for people, made from the published file alone."""
