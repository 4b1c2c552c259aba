#include "apps/clusters/domain/cluster_objects.hpp"

#include <doctest/doctest.h>

#include "base/document.hpp"

namespace mainstay::clusters::cluster_objects_test {

using Object = DocumentObject;
using Array = DocumentArray;

TEST_CASE("object facts: metadata without what repeats the content") {
  const Document secret =
      Object{{"kind", "Secret"},
             {"metadata",
              Object{{"name", "db"},
                     {"namespace", "prod"},
                     {"uid", "u-1"},
                     {"resourceVersion", "42"},
                     {"creationTimestamp", "2026-11-22T06:00:00Z"},
                     {"labels", Object{{"team", "a"}, {"odd", 7}, {"app", "shop"}}},
                     {"annotations", Object{{"kubectl.kubernetes.io/last-applied-configuration",
                                             R"({"data":{"password":"cGFzcw=="}})"},
                                            {"note", "kept"}}}}},
             {"data", Object{{"password", "cGFzcw=="}}}};
  const ObjectFacts facts = object_facts(secret);
  CHECK(facts.name() == "db");
  CHECK(facts.namespace_name() == "prod");
  CHECK(facts.fields().uid == "u-1");
  CHECK(facts.fields().resource_version == "42");
  CHECK(facts.fields().created == "2026-11-22T06:00:00Z");
  CHECK(facts.labels().size() == 2);
  CHECK(facts.label("app") == "shop");
  CHECK(facts.label("odd").empty());
  CHECK(facts.annotations() == ObjectFacts::Pairs{{"note", "kept"}});
  CHECK(facts.annotation("note") == "kept");
}

TEST_CASE("object facts: of nothing they are empty") {
  for (const Document& odd : {Document{}, Document{"text"}, Document{Object{{"metadata", 1}}},
                              Document{Object{{"metadata", Object{{"labels", Array{"a"}}}}}}}) {
    const ObjectFacts facts = object_facts(odd);
    CHECK(facts.name().empty());
    CHECK(facts.labels().empty());
    CHECK(facts.annotations().empty());
  }
  CHECK(ObjectFacts{}.name().empty());
  CHECK(ObjectFacts{}.annotations().empty());
}

TEST_CASE("sealed secret: its keys, scope and what the controller said") {
  const SealedSecretFacts facts = sealed_secret_facts(Object{
      {"metadata",
       Object{{"name", "db"},
              {"namespace", "prod"},
              {"annotations", Object{{"sealedsecrets.bitnami.com/namespace-wide", "true"}}}}},
      {"spec", Object{{"encryptedData", Object{{"user", "AgB"}, {"password", "AgC"}}},
                      {"template", Object{{"type", "kubernetes.io/basic-auth"}}}}},
      {"status",
       Object{{"conditions", Array{Object{{"type", "Other"}, {"status", "True"}},
                                   Object{{"type", "Synced"},
                                          {"status", "False"},
                                          {"message", "no key could decrypt secret"}}}}}}});
  CHECK(object_name(facts) == "db");
  CHECK(object_namespace(facts) == "prod");
  CHECK(facts.keys == std::vector<std::string>{"user", "password"});
  CHECK(facts.scope == "namespace-wide");
  CHECK(facts.secret_type == "kubernetes.io/basic-auth");
  CHECK(facts.synced == "False");
  CHECK(facts.message == "no key could decrypt secret");
  CHECK(sealed_secret_facts({}).scope == "strict");
}

TEST_CASE("delivery: an application of Argo CD") {
  const Delivery delivery = argo_delivery(Object{
      {"metadata", Object{{"name", "infra"}, {"namespace", "argocd"}}},
      {"spec", Object{{"source", Object{{"repoURL", "https://git.example/infra"}}}}},
      {"status", Object{{"sync", Object{{"status", "Synced"}, {"revision", "4f0c"}}},
                        {"health", Object{{"status", "Progressing"}}},
                        {"operationState", Object{{"phase", "Running"}, {"message", "waiting"}}},
                        {"resources", Array{Object{{"kind", "NodeGroup"},
                                                   {"name", "web"},
                                                   {"status", "Synced"},
                                                   {"health", Object{{"status", "Healthy"}}}}}}}}});
  CHECK(delivery.name == "infra");
  CHECK(delivery.namespace_name == "argocd");
  CHECK(delivery.sync == "Synced");
  CHECK(delivery.revision == "4f0c");
  CHECK(delivery.health == "Progressing");
  CHECK(delivery.phase == "Running");
  CHECK(delivery.repository == "https://git.example/infra");
  REQUIRE(delivery.resources.size() == 1);
  CHECK(delivery.resources[0] == Delivery::Resource{"NodeGroup", {}, "web", "Synced", "Healthy"});
}

TEST_CASE("delivery: a kustomization of Flux") {
  const auto kustomization = [](const char* ready, const char* revision) {
    return Document{
        Object{{"metadata", Object{{"name", "infra"}, {"namespace", "flux-system"}}},
               {"status",
                Object{{"conditions", Array{Object{{"type", "Ready"}, {"status", ready}}}},
                       {"lastAppliedRevision", revision},
                       {"inventory",
                        Object{{"entries", Array{Object{{"id", "prod_db_bitnami.com_SealedSecret"}},
                                                 Object{{"id", "_web_cluster.example_NodeGroup"}},
                                                 Object{{"id", "odd"}}}}}}}}}};
  };
  const Delivery delivery = flux_delivery(kustomization("True", "main@sha1:4f0c"));
  CHECK(delivery.revision == "4f0c");
  CHECK(delivery.sync == "Synced");
  CHECK(delivery.health == "Healthy");
  REQUIRE(delivery.resources.size() == 3);
  CHECK(delivery.resources[0].kind == "SealedSecret");
  CHECK(delivery.resources[0].namespace_name == "prod");
  CHECK(delivery.resources[0].name == "db");
  CHECK(delivery.resources[1].namespace_name.empty());
  CHECK(delivery.resources[1].name == "web");
  CHECK(delivery.resources[2] == Delivery::Resource{});
  CHECK(flux_delivery(kustomization("False", "main/4f0c")).revision == "4f0c");
  CHECK(flux_delivery(kustomization("False", "")).sync == "OutOfSync");
  CHECK(flux_delivery({}).health == "Progressing");
}

}  // namespace mainstay::clusters::cluster_objects_test
