"""docs/accuracy.md: the tables, what they were made with, and the shortest programs that show a deviation."""

from __future__ import annotations

from datetime import date
from importlib import resources

from ...reference.deviations.deviations import listed
from .table import Accuracy


def page(accuracy: Accuracy, today: date) -> str:
    """The whole page."""
    text = resources.files(__package__).joinpath("page.md").read_text("utf-8")
    environment = accuracy.environment
    made = f"{today.isoformat()}, {environment['platform']}, {environment['cpu']}, Python {environment['python']}"
    versions = ", ".join(f"{name} {version}" for name, version in accuracy.versions.items())
    filled = {
        "made": made,
        "versions": versions,
        "command": accuracy.command,
        "budgets": ", ".join(f"{names} {points}" for points, names in _together(accuracy.budgets).items()),
        "seed": str(accuracy.seed),
        "tables": accuracy.markdown(),
        "programs": programs(),
    }
    for key, value in filled.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _together(budgets: dict[str, int]) -> dict[int, str]:
    """The backends of each budget."""
    return {
        points: ", ".join(name for name, budget in budgets.items() if budget == points)
        for points in dict.fromkeys(budgets.values())
    }


def programs() -> str:
    """One for each listed deviation that has one."""
    shown = [
        f"{row.what} ({row.reference}):\n\n```python\n{row.program.strip()}\n```\n" for row in listed() if row.program
    ]
    return "\n".join(shown)
