#include "platform/settings/value.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "platform/settings/nearest.hpp"

namespace mainstay::settings::value_test {
namespace {

TEST_CASE("setting values: booleans are four words") {
  CHECK(parse_boolean("true") == true);
  CHECK(parse_boolean("1") == true);
  CHECK(parse_boolean("false") == false);
  CHECK(parse_boolean("0") == false);
  for (const char* bad : {"", "yes", "True", " true", "2"}) CHECK_FALSE(parse_boolean(bad));
}

TEST_CASE("setting values: durations have a unit, zero may lack it") {
  CHECK(parse_duration("0") == 0);
  CHECK(parse_duration("5ms") == 5);
  CHECK(parse_duration("10s") == 10'000);
  CHECK(parse_duration("3m") == 180'000);
  CHECK(parse_duration("2h") == 7'200'000);
  CHECK(parse_duration("1d") == 86'400'000);
  CHECK(parse_duration("9223372036854775807ms") == INT64_MAX);
  for (const char* bad : {"", "5", "ms", "-5ms", "1.5s", "5 s", "5S", "5us", "9223372036854775807s",
                          "9223372036854775808ms"}) {
    CHECK_FALSE(parse_duration(bad));
  }
}

TEST_CASE("setting values: bytes are plain or in powers of 1024") {
  CHECK(parse_bytes("512") == 512);
  CHECK(parse_bytes("512B") == 512);
  CHECK(parse_bytes("64KiB") == 65'536);
  CHECK(parse_bytes("1MiB") == 1'048'576);
  CHECK(parse_bytes("2GiB") == 2'147'483'648);
  CHECK(parse_bytes("1TiB") == 1'099'511'627'776);
  for (const char* bad : {"", "KiB", "-1", "1KB", "1k", "1 KiB", "8388608TiB"}) {
    CHECK_FALSE(parse_bytes(bad));
  }
}

TEST_CASE("setting values: lists are separated by commas and have no empty elements") {
  CHECK(*parse_list("") == std::vector<std::string>{});
  CHECK(*parse_list("  ") == std::vector<std::string>{});
  CHECK(*parse_list("one") == std::vector<std::string>{"one"});
  CHECK(*parse_list("a, b ,c d") == std::vector<std::string>{"a", "b", "c d"});
  for (const char* bad : {",", "a,", ",a", "a,,b"}) CHECK_FALSE(parse_list(bad));
}

TEST_CASE("setting values: what is allowed is checked and told") {
  Spec port{.key = "http.port", .kind = Kind::integer, .fallback = "0"};
  CHECK(allowed_values(port) == "an integer");
  port.least = 0;
  CHECK(allowed_values(port) == "an integer, at least 0");
  port.most = 65'535;
  CHECK(allowed_values(port) == "an integer, from 0 to 65535");
  CHECK(is_allowed(port, "0"));
  CHECK(is_allowed(port, "65535"));
  CHECK_FALSE(is_allowed(port, "65536"));
  CHECK_FALSE(is_allowed(port, "-1"));
  CHECK_FALSE(is_allowed(port, "80 "));

  Spec tick{.key = "tick", .kind = Kind::duration, .fallback = "5ms"};
  tick.most = 90'000;
  CHECK(allowed_values(tick) == "a duration such as 250ms, 10s, 5m, 2h or 1d, at most 90s");
  CHECK(is_allowed(tick, "90s"));
  CHECK_FALSE(is_allowed(tick, "2m"));

  Spec body{.key = "body", .kind = Kind::bytes, .fallback = "1MiB"};
  body.least = 1024;
  CHECK(allowed_values(body) ==
        "a number of bytes such as 512, 64KiB, 1MiB or 2GiB, at least 1KiB");
  CHECK_FALSE(is_allowed(body, "1023"));

  Spec mode{.key = "mode", .fallback = "disk", .choices = {"process", "disk"}};
  CHECK(allowed_values(mode) == "one of process, disk");
  CHECK_FALSE(is_allowed(mode, "Disk"));
  mode.kind = Kind::list;
  CHECK(is_allowed(mode, "disk, process"));
  CHECK_FALSE(is_allowed(mode, "disk, floppy"));
}

TEST_CASE("nearest: fewest edits win, the first of equals") {
  const std::vector<std::string> known{"http.port", "http.bind", "log.level"};
  CHECK(nearest("http.prot", known) == "http.port");
  CHECK(nearest("htp.bind", known) == "http.bind");
  CHECK(nearest("loglevel", known) == "log.level");
  CHECK(nearest("http.xxxx", known) == "http.port");
  CHECK(nearest(std::string(100'000, 'x'), known) == "http.port");
  CHECK(nearest("any", {}) == "");
}

}  // namespace
}  // namespace mainstay::settings::value_test
