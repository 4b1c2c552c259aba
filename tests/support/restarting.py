"""A server whose restarts and reloads can be asked for and waited for."""

import os
import signal

from support.server import Server, wait_until


class Restarting(Server):
    """Has a pid file, and so an outcome file beside it."""

    def __init__(self, folder, *arguments, **options):
        self.pid_file = folder / "mainstay.pid"
        super().__init__(folder, "--pidfile", self.pid_file, *arguments, **options)

    def outcome(self):
        """Of the last restart or reload: its number, `good` or `refused`, and the text."""
        try:
            number, word, text = (self.folder / "mainstay.pid.outcome").read_text().split(" ", 2)
            return int(number), word, text.strip()
        except FileNotFoundError:
            return 0, "", ""

    def ask(self, sent):
        """Sends the signal; what came of it."""
        before = self.outcome()[0]
        os.kill(self.process.pid, sent)
        wait_until(lambda: self.outcome()[0] > before or self.process.poll() is not None, 60, sent)
        assert self.process.poll() is None, self.output()
        return self.outcome()[1:]

    def restart(self):
        word, text = self.ask(signal.SIGHUP)
        assert word == "good", f"{text}\n{self.output()}"
