#include "apps/clusters/domain/sealed_secret.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"

namespace mainstay::clusters::sealed_secret_test {
namespace {

const NamespaceName fallback{"apps"};

Document a_request() {
  return DocumentObject{{"name", "database"},
                        {"literals", DocumentObject{{"user", "n"}, {"password", "a \"b\"\n"}}},
                        {"skip_pull_request", false}};
}

SecretContent taken(Document body) {
  auto content = take_secret_request(body, fallback);
  if (content.has_error()) FAIL(content.error().message());
  return *std::move(content);
}

Error request_refused(std::string_view field, Document value) {
  Document body = a_request();
  set_member(body, field, std::move(value));
  const auto content = take_secret_request(body, fallback);
  REQUIRE(content.has_error());
  return content.error();
}

Document a_manifest() {
  return DocumentObject{
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata",
       DocumentObject{{"name", "database"},
                      {"namespace", "apps"},
                      {"uid", "1-2"},
                      {"labels", DocumentObject{{"app", "shop"}}},
                      {"annotations",
                       DocumentObject{{"sealedsecrets.bitnami.com/namespace-wide", "true"},
                                      {"kubectl.kubernetes.io/last-applied-configuration", "{}"},
                                      {"note", "x"}}}}},
      {"type", "Opaque"},
      {"data", DocumentObject{{"a", "AAE="}, {"b", "Yg=="}}},
      {"stringData", DocumentObject{{"b", "other"}}}};
}

Document a_sealed_secret(SealScope scope = SealScope::strict) {
  SecretContent content{
      .name = SecretName{"database"}, .namespace_name = NamespaceName{"apps"}, .scope = scope};
  content.labels = {{"app", "shop"}};
  return sealed_secret(content, {{"password", "Ag=="}, {"a", "Ag=="}});
}

std::string sealed_refused(const Document& object) {
  const auto facts = read_sealed_secret(object);
  REQUIRE(facts.has_error());
  CHECK(facts.error().is(Errc::document_invalid));
  return facts.error().detail();
}

}  // namespace

TEST_CASE("sealed secret: the label of each scope") {
  const NamespaceName space{"n"};
  const SecretName name{"s"};
  CHECK(seal_label(SealScope::strict, space, name) == "n/s");
  CHECK(seal_label(SealScope::namespace_wide, space, name) == "n");
  CHECK(seal_label(SealScope::cluster_wide, space, name) == "");
  for (const SealScope scope :
       {SealScope::strict, SealScope::namespace_wide, SealScope::cluster_wide}) {
    CHECK(parse_seal_scope(to_text(scope)) == scope);
  }
  CHECK_FALSE(parse_seal_scope("Strict"));
}

TEST_CASE("sealed secret: a request is taken, and no value stays behind") {
  Document body = a_request();
  const char* const value = body.find("literals")->find("password")->if_string()->data();
  const auto content = take_secret_request(body, fallback);
  REQUIRE(content.has_value());
  CHECK(value[0] == '\0');
  CHECK(content->name == SecretName{"database"});
  CHECK(content->namespace_name == fallback);
  CHECK(content->scope == SealScope::strict);
  REQUIRE(content->literals.size() == 2);
  CHECK(content->literals[0].key == "password");
  CHECK(content->literals[0].value.view() == "a \"b\"\n");
  CHECK(content->literals[1].value.view() == "n");
}

TEST_CASE("sealed secret: what a request may say besides") {
  Document body = a_request();
  set_member(body, "namespace", "n");
  set_member(body, "scope", "cluster-wide");
  set_member(body, "type", "kubernetes.io/tls");
  set_member(body, "reason", "for whoever reviews it");
  set_member(body, "immutable", true);
  set_member(body, "labels", DocumentObject{{"app", "shop"}});
  set_member(body, "annotations", DocumentObject{{"note", "any text"}});
  set_member(body, "data", DocumentObject{{"bytes", "AP8="}, {"user", "eA=="}});
  const SecretContent content = taken(body);
  CHECK(content.namespace_name == NamespaceName{"n"});
  CHECK(content.scope == SealScope::cluster_wide);
  REQUIRE(content.literals.size() == 3);
  CHECK(content.literals[0].value.view() == std::string_view{"\x00\xFF", 2});
  CHECK(content.literals[2].value.view() == "n");  // literals win over data
  const Document object = sealed_secret(content, {{"z", "Zg=="}, {"a", "Zw=="}});
  CHECK(object ==
        Document{DocumentObject{
            {"apiVersion", "bitnami.com/v1alpha1"},
            {"kind", "SealedSecret"},
            {"metadata",
             DocumentObject{{"name", "database"},
                            {"namespace", "n"},
                            {"annotations",
                             DocumentObject{{"sealedsecrets.bitnami.com/cluster-wide", "true"}}}}},
            {"spec",
             DocumentObject{
                 {"encryptedData", DocumentObject{{"a", "Zw=="}, {"z", "Zg=="}}},
                 {"template",
                  DocumentObject{
                      {"metadata",
                       DocumentObject{
                           {"name", "database"},
                           {"namespace", "n"},
                           {"labels", DocumentObject{{"app", "shop"}}},
                           {"annotations",
                            DocumentObject{{"note", "any text"},
                                           {"sealedsecrets.bitnami.com/cluster-wide", "true"}}}}},
                      {"type", "kubernetes.io/tls"},
                      {"immutable", true}}}}}}});
}

TEST_CASE("sealed secret: a wrong request is refused by the field's name, never by its value") {
  CHECK(request_refused("name", "UPPER").is(Errc::field_invalid));
  CHECK(request_refused("name", "../../etc").is(Errc::field_invalid));
  CHECK(request_refused("namespace", "a.b").is(Errc::field_invalid));
  CHECK(request_refused("scope", "wide").is(Errc::field_invalid));
  CHECK(request_refused("immutable", "yes").is(Errc::field_invalid));
  CHECK(request_refused("type", "Opaque\n---\nkind: Evil").is(Errc::field_invalid));
  CHECK(request_refused("type", std::string(400, 'x')).is(Errc::field_invalid));
  CHECK(request_refused("labels", DocumentObject{{"app", "a b"}}).is(Errc::field_invalid));
  CHECK(request_refused("annotations", DocumentObject{{"bad name", "x"}}).is(Errc::field_invalid));
  CHECK(request_refused("annotations",
                        DocumentObject{{"sealedsecrets.bitnami.com/cluster-wide", "true"}})
            .is(Errc::field_invalid));
  CHECK(request_refused("from-file", "/etc/passwd").is(Errc::body_invalid));
  CHECK(request_refused("literals", DocumentObject{}).is(Errc::field_invalid));
  CHECK(request_refused("literals", DocumentObject{{"--from-file=x", "hidden"}})
            .is(Errc::field_invalid));
  const Error number = request_refused("literals", DocumentObject{{"pin", 123456}});
  CHECK(number.is(Errc::field_invalid));
  CHECK(number.message().find("123456") == std::string::npos);
  const Error encoded = request_refused("data", DocumentObject{{"k", "hidden!"}});
  CHECK(encoded.message().find("hidden") == std::string::npos);
  CHECK(
      request_refused("literals", DocumentObject{{"k", std::string(Limits::secret_bytes_max, 'x')}})
          .is(Errc::field_invalid));
  Document no_object{"text"};
  CHECK(take_secret_request(no_object, fallback).error().is(Errc::body_invalid));
}

TEST_CASE("sealed secret: a manifest is taken without what only a cluster writes") {
  Document manifest = a_manifest();
  const auto content = take_secret_manifest(manifest, std::nullopt);
  if (content.has_error()) FAIL(content.error().message());
  CHECK(content->scope == SealScope::namespace_wide);
  CHECK(content->annotations == std::vector<std::pair<std::string, std::string>>{{"note", "x"}});
  CHECK(content->labels == std::vector<std::pair<std::string, std::string>>{{"app", "shop"}});
  CHECK(content->type == "Opaque");
  REQUIRE(content->literals.size() == 2);
  CHECK(content->literals[0].value.view() == std::string_view{"\x00\x01", 2});
  CHECK(content->literals[1].value.view() == "other");  // stringData wins, as in an API server
  CHECK(*manifest.find("data")->find("a")->if_string() == "");
}

TEST_CASE("sealed secret: a manifest's namespace is text, and the one that was asked for") {
  Document other = a_manifest();
  CHECK(take_secret_manifest(other, NamespaceName{"n"}).error().is(Errc::field_invalid));
  Document yes_or_no = a_manifest();
  set_member(*find_path(yes_or_no, {"metadata"}), "namespace", false);
  CHECK(take_secret_manifest(yes_or_no, std::nullopt).error().detail().find("quote") !=
        std::string::npos);
  Document none = a_manifest();
  remove_member(*find_path(none, {"metadata"}), "namespace");
  Document again = none;
  CHECK(take_secret_manifest(none, std::nullopt).has_error());
  CHECK(take_secret_manifest(again, NamespaceName{"n"})->namespace_name == NamespaceName{"n"});
  Document config = a_manifest();
  set_member(config, "kind", "ConfigMap");
  CHECK(take_secret_manifest(config, std::nullopt).error().is(Errc::document_invalid));
}

TEST_CASE("sealed secret: the scope is the object's own, and a template may not claim another") {
  const Document strict = a_sealed_secret();
  CHECK(read_sealed_secret(strict)->scope == SealScope::strict);
  CHECK(read_sealed_secret(a_sealed_secret(SealScope::cluster_wide))->scope ==
        SealScope::cluster_wide);
  // CVE-2026-22728: whoever can edit the template would choose the scope of the new encryption.
  Document widened = strict;
  set_member(member_of(*find_path(widened, {"spec", "template", "metadata"}), "annotations"),
             "sealedsecrets.bitnami.com/cluster-wide", "true");
  CHECK(sealed_refused(widened).find("cluster-wide") != std::string::npos);
  Document narrowed = a_sealed_secret(SealScope::namespace_wide);
  set_member(*find_path(narrowed, {"spec", "template", "metadata", "annotations"}),
             "sealedsecrets.bitnami.com/namespace-wide", "false");
  CHECK(sealed_refused(narrowed).find("strict") != std::string::npos);
  Document silent = a_sealed_secret(SealScope::namespace_wide);
  remove_member(*find_path(silent, {"spec", "template", "metadata"}), "annotations");
  CHECK(read_sealed_secret(silent)->scope == SealScope::namespace_wide);
  Document not_text = strict;
  set_member(member_of(*find_path(not_text, {"metadata"}), "annotations"),
             "sealedsecrets.bitnami.com/cluster-wide", true);
  CHECK(sealed_refused(not_text).find("quote") != std::string::npos);
}

TEST_CASE("sealed secret: what is none is refused") {
  for (const std::string_view part : {"apiVersion", "kind", "metadata", "spec"}) {
    Document broken = a_sealed_secret();
    remove_member(broken, part);
    sealed_refused(broken);
  }
  Document renamed = a_sealed_secret();
  set_member(*find_path(renamed, {"spec", "template", "metadata"}), "name", "other");
  sealed_refused(renamed);
  Document empty = a_sealed_secret();
  set_member(*find_path(empty, {"spec"}), "encryptedData", DocumentObject{});
  sealed_refused(empty);
  Document no_base64 = a_sealed_secret();
  set_member(*find_path(no_base64, {"spec", "encryptedData"}), "a", "hidden!");
  CHECK(sealed_refused(no_base64).find("hidden") == std::string::npos);
  Document no_key = a_sealed_secret();
  set_member(*find_path(no_key, {"spec", "encryptedData"}), "../a", "Ag==");
  sealed_refused(no_key);
}

TEST_CASE("sealed secret: keys are merged into one that is there") {
  Document existing = a_sealed_secret();
  set_member(*find_path(existing, {"spec", "template"}), "data", DocumentObject{{"c", "{{ .a }}"}});
  SecretContent content{.name = SecretName{"database"}, .namespace_name = NamespaceName{"apps"}};
  content.annotations = {{"note", "new"}};
  const auto merged =
      merged_sealed_secret(existing, sealed_secret(content, {{"a", "Bg=="}, {"z", "Bw=="}}));
  REQUIRE(merged.has_value());
  CHECK(*find_path(*merged, {"spec", "encryptedData"}) ==
        Document{DocumentObject{{"a", "Bg=="}, {"password", "Ag=="}, {"z", "Bw=="}}});
  CHECK(text_at(*merged, {"spec", "template", "data", "c"}) == "{{ .a }}");
  CHECK(text_at(*merged, {"spec", "template", "metadata", "labels", "app"}) == "shop");
  CHECK(text_at(*merged, {"spec", "template", "metadata", "annotations", "note"}) == "new");
  CHECK(merged_sealed_secret(existing, a_sealed_secret(SealScope::cluster_wide))
            .error()
            .is(Errc::conflict));
  content.name = SecretName{"other"};
  CHECK(merged_sealed_secret(existing, sealed_secret(content, {{"a", "Bg=="}}))
            .error()
            .is(Errc::conflict));
}

}  // namespace mainstay::clusters::sealed_secret_test
