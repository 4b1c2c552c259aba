#include "apps/apim/domain/limit_headers.hpp"

#include <memory>

#include <doctest/doctest.h>

namespace mainstay::apim::limit_headers_test {
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

TEST_CASE("limit headers: a spike limit, when it is the tightest") {
  Status status = with_reports({{{0, Period::minute, 5}, 2, 2}});
  status.usage.at(0) = {1, false};
  SpikeProbe spike{.metric_id = "hits", .rule = {.max = 10, .seconds = 4, .burst = 8}};
  spike.amount = 1;
  spike.room = 2;
  spike.wait_all = 2'400'000'000;
  status.spikes = {spike};
  LimitHeaders headers = limit_headers(status, {}, now);  // an authorize: nothing was counted
  CHECK(headers.remaining == 2);
  CHECK(headers.max_value == 8);
  CHECK(headers.reset == 3);
  AuthorizeCommand authrep;
  authrep.kind = AuthorizeCommand::Kind::authrep;
  headers = limit_headers(status, authrep, now);  // this call took one: 2.8 seconds now
  CHECK(headers.remaining == 1);
  CHECK(headers.reset == 3);
  status.spikes[0].room = 0;
  status.spikes[0].wait = 399'999'999;
  status.rejection = Rejection{};
  headers = limit_headers(status, authrep, now);
  CHECK(headers.remaining == 0);
  CHECK(headers.reset == 1);
  status.spikes[0].wait = -1;  // more than the burst
  CHECK(limit_headers(status, authrep, now).reset == -1);
  status.spikes[0].room = 8;
  status.spikes[0].wait = 0;
  CHECK(limit_headers(status, authrep, now).max_value == 5);
}

TEST_CASE("limit headers: a grace is not promised") {
  Status status = with_reports({{{0, Period::minute, 10, 15}, 9, 10}});
  status.usage.at(0) = {1, false};
  AuthorizeCommand authrep;
  authrep.kind = AuthorizeCommand::Kind::authrep;
  CHECK(limit_headers(status, authrep, now).remaining == 0);
  CHECK(limit_headers(status, authrep, now).max_value == 10);
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

}  // namespace mainstay::apim::limit_headers_test
