"""One picture: how large a share of jobs had started after how long, as an SVG that is readable on light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 84, 24, 64, 56  # margins; the plot is what is left
POINTS = 200  # a curve's steps at most
STYLE = """
  .page { fill: #ffffff } .ink { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0 }
  .c0 { stroke: #57606a; stroke-dasharray: 2 4 } .c1 { stroke: #0969da } .c2 { stroke: #bc4c00; stroke-dasharray: 9 4 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .ink { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #30363d }
    .c0 { stroke: #9198a1 } .c1 { stroke: #58a6ff } .c2 { stroke: #f0883e }
  }
  text { font: 13px system-ui, sans-serif } .title { font-size: 16px; font-weight: 600 }
  .curve { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
"""


@dataclass(frozen=True)
class Curve:
    """Delays in milliseconds and what to call them."""

    label: str
    delays_ms: Sequence[float]


def cumulative(title: str, across: str, up: str, curves: Sequence[Curve]) -> str:
    """The picture's text. Time runs on a logarithmic axis of whole decades that holds every delay; three curves at most."""
    middle, half = (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2
    every = [delay for curve in curves for delay in curve.delays_ms]
    first = math.floor(math.log10(min(every)))
    last = max(first + 1, math.ceil(math.log10(max(every))))

    def x(delay_ms: float) -> float:
        return LEFT + (math.log10(delay_ms) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(share: float) -> float:
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        f'<text class="ink title" x="{LEFT}" y="26">{escape(title)}</text>',
        f'<text class="faint" x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{escape(across)}</text>',
        f'<text class="faint" transform="translate(20 {half}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    for decade in range(first, last + 1):
        place = x(10.0**decade)
        parts.append(f'<path class="grid" d="M{place:.1f} {y(0):.1f}V{y(1):.1f}"/>')
        parts.append(
            f'<text class="faint" x="{place:.1f}" y="{y(0) + 18:.1f}" text-anchor="middle">{_time(decade)}</text>'
        )
    for quarter in range(5):
        place = y(quarter / 4)
        parts.append(f'<path class="grid" d="M{LEFT} {place:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(
            f'<text class="faint" x="{LEFT - 8}" y="{place + 4:.1f}" text-anchor="end">{quarter * 25} %</text>'
        )
    start = LEFT
    for number, curve in enumerate(curves):
        steps = "L".join(f"{x(delay):.1f} {y(share):.1f}" for delay, share in _steps(curve.delays_ms))
        parts.append(f'<path class="curve c{number}" d="M{steps}"/>')
        parts.append(f'<path class="curve c{number}" d="M{start} 46h26"/>')
        parts.append(f'<text class="ink" x="{start + 32}" y="50">{escape(curve.label)}</text>')
        start += 62 + 7 * len(curve.label)
    return "\n".join([*parts, "</svg>\n"])


def _steps(delays_ms: Sequence[float]) -> list[tuple[float, float]]:
    """At most POINTS points of the curve, the first and the last always among them."""
    ordered = sorted(delays_ms)
    count = min(len(ordered), POINTS)
    places = [round(step * (len(ordered) - 1) / max(1, count - 1)) for step in range(count)]
    return [(ordered[place], (place + 1) / len(ordered)) for place in places]


def _time(decade: int) -> str:
    return f"{10**decade:g} ms" if decade < 3 else f"{10 ** (decade - 3):g} s"
