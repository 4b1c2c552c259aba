#include "apps/clusters/sync_status.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t known_max = 10'000;

/// Host and path: what the ways to write one repository's address have in common
/// (https://host/a/b.git, ssh://git@host/a/b, git@host:a/b).
std::string bare_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != url.npos) url.remove_prefix(scheme + 3);
  if (const std::size_t at = url.find('@'); at < url.find('/')) url.remove_prefix(at + 1);
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with(".git")) url.remove_suffix(4);
  std::string out = lower_case(url);
  if (scheme == url.npos) std::ranges::replace(out, ':', '/');
  return out;
}

SyncStatus waits(std::string note) { return {SyncState::syncing, std::move(note)}; }

}  // namespace

SyncStatusReader::SyncStatusReader(ClusterReader& cluster, Repository& repository, std::string url,
                                   std::function<std::string()> applied)
    : cluster_(cluster),
      repository_(repository),
      url_(bare_url(url)),
      applied_(std::move(applied)) {}

bool SyncStatusReader::has(const std::string& revision, const std::string& commit) {
  if (commit.empty() || revision == commit) return true;
  if (revision.empty()) return false;
  const auto key = std::make_pair(revision, commit);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const auto contains = repository_.contains(revision, commit);
  if (contains.has_error()) return false;  // asked again in the next round
  if (known_.size() >= known_max) known_.clear();
  return known_[key] = *contains;
}

std::optional<SyncStatus> SyncStatusReader::before_delivery(const ChangeRequest& request) {
  if (applied_ && !has(applied_(), request.merge_commit)) return waits("not applied yet");
  for (const auto& view : cluster_.deliveries()) {
    std::optional<SyncStatus> found;
    view->objects.for_each([&](const Delivery& delivery) {
      const bool is_ours =
          url_.empty() || delivery.repository.empty() || bare_url(delivery.repository) == url_;
      if (!is_ours || found) return;
      if (delivery.phase == "Failed" || delivery.phase == "Error") {
        found = {SyncState::degraded, delivery.name + ": " + delivery.message.substr(0, 300)};
      } else if (!has(delivery.revision, request.merge_commit)) {
        found = waits(delivery.name + " is at " + delivery.revision.substr(0, 12));
      } else if (delivery.health == "Degraded") {
        found = {SyncState::degraded, delivery.name + " is degraded"};
      }
    });
    if (found) return found;
  }
  return std::nullopt;
}

SyncStatus SyncStatusReader::look_at_group(const Change& change) const {
  const auto groups = cluster_.node_groups();
  if (!groups->synced()) return waits("the cluster has not been read yet");
  const auto group = groups->find(change.name);
  if (change.verb == ChangeVerb::remove) {
    if (group == nullptr) return {SyncState::ready, "it is gone"};
    return waits("it is still there");
  }
  if (group == nullptr) return waits("it is not in the cluster yet");
  if (!group->state) return waits("its controller has not said anything yet");
  const std::string said = to_text(*group->state);
  switch (group->state->phase) {
    case NodeGroupState::Phase::present:
      return {SyncState::ready, said};
    case NodeGroupState::Phase::invalid:
      return {SyncState::degraded, said};
    case NodeGroupState::Phase::absent:
    case NodeGroupState::Phase::processing:
    case NodeGroupState::Phase::unknown:
      break;
  }
  return waits(said);
}

SyncStatus SyncStatusReader::look_at_secret(const Change& change) const {
  const auto sealed = cluster_.sealed_secrets();
  if (!sealed->state.synced) return waits("sealed secrets have not been read yet");
  const SealedSecretFacts* const found = sealed->objects.find(change.name, change.name_space);
  if (change.verb == ChangeVerb::remove) {
    if (found == nullptr) return {SyncState::ready, "it is gone"};
    return waits("it is still there");
  }
  if (found == nullptr) return waits("it is not in the cluster yet");
  if (found->synced == "False") return {SyncState::degraded, found->message.substr(0, 300)};
  return {SyncState::ready, found->synced.empty() ? "it is there" : "Synced"};
}

SyncStatus SyncStatusReader::look(const ChangeRequest& request) {
  if (auto before = before_delivery(request)) return *before;
  switch (request.change.kind) {
    case ChangeKind::node_group:
      return look_at_group(request.change);
    case ChangeKind::secret:
      return look_at_secret(request.change);
    case ChangeKind::reseal:
      break;
  }
  return {SyncState::ready, "delivered"};
}

}  // namespace mainstay::clusters
