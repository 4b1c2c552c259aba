#include "apps/clusters/inbound/http/group_texts.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "apps/clusters/inbound/http/group_json.hpp"

namespace mainstay::clusters::group_texts_test {

GroupTexts::Group group_of(const std::string& name, std::int64_t size) {
  NodeGroup out;
  out.name = name;
  out.sizes.target = size;
  return std::make_shared<const NodeGroup>(std::move(out));
}

std::string text_of(GroupTexts& texts, const GroupTexts::Group& group,
                    const GroupTexts::Types& types) {
  std::string out;
  texts.append(out, group, types);
  return out;
}

TEST_CASE("group texts: always what the group's own JSON is, however many there are") {
  const auto types = std::make_shared<const InstanceTypeSet>();
  GroupTexts texts;
  std::vector<GroupTexts::Group> groups;
  for (int i = 0; i < 6'000; ++i) groups.push_back(group_of("g" + std::to_string(i), i));
  for (int round = 0; round < 2; ++round) {
    for (const auto& group : groups) {
      std::string wanted;
      append_group(wanted, *group, *types);
      REQUIRE(text_of(texts, group, types) == wanted);
    }
  }
}

TEST_CASE("group texts: a changed group and changed prices are seen at once") {
  GroupTexts texts;
  auto group = group_of("g", 1);
  const auto before = std::make_shared<const InstanceTypeSet>();
  CHECK(text_of(texts, group, before).find("\"target_size\":1") != std::string::npos);
  group = group_of("g", 2);
  CHECK(text_of(texts, group, before).find("\"target_size\":2") != std::string::npos);

  NodeGroup of_type;
  of_type.name = "g";
  of_type.default_instance_type = "m5.large";
  const auto typed = std::make_shared<const NodeGroup>(std::move(of_type));
  CHECK(text_of(texts, typed, before).find("\"instance_type\":null") != std::string::npos);
  InstanceType type;
  type.name = "m5.large";
  const auto after =
      std::make_shared<const InstanceTypeSet>(InstanceTypeSet{InstanceTypeOrigin{}, {type}});
  CHECK(text_of(texts, typed, after).find("\"instance_type\":{\"name\":\"m5.large\"") !=
        std::string::npos);
}

}  // namespace mainstay::clusters::group_texts_test
