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
        return self._outcome_after(before)

    def _outcome_after(self, before):
        wait_until(lambda: self.outcome()[0] > before or self.process.poll() is not None, 60, "end")
        assert self.process.poll() is None, self.output()
        return self.outcome()[1:]

    def begin_restart(self):
        self._before = self.outcome()[0]
        os.kill(self.process.pid, signal.SIGHUP)

    def await_restart(self):
        word, text = self._outcome_after(self._before)
        assert word == "good", f"{text}\n{self.output()}"

    def restart(self):
        self.begin_restart()
        self.await_restart()
