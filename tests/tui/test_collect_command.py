"""`hopscope collect`, `stats` and `prune`, as a person types them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hopscope_tui.cli import VERBS, main
from hopscope_wire.encode import line_of

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typed:
    """Runs the command in an empty folder with a store of its own; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOPSCOPE_STORE", f"sqlite:///{tmp_path}/hopscope.db")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


def a_line(number: int, record: str = "begin", **given: Any) -> str:
    same = {
        "traceId": f"{number:032x}",
        "invocationId": f"{number:012x}0000",
        "requestId": f"r-{number}",
        "function": "place-order",
        "startUs": 1_790_000_000_000_000 + number,
    }
    end = {"endUs": 1_790_000_000_900_000, "durationUs": 7, "outcome": "ok"} if record == "end" else {}
    return line_of({"record": record, **same, **end, **given})


def a_bad_log(path: Path) -> None:
    """A corrupt line, a half line, binary garbage, a line of 5 MB; everything else well."""
    good = [a_line(number, record).encode() for number in range(5) for record in ("begin", "end")]
    bad = [
        good[0].replace(b'"place-order"', b"place-order"),
        good[1][: len(good[1]) // 2],
        os.urandom(300).replace(b"\n", b"") + b"\x00\xff",
        b"x" * 5_000_000,
        good[2].replace(b'"startUs":179', b'"startUs":-79'),
        good[2].replace(b'"hopscope":1', b'"hopscope":9'),
    ]
    others = [b"START RequestId: r-1 Version: $LATEST", b"order o-1 placed", b""]
    path.write_bytes(b"\n".join([*good[:3], *bad, *others, *good[3:], b'{"hopscope":1,"record":"begin","tra']))


STORED, REFUSED = (
    10,
    {"not_a_record": 1, "cut": 2, "not_text": 1, "too_long": 1, "malformed": 1, "unknown_wire_version": 1},
)


def test_a_bad_log_is_counted_by_reason_and_everything_else_kept(typed: Typed, tmp_path: Path) -> None:
    a_bad_log(tmp_path / "a.log")

    code, out, err = typed("collect", "file:a.log", "--once")
    _, stats, _ = typed("stats", "--json")

    said = err.splitlines()
    assert (code, len(said)) == (0, len(REFUSED) + 1)
    assert said[-1] == "hopscope: hopscope stats says why lines were refused"
    assert f"file:{tmp_path}/a.log: refused as too_long, line 7: line has 5,000,000 bytes" in err
    assert out.startswith("received 17: 10 stored, 0 repeated, 7 refused")
    counted = json.loads(stats)
    assert {name: counted[name] for name in ("hopscope", "received", "stored", "repeated", "refused")} == {
        "hopscope": 1, "received": 17, "stored": STORED, "repeated": 0, "refused": REFUSED,
    }  # fmt: skip
    assert counted["examples"]["too_long"]["place"] == "line 7"


def test_the_same_file_collected_twice_changes_nothing_but_repeated(typed: Typed, tmp_path: Path) -> None:
    a_bad_log(tmp_path / "a.log")
    typed("collect", "file:a.log", "--once")
    first = json.loads(typed("stats", "--json")[1])

    typed("collect", "file:a.log", "--once")
    second = json.loads(typed("stats", "--json")[1])

    assert second == {**first, "received": 34, "repeated": 17}


def test_what_comes_through_a_pipe_is_the_same(typed: Typed, tmp_path: Path) -> None:
    a_bad_log(tmp_path / "a.log")
    typed("collect", "file:a.log", "--once")

    piped = subprocess.run(
        [sys.executable, "-m", "hopscope_tui", "collect", "-", "--once"],
        input=(tmp_path / "a.log").read_bytes(),
        capture_output=True,
        check=True,
    )

    assert b"received 17: 0 stored, 17 repeated, 0 refused" in piped.stdout


def test_stats_says_it_in_words_with_the_first_example_of_each_reason(typed: Typed, tmp_path: Path) -> None:
    a_bad_log(tmp_path / "a.log")
    typed("collect", "file:a.log", "--once")

    code, out, _ = typed("stats")

    assert code == 0
    assert "too_long                   1  first in file:" in out
    assert "line 7: line has 5,000,000 bytes; expected at most 1,048,576" in out


def test_following_stores_what_comes_and_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    log, store = tmp_path / "a.log", tmp_path / "hopscope.db"
    log.write_text(a_line(1) + "\n")
    following = subprocess.Popen(
        [sys.executable, "-m", "hopscope_tui", "collect", f"file:{log}", "--store", f"sqlite:///{store}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until(lambda: _received(store) == 1)

    with log.open("a") as growing:
        growing.write(a_line(1, "end") + "\n")
    _wait_until(lambda: _received(store) == 2)
    following.send_signal(signal.SIGINT)
    out, err = following.communicate(timeout=60)

    assert (following.returncode, err) == (0, "")
    assert out.startswith("received 2: 2 stored")


def test_prune_removes_what_is_old_and_says_how_much(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("\n".join([a_line(1), a_line(2, startUs=9_000_000_000_000_000)]))
    typed("collect", "file:a.log", "--once")

    code, out, _ = typed("prune", "--older-than", "2200-01-01")

    assert (code, out) == (0, "removed 1 records older than 2200-01-01\n")
    stats = json.loads(typed("stats", "--json")[1])
    assert (stats["stored"], stats["kept"], stats["pruned"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("collect", "nothing", "--once"), 2, "'nothing' is not a source; expected file:PATH"),
        (("collect", "file:nothing.log"), 2, "does not exist; expected a log file"),
        (("collect",), 2, "Missing argument 'SOURCE...'"),
        (("collect", "-", "--store", "mysql://x"), 2, "'mysql://x' is not a store; expected sqlite:///PATH"),
        (("collect", "-", "--since", "yesterday"), 2, "'yesterday' is no point in time; expected"),
        (("collect", "-", "--since", "1m", "--until", "1h"), 2, "--until 1h is not after --since 1m; expected a later"),
        (("collect", "-", "--store", "sqlite:////dev/null/x.db"), 1, "cannot be made"),
        (("prune", "--older-than", "much"), 2, "'much' is no point in time"),
        (("prune", "--older-than", "1d"), 1, "run `hopscope collect SOURCE"),
        (("prune",), 2, "Missing option '--older-than'"),
        (("stats",), 1, "run `hopscope collect SOURCE"),
        (("nonsense",), 2, "No such command 'nonsense'"),
        (("stats", "--nonsense"), 2, "No such option"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_an_exit_code(
    typed: Typed, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended, out, err = typed(*arguments)

    assert (ended, out) == (code, "")
    assert err.startswith("hopscope: ")
    assert err.count("\n") == 1
    assert said in err


def test_a_name_in_a_log_does_not_act_on_the_terminal(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(
        '{"hopscope":1,"record":"\x1b]0;owned\x07"}\n{"hopscope":1,"record":"\\u001b[2J"}\n'
    )
    typed("collect", "file:a.log", "--once")

    _, out, _ = typed("stats")

    assert "\x1b" not in out
    assert "\x07" not in out


def test_nobody_reading_our_output_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(a_line(1))
    store = f"sqlite:///{tmp_path}/hopscope.db"
    command = f"{sys.executable} -m hopscope_tui"

    done = subprocess.run(
        f"{command} collect file:{tmp_path}/a.log --once --store {store} && {{ {command} stats --store {store}; echo $? >&2; }} | :",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == "0\n"


def test_help_and_version_import_no_verb() -> None:
    script = (
        "import sys\nfrom hopscope_tui.cli import main\n"
        "try: main(sys.argv[1:])\nfinally: print(sorted({'textual', 'boto3', 'hopscope_layer'} & set(sys.modules)))"
    )

    for argument in ("--help", "--version"):
        done = subprocess.run([sys.executable, "-c", script, argument], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("[]\n")
    assert set(VERBS) >= {"demo", "collect", "tui", "flows", "show", "event", "execution", "stats"}


def _received(store: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "hopscope_tui", "stats", "--json", "--store", f"sqlite:///{store}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return int(json.loads(done.stdout)["received"]) if done.returncode == 0 else -1


def _wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < give_up_at
