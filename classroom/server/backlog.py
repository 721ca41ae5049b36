"""Close a listening socket without losing connections that wait in its backlog.

On close(), the kernel resets connections that were not accepted, including any that arrive after
the last accept(). Therefore, new connections are refused first, and then all waiting ones are
accepted.
"""

import socket
import struct
import sys
from array import array
from contextlib import suppress

# Linux constants that the module socket does not define.
_SO_ATTACH_FILTER = 26
# A classic BPF program on a TCP segment: load the flags, drop the segment if it has SYN.
_INSTRUCTION = struct.Struct("HBBI")
_DROP_SYN = b"".join(
    _INSTRUCTION.pack(*instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # load the byte at offset 13
        (0x45, 0, 1, 0x02),  # skip one instruction unless it has the bit 0x02
        (0x06, 0, 0, 0),  # drop
        (0x06, 0, 0, 0xFFFFFFFF),  # accept
    )
)


def refuse_new(listener: socket.socket) -> None:
    """Refuse further connections; those that are in the backlog can still be accepted.

    TCP clients repeat their SYN after one second. By then, the socket is closed.
    """
    with suppress(OSError):
        if listener.family == socket.AF_UNIX:
            listener.shutdown(socket.SHUT_RD)
        elif sys.platform == "linux":
            program = array("B", _DROP_SYN)
            address, length = program.buffer_info()
            option = struct.pack("HP", length // _INSTRUCTION.size, address)
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, option)
