"""`mainstay new`, `new app` and `update`, without a compiler: what they write and refuse."""

import json
import os
import pty
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from support.server import ROOT, binary, clean_environment, run

pytestmark = pytest.mark.usefixtures("own_server")

GIT = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")


def files(folder):
    """Every file below, but git's own, with its text."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(folder).parts:
            found[path.relative_to(folder).as_posix()] = path.read_text(errors="surrogateescape")
    return found


def make(folder, *arguments):
    done = run(folder, "new", *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


def commit(folder, text="x"):
    subprocess.run([*GIT, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*GIT, "add", "-A"], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "-qm", text, "--allow-empty"], cwd=folder, check=True)
    head = subprocess.run([*GIT, "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True)
    return head.stdout.decode().strip()


@pytest.fixture
def template(tmp_path):
    """A small template of the test's own."""
    folder = tmp_path / "template"
    for name, text in {
        "template.toml": "format = 1\n",
        "project/one": "1\n2\n3\n4\n5\n6\n7\n8\n@{name}\n",
        "project/two": "@{title}\n",
        "project/deep/three": "port @{port}\n",
        "project/.env.example": "# @{store}\n",
        "app/apps/@{app}": "@{app} of @{name}\n",
        "app/wiring": "in two above @{title}\n@{app}\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


# --- new -----------------------------------------------------------------------------------------


def test_a_project_has_its_name_in_texts_and_paths(tmp_path):
    said = make(tmp_path, "shop", "--title", "The Shop", "--author", "Ada", "-p", "4321")
    assert "cd shop" in said and "./dev run" in said
    made = files(tmp_path / "shop")
    assert "ops/shop.service" in made
    assert 'project(shop VERSION' in made["CMakeLists.txt"]
    assert "port = 4321" in made["settings/base.toml"]
    assert made[".env"] == made[".env.example"]
    assert [name for name, text in made.items() if "@{" in text and name != ".mainstay/app"] == []
    assert os.access(tmp_path / "shop/dev", os.X_OK)
    assert not os.access(tmp_path / "shop/README.md", os.X_OK)
    assert 'title = "The Shop"' in made[".mainstay/answers.toml"]
    for environment in ("base", "development", "deployment", "staging", "test"):
        assert f"settings/{environment}.toml" in made
    assert list(tmp_path.iterdir()) == [tmp_path / "shop"]


def test_into_a_named_folder_and_into_this_one(tmp_path):
    make(tmp_path, "shop", "deep/place")
    here = tmp_path / "here"
    here.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    make(here, "shop", ".")
    assert files(here) == files(tmp_path / "deep/place")


def test_machines_are_told_as_json(tmp_path):
    said = json.loads(make(tmp_path, "shop", "--json"))
    assert said["project"] == "shop" and said["files"] == len(files(tmp_path / "shop"))


@pytest.mark.parametrize(
    "name",
    ["../x", "my shop", "a/b", "/etc/x", "class", "co_await", "std", "test", "install", "mainstay",
     "2fast", "Shop", "_x", "x__y", "shop-api", "x" * 41, "é", "a\nb", "", ".", "..", "$(id)"],
)  # fmt: skip
def test_hostile_names_are_refused_and_nothing_is_written(tmp_path, name):
    done = run(tmp_path, "new", name)
    assert done.returncode == 2, done.stdout
    assert "cannot be used" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "flags",
    [("--store", "mysql"), ("-p", "0"), ("-p", "x"), ("--title", 'a"b'), ("--title", "$(id)"),
     ("--author", "x" * 81), ("--title", "a\nb")],
)  # fmt: skip
def test_wrong_answers_are_refused_and_nothing_is_written(tmp_path, flags):
    done = run(tmp_path, "new", "shop", *flags)
    assert done.returncode == 2, done.stdout
    assert list(tmp_path.iterdir()) == []


def test_places_that_are_taken_stay_as_they_are(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    before = files(tmp_path)
    for where in ("shop", "file", "link"):
        done = run(tmp_path, "new", "shop", where)
        assert done.returncode == 1 and "name" in done.stdout, done.stdout
    assert files(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    done = run(tmp_path, "new", "shop", "/proc/shop")
    assert done.returncode == 1 and "/proc" in done.stdout


def test_on_a_terminal_it_asks_what_no_flag_has_said(tmp_path):
    driver, terminal = pty.openpty()
    process = subprocess.Popen([binary(), "new", "shop", "--author", "Ada"], cwd=tmp_path,
                               env=clean_environment(None), stdin=terminal, stdout=terminal,
                               stderr=terminal)  # fmt: skip
    os.close(terminal)
    os.write(driver, b"The 'Shop'\nThe Shop\n\npostgres\n")
    said = b""
    while True:
        try:
            chunk = os.read(driver, 4096)
        except OSError:
            break
        if not chunk:
            break
        said += chunk
    assert process.wait(timeout=30) == 0, said
    os.close(driver)
    answers = (tmp_path / "shop/.mainstay/answers.toml").read_text()
    assert 'title = "The Shop"' in answers and 'store = "postgres"' in answers
    assert 'port = "3000"' in answers and 'author = "Ada"' in answers
    assert "DATABASE_URL=postgres://" in (tmp_path / "shop/.env").read_text()


def killed_while_writing(folder, *arguments):
    """Runs it until it writes a file of more than 2,000 bytes."""
    def bound():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run([binary(), *arguments], cwd=folder, env=clean_environment(None),
                          stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=bound)
    assert done.returncode < 0, done.stderr


def test_killed_in_the_middle_it_has_made_nothing(tmp_path):
    killed_while_writing(tmp_path, "new", "shop")
    assert not (tmp_path / "shop").exists()
    make(tmp_path, "shop")


# --- templates -----------------------------------------------------------------------------------


def test_a_template_of_ones_own(tmp_path, template):
    make(tmp_path, "shop", "--template", template)
    made = files(tmp_path / "shop")
    assert made["one"].endswith("8\nshop\n") and made["deep/three"] == "port 3000\n"


def refusal(folder, *arguments):
    done = run(folder, "new", "shop", *arguments)
    assert done.returncode == 1, done.stdout
    assert not (Path(folder) / "shop").exists()
    return done.stdout


def test_a_template_with_mistakes_is_refused_with_their_lines(tmp_path, template):
    (template / "project/one").write_text("fine\n@{nobody}\n@{if store=sqlite}\n")
    (template / "project/@{x}").write_text("@{end}\n")
    said = refusal(tmp_path, "--template", template)
    for part in ("one:2: ", "one:3: ", "@{x}:1: "):
        assert part in said, said


@pytest.mark.parametrize("what", ["link", "folder link", "pipe", "huge", "git", "memory"])
def test_templates_that_reach_out_are_refused(tmp_path, template, what):
    place = template / "project/bad"
    if what == "link":
        place.symlink_to("/etc/passwd")
    elif what == "folder link":
        place.symlink_to("/etc", target_is_directory=True)
    elif what == "pipe":
        os.mkfifo(place)
    elif what == "huge":
        place.touch()
        os.truncate(place, 1 << 40)
    else:
        hidden = template / {"git": "project/.git/config", "memory": "project/.mainstay/base"}[what]
        hidden.parent.mkdir()
        hidden.write_text("x")
    assert "refused" in refusal(tmp_path, "--template", template)


def test_a_folder_that_is_no_template(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "template.toml" in refusal(tmp_path, "--template", "empty")
    (tmp_path / "empty/template.toml").write_text("format = 2\n")
    assert "format = 1" in refusal(tmp_path, "--template", "empty")
    assert "nowhere" in refusal(tmp_path, "--template", "nowhere")


def test_a_repository_is_pinned_to_a_commit(tmp_path, template):
    first = commit(template)
    (template / "project/two").write_text("newer\n")
    second = commit(template)
    url = f"file://{template}"
    said = refusal(tmp_path, "--template", url, "--allow-local")
    assert f"{url}#{second}" in said, "it says what to pin"
    assert "--allow-local" in refusal(tmp_path, "--template", f"{url}#{first}")
    make(tmp_path, "shop", "--template", f"{url}#{first}", "--allow-local")
    assert files(tmp_path / "shop")["two"] == "Shop\n"
    assert first in (tmp_path / "shop/.mainstay/answers.toml").read_text()


@pytest.mark.parametrize("url", ["ext::sh -c 'touch ran'", "git://x/y", "http://x/y",
                                 "https://x/y#main", "--upload-pack=touch ran://x"])
def test_other_transports_and_names_that_move_are_refused(tmp_path, url):
    refusal(tmp_path, f"--template={url}")
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_a_repository_runs(tmp_path, template):
    (template / ".gitattributes").write_text("* filter=evil\n")
    hooks = template / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text("#!/bin/sh\ntouch ran\n")
    (hooks / "post-checkout").chmod(0o755)
    head = commit(template)
    (template / ".git/hooks/post-checkout").write_text("#!/bin/sh\ntouch ran\n")
    (template / ".git/hooks/post-checkout").chmod(0o755)
    make(tmp_path, "shop", "--template", f"file://{template}#{head}", "--allow-local")
    assert not list(tmp_path.rglob("ran"))


# --- new app -------------------------------------------------------------------------------------


def test_an_app_is_added_and_wired(tmp_path):
    make(tmp_path, "shop")
    shop = tmp_path / "shop"
    done = run(shop / "src", "new", "app", "orders")
    assert done.returncode == 0, done.stdout
    made = files(shop)
    assert "src/apps/orders/module.cpp" in made and "tests/wire/orders.wire" in made
    assert [name for name in made if "migrations" in name and "_orders.up.sql" in name]
    modules = made["src/modules.hpp"]
    assert '#include "apps/orders/module.hpp"\n// mainstay: includes' in modules
    assert "orders::Module>());\n  // mainstay: modules" in modules
    assert not [name for name in made if "@{" in name]


@pytest.mark.parametrize("name", ["notes", "shop", "jobs", "../x", "class", "my app", "", "test"])
def test_apps_that_cannot_be_added_change_nothing(tmp_path, name):
    make(tmp_path, "shop")
    before = files(tmp_path)
    done = run(tmp_path / "shop", "new", "app", name)
    assert done.returncode != 0 and done.stdout.strip(), done.stdout
    assert files(tmp_path) == before


def test_an_app_without_the_line_to_write_above_is_told_by_hand(tmp_path):
    make(tmp_path, "shop")
    modules = tmp_path / "shop/src/modules.hpp"
    modules.write_text(modules.read_text().replace("// mainstay: modules", ""))
    before = files(tmp_path)
    done = run(tmp_path / "shop", "new", "app", "orders")
    assert done.returncode == 1
    assert "by hand" in done.stdout and "orders::Module" in done.stdout
    assert files(tmp_path) == before


def test_outside_of_a_project_it_says_where_to_go(tmp_path):
    for command in (("new", "app", "x"), ("update",)):
        done = run(tmp_path, *command)
        assert done.returncode == 1 and "mainstay new" in done.stdout
        assert list(tmp_path.iterdir()) == []


# --- update --------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path, template):
    make(tmp_path, "shop", "--template", template)
    commit(tmp_path / "shop")
    return tmp_path / "shop"


def update(folder, *arguments, code=0):
    done = run(folder, "update", "--json", *arguments)
    assert done.returncode == code, done.stdout
    return {one["path"]: one["what"] for one in json.loads(done.stdout)["changes"]}


def test_an_update_without_news_does_nothing(shop):
    before = files(shop)
    assert update(shop) == {}
    assert files(shop) == before
    assert "nothing to do" in run(shop, "update").stdout


def test_an_untouched_project_becomes_what_a_new_one_is(tmp_path, template, shop):
    (template / "project/one").write_text("quite another @{name}\n")
    (template / "project/two").unlink()
    (template / "project/new/four").parent.mkdir()
    (template / "project/new/four").write_text("4\n")
    (template / "project/deep/three").rename(template / "project/deep/moved")
    (template / "project/new/four").chmod(0o755)
    make(tmp_path, "shop", "fresh", "--template", template)
    seen = update(shop)
    assert seen == {"one": "updated", "two": "removed", "new/four": "added", "deep/moved": "moved"}
    assert files(shop) == files(tmp_path / "fresh")
    assert os.access(shop / "new/four", os.X_OK)
    commit(shop)
    assert update(shop) == {}


def test_both_sides_changes_stay(template, shop):
    one = (shop / "one").read_text()
    (shop / "one").write_text("mine\n" + one)
    (shop / "two").unlink()
    (shop / "own").write_text("own")
    (shop / "deep/three").write_text("mine\n")
    commit(shop)
    text = (template / "project/one").read_text()
    (template / "project/one").write_text(text + "theirs\n")
    (template / "project/two").write_text("theirs\n")
    (template / "project/deep/three").unlink()
    assert update(shop) == {"one": "merged", "two": "kept", "deep/three": "kept"}
    assert (shop / "one").read_text() == "mine\n" + one + "theirs\n"
    assert not (shop / "two").exists() and (shop / "own").read_text() == "own"
    assert (shop / "deep/three").read_text() == "mine\n"


def test_conflicts_are_marked_listed_and_told_by_the_exit_status(template, shop):
    (shop / "two").write_text("mine\n")
    (shop / "new").write_text("mine too\n")
    commit(shop)
    (template / "project/two").write_text("theirs\n")
    (template / "project/new").write_text("theirs too\n")
    done = run(shop, "update")
    assert done.returncode == 1
    assert "CONFLICT" in done.stdout and "2 conflicts" in done.stdout
    text = (shop / "two").read_text()
    assert "<<<<<<< this project\nmine\n" in text and "theirs\n>>>>>>> template now" in text
    assert "mine too" in (shop / "new").read_text()
    # Settled and committed, it does not come again.
    (shop / "two").write_text("both\n")
    (shop / "new").write_text("both\n")
    commit(shop)
    assert update(shop) == {}


def test_a_dry_run_tells_and_changes_nothing(template, shop):
    (template / "project/one").write_text("theirs\n")
    before = files(shop)
    assert update(shop, "--dry-run") == {"one": "updated"}
    assert files(shop) == before


def test_what_is_not_committed_is_protected(template, shop):
    (template / "project/one").write_text("theirs\n")
    (shop / "own").write_text("x")
    before = files(shop)
    done = run(shop, "update")
    assert done.returncode == 1 and "commit first" in done.stdout
    assert files(shop) == before
    assert update(shop, "--force") == {"one": "updated"}
    assert (shop / "own").read_text() == "x"


def test_without_git_it_needs_force(tmp_path, template, shop):
    shutil.rmtree(shop / ".git")
    (template / "project/one").write_text("theirs\n")
    done = run(shop, "update")
    assert done.returncode == 1 and "git" in done.stdout
    assert update(shop, "--force") == {"one": "updated"}


def test_it_needs_no_old_template_and_no_network(tmp_path, template, shop):
    newer = tmp_path / "newer"
    shutil.copytree(template, newer)
    shutil.rmtree(template)
    (newer / "project/one").write_text("newer\n")
    done = run(shop, "update")
    assert done.returncode == 1 and str(template) in done.stdout
    assert update(shop, "--template", newer) == {"one": "updated"}
    commit(shop)
    assert update(shop) == {}


def test_killed_in_the_middle_an_update_has_changed_nothing_and_can_be_run_again(template, shop):
    (template / "project/one").write_text("a\n")
    (template / "project/two").write_text("x" * 3000)
    before = files(shop)
    killed_while_writing(shop, "update")
    after = files(shop)
    assert {name: after[name] for name in before} == before
    assert update(shop, "--force") == {"one": "updated", "two": "updated"}
    assert files(shop).keys() == before.keys()


def test_a_template_with_mistakes_changes_nothing(template, shop):
    (template / "project/one").write_text("@{oops\n")
    before = files(shop)
    done = run(shop, "update")
    assert done.returncode == 1 and "one:1: " in done.stdout
    assert files(shop) == before


def test_a_damaged_memory_is_told(shop):
    for name in ("base", "answers.toml"):
        path = shop / ".mainstay" / name
        text = path.read_text()
        path.write_text(text[: len(text) // 2])
        done = run(shop, "update", "--force")
        assert done.returncode == 1 and ".mainstay" in done.stdout
        path.write_text(text)


def test_links_of_the_projects_own_making_are_not_followed(tmp_path, template, shop):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "three").write_text("port 3000\n")
    shutil.rmtree(shop / "deep")
    (shop / "deep").symlink_to(outside, target_is_directory=True)
    commit(shop)
    (template / "project/deep/three").write_text("theirs\n")
    assert update(shop) == {"deep/three": "kept"}
    assert (outside / "three").read_text() == "port 3000\n"


def test_the_own_template_updates_into_itself(tmp_path):
    make(tmp_path, "shop")
    commit(tmp_path / "shop")
    assert update(tmp_path / "shop") == {}
    assert (ROOT / "kit/project/dev").is_file()


@pytest.mark.skipif(not shutil.which("clang-format-16"), reason="clang-format-16 is missing")
@pytest.mark.parametrize("name", ["a", "shop", "a_name_of_forty_letters_and_not_one_more"])
def test_what_is_written_is_formatted(tmp_path, name):
    make(tmp_path, name)
    for app in ("b", "orders", "and_this_app_has_a_name_of_forty_letters"):
        assert run(tmp_path / name, "new", "app", app).returncode == 0
    sources = [path for path in (tmp_path / name / "src").rglob("*.?pp")]
    done = subprocess.run(["clang-format-16", "--dry-run", "-Werror", *sources],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
