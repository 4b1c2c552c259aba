"""Every .wire file against a server of its own, or against `--base-url`; `--update` rewrites.

The files make their tenants, so a server that --base-url names serves for one run."""

from pathlib import Path

import golden
import pytest

HERE = Path(__file__).resolve().parent
FILES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.wire"))


@pytest.mark.parametrize("file", FILES)
def test_wire(file, base_url, request):
    is_shared = request.config.getoption("--base-url") is not None
    if is_shared and "fresh server" in (HERE / file).read_text(encoding="utf-8").partition("\n")[0]:
        pytest.skip("needs a fresh server; --base-url is given")
    failures = golden.run_file(HERE / file, base_url, request.config.getoption("--update"))
    assert not failures, "\n\n".join(failures)
