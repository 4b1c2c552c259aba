#include "apps/clusters/secrets_desk.hpp"

#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/manifest_templates.hpp"
#include "apps/clusters/reseal.hpp"
#include "apps/clusters/sealing_certificates.hpp"
#include "base/temporary_folder.hpp"
#include "base/text.hpp"

namespace mainstay::clusters::secrets_desk_test {
namespace {

constexpr SystemTime test_time{Seconds{1'800'000'000}};

/// Made once: a key takes a while.
const tls::KeyPair& new_pair() {
  static const tls::KeyPair pair =
      tls::make_sealing_pair(2048, test_time, std::chrono::days{60}).value();
  return pair;
}

std::string test_file(const std::string& name) {
  std::ifstream file{"tests/sealing/" + name, std::ios::binary};
  REQUIRE(file);
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

/// Answers what it is told to.
class ScriptedSource final : public CertificateSource {
 public:
  explicit ScriptedSource(Result<std::string>& answer) : answer_(answer) {}
  [[nodiscard]] std::string name() const override { return "a script"; }
  void fetch(UniqueFunction<void(Result<std::string>)> done) override {
    if (answer_.has_error()) return done(answer_.error());
    done(*answer_);
  }

 private:
  Result<std::string>& answer_;
};

struct Fixture {
  explicit Fixture(SealingCertificates::Options options = {})
      : certificates(std::make_unique<ScriptedSource>(answer), std::move(options), clock) {
    certificates.refresh();
  }

  ManualClock clock{test_time};
  Result<std::string> answer{new_pair().certificate};
  SealingCertificates certificates;
  SecretsDesk desk{certificates, clock};
};

SecretContent some_content() {
  SecretContent content{.name = SecretName{"database"}, .namespace_name = NamespaceName{"n"}};
  content.literals.push_back({"password", SecretText{"n"}});
  content.literals.push_back({"user", SecretText{"a --from-file=k=/etc/passwd\n"}});
  return content;
}

tls::UnsealingKeys keys_for(std::initializer_list<std::string> pems) {
  tls::UnsealingKeys keys;
  for (const std::string& pem : pems) REQUIRE(keys.add(pem).has_value());
  return keys;
}

std::string opened_value(const tls::UnsealingKeys& keys, const Document& object,
                         std::string_view key) {
  const auto facts = read_sealed_secret(object);
  REQUIRE(facts.has_value());
  const auto opened = keys.open(text_at(object, {"spec", "encryptedData", key}),
                                seal_label(facts->scope, facts->namespace_name, facts->name));
  REQUIRE(opened.has_value());
  return std::string{opened->value.view()};
}

}  // namespace

TEST_CASE("secrets desk: a request becomes a file that only the controller can open") {
  const Fixture fixture;
  const auto file = fixture.desk.seal(some_content());
  if (file.has_error()) FAIL(file.error().message());
  CHECK(file->path == "infrastructure/_catalog/templates/sealed-secret-database.yaml");
  CHECK(
      file->content.starts_with("---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n"
                                "metadata:\n  name: database\n  namespace: \"n\"\n"));
  CHECK(file->warnings.empty());
  CHECK(file->sealed_with.starts_with("SHA256:"));
  CHECK(*yaml::parse_one(file->content) == file->object);
  const auto keys = keys_for({new_pair().key});
  CHECK(opened_value(keys, file->object, "password") == "n");
  CHECK(opened_value(keys, file->object, "user") == "a --from-file=k=/etc/passwd\n");
  CHECK(file->content.find("passwd") == std::string::npos);
}

TEST_CASE("secrets desk: keys go into a file that is there") {
  const Fixture fixture;
  const auto first = fixture.desk.seal(some_content());
  SecretContent more = some_content();
  more.literals.clear();
  more.literals.push_back({"token", SecretText{"t"}});
  const auto merged = fixture.desk.seal_into(first->content, more);
  REQUIRE(merged.has_value());
  const auto keys = keys_for({new_pair().key});
  CHECK(opened_value(keys, merged->object, "token") == "t");
  CHECK(opened_value(keys, merged->object, "password") == "n");
  CHECK(*yaml::parse_one(merged->content) == merged->object);
  more.scope = SealScope::cluster_wide;
  CHECK(fixture.desk.seal_into(first->content, more).error().is(Errc::conflict));
  CHECK(fixture.desk.seal_into("a: [", more).error().is(Errc::document_invalid));
  CHECK(fixture.desk.seal_into("kind: Other", more).error().is(Errc::document_invalid));
}

TEST_CASE("sealing certificates: none, one that is old, one that has expired") {
  ManualClock clock{test_time};
  SealingCertificates none{nullptr, {}, clock};
  none.refresh();
  CHECK(none.usable().error().is(Errc::certificate_unavailable));
  CHECK(none.status().source == "none");

  Fixture fixture;
  CHECK(fixture.certificates.usable()->warnings.empty());
  fixture.clock.advance(std::chrono::days{45});
  CHECK(fixture.certificates.usable()->warnings.size() == 2);  // 15 days left, older than 30
  fixture.clock.advance(std::chrono::days{15});
  CHECK(fixture.desk.seal(some_content()).error().is(Errc::certificate_expired));
  fixture.clock.set_wall(test_time - std::chrono::days{1});
  CHECK(fixture.certificates.usable().error().is(Errc::certificate_unavailable));
}

TEST_CASE("sealing certificates: the last good one stays, and it is said why") {
  Fixture fixture;
  const auto before = fixture.certificates.status().certificate;
  fixture.answer = Error{Errc::cluster_unavailable, "no answer"};
  fixture.certificates.refresh();
  CHECK(fixture.certificates.usable()->certificate == before);
  REQUIRE(fixture.certificates.usable()->warnings.size() == 1);
  CHECK(fixture.certificates.usable()->warnings.front().find("no answer") != std::string::npos);
  fixture.answer = std::string{"no certificate"};
  fixture.certificates.refresh();
  CHECK(fixture.certificates.usable()->certificate == before);
  fixture.answer = new_pair().certificate;
  bool is_told = false;
  fixture.certificates.refresh([&](Result<> done) { is_told = done.has_value(); });
  CHECK(is_told);
  CHECK(fixture.certificates.usable()->warnings.empty());
}

TEST_CASE("sealing certificates: only one that is pinned is used") {
  const auto certificate = *tls::SealingCertificate::parse(new_pair().certificate);
  std::string colons;
  for (std::size_t i = 0; i < certificate->fingerprint().size(); i += 2) {
    colons += (i == 0 ? "" : ":") + certificate->fingerprint().substr(i, 2);
  }
  for (const std::string& pin :
       {certificate->fingerprint(), certificate->key_fingerprint(), colons}) {
    CHECK(Fixture{{.pins = {"SHA256:other", pin}}}.certificates.usable().has_value());
  }
  const Fixture other{{.pins = {"SHA256:other"}}};
  CHECK(other.certificates.usable().error().is(Errc::certificate_unavailable));
  CHECK(other.certificates.usable().error().detail().find(certificate->fingerprint()) !=
        std::string::npos);
}

TEST_CASE("reseal: values change, everything else of a file stays as it was") {
  const auto old_certificate = *tls::SealingCertificate::parse(test_file("certificate.pem"));
  const auto new_certificate = *tls::SealingCertificate::parse(new_pair().certificate);
  const auto keys = keys_for({test_file("key.pem"), new_pair().key});
  SecretContent wide = some_content();
  wide.scope = SealScope::namespace_wide;
  const std::string text = "# ours\n" + yaml::emit(seal_content(some_content(), *old_certificate)) +
                           "---  # a second\nkind:   Other\n---\n" +
                           yaml::emit(seal_content(wide, *new_certificate));
  const std::vector<RepositoryFile> files{
      {"a/secrets.yaml", text},
      {"b.json", "{\"kind\": \"SealedSecretList\"}"},
      {"broken.yml", "kind: SealedSecret\na: ["},
      {"README.md", "SealedSecret"},
  };
  const ResealReport report = reseal_files(files, keys, *new_certificate);
  CHECK(report.secrets == 2);
  CHECK(report.values == 2);
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems.front().path == "broken.yml");
  REQUIRE(report.changed.size() == 1);
  const std::string& changed = report.changed.front().content;
  CHECK(changed.starts_with("# ours\napiVersion"));
  CHECK(changed.find("---  # a second\nkind:   Other\n---\n") != std::string::npos);
  const auto documents = yaml::parse(changed);
  REQUIRE(documents.has_value());
  const auto only_new = keys_for({new_pair().key});
  CHECK(opened_value(only_new, documents->front(), "password") == "n");
  CHECK(opened_value(only_new, documents->back(), "password") == "n");
  CHECK(reseal_files(report.changed, keys, *new_certificate).changed.empty());
}

TEST_CASE("reseal: files whose values stand otherwise, and those that no key opens") {
  const auto old_certificate = *tls::SealingCertificate::parse(test_file("certificate.pem"));
  const auto new_certificate = *tls::SealingCertificate::parse(new_pair().certificate);
  const Document object = seal_content(some_content(), *old_certificate);
  // A value folded over two lines is found by nobody who looks for it in the text.
  std::string folded = yaml::emit(object);
  const std::size_t at = folded.find("Ag");
  folded.insert(at + 40, "\\\n        ").insert(at, "\"");
  folded.insert(folded.find('\n', at + 60), "\"");
  const std::vector<RepositoryFile> files{{"folded.yaml", folded}};
  const auto keys = keys_for({test_file("key.pem"), new_pair().key});
  const ResealReport report = reseal_files(files, keys, *new_certificate);
  REQUIRE(report.changed.size() == 1);
  CHECK(opened_value(keys, *yaml::parse_one(report.changed.front().content), "user") ==
        "a --from-file=k=/etc/passwd\n");

  const ResealReport none = reseal_files(files, keys_for({new_pair().key}), *new_certificate);
  CHECK(none.changed.empty());
  REQUIRE(none.problems.size() == 1);
  CHECK(none.problems.front().what.find("n/database, key password") != std::string::npos);
  Document widened = object;
  set_member(member_of(*find_path(widened, {"spec", "template", "metadata"}), "annotations"),
             "sealedsecrets.bitnami.com/cluster-wide", "true");
  const std::vector<RepositoryFile> hostile{{"x.yaml", yaml::emit(widened)}};
  CHECK(reseal_files(hostile, keys, *new_certificate).problems.size() == 1);
  CHECK(reseal_files(hostile, keys, *new_certificate).changed.empty());
}

TEST_CASE("manifest templates: an operator's own shape of an object") {
  const TemporaryFolder folder;
  folder.write("nodegroup.yaml",
               "apiVersion: example.com/v1\nkind: Pool\nmetadata:\n  name: \"{{NAME}}\"\nspec:\n"
               "  min: \"{{MIN}}\"\n  storage: \"{{STORAGE?}}\"\n  note: group {{NAME}}\n");
  const auto templates = ManifestTemplates::load(folder.path());
  if (templates.has_error()) FAIL(templates.error().message());
  REQUIRE(templates->find("nodegroup") != nullptr);
  CHECK(templates->find("secret") == nullptr);
  const DocumentTemplate& shape = *templates->find("nodegroup");
  const auto made = render_manifest(shape, DocumentObject{{"NAME", "n"}, {"MIN", 3}},
                                    {"example.com/v1", "Pool", "n"});
  REQUIRE(made.has_value());
  CHECK(made->text ==
        "apiVersion: example.com/v1\nkind: Pool\nmetadata:\n  name: \"n\"\nspec:\n  min: 3\n"
        "  note: group n\n");
  // Whatever stands in a value is a value.
  for (const std::string_view hostile : {"a\n---\nkind: Evil", "*x", "!!binary a", "a: b", "# c",
                                         "\xE2\x80\xA8", "{{MIN}}", "yes"}) {
    CAPTURE(hostile);
    const auto text = render_manifest(shape, DocumentObject{{"NAME", hostile}, {"MIN", hostile}},
                                      {"example.com/v1", "Pool", std::string{hostile}});
    REQUIRE(text.has_value());
    CHECK(text_at(*yaml::parse_one(text->text), {"spec", "min"}) == hostile);
  }
  CHECK(render_manifest(shape, DocumentObject{{"NAME", "n"}, {"MIN", 3}},
                        {"example.com/v1", "Pool", "other"})
            .error()
            .is(Errc::template_invalid));
}

TEST_CASE("manifest templates: what is wrong is said with its file") {
  CHECK(ManifestTemplates::load("").has_value());
  CHECK(ManifestTemplates::load("/nowhere").error().is(Errc::template_invalid));
  const TemporaryFolder folder;
  folder.write("a.yaml", "name: {{NAME}}\n");
  CHECK(ManifestTemplates::load(folder.path()).error().detail().find("quotes") !=
        std::string::npos);
  folder.write("a.yaml", "name: \"{{#if X}}\"\n");
  CHECK(ManifestTemplates::load(folder.path()).error().detail().find("a.yaml") !=
        std::string::npos);
  folder.write("a.yaml", "a: 1\n---\nb: 2\n");
  CHECK(ManifestTemplates::load(folder.path()).has_error());
}

}  // namespace mainstay::clusters::secrets_desk_test
