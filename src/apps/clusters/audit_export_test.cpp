#include "apps/clusters/audit_export.hpp"

#include <doctest/doctest.h>

#include "platform/json/json.hpp"

namespace mainstay::clusters::audit_export_test {

TEST_CASE("audit: a line of JSON, and a CloudEvent, hold all of a record") {
  AuditRecord record{.sequence = 7,
                     .at = SystemTime{Micros{1'700'000'000'000'001}},
                     .entry = {.actor = "ann \"a\"",
                               .action = "change.merged",
                               .outcome = "done",
                               .kind = "nodegroup",
                               .name = "blue",
                               .request = "0123456789abcdef",
                               .more = {{"branch", "x\ny"}}},
                     .previous = audit_root(),
                     .hash = "h"};
  std::string text;
  append_audit_line(text, record);
  CHECK(text.find('\n') == text.size() - 1);
  const auto line = json::parse(text);
  REQUIRE(line.has_value());
  CHECK(*line->find_string("actor") == "ann \"a\"");
  CHECK(*line->find_string("at") == "2023-11-14T22:13:20.000001Z");
  CHECK(*line->find("at_us")->if_int() == 1'700'000'000'000'001);
  text.clear();
  append_cloud_event(text, record);
  const auto event = json::parse(text);
  REQUIRE(event.has_value());
  CHECK(*event->find_string("specversion") == "1.0");
  CHECK(*event->find_string("type") == "mainstay.clusters.change.merged");
  CHECK(*event->find_string("id") == "7");
  CHECK(*event->find_string("subject") == "0123456789abcdef");
  CHECK(*event->find("data") == *line);
}

}  // namespace mainstay::clusters::audit_export_test
