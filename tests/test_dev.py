"""What the newcomer's one command promises: secrets keep, ports give way, nothing is left."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

import dev
from bot.settings import Settings
from tests.processes import alive, eventually
from tests.shares import dealt

pytestmark = pytest.mark.slow

PINNED = sorted((dev.ROOT / "requirements").glob("*.txt"))


# --- Secrets and folders


def test_settings_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    site = dev.Site(tmp_path / "data")

    with site.claimed():
        first, second = site.settings(), site.settings()

    assert first == second
    assert stat.S_IMODE(site.file.stat().st_mode) == 0o600


def test_the_program_accepts_the_settings(tmp_path: Path) -> None:
    site = dev.Site(tmp_path)
    with site.claimed():
        site.settings()

    settings = Settings(_env_file=site.file)

    assert settings.env == "development"
    assert settings.host == "127.0.0.1"
    assert settings.data_dir == tmp_path
    assert settings.redis_url.get_secret_value() == site.redis_url


def test_two_copies_share_no_secret(tmp_path: Path) -> None:
    copies = [dev.Site(tmp_path / "one"), dev.Site(tmp_path / "other")]
    for site in copies:
        with site.claimed():
            site.settings()

    one, other = ({*site.file.read_text().splitlines()} for site in copies)

    shared = {line.split("=")[0] for line in one & other}
    assert shared == {"BOT_ENV", "BOT_HOST", "BOT_PORT", "BOT_THREADS", "BOT_WORKERS"}


def test_the_environment_has_the_last_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", "postgresql:///sibian")
    site = dev.Site(tmp_path)

    with site.claimed():
        settings = site.settings()

    assert settings["BOT_DATABASE_URL"] == "postgresql:///sibian"


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()

    with pytest.raises(dev.Trouble, match="不能用作数据目录"), dev.Site(tmp_path).claimed():
        pass
    with pytest.raises(dev.Trouble, match="不能用作数据目录"):
        dev.reset(dev.arguments().parse_args(["reset", "--data", str(tmp_path)]))

    assert (tmp_path / "thesis.docx").exists()


def test_two_copies_never_work_on_the_same_data(tmp_path: Path) -> None:
    site = dev.Site(tmp_path)

    with site.claimed():
        site.settings()
        with pytest.raises(dev.Trouble, match="正在被另一个"), dev.Site(tmp_path).claimed():
            pass


def test_a_moved_project_says_which_file_still_names_the_old_place(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    with dev.Site(old).claimed():
        dev.Site(old).settings()
    old.rename(new)

    with pytest.raises(dev.Trouble, match=re.escape(str(new / ".env"))):
        dev.Site(new).settings()


def test_reset_removes_what_up_made(tmp_path: Path) -> None:
    site = dev.Site(tmp_path / "data")
    with site.claimed():
        site.settings()

    dev.reset(dev.arguments().parse_args(["reset", "--data", str(site.folder)]))

    assert not site.folder.exists()


def test_a_deep_folder_has_its_socket_where_the_path_is_short(tmp_path: Path) -> None:
    site = dev.Site(tmp_path / ("深" * 40))

    with site.claimed(), site.socket_folder(), socket.socket(socket.AF_UNIX) as server:
        server.bind(str(site.socket))

        assert stat.S_IMODE(site.socket.parent.stat().st_mode) == 0o700
    assert not site.socket.parent.exists()


# --- Ports


def test_a_taken_port_is_named_and_the_next_one_used(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]

        free = dev.free_port(taken)

    assert free > taken
    assert f"端口 {taken} 已被占用，改用 {free}。" in capsys.readouterr().out


def test_a_free_port_needs_no_words(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert dev.free_port(port) == port
    assert capsys.readouterr().out == ""


# --- Processes

FAMILY = """
import os, signal, dev
# A shell that begins tests in the background has them ignore SIGINT, and their children as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.default_int_handler)
dev.PATIENCE = {patience}
with dev.Children(os.environ) as children:
    children.start("web", "-c", {program!r})
    children.watch()
"""
PARENT = """
import os, signal, subprocess, sys
{first}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), child.pid, flush=True)
child.wait()
"""
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize(
    "first",
    [
        pytest.param("", id="willing"),
        pytest.param(STUBBORN, id="stubborn", marks=pytest.mark.slow),
    ],
)
def test_however_we_end_children_and_grandchildren_end(how: signal.Signals, first: str) -> None:
    run = started(PARENT.format(first=first), patience=1)
    assert run.stdout is not None
    processes = [int(number) for number in re.findall(r"\d+", run.stdout.readline())]

    run.send_signal(how)
    run.communicate(timeout=10)

    assert len(processes) == 2
    eventually(lambda: not any(alive(process) for process in processes))


def test_a_child_that_dies_is_reported_with_its_last_words() -> None:
    run = started("print('端口不对'); raise SystemExit(7)", patience=1)

    _, complaint = run.communicate(timeout=10)

    assert run.returncode == 1
    assert "web 意外停止了（返回值 7）" in complaint
    assert "  端口不对" in complaint


def started(program: str, patience: int) -> subprocess.Popen[str]:
    code = FAMILY.format(program=program, patience=patience)
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=dev.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


# --- What is tested

SKIPPED_TWICE = """
import pytest
def test_one():
    pytest.skip("there is no redis-server on this machine (Debian: apt install redis-server)")
test_two = test_one
def test_three():
    pytest.skip("it rains")
"""


def test_whoever_misses_a_server_reads_in_one_line_what_was_skipped(tmp_path: Path) -> None:
    tests, report = tmp_path / "test_weather.py", tmp_path / "report.xml"
    tests.write_text(SKIPPED_TWICE)
    command = dev.stages(fast=False, deep=False, report=report)[dev.Words.TESTS]
    alone = [word for word in command if word.startswith("--junit-xml")]

    subprocess.run(
        [sys.executable, "-m", "pytest", *alone, "--rootdir", tmp_path, tests],
        cwd=tmp_path, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip

    assert [dev.skip_line(*found) for found in dev.reasons(report).items()] == [
        "缺少 redis-server，2 项测试没有跑。要跑：sudo apt install redis-server",
        "1 项测试没有跑：it rains",
    ]


def test_the_storm_belongs_to_each_run_but_the_fast_one(tmp_path: Path) -> None:
    def storm(fast: bool, deep: bool) -> list[str]:
        return dev.stages(fast, deep, tmp_path / "report.xml").get(dev.Words.CHAOS, [])

    assert "chaos and not deep" in storm(fast=False, deep=False)
    assert "chaos or deep" in storm(fast=False, deep=True)
    assert not storm(fast=True, deep=False)


def test_a_test_run_that_was_broken_off_has_nothing_to_report(tmp_path: Path) -> None:
    (tmp_path / "half.xml").write_text("<testsuites><testsuite>")

    assert not dev.reasons(tmp_path / "half.xml")
    assert not dev.reasons(tmp_path / "none.xml")


def test_checks_run_at_once_and_those_that_fail_are_heard_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ENVIRONMENT", Path(sys.prefix))
    good = "import time; print('a long story'); time.sleep(1); print('all well')"
    bad = "print('this is why'); print('so no'); raise SystemExit(1)"
    began = time.monotonic()

    checks = {name: ["python", "-c", good] for name in ("one", "other")}
    seconds = dev.side_by_side({**checks, "third": ["python", "-c", bad]})

    assert time.monotonic() - began < 2
    assert {name: passed for name, (_, passed) in seconds.items()} == {
        "one": True, "other": True, "third": False,
    }  # fmt: skip
    shown = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("•")]
    assert shown == ["this is why", "so no", "all well", "all well"]


def test_a_check_that_is_watched_speaks_all_the_while(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ENVIRONMENT", Path(sys.prefix))
    checks = {name: ["python", "-c", "print('first'); print('last')"] for name in ("one", "other")}

    dev.side_by_side(checks, "other")

    shown = [line for line in capfd.readouterr().out.splitlines() if not line.startswith("•")]
    assert sorted(shown) == ["first", "last", "last"]


def test_checks_do_not_outlive_whoever_wanted_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ENVIRONMENT", Path(sys.prefix))

    with pytest.raises(KeyboardInterrupt), dev.begun(["python", "-c", "input()"]) as check:
        raise KeyboardInterrupt

    assert not alive(check.pid)


@pytest.mark.parametrize("processors", [1, 2, 4, 64])
def test_the_shares_of_the_quick_tests_are_all_of_them(
    processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)

    commands = dev.fast_tests(Path("report.xml")).values()

    of = min(processors, 4)
    shares = [word for command in commands for word in command if word.startswith("--share")]
    assert shares == [f"--share={n}/{of}" for n in range(1, of + 1)]
    files = [path for share in dealt(of) for path in share]
    every = Path(__file__).parent.rglob("test_*.py")
    assert sorted(files) == sorted(path for path in every if not all_slow(path))


def all_slow(path: Path) -> bool:
    """Whether the file says of all its tests that a quick run leaves them out."""
    marks = [line for line in path.read_text().splitlines() if line.startswith("pytestmark = ")]
    return any(marker in line for line in marks for marker in dev.LEFT_OUT_WHEN_FAST)


# --- What is installed


def test_a_set_up_broken_off_starts_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = tmp_path / ".venv"
    monkeypatch.setattr(dev, "ENVIRONMENT", environment)
    monkeypatch.setattr(dev, "PYTHON", environment / "bin" / "python")
    monkeypatch.setattr(dev, "install", broken_off)
    with pytest.raises(KeyboardInterrupt):
        dev.make_environment()
    (environment / "half-written").touch()

    monkeypatch.setattr(dev, "install", lambda *_: None)
    dev.make_environment()

    assert dev.environment_ready()
    assert not (environment / "half-written").exists()


def broken_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_pins_name_a_hash_for_each_package_and_no_host() -> None:
    assert [file.stem for file in PINNED] == ["base", "dev", "node"]
    for file in PINNED:
        text = file.read_text()

        assert not re.search(
            r"//|-index|find-links|trusted-host", text.replace("--no-emit-index-url", "")
        )
        assert all("--hash=sha256:" in block for block in pins(text).values())


def test_the_service_is_tested_with_the_releases_it_ships_with() -> None:
    base, developed = (
        pins((dev.ROOT / f"requirements/{n}.txt").read_text()) for n in ("base", "dev")
    )

    assert base.keys() <= developed.keys()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((dev.ROOT / "pyproject.toml").read_text())
    pinned = {pin.split("==")[0] for pin in pins((dev.ROOT / "requirements/dev.txt").read_text())}

    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]

    assert {re.split(r"[\[<>=!~;]", line)[0] for line in wanted} <= pinned


def test_browser_libraries_are_locked_by_content_and_name_no_host() -> None:
    lock = json.loads((dev.BROWSER / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert len(packages) >= 3
    for package in packages.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_the_bill_of_materials_names_all_that_ships_with_its_hashes() -> None:
    told = dev.bill_of_materials()

    shipped = pins(dev.SHIPPED.read_text())
    lock = json.loads((dev.BROWSER / "package-lock.json").read_text())["packages"]
    names = {f"{one['name']}=={one['version']}" for one in told["components"]}
    assert shipped.keys() <= names
    assert names - shipped.keys() == {
        f"{place.removeprefix('node_modules/')}=={package['version']}"
        for place, package in lock.items()
        if place and not package.get("dev")
    }
    hashes = [one["content"] for library in told["components"] for one in library["hashes"]]
    assert sum(map(len, (library["hashes"] for library in told["components"]))) > len(names)
    assert all(re.fullmatch("[0-9a-f]{64}([0-9a-f]{64})?", found) for found in hashes)
    flask = next(one for one in told["components"] if one["name"] == "flask")
    assert flask["purl"] == f"pkg:pypi/flask@{flask['version']}"


def pins(text: str) -> dict[str, str]:
    """The blocks of a requirements file by `name==version`."""
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {block.split()[0]: block for block in blocks}


# --- Measuring


def test_the_words_of_bench_are_the_measuring_program_s_own() -> None:
    options = dev.arguments().parse_args(["bench", "--quick", "--only", "vote", "--help"])

    assert options.words == ["--quick", "--only", "vote", "--help"]
