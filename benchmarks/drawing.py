"""Draws the figures: how far each is from its goal, and how a reload grows with the project."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

from .measure import Figure

KEPT, MISSED, PALE = "#2a7f62", "#c8553d", "#d9d9d9"


def draw(figures: list[Figure], path: Path) -> None:
    """A bar per goal, and the curve of growth where it was measured."""
    with_goal = [figure for figure in figures if figure.goal is not None]
    grown = [figure for figure in figures if "modules" in figure.detail]
    height = max(4.0, 0.32 * len(with_goal) + 1.2)
    columns = 2 if grown else 1
    page, axes = pyplot.subplots(1, columns, figsize=(8 + 5 * (columns - 1), height), squeeze=False)
    _bars(axes[0][0], with_goal)
    if grown:
        _curve(axes[0][1], grown)
    page.tight_layout()
    page.savefig(path, dpi=110, bbox_inches="tight")
    pyplot.close(page)


def _bars(axes: Axes, figures: list[Figure]) -> None:
    shares = [max(0.01, figure.value / figure.goal) for figure in figures if figure.goal]
    names = [figure.work for figure in figures]
    axes.barh(names, shares, color=[KEPT if figure.kept else MISSED for figure in figures])
    axes.axvline(1, color="black", linewidth=1)
    axes.invert_yaxis()
    axes.set_xlabel("share of the goal (the line; to its left is within)")
    for row, (figure, share) in enumerate(zip(figures, shares, strict=True)):
        axes.text(share, row, f" {figure.value:.3g} {figure.unit}", va="center", fontsize=7)
    axes.tick_params(axis="y", labelsize=7)
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)


def _curve(axes: Axes, figures: list[Figure]) -> None:
    counts = [float(figure.detail["modules"]) for figure in figures]
    axes.plot(counts, [figure.value for figure in figures], "o-", color=KEPT, label="save to live")
    reloads = [float(figure.detail["of which the reload"]) for figure in figures]
    axes.plot(counts, reloads, "o--", color=MISSED, label="of which the reload")
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("imported modules in the project")
    axes.set_ylabel("milliseconds for an edit of one function")
    axes.grid(color=PALE, linewidth=0.5)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
