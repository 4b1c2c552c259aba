#include "platform/log/line.hpp"

#include <chrono>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::log::line_test {
namespace {

constexpr SystemTime noon =
    std::chrono::sys_days{std::chrono::year{2024} / 5 / 1} + Micros{43'200'000'001};

std::string text(std::vector<Field> fields) {
  return render(Format::text, noon, Level::info, "a.b", fields);
}
std::string json(std::vector<Field> fields) {
  return render(Format::json, noon, Level::warning, "a.b", fields);
}

TEST_CASE("log line: text without fields, time level event") {
  CHECK(text({}) == "2024-05-01T12:00:00.000001Z info a.b\n");
}

TEST_CASE("log line: text fields, plain ones bare and others quoted") {
  CHECK(text({{"s", "x/y"}, {"n", -5}, {"d", 0.25}, {"yes", true}}) ==
        "2024-05-01T12:00:00.000001Z info a.b s=x/y n=-5 d=0.25 yes=true\n");
  CHECK(text({{"s", "two words"}, {"e", ""}, {"q", "a=\"b\""}}) ==
        "2024-05-01T12:00:00.000001Z info a.b s=\"two words\" e=\"\" q=\"a=\\\"b\\\"\"\n");
}

TEST_CASE("log line: json, one object") {
  CHECK(json({{"s", "x"}, {"n", 7U}, {"b", false}, {"d", 1.5}}) ==
        "{\"time\":\"2024-05-01T12:00:00.000001Z\",\"level\":\"warning\",\"event\":\"a.b\","
        "\"s\":\"x\",\"n\":7,\"b\":false,\"d\":1.5}\n");
}

TEST_CASE("log line: json numbers that are none, null") {
  const auto line = json({{"d", std::numeric_limits<double>::quiet_NaN()}});
  CHECK(line.ends_with("\"d\":null}\n"));
}

TEST_CASE("log line: every single byte as a value, one line and no control character") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value{static_cast<char>(byte)};
    for (const auto& line : {text({{"v", value}}), json({{"v", value}})}) {
      for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const auto c = static_cast<unsigned char>(line[i]);
        CHECK_MESSAGE((c >= 0x20 && c < 0x7F), "byte " << byte);
      }
      CHECK(line.back() == '\n');
    }
  }
}

TEST_CASE("log line: UTF-8 stays, bytes that are none and C1 controls are escaped") {
  CHECK(json({{"v", "gr\xC3\xBC\xC3\x9F"}}).find("\"gr\xC3\xBC\xC3\x9F\"") != std::string::npos);
  CHECK(json({{"v", "a\xFFz"}}).find("\"a\\ufffdz\"") != std::string::npos);
  CHECK(json({{"v", "\xC2\x9B[31m"}}).find("\"\\u009b[31m\"") != std::string::npos);
  CHECK(json({{"v", "a\nb\\c"}}).find("\"a\\nb\\\\c\"") != std::string::npos);
}

TEST_CASE("log line: value beyond the limit, cut at a character and marked") {
  const auto line = text({{"v", std::string(value_bytes_max - 1, 'x') + "\xC3\xBC"}});
  CHECK(line.ends_with("xx...\"\n"));
  CHECK(line.size() < value_bytes_max + 100);
  CHECK(text({{"v", std::string(value_bytes_max, 'x')}}).ends_with("xx\n"));
}

TEST_CASE("log line: raw line, controls escaped and length bounded") {
  CHECK(render_raw("GET /\r\n200") == "GET /\\u000d\\u000a200\n");
  CHECK(render_raw(std::string(raw_line_bytes_max + 9, 'x')).size() == raw_line_bytes_max + 4);
}

TEST_CASE("log line: time before 1970 and at year's end, calendar date") {
  std::string out;
  append_time(out, SystemTime{Micros{-1}});
  CHECK(out == "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace mainstay::log::line_test
