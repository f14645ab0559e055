"""Run a command that cannot outlive the process that started it.

`python -I -S tether.py <parent pid> <command> …` asks the kernel for SIGKILL at the death of the
parent, then becomes the command. A program of its own, and not a `preexec_fn`, because code run
between fork and exec in a process with threads may deadlock.

The kernel means the parent *thread*: whoever starts a tethered command must do it from a thread
that lives as long as the command should.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
SIGKILL = 9  # `import signal` would cost more than everything else here


def main() -> None:
    """Become the command that follows the parent's process id."""
    parent, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != int(parent):
        # The parent died before the request: nobody would ever end this process.
        sys.exit(f"{command[0]}: the launcher {parent} is gone")
    os.execvp(command[0], command)  # noqa: S606 - the command comes from the launcher, no shell


if __name__ == "__main__":
    main()
