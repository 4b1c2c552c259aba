"""tu_times.py: reading ninja's log, compile commands and the list of heavy files."""

import os
import sys
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tu_times  # noqa: E402


class TuTimesTest(unittest.TestCase):
    def test_log_counts_each_object_once_by_its_latest_time(self):
        output = "CMakeFiles/ms_base.dir/src/base/a.cpp.o"
        log = (f"# ninja log v5\n0\t1500\t1\t{output}\tff\n0\t9\t1\tlibx.a\tff\n"
               f"10\t510\t2\t{output}\tff\n")
        self.assertEqual(tu_times.object_times(log), {output: 0.5})
        self.assertEqual(tu_times.source_of(output), "src/base/a.cpp")

    def test_command_loses_ccache_optimisation_and_output(self):
        command = "/usr/bin/ccache /usr/bin/g++ -DX='a b' -O2 -g1 -std=c++20 -o a.o -c a.cpp"
        self.assertEqual(tu_times.plain_command(command),
                         ["/usr/bin/g++", "-DX=a b", "-std=c++20", "-c", "a.cpp",
                          "-O0", "-o", "/dev/null"])

    def test_budgets(self):
        heavy = tu_times.heavy_files("# why\nsrc/platform/http/a.cpp 7.5  # Beast\n\n")
        self.assertEqual(tu_times.budget_of("src/platform/http/a.cpp", heavy), 7.5)
        self.assertEqual(tu_times.budget_of("src/apps/apim/inbound/http/r.cpp", heavy), 1.0)
        self.assertEqual(tu_times.budget_of("src/apps/apim/inbound/http/r_test.cpp", heavy), 4.0)
        self.assertEqual(tu_times.budget_of("src/apps/apim/inbound/http/r_fuzz.cpp", heavy), 4.0)
        with self.assertRaises(ValueError):
            tu_times.heavy_files("".join(f"a{i} 5\n" for i in range(11)))

    def test_of_all_passes_the_best_time_of_a_file_counts(self):
        seconds = iter(range(2 * tu_times.PASSES, 0, -1))
        with mock.patch.object(tu_times, "cpu_seconds", lambda entry: next(seconds)):
            self.assertEqual(tu_times.best_times({"a.cpp": {}, "b.cpp": {}}),
                             {"a.cpp": 2, "b.cpp": 1})


if __name__ == "__main__":
    unittest.main()
