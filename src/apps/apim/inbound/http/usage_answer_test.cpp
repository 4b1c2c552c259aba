#include "apps/apim/inbound/http/usage_answer.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_zones.hpp"

namespace mainstay::apim::usage_answer_test {
namespace {

using test_zones::utc;

UsageHead head() {
  UsageHead head;
  head.service_id = "s";
  head.application_id = "a\"1";
  head.metric_id = "7";
  head.path = "/internal/services/s/applications/a%221/usage";
  head.query.metric = "hits";
  head.query.per_page = 2'000;
  return head;
}

UsageSeries three_days() {
  UsageSeries series;
  for (unsigned day = 1; day <= 3; ++day) {
    series.points.push_back({utc(2026, 11, day), utc(2026, 11, day + 1)});
  }
  series.values = {5, 0, 7};
  series.total = 12;
  return series;
}

std::string cell(std::string_view text) {
  std::string out;
  append_csv_cell(out, text);
  return out;
}

}  // namespace

TEST_CASE("usage answer: a series as JSON") {
  const UsageAnswer answer = usage_answer(head(), three_days());
  CHECK(answer.body ==
        R"({"status":"found","usage":{"service_id":"s","application_id":"a\"1",)"
        R"("metric":{"id":"7","name":"hits"},"period":"day","since":"2026-11-01T00:00:00Z",)"
        R"("until":"2026-11-04T00:00:00Z","timezone":"UTC","total":12,"values":[)"
        R"({"period_start":"2026-11-01T00:00:00Z","value":5},)"
        R"({"period_start":"2026-11-02T00:00:00Z","value":0},)"
        R"({"period_start":"2026-11-03T00:00:00Z","value":7}],"next":null}})");
  CHECK_FALSE(answer.csv);
  CHECK(answer.next.empty());
}

TEST_CASE("usage answer: of a whole service's response codes, in a zone, without zeros") {
  const TimeZone kolkata = test_zones::kolkata();
  UsageHead asked = head();
  asked.application_id.clear();
  asked.metric_id.clear();
  asked.query.metric.clear();
  asked.query.response_code = "4xx";
  asked.query.zeros = false;
  asked.zone = &kolkata;
  CHECK(usage_answer(asked, three_days()).body ==
        R"({"status":"found","usage":{"service_id":"s","response_code":"4XX","period":"day",)"
        R"("since":"2026-11-01T05:30:00+05:30","until":"2026-11-04T05:30:00+05:30",)"
        R"("timezone":"Asia/Kolkata","total":12,"values":[)"
        R"({"period_start":"2026-11-01T05:30:00+05:30","value":5},)"
        R"({"period_start":"2026-11-03T05:30:00+05:30","value":7}],"next":null}})");
}

TEST_CASE("usage answer: page by page, the next one asks for the same range") {
  UsageHead asked = head();
  asked.query.per_page = 2;
  const UsageAnswer first = usage_answer(asked, three_days());
  CHECK(first.next ==
        "/internal/services/s/applications/a%221/usage?metric=hits&period=day&since=1793491200"
        "&until=1793750400&timezone=UTC&per_page=2&page=2");
  CHECK(first.body.find(R"("total":12)") != std::string::npos);
  CHECK(first.body.ends_with(R"("value":0}],"next":")" + first.next + R"("}})"));
  asked.query.page = 2;
  const UsageAnswer second = usage_answer(asked, three_days());
  CHECK(second.body.find(R"("values":[{"period_start":"2026-11-03T00:00:00Z","value":7}],)") !=
        std::string::npos);
  CHECK(second.next.empty());
  asked.query.page = 3;
  CHECK(usage_answer(asked, three_days()).body.find(R"("values":[],"next":null)") !=
        std::string::npos);
}

TEST_CASE("usage answer: a series as CSV") {
  UsageHead asked = head();
  asked.query.csv = true;
  asked.query.metric = "=cmd|' /C calc'!A0";
  asked.query.per_page = 1;
  const UsageAnswer answer = usage_answer(asked, three_days());
  CHECK(answer.body ==
        "service_id,application_id,metric,period,period_start,period_end,value\r\n"
        "s,\"a\"\"1\",'=cmd|' /C calc'!A0,day,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,5\r\n");
  CHECK(answer.csv);
  CHECK(answer.file_name == "usage-s-a_1-_cmd____C_calc__A0-day.csv");
  CHECK(answer.next.find("&format=csv&") != std::string::npos);
}

TEST_CASE("usage answer: who used most, JSON and CSV") {
  UsageHead asked = head();
  asked.application_id.clear();
  asked.query.per_page = 2;
  const UsageTop top{{utc(2026, 11, 1), utc(2026, 11, 2)}, {{"b", 9}, {"+a", 4}, {"more", 1}}};
  const UsageAnswer json = usage_answer(asked, top);
  CHECK(json.body.find(R"("period_start":"2026-11-01T00:00:00Z",)"
                       R"("period_end":"2026-11-02T00:00:00Z","timezone":"UTC","applications":[)"
                       R"({"application_id":"b","value":9},{"application_id":"+a","value":4}],)"
                       R"("next":"/internal)") != std::string::npos);
  CHECK(json.next.find("until") == std::string::npos);
  asked.query.csv = true;
  const UsageAnswer csv = usage_answer(asked, top);
  CHECK(csv.body ==
        "service_id,metric,period,period_start,application_id,value\r\n"
        "s,hits,day,2026-11-01T00:00:00Z,b,9\r\ns,hits,day,2026-11-01T00:00:00Z,'+a,4\r\n");
  CHECK(csv.file_name == "top-s-hits-day.csv");
}

TEST_CASE("usage answer: cells, quoted where they must be and never a formula") {
  CHECK(cell("") == "");
  CHECK(cell("plain text") == "plain text");
  CHECK(cell("a,b") == "\"a,b\"");
  CHECK(cell("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(cell("a\r\nb") == "\"a\r\nb\"");
  CHECK(cell("=1+1") == "'=1+1");
  CHECK(cell("+1") == "'+1");
  CHECK(cell("-1") == "'-1");
  CHECK(cell("@x") == "'@x");
  CHECK(cell("\tx") == "'\tx");
  CHECK(cell("\rx") == "\"'\rx\"");
  CHECK(cell("=\",\"") == "\"'=\"\",\"\"\"");
  CHECK(cell("a=1") == "a=1");
}

TEST_CASE("usage answer: names of files are harmless and short") {
  UsageHead asked = head();
  asked.query.csv = true;
  asked.service_id = "../../etc/passwd\"; x\r\n\xff";
  asked.application_id = std::string(5'000, 'a');
  const std::string name = usage_answer(asked, three_days()).file_name;
  CHECK(name.starts_with("usage-______etc_passwd___x___-aaa"));
  CHECK(name.size() == 124);
  CHECK(name.ends_with("a.csv"));
}

}  // namespace mainstay::apim::usage_answer_test
