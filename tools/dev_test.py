"""`./dev deps` and the closing line of `./dev test`, with stubs in place of dpkg and apt."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

STUBS = {
    # $INSTALLED: "name=version" words; $ARCHIVE: names; what apt-get is asked goes to $LOG.
    "dpkg-query": 'for one in $INSTALLED; do [ "${one%%=*}" = "$3" ] &&'
                  ' { echo "installed ${one#*=}"; exit 0; }; done; exit 1',
    "apt-cache": 'case " $ARCHIVE " in *" $2 "*) exit 0;; esac; exit 1',
    "apt-get": 'echo "$@" >>"$LOG"; [ "$1" != "$FAIL" ]',
    "sudo": 'echo "sudo $1" >>"$LOG"; exec "$@"',
    "id": 'echo "${USER_ID:-0}"',
}


class DepsTest(unittest.TestCase):
    def deps(self, lines, **variables):
        """(exit code, output, what apt-get was asked) of `install_packages base`."""
        with tempfile.TemporaryDirectory() as root:
            Path(root, "deps").mkdir()
            Path(root, "bin").mkdir()
            Path(root, "deps/base.in").write_text(lines, encoding="utf-8")
            for name, text in STUBS.items():
                path = Path(root, "bin", name)
                path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
                path.chmod(0o755)
            log = Path(root, "log")
            environment = {"INSTALLED": "", "ARCHIVE": "", "FAIL": "", "LOG": str(log), **variables,
                           "PATH": f"{root}/bin:{os.environ['PATH']}"}
            run = subprocess.run(["bash", ROOT / "tools/install_packages", "base"], cwd=root,
                                 env=environment, text=True, capture_output=True, check=False)
            asked = log.read_text(encoding="utf-8") if log.exists() else ""
            return run.returncode, run.stdout + run.stderr, asked

    def test_nothing_missing_asks_nothing(self):
        lines = "# head\n\na  # why\nsh: never-a-package\nx | b  # why\nc (>= 1.81)\n"
        code, output, asked = self.deps(lines, INSTALLED="a=1 b=2 c=1.83.0.1")
        self.assertEqual((code, asked), (0, ""), output)
        self.assertIn("nothing missing", output)

    def test_missing_ones_are_installed_and_nothing_is_removed(self):
        code, output, asked = self.deps("a\nno-such-command: b\nc\n", INSTALLED="c=1",
                                        ARCHIVE="a b c")
        self.assertEqual(code, 0, output)
        self.assertEqual(asked.splitlines()[0], "update -q")
        self.assertIn("--no-remove", asked)
        self.assertTrue(asked.endswith(" a b\n"), asked)
        self.assertNotIn("sudo", asked)
        self.assertIn("installing a b", output)

    def test_alternatives_take_the_first_that_the_archive_has(self):
        lines = "a1.81 | a (>= 1.81)\n"
        self.assertTrue(self.deps(lines, ARCHIVE="a1.81 a")[2].endswith(" a1.81\n"))
        self.assertTrue(self.deps(lines, ARCHIVE="a")[2].endswith(" a\n"))
        self.assertEqual(self.deps(lines, INSTALLED="a=1.83")[2], "")
        too_old = self.deps(lines, INSTALLED="a=1.74", ARCHIVE="a1.81 a")
        self.assertTrue(too_old[2].endswith(" a1.81\n"))

    def test_what_cannot_be_done_is_said(self):
        code, output, _ = self.deps("a | b\n")
        self.assertEqual(code, 1)
        self.assertIn("archive has none of", output)
        code, output, _ = self.deps("a\n", ARCHIVE="a", FAIL="update")
        self.assertEqual(code, 1)
        self.assertIn("apt-get update failed", output)
        code, output, _ = self.deps("a\n", ARCHIVE="a", FAIL="install")
        self.assertEqual(code, 1)
        self.assertIn("could not install a", output)

    def test_sudo_when_not_root(self):
        code, output, asked = self.deps("a\n", ARCHIVE="a", USER_ID="1000")
        self.assertEqual(code, 0, output)
        self.assertIn("sudo apt-get", asked)


class SummaryTest(unittest.TestCase):
    def summary(self, *files, tidy=0):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for number, text in enumerate(files):
                paths.append(Path(folder, str(number)))
                if text is not None:
                    paths[-1].write_text(text, encoding="utf-8")
            command = [sys.executable, ROOT / "tools/test_summary.py", "--exit", str(tidy), *paths]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            return run.returncode, run.stdout.strip()

    def test_adds_up(self):
        ctest = ('<testsuite><testcase name="a" status="run"/><testcase name="b" status="fail">'
                 '<failure/></testcase><testcase name="c" status="notrun">'
                 '<skipped message="SKIP_RETURN_CODE=77"/></testcase></testsuite>')
        pytest = '<testsuites><testsuite><testcase/><testcase/></testsuite></testsuites>'
        self.assertEqual(self.summary(pytest), (0, "test: 3 passed, 0 failed, 0 skipped"))
        self.assertEqual(self.summary(ctest, pytest), (1, "test: 4 passed, 1 failed, 1 skipped"))

    def test_program_that_is_missing_is_a_failure(self):
        ctest = ('<testsuite><testcase name="a" status="notrun">'
                 '<skipped message="Unable to find executable"/></testcase></testsuite>')
        self.assertEqual(self.summary(ctest), (1, "test: 1 passed, 1 failed, 0 skipped"))

    def test_missing_results_and_tidy_count_as_failures(self):
        self.assertEqual(self.summary(None), (1, "test: 1 passed, 1 failed, 0 skipped"))
        self.assertEqual(self.summary("<no"), (1, "test: 1 passed, 1 failed, 0 skipped"))
        passing = "<testsuite><testcase/></testsuite>"
        self.assertEqual(self.summary(passing, tidy=1), (1, "test: 1 passed, 1 failed, 0 skipped"))


if __name__ == "__main__":
    unittest.main()
