"""Reads one OBO file with a peer: ``python obo_readers.py fastobo|pronto FILE`` prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings


def main() -> None:
    warnings.simplefilter("ignore")
    peer, path = sys.argv[1:]
    if peer == "fastobo":
        import fastobo

        start = time.perf_counter()
        count = len(fastobo.load(path))
    else:
        import pronto

        start = time.perf_counter()
        count = len(pronto.Ontology(path).terms())
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "count": count, "peak": peak}))


if __name__ == "__main__":
    main()
