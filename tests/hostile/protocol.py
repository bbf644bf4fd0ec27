"""Bytes that two HTTP parsers might read differently, or that are no HTTP at all. Ambiguous framing must end the connection."""

from __future__ import annotations

TARGET = "/api/v1/widget/session"
HIDDEN = b"GET /api/v1/admin/tenants HTTP/1.1\r\nHost: x\r\nX-Hidden: 1\r\n\r\n"  # must never be read as a request


def post(*lines: str, body: bytes = b"", target: str = TARGET, version: str = "HTTP/1.1") -> bytes:
    head = "\r\n".join([f"POST {target} {version}", "Host: frontdesk.example", *lines])
    return head.encode("latin-1") + b"\r\n\r\n" + body


def get(*lines: str, target: str = "/healthz", version: str = "HTTP/1.1") -> bytes:
    return "\r\n".join([f"GET {target} {version}", "Host: frontdesk.example", *lines]).encode("latin-1") + b"\r\n\r\n"


CHUNKED = b"0\r\n\r\n" + HIDDEN
LENGTH = str(len(CHUNKED))
TRAILED = ("Transfer-Encoding: chunked", "Trailer: X-API-Key")

# Where does the body end? Whoever stands before us may have read it the other way, so nobody may go on.
AMBIGUOUS: dict[str, bytes] = {
    "length and chunks": post(f"Content-Length: {LENGTH}", "Transfer-Encoding: chunked", body=CHUNKED),
    "chunks and length": post("Transfer-Encoding: chunked", f"Content-Length: {LENGTH}", body=CHUNKED),
    "a short length and chunks": post("Content-Length: 5", "Transfer-Encoding: chunked", body=CHUNKED),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "the same length twice": post("Content-Length: 2", "Content-Length: 2", body=b"{}" + HIDDEN),
    "a list of lengths": post("Content-Length: 2, 2", body=b"{}" + HIDDEN),
    "a signed length": post("Content-Length: +2", body=b"{}" + HIDDEN),
    "a negative length": post("Content-Length: -1", body=HIDDEN),
    "a length in hexadecimal": post("Content-Length: 0x2", body=b"{}" + HIDDEN),
    "a length with an exponent": post("Content-Length: 2e0", body=b"{}" + HIDDEN),
    "a length without end": post(f"Content-Length: {'9' * 40}", body=b"{}" + HIDDEN),
    "no length in its header": post("Content-Length: ", body=HIDDEN),
    "chunks that are not last": post("Transfer-Encoding: chunked, identity", body=CHUNKED),
    "chunks by another name": post("Transfer-Encoding: xchunked", body=CHUNKED),
    "chunks twice": post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=CHUNKED),
    "a blank before the colon": post(f"Content-Length : {len(HIDDEN)}", body=HIDDEN),
    "a blank before the other colon": post("Transfer-Encoding : chunked", body=CHUNKED),
    "a header on two lines": post("X-Folded: a\r\n Transfer-Encoding: chunked", "Content-Length: 0", body=HIDDEN),
    "chunks on a second line": post("Transfer-Encoding:\r\n chunked", body=CHUNKED),
    "a header that begins with a blank": post(" Content-Length: 5", body=b"{}   " + HIDDEN),
    "a null byte in a name": post("Content-Length\x00: 5", body=b"{}   " + HIDDEN),
    "a null byte in a value": post("X-A: a\x00b", "Content-Length: 0", body=HIDDEN),
    "a bare carriage return": post("X-A: a\rContent-Length: 5", body=b"{}   " + HIDDEN),
    "chunks of no size": post("Transfer-Encoding: chunked", body=b"zz\r\n" + HIDDEN),
    "a chunk too large": post("Transfer-Encoding: chunked", body=b"F" * 20 + b"\r\n" + HIDDEN),
    "a chunk of negative size": post("Transfer-Encoding: chunked", body=b"-1\r\n" + HIDDEN),
    "a chunk without its end": post("Transfer-Encoding: chunked", body=b"1\r\nab\r\n0\r\n\r\n" + HIDDEN),
}  # fmt: skip

# Odd, but read by everybody alike, or by nobody: any answer below 500, or none, and the server goes on.
ODD: dict[str, bytes] = {
    "an absolute target": get(target="http://evil.example/healthz"),
    "somebody else's port": get(target="evil.example:443"),
    "an asterisk": get(target="*"),
    "no target": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
    "a fragment": get(target="/healthz#x"),
    "a blank in the target": get(target="/health z"),
    "a null byte in the target": get(target="/health\x00z"),
    "bytes in the target": get(target="/\xff\xfe"),
    "bytes in the query": get(target="/api/v1/knowledge/entries?q=\xff\xfe"),
    "backslashes": get(target="\\\\evil.example\\healthz"),
    "two slashes": get(target="//evil.example/healthz"),
    "dots": get(target="/customer/../api/v1/admin/tenants"),
    "escaped dots": get(target="/customer/%2e%2e/api/v1/admin/tenants"),
    "parameters of a segment": get(target="/healthz;jsessionid=1"),
    "a long target": get(target="/" + "a" * 200_000),
    "an unfinished escape": get(target="/api/v1/turns/%"),
    "connect": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "trace": b"TRACE / HTTP/1.1\r\nHost: x\r\nX-API-Key: secret\r\n\r\n",
    "options of all": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method in small letters": b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long method": b"A" * 10_000 + b" /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a null byte in the method": b"GE\x00T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n",
    "HTTP/1.0": b"GET /healthz HTTP/1.0\r\n\r\n",
    "HTTP/2.0": get(version="HTTP/2.0"),
    "HTTP/9.9": get(version="HTTP/9.9"),
    "no HTTP": get(version="HTTPS/1.1"),
    "an upgrade to HTTP/2": get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"),
    "an upgrade to a socket": get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", target="/"),
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": get("Host: evil.example"),
    "a host of bytes": b"GET /healthz HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
    "lines without carriage returns": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "a header without a name": get(": value"),
    "a header without a colon": get("nonsense"),
    "ten thousand headers": get(*(f"X-{number}: {number}" for number in range(10_000))),
    "one long header": get(f"X-Long: {'a' * 1_000_000}"),
    "a header of every byte": get("X-Bytes: " + "".join(chr(code) for code in range(32, 256) if code != 127)),
    "a hundred credentials": get(*(f"X-API-Key: fd_{number}" for number in range(100)), target="/api/v1/leads"),
    "chunks in HTTP/1.0": post("Transfer-Encoding: chunked", version="HTTP/1.0", body=b"2\r\n{}\r\n0\r\n\r\n"),
    "a trailer that is a credential": post(*TRAILED, body=b"2\r\n{}\r\n0\r\nX-API-Key: x\r\n\r\n"),
    "an endless extension of a chunk": post("Transfer-Encoding: chunked", body=b"2;" + b"a" * 500_000 + b"\r\n{}\r\n0\r\n\r\n"),
    "continue, and then nothing": post("Expect: 100-continue", "Content-Length: 10"),
    "less than was announced": post("Content-Length: 1000", body=b"{}"),
    "half a request": b"POST /api/v1/chat HT",
    "a handshake of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "zeros": b"\x00" * 5000,
    "a letter": b"EHLO frontdesk.example\r\nMAIL FROM:<a@b.example>\r\n",
    "Redis": b"*1\r\n$8\r\nFLUSHALL\r\n",
}  # fmt: skip
