#include "platform/log/log.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::log::log_test {
namespace {

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in{file};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::unique_ptr<Log> open(Options options) {
  auto log = Log::open(options);
  REQUIRE(log.has_value());
  return std::move(*log);
}

TEST_CASE("log: events below the level, not written") {
  const TemporaryFolder folder;
  const auto log = open({.level = Level::warning, .file = folder.path("log")});
  log->debug("no.debug");
  log->info("no.info");
  log->warning("yes.warning", {{"n", 1}});
  log->error("yes.error");
  log->flush();
  const auto lines = lines_of(folder.path("log"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with("Z warning yes.warning n=1"));
  CHECK(lines[1].ends_with("Z error yes.error"));
  CHECK_FALSE(log->enabled(Level::info));
  CHECK(log->enabled(Level::warning));
}

TEST_CASE("log: raw line, written as it is at any level") {
  const TemporaryFolder folder;
  const auto log = open({.level = Level::error, .file = folder.path("log")});
  log->raw_line("127.0.0.1 \"GET / HTTP/1.1\" 200");
  log->flush();
  CHECK(lines_of(folder.path("log")) ==
        std::vector<std::string>{"127.0.0.1 \"GET / HTTP/1.1\" 200"});
}

TEST_CASE("log: file, for its owner only and appended to") {
  const TemporaryFolder folder;
  for (int round = 0; round < 2; ++round) {
    const auto log = open({.format = Format::json, .file = folder.path("log")});
    log->info("opened");
  }
  CHECK(lines_of(folder.path("log")).size() == 2);
  struct stat status {};
  REQUIRE(::stat(folder.path("log").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("log: destruction, writes what is queued") {
  const TemporaryFolder folder;
  open({.file = folder.path("log")})->info("last.words");
  CHECK(lines_of(folder.path("log")).size() == 1);
}

TEST_CASE("log: file that cannot be opened or bad queue, error with the reason") {
  const auto log = Log::open({.file = "/nowhere/at/all"});
  REQUIRE(log.has_error());
  CHECK(log.error().is(Errc::open_failed));
  CHECK(log.error().message() == "cannot open the log: /nowhere/at/all: No such file or directory");
  CHECK(Log::open({.queue_max = 0}).has_error());
  CHECK(Log::open({.queue_max = 2'000'000}).has_error());
}

TEST_CASE("log: reopen after a rename, later lines go to the new file") {
  const TemporaryFolder folder;
  const auto log = open({.file = folder.path("log")});
  log->info("first");
  log->flush();
  std::filesystem::rename(folder.path("log"), folder.path("log.1"));
  log->info("second");
  log->flush();
  log->reopen();
  log->info("third");
  log->flush();
  CHECK(lines_of(folder.path("log.1")).size() == 2);
  CHECK(lines_of(folder.path("log")).size() == 1);
}

TEST_CASE("log: reopen that fails, the old file stays and says so") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("a"));
  const auto log = open({.file = folder.path("a/log")});
  std::filesystem::rename(folder.path("a"), folder.path("b"));
  log->reopen();
  log->flush();
  const auto lines = lines_of(folder.path("b/log"));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("log.reopen_failed") != std::string::npos);
}

TEST_CASE("log: several threads, every line whole and in its thread's order") {
  const TemporaryFolder folder;
  constexpr int threads = 4;
  constexpr int each = 1000;
  const auto log = open({.file = folder.path("log"), .queue_max = threads * each});
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([&log, t] {
        for (int i = 0; i < each; ++i) log->raw_line(std::to_string(t) + " " + std::to_string(i));
      });
    }
  }
  log->flush();
  std::vector<int> next(threads, 0);
  for (const auto& line : lines_of(folder.path("log"))) {
    const auto blank = line.find(' ');
    REQUIRE(blank != std::string::npos);
    const auto writer = static_cast<std::size_t>(std::stoi(line));
    CHECK(std::stoi(line.substr(blank)) == next[writer]++);
  }
  CHECK(next == std::vector<int>(threads, each));
  CHECK(log->dropped() == 0);
}

TEST_CASE("log: writer that is stuck, callers go on and the oldest lines are dropped and counted") {
  const TemporaryFolder folder;
  const std::string pipe = folder.path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  auto log = open({.file = pipe, .queue_max = 16});
  constexpr std::uint64_t posted = 1000;
  const std::string filler(1000, 'x');
  // Nobody reads yet: the pipe holds 64 kB, a batch 64 kB, the queue 16 lines.
  for (std::uint64_t i = 0; i < posted; ++i) log->raw_line(std::to_string(i) + " " + filler);
  const std::uint64_t dropped = log->dropped();
  CHECK(dropped > 0);

  std::uint64_t received = 0;
  std::jthread drain{[reader, &received] {
    char bytes[4096];
    pollfd ready{reader, POLLIN, 0};
    while (::poll(&ready, 1, 10'000) > 0) {
      const auto got = ::read(reader, bytes, sizeof bytes);
      if (got <= 0) break;
      received += static_cast<std::uint64_t>(std::count(bytes, bytes + got, '\n'));
    }
  }};
  log->flush();
  CHECK(log->dropped() == dropped);
  log.reset();  // ends the reader
  drain.join();
  ::close(reader);
  CHECK(received + dropped == posted);
}

TEST_CASE("log: full disk, lines counted as dropped") {
  const auto log = open({.file = "/dev/full"});
  log->info("lost");
  log->flush();
  CHECK(log->dropped() == 1);
}

}  // namespace
}  // namespace mainstay::log::log_test
