#include "apps/apim/domain/limit_headers.hpp"

#include <memory>

#include <doctest/doctest.h>

namespace mainstay::apim {
namespace {

constexpr SystemTime now{Micros{1795224654'250'000}};  // a quarter second past 01:30:54

Status with_reports(std::vector<UsageReport> reports) {
  Status status;
  status.windows = windows_at(unix_seconds(now));
  status.reports = std::move(reports);
  return status;
}

}  // namespace

TEST_CASE("limit headers: fractions of a second, are rounded up to whole ones") {
  const Status status = with_reports({{{0, Period::minute, 5}, 5, 5}});
  const LimitHeaders headers = limit_headers(status, {}, now);
  CHECK(headers.remaining == 0);
  CHECK(headers.reset == 6);
  CHECK(headers.max_value == 5);
}

TEST_CASE("limit headers: eternity, never resets") {
  const Status status = with_reports({{{0, Period::eternity, 1}, 1, 1}});
  CHECK(limit_headers(status, {}, now).reset == -1);
  CHECK(limit_headers(status, {}, now).max_value == 1);
}

TEST_CASE("limit headers: usage sent, other metrics' limits do not count") {
  Status status = with_reports({{{0, Period::minute, 1}, 1, 1}, {{1, Period::minute, 10}, 2, 2}});
  status.usage.at(1).amount = 4;
  const LimitHeaders headers = limit_headers(status, {}, now);
  CHECK(headers.remaining == 2);
  CHECK(headers.units_left == 8);
  CHECK(headers.max_value == 10);
}

}  // namespace mainstay::apim
