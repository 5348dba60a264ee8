"""Plots as SVG, written by hand: a line for each contender, both axes logarithmic."""
import html
import math

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 40, 50
COLOURS = ["#1f5fa8", "#d1495b", "#2e8b57", "#e39a1f", "#7a4fa3", "#333333", "#00838f", "#8d6e63", "#c2185b", "#689f38",
           "#455a64", "#f4511e"]


def short(value):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def ticks(least, most):
    """1, 2 and 5 of each power of ten between them, both included; powers alone where that would be too many."""
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    some = [step * 10.0 ** power for power in powers for step in ((1,) if len(powers) > 4 else (1, 2, 5))]
    inside = [value for value in some if least <= value <= most]
    below = [value for value in some if value < least][-1:]
    above = [value for value in some if value > most][:1]
    return below + inside + above


def lines(title, across, upwards, series):
    """`series` is [(name, [(x, y), ...]), ...]; without any point: None."""
    points = [point for _, of in series for point in of]
    if not points:
        return None
    xs = sorted({x for x, _ in points})
    steps = ticks(min(y for _, y in points), max(y for _, y in points))
    low, high = math.log(steps[0]), math.log(steps[-1])
    first, last = math.log(xs[0]), math.log(xs[-1])

    def at(x, y):
        return (LEFT + (WIDTH - LEFT - RIGHT) * ((math.log(x) - first) / (last - first) if last > first else 0.5),
                TOP + (HEIGHT - TOP - BOTTOM) * (1 - ((math.log(y) - low) / (high - low) if high > low else 0.5)))

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="22" font-size="15">{html.escape(title)}</text>',
           f'<text x="{LEFT}" y="{HEIGHT - 12}">{html.escape(across)}</text>',
           f'<text transform="translate(16 {HEIGHT - BOTTOM}) rotate(-90)">{html.escape(upwards)}</text>']
    for step in steps:
        _, y = at(xs[0], step)
        out.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{short(step)}</text>')
    for value in xs:
        x, _ = at(value, steps[0])
        out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{short(value)}</text>')
    # The names stand at the ends of their lines, and apart.
    ends = sorted((at(*of[-1])[1], index) for index, (_, of) in enumerate(series) if of)
    places, lowest = {}, 0.0
    for y, index in ends:
        lowest = max(y, lowest + 15)
        places[index] = lowest
    over = max(0.0, lowest - (HEIGHT - 8))
    for index, (name, of) in enumerate(series):
        if not of:
            continue
        colour = COLOURS[index % len(COLOURS)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (at(*point) for point in of))
        wide = 3 if name.startswith("Rota") else 1.5
        dash = ' stroke-dasharray="5 3"' if "by hand" in name else ""
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{wide}"{dash}/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in (at(*point) for point in of)]
        x, y = at(*of[-1])
        out.append(f'<path d="M{x + 4:.1f} {y:.1f}L{WIDTH - RIGHT + 22} {places[index] - over:.1f}" stroke="{colour}" stroke-width="0.5"/>'
                   f'<text x="{WIDTH - RIGHT + 26}" y="{places[index] - over + 4:.1f}" fill="{colour}">{html.escape(name)}</text>')
    return "\n".join([*out, "</svg>", ""])
