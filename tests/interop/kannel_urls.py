#!/usr/bin/env python3
"""What Kannel calls over HTTP: prints the path of each request as a line, and answers with nothing.

Its first line says where it listens. A text that asks "ping?" is answered "pong", which Kannel
sends back to whoever asked."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit


class Url(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        fields = dict(parse_qsl(parts.query, keep_blank_values=True))
        words = [f"{name}={value}" for name, value in fields.items()]
        print(parts.path, *words, sep="|", flush=True)
        answer = b"pong" if fields.get("text") == "ping?" else b""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Url)
print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
