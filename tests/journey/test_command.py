"""The command line: its help, its exit codes, and what it says where something is missing."""

import signal
import socket
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from passerelle.local.command import main
from tests.journey.conftest import COMMAND, ROOT, environment, passerelle


@pytest.mark.parametrize("verb", [[], ["demo"], ["convert"], ["submit"], ["deliveries"], ["agreements"], ["codes"]])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_help_shows_no_key_of_the_catalogue(verb: list[str], language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*verb, "--help", "--lang", language])
    told = capsys.readouterr().out
    assert not ended.value.code
    assert told
    assert "help." not in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["convert"],
        ["submit", "--sender", "a@b.example"],
        ["submit", "someone@b.example"],
        ["--lang", "klingon", "demo"],
        ["demo", "--port", "99999"],
    ],
)
def test_wrong_usage_ends_with_64_and_no_traceback(arguments: list[str]) -> None:
    ended = passerelle(*arguments)
    assert ended.returncode == 64
    assert b"Traceback" not in ended.stderr


def test_submit_asks_to_try_again_where_no_bridge_can_be_reached() -> None:
    ended = passerelle(
        "submit",
        "--sender",
        "a@b.example",
        "c@d.example",
        given=b"From: a@b.example\r\n\r\n",
        more={
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_DEFAULT_REGION": "eu-west-3",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
        },
    )
    assert ended.returncode == 75
    assert b"Traceback" not in ended.stderr


def test_submit_asks_to_try_again_where_nobody_is_logged_in(tmp_path: Path) -> None:
    ended = passerelle(
        "submit",
        "--sender",
        "a@b.example",
        "c@d.example",
        given=b"From: a@b.example\r\n\r\n",
        more={"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)},
    )
    assert ended.returncode == 75
    assert b"Traceback" not in ended.stderr


def test_the_example_of_agreements_is_good() -> None:
    ended = passerelle("agreements", str(ROOT / "examples" / "agreements.toml"))
    assert ended.returncode == 0, ended.stderr.decode()


def test_wrong_agreements_are_told_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "conventions.toml"
    file.write_text('[bridge]\ndomain = "x"\n[[agreement]]\nname = "y"\n', "utf-8")
    ended = passerelle("agreements", str(file))
    assert ended.returncode == 65
    assert f"{file}:".encode() in ended.stderr


def test_a_taken_port_is_told_clearly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = passerelle("demo", "--port", str(port), "--output", str(tmp_path / "out"))
    assert ended.returncode == 69
    assert str(port) in ended.stderr.decode()


def test_a_missing_emulator_is_told_clearly(tmp_path: Path) -> None:
    ended = passerelle("demo", "--output", str(tmp_path / "out"), more={"PASSERELLE_MINISTACK": str(tmp_path)})
    assert ended.returncode == 69
    assert "make demo" in ended.stderr.decode()


def test_a_folder_of_somebody_s_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "these.txt").write_text("précieux", "utf-8")
    ended = passerelle("demo", "--output", str(tmp_path))
    assert ended.returncode == 69
    assert (tmp_path / "these.txt").read_text("utf-8") == "précieux"


@pytest.mark.emulator
@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_demonstration_that_is_interrupted_leaves_nothing_behind(ending: signal.Signals, tmp_path: Path) -> None:
    running = subprocess.Popen(
        [*COMMAND, "demo", "--output", str(tmp_path / "out")],
        env=environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # What runs in the background ignores SIGINT, and so would its children.
        preexec_fn=partial(signal.signal, ending, signal.SIG_DFL),  # noqa: PLW1509 - a test has one thread
    )
    assert running.stdout
    while b"post" not in running.stdout.readline():
        assert running.poll() is None
    running.send_signal(ending)
    running.communicate(timeout=30)
    assert running.returncode == 130
    assert _children(running.pid) == ""


def _children(pid: int) -> str:
    """Return the processes of a demonstration's folder that still run, a moment after its end."""
    until = time.monotonic() + 5
    while True:
        found = subprocess.run(["pgrep", "-f", f"demo-{pid}"], capture_output=True, text=True, check=False).stdout
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.1)
