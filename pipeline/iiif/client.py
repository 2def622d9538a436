"""WebClient: what is asked of servers, politely: one request at a time, again only after a pause, never without end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

import httpx

from tablekin.errors import FetchError
from tablekin.iiif.address import check_address
from tablekin.iiif.retry import PASSING_STATUS, PassingError, read_wait, retrying
from tablekin.iiif.thresholds import LIMITS, PATIENCE, WebLimits, WebPatience
from tablekin.iiif.transport import PinnedTransport
from tablekin.version import __version__

USER_AGENT = f"tablekin/{__version__} (research on historical tables; httpx/{httpx.__version__})"
_LOGGER = logging.getLogger(__name__)
_REFUSALS = {
    401: "the library asks for a login (401)",
    402: "the library asks for money (402)",
    403: "the library refuses it (403)",
    407: "a proxy asks for a login (407)",
    451: "the library may not show it for legal reasons (451)",
}
_REMEDY = "ask the library, or download the pages by hand where you may"


@dataclass(frozen=True)
class Wanted:
    """What kind of answer is wanted."""

    accept: str  # media types, for the server
    max_bytes: int
    refused: tuple[str, ...] = ()  # beginnings of media types that are no such answer
    check: Callable[[bytes, str], None] | None = (
        None  # (content, host): raises FetchError where it is not whole
    )


@dataclass(frozen=True)
class Answer:
    """What a server sent."""

    address: str  # from where it came in the end
    content: bytes
    media_type: str
    etag: str = ""
    last_modified: str = ""


@dataclass
class _Host:
    """What is known of a server in this run."""

    turn: threading.Semaphore
    free_at: float = 0.0  # time.monotonic() from which on it may be asked
    failures: int = 0  # in a row
    refusals: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class WebClient:
    """Asks servers; a context that ends with its connections. Threads may share it.

    Parameters
    ----------
    requests_per_host
        Requests that a server gets at a time.
    pause
        Seconds between two requests to a server.
    allow_private
        Whether servers inside this machine and its network may be asked.
    limits, patience
        Thresholds.
    sleep
        Waits for so many seconds.
    """

    def __init__(
        self,
        requests_per_host: int = 1,
        pause: float = 0.0,
        allow_private: bool = False,
        limits: WebLimits = LIMITS,
        patience: WebPatience = PATIENCE,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self._requests, self._pause, self._limits, self._patience = requests_per_host, pause, limits, patience
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._sleep = sleep or self._wait
        silence = limits.max_silence
        self._client = httpx.Client(
            transport=PinnedTransport(allow_private),
            headers={"User-Agent": USER_AGENT},
            timeout=httpx.Timeout(silence, pool=None),
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.stop()
        self._client.close()

    def stop(self) -> None:
        """Let nothing more be asked; whoever waits is woken and gives up."""
        self._ended.set()

    def get(self, address: str, wanted: Wanted) -> Answer:
        """Ask for something, again if the server has no answer at once.

        Raises
        ------
        FetchError
            It cannot be had; the message says why, and what to do.
        """
        host = self._host(check_address(address))
        self._refuse_if_given_up(host, address)
        try:
            answer = retrying(self._patience, self._sleep)(self._follow, address, wanted)
        except PassingError as error:
            with host.lock:
                host.failures += 1
            raise FetchError(_in_the_end(error, self._patience), passing=True) from error
        except FetchError:
            host.failures = 0  # the server is there
            raise
        with host.lock:
            host.failures = host.refusals = 0
        return answer

    def _refuse_if_given_up(self, host: _Host, address: str) -> None:
        name = httpx.URL(address).netloc.decode()
        if host.failures >= self._patience.max_failures:
            raise FetchError(
                f"{name} did not answer {host.failures} times in a row and is not asked again in this run",
                passing=True,
            )
        if host.refusals >= self._patience.max_refusals:
            raise FetchError(
                f"{name} refused {host.refusals} times in a row and is not asked again in this run",
                refused=True,
            )

    def _follow(self, address: str, wanted: Wanted) -> Answer:
        """Ask once, and go where redirects lead; each step is checked like the first."""
        url = check_address(address)
        for _ in range(self._limits.max_redirects + 1):
            found = self._ask(url, wanted)
            if isinstance(found, Answer):
                return found
            url = check_address(str(url.join(found)))
        raise FetchError(
            f"{address} leads from one address to the next, more than {self._limits.max_redirects} times"
        )

    def _ask(self, url: httpx.URL, wanted: Wanted) -> Answer | str:
        """Ask once; the answer, or the address to which it leads."""
        until = time.monotonic() + self._limits.max_seconds
        headers = {
            "Accept": wanted.accept,
            "Accept-Encoding": "gzip" if "json" in wanted.accept else "identity",
        }
        with self._turn(url):
            _LOGGER.debug("asking for %s", url)
            try:
                with self._client.stream("GET", url, headers=headers) as response:
                    if response.has_redirect_location:
                        return response.headers["Location"]
                    self._check(response, wanted)
                    content = self._read(response, wanted.max_bytes, until)
                    if wanted.check is not None:
                        wanted.check(content, url.host)
                    return Answer(
                        str(url),
                        content,
                        response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                        response.headers.get("ETag", ""),
                        response.headers.get("Last-Modified", ""),
                    )
            except httpx.TimeoutException as error:
                raise PassingError(f"{url.host} says nothing") from error
            except httpx.DecodingError as error:
                raise FetchError(f"what {url.host} sent cannot be unpacked") from error
            except (httpx.TransportError, httpx.InvalidURL) as error:
                raise _broken(url.host, error) from error

    @contextmanager
    def _turn(self, url: httpx.URL) -> Iterator[None]:
        """Wait until a server may be asked."""
        host = self._host(url)
        with host.turn:
            wait = host.free_at - time.monotonic()
            if wait > 0:
                self._sleep(wait)
            if self._ended.is_set():
                raise FetchError("the run was ended", passing=True)
            try:
                yield
            finally:
                host.free_at = time.monotonic() + self._pause

    def _host(self, url: httpx.URL) -> _Host:
        with self._lock:
            name = url.netloc.decode()
            if name not in self._hosts:
                self._hosts[name] = _Host(threading.Semaphore(self._requests))
            return self._hosts[name]

    def _check(self, response: httpx.Response, wanted: Wanted) -> None:
        """Refuse an answer by its status, type or length, before any of it is read."""
        status, host = response.status_code, response.url.host
        if status in _REFUSALS:
            state = self._host(response.url)
            with state.lock:
                state.refusals += 1
            raise FetchError(f"{_REFUSALS[status]}; {_REMEDY}", refused=True)
        if status in PASSING_STATUS:
            wait = read_wait(response.headers.get("Retry-After"))
            busy = "has too many requests" if status == 429 else "has a fault"
            raise PassingError(f"{host} {busy} ({status})", wait)
        if status in (404, 410):
            raise FetchError(
                f"{response.url} is not there any more ({status}); look for it in the library's catalogue"
            )
        if status != 200:
            raise FetchError(f"{host} has no answer to {response.url} ({status})")
        media_type = response.headers.get("Content-Type", "").strip().lower()
        if media_type.startswith(wanted.refused):
            raise FetchError(_other_kind(media_type, str(response.url)))
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > wanted.max_bytes:
            raise _too_long(response.url.host, wanted.max_bytes)

    def _read(self, response: httpx.Response, max_bytes: int, until: float) -> bytes:
        parts, length = [], 0
        for part in response.iter_bytes():
            length += len(part)
            if length > max_bytes:
                raise _too_long(response.url.host, max_bytes)
            if time.monotonic() > until:
                raise PassingError(
                    f"{response.url.host} sends so slowly that after {self._limits.max_seconds:.0f} s it was not done"
                )
            if self._ended.is_set():
                raise FetchError("the run was ended", passing=True)
            parts.append(part)
        return b"".join(parts)

    def _wait(self, seconds: float) -> None:
        if self._ended.wait(seconds):
            raise FetchError("the run was ended", passing=True)


def _in_the_end(error: PassingError, patience: WebPatience) -> str:
    if error.wait is not None and error.wait > patience.max_asked:
        return f"{error}, and asks not to be asked again for {_duration(error.wait)}"
    return f"{error}, also when asked {patience.attempts} times"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def _broken(host: str, error: Exception) -> FetchError:
    """Say what is wrong with a connection."""
    said = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return FetchError(
            f"the certificate of {host} is not one that can be trusted; "
            "if your institution has its own, name its file in the variable SSL_CERT_FILE"
        )
    if isinstance(error, httpx.ConnectError):
        return PassingError(f"{host} cannot be reached")
    if isinstance(error, httpx.UnsupportedProtocol):
        return FetchError(f"{host} leads to an address of another kind")
    return PassingError(f"{host} ended the connection before all was sent")


def _other_kind(media_type: str, address: str) -> str:
    if "html" in media_type:
        return (
            f"{address} is a web page; the server may ask for a login there, or the address is that of a viewer and "
            "not of the manifest or picture itself"
        )
    return f"{address} is of another kind ({media_type.partition(';')[0]})"


def _too_long(host: str, max_bytes: int) -> FetchError:
    return FetchError(f"{host} sends more than {max_bytes >> 20} MiB, which is not read")
