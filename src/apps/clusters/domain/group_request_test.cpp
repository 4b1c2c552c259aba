#include "apps/clusters/domain/group_request.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"

namespace mainstay::clusters::group_request_test {
namespace {

DocumentObject least_group() {
  return {{"name", "workers"}, {"default_instance_type", "m5.large"}, {"ephemeral", "100Gi"}};
}

Document with_member(std::string name, Document value) {
  DocumentObject body = least_group();
  for (DocumentMember& member : body) {
    if (member.name == name) {
      member.value = std::move(value);
      return Document{std::move(body)};
    }
  }
  body.push_back({std::move(name), std::move(value)});
  return Document{std::move(body)};
}

std::string refusal_of(const Document& body) {
  const auto read = read_new_group(body);
  if (read.has_value()) return "";
  return std::string{read.error().name()} + " " + read.error().detail();
}

}  // namespace

TEST_CASE("group request: what the API has always taken, sizes as texts") {
  DocumentObject body = least_group();
  body.push_back({"alternate_instance_type", "m5.xlarge"});
  body.push_back({"min_size", "1"});
  body.push_back({"max_size", "4"});
  body.push_back({"target_size", "2"});
  body.push_back({"skip_pull_request", true});
  const auto read = read_new_group(Document{std::move(body)});
  REQUIRE(read.has_value());
  CHECK(read->group.name == "workers");
  CHECK(read->group.default_instance_type == "m5.large");
  CHECK(read->group.alternates == std::vector<std::string>{"m5.xlarge"});
  CHECK(read->group.ephemeral_storage == "100Gi");
  CHECK(read->group.sizes == NodeGroupSizes{1, 4, 2});
  CHECK(read->skip_pull_request);
}

TEST_CASE("group request: without sizes none, without a target the least") {
  CHECK(read_new_group(Document{least_group()})->group.sizes == NodeGroupSizes{0, 0, 0});
  CHECK(read_new_group(with_member("min_size", 3))->group.sizes == NodeGroupSizes{3, 3, 3});
  CHECK(read_new_group(with_member("max_size", "3"))->group.sizes == NodeGroupSizes{0, 3, 0});
}

TEST_CASE("group request: refused by name") {
  CHECK(refusal_of(Document{}).starts_with("body_invalid"));
  CHECK(refusal_of(Document{DocumentObject{}}) == "body_invalid name is missing");
  CHECK(refusal_of(with_member("ephemeral", nullptr)) == "body_invalid ephemeral is missing");
  CHECK(refusal_of(with_member("min_sise", 1)) == "body_invalid no member is called min_sise");
  for (const auto& [name, value] : std::vector<std::pair<std::string, Document>>{
           {"name", "../../etc/passwd"},
           {"name", "a\n---\nkind: Secret"},
           {"name", 7},
           {"default_instance_type", "m5.large # no"},
           {"default_instance_type", DocumentArray{}},
           {"ephemeral", "100Gi\nkind: x"},
           {"ephemeral", "&anchor"},
           {"alternate_instance_type", "*x"},
           {"min_size", "-1"},
           {"min_size", "1e3"},
           {"min_size", "0x10"},
           {"min_size", 1.5},
           {"max_size", 100'001},
           {"skip_pull_request", "yes"},
           {"capacity_type", "cheap"},
           {"zones", DocumentArray{"a b"}},
           {"labels", DocumentObject{{"a b", "c"}}},
           {"labels", DocumentObject{{"a", 1}}},
           {"taints", DocumentArray{DocumentObject{{"key", "a"}}}},
           {"taints", DocumentArray{DocumentObject{{"key", "a"}, {"effect", "Maybe"}}}},
           {"team", "two words"},
           {"namespace", "kube_system"},
           {"kind", "Node Group"},
           {"reason", std::string(3'000, 'x')}}) {
    CAPTURE(name);
    const std::string refused = refusal_of(with_member(name, value));
    CHECK(refused.starts_with("field_invalid " + name));
    CHECK(refused.size() < 400);
  }
}

TEST_CASE("group request: sizes must agree") {
  DocumentObject body = least_group();
  body.push_back({"min_size", 5});
  body.push_back({"max_size", 2});
  CHECK(refusal_of(Document{body}) == "field_invalid max_size: it is less than min_size");
  body.back().value = 9;
  body.push_back({"target_size", 10});
  CHECK(refusal_of(Document{body}).starts_with("field_invalid target_size"));
}

TEST_CASE("group request: an update says what differs and keeps the rest") {
  NodeGroup group;
  group.name = "workers";
  group.kind = "nodegroup";
  group.default_instance_type = "m5.large";
  group.alternates = {"m5.xlarge"};
  group.sizes = {1, 4, 2};
  group.object_labels = {{"team", "data"}, {"env", "test"}};
  const auto read = read_group_update(
      Document{DocumentObject{
          {"max_size", 9},
          {"team", "web"},
          {"taints", DocumentArray{DocumentObject{{"key", "gpu"}, {"effect", "NoSchedule"}}}}}},
      group);
  REQUIRE(read.has_value());
  CHECK(read->group.sizes == NodeGroupSizes{1, 9, 2});
  CHECK(read->group.alternates == group.alternates);
  CHECK(read->group.object_labels == NodeLabels{{"env", "test"}, {"team", "web"}});
  REQUIRE(read->group.taints.size() == 1);
  CHECK(read->group.taints[0].key == "gpu");
  const auto refused = [&](std::string name, Document value) {
    return read_group_update(Document{DocumentObject{{std::move(name), std::move(value)}}}, group)
        .has_error();
  };
  CHECK(refused("name", "other"));
  CHECK(refused("kind", "nodepool"));
  CHECK(refused("namespace", "elsewhere"));
  CHECK(refused("max_size", 1));
  CHECK_FALSE(refused("name", "workers"));
  CHECK_FALSE(refused("alternate_instance_type", ""));
}

TEST_CASE("group request: quantities of bytes") {
  for (const char* good : {"0", "100Gi", "1.5T", "20000000", "1Ki"}) CHECK(is_byte_quantity(good));
  for (const char* bad : {"", "Gi", ".5Gi", "5.Gi", "1.2.3", "1GB", "1 Gi", "-1Gi", "1e9", "1i"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_byte_quantity(bad));
  }
}

}  // namespace mainstay::clusters::group_request_test
