"""Golden exchanges: every .wire file, against a server of its own; `--update` rewrites them."""

from pathlib import Path

import golden
import pytest

HERE = Path(__file__).resolve().parent
FILES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.wire"))


@pytest.mark.parametrize("file", FILES)
def test_wire(file, base_url, request):
    failures = golden.run_file(HERE / file, base_url, request.config.getoption("--update"))
    assert not failures, "\n\n".join(failures)
