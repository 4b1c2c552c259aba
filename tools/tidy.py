#!/usr/bin/env python3
"""Checks the house rules that a compiler does not: `tools/tidy.py [--root DIR]`.

Include rings, module dependencies, heavy libraries, banned words, 100 columns, functions of at
most 60 lines, sibling tests, dead headers, the co_await statement rule, fuzz targets. Prints
`path:line: what is wrong, and what to do`, and exits with 1 when there is anything.

A line with a banned word passes when it, or the line above it, says why: `// tidy: <reason>`.
"""

import argparse
import fnmatch
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 60
FUZZ_LINES_MAX = 15

# Known functions of more than 60 lines: file -> how many. May only shrink.
LONG_FUNCTIONS = {
    "src/apps/apim/domain/catalog_dump.hpp": 1,  # tests only: one line a kind of row
    "src/apps/apim/ports/catalog_store_contract.hpp": 1,  # contract suites are lists of subcases
    "src/platform/store/store_contract.hpp": 2,
}

# An app's own vocabulary: std and base only, like its domain, which may use it.
VOCABULARY = ("errc", "fundamental", "limits")


# What puts an app together: of the server, and of the commands that work on its data without one.
WIRING = ("app.cpp", "app_api.cpp", "app_changes.cpp", "app_cluster.cpp", "app_history.cpp",
          "app_kube.cpp", "app_money.cpp", "app_network.cpp", "app_ocpp.cpp", "app_plots.cpp",
          "app_power.cpp", "app_prices.cpp", "app_primary.cpp", "app_sealing.cpp",
          "transfer.cpp")


class Library(NamedTuple):
    """Who may include headers that start with `prefix`: .cpp files below `folders`."""

    prefix: str
    folders: tuple
    reason: str


HEAVY_LIBRARIES = [
    Library("boost/asio", ("platform/asio", "platform/http", "platform/store",
                           "platform/ws/beast_test.cpp"),
            "3 s a file; platform/http adapts it"),
    Library("boost/beast", ("platform/asio", "platform/http", "platform/ws/beast_test.cpp"),
            "4 to 16 s a file; platform/http adapts it"),
    Library("boost/json/fwd.hpp", ("",), "declares names only: any file, headers too"),
    Library("boost/json", ("platform/json",), "1.5 s a file; use platform/json"),
    Library("boost/url", ("platform/http",), "1.4 s a file; platform/http adapts it"),
    Library("spdlog", ("platform/log",), "2.7 s a file; use platform/log"),
    Library("fmt", ("platform/log",), "1.7 s a file; platform/log's library brings it"),
    Library("CLI", ("commands",), "4.8 s a file; commands/ parse the command line"),
    Library("toml++", ("platform/settings", "platform/toml"), "2.4 s a file; use platform/toml"),
    Library("yaml-cpp", ("apps/clusters/codec",), "use apps/clusters/codec"),
    Library("libpq", ("platform/store",), "use platform/store"),
    Library("sqlite3.h", ("platform/store",), "use platform/store"),
    Library("date/", ("platform/zones",), "2 s a file; use platform/zones"),
    Library("qrencode.h", ("platform/auth",), "use platform/auth"),
    Library("sodium.h", ("platform/auth",), "use platform/auth"),
    Library("openssl", ("platform/tls", "platform/http", "platform/secrets", "platform/ws"),
            "use platform/tls"),
    Library("zlib.h", ("platform/ws",), "platform/ws compresses messages"),
    Library("curl", ("platform/mail",), "platform/http is the HTTP client"),
    Library("boost/geometry", ("apps/charging/outbound/memory",),
            "6 s a file; use the port GeoIndex"),
]

# Headers that may show a heavy library, since only .cpp files of their module include them.
PRIVATE_HEADERS = {
    "platform/http/acceptor.hpp": "the listening end of an I/O thread",
    "platform/http/connection.hpp": "the connection's state machine holds its socket",
    "platform/http/event_loop.hpp": "an I/O thread's io_context",
    "platform/store/postgres_connection.hpp": "works see it as a Session",
    "platform/tls/openssl.hpp": "owners of OpenSSL's objects",
    "platform/store/postgres_protocol.hpp": "what both kinds of connection need of libpq",
}


class Ban(NamedTuple):
    """A pattern that may not occur outside `allowed` (globs below src/), and what to write."""

    pattern: str
    instead: str
    allowed: tuple = ()
    headers_only: bool = False
    in_comments: bool = False


# A module's own commands lie in its folder commands/, or in commands.cpp.
CONSOLE = ("main.cpp", "commands/*", "*/commands/*", "*/commands.cpp", "base/check.cpp",
           "platform/program/command.cpp", "platform/program/progress_line.cpp",
           "platform/program/table.cpp")
CLOCKS = ("base/clock.cpp", "base/random.cpp", "platform/*")

BANS = [
    Ban(r"\bco_spawn\s*\(", "use TaskGroup::spawn", ("platform/*/task_group.?pp",)),
    Ban(r"\bdetached\b", "use TaskGroup::spawn", ("platform/*/task_group.?pp",)),
    Ban(r"\.detach\s*\(\)", "join the thread: who starts it owns it"),
    Ban(r"\busing\s+namespace\b", "name what you use", headers_only=True),
    Ban(r"\bstd::w?regex\b|<regex>", "parse by hand: <regex> costs 2.4 s a file and recurses"),
    Ban(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(", "wait for the event itself"),
    Ban(r"\bs?rand\s*\(", "use base/random.hpp's Random, or fill_secret"),
    Ban(r"\bstd::(?:cout|cerr|clog)\b", "use platform/log, or return an Error", CONSOLE),
    Ban(r"\b(?:v?f?printf|f?puts|putchar)\s*\(", "use platform/log, or return an Error", CONSOLE),
    Ban(r"\b(?:system|steady|high_resolution)_clock::now\b", "take a Clock, or the time", CLOCKS),
    Ban(r"\brandom_device\b", "take a Random, or use fill_secret", CLOCKS),
    Ban(r"(?:\bstd::|(?<![\w>])::)time\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0|&)",
        "take a Clock, or the time", CLOCKS),
    # Or in a smart pointer; placement (`::new (place) T`) owns nothing.
    Ban(r"^(?!.*(?:_ptr<|::new \(|<new>)).*(?<!operator )\b(new)\b", "use std::make_unique"),
    Ban(r"(?<!operator )\bdelete\b\s*(?:\[\s*\]\s*)?[\w(*:]", "let a unique_ptr own it"),
    Ban(r"\b(?:TODO|FIXME|XXX)\b", "do it, or open an issue", in_comments=True),
]


class Finding(NamedTuple):
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


class Include(NamedTuple):
    line: int
    name: str
    quoted: bool


# --- reading C++ ---------------------------------------------------------------------------------

# A digit separator (1'000) is no character literal: the number is matched first.
TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*(?:\\\n[^\n]*)*|/\*.*?\*/)
      | (?P<raw>\bu?8?U?L?R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)")
      | (?P<number>\b\d(?:'?[\w.])*)
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<character>'(?:\\.|[^'\\\n])+')""",
    re.DOTALL | re.VERBOSE)


def blanked(text, keep_comments=False):
    """`text` with the insides of comments and literals as blanks; every line keeps its length."""
    def blank(match):
        kind = match.lastgroup if match.lastgroup != "mark" else "raw"
        if kind == "number" or (kind == "comment" and keep_comments):
            return match.group()
        hidden = re.sub(r"[^\n]", " ", match.group())
        return hidden if kind == "comment" or len(hidden) < 2 else '"' + hidden[1:-1] + '"'
    return TOKEN.sub(blank, text)


@dataclass
class Source:
    """One C++ file. `name` is its path below src/ (or the root), as an include would say it."""

    path: str
    name: str
    text: str
    code: str = field(init=False)
    includes: list = field(init=False)

    def __post_init__(self):
        self.code = blanked(self.text)
        self.includes = []
        for number, (line, code) in enumerate(zip(self.lines(), self.code.splitlines()), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if match and code.lstrip().startswith("#"):
                self.includes.append(Include(number, match[2], match[1] == '"'))

    def lines(self):
        return self.text.splitlines()

    def line_at(self, offset):
        return self.code.count("\n", 0, offset) + 1

    def is_header(self):
        return self.name.endswith(".hpp")

    def is_test(self):
        return self.name.endswith("_test.cpp")

    def stem(self):
        """The path without suffix and without _test, _bench or _fuzz."""
        return re.sub(r"(_test|_bench|_fuzz)?\.[ch]pp$", "", self.name)

    def finding(self, line, message):
        return Finding(self.path, line, message)


class Tree:
    """The files below `root`, read once."""

    def __init__(self, root):
        self.root = Path(root)
        self.sources = []
        for folder in ("src", "tools"):
            for path in sorted((self.root / folder).rglob("*.[ch]pp")):
                shown = path.relative_to(self.root).as_posix()
                name = shown.removeprefix("src/")
                self.sources.append(Source(shown, name, path.read_text(encoding="utf-8")))
        self.product = [source for source in self.sources if source.path.startswith("src/")]
        self.modules = self.read_modules()

    def read_modules(self):
        """folder -> the folders that its ms_module() line names behind DEPS."""
        path = self.root / "CMakeLists.txt"
        text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8")) if path.exists() else ""
        modules = {}
        for arguments in re.findall(r"\bms_module\(([^)]*)\)", text):
            words = arguments.split()
            uses = words[words.index("DEPS") + 1:] if "DEPS" in words else []
            modules[words[0]] = uses[:uses.index("LINK")] if "LINK" in uses else uses
        return modules

    def module_of(self, name):
        folders = [m for m in self.modules if name.startswith(m + "/")]
        return max(folders, key=len, default=None)


# --- includes ------------------------------------------------------------------------------------

def is_below(name, *folders):
    return any(name == folder or name.startswith(folder + "/") for folder in folders)


def app_of(name):
    match = re.match(r"apps/(\w+)/", name)
    return match[1] if match else None


def allowed_includes(name):
    """What a file may include of ours: folders and files, and the rule in words."""
    app = app_of(name)
    if app is None:
        if is_below(name, "base"):
            return ("base/",), "base may include std and base/ only"
        if is_below(name, "platform"):
            return ("base/", "platform/"), "platform may include base/ and platform/ only"
        if is_below(name, "commands"):
            return (("base/", "platform/", "commands/"),
                    "commands may include base/, platform/ and commands/ only")
        return ("base/", "platform/", "commands/", "apps/"), "a folder unknown here"
    home = f"apps/{app}/"
    domain = ("base/", home + "domain/", *(f"{home}{word}.hpp" for word in VOCABULARY))
    ring = name.removeprefix(home).split("/")[0]
    if ring == "domain":
        memory = (home + "outbound/memory/",) if name.endswith("_test.cpp") else ()
        return ((*domain, home + "ports/", *memory),
                "domain may include std, base/, its app's vocabulary and ports/ only, "
                "its tests outbound/memory/ too (docs/adr/0005)")
    if re.sub(r"(_test)?\.[ch]pp$", "", ring) in VOCABULARY:
        return domain, "an app's vocabulary may include std, base/ and domain/ only"
    if ring == "ports":
        return (*domain, home + "ports/"), "ports may include domain/ and base/ only"
    others = {"inbound": "outbound/", "outbound": "inbound/"}
    if ring in others and not name.endswith("_test.cpp"):
        inside = tuple(sorted({home} - {home + others[ring]}))
        return ("base/", "platform/", *inside), "no app may include another app"
    return ("base/", "platform/", home), "no app may include another app"


def check_rings(tree):
    for source in tree.product:
        allowed, rule = allowed_includes(source.name)
        for include in source.includes:
            if include.quoted and not include.name.startswith(allowed):
                yield source.finding(include.line, f"includes {include.name}; {rule}")
            elif not include.quoted and not is_plain(source, include.name):
                yield source.finding(include.line, f"includes <{include.name}>; {rule}")


def is_plain(source, header):
    """False for a library's header where only std (and in base the system) may be included."""
    strict = allowed_includes(source.name)[0]
    if "platform/" in strict:
        return True
    if header.startswith("doctest/"):
        return source.is_test() or "contract" in source.name
    if header.startswith("benchmark/"):
        return source.name.endswith("_bench.cpp")
    if is_below(source.name, "base") and re.fullmatch(r"(sys/)?\w+\.h", header):
        return True
    return re.fullmatch(r"\w+", header) is not None


def check_adapters(tree):
    """Only an app's wiring names its adapters; only main.cpp names apps."""
    for source in tree.product:
        home = app_of(source.name)
        for include in source.includes:
            app = app_of(include.name) if include.quoted else None
            if app is None:
                continue
            inside = include.name.removeprefix(f"apps/{app}/").split("/")[0]
            ring = source.name.removeprefix(f"apps/{app}/").split("/")[0]
            if home is None and not is_below(source.name, "base", "platform") \
                    and source.name != "main.cpp":
                yield source.finding(include.line, f"includes {include.name}; "
                                     "only main.cpp, the list of modules, names apps")
            elif inside == "outbound" and ring not in ("outbound", *WIRING) \
                    and not source.is_test():
                yield source.finding(include.line, f"includes {include.name}; "
                                     f"only {' and '.join(WIRING)} name concrete adapters: "
                                     "use the port")
            elif ring == "outbound" and inside == "inbound":
                yield source.finding(include.line, f"includes {include.name}; "
                                     "outbound does not know inbound")


def check_modules(tree):
    """A module includes only itself and the folders that its ms_module() line names."""
    for source in tree.product:
        module = tree.module_of(source.name)
        if module is None:
            if "/" in source.name:
                yield source.finding(1, "belongs to no ms_module() of CMakeLists.txt")
            continue
        for include in source.includes:
            used = tree.module_of(include.name)
            if include.quoted and used not in (module, *tree.modules[module]):
                yield source.finding(include.line, f"includes {include.name}; "
                                     f"ms_module({module}) does not name {used or 'its folder'}")


def check_heavy(tree):
    for source in tree.product:
        for include in source.includes:
            if include.quoted:
                if include.name in PRIVATE_HEADERS and not may_use_private(tree, source, include):
                    yield source.finding(include.line, f"includes {include.name}, which is "
                                         "private to the .cpp files of its module")
                continue
            library = next((one for one in HEAVY_LIBRARIES if is_of(one, include.name)), None)
            if library is None or library.folders == ("",):
                continue
            inside = is_below(source.name, *library.folders)
            if not inside:
                yield source.finding(include.line, f"includes <{include.name}>: {library.reason}")
            elif source.is_header() and source.name not in PRIVATE_HEADERS:
                yield source.finding(include.line, f"includes <{include.name}> in a header; "
                                     "keep it in the .cpp (pimpl), or in PRIVATE_HEADERS")


def is_of(library, header):
    prefix = library.prefix
    return header == prefix or header.startswith(prefix + "/") or header == prefix + ".hpp"


def may_use_private(tree, source, include):
    same = tree.module_of(source.name) == tree.module_of(include.name)
    return same and (not source.is_header() or source.name in PRIVATE_HEADERS)


def check_own_header_first(tree):
    """A .cpp, and its tests, include their own header before anything else: it stands alone."""
    names = {source.name for source in tree.product}
    for source in tree.product:
        own = source.stem() + ".hpp"
        if source.is_header():
            if not re.search(r"^#pragma once$", source.code, re.MULTILINE):
                yield source.finding(1, "has no #pragma once")
        elif own in names and not source.name.endswith(("_bench.cpp", "_fuzz.cpp")):
            first = source.includes[0].name if source.includes else "nothing"
            if first != own:
                yield source.finding(1, f"includes {first} first; its own header comes first")


def check_dead_headers(tree):
    """A header is dead when only files of its own stem include it."""
    used = {include.name for source in tree.sources for include in source.includes
            if include.name != source.stem() + ".hpp"}
    for source in tree.product:
        if source.is_header() and source.name not in used:
            yield source.finding(1, "nobody includes this header: use it or remove it")


# --- words and lines -----------------------------------------------------------------------------

def check_words(tree):
    for source in tree.sources:
        is_tool = source.path.startswith("tools/")
        commented = blanked(source.text, keep_comments=True).splitlines()
        lines = source.lines()
        for ban in BANS:
            if ban.headers_only and not source.is_header():
                continue
            if (is_tool and ban.allowed == CONSOLE) or \
                    any(fnmatch.fnmatch(source.name, glob) for glob in ban.allowed):
                continue
            for number, code in enumerate(source.code.splitlines(), 1):
                text = commented[number - 1] if ban.in_comments else code
                match = re.search(ban.pattern, text)
                if match and not is_excused(lines, number):
                    word = (match[1] if match.lastindex else match[0]).strip()
                    yield source.finding(number, f"{word} is banned, {ban.instead}")


def is_excused(lines, number):
    around = lines[max(number - 2, 0):number]
    return any(re.search(r"//\s*tidy: \S.{9,}", line) for line in around)


def check_columns(tree):
    files = [(source.path, source.text) for source in tree.sources]
    for folder in ("tools", "tests", "bench"):
        for path in sorted((tree.root / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                files.append((path.relative_to(tree.root).as_posix(), path.read_text("utf-8")))
    for path, text in files:
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > COLUMNS_MAX:
                yield Finding(path, number, f"{len(line)} columns, at most {COLUMNS_MAX}")


# --- functions -----------------------------------------------------------------------------------

def without_directives(code):
    """Preprocessor lines, with their continuations, as blanks."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
                  lambda match: re.sub(r"[^\n]", " ", match[0]), code, flags=re.MULTILINE)


def closing(code, start):
    """The offset of the bracket that closes the one at `start`."""
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0:
            return at
    return len(code) - 1


def is_function_header(header):
    """Parameters, and no `=` outside of them: an initializer that calls something is none."""
    previous, bare = None, re.sub(r"operator\s*(?:\(\)|[^\s\w(]+)", "operator", header)
    while bare != previous:
        previous, bare = bare, re.sub(r"\([^()]*\)", "@", bare)
    return "@" in bare and "=" not in bare


def functions(code):
    """(offset of the opening brace, offset of the closing one) of every function body."""
    code = without_directives(code)
    at = header = 0
    while at < len(code):
        character = code[at]
        if character in ";}":
            header = at + 1
        elif character == "(":
            at = closing(code, at)  # default arguments and parameters hold no bodies
        elif character == "{":
            text = code[header:at]
            if is_function_header(text):
                end = closing(code, at)
                if re.match(r"\s*[,{]", code[end + 1:end + 50]):
                    at = end  # a member's initializer, the body is still to come
                else:
                    yield at, end
                    at = end
                    header = at + 1
            elif re.search(r"\b(namespace|extern|class|struct|union)\b", text):
                header = at + 1  # look inside
            else:
                at = closing(code, at)  # an enum, an initializer
        at += 1


def check_functions(tree):
    for source in tree.sources:
        long = []
        for start, end in functions(source.code):
            count = source.line_at(end) - source.line_at(start) + 1
            if count > FUNCTION_LINES_MAX:
                long.append((source.line_at(start), count))
        known = LONG_FUNCTIONS.get(source.path, 0)
        if len(long) > known:
            for line, count in long:
                yield source.finding(line, f"function of {count} lines, at most "
                                     f"{FUNCTION_LINES_MAX} ({known} known in this file)")
        elif len(long) < known:
            yield source.finding(1, f"{len(long)} long functions: lower LONG_FUNCTIONS to that")


# --- co_await ------------------------------------------------------------------------------------

def is_block(code, at):
    """Whether the brace at `at` opens a block or body rather than an initializer."""
    before = code[:at].rstrip()
    if not before or before[-1] in ");{}" or before.endswith("]"):
        return True
    if re.search(r"\b(else|do|try|noexcept|const|mutable|override|final)$", before):
        return True
    return re.search(r"\)\s*(?:noexcept\s*)?->\s*[\w:<>,&*\s]+$", before[-200:]) is not None


# What stands behind the closing brace of an initializer, but not of a block.
CONTINUES = re.compile(r"\s*[,).;+\-*/&|<>=?:(\]]")


def statement_start(code, at):
    """Walks back from `at` to the begin of its full statement; initializers around it belong."""
    depth = 0
    while at > 0:
        at -= 1
        character = code[at]
        if character == ";" and depth == 0:
            return at + 1
        if character in ")]}":
            if character == "}" and depth == 0 and not CONTINUES.match(code, at + 1):
                return at + 1
            depth += 1
        elif character in "([{":
            if character == "{" and depth == 0 and is_block(code, at):
                return at + 1
            depth = max(depth - 1, 0)
    return 0


CONTROL = re.compile(r"\s*(?:else\s+)?(?:if|while|switch|for)\s*(?:constexpr\s*)?\(")


def full_statement(code, at):
    """(begin, end) of the full statement around `at`; a condition is one of its own."""
    start = statement_start(code, at)
    while control := CONTROL.match(code, start):
        end = closing(code, control.end() - 1)
        if at < end:
            return start, end
        start = end + 1
    return start, statement_end(code, at)


def statement_end(code, at):
    """The offset behind the full statement, or of the block that it controls."""
    depth = 0
    while at < len(code):
        character = code[at]
        if character == ";" and depth <= 0:
            return at
        if character == "{" and depth <= 0 and is_block(code, at) and not opens_lambda(code, at):
            return at
        if character == "}" and depth <= 0 and is_block_end(code, at):
            return at
        depth += (character in "([{") - (character in ")]}")
        at += 1
    return at


def is_block_end(code, at):
    return code[:at].rstrip()[-1:] in ";}{"


def opens_lambda(code, at):
    """Whether the brace at `at` is the body of a lambda expression."""
    return re.search(r"\]\s*(?:\([^{};]*\)\s*)?(?:mutable\s*)?(?:noexcept\s*)?(?:->[^{};]*)?$",
                     code[max(at - 400, 0):at]) is not None


def check_co_await(tree):
    for source in tree.product:
        code = without_directives(source.code)
        seen = set()
        for match in re.finditer(r"\bco_await\b", code):
            start, end = full_statement(code, match.start())
            if start in seen:
                continue
            seen.add(start)
            problem = co_await_problem(code[start:end])
            if problem:
                yield source.finding(source.line_at(match.start()), problem)


def co_await_problem(statement):
    if len(re.findall(r"\bco_await\b", statement)) > 1:
        return "two co_await in one statement: name the first one's result"
    if re.search(r"(?<![\w)\]])\[[^\]]*\]\s*(?:\(|\{|mutable\b)", statement):
        return "lambda in a statement with co_await: name it first"
    if "{" in statement:
        return "brace initializer in a statement with co_await: name the value first"
    if re.search(r"\bauto\s*&{0,2}\s*\[", statement):
        return "structured binding of an awaited value: name it first, then unpack"
    return None


# --- one definition ------------------------------------------------------------------------------

SCOPE = re.compile(
    r"""(?P<space>\bnamespace\s*(?P<path>[\w:]*)\s*\{)
      | (?P<type>\b(?:class|struct|union|enum(?:\s+class)?)\s+
          (?:\[\[[^\]]*\]\]\s*|[A-Z][A-Z0-9_]+(?:\([^)]*\))?\s+)*(?P<name>\w+(?:::\w+)*)
          (?P<bases>[^;{}()=<>]*(?:<[^;{}()]*>[^;{}()=<>]*)*)\{)
      | (?P<open>\{) | (?P<close>\})""", re.VERBOSE)


def shared_definitions(code):
    """(namespace, name, offset) of each type, and inline function with its parameters, at the scope
    of a named namespace: of none that is in a class, a function or an unnamed namespace, and of no
    specialisation."""
    scopes = []  # of each open brace: a namespace's path, or None within anything else
    code = without_directives(code)
    for match in SCOPE.finditer(code):
        if match["close"]:
            if scopes:
                scopes.pop()
        elif match["space"]:
            scopes.append(match["path"] or None)
        else:
            begin = max(code.rfind(mark, 0, match.start()) for mark in ";{}") + 1
            header = code[begin:match.start()] + (match["type"] or "")
            if None not in scopes and not re.match(r"\s*template\s*<\s*>", header):
                name = match["name"] or inline_function(header)
                if name:
                    yield "::".join(scopes), name, match.start()
            scopes.append(None)


def inline_function(header):
    """"name(parameters)", or nothing."""
    found = re.search(r"\binline\b[^(]*?([\w:]+|operator[^\w\s(]+)\s*(\(.*\))", header, re.DOTALL)
    return found and is_function_header(header) and found[1] + " ".join(found[2].split())


def check_one_definition(tree):
    """Two types or inline functions of one name in one namespace are one to the linker, which takes
    either: no compiler says so. Programs of their own (fuzz targets, benches) have only the product
    beside them."""
    seen = {}
    for source in tree.product:
        alone = source.name.endswith(("_fuzz.cpp", "_bench.cpp"))
        for namespace, name, offset in shared_definitions(source.code):
            if not namespace and not source.is_header():
                continue
            first = seen.get((namespace, name))
            if first is not None and first != source.name:
                yield source.finding(source.line_at(offset), f"{namespace}::{name} is defined in "
                                     f"{first} too: put it in an unnamed namespace, or name it "
                                     "otherwise")
            elif not alone:
                seen[namespace, name] = source.name


# --- tests and fuzz targets ----------------------------------------------------------------------

def check_sibling_tests(tree):
    names = {source.name for source in tree.product}
    for source in tree.product:
        if re.match(r"apps/\w+/domain/.*(?<!_test)(?<!_bench)(?<!_fuzz)\.cpp$", source.name):
            sibling = source.name.removesuffix(".cpp") + "_test.cpp"
            if sibling not in names:
                yield source.finding(1, f"has no test beside it: {sibling}")


def check_fuzz_targets(tree):
    for source in tree.product:
        if not source.name.endswith("_fuzz.cpp"):
            continue
        if len(source.lines()) > FUZZ_LINES_MAX:
            yield source.finding(FUZZ_LINES_MAX + 1, f"fuzz target of more than "
                                 f"{FUZZ_LINES_MAX} lines: the logic belongs in the product")
        corpus = f"fuzz/{Path(source.name).name.removesuffix('_fuzz.cpp')}"
        folder = tree.root / corpus
        if not folder.is_dir() or not any(folder.iterdir()):
            yield source.finding(1, f"has no corpus in {corpus}/")


CHECKS = [check_rings, check_adapters, check_modules, check_heavy, check_own_header_first,
          check_dead_headers, check_words, check_columns, check_functions, check_co_await,
          check_one_definition, check_sibling_tests, check_fuzz_targets]


def findings_of(root):
    tree = Tree(root)
    findings = {finding for check in CHECKS for finding in check(tree)}
    return sorted(findings), len(tree.sources)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=Path(__file__).resolve().parent.parent)
    findings, files = findings_of(parser.parse_args(arguments).root)
    for finding in findings:
        print(finding)
    print(f"tidy: {files} files, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
