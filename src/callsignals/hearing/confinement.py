"""What the decoder's process may still do once its libraries are loaded: compute, and use the files it was handed.

A file made to take over FFmpeg finds itself in a process that can open no file, no connection and no other program.
On Linux (x86-64 and arm64) the kernel sees to that by a list of the system calls that remain allowed (seccomp-bpf,
`Documentation/userspace-api/seccomp_filter.rst`); elsewhere nothing but the bounds of :mod:`callsignals.processes`
holds. ``confine`` tries what should be refused and says what it found.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import socket
import struct
import sys
from collections.abc import Callable

__all__ = ["confine"]

_X86_64 = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
    "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19, "writev": 20,
    "sched_yield": 24, "mremap": 25, "madvise": 28, "dup": 32, "nanosleep": 35, "getpid": 39, "recvmsg": 47,
    "exit": 60, "fcntl": 72, "ftruncate": 77, "getrusage": 98, "sigaltstack": 131, "gettid": 186, "futex": 202,
    "sched_getaffinity": 204, "clock_gettime": 228, "clock_nanosleep": 230, "exit_group": 231, "newfstatat": 262,
    "prlimit64": 302, "getrandom": 318,
}  # fmt: skip
_ARM64 = {
    "dup": 23, "fcntl": 25, "ftruncate": 46, "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65,
    "writev": 66, "pread64": 67, "newfstatat": 79, "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98,
    "nanosleep": 101, "clock_gettime": 113, "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124,
    "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "getrusage": 165,
    "getpid": 172, "gettid": 178, "recvmsg": 212, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222,
    "mprotect": 226, "madvise": 233, "prlimit64": 261, "getrandom": 278,
}  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _ARM64)}
"""Audit number and allowed system calls. Anything else answers EPERM, and FFmpeg does without: its filter graphs ask
for threads and go on with one."""

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_AT_CALL, _AT_MACHINE = 0, 4
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_SET_SECCOMP, _FILTER_MODE, _NO_NEW_PRIVILEGES = 22, 2, 38


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def confine() -> list[str]:
    """Gives up every right that decoding does not need; there is no way back.

    Returns:
        What is refused from now on, by trial: ``files`` (opening any), ``network`` (connections of any kind),
        ``programs`` (starting any). Empty where the system has no such means.
    """
    if sys.platform != "linux":
        return []
    if platform.machine() in _MACHINES and sys.maxsize > 1 << 32:
        with contextlib.suppress(OSError):
            _allow_only(*_MACHINES[platform.machine()])
    trials: dict[str, Callable[[], object]] = {
        "files": lambda: os.close(os.open(os.devnull, os.O_RDONLY)),
        "network": lambda: socket.socket().close(),
        "programs": _fork,
    }
    return [name for name, trial in trials.items() if _refused(trial)]


def _allow_only(machine: int, calls: dict[str, int]) -> None:
    steps = [(_LOAD, 0, 0, _AT_MACHINE), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _AT_CALL)]
    left = len(calls)
    for number in calls.values():
        steps.append((_EQUAL, left, 0, number))
        left -= 1
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    packed = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = _Program(len(steps), packed)
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0)):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


def _refused(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _fork() -> None:
    assert sys.platform != "win32"
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
