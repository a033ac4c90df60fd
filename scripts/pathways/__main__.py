"""Lets ``python -m pathways`` stand in for the console command."""

from pathways.cli import app

if __name__ == "__main__":
    app(prog_name="pathways")
