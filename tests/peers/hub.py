"""A stand-in for a hub of data sets: what its client asks of it to publish a folder."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "hf_stand_in"


class Hub:
    """Its repositories: private or not, and the files of the last commit by path."""

    def __init__(self) -> None:
        self.private: dict[str, bool] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.commits: list[str] = []
        self.large: dict[str, bytes] = {}
        self.refuses = ""

    def commit(self, repository: str, lines: list[dict[str, Any]]) -> None:
        """Take what a commit says of files: their content, or the sum of what was uploaded."""
        files = self.files.setdefault(repository, {})
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                self.commits.append(value["summary"])
            elif line["key"] == "file":
                files[value["path"]] = b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.large[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        parts = self.path.partition("?")[0].split("/")
        repository = "/".join(parts[3:5])
        if repository not in self.hub.private:
            self._answer({"error": "Repository not found"}, 404)
        elif parts[5:6] == ["tree"]:
            files = self.hub.files.get(repository, {})
            self._answer([{"type": "file", "path": p, "size": 1, "oid": "0" * 40} for p in files])
        else:
            about = {"id": repository, "private": self.hub.private[repository], "sha": "0" * 40}
            self._answer(about | {"siblings": [], "tags": []})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}" or self.hub.refuses:
            self._answer({"error": self.hub.refuses or "Invalid token"}, 403)
        elif self.path == "/api/repos/create":
            self._create(json.loads(body))
        elif self.path == "/api/validate-yaml":
            self._answer({"errors": [], "warnings": []})
        elif "/preupload/" in self.path:
            self._answer({"files": [self._mode(file) for file in json.loads(body)["files"]]})
        elif self.path.endswith("/info/lfs/objects/batch"):
            asked = json.loads(body)["objects"]
            self._answer({"transfer": "basic", "objects": [self._upload(one) for one in asked]})
        else:
            repository = "/".join(self.path.split("/")[3:5])
            self.hub.commit(repository, [json.loads(line) for line in body.splitlines()])
            oid = f"{len(self.hub.commits):040}"
            url = f"{self._own}/datasets/{repository}/commit/{oid}"
            self._answer({"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.hub.large[self.path.rpartition("/")[2]] = content
        self._answer({})

    def _create(self, asked: dict[str, Any]) -> None:
        repository = f"{asked['organization']}/{asked['name']}"
        there = repository in self.hub.private
        self.hub.private.setdefault(repository, asked.get("visibility") == "private")
        url = f"{self._own}/datasets/{repository}"
        self._answer({"url": url, "error": "exists"}, 409 if there else 200)

    def _mode(self, file: dict[str, Any]) -> dict[str, Any]:
        mode = "lfs" if file["path"].endswith(".parquet") else "regular"
        return {"path": file["path"], "uploadMode": mode, "shouldIgnore": False}

    def _upload(self, one: dict[str, Any]) -> dict[str, Any]:
        return one | {"actions": {"upload": {"href": f"{self._own}/put/{one['oid']}"}}}

    @property
    def _own(self) -> str:
        return f"http://{self.headers['Host']}"

    def _answer(self, plain: Any, status: int = 200) -> None:
        content = json.dumps(plain).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def running_hub() -> Iterator[tuple[str, Hub]]:
    """A hub on a free port of this machine: its address, and what it holds."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", hub
    finally:
        server.shutdown()
        server.server_close()
