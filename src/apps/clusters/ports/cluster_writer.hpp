#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::clusters {

/// Which object: as in its own text.
struct ObjectReference {
  std::string api_version = {};  // "v1", "bitnami.com/v1alpha1"
  std::string kind = {};
  std::string namespace_name = {};  // "": cluster-scoped, or the connection's namespace
  std::string name = {};
};

struct ApplyRequest {
  enum class Mode : std::uint8_t {
    dry_run,  // authorised and checked as a real one, stored nowhere
    commit,
  };
  Document object = {};  // apiVersion, kind, metadata.name
  Mode mode = Mode::dry_run;
  std::string field_manager = "mainstay";  // at most 128 characters
  bool force = false;                      // takes fields over from other managers
  bool is_status = false;                  // of its status alone: the subresource
};

/// What the API server said. A refusal is an answer.
struct ApplyVerdict {
  struct Conflict {
    std::string manager = {};
    std::string field = {};
  };
  bool accepted = false;
  bool created = false;      // there was no such object
  int status = 0;            // HTTP
  std::string reason = {};   // of a refusal: "Invalid", "Conflict", "Forbidden", ...
  std::string message = {};  // of a refusal, for people
  std::vector<Conflict> conflicts = {};
  std::vector<std::string> warnings = {};
  Document object = {};  // accepted: as it is or would be, without managedFields
};

/// What a service in the cluster said; its refusals are answers.
struct ServiceAnswer {
  int status = 0;  // HTTP
  std::string body = {};
};

/// What somebody may do, asked of the API server (SubjectAccessReview).
struct AccessQuestion {
  std::string user = {};
  std::vector<std::string> groups = {};
  std::string verb = {};  // "create", "update", "delete"
  ObjectReference object = {};
};

/// Calls that change the cluster or ask it something. Any thread; `done` is called once, on the
/// connection's thread, and must be short. Failures are of the network and of our own rights there;
/// bounded: at most 64 calls wait, then `done` gets an error that can be retried.
class ClusterWriter {
 public:
  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;

  virtual ~ClusterWriter() = default;

  /// Server-side apply with strict field validation.
  virtual void apply(ApplyRequest request, Done<ApplyVerdict> done) = 0;
  /// Accepted also when there was no such object (status 404).
  virtual void remove(ObjectReference object, ApplyRequest::Mode mode, Done<ApplyVerdict> done) = 0;
  /// As it is now, past the caches; null (the Document) when there is none. Refused for Secrets:
  /// values never enter this process.
  virtual void read(ObjectReference object, Done<Document> done) = 0;
  /// Errc::cluster_refused when there is no such kind, or we may not ask.
  virtual void may(AccessQuestion question, Done<bool> done) = 0;
  /// GET of a path of a service in the cluster, through the API server's proxy: how the sealing
  /// controller's certificate is fetched. `service`: "name:port"; at most 1 MiB comes back.
  virtual void fetch(std::string namespace_name, std::string service, std::string path,
                     Done<std::string> done) = 0;
  /// POST of JSON to such a path, of what may be asked twice.
  virtual void post(std::string namespace_name, std::string service, std::string path,
                    std::string body, Done<ServiceAnswer> done) = 0;
};

}  // namespace mainstay::clusters
