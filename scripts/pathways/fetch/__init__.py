"""Explore Education Statistics (EES) over HTTP: listed, downloaded, checked and kept."""
