#include "commands/outcome.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"

namespace mainstay::commands::outcome_test {

TEST_CASE("outcome: none at first, then the newest with a growing number") {
  const TemporaryFolder folder;
  const std::string pid_file = folder.path("mainstay.pid");
  CHECK(read_outcome(pid_file).number == 0);
  write_outcome(pid_file, true, "restarted");
  CHECK(read_outcome(pid_file).number == 1);
  CHECK(read_outcome(pid_file).good);
  CHECK(read_outcome(pid_file).text == "restarted");
  write_outcome(pid_file, false, "two\nlines");
  CHECK(read_outcome(pid_file).number == 2);
  CHECK_FALSE(read_outcome(pid_file).good);
  CHECK(read_outcome(pid_file).text == "two lines");
  write_outcome(pid_file, true, std::string(10'000, 'x'));
  CHECK(read_outcome(pid_file).number == 3);
  CHECK(read_outcome(pid_file).text.size() <= 4'096);
}

TEST_CASE("outcome: a file of somebody else's making, none") {
  for (const auto* text : {"", "x", "1", "1 ", "x good y", "-1 good y", "1 splendid y"}) {
    CAPTURE(text);
    const TemporaryFolder folder;
    folder.write("mainstay.pid.outcome", text);
    CHECK(read_outcome(folder.path("mainstay.pid")).number == 0);
  }
}

}  // namespace mainstay::commands::outcome_test
