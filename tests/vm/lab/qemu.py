# SPDX-License-Identifier: LGPL-2.1-or-later
"""One QEMU process and its three channels: QMP, the serial console, the agent's port.

Everything arrives through pump(), in one thread. Nobody sleeps: wait() looks again whenever
something arrived, until its deadline.
"""
import codecs
import contextlib
import json
import selectors
import socket
import subprocess
import time


# The devices at the guest's end.
CHANNELS = ("-mon", "chardev=qmp,mode=control", "-serial", "chardev:console",
            "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent,name=lab")


class QemuError(Exception):
    """The machine did not do what the test waited for, or QEMU ended."""


class Qemu:
    def __init__(self, command, directory):
        self.events = []       # QMP events, as they came
        self.console = ""      # everything the machine wrote to its serial port
        self.console_times = []  # (length of the console, when): to date its lines
        self.agent_lines = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._partial = {"qmp": b"", "agent": b""}
        self._replies = []
        self._log = directory / "qemu.log"
        self._selector = selectors.DefaultSelector()
        self._sockets = {}
        theirs = {name: self._channel(name) for name in ("qmp", "console", "agent")}
        self._start(command, theirs)
        for end in theirs.values():
            end.close()
        self.qmp("qmp_capabilities")

    def _channel(self, name):
        ours, theirs = socket.socketpair()
        self._sockets[name] = ours
        self._selector.register(ours, selectors.EVENT_READ, name)
        return theirs

    def _start(self, command, channels):
        # The kernel kills the machine when this process ends, however it ends.
        argv = ["setpriv", "--pdeathsig", "KILL", *map(str, command)]
        for name, end in channels.items():
            argv += ["-chardev", f"socket,id={name},fd={end.fileno()}"]
        argv += CHANNELS
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            pass_fds=[end.fileno() for end in channels.values()])

    def pump(self, seconds):
        """Reads what has arrived, waiting for at most so many seconds."""
        for key, _ in self._selector.select(max(0, seconds)):
            data = key.fileobj.recv(1 << 16)
            if not data:
                raise QemuError(f"QEMU ended: {self._log.read_text().strip()[-2000:]}")
            if key.data == "console":
                self.console += self._decoder.decode(data).replace("\r", "")
                self.console_times.append((len(self.console), time.monotonic()))
            else:
                self._take_lines(key.data, data)

    def _take_lines(self, channel, data):
        *lines, self._partial[channel] = (self._partial[channel] + data).split(b"\n")
        for line in filter(None, lines):
            if channel == "agent":
                self.agent_lines.append(line.decode())
                continue
            message = json.loads(line)
            if "event" in message:
                self.events.append(message)
            elif "return" in message or "error" in message:
                self._replies.append(message)

    def wait(self, condition, what, seconds):
        """Waits until condition() is true, and returns its value."""
        deadline = time.monotonic() + seconds
        while not (answer := condition()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise QemuError(f"waited {seconds} s for {what}")
            self.pump(left)
        return answer

    def qmp(self, command, **arguments):
        message = {"execute": command, "arguments": arguments}
        self._sockets["qmp"].sendall(json.dumps(message).encode() + b"\n")
        self.wait(lambda: self._replies, f"QMP's answer to {command}", 30)
        reply = self._replies.pop(0)
        if "error" in reply:
            raise QemuError(f"{command}: {reply['error']['desc']}")
        return reply["return"]

    def event(self, name, start=0, **data):
        """The first event of that name and data since number `start`, or None."""
        for event in self.events[start:]:
            if event["event"] == name and data.items() <= event.get("data", {}).items():
                return event
        return None

    def send_agent(self, line):
        self._sockets["agent"].sendall(line.encode() + b"\n")

    def type(self, text):
        """At the console."""
        self._sockets["console"].sendall(text.encode())

    def save_state(self, path):
        """Stops the machine and saves memory and devices for load_state(). QEMU ends."""
        self.qmp("stop")
        self._migrate("migrate", path)
        with contextlib.suppress(QemuError):  # it may be gone before it has answered
            self.qmp("quit")
        self.process.wait(30)

    def load_state(self, path):
        """Continues where save_state() stopped. For a QEMU started with -incoming defer."""
        self._migrate("migrate-incoming", path)
        self.qmp("cont")

    def _migrate(self, command, path):
        self.qmp("migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}])
        self.qmp("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        start = len(self.events)
        self.qmp(command, uri=f"file:{path}")
        self.wait(lambda: self.event("MIGRATION", start, status="completed")
                  or self.event("MIGRATION", start, status="failed"), f"the machine's state in {path}", 120)
        if self.event("MIGRATION", start, status="failed"):
            raise QemuError(f"{command} {path} failed: {self._log.read_text().strip()}")

    def close(self):
        self.process.kill()
        self.process.wait()
        self._selector.close()
        for end in self._sockets.values():
            end.close()
