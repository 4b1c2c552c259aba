#include "apps/apim/inbound/http/status_xml.hpp"

#include <doctest/doctest.h>

#include "apps/apim/domain/test_catalog.hpp"
#include "apps/apim/inbound/http/xml.hpp"

namespace mainstay::apim::status_xml_test {
namespace {

struct Fixture {
  TestService service{"s<1>", "p"};
  Application application;
  Status status;
  AuthorizeCommand command;
  StatusXml xml;

  Fixture() {
    service.metrics({{"hits", ""}, {"search", "hits"}, {"other", "hits"}});
    application.id = ApplicationId{"a\"1"};
    application.plan_name = "Gold & more";
    status.service = &service.edit();
    status.application = &application;
    status.windows = windows_at(1795224654);
  }
  std::string rendered() {
    std::string out;
    xml.append(out, status, command);
    return out;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "status xml: no limits, plan alone and escaped") {
  CHECK(rendered() ==
        R"(<?xml version="1.0" encoding="UTF-8"?><status><authorized>true</authorized>)"
        "<plan>Gold &amp; more</plan></status>");
}

TEST_CASE_FIXTURE(
    Fixture, "status xml: reports, with windows but for eternity, exceeded by the stored value") {
  status.reports = {{{0, Period::eternity, 9}, 10, 10}, {{1, Period::minute, 3}, 2, 3}};
  CHECK(rendered().find(
            R"(<usage_reports><usage_report metric="hits" period="eternity" exceeded="true">)"
            "<max_value>9</max_value><current_value>10</current_value></usage_report>"
            R"(<usage_report metric="search" period="minute">)"
            "<period_start>2026-11-21 01:30:00 +0000</period_start>"
            "<period_end>2026-11-21 01:31:00 +0000</period_end>"
            "<max_value>3</max_value><current_value>3</current_value></usage_report>"
            "</usage_reports>") != std::string::npos);
  status.windows = windows_at(1795224654 + 60);
  CHECK(rendered().find("<period_start>2026-11-21 01:31:00 +0000</period_start>") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "status xml: a refusal, gives its reason escaped") {
  status.rejection = Rejection{Errc::referrer_not_allowed, "referrer \"<x>\" is not allowed"};
  CHECK(rendered().find("<authorized>false</authorized>"
                        "<reason>referrer \"&lt;x&gt;\" is not allowed</reason>") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(Fixture,
                  "status xml: hierarchy, keys and the oauth application, in their order") {
  status.reports = {
      {{0, Period::day, 9}, 0, 0}, {{0, Period::hour, 9}, 0, 0}, {{1, Period::day, 9}, 0, 0}};
  command.extensions.hierarchy = true;
  command.extensions.list_app_keys = true;
  command.oauth = true;
  application.keys = {ApplicationKey{"k1"}, ApplicationKey{"k2"}};
  application.redirect_url = "http://r?a&b";
  const std::string out = rendered();
  CHECK(out.find("<application><id>a\"1</id><key>k1</key>"
                 "<redirect_url>http://r?a&amp;b</redirect_url></application><plan>") !=
        std::string::npos);
  CHECK(out.find("<app_keys app=\"a&quot;1\" svc=\"s&lt;1&gt;\"><key id=\"k1\"/><key id=\"k2\"/>"
                 "</app_keys><hierarchy><metric name=\"hits\" children=\"search other\"/>"
                 "<metric name=\"search\" children=\"\"/></hierarchy></status>") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(Fixture,
                  "status xml: with a frame or without, the same whatever the values are") {
  StatusXmlFrame frame;
  const UsageReport hits{{0, Period::minute, 1'000'000}, 0, 0};
  const UsageReport search{{1, Period::month, 1'000'000}, 0, 0};
  for (const std::int64_t value : {0, 9, 10, 999'999, 1, 1'000'000, 1'000'001, 5}) {
    for (const UnixSeconds at : {1795224654, 1795224655, 1795224714}) {
      CAPTURE(value);
      status.windows = windows_at(at);
      status.reports = {hits, search};
      status.reports[0].current = status.reports[0].stored = value;
      status.reports[1].current = value * 7 % 1'000;
      std::string framed;
      xml.append(framed, status, command, frame);
      CHECK(framed == rendered());
    }
  }
}

TEST_CASE("error xml: code and message, escaped") {
  std::string out;
  append_error_xml(out, metric_invalid("<m>"));
  CHECK(out == R"(<?xml version="1.0" encoding="UTF-8"?><error code="metric_invalid">)"
               "metric \"&lt;m&gt;\" is invalid</error>");
}

TEST_CASE("xml: characters that XML cannot hold, are replaced") {
  std::string out;
  append_xml_text(out, std::string_view{"a\x01"
                                        "b\tc",
                                        5});
  CHECK(out ==
        "a\xEF\xBF\xBD"
        "b\tc");
}

}  // namespace mainstay::apim::status_xml_test
