"""Each check of tidy.py on small trees: what must pass, and what must not."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import tidy  # noqa: E402

MODULES = """
ms_module(base)  # the innermost
ms_module(platform/log   DEPS base  LINK spdlog::spdlog)
ms_module(platform/http  DEPS base platform/log)
ms_module(apps/shop      DEPS base platform/http)
ms_module(apps/bank      DEPS base)
ms_module(commands       DEPS base platform/log)
"""


class TidyTest(unittest.TestCase):
    def findings(self, files, check=None):
        """What `check` (default: every check) says about a tree of `files`, without the paths."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in {"CMakeLists.txt": MODULES, **files}.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            if check is None:
                return [str(finding) for finding in tidy.findings_of(root)[0]]
            return [str(finding) for finding in sorted(check(tidy.Tree(root)))]

    def assert_found(self, files, check, *parts):
        """Exactly one finding for each of `parts`, in order, that contains it."""
        found = self.findings(files, check)
        self.assertEqual(len(found), len(parts), found)
        for line, part in zip(found, parts):
            self.assertIn(part, line)

    def assert_clean(self, files, check):
        self.assertEqual(self.findings(files, check), [])

    # --- the whole -------------------------------------------------------------------------------

    def test_clean_tree_passes(self):
        self.assertEqual(self.findings({
            "src/base/clock.hpp": "#pragma once\n#include <chrono>\n",
            "src/base/clock.cpp": '#include "base/clock.hpp"\nauto t = steady_clock::now();\n',
            "src/apps/shop/domain/cart.hpp": '#pragma once\n#include "base/clock.hpp"\n',
            "src/apps/shop/domain/cart.cpp": '#include "apps/shop/domain/cart.hpp"\n',
            "src/apps/shop/domain/cart_test.cpp": '#include "apps/shop/domain/cart.hpp"\n',
            "src/apps/shop/app.cpp": '#include "apps/shop/domain/cart.hpp"\n',
        }), [])

    def test_canary_fails_in_every_check(self):
        """If a check stops seeing, this test sings."""
        files = {
            "src/base/canary.hpp": "\n".join([
                '#include "platform/log/log.hpp"',  # no pragma once, ring, module
                "#include <spdlog/logger.h>",  # heavy
                "using namespace std;  " + "x" * 100,  # word, columns
                "void f() {", *["  g();"] * 70, "}",  # function
                "task h() { co_await i({1, 2}); }",  # statement
            ]),
            "src/apps/shop/domain/price.cpp": '#include "apps/shop/outbound/sql.hpp"\n',
            "src/base/text_fuzz.cpp": "",
            "src/base/twice.cpp": "namespace a {\nstruct Row { int x; };\n}\n",
            "src/base/twice_too.cpp": "namespace a {\nstruct Row { int y; };\n}\n",
        }
        for check in tidy.CHECKS:
            with self.subTest(check.__name__):
                self.assertTrue(self.findings(files, check))
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(tidy.main(["--root", root]), 1, "an empty tree is no success")

    # --- includes --------------------------------------------------------------------------------

    def test_rings(self):
        check = tidy.check_rings
        self.assert_found({"src/apps/shop/domain/a.cpp": "#include <vector>\n"
                           '#include "platform/log/log.hpp"\n#include <boost/json.hpp>\n'},
                          check, "a.cpp:2: includes platform/log/log.hpp; domain may",
                          "a.cpp:3: includes <boost/json.hpp>; domain may")
        self.assert_found({"src/apps/shop/ports/p.hpp": '#include "platform/log/log.hpp"\n'},
                          check, "ports may")
        self.assert_found({"src/apps/shop/app.cpp": '#include "apps/bank/app.hpp"\n'},
                          check, "no app may include another")
        self.assert_found({"src/apps/shop/inbound/r.cpp": '#include "apps/bank/app.hpp"\n'},
                          check, "no app may include another")
        self.assert_found({"src/base/a.cpp": "#include <boost/system/result.hpp>\n"}, check, "base")
        self.assert_found({"src/platform/log/a.cpp": '#include "apps/shop/app.hpp"\n'}, check,
                          "platform may")
        self.assert_found({"src/apps/shop/limits.hpp": '#include "platform/log/log.hpp"\n'}, check,
                          "vocabulary may")
        adapter = '#include "apps/shop/outbound/memory/carts.hpp"\n'
        self.assert_found({"src/apps/shop/domain/a.cpp": adapter}, check, "domain may")
        self.assert_clean({"src/apps/shop/domain/a_test.cpp": adapter,
                           "src/apps/shop/domain/b.cpp": '#include "apps/shop/ports/p.hpp"\n'},
                          check)
        self.assert_clean({
            "src/base/random.cpp": "#include <sys/random.h>\n",
            "src/apps/shop/domain/a_test.cpp": "#include <doctest/doctest.h>\n",
            "src/apps/shop/domain/a.cpp": '#include "apps/shop/limits.hpp"\n',
            "src/apps/shop/ports/p.hpp": '#include "apps/shop/domain/a.hpp"\n',
            "src/apps/shop/inbound/r.cpp": '#include "apps/shop/ports/p.hpp"\n'
                                           '#include "platform/http/router.hpp"\n',
            "src/base/quoted.cpp": '// #include "platform/log/log.hpp"\n'
                                   'auto s = R"(\n#include "apps/shop/app.hpp"\n)";\n',
        }, check)

    def test_adapters_and_apps_are_named_in_few_places(self):
        adapter = '#include "apps/shop/outbound/memory/carts.hpp"\n'
        check = tidy.check_adapters
        self.assert_found({"src/apps/shop/inbound/r.cpp": adapter}, check, "use the port")
        self.assert_found({"src/apps/shop/app.hpp": adapter}, check, "only app.cpp")
        self.assert_found({"src/commands/serve.cpp": '#include "apps/shop/app.hpp"\n'}, check,
                          "only main.cpp")
        self.assert_found({"src/apps/shop/outbound/a.cpp": '#include "apps/shop/inbound/r.hpp"\n'},
                          check, "outbound does not know inbound")
        self.assert_clean({
            "src/apps/shop/app.cpp": adapter,
            "src/apps/shop/outbound/memory/carts.cpp": adapter,
            "src/apps/shop/inbound/r_test.cpp": adapter,
            "src/main.cpp": '#include "apps/shop/module.hpp"\n',
        }, check)

    def test_modules_include_what_cmake_names(self):
        check = tidy.check_modules
        self.assert_found({"src/apps/shop/a.cpp": '#include "platform/log/log.hpp"\n'}, check,
                          "ms_module(apps/shop) does not name platform/log")
        self.assert_found({"src/apps/shop/a.cpp": '#include "platform/tls/x.hpp"\n'}, check,
                          "does not name its folder")
        self.assert_found({"src/platform/tls/x.cpp": ""}, check, "belongs to no ms_module()")
        self.assert_clean({"src/platform/http/a.cpp": '#include "platform/log/log.hpp"\n'
                                                      '#include "platform/http/b.hpp"\n',
                           "src/commands/run.cpp": '#include "platform/log/log.hpp"\n',
                           "src/main.cpp": '#include "commands/commands.hpp"\n'}, check)

    def test_heavy_libraries_stay_in_their_adapter(self):
        check = tidy.check_heavy
        self.assert_found({"src/apps/shop/a.cpp": "#include <spdlog/logger.h>\n"}, check,
                          "use platform/log")
        self.assert_found({"src/platform/log/log.hpp": "#include <spdlog/logger.h>\n"}, check,
                          "in a header")
        self.assert_found({"src/apps/shop/a.cpp": "#include <boost/json.hpp>\n"}, check,
                          "use platform/json")
        self.assert_found({"src/platform/http/server.hpp":
                           '#include "platform/http/event_loop.hpp"\n'}, check, "private")
        self.assert_clean({"src/platform/log/log.cpp": "#include <spdlog/logger.h>\n",
                           "src/apps/shop/a.hpp": "#include <boost/json/fwd.hpp>\n",
                           "src/platform/http/event_loop.hpp": "#include <boost/asio/post.hpp>\n",
                           "src/platform/http/server.cpp":
                           '#include "platform/http/event_loop.hpp"\n'}, check)

    def test_own_header_first(self):
        check = tidy.check_own_header_first
        header = {"src/base/a.hpp": "#pragma once\n"}
        self.assert_found({**header, "src/base/a_test.cpp": "#include <string>\n"}, check,
                          "includes string first")
        self.assert_found({"src/base/a.hpp": "// #pragma once\n"}, check, "no #pragma once")
        self.assert_clean({**header, "src/base/a.cpp": '// A.\n#include "base/a.hpp"\n'}, check)

    def test_dead_headers(self):
        own = {"src/base/a.hpp": "", "src/base/a.cpp": '#include "base/a.hpp"\n',
               "src/base/a_test.cpp": '#include "base/a.hpp"\n'}
        self.assert_found(own, tidy.check_dead_headers, "nobody includes")
        self.assert_clean({**own, "src/base/b.cpp": '#include "base/a.hpp"\n'},
                          tidy.check_dead_headers)

    # --- words and lines -------------------------------------------------------------------------

    def test_every_banned_word_is_found(self):
        banned = ["co_spawn(x)", "asio::detached", "t.detach()", "std::regex r", "sleep_for(1ms)",
                  "::usleep(1)", "sleep(1)", "rand()", "std::cout << 1", "std::cerr << 1",
                  'printf("x")', "std::fprintf(stderr)", "std::chrono::system_clock::now()",
                  "steady_clock::now()", "std::random_device d", "time(nullptr)", "std::time(&t)",
                  "auto* p = new int", "delete p", "delete[] p"]
        for word in banned:
            with self.subTest(word):
                self.assert_found({"src/apps/shop/a.cpp": f"void f() {{ {word}; }}\n"},
                                  tidy.check_words, "is banned, ")
        for comment in ("// TODO: later", "/* FIXME */"):
            self.assert_found({"src/base/a.cpp": comment + "\n"}, tidy.check_words, "open an issue")
        self.assert_found({"src/base/a.hpp": "using namespace std;\n"}, tidy.check_words, "using")

    def test_words_that_only_look_banned_pass(self):
        self.assert_clean({"src/apps/shop/a.cpp": "\n".join([
            "A(const A&) = delete;", "Method::delete_;", "snprintf(b, 1, x);", "x.time();",
            "// a new one, std::cout and sleep(1)", '"printf(x) and TODO";', "int strand(int);",
            "return std::unique_ptr<Log>{new Log{a}};", "void* operator new(size_t);",
            "hh_mm_ss time{x};", "using namespace std::literals;", "int x = 1'000 * 'a';",
            'auto s = R"x(delete p; ")" new)x";',
        ])}, tidy.check_words)

    def test_words_pass_where_they_belong_or_with_a_reason(self):
        self.assert_clean({
            "src/base/clock.cpp": "system_clock::now();\n",
            "src/platform/http/a.cpp": "steady_clock::now();\n",
            "src/commands/table.cpp": 'std::cout << "x";\n',
            "src/main.cpp": 'std::fprintf(stderr, "x");\n',
            "tools/replay.cpp": 'std::printf("x");\n',
            "src/apps/shop/a.cpp": "new (place) A;  // tidy: the arena owns it\n"
                                   "// tidy: the arena owns it\ndelete p;\n",
        }, tidy.check_words)
        self.assert_found({"src/apps/shop/a.cpp": "delete p;  // tidy: no\n"}, tidy.check_words,
                          "delete")

    def test_columns(self):
        self.assert_found({"src/base/a.cpp": "x" * 101 + "\n", "tools/a.py": "#" * 101},
                          tidy.check_columns, "101 columns", "101 columns")
        self.assert_clean({"src/base/a.cpp": "ü" * 100 + "\n"}, tidy.check_columns)

    # --- functions -------------------------------------------------------------------------------

    def test_long_functions(self):
        body = "\n".join(["  x();"] * 60)
        long = [
            "void f() {\n%s\n}\n",
            "namespace a {\nclass B : C {\nint d(int e = g(1)) const override {\n%s\n}\n};\n}\n",
            "A::A(int b)\n  : b_{b}, c_(d{1}) {\n%s\n}\n",
            'TEST_CASE("a: b") {\n%s\n}\n',
            "bool operator==(A a, A b) {\n%s\n}\n",
            "auto f() -> int {\n#if X\n%s\n#endif\n}\n",
            "void f() { auto g = [] {\n%s\n}; }\n",
        ]
        for shape in long:
            with self.subTest(shape):
                self.assert_found({"src/base/a.cpp": shape % body}, tidy.check_functions,
                                  "at most 60")
        short = [
            "namespace a {\n%s\n}\n", "class A {\n%s\n};\n", "enum class E {\n%s\n};\n",
            "constexpr Row rows[] = {\n%s\n};\n",
        ]
        for shape in short:
            with self.subTest(shape):
                self.assert_clean({"src/base/a.cpp": shape % body}, tidy.check_functions)
        macro = "#define F() {" + "\\\n  x();" * 70 + "}\n"
        self.assert_clean({"src/base/a.cpp": macro}, tidy.check_functions)

    def test_long_functions_may_only_shrink(self):
        path = "src/base/a.cpp"
        long = "void f() {\n" + "x();\n" * 70 + "}\n"
        self.addCleanup(tidy.LONG_FUNCTIONS.pop, path, None)
        tidy.LONG_FUNCTIONS[path] = 1
        self.assert_clean({path: long}, tidy.check_functions)
        self.assert_found({path: "int a;\n"}, tidy.check_functions, "lower LONG_FUNCTIONS")
        self.assert_found({path: long + long.replace("f", "g")}, tidy.check_functions,
                          "at most 60", "at most 60")

    # --- co_await --------------------------------------------------------------------------------

    def test_dangerous_co_await_statements(self):
        bad = {
            "co_await f({s, 1});": "brace",
            "co_await f(Opt{s, 1});": "brace",
            "auto x = co_await f({.name = s});": "brace",
            "use(Opt{s}, co_await f(s));": "brace",
            "return Pair{co_await f(s), 1};": "brace",
            "Pair p{co_await f(s)};": "brace",
            "auto x = Opt{s} + co_await f(s);": "brace",
            "if (co_await f(Opt{s})) { g(); }": "brace",
            "co_await f([s] { return s; });": "lambda",
            "co_await f(s, [&](int a) mutable { return a; });": "lambda",
            "auto x = co_await f(s) + co_await g(s);": "two",
            "co_await f(co_await g(s));": "two",
            "auto& [ec, n] = co_await f(s);": "structured",
        }
        for statement, problem in bad.items():
            with self.subTest(statement):
                text = f"awaitable<void> t() {{\n  start();\n  {statement}\n  end();\n}}\n"
                self.assert_found({"src/platform/http/a.cpp": text}, tidy.check_co_await, problem)

    def test_safe_co_await_statements(self):
        safe = [
            "auto x = co_await f(s, 1);",
            "RetryPolicy p{.max = 3}; co_await f(std::move(p));",
            "if (co_await f(s)) { g({1, 2}); }",
            "while (auto more = co_await f(s)) { g(Opt{s}); }",
            "if (a) { g(Opt{s}); } co_await f(s);",
            "for (auto& x : list) { co_await f(x); }",
            "if (!(co_await f(s)).ok()) co_return Error{1};",
            "auto run = [](int a) -> awaitable<int> { co_return co_await f(a); };",
            "auto op = f(Opt{s}); co_await std::move(op);",
            "int b = list[0]; co_await f(list[b](1));",
            "switch (a) { case 1: co_await f(s); break; }",
            "try { co_await f(s); } catch (...) { g(Opt{s}); }",
            "do { co_await f(s); } while (g(Opt{s}));",
        ]
        for statement in safe:
            with self.subTest(statement):
                text = f"awaitable<void> t() {{\n  start();\n  {statement}\n  end();\n}}\n"
                self.assert_clean({"src/platform/http/a.cpp": text}, tidy.check_co_await)

    # --- one definition --------------------------------------------------------------------------

    def test_one_definition(self):
        check = tidy.check_one_definition
        row = "namespace mainstay::a {\nstruct Row final : Base<int> {\n  int x;\n};\n}\n"
        self.assert_found({"src/base/a.cpp": row, "src/base/b_test.cpp": row}, check,
                          "b_test.cpp:2: mainstay::a::Row is defined in base/a.cpp too")
        self.assert_found({"src/base/a.hpp": row,
                           "src/base/b.cpp": "namespace mainstay { namespace a {\n"
                                             "enum class [[nodiscard]] Row : int { x };\n}}\n"},
                          check, "mainstay::a::Row")
        inline = "namespace a {\ninline int f(int x,\n  int y) { return x; }\n}\n"
        self.assert_found({"src/base/a.hpp": inline, "src/base/b.hpp": inline}, check,
                          "a::f(int x, int y)")

    def test_one_definition_lets_be_what_is_not_shared(self):
        check = tidy.check_one_definition
        row = "namespace a {\nstruct Row { int x; };\n}\n"
        for other in (
            "namespace a {\nnamespace {\nstruct Row { int y; };\n}\n}\n",
            "namespace b {\nstruct Row { int y; };\n}\n",
            "namespace a {\nstruct Row;\nstruct Other { struct Row { int y; }; };\n}\n",
            "namespace a {\nstruct Other::Row { int y; };\n}\n",
            "namespace a {\nclass MS_CAPABILITY(\"x\") Other { int y; };\n}\n",
            "namespace a {\ntemplate <>\nstruct Row<int> { int y; };\n}\n",
            "namespace a {\nint f() { struct Row { int y; }; return 0; }\n}\n",
            "namespace a {\nstruct Row make(struct Row* row) { return *row; }\n}\n",
            "// namespace a { struct Row { int y; }; }\n",
        ):
            self.assert_clean({"src/base/a.cpp": row, "src/base/b.cpp": other}, check)
        overload = "namespace a {{\ninline int f({0} x) {{ return 0; }}\n}}\n"
        self.assert_clean({"src/base/a.hpp": overload.format("int"),
                           "src/base/b.hpp": overload.format("long")}, check)
        fuzz = "namespace a {\nstruct Fuzzed { int x; };\n}\n"
        self.assert_clean({"src/base/a_fuzz.cpp": fuzz, "src/base/b_fuzz.cpp": fuzz}, check)

    # --- tests and fuzz targets ------------------------------------------------------------------

    def test_sibling_tests(self):
        self.assert_found({"src/apps/shop/domain/a.cpp": ""}, tidy.check_sibling_tests,
                          "apps/shop/domain/a_test.cpp")
        self.assert_clean({"src/apps/shop/domain/a.cpp": "", "src/apps/shop/domain/a_test.cpp": "",
                           "src/apps/shop/domain/a_bench.cpp": "", "src/base/b.cpp": ""},
                          tidy.check_sibling_tests)

    def test_fuzz_targets(self):
        check = tidy.check_fuzz_targets
        self.assert_found({"src/base/a_fuzz.cpp": "x\n" * 16, "fuzz/a/one": "1"}, check, "15 lines")
        self.assert_found({"src/base/a_fuzz.cpp": "x\n" * 15}, check, "no corpus in fuzz/a/")
        self.assert_clean({"src/base/a_fuzz.cpp": "x\n" * 15, "fuzz/a/one": "1"}, check)


if __name__ == "__main__":
    unittest.main()
