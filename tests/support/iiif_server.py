"""Servers on loopback for tests: a real IIIF image server, and one that does whatever a test tells it to."""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

_IIPSRV = Path("/usr/lib/iipimage-server/iipsrv.fcgi")
_REQUIRED = "TABLEKIN_IIIF_SERVER"  # .ci/run sets it, so that there a missing server is a failure


def find_image_server():
    """Skip where there is no IIIF image server; fail where it has to be there."""
    lighttpd = shutil.which("lighttpd", path=os.environ["PATH"] + os.pathsep + "/usr/sbin")
    if _IIPSRV.exists() and lighttpd:
        return lighttpd
    reason = "no IIIF image server; Debian has one: apt-get install iipimage-server lighttpd"
    if os.environ.get(_REQUIRED):
        pytest.fail(f"{reason} ({_REQUIRED} is set)")
    pytest.skip(reason)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def image_server(folder, longest=5000):
    """Serve a folder: files as they are, and TIFF pyramids by the Image API 2 below /iiif/; gives the address."""
    lighttpd = find_image_server()
    port, inner = free_port(), free_port()
    config = folder.parent / "lighttpd.conf"
    config.write_text(
        'server.modules = ("mod_fastcgi")\n'
        f'server.document-root = "{folder}"\n'
        'server.bind = "127.0.0.1"\n'
        f"server.port = {port}\n"
        'mimetype.assign = (".json" => "application/json", ".jpg" => "image/jpeg")\n'
        'fastcgi.server = ("/iiif/" => (("host" => "127.0.0.1", '
        f'"port" => {inner}, "check-local" => "disable")))\n'
    )
    settings = {
        "FILESYSTEM_PREFIX": f"{folder}/",
        "URI_MAP": "iiif=>IIIF",
        "MAX_CVT": str(longest),
        "VERBOSITY": "0",
        "CORS": "*",
    }
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    images = subprocess.Popen([_IIPSRV, "--bind", f"127.0.0.1:{inner}"], env=os.environ | settings, **quiet)
    web = subprocess.Popen([lighttpd, "-D", "-f", config], **quiet)
    try:
        for each in (inner, port):
            _wait_for(each)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in (web, images):
            process.terminate()
            process.wait(10)


def _wait_for(port):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"nothing listens on port {port}")


def write_pyramid(path, image):
    """Write a tiled TIFF with ever smaller copies of an image ``(h, w)``, as image servers want it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tifffile.TiffWriter(path) as file:
        while True:
            file.write(image, tile=(256, 256), photometric="minisblack")
            if max(image.shape) <= 256:
                return
            small = Image.fromarray(image).resize((image.shape[1] // 2, image.shape[0] // 2))
            image = np.asarray(small)


class Script:
    """What a server answers: ``answers[path]`` is a function of the request, or a tuple of status, headers and body."""

    def __init__(self):
        self.answers = {}
        self.asked = []  # (path, headers) in order
        self.at_once = 0  # requests at the same time, at most
        self._now, self._lock = 0, threading.Lock()

    @property
    def paths(self):
        return Counter(path for path, _ in self.asked)

    def json(self, path, content):
        self.answers[path] = (200, {"Content-Type": "application/json"}, json.dumps(content).encode())

    def picture(self, path, content):
        self.answers[path] = (200, {"Content-Type": "image/jpeg"}, content)

    @contextmanager
    def count(self):
        with self._lock:
            self._now += 1
            self.at_once = max(self.at_once, self._now)
        try:
            yield
        finally:
            with self._lock:
                self._now -= 1


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        script = self.server.script
        with script.count():
            script.asked.append((self.path, dict(self.headers)))
            answer = script.answers.get(self.path, (404, {}, b""))
            if callable(answer):
                answer = answer(self)
            if answer is None:  # the function has answered
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # the client has gone, as it should from a server that does harm


@contextmanager
def scripted_server():
    """Serve what a ``Script`` says on loopback; gives the script and the address."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.script = Script()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.script, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
