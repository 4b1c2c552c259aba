#include "apps/clusters/inbound/http/group_texts.hpp"

#include <cstdint>

#include "apps/clusters/inbound/http/group_json.hpp"

namespace mainstay::clusters {
namespace {

/// By address: an object that is kept keeps its own. Neighbours in memory get places far apart.
std::size_t place_of_group(const NodeGroup* group) {
  constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
  static_assert(GroupTexts::kept_max == 1U << 12);
  return reinterpret_cast<std::uintptr_t>(group) * golden >> (64 - 12);
}

}  // namespace

void GroupTexts::append(std::string& out, const Group& group, const Types& types) {
  auto kept = (*places_)[place_of_group(group.get())].lock();
  if (kept->group != group || kept->types != types) {
    kept->text.clear();
    append_group(kept->text, *group, *types);
    kept->group = group;
    kept->types = types;
  }
  out.append(kept->text);
}

}  // namespace mainstay::clusters
