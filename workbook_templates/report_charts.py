"""The native charts of the report, bound to their tables and to the cells of their titles.

One colour for one thing everywhere: blue is the portfolio held, ink the proposal, grey the
benchmark or target; they differ in lightness and dash, so that grey print tells them apart.
"""

from typing import Any

from xlsxwriter import Workbook as Book
from xlsxwriter.chart import Chart

from workbook_templates.report_frame import Placed
from workbook_templates.style import (
    BLUE,
    CHART_AXIS,
    CHART_LEGEND,
    CHART_VALUE_AXIS,
    GREEN,
    GREY,
    INK,
    LABEL_FONT,
    MUTED,
    ORANGE,
    RED,
    plain_chart,
)

PLAIN: dict[str, Any] = {"border": {"none": True}}
LOW = {**CHART_AXIS, "label_position": "low"}
SIGNED = "+0.0;−0.0;0.0"
PALE = {"fill": {"color": GREY}, "border": {"color": MUTED, "width": 0.75}}


def _labels(number_format: str, **more: Any) -> dict[str, Any]:
    return {"value": True, "num_format": number_format, "font": LABEL_FONT, **more}


def _axis(number_format: str, **more: Any) -> dict[str, Any]:
    return {**CHART_VALUE_AXIS, "num_format": number_format, **more}


def _series(table: Placed, categories: str, name: str, **look: Any) -> dict[str, Any]:
    return {
        "name": table.heading(name),
        "categories": table.values(categories),
        "values": table.values(name),
        **look,
    }


def _add(book: Book, kind: str, subtype: str | None = None) -> Chart:
    chart: Chart = book.add_chart({"type": kind, **({"subtype": subtype} if subtype else {})})
    return chart


def allocation(book: Book, table: Placed, title: str) -> Chart:
    """Actual and target weight of each class on the band of its policy range."""
    chart, marks, of = _add(book, "column", "stacked"), _add(book, "line"), "Asset class"
    nothing = {"fill": {"none": True}, **PLAIN, "gap": 90}
    chart.add_series(_series(table, of, "Min", **nothing))
    chart.add_series(_series(table, of, "Policy range", fill={"color": GREY}, **PLAIN))
    dash = {"type": "long_dash", "size": 16, "fill": {"color": INK}, "border": {"color": INK}}
    dot = {"type": "diamond", "size": 10, "fill": {"color": BLUE}, "border": {"color": "#FFFFFF"}}
    blue = {**LABEL_FONT, "color": BLUE}
    label = _labels('"    "0.0%', position="right", **{"font": blue})
    marks.add_series(_series(table, of, "Target", line={"none": True}, marker=dash))
    marks.add_series(
        _series(table, of, "Actual", line={"none": True}, marker=dot, data_labels=label)
    )
    chart.combine(marks)
    plain_chart(chart, title)
    chart.set_legend({**CHART_LEGEND, "delete_series": [0]})
    chart.set_x_axis(CHART_AXIS)
    chart.set_y_axis(_axis("0%", min=0))
    return chart


def drift(book: Book, table: Placed, title: str) -> Chart:
    """Drift of each class from target with the watch and rebalance lines."""
    chart, lines, of = _add(book, "column"), _add(book, "line"), "Asset class"
    bars = {"fill": {"color": BLUE}, **PLAIN, "gap": 110, "data_labels": _labels(SIGNED)}
    chart.add_series(_series(table, of, "Drift, pp", **bars))
    for name, colour, dash in (("Watch", ORANGE, "dash"), ("Rebalance", RED, "solid")):
        for side in (name, f"{name}, under"):
            line = {"color": colour, "width": 1.25, "dash_type": dash}
            lines.add_series(_series(table, of, side, line=line))
    chart.combine(lines)
    plain_chart(chart, title)
    chart.set_legend({**CHART_LEGEND, "delete_series": [2, 4]})
    chart.set_x_axis(LOW)
    chart.set_y_axis(_axis("+0;−0;0"))
    return chart


def headroom(book: Book, table: Placed, title: str) -> Chart:
    """Distance of the tightest rules from their limits; left of zero is a breach."""
    chart = _add(book, "bar")
    for name, colour in (("Breach", RED), ("Watch", ORANGE), ("Inside", GREEN)):
        look = {"fill": {"color": colour}, **PLAIN, "gap": 45, "overlap": 100}
        chart.add_series(_series(table, "Rule", name, **look, data_labels=_labels(SIGNED)))
    plain_chart(chart, title)
    chart.set_y_axis({**LOW, "reverse": True, "major_gridlines": {"visible": False}})
    chart.set_x_axis(_axis("+0;−0;0", name="percentage points", label_position="high"))
    return chart


LINES = {
    "Current": {"color": BLUE, "width": 2.25},
    "Proposed": {"color": INK, "width": 1.5},
    "Benchmark": {"color": MUTED, "width": 1.5, "dash_type": "dash"},
}


def _lines(book: Book, table: Placed, title: str, columns: dict[str, str], y: str) -> Chart:
    chart = _add(book, "line")
    for column, whose in columns.items():
        chart.add_series(_series(table, "Date", column, line=LINES[whose]))
    plain_chart(chart, title)
    years = {"date_axis": True, "num_format": "yyyy", "major_unit": 2, "major_unit_type": "years"}
    chart.set_x_axis({**LOW, **years})
    chart.set_y_axis(_axis(y))
    chart.show_blanks_as("gap")
    return chart


def growth(book: Book, table: Placed, title: str) -> Chart:
    """Value of 100 invested at the start, current and proposed weights and benchmark."""
    return _lines(book, table, title, {name: name for name in LINES}, "0")


def drawdown(book: Book, table: Placed, title: str) -> Chart:
    """Distance below the highest value so far."""
    names = {f"Drawdown, {name.lower()}": name for name in LINES}
    return _lines(book, table, title, names, "0%")


def weight_and_risk(book: Book, table: Placed, title: str) -> Chart:
    """Weight beside share of risk, for each asset or class."""
    chart, of = _add(book, "column"), table.headings[0]
    chart.add_series(_series(table, of, "Weight", **PALE, gap=60, overlap=-5))
    chart.add_series(_series(table, of, "Risk share", fill={"color": BLUE}, **PLAIN))
    plain_chart(chart, title)
    chart.set_x_axis(LOW)
    chart.set_y_axis(_axis("0%"))
    return chart


def tornado(book: Book, table: Placed, title: str) -> Chart:
    """Return of each scenario, worst on top, current and proposed weights."""
    chart, label = _add(book, "bar"), _labels("0.0%;−0.0%")
    blue = {"fill": {"color": BLUE}, **PLAIN, "gap": 55, "overlap": -5}
    chart.add_series(_series(table, "Scenario", "Current", **blue, data_labels=label))
    ink = {"fill": {"color": INK}, **PLAIN}
    light = {**label, "font": {**LABEL_FONT, "bold": False}}
    chart.add_series(_series(table, "Scenario", "Proposed", **ink, data_labels=light))
    plain_chart(chart, title)
    chart.set_y_axis({**LOW, "reverse": True, "major_gridlines": {"visible": False}})
    chart.set_x_axis(_axis("0%;−0%", label_position="high"))
    return chart


def before_after(book: Book, table: Placed, title: str) -> Chart:
    """Weight of each class today, proposed, and in the policy."""
    chart, of, label = _add(book, "column"), "Asset class", _labels("0%")
    looks = {
        "Current": {"fill": {"color": BLUE}, **PLAIN, "gap": 60, "overlap": -5},
        "Proposed": {"fill": {"color": INK}, **PLAIN},
        "Target": PALE,
    }
    for name, look in looks.items():
        chart.add_series(_series(table, of, name, **look, data_labels=label))
    plain_chart(chart, title)
    chart.set_x_axis(CHART_AXIS)
    chart.set_y_axis(_axis("0%", min=0))
    return chart


def _point(shape: str, size: int, colour: str) -> dict[str, Any]:
    return {"type": shape, "size": size, "fill": {"color": colour}, "border": {"color": "#FFFFFF"}}


def frontier(book: Book, line: Placed, points: Placed, title: str) -> Chart:
    """Efficient frontier inside the policy, with every candidate as a point."""
    chart, y = _add(book, "scatter", "straight"), "Efficient frontier"
    curve = {"line": {"color": MUTED, "width": 1.5}, "marker": {"type": "none"}}
    chart.add_series(_series(line, "Volatility", y, **curve))
    looks = {
        "Candidates": _point("circle", 8, MUTED),
        "Current": _point("diamond", 11, BLUE),
        "Policy target": _point("square", 9, ORANGE),
        "Proposed": _point("triangle", 11, INK),
    }
    for name, marker in looks.items():
        chart.add_series(_series(points, "Volatility", name, line={"none": True}, marker=marker))
    plain_chart(chart, title)
    chart.set_x_axis({**CHART_AXIS, "num_format": "0.0%", "name": "volatility, a year"})
    chart.set_y_axis(_axis("0.0%", name="expected return, a year"))
    chart.show_blanks_as("gap")
    return chart


def buys_and_sells(book: Book, table: Placed, title: str) -> Chart:
    """Money bought, to the right, and sold, to the left, for each asset."""
    chart, label = _add(book, "bar"), _labels('#,##0," k";−#,##0," k"')
    for name, colour in (("Buy", GREEN), ("Sell", RED)):
        look = {"fill": {"color": colour}, **PLAIN, "gap": 45, "overlap": 100}
        chart.add_series(_series(table, "Ticker", name, **look, data_labels=label))
    plain_chart(chart, title)
    chart.set_y_axis({**LOW, "reverse": True, "major_gridlines": {"visible": False}})
    chart.set_x_axis(_axis('#,##0," k";−#,##0," k"', label_position="high"))
    return chart
