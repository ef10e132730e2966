"""Which files of tests run in which of the two lanes, so that both end at about the same time.

How long each takes stands in `dev/seconds.txt`, as somebody's whole run has measured it. On another
machine all are longer or shorter alike; of a new file it is guessed. The same files are shared out
alike each time.
"""

from .paths import REPO

SECONDS = REPO / "dev" / "seconds.txt"
#: Of a file that is not there.
UNKNOWN = 12


def read(path=SECONDS):
    """{file or phase: seconds}"""
    lines = (line.split("#")[0].split() for line in path.read_text().splitlines())
    return {name: float(seconds) for seconds, name in filter(None, lines)}


def share(names, seconds, beside=0):
    """The longest first, each to the lane that has less to do.

    :param beside: seconds of what the second lane does besides
    :return: two lists of names, sorted
    """
    lanes, loads = ([], []), [0, beside]
    for name in sorted(names, key=lambda name: (-seconds.get(name, UNKNOWN), name)):
        lane = loads.index(min(loads))
        lanes[lane].append(name)
        loads[lane] += seconds.get(name, UNKNOWN)
    return tuple(sorted(lane) for lane in lanes)
