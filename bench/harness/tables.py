"""What was measured, as text: for each row who took how much, against the floor and against the best peer."""
import statistics

import contenders

NAMES = {role: [each.name for each in contenders.ALL if each.role == role] for role in ("floor", "rota", "peer")}


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def ratio(results, row, name, to):
    """How often what TO, a name and its figure, has."""
    times = results.ratio(row.name, name, to[0], row.figure) if to else None
    return f"{times:.2f}" if times is not None else "-"


def row_text(results, row):
    """A row: each contender's least and median, how that compares, and what else its kind tells."""
    measured = results.rows.get(row.name, {})
    floor = results.best(row.name, NAMES["floor"], row.figure)
    peer = results.best(row.name, NAMES["peer"], row.figure)
    more = [key for key in row.more if any(key in each for of in measured.values() for each in of)]
    heads = {"p50_us": "p50 us", "p99_us": "p99 us", "per_second": "a second", "rss_b": "bytes"}
    lines = [f"\n{row.name}: {row.title}",
             f"  {'':18} {row.unit:>11} {'median':>11} {'x floor':>8} {'x peer':>8}" + "".join(f" {heads[key]:>10}" for key in more)]
    for name in (each.name for each in contenders.ALL):
        least = results.least(row.name, name, row.figure)
        if least is None:
            continue
        line = (f"  {name:18} {number(least):>11} {number(results.median(row.name, name, row.figure)):>11}"
                f" {ratio(results, row, name, floor):>8} {ratio(results, row, name, peer):>8}")
        for key in more:
            values = [each[key] for each in measured[name] if key in each]
            line += f" {number(statistics.median(values)) if values else '-':>10}"
        lines.append(line)
    return "\n".join(lines)


def table(heads, lines):
    """A table in Markdown; all but its first column are figures."""
    return "\n".join(["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 1),
                      *("| " + " | ".join(line) + " |" for line in lines)])
