#include "apps/clusters/embedded_cluster/versioned_store.hpp"

#include <utility>

#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/check.hpp"

namespace mainstay::clusters::embedded {

namespace {

ObjectPointer with_revision(Document object, Revision revision) {
  set_member(member_of(object, "metadata"), "resourceVersion", std::to_string(revision));
  return std::make_shared<const Document>(std::move(object));
}

}  // namespace

ObjectPointer VersionedStore::find(std::string_view resource, std::string_view key) const {
  const auto objects = resources_.find(resource);
  if (objects == resources_.end()) return nullptr;
  const auto found = objects->second.find(key);
  return found == objects->second.end() ? nullptr : found->second.object;
}

const Change& VersionedStore::put(const std::string& resource, const std::string& key,
                                  Document object, std::size_t bytes) {
  const ObjectPointer after = with_revision(std::move(object), ++revision_);
  Stored& stored = resources_[resource][key];
  ObjectPointer before = std::exchange(stored.object, after);
  const std::size_t old_bytes = std::exchange(stored.bytes, bytes);
  if (before == nullptr) ++objects_;
  bytes_ += bytes - (before == nullptr ? 0 : old_bytes);
  return append({revision_, resource, key, std::move(before), after, after}, bytes);
}

const Change& VersionedStore::remove(const std::string& resource, const std::string& key) {
  Objects& objects = resources_[resource];
  const auto found = objects.find(key);
  MS_CHECK(found != objects.end());
  const Stored gone = std::move(found->second);
  objects.erase(found);
  --objects_;
  bytes_ -= gone.bytes;
  ObjectPointer last = with_revision(*gone.object, ++revision_);
  return append({revision_, resource, key, gone.object, nullptr, std::move(last)}, gone.bytes);
}

const Change& VersionedStore::append(Change change, std::size_t bytes) {
  log_.push_back({std::move(change), bytes});
  log_bytes_ += bytes;
  while (log_.size() > limits_.changes_max ||
         (log_bytes_ > limits_.change_bytes_max && log_.size() > 1)) {
    oldest_kept_ = log_.front().change.revision;
    log_bytes_ -= log_.front().bytes;
    log_.pop_front();
  }
  return log_.back().change;
}

VersionedStore::Page VersionedStore::page(std::string_view resource, std::string_view prefix,
                                          Revision at, std::string_view after,
                                          std::size_t limit) const {
  // What was written since, as it was before: the oldest such change of a key tells.
  std::map<std::string_view, ObjectPointer> then;
  for (auto entry = log_.rbegin(); entry != log_.rend() && entry->change.revision > at; ++entry) {
    const Change& change = entry->change;
    if (change.resource != resource || !change.key.starts_with(prefix)) continue;
    then.insert_or_assign(change.key, change.before);
  }
  Page page;
  const Objects none;
  const auto found = resources_.find(resource);
  const Objects& now = found == resources_.end() ? none : found->second;
  auto left = after.empty() ? now.lower_bound(prefix) : now.upper_bound(after);
  auto right = after.empty() ? then.begin() : then.upper_bound(after);
  for (;;) {
    const bool has_left = left != now.end() && left->first.starts_with(prefix);
    const bool has_right = right != then.end();
    if (!has_left && !has_right) return page;
    const bool take_then = has_right && (!has_left || right->first <= left->first);
    const std::string key{take_then ? right->first : std::string_view{left->first}};
    ObjectPointer object = take_then ? right->second : left->second.object;
    if (has_left && left->first == key) ++left;
    if (take_then) ++right;
    if (object == nullptr) continue;
    if (limit != 0 && page.objects.size() == limit) {
      page.is_last = false;
      return page;
    }
    page.objects.emplace_back(key, std::move(object));
  }
}

}  // namespace mainstay::clusters::embedded
