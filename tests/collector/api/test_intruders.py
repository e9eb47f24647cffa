"""What an intruder tries, each as a test. docs/threat_model.md names them: a promise there is kept by a test here.

There are no webhooks and nothing that the collector fetches because a request says so: no server-side request forgery.
"""

import gzip
import os
import resource
import socket
import ssl
import subprocess
import sys
import zlib
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import zstandard

from hopscope_collector.api.settings import CannotListen, settings_of
from hopscope_collector.api.transport import SPARE_CONNECTIONS
from hopscope_collector.store.contract import Changes
from hopscope_collector.store.memory import MemoryStore

LINE = b"GET /v1/stats HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


# Who may come in


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.168.1.7:0", "hopscope.example:80"])
def test_away_from_loopback_nobody_listens_without_a_token(address) -> None:
    with pytest.raises(CannotListen, match="no token is set"):
        settings_of(address, {})
    assert settings_of(address, {"HOPSCOPE_TOKEN": "x" * 16}).token == "x" * 16


@pytest.mark.parametrize("token", ["short", "x" * 15, "with blank " * 3, "ünïcödé-ünïcödé-ünïcödé"])
def test_a_token_that_keeps_nobody_out_is_refused_and_not_quoted(token, tmp_path) -> None:
    file = tmp_path / "token"
    file.write_text(token + "\n")

    for environment in ({"HOPSCOPE_TOKEN": token}, {"HOPSCOPE_TOKEN_FILE": str(file)}):
        with pytest.raises(CannotListen) as refused:
            settings_of("127.0.0.1:0", environment)
        assert token not in str(refused.value)


def test_the_token_cannot_be_given_on_the_command_line() -> None:
    command = [sys.executable, "-m", "hopscope_tui", "collect", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "--token" not in said


def test_the_token_is_in_no_representation_of_the_settings(token) -> None:
    assert token not in repr(settings_of("127.0.0.1:0", {"HOPSCOPE_TOKEN": token}))


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer a-token-that-nobody-guesse", "Bearer a-token-that-nobody-guesses2"],
)  # fmt: skip
def test_without_the_token_nothing_is_told(serve, token, authorization) -> None:
    collector = serve(token=token)
    headers = {} if authorization is None else {"authorization": authorization}

    with collector.client() as client:
        for method, path in [
            ("GET", "/v1/flows"),
            ("POST", "/v1/records"),
            ("GET", "/openapi.json"),
            ("GET", "/v1/nope"),
        ]:
            answer = client.request(method, path, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="hopscope"')
            assert token not in answer.text
        assert client.get("/v1/health").json() == {"hopscope": 1, "ready": True}


def test_with_the_token_everything_is(serve, token, a_line) -> None:
    collector = serve(token=token)

    with collector.client(token) as client:
        assert client.post("/v1/records", content=a_line(1)).json()["stored"] == 1
        assert client.get("/v1/stats", headers={"authorization": f"bearer {token}"}).status_code == 200


def test_tokens_are_not_guessed_one_after_the_other(serve, token) -> None:
    collector = serve(token=token, wrong_tokens_per_s=0.001)

    with collector.client() as client:
        statuses = [client.get("/v1/stats", headers={"authorization": f"Bearer {n}"}).status_code for n in range(12)]
        right = client.get("/v1/stats", headers={"authorization": f"Bearer {token}"})

    assert statuses == [401] * 10 + [429] * 2
    assert (right.status_code, int(right.headers["retry-after"]) > 0) == (429, True)


def test_over_tls_the_same_is_said(serve, token, certificate, trusting) -> None:
    collector = serve(token=token, certificate=certificate)

    assert collector.url.startswith("https://")
    with httpx.Client(base_url=collector.url, verify=trusting, headers={"authorization": f"Bearer {token}"}) as client:
        assert client.get("/v1/stats").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{collector.url}/v1/stats")


# Pages in a browser on the same machine


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:4318", "127.0.0.1.evil.example", "localhost.evil", "169.254.1.1", "[::2]", ""],
)
def test_a_name_that_was_bound_to_our_address_does_not_reach_us(collector, host) -> None:
    answer = collector.raw(LINE + b"Host: " + host.encode() + b"\r\n\r\n")

    assert status_of(answer) == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:4318", "[::1]:4318", "127.8.8.8"])
def test_our_own_names_reach_us(collector, host) -> None:
    assert status_of(collector.raw(LINE + b"Host: " + host.encode() + b"\r\nConnection: close\r\n\r\n")) == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "file://"])
def test_a_page_of_another_site_can_neither_read_nor_write(collector, a_line, origin) -> None:
    answer = collector.post(a_line(1), origin=origin)

    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "wrong_origin")
    assert "access-control-allow-origin" not in answer.headers
    assert collector.get("/v1/stats").json()["received"] == 0


def test_no_answer_may_be_shown_as_a_page(collector, a_line) -> None:
    """HTML in payloads stays text: wrong type to sniff, nothing may load, no frame may hold it."""
    collector.post(a_line(1, function="<script>alert(1)</script>"))

    answer = collector.get("/v1/flows")

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "/docs" not in collector.get("/openapi.json").text
    assert collector.get("/docs").status_code == 404


# Too much


def test_a_body_that_says_it_is_huge_is_not_read(collector) -> None:
    head = b"POST /v1/records HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n\r\n"

    assert status_of(collector.raw(head)) == 413


def test_a_body_that_turns_out_huge_is_cut_off(serve) -> None:
    collector = serve(body_bytes=100_000)

    def pieces():
        for _ in range(100):
            yield b"x" * 10_000

    with collector.client() as client:
        answer = client.post("/v1/records", content=pieces())

    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(200 << 20), 9)),
        ("gzip", gzip.compress(bytes(1 << 20), 9) * 200),
        ("zstd", zstandard.compress(bytes(200 << 20), 19)),
    ],
    ids=["gzip", "gzip of many members", "zstd"],
)
def test_a_bomb_is_not_unpacked(serve, encoding, bomb) -> None:
    collector = serve(unpacked_bytes=4 << 20)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with collector.client() as client:
        answer = client.post("/v1/records", content=bomb, headers={"content-encoding": encoding})

    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 64 * 1024


def test_a_frame_that_wants_a_huge_window_gets_none(collector) -> None:
    """A zstd frame says how much memory it needs: up to gigabytes."""
    wants = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    ).compressobj()
    frame = wants.compress(os.urandom(1_000)) + wants.flush()

    with collector.client() as client:
        answer = client.post("/v1/records", content=frame, headers={"content-encoding": "zstd"})

    assert answer.status_code == 413


def test_many_large_bodies_at_once_are_asked_to_come_again(serve) -> None:
    """What is held in memory is bounded over all requests, not for each alone."""
    collector = serve(body_bytes=60_000, held_bytes=100_000)
    head = (
        b"POST /v1/records HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Length: 59999\r\n\r\n" + b"x" * 59_000
    )

    with socket.create_connection(("127.0.0.1", collector.port)) as first:
        first.sendall(head)
        answer = b""
        for _ in range(200):
            answer = collector.raw(head + b"x" * 999)
            if status_of(answer) == 503:
                break
        first.sendall(b"x" * 999)

    assert b"retry-after" in answer.lower()


def test_one_address_is_slowed_down(serve) -> None:
    collector = serve(requests_per_s=0.5, requests_at_once=3)

    with collector.client() as client:
        answers = [client.get("/v1/health") for _ in range(5)]

    assert [each.status_code for each in answers] == [200] * 3 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_one_connection_too_many_is_turned_away(serve) -> None:
    collector = serve(connections=2)
    held = [socket.create_connection(("127.0.0.1", collector.port)) for _ in range(2)]
    try:
        answer = b""
        for _ in range(100):
            answer = collector.raw(b"")
            if answer:
                break
    finally:
        for each in held:
            each.close()

    assert status_of(answer) == 503
    assert b"retry-after: 1" in answer


def test_a_query_that_looks_at_too_much_is_told_to_ask_for_less(serve, a_line) -> None:
    collector = serve(query_s=-1.0)
    collector.post(a_line(1), a_line(1, "end"))

    answer = collector.get("/v1/flows/request-1")

    assert (answer.status_code, answer.json()["error"]["type"]) == (422, "too_costly")


# Too slow


@pytest.mark.parametrize(
    "drops",
    [
        [b"G", b"E", b"T"],
        [LINE, HOST, b"X-A: 1\r\n"],
        [b"POST /v1/records HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n", b"x", b"x"],
        [b"POST /v1/records HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"],
        [],
    ],
    ids=["first line", "headers", "body", "chunks", "nothing"],
)
def test_a_request_that_never_ends_is_cut(serve, drops) -> None:
    collector = serve(request_s=0.5)

    with socket.create_connection(("127.0.0.1", collector.port), 10) as connection:
        for each in drops:
            connection.sendall(each)
        try:
            while connection.recv(65_536):
                pass
        except ConnectionResetError:
            pass

    assert collector.get("/v1/health").status_code == 200


def test_drops_do_not_buy_time(serve) -> None:
    """Slowloris sends a byte now and then: the clock runs from the first one."""
    collector = serve(request_s=0.5)

    with socket.create_connection(("127.0.0.1", collector.port), 10) as connection:
        connection.sendall(LINE + HOST)
        connection.settimeout(0.05)
        is_cut = False
        for number in range(400):
            try:
                connection.sendall(b"X-%d: 1\r\n" % number)
                is_cut = connection.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                is_cut = True
            if is_cut:
                break

    assert is_cut


@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half a greeting"])
def test_a_handshake_that_never_ends_is_cut(serve, certificate, trusting, begun) -> None:
    collector = serve(certificate=certificate, handshake_s=0.3)

    with socket.create_connection(("127.0.0.1", collector.port), 20) as connection:
        connection.sendall(begun)
        assert closed_by(connection)

    assert any(is_let_in(f"{collector.url}/v1/health", trusting) for _ in range(200))


def test_handshakes_that_are_not_over_take_no_more_than_their_room(serve, certificate, trusting) -> None:
    """The server sees a connection only after its handshake: whoever opens and says nothing must be counted before."""
    collector = serve(certificate=certificate, connections=2, handshake_s=600)
    with ExitStack() as stack:
        for _ in range(2 + SPARE_CONNECTIONS):
            stack.enter_context(socket.create_connection(("127.0.0.1", collector.port)))
        with socket.create_connection(("127.0.0.1", collector.port), 20) as one_too_many:
            assert closed_by(one_too_many)

    assert any(is_let_in(f"{collector.url}/v1/health", trusting) for _ in range(200))


def is_let_in(url: str, trusting: ssl.SSLContext) -> bool:
    """Who has just left is seen to have left a moment later, and a busy machine shakes hands slowly."""
    try:
        return httpx.get(url, verify=trusting).status_code == 200
    except httpx.TransportError:
        return False


def closed_by(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_an_answer_that_nobody_reads_is_cut(serve, a_line) -> None:
    collector = serve(unread_s=0.3, requests_at_once=100_000)
    collector.post(*[a_line(n) for n in range(1, 1_001)])
    asked = b"GET /v1/flows?limit=1000 HTTP/1.1\r\n" + HOST + b"\r\n"

    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", collector.port))
        connection.sendall(asked * 40)
        wait_until(lambda: not any(each.flow.write_paused for each in connections_of(collector)), collector)
        received = drained(connection)

    assert received < 40 * 500_000


class ChattyStore(MemoryStore):
    """One in which much changes at every look."""

    def changes_since(self, token: int) -> Changes:
        return Changes(token + 1, tuple(f"{number:032x}" for number in range(10_000)))


def test_a_listener_that_does_not_read_makes_room(serve) -> None:
    collector = serve(store=ChattyStore(), unread_s=0.3, listeners=1, requests_at_once=100_000)
    asked = b"GET /v1/changes?since=1 HTTP/1.1\r\n" + HOST + b"Accept: text/event-stream\r\n\r\n"

    with socket.socket() as deaf, collector.client() as client:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect(("127.0.0.1", collector.port))
        deaf.sendall(asked)
        assert deaf.recv(1)  # it is listening, and reads no more
        assert any(status_of_listening(client) == 200 for _ in range(20_000))


def status_of_listening(client: httpx.Client) -> int:
    """0 when it was cut itself, on a machine too busy to read in time."""
    try:
        with client.stream("GET", "/v1/changes", headers={"accept": "text/event-stream"}) as answer:
            return answer.status_code
    except httpx.TransportError:
        return 0


def connections_of(collector) -> list:
    return list(collector.listener._server.server_state.connections)


def wait_until(is_so, collector) -> None:
    """Has the answer begun to pile up, and was it then cut? Asked over another connection, which also passes time."""
    has_paused = False
    for _ in range(2_000):
        collector.get("/v1/health")
        paused = not is_so()
        if has_paused and not paused:
            return
        has_paused |= paused
    pytest.fail("the answer was never cut")


def drained(connection: socket.socket) -> int:
    received = 0
    try:
        while part := connection.recv(1 << 20):
            received += len(part)
    except OSError:
        pass
    return received


# Odd requests


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", 400),
        (HOST + b"Content-Length: 4\r\nContent-Length: 5\r\n", 400),
        (HOST + b"Content-Length: +4\r\n", 400),
        (HOST + b"Transfer-Encoding: xchunked\r\n", 501),
        (HOST + b"Transfer-Encoding: gzip, chunked\r\n", 501),
        (HOST + b"Transfer-Encoding : chunked\r\n", 400),
        (HOST + b" Transfer-Encoding: chunked\r\n", 403),
        (HOST + b"X: a\rb\r\n", 400),
        (HOST + b"X: a\x00b\r\n", 400),
        (HOST + HOST, 400),
        (b"", 400),
    ],
)
def test_a_request_that_two_readers_would_cut_in_two_ways_is_refused(collector, headers, status) -> None:
    """Smuggling needs a proxy and us to disagree where a request ends."""
    answer = collector.raw(
        b"POST /v1/records HTTP/1.1\r\n" + headers + b"\r\n0\r\n\r\nGET /v1/stats HTTP/1.1\r\n" + HOST + b"\r\n"
    )

    assert status_of(answer) in (status, 400)
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "path",
    ["/../../etc/passwd", "/v1/../../etc/passwd", "/v1/flows/../../../etc/passwd", "/v1/flows/..%2f..%2fetc%2fpasswd",
     "/v1/flows/%00", "//etc/passwd", "/v1/flows/%ff%fe", "/v1/executions/..%5c..%5c", "/static/..;/x", "/v1/flows/'%3B--",
     "/v1/flows/%27%20OR%201%3D1--", "/v1/flows?filter=%27%3BDROP%20TABLE%20record%3B--"],
)  # fmt: skip
def test_no_path_leads_to_a_file_and_no_filter_to_sql(collector, a_line, path) -> None:
    collector.post(a_line(1))

    answer = collector.raw(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")

    assert status_of(answer) in (200, 400, 404)
    assert b"root:" not in answer
    assert collector.get("/v1/stats").json()["stored"] == 1


def test_what_we_say_of_an_error_holds_no_secret_and_no_place(serve, token) -> None:
    collector = serve(token=token)

    with collector.client(token) as client:
        for path in ("/v1/flows/nobody", "/v1/flows?limit=x", "/v1/nope"):
            answer = client.get(path)
            assert token not in answer.text
            assert "/hopscope_collector/" not in answer.text
            assert "Traceback" not in answer.text
    assert collector.said == []


def test_terminal_escapes_do_not_reach_the_terminal(collector, a_line, tmp_path) -> None:
    """The API gives them out escaped, as JSON does; the commands make them harmless."""
    collector.post(a_line(1, function="evil\x1b]0;owned\x07\x1b[2J"))

    answer = collector.get("/v1/flows")
    command = [sys.executable, "-m", "hopscope_tui", "flows", "--store", f"sqlite:///{tmp_path}/hopscope.db"]
    printed = subprocess.run(command, check=True, capture_output=True).stdout

    assert b"\x1b" not in answer.content
    assert b"\x1b" not in printed


def test_only_the_owner_may_read_the_store(collector, a_line, tmp_path) -> None:
    collector.post(a_line(1))

    modes = {path.name: path.stat().st_mode & 0o777 for path in Path(tmp_path).glob("hopscope.db*")}

    assert modes
    assert set(modes.values()) == {0o600}


def test_zlib_stops_where_it_is_told() -> None:
    """What `unpacked()` builds on: no more than asked for is ever made."""
    stream = zlib.decompressobj(31)

    assert len(stream.decompress(gzip.compress(bytes(10 << 20)), 1_000)) == 1_000
