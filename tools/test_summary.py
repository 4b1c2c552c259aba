#!/usr/bin/env python3
"""Adds up JUnit result files and prints one closing line: `test: N passed, N failed, N skipped`.

usage: test_summary.py [--exit CODE]... FILE...

Each CODE is a step without a result file: zero is one test passed, anything else one failed. A
file that is missing or unreadable counts as a failure: its runner died before it could write.
Exits with 1 on any failure, or when nothing ran.
"""

import argparse
import sys
import xml.etree.ElementTree as ElementTree


def is_skipped_by_itself(case):
    """Whether a ctest case ran and said that it does not apply here."""
    reason = case.find("skipped")
    return reason is not None and reason.get("message", "").startswith("SKIP_")


def counts(path):
    """(passed, failed, skipped) of one file."""
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"test: no results: {error}", file=sys.stderr)
        return 0, 1, 0
    failed = skipped = 0
    for case in cases:
        status = case.get("status", "")  # ctest's own; pytest has child elements only
        if case.find("failure") is not None or case.find("error") is not None or status == "fail":
            failed += 1
        elif status == "notrun" and not is_skipped_by_itself(case):
            failed += 1  # its program is missing: ctest too calls that a failure
        elif case.find("skipped") is not None or status in ("notrun", "disabled"):
            skipped += 1
    return len(cases) - failed - skipped, failed, skipped


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exit", type=int, action="append", default=[], metavar="CODE")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args(arguments)
    totals = [counts(path) for path in options.files]
    totals += [(0, 1, 0) if code else (1, 0, 0) for code in options.exit]
    passed, failed, skipped = (sum(column) for column in zip(*totals)) if totals else (0, 0, 0)
    print(f"test: {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
