"""script/bench [--quick] [--minutes N] [--rounds N] [--json FILE] [--report [FILE]] [ROW...]: Rota beside programs by hand
and beside other libraries. All servers of a row are up at once and take turns of a fraction of a second within each of its
rounds; what is no server runs anew in each turn. What counts is processor time. Ratios are those of one round, and of these the
median, so that a machine that is slow now and fast then is so for both of whom are compared.

ROW is the name of a row, or of a group of them: `micro`, `echo` (echo-SIZE-CONNECTIONS), `udp`
(udp-SIZE-SOCKETS), `tls`, `connections`, `build`. Without any, all are measured."""
import argparse
import contextlib
import pathlib
import random
import sys
import time

import build_rows
import contenders
import micro_rows
import processes
import profiles
import report
import results
import server_rows
import tables

ROUNDS = 9


def all_rows():
    return micro_rows.rows() + server_rows.rows() + build_rows.rows()


def chosen(words):
    rows = all_rows()
    if not words:
        return rows
    for word in words:
        if not any(word in (row.name, row.group) for row in rows):
            groups = sorted({row.group for row in rows})
            sys.exit(f"bench: there is no row {word}; there are the groups {', '.join(groups)}, and in them "
                     f"{', '.join(row.name for row in rows)}")
    return [row for row in rows if row.name in words or row.group in words]


def enter(open_ones, row, of, words, seconds, quick):
    """What measures one turn of a contender; None where it has no such row, or can't be measured, which must not take the others'
    figures away."""
    try:
        return open_ones.enter_context(row.opened(words, of, seconds, quick))
    except Exception as error:  # pylint: disable=broad-except
        contenders.say(f"{row.name}: {of.name} is left out: {error}")
        return None


def take_turns(row, going, rounds, into):
    """GOING: {contender: what measures one turn}. A contender that fails is left out."""
    measured = {name: [] for name in going}
    for number in range(rounds):
        into.paces_ns.append(processes.pace_ns())
        names = list(going)
        # Nobody always comes after the same one.
        random.Random(number).shuffle(names)
        for name in names:
            try:
                measured[name].append(going[name]())
            except Exception as error:  # pylint: disable=broad-except
                contenders.say(f"{row.name}: {name} is left out: {error}")
                del going[name], measured[name]
    for name, each in measured.items():
        into.rows.setdefault(row.name, {})[name] = each


def run(field, rows, rounds, seconds, quick, into, save):
    began = time.monotonic()
    for at, row in enumerate(rows):
        row.places = field.places
        with contextlib.ExitStack() as open_ones:
            going = {of.name: turn for of in contenders.ALL if (words := field.command(of, row.kind))
                     and (turn := enter(open_ones, row, of, words, seconds, quick))}
            take_turns(row, going, 1 if quick else row.rounds(rounds), into)
        into.seconds = time.monotonic() - began
        # So that nothing that fails later takes it away.
        save()
        contenders.say(f"row {at + 1} of {len(rows)}: {row.name} ({into.seconds:.0f} s)")


def seconds_each(field, rows, rounds, minutes):
    """How long a turn may take so that all of them take so many minutes."""
    def whole(seconds):
        return sum((row.rounds(rounds) * row.cost(seconds) + row.cost_to_open(seconds)) *
                   sum(bool(field.command(of, row.kind)) for of in contenders.ALL) for row in rows)

    fixed, second = whole(0.0), whole(1.0) - whole(0.0)
    return min(1.0, max(0.05, (minutes * 60 - fixed) / second)) if second else 1.0


def measure(field, rows, asked, words):
    if asked.build_peers:
        field.build()
    rounds = max(asked.rounds, 3)
    seconds = 0.1 if asked.quick else seconds_each(field, rows, rounds, asked.minutes)
    # Where it is kept is nobody else's business.
    own = {"--programs", str(asked.programs), "--build-peers", "--json", asked.json}
    measured = results.Results(" ".join(["script/bench", *(word for word in words if word not in own)]), field.versions())
    run(field, rows, rounds, seconds, asked.quick, measured, lambda: measured.save(asked.json) if asked.json else None)
    for row in rows if asked.report else []:
        if report.verdict(measured, row)[0] in ("level", "behind"):
            contenders.say(f"profile of {row.name}")
            peer, _ = measured.best(row.name, tables.NAMES["peer"], row.figure)
            measured.profiles[row.name] = profiles.of(row, measured, field, peer)
    return measured


def main(words):
    options = argparse.ArgumentParser(prog="script/bench", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--programs", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options.add_argument("--build-peers", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--quick", action="store_true", help="one short round, to see that it works; the figures are worth little")
    options.add_argument("--minutes", type=float, default=25.0, metavar="N", help="about how long it may take in all (25)")
    options.add_argument("--rounds", type=int, default=ROUNDS, metavar="N",
                         help=f"how often each contender has its turn, at least three times ({ROUNDS}); what takes long has fewer")
    options.add_argument("--json", metavar="FILE", help="where to write every single measurement")
    options.add_argument("--report", nargs="?", const="docs/performance.md", metavar="FILE",
                         help="where to write all of it as a page with plots (docs/performance.md)")
    options.add_argument("--from", dest="kept", metavar="FILE", help="measure nothing: what --json has written")
    options.add_argument("rows", nargs="*", metavar="ROW")
    asked = options.parse_args(words)

    rows = chosen(asked.rows)
    field = contenders.Field(asked.programs)
    if asked.kept:
        measured = results.load(asked.kept)
    else:
        measured = measure(field, rows, asked, words)
    if not measured.rows:
        sys.exit("bench: nothing was measured")
    if asked.json:
        measured.save(asked.json)
    for row in rows:
        if row.name in measured.rows:
            print(tables.row_text(measured, row))
    if asked.report:
        report.write(measured, rows, asked.report)
        contenders.say(f"wrote {asked.report}")


if __name__ == "__main__":
    main(sys.argv[1:])
