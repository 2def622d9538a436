import socket

import pytest

from tablekin.errors import FetchError
from tablekin.iiif.address import check_address, is_public, resolve


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("file:///etc/passwd", "a file of this machine"),
        ("ftp://library.example/1.jpg", "not a web address"),
        ("gopher://library.example/", "not a web address"),
        ("/etc/passwd", "not a web address"),
        ("{{ id.path }}/1.jpg", "not a web address"),
        ("", "not a web address"),
        ("http://", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("javascript:alert(1)", "not a web address"),
        ("https://reader:secret@library.example/1.jpg", "a name or password"),
    ],
)
def test_other_addresses_are_refused(text, reason):
    with pytest.raises(FetchError, match=reason) as caught:
        check_address(text)
    assert "secret" not in str(caught.value)


def test_a_long_address_is_shown_shortened():
    with pytest.raises(FetchError) as caught:
        check_address("x" * 10_000)
    assert len(str(caught.value)) < 400


INSIDE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *(
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
    ),
    *(
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
    ),
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",  # Teredo, whose client is 10.0.0.1
]


@pytest.mark.parametrize("number", INSIDE)
def test_addresses_inside_the_machine_or_its_network_are_not_public(number):
    assert not is_public(number)


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "151.101.1.69", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet_are_public(number):
    assert is_public(number)


def answering(monkeypatch, numbers):
    def find(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", find)


def test_one_private_address_of_several_is_enough_to_refuse(monkeypatch):
    answering(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(FetchError, match="--allow-private"):
        resolve("library.example", 443, allow_private=False)
    assert resolve("library.example", 443, allow_private=True) == ["8.8.8.8", "10.0.0.1"]


def test_public_addresses_are_given_once_each(monkeypatch):
    answering(monkeypatch, ["8.8.8.8", "8.8.4.4", "8.8.8.8"])
    assert resolve("library.example", 443, allow_private=False) == ["8.8.8.8", "8.8.4.4"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost"])
def test_other_ways_to_write_the_own_machine(host):
    with pytest.raises(FetchError):
        resolve(host, 80, allow_private=False)


def test_a_name_that_nobody_has(monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(FetchError, match=r"no server named library\.example"):
        resolve("library.example", 443, allow_private=False)
