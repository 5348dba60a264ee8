"""script/bench [--quick] [--minutes N] [--rounds N] [--json FILE] [--report [FILE]] [ROW...]: Rota beside programs by hand
and beside other libraries. Contenders take turns within each of at least three rounds; what counts is processor time, the
least of the rounds, since whatever else runs on the machine only ever adds to it. A measurement is made once more, and the better
one kept, where others had more than a seventh of a processor, or the processor was slower than four fifths of its best pace.

ROW is the name of a row, or of a group of them: `micro`, `echo` (echo-SIZE-CONNECTIONS), `udp`
(udp-SIZE-SOCKETS), `tls`, `connections`, `build`. Without any, all are measured."""
import argparse
import pathlib
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

ROUNDS = 3
NOISY = 0.15
# Times what the best pace of the run takes.
SLOW = 1.25


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


def measure_quietly(row, words, of, seconds, quick, into):
    """A measurement; of two, where the first was disturbed, the one that was less so."""
    kept, least = None, 0.0
    for _ in range(1 if quick else 2):
        pace = processes.pace_ns()
        busy, own, began = processes.busy_seconds(), processes.own_seconds(), time.monotonic()
        measured = row.measure(words, of, seconds, quick)
        if measured is None:
            return None
        took = max(time.monotonic() - began, 1e-3)
        others = (processes.busy_seconds() - busy - (processes.own_seconds() - own)) / took
        measured["others"] = round(max(others, 0.0), 3)
        measured["pace_ns"] = max(pace, processes.pace_ns())
        into.best_pace_ns = min(into.best_pace_ns or pace, pace)
        disturbed = max(measured["others"] / NOISY, measured["pace_ns"] / into.best_pace_ns / SLOW)
        if kept is None or disturbed < least:
            kept, least = measured, disturbed
        if disturbed <= 1:
            break
    return kept


def run(field, rows, rounds, seconds, quick, into):
    entries = []
    for row in rows:
        row.places = field.places
        entries += [(row, of, words) for of in contenders.ALL if (words := field.command(of, row.kind))]
    without = set()
    began = time.monotonic()
    for round_number in range(rounds):
        for at, row in enumerate(rows):
            own = [entry for entry in entries if entry[0] is row]
            # Who comes first changes from round to round.
            turn = round_number * 5 % max(len(own), 1)
            for _, of, words in own[turn:] + own[:turn]:
                if (row.name, of.name) in without:
                    continue
                try:
                    measured = measure_quietly(row, words, of, seconds, quick, into)
                except Exception as error:  # pylint: disable=broad-except
                    # One contender that fails must not take the others' figures away; it is told, and left out.
                    contenders.say(f"{row.name}: {of.name} is left out: {error}")
                    measured = None
                if measured is None:
                    without.add((row.name, of.name))
                else:
                    into.add(row.name, of.name, measured)
            contenders.say(f"round {round_number + 1} of {rounds}, row {at + 1} of {len(rows)}: {row.name} "
                           f"({time.monotonic() - began:.0f} s)")
    into.seconds = time.monotonic() - began


def seconds_each(field, rows, rounds, minutes):
    """How long a measurement may take so that all of them take so many minutes."""
    def whole(seconds):
        return rounds * sum(row.cost(seconds) * sum(bool(field.command(of, row.kind)) for of in contenders.ALL) for row in rows)

    fixed, second = whole(0.0), whole(1.0) - whole(0.0)
    return min(1.0, max(0.1, (minutes * 60 - fixed) / second)) if second else 1.0


def measure(field, rows, asked, words):
    if asked.build_peers:
        field.build()
    rounds = 1 if asked.quick else max(asked.rounds, ROUNDS)
    seconds = 0.1 if asked.quick else seconds_each(field, rows, rounds, asked.minutes)
    # Where it is kept is nobody else's business.
    own = {"--programs", str(asked.programs), "--build-peers", "--json", asked.json}
    measured = results.Results(" ".join(["script/bench", *(word for word in words if word not in own)]), field.versions())
    run(field, rows, rounds, seconds, asked.quick, measured)
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
                         help="more than three, on a machine whose pace changes: each contender meets a good moment")
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
    # First of all, so that nothing that fails after it takes away what was measured.
    if asked.json:
        measured.save(asked.json)
    for row in rows:
        if row.name in measured.rows:
            print(tables.row_text(measured, row))
    if asked.report:
        report.write(measured, rows, asked.report)
        contenders.say(f"wrote {asked.report}")
    if not measured.rows:
        sys.exit("bench: nothing was measured")


if __name__ == "__main__":
    main(sys.argv[1:])
