"""What has been measured: {row: {contender: [measurement, ...]}} and where, kept as JSON."""
import dataclasses
import json
import os
import pathlib
import statistics
import time


@dataclasses.dataclass
class Results:
    command: str
    versions: dict
    when: str = dataclasses.field(default_factory=lambda: time.strftime("%Y-%m-%d"))
    kernel: str = dataclasses.field(default_factory=lambda: os.uname().release)
    processor: str = dataclasses.field(default_factory=lambda: processor())
    processors: int = dataclasses.field(default_factory=lambda: len(os.sched_getaffinity(0)))
    seconds: float = 0.0
    best_pace_ns: int = 0
    rows: dict = dataclasses.field(default_factory=dict)
    profiles: dict = dataclasses.field(default_factory=dict)

    def add(self, row, contender, measurement):
        self.rows.setdefault(row, {}).setdefault(contender, []).append(measurement)

    def least(self, row, contender, figure):
        found = [each[figure] for each in self.rows.get(row, {}).get(contender, []) if figure in each]
        return min(found) if found else None

    def median(self, row, contender, figure):
        return statistics.median(each[figure] for each in self.rows[row][contender])

    def best(self, row, names, figure):
        """Who of these has the least, and how much: (name, figure), or None where none was measured."""
        found = [(least, name) for name in names if (least := self.least(row, name, figure)) is not None]
        return (min(found)[1], min(found)[0]) if found else None

    def pace(self):
        """How fast the processor was, of its best: in the median measurement, and in the slowest."""
        paces = [self.best_pace_ns / each["pace_ns"] for row in self.rows.values() for of in row.values() for each in of
                 if "pace_ns" in each]
        return (statistics.median(paces), min(paces)) if paces else None

    def save(self, path):
        pathlib.Path(path).write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n")


def load(path):
    return Results(**json.loads(pathlib.Path(path).read_text()))


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "an unknown processor"
