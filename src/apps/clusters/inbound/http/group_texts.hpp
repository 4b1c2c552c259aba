#pragma once

#include <array>
#include <memory>
#include <string>

#include "apps/clusters/domain/instance_type.hpp"
#include "apps/clusters/domain/node_group.hpp"
#include "base/locked.hpp"

namespace mainstay::clusters {

/// Node groups as their readers get them (group_json.hpp), kept from one reading to the next: a
/// group that does not change is written once. At most `kept_max` of them, each as long as nobody
/// else needs its place; what is kept holds its group and set of types. Any thread.
class GroupTexts {
 public:
  static constexpr std::size_t kept_max = 4'096;

  using Group = std::shared_ptr<const NodeGroup>;
  using Types = std::shared_ptr<const InstanceTypeSet>;
  /// Both immutable, neither null.
  void append(std::string& out, const Group& group, const Types& types);

 private:
  struct Kept {
    Group group;
    Types types;
    std::string text;
  };
  using Places = std::array<Locked<Kept>, kept_max>;

  std::unique_ptr<Places> places_ = std::make_unique<Places>();
};

}  // namespace mainstay::clusters
