#!/usr/bin/env python3
"""Locks of the packages that deps/*.in name: `tools/deps.py lock|check [--strict] [SET...]`.

`deps/SET.in` names direct needs (deps/base.in tells the format); a line `-r OTHER.in` takes those
of another set in. `lock` writes `deps/SET.lock`: every package that apt would install on an empty
system for them, with its version, for this release and architecture. `check` needs no network: it
refuses a lock that no longer covers its .in, or that was edited by hand, and npm lock files that do
not fit their package.json. With --strict the versions installed here must be the locked ones too:
for whoever deploys; Debian's security updates move versions, so others want the plain check.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.+-]*)(?:\s*\(>=\s*(?P<least>[^)\s]+)\s*\))?$")
INSTALL = re.compile(r"^Inst (\S+) (?:\[[^]]*\] )?\((\S+) ")
HEADER = "# Written by `./dev deps lock`: edit deps/{name}.in instead, then lock again."
INCLUDES_MAX = 8


class Failure(Exception):
    """What is wrong and what to do."""


class Package(NamedTuple):
    name: str
    least: str = ""  # version


# --- deps/SET.in ---------------------------------------------------------------------------------


def parse_line(line, place):
    """The alternatives of a line, or nothing for a comment."""
    text = line.split("#", 1)[0].strip()
    if not text:
        return None
    if ":" in text:
        text = text.split(":", 1)[1]
    found = [LINE.match(part.strip()) for part in text.split("|")]
    if not all(found):
        raise Failure(f"{place}: must be `[command:] package [(>= version)] [| another]`: {line}")
    return tuple(Package(one["name"], one["least"] or "") for one in found)


def read_needs(folder, name, depth=0):
    """The direct needs of a set, those it takes in included; each once, in order."""
    path = folder / f"{name}.in"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in folder.glob("*.in")))
        raise Failure(f"{path} does not exist; the sets are {known}")
    if depth > INCLUDES_MAX:
        raise Failure(f"{path}: -r leads in a circle")
    needs = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        other = re.match(r"^-r\s+([a-z0-9_-]+)\.in\s*(#.*)?$", line)
        if other:
            needs += read_needs(folder, other[1], depth + 1)
        elif need := parse_line(line, f"{path}:{number}"):
            needs.append(need)
    return list(dict.fromkeys(needs))


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_needs(needs):
    return digest("\n".join(repr(tuple(map(tuple, need))) for need in sorted(needs)))


# --- what this system says -----------------------------------------------------------------------


def output(*command):
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}
    )
    if done.returncode != 0:
        what = " ".join(command[:2])
        raise Failure(f"{what}: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


class System:
    """apt and dpkg of this machine; tests have another."""

    def release(self):
        names = dict(
            line.split("=", 1) for line in Path("/etc/os-release").read_text().split("\n") if line
        )
        version = names.get("VERSION_ID", "").strip('"')
        return f"{names['ID']} {version} {output('dpkg', '--print-architecture').strip()}"

    def candidates(self, names):
        """The versions that the archive offers, as name -> version."""
        policy = output("apt-cache", "policy", *sorted(names))
        rows = re.findall(r"^(\S+):\n  Installed: .*\n  Candidate: (\S+)$", policy, re.MULTILINE)
        return {name: version for name, version in rows if version != "(none)"}

    def closure(self, names):
        """All that an empty system would get, as name -> version."""
        with tempfile.NamedTemporaryFile() as status:
            told = output(
                "apt-get", "install", "--simulate", "--no-install-recommends",
                "-o", f"Dir::State::status={status.name}", "-o", "Debug::NoLocking=1", *names,
            )  # fmt: skip
        return dict(one.groups() for line in told.splitlines() if (one := INSTALL.match(line)))

    def installed(self):
        form = "${binary:Package} ${Version} ${db:Status-Status}\n"
        rows = (line.split(" ") for line in output("dpkg-query", "-W", "-f", form).splitlines())
        return {name.split(":")[0]: version for name, version, is_ in rows if is_ == "installed"}

    def at_least(self, version, least):
        return subprocess.run(["dpkg", "--compare-versions", version, "ge", least]).returncode == 0


# --- locks ---------------------------------------------------------------------------------------


class Lock(NamedTuple):
    release: str
    needs: str  # digest
    versions: dict


def render(name, lock):
    body = f"# for: {lock.release}\n# needs: {lock.needs}\n"
    body += "".join(f"{one}={version}\n" for one, version in sorted(lock.versions.items()))
    return f"{HEADER.format(name=name)}\n# digest: {digest(body)}\n{body}"


def read_lock(path, name):
    if not path.is_file():
        raise Failure(f"{path} is missing: ./dev deps lock {name}")
    lines = path.read_text().split("\n", 2)
    written = re.match(r"^# digest: (\w+)$", lines[1] if len(lines) > 2 else "")
    if not written or written[1] != digest(lines[2]):
        again = f"edit deps/{name}.in, then ./dev deps lock {name}"
        raise Failure(f"{path} was edited by hand: {again}")
    head = dict(re.findall(r"^# (\w+): (.*)$", lines[2], re.MULTILINE))
    rows = (line.split("=", 1) for line in lines[2].splitlines() if line and line[0] != "#")
    return Lock(head["for"], head["needs"], {one: version for one, version in rows})


def choose(need, offered, system):
    for one in need:
        version = offered.get(one.name)
        if version and (not one.least or system.at_least(version, one.least)):
            return one.name
    names = " | ".join(one.name for one in need)
    raise Failure(f"the archive has none of {names} in a version that would do (apt-get update?)")


def make_lock(folder, name, system):
    needs = read_needs(folder, name)
    offered = system.candidates({one.name for need in needs for one in need})
    chosen = [choose(need, offered, system) for need in needs]
    versions = system.closure(chosen)
    missing = sorted(set(chosen) - set(versions))
    if missing:
        raise Failure(f"deps/{name}.in: apt would not install {', '.join(missing)}")
    return Lock(system.release(), digest_of_needs(needs), versions)


def covers(need, lock, system):
    return any(
        one.name in lock.versions
        and (not one.least or system.at_least(lock.versions[one.name], one.least))
        for one in need
    )


def check_lock(folder, name, system, strict=False):
    """What is wrong with a set's lock, one line each."""
    try:
        needs = read_needs(folder, name)
        lock = read_lock(folder / f"{name}.lock", name)
    except Failure as failure:
        return [str(failure)]
    again = f"./dev deps lock {name}"
    wrong = [
        f"deps/{name}.lock has no {need[0].name}, which deps/{name}.in needs: {again}"
        for need in needs
        if not covers(need, lock, system)
    ]
    if not wrong and lock.needs != digest_of_needs(needs):
        wrong.append(f"deps/{name}.in has changed since deps/{name}.lock was written: {again}")
    if not strict:
        return wrong
    if lock.release != system.release():
        return [*wrong, f"deps/{name}.lock is for {lock.release}, this is {system.release()}"]
    here = system.installed()
    for one, version in sorted(lock.versions.items()):
        if here.get(one) != version:
            wrong.append(f"{one}: {here.get(one) or 'not'} installed, {version} locked ({name})")
    return wrong


def differences(old, new):
    """What another lock would change, one line each."""
    for one in sorted(old.keys() | new.keys()):
        if one not in new:
            yield f"- {one} {old[one]}"
        elif one not in old:
            yield f"+ {one} {new[one]}"
        elif old[one] != new[one]:
            yield f"  {one} {old[one]} -> {new[one]}"


def locked_before(path, name):
    try:
        return read_lock(path, name).versions
    except Failure:
        return {}


# --- npm -----------------------------------------------------------------------------------------

NPM_KINDS = ("dependencies", "devDependencies", "optionalDependencies")


def check_npm(package):
    """npm's own lock is written by `npm install`; here only whether it fits the package.json."""
    lock = package.with_name("package-lock.json")
    renew = f"(cd {package.parent} && npm install --package-lock-only)"
    if not lock.is_file():
        return [f"{lock} is missing: {renew}"]
    wanted = json.loads(package.read_text())
    locked = json.loads(lock.read_text()).get("packages", {})
    wrong = []
    for kind in NPM_KINDS:
        if wanted.get(kind, {}) != locked.get("", {}).get(kind, {}):
            wrong.append(f"{lock}: its {kind} are not those of package.json: {renew}")
    for name in wanted.get("dependencies", {}):
        if f"node_modules/{name}" not in locked:
            wrong.append(f"{lock} has no {name}: {renew}")
    return wrong


def npm_packages(root):
    skipped = ("node_modules", "build", ".git")
    for path in sorted(root.rglob("package.json")):
        if not any(part in skipped for part in path.relative_to(root).parts):
            if json.loads(path.read_text()).keys() & set(NPM_KINDS):
                yield path


# --- the command line ----------------------------------------------------------------------------


def main(arguments=None, root=ROOT, system=None):
    parser = argparse.ArgumentParser(prog="./dev deps", description=__doc__.split("\n")[0])
    parser.add_argument("command", choices=["lock", "check"])
    parser.add_argument("sets", nargs="*", metavar="SET", help="default: all of deps/*.in")
    parser.add_argument("--root", type=Path, default=root, help="the folder that has deps/")
    parser.add_argument("--strict", action="store_true", help="installed versions must be locked")
    parser.add_argument("--dry-run", action="store_true", help="lock: only say what would change")
    given = parser.parse_intermixed_args(arguments)
    system = system or System()
    folder = given.root / "deps"
    names = given.sets or sorted(path.stem for path in folder.glob("*.in"))
    try:
        if given.command == "lock":
            for name in names:
                lock = make_lock(folder, name, system)
                path = folder / f"{name}.lock"
                changes = list(differences(locked_before(path, name), lock.versions))
                print(f"deps/{name}.lock: {len(lock.versions)} packages for {lock.release}")
                print(*changes, sep="\n", end="\n" if changes else "")
                if not given.dry_run:
                    path.write_text(render(name, lock))
            return 0
    except Failure as failure:
        print(f"dev: {failure}", file=sys.stderr)
        return 1
    wrong = [line for name in names for line in check_lock(folder, name, system, given.strict)]
    if not given.sets:
        wrong += [line for package in npm_packages(given.root) for line in check_npm(package)]
    for line in wrong:
        print(f"dev: {line}", file=sys.stderr)
    if not wrong:
        print(f"dev: the locks fit ({', '.join(names)})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
