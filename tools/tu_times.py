#!/usr/bin/env python3
"""What compiling costs: `tools/tu_times.py BUILD_DIR` names the ten slowest translation units.

usage: tu_times.py BUILD_DIR              wall seconds, from ninja's log of that build
       tu_times.py BUILD_DIR --single FILE...
                                          CPU seconds of each FILE at -O0, without ccache, the
                                          best of five; exits with 1 when one is over its budget

Budget: 4 s; files below an app's inbound/ 1 s, but not tests and fuzz targets;
cmake/heavy_tus.txt raises it for the files it names (`path seconds  # reason`, at most ten lines).
"""

import argparse
import json
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET_SECONDS = 4.0
HANDLER_SECONDS = 1.0
HEAVY_FILES_MAX = 10
PASSES = 5


def object_times(log):
    """object file -> wall seconds of its latest compilation, from the text of a .ninja_log."""
    times = {}
    for line in log.splitlines():
        parts = line.split("\t")
        if len(parts) >= 5 and parts[3].endswith(".o"):
            times[parts[3]] = (int(parts[1]) - int(parts[0])) / 1000
    return times


def source_of(output):
    """`CMakeFiles/ms_base.dir/src/base/text.cpp.o` -> `src/base/text.cpp`."""
    return re.sub(r"^.*\.dir/", "", output).removesuffix(".o")


def print_slowest(build):
    log = build / ".ninja_log"
    times = object_times(log.read_text(encoding="utf-8")) if log.exists() else {}
    slowest = sorted(times.items(), key=lambda item: -item[1])[:10]
    print(f"slowest of {len(times)} translation units (wall seconds):")
    for output, seconds in slowest:
        print(f"  {seconds:6.1f}  {source_of(output)}")
    return 0


def heavy_files(text):
    """path -> seconds, from cmake/heavy_tus.txt."""
    budgets = {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if words:
            path, seconds = words
            budgets[path] = float(seconds)
    if len(budgets) > HEAVY_FILES_MAX:
        raise ValueError(f"{len(budgets)} heavy files, at most {HEAVY_FILES_MAX}")
    return budgets


def budget_of(path, heavy):
    is_handler = (re.match(r"src/apps/\w+/inbound/", path)
                  and not path.endswith(("_test.cpp", "_fuzz.cpp")))
    return heavy.get(path, HANDLER_SECONDS if is_handler else BUDGET_SECONDS)


def plain_command(command):
    """A compile command's words at -O0: no ccache, no debug info, no output file."""
    words = shlex.split(command)
    while Path(words[0]).name == "ccache":
        words = words[1:]
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word == "-o":
            skip = True
        elif not re.match(r"-(O|g\d?$|MD|MT|MF)", word):
            kept.append(word)
    return [*kept, "-O0", "-o", "/dev/null"]


def cpu_seconds(entry):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(plain_command(entry["command"]), cwd=entry["directory"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def best_times(entries):
    """path -> CPU seconds, the best of PASSES over all: a machine of many is slow for seconds."""
    best = {}
    for _ in range(PASSES):
        for path, entry in entries.items():
            best[path] = min(cpu_seconds(entry), best.get(path, float("inf")))
    return best


def measure(build, files):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    by_path = {Path(entry["file"]).resolve(): entry for entry in entries}
    listed = ROOT / "cmake/heavy_tus.txt"
    heavy = heavy_files(listed.read_text(encoding="utf-8") if listed.exists() else "")
    unknown = [file for file in files if Path(file).resolve() not in by_path]
    for file in unknown:
        print(f"{file}: not in {build}/compile_commands.json", file=sys.stderr)
    known = [Path(file).resolve() for file in files if file not in unknown]
    over = len(unknown)
    for path, seconds in best_times({path: by_path[path] for path in known}).items():
        shown = path.relative_to(ROOT).as_posix()
        budget = budget_of(shown, heavy)
        over += seconds > budget
        verdict = "over its budget of" if seconds > budget else "of"
        print(f"{seconds:6.2f} s {verdict} {budget:.1f} s  {shown}")
    return 1 if over else 0


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--single", nargs="+", metavar="FILE")
    options = parser.parse_args(arguments)
    if options.single:
        return measure(options.build, options.single)
    return print_slowest(options.build)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
