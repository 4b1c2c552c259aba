#include "apps/clusters/outbound/kube/kube_calls.hpp"

#include <optional>

#include <doctest/doctest.h>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/kube/scripted_transport.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::kube_calls_test {
namespace {

using test::status_text;
using Members = DocumentObject;

constexpr const char* core_kinds =
    R"({"resources":[{"name":"secrets/status","kind":"Secret","namespaced":true},)"
    R"({"name":"secrets","kind":"Secret","namespaced":true},)"
    R"({"name":"configmaps","kind":"ConfigMap","namespaced":true}]})";
constexpr const char* group_kinds =
    R"({"resources":[{"name":"nodegroups","kind":"NodeGroup","namespaced":false}]})";

struct Fixture {
  ManualClock clock{SystemTime{Seconds{1'000'000}}};
  test::ScriptedTransport server{clock};
  KubeCalls calls{server, clock, "default"};

  template <class T>
  static auto into(std::optional<Result<T>>& told) {
    return [&told](Result<T> result) { told.emplace(std::move(result)); };
  }
};

Document node_group() {
  return Members{{"apiVersion", "c.example/v1"},
                 {"kind", "NodeGroup"},
                 {"metadata", Members{{"name", "web"}}},
                 {"spec", Members{{"size", 1}}}};
}

}  // namespace

TEST_CASE(
    "kube calls: a dry run is an apply that stores nothing, at the place that discovery tells") {
  Fixture f;
  std::optional<Result<ApplyVerdict>> told;
  f.calls.apply({.object = node_group()}, f.into(told));
  CHECK(f.server.asked().path == "/apis/c.example/v1");
  f.server.answer(group_kinds);
  CHECK(f.server.asked().path ==
        "/apis/c.example/v1/nodegroups/web"
        "?fieldValidation=Strict&fieldManager=mainstay&dryRun=All");
  CHECK(f.server.asked().method == http::Method::patch);
  CHECK(f.server.asked().content_type == "application/apply-patch+yaml");
  CHECK(*json::parse(f.server.asked().body) == node_group());
  f.server.end(201, R"({"metadata":{"name":"web","managedFields":[{}]},"spec":{"size":1}})",
               {{"Warning", R"(299 - "spec.old is deprecated")"}});
  REQUIRE(told);
  REQUIRE(told->has_value());
  CHECK((*told)->accepted);
  CHECK((*told)->created);
  CHECK((*told)->warnings == std::vector<std::string>{"spec.old is deprecated"});
  CHECK(find_path((*told)->object, {"metadata", "managedFields"}) == nullptr);
  CHECK(find_path((*told)->object, {"spec", "size"}) != nullptr);

  // The kind is known now, for a while.
  f.calls.apply({.object = node_group(), .mode = ApplyRequest::Mode::commit, .force = true},
                f.into(told));
  CHECK(
      f.server.asked().path ==
      "/apis/c.example/v1/nodegroups/web?fieldValidation=Strict&fieldManager=mainstay&force=true");
  f.server.end(200, "{}");
  f.server.pass(Millis{600'001});
  f.calls.apply({.object = node_group()}, f.into(told));
  CHECK(f.server.asked().path == "/apis/c.example/v1");
}

TEST_CASE("kube calls: what the server refuses is told with who holds which field") {
  Fixture f;
  std::optional<Result<ApplyVerdict>> told;
  f.calls.apply({.object = node_group()}, f.into(told));
  f.server.answer(group_kinds);
  f.server.end(
      409, status_text(409, "Conflict", "Apply failed with 1 conflict",
                       R"({"causes":[{"reason":"FieldManagerConflict","message":"conflict with )"
                       R"(\"kubectl\" using c.example/v1","field":".spec.size"}]})"));
  REQUIRE(told->has_value());
  CHECK_FALSE((*told)->accepted);
  CHECK((*told)->status == 409);
  CHECK((*told)->reason == "Conflict");
  REQUIRE((*told)->conflicts.size() == 1);
  CHECK((*told)->conflicts[0].manager == "kubectl");
  CHECK((*told)->conflicts[0].field == ".spec.size");
}

TEST_CASE("kube calls: an overloaded server is asked again when it says, ten seconds at most") {
  Fixture f;
  std::optional<Result<ApplyVerdict>> told;
  f.calls.apply({.object = node_group()}, f.into(told));
  f.server.end(429, "", {{"Retry-After", "2"}});
  CHECK(f.server.wait() == Millis{2'000});
  f.server.answer(group_kinds);
  f.server.end(503, "");
  CHECK(f.server.wait() == Millis{200});
  f.server.end(504, "");
  CHECK(f.server.wait() == Millis{400});
  f.server.end(503, "", {{"Retry-After", "60"}});
  REQUIRE(told->has_value());
  CHECK((*told)->status == 503);
  CHECK(f.server.is_idle());
}

TEST_CASE("kube calls: what is asked of a namespace names it, or the connection's") {
  Fixture f;
  std::optional<Result<ApplyVerdict>> told;
  f.calls.remove({.api_version = "v1", .kind = "ConfigMap", .namespace_name = "a/b", .name = "x"},
                 ApplyRequest::Mode::dry_run, f.into(told));
  f.server.answer(core_kinds);
  CHECK(f.server.asked().method == http::Method::delete_);
  CHECK(f.server.asked().path == "/api/v1/namespaces/a%2Fb/configmaps/x?dryRun=All");
  f.server.end(404, status_text(404, "NotFound", "none"));
  CHECK((*told)->accepted);
  std::optional<Result<Document>> read;
  f.calls.read({.api_version = "v1", .kind = "ConfigMap", .name = "x"}, f.into(read));
  CHECK(f.server.asked().path == "/api/v1/namespaces/default/configmaps/x");
  f.server.end(404, "");
  CHECK((*read)->is_null());
}

TEST_CASE("kube calls: Secrets are not read, and what is no reference is refused at once") {
  Fixture f;
  std::optional<Result<Document>> read;
  f.calls.read({.api_version = "v1", .kind = "Secret", .name = "db"}, f.into(read));
  CHECK(read->error().is(Errc::cluster_refused));
  std::optional<Result<ApplyVerdict>> told;
  for (const char* version : {"", "../v1", "a/b/c", "v1?x"}) {
    Document object = node_group();
    set_member(object, "apiVersion", version);
    f.calls.apply({.object = object}, f.into(told));
    CHECK(told->error().is(Errc::document_invalid));
  }
  f.calls.apply({.object = node_group(), .field_manager = std::string(129, 'x')}, f.into(told));
  CHECK(told->error().is(Errc::field_invalid));
  CHECK(f.server.is_idle());
}

TEST_CASE("kube calls: a kind that the cluster has not, and a network that fails") {
  Fixture f;
  std::optional<Result<ApplyVerdict>> told;
  f.calls.apply({.object = node_group()}, f.into(told));
  f.server.answer(R"({"resources":[]})");
  CHECK(told->error().is(Errc::cluster_refused));
  CHECK(told->error().detail() == "the cluster has no kind NodeGroup in c.example/v1");
  f.calls.apply({.object = node_group()}, f.into(told));
  f.server.break_off();
  CHECK(told->error().is(Errc::cluster_unavailable));
}

TEST_CASE("kube calls: who may do what, and what a service in the cluster says") {
  Fixture f;
  std::optional<Result<bool>> may;
  const ObjectReference web{.api_version = "c.example/v1", .kind = "NodeGroup", .name = "web"};
  f.calls.may({.user = "ann", .groups = {"ops"}, .verb = "create", .object = web}, f.into(may));
  CHECK(f.server.asked().path == "/apis/c.example/v1");
  f.server.answer(group_kinds);
  CHECK(f.server.asked().path == "/apis/authorization.k8s.io/v1/subjectaccessreviews");
  CHECK(f.server.asked().body.find(R"("user":"ann","groups":["ops"])") != std::string::npos);
  CHECK(f.server.asked().body.find(
            R"({"verb":"create","resource":"nodegroups","group":"c.example","name":"web"})") !=
        std::string::npos);
  f.server.end(201, R"({"status":{"allowed":true}})");
  CHECK(**may);
  const ObjectReference map{.api_version = "v1", .kind = "ConfigMap", .name = "m"};
  f.calls.may({.user = "ann", .verb = "delete", .object = map}, f.into(may));
  f.server.answer(core_kinds);
  CHECK(f.server.asked().body.find(
            R"({"verb":"delete","resource":"configmaps","namespace":"default","name":"m"})") !=
        std::string::npos);
  f.server.end(201, R"({"status":{}})");
  CHECK_FALSE(**may);
  f.calls.may({.user = "ann", .verb = "delete", .object = map}, f.into(may));
  f.server.end(403, status_text(403, "Forbidden", "no reviews for you"));
  CHECK(may->error().is(Errc::cluster_refused));
  f.calls.may({.user = "ann", .object = {.api_version = "../x"}}, f.into(may));
  CHECK(may->error().is(Errc::document_invalid));

  std::optional<Result<std::string>> text;
  f.calls.fetch("kube-system", "sealed-secrets-controller:http", "/v1/cert.pem", f.into(text));
  CHECK(f.server.asked().path ==
        "/api/v1/namespaces/kube-system/services/"
        "sealed-secrets-controller%3Ahttp/proxy/v1/cert.pem");
  f.server.end(200, "PEM");
  CHECK(**text == "PEM");
  f.calls.fetch("a", "b", "/c", f.into(text));
  f.server.end(403, status_text(403, "Forbidden", "no proxy for you"));
  CHECK(text->error().detail() == "no proxy for you");
}

TEST_CASE("kube calls: no more than so many wait") {
  Fixture f;
  std::vector<std::optional<Result<std::string>>> told(65);
  for (auto& one : told) f.calls.fetch("a", "b", "/", f.into(one));
  REQUIRE(told.back());
  CHECK(told.back()->error().is(Errc::busy));
  CHECK_FALSE(told.front());
}

}  // namespace mainstay::clusters::kube_calls_test
