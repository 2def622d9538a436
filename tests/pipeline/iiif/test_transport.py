import socket

import httpx
import pytest

from tablekin.errors import FetchError
from tablekin.iiif.transport import PinnedTransport
from tests.support.iiif_server import scripted_server

REAL = socket.getaddrinfo


@pytest.fixture
def names(monkeypatch):
    """Addresses of made-up names, one list for each time that a name is asked for."""
    answers, asked = {}, []

    def find(host, port, *rest, **more):
        if host not in answers:
            return REAL(host, port, *rest, **more)
        asked.append(host)
        numbers = answers[host].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    return answers, asked


def test_the_connection_goes_to_the_address_that_was_checked(names):
    answers, asked = names
    with scripted_server() as (script, address), httpx.Client(transport=PinnedTransport(True)) as client:
        port = httpx.URL(address).port
        script.json("/a", {"a": 1})
        answers["library.example"] = [["127.0.0.1"], ["203.0.113.1"]]  # the second answer would lead nowhere
        assert client.get(f"http://library.example:{port}/a").json() == {"a": 1}
        assert asked == ["library.example"]
        assert script.asked[0][1]["Host"] == f"library.example:{port}"


def test_a_name_that_turns_to_the_own_machine_later_is_refused_then(names):
    answers, _ = names
    answers["library.example"] = [["127.0.0.1"]]
    with (
        scripted_server() as (script, address),
        httpx.Client(transport=PinnedTransport(False)) as client,
        pytest.raises(FetchError, match="inside this machine"),
    ):
        client.get(f"http://library.example:{httpx.URL(address).port}/a")
    assert not script.asked


def test_an_address_that_does_not_answer_is_passed_over(names):
    answers, _ = names
    with scripted_server() as (script, address), httpx.Client(transport=PinnedTransport(True)) as client:
        script.json("/a", 1)
        answers["library.example"] = [["127.0.0.2", "127.0.0.1"]]
        answers["gone.example"] = [["127.0.0.2"]]
        port = httpx.URL(address).port
        assert client.get(f"http://library.example:{port}/a").status_code == 200
        with pytest.raises(httpx.ConnectError):
            client.get(f"http://gone.example:{port}/a")


def test_the_certificate_is_asked_for_by_name(names, monkeypatch):
    answers, _ = names
    answers["library.example"] = [["203.0.113.1"]]
    sent = []

    def handle(self, request):
        sent.append(request)
        return httpx.Response(200)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    with httpx.Client(transport=PinnedTransport(True)) as client:
        client.get("https://library.example/a")
    assert sent[0].url == "https://203.0.113.1/a"
    assert sent[0].extensions["sni_hostname"] == "library.example"
    assert sent[0].headers["Host"] == "library.example"
