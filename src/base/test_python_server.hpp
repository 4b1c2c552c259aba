#pragma once

#include <cstdio>
#include <fcntl.h>
#include <initializer_list>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/check.hpp"

namespace mainstay {

/// A server in Python for tests, which run in the project's folder: a script that says `port N` on
/// its standard output when it listens, and ends with its input. Where Python lacks what the script
/// imports, port() is empty.
class PythonServer {
 public:
  explicit PythonServer(std::vector<std::string> script_and_flags) {
    for (const char* python : {"python3", "/usr/bin/python3"}) {
      start(python, script_and_flags);
      const std::string first = line();
      if (first.starts_with("port ")) {
        port_ = first.substr(5);
        return;
      }
      end();
    }
  }
  ~PythonServer() { end(); }
  PythonServer(const PythonServer&) = delete;
  PythonServer& operator=(const PythonServer&) = delete;

  [[nodiscard]] const std::string& port() const { return port_; }
  /// The next line that it says; waits for it.
  [[nodiscard]] std::string line() {
    std::string out;
    for (int c = std::fgetc(lines_); c != EOF && c != '\n'; c = std::fgetc(lines_)) {
      out += static_cast<char>(c);
    }
    return out;
  }

 private:
  void start(const char* python, const std::vector<std::string>& words) {
    int to[2];
    int from[2];
    MS_CHECK(::pipe2(to, O_CLOEXEC) == 0 && ::pipe2(from, O_CLOEXEC) == 0);
    child_ = ::fork();
    MS_CHECK(child_ >= 0);
    if (child_ == 0) {
      ::dup2(to[0], 0);
      ::dup2(from[1], 1);
      ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
      std::vector<char*> arguments{const_cast<char*>(python)};
      for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      ::execvp(python, arguments.data());
      ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    input_ = to[1];
    lines_ = ::fdopen(from[0], "r");
    MS_CHECK(lines_ != nullptr);
  }
  void end() {
    if (child_ <= 0) return;
    ::close(input_);
    ::waitpid(child_, nullptr, 0);
    std::fclose(lines_);
    child_ = 0;
  }

  std::string port_;
  int input_ = -1;
  std::FILE* lines_ = nullptr;
  pid_t child_ = 0;
};

}  // namespace mainstay
