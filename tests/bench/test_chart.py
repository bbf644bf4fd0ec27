from __future__ import annotations

import re
from xml.etree import ElementTree

from bench.chart import POINTS, Curve, cumulative

SVG = "{http://www.w3.org/2000/svg}"


def picture(*curves: Curve) -> ElementTree.Element:
    return ElementTree.fromstring(cumulative("Delay <of> the quiet", "time", "share", curves))


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def heights(root: ElementTree.Element, number: int) -> list[float]:
    """The y of each step of a curve; a second path of the same class is its mark in the legend."""
    curve = next(path for path in root.iter(f"{SVG}path") if path.get("class") == f"curve c{number}")
    return [float(step.split(" ")[1]) for step in re.split("[ML]", curve.get("d") or "") if step]


def test_the_axis_runs_over_whole_decades_that_hold_every_delay():
    shown = texts(picture(Curve("alone", [0.5, 3.0]), Curve("flood", [40.0, 2_500.0])))
    assert [text for text in shown if text.endswith("s") and text[0].isdigit()] == [
        "0.1 ms",
        "1 ms",
        "10 ms",
        "100 ms",
        "1 s",
        "10 s",
    ]


def test_title_axes_and_curves_are_named():
    assert {"Delay <of> the quiet", "time", "share", "alone", "flood"} <= set(
        texts(picture(Curve("alone", [1.0, 2.0]), Curve("flood", [5.0, 20.0])))
    )


def test_a_curve_only_rises_and_ends_at_all():
    root = picture(Curve("alone", [float(delay) for delay in range(1, 2_000)]))
    ys = heights(root, 0)
    assert len(ys) == POINTS
    assert ys == sorted(ys, reverse=True)
    assert ys[-1] == min(ys)


def test_colours_follow_the_reader_s_scheme():
    assert "prefers-color-scheme: dark" in cumulative("t", "x", "y", [Curve("alone", [1.0, 20.0])])


def test_delays_that_are_all_the_same_still_make_a_picture():
    assert len(heights(picture(Curve("alone", [10.0, 10.0])), 0)) == 2
