"""A connection to a client, which waitress calls a channel.

The main thread reads from it and closes it. A worker thread executes one request at a time and
writes the response. The docstring of a method names the thread if only one of them calls it.
"""

import time
from typing import Any

from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.utilities import Error

from .names import server_keys
from .parser import Parser
from .tasks import ApplicationTask, JSONErrorTask

_MAX_UNSENT = 1024 * 1024
_THROTTLE_SECONDS = 1
_FIRST_REQUEST_SECONDS = 1


class RequestTimeout(Error):
    """The client did not complete its request in time."""

    code = 408
    reason = "Request Timeout"


class Channel(HTTPChannel):
    """A connection on which a slow client never blocks a worker thread."""

    parser_class = Parser
    task_class = ApplicationTask
    error_task_class = JSONErrorTask
    request_timeout: int

    # Waitress's stubs annotate these differently from their use, or not at all.
    request: Parser | None
    requests: Any
    requests_lock: Any
    server: Any

    _written = b""
    _is_sending = False
    _is_paused = False
    _throttled_until = 0.0

    def __init__(self, server: Any, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(server, sock, *arguments, **options)
        self.server_keys = server_keys(sock, server.adj)

    def service(self) -> None:
        """Execute the next request, or postpone it until ``resume`` (worker thread)."""
        if not self._must_wait() or not self._pause():
            super().service()

    @property
    def is_next_nonblocking(self) -> bool:
        """Return whether the next request has the method and the path of one that never blocks."""
        if not self.requests:  # canceled
            return False
        request = self.requests[0]
        # Compare the path as sent. A percent-encoded path requires authentication, which may block.
        path = request.request_uri.partition("?")[0].removeprefix(self.adj.url_prefix)
        is_known = path in self.server.services.nonblocking_paths
        return is_known and request.command in ("GET", "HEAD", "OPTIONS")

    @property
    def is_from_proxy(self) -> bool:
        """Return whether the peer is the trusted proxy."""
        return self.adj.trusted_proxy in ("*", self.addr[0])

    def throttle(self) -> None:
        """Postpone further requests for one second (worker thread)."""
        # All clients of a proxy share its connections.
        if not self.is_from_proxy:
            self._throttled_until = time.monotonic() + _THROTTLE_SECONDS

    def _must_wait(self) -> bool:
        # Responses that the client does not read take up memory.
        is_full = self.total_outbufs_len > _MAX_UNSENT
        return self.connected and (is_full or time.monotonic() < self._throttled_until)

    def _pause(self) -> bool:
        # The main thread sends under the same lock. This check takes what it has sent into account.
        # After it has sent more, the main thread calls resume().
        with self.outbuf_lock:
            self._is_paused = paused = self._must_wait()
        return paused

    def resume(self) -> None:
        """Queue the postponed request, unless it must wait longer (main thread)."""
        if self._is_paused and not self._must_wait():
            self._is_paused = False
            self.server.add_task(self)

    def write_soon(self, data: Any) -> int:
        """Keep what a task writes until ``flush``, unless it is a file (worker thread)."""
        if isinstance(data, ReadOnlyFileBasedBuffer):
            return super().write_soon(data)  # type: ignore[arg-type]  # the stubs omit files
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Send what the socket accepts, and leave the rest to the main thread (worker thread)."""
        if not self._written:
            return
        written, self._written = self._written, b""
        self._is_sending = True
        try:
            super().write_soon(written)
        finally:
            self._is_sending = False
        if self.total_outbufs_len:
            self.server.pull_trigger()

    def _flush_outbufs_below_high_watermark(self) -> None:
        """Do nothing: waitress would block the worker thread here until the client reads."""

    def writable(self) -> bool:
        """Return whether there is something to send or to close (main thread)."""
        # Waitress would not close the connection before the client reads.
        if self.will_close:
            self.handle_close()
        # The loop would spin while a worker thread sends. That thread wakes the loop if something
        # remains unsent.
        is_unsent = bool(self.total_outbufs_len or self.close_when_flushed)
        return self.connected and is_unsent and not self._is_sending

    def handle_write(self) -> None:
        super().handle_write()
        self.resume()

    def handle_close(self) -> None:
        super().handle_close()
        # The worker thread discards the requests of a closed connection.
        self.resume()

    def abort(self) -> None:
        """Close the connection immediately and discard unsent data (main thread)."""
        # From here on readable() and writable() return False if the event loop still calls them.
        self.will_close = True
        self.handle_close()

    @property
    def is_idle(self) -> bool:
        """Return whether the client is neither waiting for a response nor about to send a request.

        A client that has just connected is expected to send one.
        """
        is_waiting = self.requests or self.request
        is_sending = self.total_outbufs_len or self.close_when_flushed
        is_new = self.last_activity == self.creation_time
        expects_request = is_new and time.time() < self.creation_time + _FIRST_REQUEST_SECONDS
        return not (is_waiting or is_sending or expects_request)

    def waiting_since(self) -> float | None:
        """Return the time since which the server has been waiting for the client, or None."""
        if self.requests and not self._is_paused:
            return None
        return self.request.began if self.request else self.last_activity

    def enforce_timeouts(self, now: float) -> None:
        """Close the connection, or respond with 408, if its client is too slow (main thread)."""
        if self.requests or self.total_outbufs_len or self.close_when_flushed:
            # Nothing is read at the moment; do not count this time against the client.
            if self.request:
                self.request.began = now
            if self._has_stalled(now - self.request_timeout):
                self.abort()
        elif self.request is None:
            if self.last_activity < now - self.adj.channel_timeout:
                self.abort()
        elif self.request.began < now - self.request_timeout:
            self._refuse(self.request)

    def _has_stalled(self, cutoff: float) -> bool:
        if self.last_activity >= cutoff:
            return False
        # A worker thread may be sending.
        with self.outbuf_lock:
            is_unsent = bool(self.total_outbufs_len or self.close_when_flushed)
            return is_unsent and self.last_activity < cutoff

    def _refuse(self, request: Parser) -> None:
        # A request with an oversized body already has an error.
        request.error = request.error or RequestTimeout(
            f"the request was not complete within {self.request_timeout} seconds"
        )
        with self.requests_lock:
            self.request = None
            self.requests.append(request)
            self.server.add_task(self)
