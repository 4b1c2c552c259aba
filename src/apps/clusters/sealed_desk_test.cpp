#include "apps/clusters/sealed_desk.hpp"

#include <functional>
#include <future>

#include <doctest/doctest.h>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/embedded_cluster/sealing_key_holder.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/sealing/sealing_controller.hpp"
#include "apps/clusters/sealing_certificates.hpp"
#include "base/temporary_folder.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::sealed_desk_test {
namespace {

/// A key pair for the whole file: making one takes a moment.
const tls::KeyPair& pair() {
  static const tls::KeyPair made =
      *tls::make_sealing_pair(2048, MachineClock{}.wall(), std::chrono::days{10});
  return made;
}

class FixedCertificate final : public CertificateSource {
 public:
  [[nodiscard]] std::string name() const override { return "test"; }
  void fetch(UniqueFunction<void(Result<std::string>)> done) override { done(pair().certificate); }
};

/// A cluster in which only the controller is asked.
class OneService final : public ClusterWriter {
 public:
  void apply(ApplyRequest, Done<ApplyVerdict> done) override { done(ApplyVerdict{}); }
  void remove(ObjectReference, ApplyRequest::Mode, Done<ApplyVerdict> done) override {
    done(ApplyVerdict{});
  }
  void read(ObjectReference object, Done<Document> done) override {
    CHECK(object.kind == "Service");
    done(service);
  }
  void may(AccessQuestion, Done<bool> done) override { done(true); }
  void fetch(std::string, std::string place, std::string path, Done<std::string> done) override {
    done(place + path);
  }
  void post(std::string, std::string place, std::string path, std::string body,
            Done<ServiceAnswer> done) override {
    asked = place + path;
    done(answer(path, body));
  }

  Document service = DocumentObject{
      {"spec", DocumentObject{{"ports", DocumentArray{DocumentObject{{"name", "http"}}}}}}};
  std::string asked;
  std::function<ServiceAnswer(const std::string&, const std::string&)> answer;
};

SecretContent content() {
  SecretContent out{.name = SecretName{"database"}, .namespace_name = NamespaceName{"shop"}};
  std::string value = "correct horse";
  out.literals.push_back({"password", SecretText::taken_from(value)});
  return out;
}

struct SealedFixture {
  explicit SealedFixture(bool has_controller = false, bool has_keys = false) {
    certificates.refresh();
    folder.write("key.pem", pair().key);
    desk = std::make_unique<SealedDesk>(SealedDesk::Parts{
        has_controller ? &controller : nullptr, certificates,
        has_keys ? std::vector{folder.path("key.pem")} : std::vector<std::string>{}});
    desk->start();
    sealed = seal_content(content(), *certificates.usable()->certificate);
  }
  Result<SealedVerdict> validate(const Document& object) {
    std::promise<Result<SealedVerdict>> told;
    desk->validate(object, [&](Result<SealedVerdict> one) { told.set_value(std::move(one)); });
    return told.get_future().get();
  }
  Result<SealedFile> reencrypt(const Document& object) {
    std::promise<Result<SealedFile>> told;
    desk->reencrypt(object, [&](Result<SealedFile> one) { told.set_value(std::move(one)); });
    return told.get_future().get();
  }

  MachineClock clock;
  TemporaryFolder folder;
  OneService cluster;
  SealingController controller{cluster, "kube-system", "sealed-secrets-controller"};
  SealingCertificates certificates{std::make_unique<FixedCertificate>(), {}, clock};
  std::unique_ptr<SealedDesk> desk;
  Document sealed;
};

Document claiming(Document object, std::string_view scope) {
  set_member(member_of(*find_path(object, {"metadata"}), "annotations"),
             "sealedsecrets.bitnami.com/" + std::string{scope}, "true");
  return object;
}

}  // namespace

TEST_CASE("sealed desk: without anybody who has keys the shape counts") {
  SealedFixture f;
  const auto verdict = f.validate(f.sealed);
  REQUIRE(verdict.has_value());
  CHECK(verdict->asked == "nobody");
  CHECK_FALSE(verdict->opens.has_value());
  CHECK(verdict->facts.items[0].key == "password");
  CHECK(f.reencrypt(f.sealed).error().is(Errc::seal_failed));
  Document broken = f.sealed;
  set_member(*find_path(broken, {"spec", "encryptedData"}), "password", "AgA=");
  CHECK(f.validate(broken).error().is(Errc::document_invalid));
  CHECK(f.reencrypt(broken).error().is(Errc::document_invalid));
  CHECK(f.validate(DocumentObject{{"kind", "Secret"}}).error().is(Errc::document_invalid));
}

TEST_CASE("sealed desk: key files open what is theirs, and no other scope") {
  SealedFixture f{false, true};
  CHECK(f.validate(f.sealed)->opens == true);
  CHECK(f.validate(f.sealed)->asked == "keys");
  const Document wider = claiming(f.sealed, "cluster-wide");
  CHECK(f.validate(wider)->opens == false);
  CHECK(f.reencrypt(wider).error().is(Errc::seal_failed));
  const auto again = f.reencrypt(f.sealed);  // for that very key already
  REQUIRE(again.has_value());
  CHECK(again->object == f.sealed);
  CHECK(again->sealed_with == f.certificates.usable()->certificate->key_fingerprint());
  CHECK(*yaml::parse_one(again->content) == f.sealed);
}

TEST_CASE("sealed desk: the cluster's controller is asked first") {
  SealedFixture f{true, true};
  embedded::SealingKeyHolder holder;
  holder.add(base64_encode(pair().key));
  f.cluster.answer = [&](const std::string& path, const std::string& body) {
    const auto answer = holder.answer(path, body, pair().certificate);
    return ServiceAnswer{answer.status, answer.body};
  };
  CHECK(f.validate(f.sealed)->opens == true);
  CHECK(f.cluster.asked == "http:sealed-secrets-controller:http/v1/verify");
  CHECK(f.validate(f.sealed)->asked == "controller");
  CHECK(f.validate(claiming(f.sealed, "namespace-wide"))->opens == false);
  CHECK(f.reencrypt(f.sealed)->object == f.sealed);
  CHECK(f.reencrypt(claiming(f.sealed, "namespace-wide")).error().is(Errc::cluster_refused));
  CHECK(holder.answer("/v1/verify", "{}", pair().certificate).status == 400);
  CHECK(holder.answer("/v1/verify", "{", pair().certificate).status == 400);

  f.cluster.answer = [](const std::string&, const std::string&) { return ServiceAnswer{429, {}}; };
  CHECK(f.validate(f.sealed).error().is(Errc::cluster_unavailable));
  f.cluster.answer = [](const std::string&, const std::string&) { return ServiceAnswer{404, {}}; };
  CHECK(f.reencrypt(f.sealed).error().is(Errc::cluster_refused));
  f.cluster.service = Document{};
  CHECK(f.validate(f.sealed).error().is(Errc::certificate_unavailable));
}

TEST_CASE("sealed desk: a controller that answers a wider scope is refused") {
  SealedFixture f{true};
  f.cluster.answer = [&](const std::string&, const std::string&) {
    return ServiceAnswer{200, json::dump(claiming(f.sealed, "cluster-wide"))};
  };
  const auto widened = f.reencrypt(f.sealed);
  REQUIRE(widened.has_error());
  CHECK(widened.error().is(Errc::cluster_refused));
  CHECK(widened.error().detail().find("0.36.0") != std::string::npos);
  f.cluster.answer = [&](const std::string&, const std::string&) {
    return ServiceAnswer{200, "?"};
  };
  CHECK(f.reencrypt(f.sealed).has_error());
}

TEST_CASE("sealed desk: the certificate comes from the port that the Service names") {
  SealedFixture f{true};
  std::string told;
  f.controller.certificate([&](Result<std::string> pem) { told = *pem; });
  CHECK(told == "http:sealed-secrets-controller:http/v1/cert.pem");
}

}  // namespace mainstay::clusters::sealed_desk_test
