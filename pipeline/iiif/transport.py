"""PinnedTransport: connections to the very address that was checked.

A name is resolved once for each request, all its addresses are checked, and the connection goes to one of these
numbers: a name that stands for another address a moment later (DNS rebinding) leads nowhere else. The certificate is
still that of the name.
"""

from __future__ import annotations

import threading

import httpx

from tablekin.iiif.address import resolve

_PORTS = {"http": 80, "https": 443}


class PinnedTransport(httpx.BaseTransport):
    """Resolves and checks the host of each request, and connects to a numeric address.

    Parameters
    ----------
    allow_private
        Whether addresses inside this machine and its network may be asked.
    """

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._verify = httpx.create_ssl_context()
        self._of_host: dict[
            str, httpx.HTTPTransport
        ] = {}  # no host is sent what a connection to another one is for
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first address of its host that answers.

        Raises
        ------
        FetchError
            The host is not known, or must not be asked.
        httpx.TransportError
            None of its addresses answers.
        """
        host = request.url.host
        numbers = resolve(host, request.url.port or _PORTS[request.url.scheme], self._allow_private)
        extensions = {**request.extensions, "sni_hostname": host}
        for place, number in enumerate(numbers, 1):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=number),
                headers=request.headers,
                extensions=extensions,
            )
            try:
                return self._transport(host).handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if place == len(numbers):
                    raise
        raise httpx.ConnectError(f"{host} has no address", request=request)

    def _transport(self, host: str) -> httpx.HTTPTransport:
        with self._lock:
            if host not in self._of_host:
                self._of_host[host] = httpx.HTTPTransport(verify=self._verify)
            return self._of_host[host]

    def close(self) -> None:
        """Close all connections."""
        for transport in self._of_host.values():
            transport.close()
