#include "apps/clusters/embedded_cluster/cluster_state.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/embedded_cluster/test_state.hpp"
#include "apps/clusters/limits.hpp"

namespace mainstay::clusters::embedded::cluster_state_test {
namespace {

using test::by;
using test::doc;
using test::Fixture;

int code(const auto& outcome) { return outcome ? 0 : outcome.refusal().code; }
std::string reason(const auto& outcome) { return outcome ? "" : outcome.refusal().reason; }
std::string message(const auto& outcome) { return outcome ? "" : outcome.refusal().message; }

Outcome<Written> make_group(Fixture& f, const std::string& name, const std::string& spec = "{}") {
  return f.state.create(f.group(), doc("{'metadata':{'name':'" + name + "'},'spec':" + spec + "}"),
                        by("m"));
}

}  // namespace

TEST_CASE("state: a new object gets what the server gives: uid, time, revision, owners") {
  Fixture f;
  const auto made = make_group(f, "g", "{'size':{'max':1}}");
  REQUIRE(made);
  const Document& object = made->object;
  CHECK(text_of(object, {"apiVersion"}) == "example.org/v1");
  CHECK(text_of(object, {"kind"}) == "Group");
  CHECK(text_of(object, {"metadata", "uid"}).size() == 36);
  CHECK(text_of(object, {"metadata", "creationTimestamp"}) == "2026-11-18T11:06:40Z");
  CHECK(text_of(object, {"metadata", "resourceVersion"}) ==
        std::to_string(f.state.store().revision()));
  CHECK(find_path(object, {"metadata", "generation"})->if_int()[0] == 1);
  CHECK(same_content(
      *find_path(object, {"metadata", "managedFields"})->if_array()->front().find("fieldsV1"),
      doc("{'f:spec':{'f:mode':{},'f:size':{'f:max':{},'f:min':{}}}}")));
}

TEST_CASE("state: names are checked, made, and taken once") {
  Fixture f;
  CHECK(code(make_group(f, "Upper")) == 422);
  CHECK(code(make_group(f, "../x")) == 422);
  CHECK(code(make_group(f, std::string(254, 'a'))) == 422);
  CHECK(code(make_group(f, "")) == 422);
  REQUIRE(make_group(f, "g"));
  CHECK(reason(make_group(f, "g")) == "AlreadyExists");
  const auto made =
      f.state.create(f.group(), doc("{'metadata':{'generateName':'g-'},'spec':{}}"), by("m"));
  REQUIRE(made);
  CHECK(text_of(made->object, {"metadata", "name"}).size() == 7);
}

TEST_CASE("state: namespaces must be there, and take what is in them along") {
  Fixture f;
  const Document secret = doc("{'metadata':{'name':'s'},'stringData':{'k':'v'}}");
  CHECK(code(f.state.create(f.at("v1", "secrets", "", "no"), secret, by("m"))) == 404);
  f.make("v1", "namespaces", doc("{'metadata':{'name':'team'}}"));
  REQUIRE(f.state.create(f.at("v1", "secrets", "", "team"), secret, by("m")));
  CHECK(code(f.state.create(f.secret(), doc("{'metadata':{'name':'s','namespace':'team'}}"),
                            by("m"))) == 400);
  REQUIRE(f.state.remove(f.at("v1", "namespaces", "team"), {}));
  CHECK(f.state.store().find("secrets", "team/s") == nullptr);
  CHECK(code(f.state.remove(f.at("v1", "namespaces", "default"), {})) == 403);
}

TEST_CASE("state: unknown fields are refused, told or dropped, as the caller wants") {
  Fixture f;
  const Document object = doc("{'metadata':{'name':'g'},'spec':{'typo':1}}");
  WriteOptions strict = by("m");
  strict.validation = FieldValidation::strict;
  const auto refused = f.state.create(f.group(), object, strict);
  CHECK(code(refused) == 400);
  CHECK(message(refused) ==
        "Group in version \"v1\" cannot be handled as a Group: strict decoding error: unknown "
        "field \"spec.typo\"");
  WriteOptions quiet = by("m");
  quiet.dry_run = true;
  quiet.validation = FieldValidation::ignore;
  CHECK(f.state.create(f.group(), object, quiet)->warnings.empty());
  const auto made = f.state.create(f.group(), object, by("m"));
  REQUIRE(made);
  CHECK(made->warnings == std::vector<std::string>{"unknown field \"spec.typo\""});
  CHECK(find_path(made->object, {"spec", "typo"}) == nullptr);
}

TEST_CASE("state: a dry run says all that the real one would, and keeps nothing") {
  Fixture f;
  WriteOptions dry = by("m");
  dry.dry_run = true;
  const auto revision = f.state.store().revision();
  const auto made = f.state.create(f.group(), doc("{'metadata':{'name':'g'},'spec':{}}"), dry);
  REQUIRE(made);
  CHECK(text_of(made->object, {"spec", "mode"}) == "ondemand");
  CHECK(code(f.state.create(f.group(), doc("{'metadata':{'name':'g'},'spec':{'mode':'x'}}"),
                            dry)) == 422);
  REQUIRE(f.apply(f.group("h"), "{'spec':{'mode':'spot'}}", dry));
  CHECK(f.state.store().revision() == revision);
  REQUIRE(make_group(f, "g"));
  REQUIRE(f.state.patch(f.group("g"), PatchKind::merge, doc("{'spec':{'mode':'spot'}}"), dry));
  REQUIRE(f.state.remove(f.group("g"), dry));
  CHECK(text_of(*f.state.get(f.group("g")), {"spec", "mode"}) == "ondemand");
}

TEST_CASE("state: an update must know the newest revision, when it names one") {
  Fixture f;
  const Document first = make_group(f, "g")->object;
  Document changed = first;
  set_member(member_of(changed, "spec"), "mode", "spot");
  const auto updated = f.state.update(f.group("g"), changed, by("m"));
  REQUIRE(updated);
  CHECK(find_path(updated->object, {"metadata", "generation"})->if_int()[0] == 2);
  const auto late = f.state.update(f.group("g"), first, by("m"));
  CHECK(code(late) == 409);
  CHECK(message(late) ==
        "Operation cannot be fulfilled on groups.example.org \"g\": the object has been modified; "
        "please apply your changes to the latest version and try again");
  CHECK(code(f.state.update(f.group("no"), first, by("m"))) == 404);
  // Nobody who names another uid meant this object.
  Document other = updated->object;
  set_member(member_of(other, "metadata"), "uid", "another");
  CHECK(code(f.state.update(f.group("g"), other, by("m"))) == 409);
}

TEST_CASE("state: status is written by its subresource alone, and does not count as a new wish") {
  Fixture f;
  REQUIRE(f.state.create(
      f.group(), doc("{'metadata':{'name':'g'},'spec':{},'status':{'state':'early'}}"), by("m")));
  CHECK(f.state.get(f.group("g"))->find("status") == nullptr);
  Target status = f.group("g");
  status.status = true;
  const auto told =
      f.state.patch(status, PatchKind::merge,
                    doc("{'status':{'state':'present'},'spec':{'mode':'spot'}}"), by("controller"));
  REQUIRE(told);
  CHECK(text_of(told->object, {"status", "state"}) == "present");
  CHECK(text_of(told->object, {"spec", "mode"}) == "ondemand");
  CHECK(find_path(told->object, {"metadata", "generation"})->if_int()[0] == 1);
  REQUIRE(f.state.patch(f.group("g"), PatchKind::merge, doc("{'status':null}"), by("m")));
  CHECK(text_of(*f.state.get(f.group("g")), {"status", "state"}) == "present");
}

TEST_CASE("state: deletions wait for finalizers, and for what the caller expects") {
  Fixture f;
  REQUIRE(f.state.create(f.group(),
                         doc("{'metadata':{'name':'g','finalizers':['example.org/f']},'spec':{}}"),
                         by("m")));
  WriteOptions wrong;
  wrong.expected_uid = "another";
  CHECK(code(f.state.remove(f.group("g"), wrong)) == 409);
  const auto held = f.state.remove(f.group("g"), by("m"));
  REQUIRE(held);
  CHECK_FALSE(held->is_gone);
  CHECK_FALSE(text_of(held->object, {"metadata", "deletionTimestamp"}).empty());
  REQUIRE(f.state.patch(f.group("g"), PatchKind::merge, doc("{'metadata':{'finalizers':null}}"),
                        by("m")));
  CHECK(code(f.state.get(f.group("g"))) == 404);
  CHECK(message(f.state.get(f.group("g"))) == "groups.example.org \"g\" not found");
}

TEST_CASE("state: Secrets are kept as base64, and refuse what is none") {
  Fixture f;
  const auto made = f.state.create(
      f.secret(), doc("{'metadata':{'name':'s'},'stringData':{'k':'v'},'immutable':true}"),
      by("m"));
  REQUIRE(made);
  CHECK(text_of(made->object, {"data", "k"}) == "dg==");
  CHECK(text_of(made->object, {"type"}) == "Opaque");
  CHECK(made->object.find("stringData") == nullptr);
  CHECK(code(f.state.create(f.secret(), doc("{'metadata':{'name':'t'},'data':{'k':'?'}}"),
                            by("m"))) == 422);
  CHECK(code(f.state.create(f.secret(), doc("{'metadata':{'name':'t'},'data':{'a/b':''}}"),
                            by("m"))) == 422);
  CHECK(code(f.state.patch(f.secret("s"), PatchKind::strategic, doc("{'data':{'k':'YQ=='}}"),
                           by("m"))) == 422);
  CHECK(code(f.state.patch(f.secret("s"), PatchKind::merge, doc("{'type':'other'}"), by("m"))) ==
        422);
}

TEST_CASE("state: definitions make kinds, in all versions that are served, and take them away") {
  Fixture f;
  REQUIRE(make_group(f, "g"));
  const auto old = f.state.get(f.at("example.org/v1beta1", "groups", "g"));
  REQUIRE(old);
  CHECK(text_of(*old, {"apiVersion"}) == "example.org/v1beta1");
  const auto& definition = *f.state.store().find("customresourcedefinitions.apiextensions.k8s.io",
                                                 "/groups.example.org");
  CHECK(text_of(definition, {"status", "acceptedNames", "listKind"}) == "GroupList");
  std::vector<std::string> seen;
  f.state.on_change(
      [&](const Change& change) { seen.push_back((change.after ? "+" : "-") + change.key); });
  REQUIRE(f.state.remove(
      f.at("apiextensions.k8s.io/v1", "customresourcedefinitions", "groups.example.org"), {}));
  CHECK(seen == std::vector<std::string>{"-/g", "-/groups.example.org"});
  CHECK(f.state.types().find("example.org", "v1", "groups") == nullptr);
}

TEST_CASE("state: a definition that says too little is refused with every reason") {
  Fixture f;
  const auto refused = f.state.create(
      f.at("apiextensions.k8s.io/v1", "customresourcedefinitions"),
      doc("{'metadata':{'name':'x'},'spec':{'group':'nodot','scope':'Some','names':{'kind':'K',"
          "'plural':'ks'},'versions':[{'name':'v1','served':true,'storage':false}]}}"),
      by("m"));
  REQUIRE_FALSE(refused);
  CHECK(refused.refusal().code == 422);
  std::vector<std::string> fields;
  for (const Cause& cause : refused.refusal().causes) fields.push_back(cause.field);
  CHECK(fields == std::vector<std::string>{"spec.scope", "spec.group", "metadata.name",
                                           "spec.versions[0].schema.openAPIV3Schema",
                                           "spec.versions"});
}

TEST_CASE("state: what is too large is refused") {
  Fixture f;
  const Document object =
      DocumentObject{{"metadata", DocumentObject{{"name", "big"}}},
                     {"data", DocumentObject{{"k", std::string(900'000, 'x')}}}};
  CHECK(f.state.create(f.at("v1", "configmaps", "", "default"), object, by("m")));
  Document larger = object;
  set_member(member_of(larger, "metadata"), "name", "larger");
  set_member(member_of(larger, "metadata"), "annotations",
             DocumentObject{{"note", std::string(Limits::embedded_object_bytes_max, 'x')}});
  CHECK(code(f.state.create(f.at("v1", "configmaps", "", "default"), larger, by("m"))) == 413);
}

TEST_CASE("state: an apply needs a manager, and may not bring owners along") {
  Fixture f;
  CHECK(code(f.apply(f.group("g"), "{'spec':{}}", by(""))) == 422);
  CHECK(code(f.apply(f.group("g"), "{'metadata':{'managedFields':[]},'spec':{}}", by("m"))) == 400);
  CHECK(code(f.apply(f.group("g"), "{'metadata':{'name':'h'},'spec':{}}", by("m"))) == 400);
  CHECK(code(f.apply(f.group("g"), "{'kind':'Other','spec':{}}", by("m"))) == 400);
}

}  // namespace mainstay::clusters::embedded::cluster_state_test
