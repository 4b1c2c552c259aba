#include "apps/clusters/outbound/kube/kube_calls.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <utility>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/domain/document_path.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/outbound/kube/kube_status.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters {
namespace {

constexpr Millis kinds_remembered{600'000};
constexpr Millis asked_again_for{10'000};
constexpr Millis first_pause{200};
constexpr std::size_t fetched_bytes_max = 1U << 20U;
constexpr std::size_t posted_bytes_max = Limits::document_bytes_max;

/// Where a kind's objects are.
struct KindPlace {
  std::string plural;
  bool namespaced = false;
};

/// "/api/v1" or "/apis/GROUP/VERSION".
std::string version_path(const std::string& api_version) {
  return (api_version.find('/') == std::string::npos ? "/api/" : "/apis/") + api_version;
}

std::string object_path(const ObjectReference& object, const KindPlace& place,
                        const std::string& fallback_namespace) {
  std::string path = version_path(object.api_version);
  if (place.namespaced) {
    path += "/namespaces/" + percent_encode(object.namespace_name.empty() ? fallback_namespace
                                                                          : object.namespace_name);
  }
  return path + "/" + place.plural + "/" + percent_encode(object.name);
}

/// Letters, digits, dots and dashes, a slash between group and version: what may stand in a path.
bool is_api_version(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '/';
  };
  return !text.empty() && text.size() <= 320 && std::ranges::count(text, '/') <= 1 &&
         text.find("..") == std::string_view::npos && std::ranges::all_of(text, is_plain);
}

Result<ObjectReference> reference_of(const Document& object) {
  ObjectReference reference{
      .api_version = std::string{text_of(object, "apiVersion")},
      .kind = std::string{text_of(object, "kind")},
      .namespace_name = std::string{text_at(object, {"metadata", "namespace"})},
      .name = std::string{text_at(object, {"metadata", "name"})}};
  if (!is_api_version(reference.api_version)) {
    return Error{Errc::document_invalid, "apiVersion is missing or none"};
  }
  if (reference.kind.empty() || reference.name.empty()) {
    return Error{Errc::document_invalid, "kind and metadata.name must be there"};
  }
  return reference;
}

/// What is asked of the object, as a SubjectAccessReview.
Document review_of(const AccessQuestion& question, const KindPlace& place,
                   const std::string& fallback_namespace) {
  const ObjectReference& object = question.object;
  const std::size_t slash = object.api_version.find('/');
  DocumentObject attributes{{"verb", question.verb}, {"resource", place.plural}};
  if (slash != std::string::npos) {
    attributes.push_back({"group", object.api_version.substr(0, slash)});
  }
  if (place.namespaced) {
    attributes.push_back(
        {"namespace", object.namespace_name.empty() ? fallback_namespace : object.namespace_name});
  }
  if (!object.name.empty()) attributes.push_back({"name", object.name});
  DocumentArray groups;
  for (const std::string& group : question.groups) groups.emplace_back(group);
  return DocumentObject{{"apiVersion", "authorization.k8s.io/v1"},
                        {"kind", "SubjectAccessReview"},
                        {"spec", DocumentObject{{"user", question.user},
                                                {"groups", std::move(groups)},
                                                {"resourceAttributes", std::move(attributes)}}}};
}

std::string proxy_path(const std::string& namespace_name, const std::string& service) {
  return "/api/v1/namespaces/" + percent_encode(namespace_name) + "/services/" +
         percent_encode(service) + "/proxy";
}

Error refusal(const http::ClientResponse& answer) {
  const KubeStatus status = kube_status(answer);
  const bool is_busy = status.code == 429 || status.code >= 500;
  return {is_busy ? Errc::cluster_unavailable : Errc::cluster_refused, status.message};
}

/// `Conflict with "kubectl" using v1` names the manager, `field` what it holds.
std::vector<ApplyVerdict::Conflict> conflicts_of(const Document& details) {
  std::vector<ApplyVerdict::Conflict> conflicts;
  const DocumentArray* causes = child_of(details, "causes").if_array();
  if (causes == nullptr) return conflicts;
  for (const Document& cause : *causes) {
    if (text_of(cause, "reason") != "FieldManagerConflict") continue;
    const std::string_view message = text_of(cause, "message");
    const std::size_t begin = message.find('"');
    const std::size_t end = begin == std::string_view::npos ? begin : message.find('"', begin + 1);
    const std::string_view manager =
        end == std::string_view::npos ? message : message.substr(begin + 1, end - begin - 1);
    conflicts.push_back({std::string{manager}, std::string{text_of(cause, "field")}});
  }
  return conflicts;
}

/// `299 - "text"` (RFC 7234 5.5); the text without its quotes.
std::vector<std::string> warnings_of(const http::ClientResponse& answer) {
  std::vector<std::string> warnings;
  for (const auto& [name, value] : answer.headers) {
    if (!equals_ignoring_case(name, "Warning")) continue;
    const std::size_t begin = value.find('"');
    const std::size_t end = value.rfind('"');
    if (begin == std::string::npos || end <= begin) continue;
    warnings.push_back(value.substr(begin + 1, end - begin - 1));
  }
  return warnings;
}

Result<ApplyVerdict> verdict_of(const http::ClientResponse& answer) {
  ApplyVerdict verdict;
  verdict.status = answer.status;
  verdict.warnings = warnings_of(answer);
  verdict.accepted = answer.status / 100 == 2;
  verdict.created = answer.status == 201;
  if (!verdict.accepted) {
    const KubeStatus status = kube_status(answer);
    verdict.reason = status.reason;
    verdict.message = status.message;
    verdict.conflicts = conflicts_of(status.details);
    return verdict;
  }
  auto object = json::parse(answer.body, {.depth_max = 64});
  if (object.has_error()) {
    return Error{Errc::cluster_unavailable, "the answer is no JSON: " + object.error().message()};
  }
  if (Document* metadata = find_path(*object, {"metadata"})) {
    remove_member(*metadata, "managedFields");
  }
  verdict.object = *std::move(object);
  return verdict;
}

}  // namespace

struct KubeCalls::Impl {
  using FoundKind = UniqueFunction<void(Result<KindPlace>)>;
  using Answered = UniqueFunction<void(Result<http::ClientResponse>)>;

  Impl(KubeTransport& lent, const Clock& time, std::string space)
      : transport(lent), clock(time), namespace_name(std::move(space)) {}

  void ask(KubeCall call, Answered done);
  void ask_until(std::shared_ptr<const KubeCall> call, SteadyTime until, Millis pause,
                 Answered done);
  void find_kind(const ObjectReference& object, FoundKind found);
  template <class T>
  void with_kind(ObjectReference object, Done<T> done,
                 UniqueFunction<void(const KindPlace&, Done<T> done)> then);
  template <class T>
  void with_path(ObjectReference object, Done<T> done,
                 UniqueFunction<void(std::string path, Done<T> done)> then);

  KubeTransport& transport;
  const Clock& clock;
  const std::string namespace_name;
  std::atomic<std::size_t> waiting{0};

  struct Known {
    KindPlace place;
    SteadyTime until;
  };
  std::map<std::pair<std::string, std::string>, Known> kinds;  // on the transport's thread
};

/// One call, and again while the server says that it cannot just now.
void KubeCalls::Impl::ask(KubeCall call, Answered done) {
  if (waiting.fetch_add(1) >= Limits::cluster_calls_max) {
    --waiting;
    return done(Error{Errc::busy, "too many calls of the cluster wait"});
  }
  auto counted = [this, done = std::move(done)](Result<http::ClientResponse> answer) {
    --waiting;
    if (answer.has_error()) {
      return done(Error{Errc::cluster_unavailable, answer.error().message()});
    }
    done(std::move(answer));
  };
  ask_until(std::make_shared<const KubeCall>(std::move(call)), clock.steady() + asked_again_for,
            first_pause, std::move(counted));
}

void KubeCalls::Impl::ask_until(std::shared_ptr<const KubeCall> call, SteadyTime until,
                                Millis pause, Answered done) {
  KubeCall copy = *call;
  auto answered = [this, call = std::move(call), until, pause,
                   done = std::move(done)](Result<http::ClientResponse> answer) mutable {
    const int status = answer.has_value() ? answer->status : 0;
    if (status == 429 || status == 503 || status == 504) {
      const Millis wait = kube_status(*answer).retry_after.value_or(pause);
      if (clock.steady() + wait < until) {
        auto again = [this, call = std::move(call), until, pause,
                      done = std::move(done)]() mutable {
          ask_until(std::move(call), until, pause * 2, std::move(done));
        };
        return transport.after(wait, std::move(again));
      }
    }
    done(std::move(answer));
  };
  transport.call(std::move(copy), std::move(answered));
}

void KubeCalls::Impl::find_kind(const ObjectReference& object, FoundKind found) {
  const std::pair key{object.api_version, object.kind};
  const auto known = kinds.find(key);
  if (known != kinds.end() && clock.steady() < known->second.until) {
    return found(known->second.place);
  }
  auto answered = [this, key, found = std::move(found)](Result<http::ClientResponse> answer) {
    if (answer.has_error()) return found(answer.error());
    if (answer->status != 200 && answer->status != 404) return found(refusal(*answer));
    const auto list = json::parse(answer->body);
    const DocumentArray* resources =
        list.has_error() ? nullptr : child_of(*list, "resources").if_array();
    for (const Document& one : resources == nullptr ? DocumentArray{} : *resources) {
      const std::string_view name = text_of(one, "name");
      if (text_of(one, "kind") != key.second || name.find('/') != std::string_view::npos) continue;
      const bool* namespaced = child_of(one, "namespaced").if_bool();
      const KindPlace place{std::string{name}, namespaced != nullptr && *namespaced};
      kinds[key] = {place, clock.steady() + kinds_remembered};
      return found(place);
    }
    found(
        Error{Errc::cluster_refused, "the cluster has no kind " + key.second + " in " + key.first});
  };
  KubeCall call;
  call.path = version_path(object.api_version);
  call.headers = {{"Accept", "application/json"}};
  ask(std::move(call), std::move(answered));
}

/// `then` with where the object's kind is, on the transport's thread, where kinds are known.
template <class T>
void KubeCalls::Impl::with_kind(ObjectReference object, Done<T> done,
                                UniqueFunction<void(const KindPlace&, Done<T> done)> then) {
  transport.after(Millis{0}, [this, object = std::move(object), done = std::move(done),
                              then = std::move(then)]() mutable {
    find_kind(object,
              [done = std::move(done), then = std::move(then)](Result<KindPlace> place) mutable {
                if (place.has_error()) return done(place.error());
                then(*place, std::move(done));
              });
  });
}

/// The same with the object's path.
template <class T>
void KubeCalls::Impl::with_path(ObjectReference object, Done<T> done,
                                UniqueFunction<void(std::string path, Done<T> done)> then) {
  ObjectReference wanted = object;
  with_kind<T>(std::move(wanted), std::move(done),
               [this, object = std::move(object), then = std::move(then)](
                   const KindPlace& place, Done<T> answer_to) mutable {
                 then(object_path(object, place, namespace_name), std::move(answer_to));
               });
}

KubeCalls::KubeCalls(KubeTransport& transport, const Clock& clock, std::string namespace_name)
    : impl_(std::make_unique<Impl>(transport, clock, std::move(namespace_name))) {}
KubeCalls::~KubeCalls() = default;

void KubeCalls::apply(ApplyRequest request, Done<ApplyVerdict> done) {
  auto object = reference_of(request.object);
  if (object.has_error()) return done(object.error());
  if (request.field_manager.empty() || request.field_manager.size() > 128) {
    return done(Error{Errc::field_invalid, "a field manager has 1 to 128 characters"});
  }
  std::string query = request.is_status ? "/status" : "";
  query += "?fieldValidation=Strict&fieldManager=" + percent_encode(request.field_manager);
  if (request.mode == ApplyRequest::Mode::dry_run) query += "&dryRun=All";
  if (request.force) query += "&force=true";
  auto then = [this, query = std::move(query), body = json::dump(request.object)](
                  std::string path, Done<ApplyVerdict> answer_to) mutable {
    KubeCall call;
    call.method = http::Method::patch;
    call.path = std::move(path) + query;
    call.content_type = "application/apply-patch+yaml";  // JSON is YAML
    call.headers = {{"Accept", "application/json"}};
    call.body = std::move(body);
    impl_->ask(std::move(call),
               [answer_to = std::move(answer_to)](Result<http::ClientResponse> answer) {
                 if (answer.has_error()) return answer_to(answer.error());
                 answer_to(verdict_of(*answer));
               });
  };
  impl_->with_path<ApplyVerdict>(*std::move(object), std::move(done), std::move(then));
}

void KubeCalls::remove(ObjectReference object, ApplyRequest::Mode mode, Done<ApplyVerdict> done) {
  if (!is_api_version(object.api_version)) {
    return done(Error{Errc::document_invalid, "apiVersion is missing or none"});
  }
  auto then = [this, mode](std::string path, Done<ApplyVerdict> answer_to) {
    KubeCall call;
    call.method = http::Method::delete_;
    call.path = std::move(path);
    if (mode == ApplyRequest::Mode::dry_run) call.path += "?dryRun=All";
    call.headers = {{"Accept", "application/json"}};
    impl_->ask(std::move(call),
               [answer_to = std::move(answer_to)](Result<http::ClientResponse> answer) {
                 if (answer.has_error()) return answer_to(answer.error());
                 auto verdict = verdict_of(*answer);
                 if (verdict.has_value() && verdict->status == 404) verdict->accepted = true;
                 answer_to(std::move(verdict));
               });
  };
  impl_->with_path<ApplyVerdict>(std::move(object), std::move(done), std::move(then));
}

void KubeCalls::read(ObjectReference object, Done<Document> done) {
  if (!is_api_version(object.api_version)) {
    return done(Error{Errc::document_invalid, "apiVersion is missing or none"});
  }
  if (object.api_version == "v1" && object.kind == "Secret") {
    return done(Error{Errc::cluster_refused, "values of Secrets are not read"});
  }
  auto then = [this](std::string path, Done<Document> answer_to) {
    KubeCall call;
    call.path = std::move(path);
    call.headers = {{"Accept", "application/json"}};
    impl_->ask(std::move(call),
               [answer_to = std::move(answer_to)](Result<http::ClientResponse> answer) {
                 if (answer.has_error()) return answer_to(answer.error());
                 if (answer->status == 404) return answer_to(Document{});
                 if (answer->status != 200) return answer_to(refusal(*answer));
                 auto verdict = verdict_of(*answer);
                 if (verdict.has_error()) return answer_to(verdict.error());
                 answer_to(std::move(verdict->object));
               });
  };
  impl_->with_path<Document>(std::move(object), std::move(done), std::move(then));
}

void KubeCalls::may(AccessQuestion question, Done<bool> done) {
  if (!is_api_version(question.object.api_version)) {
    return done(Error{Errc::document_invalid, "apiVersion is missing or none"});
  }
  ObjectReference object = question.object;
  auto then = [this, question = std::move(question)](const KindPlace& place, Done<bool> answer_to) {
    KubeCall call;
    call.method = http::Method::post;
    call.path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    call.content_type = "application/json";
    call.headers = {{"Accept", "application/json"}};
    call.body = json::dump(review_of(question, place, impl_->namespace_name));
    impl_->ask(
        std::move(call), [answer_to = std::move(answer_to)](Result<http::ClientResponse> answer) {
          if (answer.has_error()) return answer_to(answer.error());
          if (answer->status / 100 != 2) return answer_to(refusal(*answer));
          const auto told = json::parse(answer->body);
          const Document* allowed =
              told.has_error() ? nullptr : find_path(*told, {"status", "allowed"});
          answer_to(allowed != nullptr && allowed->if_bool() != nullptr && *allowed->if_bool());
        });
  };
  impl_->with_kind<bool>(std::move(object), std::move(done), std::move(then));
}

void KubeCalls::fetch(std::string namespace_name, std::string service, std::string path,
                      Done<std::string> done) {
  KubeCall call;
  call.path = proxy_path(namespace_name, service) + path;
  call.response_bytes_max = fetched_bytes_max;
  impl_->ask(std::move(call), [done = std::move(done)](Result<http::ClientResponse> answer) {
    if (answer.has_error()) return done(answer.error());
    if (answer->status != 200) return done(refusal(*answer));
    done(std::move(answer->body));
  });
}

void KubeCalls::post(std::string namespace_name, std::string service, std::string path,
                     std::string body, Done<ServiceAnswer> done) {
  KubeCall call;
  call.method = http::Method::post;
  call.path = proxy_path(namespace_name, service) + path;
  call.content_type = "application/json";
  call.body = std::move(body);
  call.response_bytes_max = posted_bytes_max;
  impl_->ask(std::move(call), [done = std::move(done)](Result<http::ClientResponse> answer) {
    if (answer.has_error()) return done(answer.error());
    done(ServiceAnswer{answer->status, std::move(answer->body)});
  });
}

}  // namespace mainstay::clusters
