#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/access.hpp"
#include "apps/clusters/domain/change.hpp"
#include "apps/clusters/domain/group_request.hpp"
#include "apps/clusters/domain/namespace_roles.hpp"
#include "apps/clusters/domain/sealed_secret.hpp"
#include "apps/clusters/ports/audit_log.hpp"
#include "apps/clusters/ports/cluster_reader.hpp"
#include "apps/clusters/ports/cluster_writer.hpp"
#include "apps/clusters/ports/group_manifests.hpp"
#include "apps/clusters/ports/instance_catalogue.hpp"
#include "apps/clusters/ports/policy.hpp"
#include "apps/clusters/ports/proposals.hpp"
#include "apps/clusters/ports/repository.hpp"
#include "apps/clusters/secrets_desk.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

class SealingCertificates;

/// What the desk works with; all of it outlives the desk's stop().
struct DeskParts {
  const Clock& clock;
  ClusterReader& cluster;
  ClusterWriter* writer = nullptr;  // null: there is nobody to ask for a dry run
  InstanceCatalogue& catalogue;
  Policy& policy;
  const GroupManifests& manifests;
  const SecretsDesk& secrets;
  const SealingCertificates& certificates;
  Repository* repository = nullptr;  // null: none is configured, and every change is refused
  Proposals& proposals;
  AuditLog* audit = nullptr;
  Digest sha256;
};

struct DeskOptions {
  std::string folder = "infrastructure/_catalog/templates";  // of the repository
  bool any_instance_type = false;  // also those that the catalogue does not have
  Millis patience{20'000};         // for a pull request, before who asked is told that it waits
  std::size_t queue_max = 256;     // Errc::busy beyond
  std::vector<std::string> unsealing_key_files = {};  // PEM; read while a repository is resealed
  NamespaceRoles namespace_roles = {};
  /// Whether whoever asks may do it in the cluster themselves, and by which name it knows them.
  enum class Review : std::uint8_t { none, by_name, by_email } review = Review::none;
};

/// How somebody wants a change made.
struct Order {
  Asker asker;
  std::string idempotency_key = {};
  /// A digest of all that was asked, but for secrets' values: what the key stands for.
  std::string asked = {};
  std::string reason = {};         // for whoever reviews it
  bool skip_pull_request = false;  // who asks may (direct_role)
  bool only_plan = false;          // says what would be proposed, and proposes nothing
  bool wait = true;                // for the pull request, as long as DeskOptions::patience
};

/// Turns what somebody asked for into a proposal: looks at what there is, holds it against the
/// policies, renders it, asks the cluster for a dry run, and hands it over with what was found out.
/// From there on it is Proposals' business. What was asked with that idempotency key before is
/// given again, whatever has become of it. One lane, since reading the repository blocks; any
/// thread calls. Life: construct, start(), stop().
class ChangeDesk {
 public:
  ChangeDesk(DeskParts parts, DeskOptions options);
  ~ChangeDesk();

  void start();
  /// Answers what was asked.
  void stop();

  /// Of a plan the id is empty, and its state is `rendered`.
  using Done = UniqueFunction<void(Result<ChangeRequest>)>;

  // All changes: Errc::permission_missing for a namespace that is others', and when the cluster is
  // asked (DeskOptions::review) and says no; cluster_unavailable when it cannot be asked.

  /// Errc::already_exists, unless the same is there already; policy_denied; field_invalid (a type
  /// that nobody sells); cluster_refused when the dry run says that it never will be.
  void create_group(GroupRequest request, Order order, Done done);
  /// `body`: of a PATCH, against what the repository has, else the cluster.
  void update_group(std::string name, Document body, Order order, Done done);
  /// Errc::conflict for a group that is in the cluster, but not in the repository.
  void remove_group(std::string name, Order order, Done done);

  /// Seals it: values are in no proposal, error or log.
  void create_secret(SecretContent content, Order order, Done done);
  /// Its keys replace those of the same name in the file that is there, or come to them.
  void merge_secret(SecretContent content, Order order, Done done);
  void remove_secret(SecretName name, Order order, Done done);

  /// Every value of the repository's sealed secrets, sealed anew for the certificate in force, as
  /// one change. Errc::conflict when all are; seal_failed without keys to open them.
  void reseal(Order order, Done done);

  /// Sealed and thrown away: what POST /api/secrets would put into the repository. That it was done
  /// is written down first: who, and the sizes of values.
  void render_secret(SecretContent content, const Asker& asker,
                     UniqueFunction<void(Result<SealedFile>)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::clusters
