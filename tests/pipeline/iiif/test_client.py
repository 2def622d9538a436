import threading
import time
from email.utils import formatdate

import pytest

from tablekin.errors import FetchError
from tablekin.iiif.client import USER_AGENT, Wanted, WebClient
from tablekin.iiif.thresholds import WebLimits, WebPatience
from tablekin.version import __version__
from tests.support.iiif_server import free_port, scripted_server

ANY = Wanted("image/jpeg", 10_000, ("text/html",))


@pytest.fixture
def server():
    with scripted_server() as found:
        yield found


@pytest.fixture
def client():
    """A client that may ask loopback, and whose pauses are noted and not kept."""
    pauses = []
    limits = WebLimits(max_seconds=0.5, max_silence=0.3)
    with WebClient(
        allow_private=True, limits=limits, patience=WebPatience(attempts=3), sleep=pauses.append
    ) as made:
        made.pauses = pauses
        yield made


def in_turn(*answers):
    left = list(answers)
    return lambda handler: left.pop(0) if len(left) > 1 else left[0]


def test_an_answer(server, client):
    script, address = server
    script.answers["/a"] = (200, {"Content-Type": "Image/JPEG; x=1", "ETag": '"1"'}, b"abc")
    answer = client.get(f"{address}/a", ANY)
    assert (answer.content, answer.media_type, answer.etag) == (b"abc", "image/jpeg", '"1"')
    headers = script.asked[0][1]
    assert headers["User-Agent"] == USER_AGENT
    assert f"tablekin/{__version__}" in USER_AGENT
    assert headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_has_no_answer_now_is_asked_again(server, client, status):
    script, address = server
    script.answers["/a"] = in_turn((status, {}, b""), (status, {}, b""), (200, {}, b"abc"))
    assert client.get(f"{address}/a", ANY).content == b"abc"
    assert script.paths["/a"] == 3
    first, second = client.pauses
    assert 2 <= first <= 2.5
    assert 4 <= second <= 5


def test_the_wait_that_it_asks_for_is_kept_as_seconds_and_as_date(server, client):
    script, address = server
    later = formatdate(time.time() + 40, usegmt=True)
    script.answers["/a"] = in_turn(
        (429, {"Retry-After": "17"}, b""), (503, {"Retry-After": later}, b""), (200, {}, b"abc")
    )
    assert client.get(f"{address}/a", ANY).content == b"abc"
    assert client.pauses[0] == 17
    assert 38 <= client.pauses[1] <= 40


def test_in_the_end_it_is_given_up_with_a_reason(server, client):
    script, address = server
    script.answers["/a"] = (503, {}, b"")
    with pytest.raises(FetchError, match=r"has a fault \(503\), also when asked 3 times") as caught:
        client.get(f"{address}/a", ANY)
    assert caught.value.passing
    script.answers["/b"] = (429, {"Retry-After": "86400"}, b"")
    with pytest.raises(FetchError, match="asks not to be asked again for 24 hours"):
        client.get(f"{address}/b", ANY)
    assert script.paths["/b"] == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "asks for a login"),
        (403, r"refuses it \(403\); ask the library"),
        (451, "legal reasons"),
        (404, "not there any more"),
        (410, "not there any more"),
        (418, "has no answer to"),
        (204, "has no answer to"),
        (304, "has no answer to"),
    ],
)
def test_what_will_not_change_is_asked_once(server, client, status, reason):
    script, address = server
    script.answers["/a"] = (status, {"Content-Length": "0"} if status != 204 else {}, b"")
    with pytest.raises(FetchError, match=reason):
        client.get(f"{address}/a", ANY)
    assert script.paths["/a"] == 1


def test_a_login_page_in_the_place_of_a_picture(server, client):
    script, address = server
    script.answers["/a"] = (200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Sign in")
    with pytest.raises(FetchError, match="is a web page; the server may ask for a login"):
        client.get(f"{address}/a", ANY)


def test_a_huge_length_is_refused_before_anything_is_read(server, client):
    script, address = server
    script.answers["/a"] = (200, {"Content-Length": str(10**15)}, b"abc")
    with pytest.raises(FetchError, match="which is not read"):
        client.get(f"{address}/a", ANY)
    assert script.paths["/a"] == 1


def chunked(parts):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for part in parts:
            handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    return answer


def test_an_answer_without_a_length_is_cut_off(server, client):
    script, address = server
    script.answers["/a"] = chunked([b"a" * 9000])
    assert len(client.get(f"{address}/a", ANY).content) == 9000
    script.answers["/b"] = chunked(b"a" * 9000 for _ in range(1000))
    with pytest.raises(FetchError, match="which is not read"):
        client.get(f"{address}/b", ANY)


def test_a_small_answer_that_unpacks_without_end_is_cut_off(server, client):
    import gzip

    script, address = server
    bomb = gzip.compress(b"\0" * 10_000_000)
    assert len(bomb) < ANY.max_bytes
    script.answers["/a"] = (200, {"Content-Encoding": "gzip"}, bomb)
    with pytest.raises(FetchError, match="which is not read"):
        client.get(f"{address}/a", ANY)


def test_a_truncated_answer_is_asked_for_again(server, client):
    script, address = server
    script.answers["/a"] = in_turn((200, {"Content-Length": "9"}, b"abc"), (200, {}, b"abcabcabc"))

    def cut(handler):
        answer = left.pop(0)
        handler.close_connection = True
        return answer

    left = [(200, {"Content-Length": "9"}, b"abc"), (200, {}, b"abcabcabc")]
    script.answers["/a"] = cut
    assert client.get(f"{address}/a", ANY).content == b"abcabcabc"
    assert script.paths["/a"] == 2


def test_what_is_not_whole_is_asked_for_again(server, client):
    from tablekin.iiif.retry import PassingError

    script, address = server
    script.answers["/a"] = in_turn((200, {}, b"abc"), (200, {}, b"abcabc"))

    def check(content, host):
        if len(content) < 6:
            raise PassingError(f"{host} sent too little")

    assert client.get(f"{address}/a", Wanted("x", 100, (), check)).content == b"abcabc"


def test_a_slow_drip_and_silence_are_given_up(server, client):
    script, address = server
    ended = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not ended.wait(0.05):
            handler.wfile.write(b"a")
            handler.wfile.flush()

    client._patience = WebPatience(attempts=1)
    script.answers["/drip"] = drip
    script.answers["/silence"] = lambda handler: ended.wait(5) and None
    begin = time.monotonic()
    with pytest.raises(FetchError, match="sends so slowly"):
        client.get(f"{address}/drip", ANY)
    with pytest.raises(FetchError, match="says nothing"):
        client.get(f"{address}/silence", ANY)
    assert time.monotonic() - begin < 3
    ended.set()


def leads(where):
    return (302, {"Location": where}, b"")


def test_redirects_are_followed_to_their_end(server, client):
    script, address = server
    script.answers |= {
        "/a": leads("/b"),
        "/b": (301, {"Location": f"{address}/c?x=1"}, b""),
        "/c?x=1": (200, {}, b"c"),
    }
    answer = client.get(f"{address}/a", ANY)
    assert (answer.content, answer.address) == (b"c", f"{address}/c?x=1")


def test_a_loop_of_redirects_ends(server, client):
    script, address = server
    script.answers |= {"/a": leads("/b"), "/b": leads("/a")}
    with pytest.raises(FetchError, match="more than 5 times"):
        client.get(f"{address}/a", ANY)
    assert sum(script.paths.values()) == 6


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("file:///etc/passwd", "a file of this machine"),
        ("ftp://library.example/", "not a web address"),
        ("http://reader:secret@127.0.0.1/", "name or password"),
    ],
)
def test_a_redirect_to_another_kind_of_address_is_refused(server, client, where, reason):
    script, address = server
    script.answers["/a"] = leads(where)
    with pytest.raises(FetchError, match=reason):
        client.get(f"{address}/a", ANY)


def test_a_redirect_into_the_own_network_is_refused(server, monkeypatch):
    """The first server is taken for a public one; where it leads is not."""
    import tablekin.iiif.address as addresses

    script, address = server
    script.answers["/a"] = leads("http://10.0.0.1/secret")
    monkeypatch.setattr(addresses, "is_public", lambda number: number == "127.0.0.1")
    with WebClient() as client, pytest.raises(FetchError, match=r"10\.0\.0\.1.*--allow-private"):
        client.get(f"{address}/a", ANY)


def test_the_own_machine_is_not_asked_by_default(server):
    script, address = server
    with WebClient() as client, pytest.raises(FetchError, match="inside this machine"):
        client.get(f"{address}/a", ANY)
    assert not script.asked


def test_a_server_that_is_gone_is_asked_three_times_and_no_more(client):
    address = f"http://127.0.0.1:{free_port()}"
    for _ in range(3):
        with pytest.raises(FetchError, match="cannot be reached"):
            client.get(f"{address}/a", ANY)
    with pytest.raises(FetchError, match="is not asked again in this run"):
        client.get(f"{address}/a", ANY)


def test_a_library_that_refuses_every_page_is_not_asked_for_all_of_them(server, client):
    script, address = server
    script.answers["/a"] = (403, {}, b"")
    for _ in range(20):
        with pytest.raises(FetchError):
            client.get(f"{address}/a", ANY)
    assert script.paths["/a"] == 10


@pytest.mark.parametrize("allowed", [1, 2])
def test_a_server_gets_so_many_requests_at_a_time(server, allowed):
    script, address = server

    def slow(handler):
        time.sleep(0.02)
        return 200, {}, b"abc"

    script.answers["/a"] = slow
    with WebClient(allowed, allow_private=True) as client:
        threads = [threading.Thread(target=client.get, args=(f"{address}/a", ANY)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert script.at_once == allowed


def test_between_two_requests_is_a_pause(server):
    script, address = server
    script.answers["/a"] = (200, {}, b"abc")
    pauses = []
    with WebClient(pause=7.0, allow_private=True, sleep=pauses.append) as client:
        client.get(f"{address}/a", ANY)
        client.get(f"{address}/a", ANY)
    assert len(pauses) == 1
    assert 6 < pauses[0] <= 7


def test_whoever_waits_is_woken_when_the_run_ends(server):
    script, address = server
    script.answers["/a"] = (503, {"Retry-After": "200"}, b"")
    client = WebClient(allow_private=True)
    threading.Timer(0.2, client.stop).start()
    with pytest.raises(FetchError, match="the run was ended"):
        client.get(f"{address}/a", ANY)
