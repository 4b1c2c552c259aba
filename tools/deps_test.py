"""Locks of packages: what is written, and what is refused."""

import json

import pytest

import deps


class FakeSystem(deps.System):
    """An archive of five packages."""

    archive = {"a": "1.0", "b": "2.0", "liba": "0.1", "libb": "0.2", "tool": "3"}
    needs = {"a": ["liba"], "b": ["libb", "liba"]}

    def __init__(self):
        self.here = {}
        self.name = "debian 12 amd64"

    def release(self):
        return self.name

    def candidates(self, names):
        return {name: self.archive[name] for name in names if name in self.archive}

    def closure(self, names):
        every = {one for name in names for one in [name, *self.needs.get(name, [])]}
        return {one: self.archive[one] for one in every}

    def installed(self):
        return self.here


@pytest.fixture
def system():
    return FakeSystem()


@pytest.fixture
def run(tmp_path, system, capsys):
    (tmp_path / "deps").mkdir()

    def call(*arguments):
        code = deps.main(arguments, root=tmp_path, system=system)
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


@pytest.fixture
def needs(tmp_path, run):
    def write(**sets):
        for name, text in sets.items():
            (tmp_path / "deps" / f"{name}.in").write_text(text)

    return write


def test_a_lock_is_the_sorted_closure_with_versions_and_release(tmp_path, needs, run):
    needs(base="b   # why\ntool: tool\n")
    assert run("lock")[0] == 0
    text = (tmp_path / "deps/base.lock").read_text()
    assert "# for: debian 12 amd64\n" in text
    assert text.endswith("b=2.0\nliba=0.1\nlibb=0.2\ntool=3\n")
    assert run("check") == (0, "dev: the locks fit (base)\n")


def test_a_lock_tells_what_it_changes_and_can_stop_there(tmp_path, needs, run, system):
    needs(base="a\n")
    run("lock")
    before = (tmp_path / "deps/base.lock").read_text()
    system.archive = {**system.archive, "liba": "0.2"}
    needs(base="a\ntool\n")
    code, told = run("lock", "--dry-run")
    assert code == 0
    assert told.splitlines()[1:] == ["  liba 0.1 -> 0.2", "+ tool 3"]
    assert (tmp_path / "deps/base.lock").read_text() == before
    run("lock")
    needs(base="tool\n")
    assert run("lock")[1].splitlines()[1:] == ["- a 1.0", "- liba 0.2"]


def test_a_set_that_takes_another_in_is_complete_on_its_own(tmp_path, needs, run):
    needs(base="a\n", test="-r base.in\ntool\n")
    assert run("lock", "test")[0] == 0
    assert "a=1.0\nliba=0.1\ntool=3\n" in (tmp_path / "deps/test.lock").read_text()


def test_alternatives_and_least_versions(tmp_path, needs, run):
    needs(base="gone | a (>= 9) | b (>= 1.5)\n")
    assert run("lock")[0] == 0
    assert "b=2.0" in (tmp_path / "deps/base.lock").read_text()
    needs(base="gone | a (>= 9)\n")
    code, told = run("lock")
    assert code == 1 and "gone | a" in told


def test_drift_between_needs_and_lock_is_named(needs, run):
    needs(base="a\n")
    assert "deps/base.lock is missing" in run("check")[1].replace("\\", "/")
    run("lock")
    needs(base="a\nb\n")
    told = run("check")[1]
    assert "deps/base.lock has no b, which deps/base.in needs: ./dev deps lock base" in told
    needs(base="a (>= 1.1)\n")
    assert "has no a" in run("check")[1]
    needs(base="liba\n")
    assert "has changed since" in run("check")[1]
    needs(base="# only a comment more\na\n")
    assert run("check")[0] == 0


def test_a_hand_edit_is_refused(tmp_path, needs, run):
    needs(base="a\n")
    run("lock")
    path = tmp_path / "deps/base.lock"
    path.write_text(path.read_text().replace("a=1.0", "a=1.1"))
    code, told = run("check")
    assert code == 1 and "was edited by hand" in told
    path.write_text("")
    assert "was edited by hand" in run("check")[1]


def test_strict_compares_with_what_is_installed(needs, run, system):
    needs(base="a\n")
    run("lock")
    system.here = {"a": "1.0", "liba": "0.1"}
    assert run("check", "--strict")[0] == 0
    system.here = {"a": "1.0.1"}
    code, told = run("check", "--strict")
    assert code == 1
    assert "a: 1.0.1 installed, 1.0 locked (base)" in told
    assert "liba: not installed, 0.1 locked (base)" in told
    system.name = "ubuntu 24.04 arm64"
    assert "is for debian 12 amd64, this is ubuntu 24.04 arm64" in run("check", "--strict")[1]


@pytest.mark.parametrize("line", ["two words", "a (= 1)", "A", "-r ../x.in"])
def test_a_line_that_is_none_is_refused_with_its_place(needs, run, line):
    needs(base=f"a\n{line}\n")
    code, told = run("lock")
    assert code == 1 and "base.in:2: must be" in told


def test_circles_and_unknown_sets_are_refused(needs, run):
    needs(base="-r test.in\n", test="-r base.in\n")
    assert "circle" in run("lock", "base")[1]
    code, told = run("lock", "nothing")
    assert code == 1 and "the sets are base, test" in told


def test_npm_locks_must_fit_their_package(tmp_path):
    package = tmp_path / "package.json"
    package.write_text(json.dumps({"dependencies": {"x": "1.0.0"}}))
    assert "is missing" in deps.check_npm(package)[0]
    lock = tmp_path / "package-lock.json"
    entry = {"": {"dependencies": {"x": "1.0.0"}}, "node_modules/x": {"version": "1.0.0"}}
    lock.write_text(json.dumps({"packages": entry}))
    assert deps.check_npm(package) == []
    package.write_text(json.dumps({"dependencies": {"x": "1.0.1"}}))
    assert "are not those of package.json" in deps.check_npm(package)[0]


def test_the_locks_of_this_repository_fit():
    system = FakeSystem()
    system.at_least = lambda version, least: True  # dpkg may be missing here
    names = sorted(path.stem for path in (deps.ROOT / "deps").glob("*.in"))
    wrong = [line for name in names for line in deps.check_lock(deps.ROOT / "deps", name, system)]
    wrong += [line for one in deps.npm_packages(deps.ROOT) for line in deps.check_npm(one)]
    assert wrong == []
