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
    paces_ns: list = dataclasses.field(default_factory=list)
    rows: dict = dataclasses.field(default_factory=dict)
    profiles: dict = dataclasses.field(default_factory=dict)

    def all_of(self, row, contender, figure):
        """This figure of each round, in their order."""
        return [each[figure] for each in self.rows.get(row, {}).get(contender, []) if figure in each]

    def least(self, row, contender, figure):
        return min(self.all_of(row, contender, figure), default=None)

    def median(self, row, contender, figure):
        found = self.all_of(row, contender, figure)
        return statistics.median(found) if found else None

    def best(self, row, names, figure):
        """Who of these has the least median, and how much: (name, figure), or None where none was measured."""
        found = [(median, name) for name in names if (median := self.median(row, name, figure)) is not None]
        return (min(found)[1], min(found)[0]) if found else None

    def ratio(self, row, contender, to, figure):
        """How often the figure of TO; the median of what that was round by round, for in a round the two had the same
        machine. None where one was not measured."""
        pairs = [(own, other) for own, other in zip(self.all_of(row, contender, figure), self.all_of(row, to, figure)) if other > 0]
        return statistics.median(own / other for own, other in pairs) if pairs else None

    def pace(self):
        """How fast the processor was, of its best: in the median round, and in the slowest."""
        paces = [min(self.paces_ns) / each for each in self.paces_ns]
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
