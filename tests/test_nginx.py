"""The sample nginx, for real, in front of a real service."""

import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_port
from tests.processes import eventually
from tests.service import Service

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SAMPLE = Path(__file__).parent.parent / "deploy" / "nginx.conf"
MB = 2**20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        NGINX is None, reason="no nginx on this machine (Debian: apt install nginx)"
    ),
]


class Nginx:
    """nginx on a port of its own, with the sample's server and its names put right."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.folder, self.port = folder, free_port()
        certify(folder)
        written = SAMPLE.read_text("utf-8")
        for sample, ours in {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            "/etc/ssl/sibian/": f"{folder}/",
            "/var/log/nginx/": f"{folder}/",
        }.items():
            assert sample in written
            written = written.replace(sample, ours)
        (folder / "sibian.conf").write_text(written, "utf-8")
        kept = " ".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        root = "user root; " if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"{root}daemon off; master_process off; pid {folder}/pid; events {{}}\n"
            f"http {{ {kept} include {folder}/sibian.conf; }}\n"
        )
        self._command = [str(NGINX), "-p", str(folder), "-e", f"{folder}/start.log"]
        self._command += ["-c", f"{folder}/nginx.conf"]

    def is_well_written(self) -> bool:
        return subprocess.run([*self._command, "-t"], check=False).returncode == 0

    def start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command)

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz/live")[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, str]:
        """Status and words of an answer."""
        blind = ssl._create_unverified_context()
        connection = HTTPSConnection("127.0.0.1", self.port, context=blind, timeout=20)
        connection.request(method, path, body or None)
        answer = connection.getresponse()
        words = answer.read().decode("utf-8")
        connection.close()
        return answer.status, words


@pytest.fixture
def nginx(service: Service, tmp_path: Path) -> Iterator[Nginx]:
    nginx = Nginx(tmp_path, service.port)
    process = nginx.start()
    eventually(nginx.answers)
    yield nginx
    process.terminate()
    process.wait(10)


def certify(folder: Path) -> None:
    """A certificate that nobody believes."""
    key, name = ec.generate_private_key(ec.SECP256R1()), NameOID.COMMON_NAME
    us, now = x509.Name([x509.NameAttribute(name, "party.example.gov.cn")]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(us)
        .issuer_name(us)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    plain, form = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, plain))


def test_the_sample_is_served_and_what_it_refuses_is_told_in_chinese(
    nginx: Nginx, service: Service, tmp_path: Path
) -> None:
    assert nginx.is_well_written()
    eventually(lambda: nginx.ask("GET", "/healthz/ready")[0] == 200)
    assert "设置码" in nginx.ask("GET", "/admin/set-up?from=o-openid")[1]

    status, words = nginx.ask("POST", "/admin/questions/import", b"x" * (7 * MB))
    assert (status, "最多 5 MB" in words, "什么都没有改动" in words) == (413, True, True)
    # Without a sign-in the console itself refuses, in its own words. It does so before it has read
    # all: an nginx that is still writing by then may find nobody there, and says so.
    for _ in range(5):
        status, words = nginx.ask("POST", "/admin/questions/import", b"x" * (5 * MB))
        if status != 503:
            break
    assert status in (403, 413)
    assert "审核台" in words
    assert nginx.ask("POST", "/wechat", b"x" * 100_000)[0] == 413

    service.stop()
    status, words = nginx.ask("GET", "/admin/")
    assert (status, "请过半分钟再刷新" in words) == (503, True)
    kept = (tmp_path / "sibian.log").read_text()
    assert "/admin/set-up" in kept
    assert "o-openid" not in kept + (tmp_path / "sibian.error.log").read_text()
