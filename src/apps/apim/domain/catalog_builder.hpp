#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/apim/domain/catalog.hpp"
#include "apps/apim/domain/catalog_rows.hpp"
#include "base/result.hpp"

namespace mainstay::apim {

/// The user keys of one service, ready for its catalog.
struct UserKeyMaps {
  PersistentMap<UserKeyOwner> owners;                   // by user key
  PersistentMap<std::vector<UserKey>> of_applications;  // by application id, each sorted
};

/// Makes them of rows, in any order: as many as applications, so a thread of their own may. Used
/// once, by one thread.
class UserKeyBuilder {
 public:
  void add(UserKeyRow row);
  /// By service id.
  std::map<std::string, UserKeyMaps> build();

 private:
  using Owners = std::vector<std::pair<std::string, UserKeyOwner>>;
  std::map<std::string, Owners> owners_;  // by service id
};

/// Makes a catalog of rows in time linear in their number, as a store does at the start. Services
/// come before what lies under them and applications before their keys and filters; services,
/// metrics and application keys come in the order of making. Used once, by one thread.
class CatalogBuilder {
 public:
  CatalogBuilder();
  ~CatalogBuilder();

  void add(CatalogRow row);
  /// All user keys of all services, instead of their rows.
  void add(std::map<std::string, UserKeyMaps> user_keys);
  /// Error rows_inconsistent: a row is under something that is not there, or a metric is its own
  /// ancestor.
  Result<Catalog> build();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::apim
