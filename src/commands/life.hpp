#pragma once

#include "commands/daemon.hpp"
#include "commands/standard.hpp"

namespace mainstay::commands {

/// Serves until a signal ends it; gives the exit status. `daemon` (may be null) is told once
/// requests are answered.
///
/// SIGTERM, SIGINT: stop. SIGHUP: restart, by handing this process over to the program that now has
/// its path (ADR 7). SIGUSR1: reopen the log. SIGUSR2: the same and read the certificates again.
int live(const Process& process, const Call& call, bool with_pid_file, Daemon* daemon);

/// Whether live() would start, as far as that can be said beside a process that serves.
int check(const Process& process, const Call& call);

}  // namespace mainstay::commands
