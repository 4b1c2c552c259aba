#include "platform/secrets/resolver.hpp"

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/temporary_folder.hpp"
#include "base/text.hpp"
#include "platform/secrets/errc.hpp"
#include "platform/secrets/limits.hpp"

namespace mainstay::secrets::resolver_test {
namespace {

constexpr std::string_view sealed_base64 = "AAECAwQFBgcICQoLL3elcypbS/ljCpXAWUktmrZVIDQ=";
constexpr std::string_view key_base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Gives prepared answers by the beginning of the URL, in turn; the last one again and again.
struct FakeTransport final : Transport {
  struct Answers {
    std::string begin;
    std::vector<http::ClientResponse> responses;
    std::size_t next = 0;
  };
  std::vector<Answers> prepared;
  std::vector<http::ClientRequest> requests;
  std::vector<Millis> pauses;
  SteadyTime time{};

  void answer(std::string begin, int status, std::string body) {
    for (Answers& one : prepared) {
      if (one.begin != begin) continue;
      one.responses.push_back({status, {}, std::move(body)});
      return;
    }
    prepared.push_back({std::move(begin), {{status, {}, std::move(body)}}});
  }
  Result<http::ClientResponse> send(http::ClientRequest request) override {
    requests.push_back(request);
    for (Answers& one : prepared) {
      if (!request.url.starts_with(one.begin)) continue;
      auto& response = one.responses[std::min(one.next++, one.responses.size() - 1)];
      return response;
    }
    return Error{http::ClientErrc::connect_failed, request.url};
  }
  void pause(Millis how_long) override {
    pauses.push_back(how_long);
    time += how_long;
  }
  [[nodiscard]] SteadyTime now() const override { return time; }
};

struct Fixture {
  TemporaryFolder folder;
  FakeTransport transport;
  ManualClock clock{SystemTime{Seconds{1'700'000'000}}};
  Options options;

  Fixture() {
    transport.answer("http://metadata.google.internal/", 200,
                     R"({"access_token":"tok","expires_in":3599,"token_type":"Bearer"})");
  }
  Result<std::string> read(const std::string& reference) {
    Resolver resolver{options, transport, clock};
    return resolver.read(reference);
  }
  std::string failure(const std::string& reference) {
    const auto value = read(reference);
    return value ? "" : value.error().detail();
  }
  void serve_berglas() {
    transport.answer("https://storage.googleapis.com/storage/v1/b/b/o/dir%2Fs?alt=media", 200,
                     "a2V5:" + std::string{sealed_base64});
    transport.answer("https://storage.googleapis.com/storage/v1/b/b/o/dir%2Fs", 200,
                     R"({"generation":"77","metadata":{"berglas-secret":"1","berglas-kms-key":)"
                     R"("projects/p/locations/l/keyRings/r/cryptoKeys/k"}})");
    transport.answer(
        "https://cloudkms.googleapis.com/v1/projects/p/locations/l/keyRings/r/"
        "cryptoKeys/k:decrypt",
        200, R"({"plaintext":")" + std::string{key_base64} + R"("})");
  }
};

TEST_CASE_FIXTURE(Fixture, "resolver: variables and files") {
  options.variables = {{"A", "one"}, {"EMPTY", ""}};
  CHECK(read("env:A").value() == "one");
  CHECK(read("env:EMPTY").value() == "");
  CHECK(failure("env:B") == "the variable is not set");
  const std::string path = folder.write("secret", "two\nlines\n\n");
  CHECK(read("file:" + path).value() == "two\nlines\n");
  folder.write("secret", "windows\r\n");
  CHECK(read("file:" + path).value() == "windows");
  folder.write("secret", "bare");
  CHECK(read("file:" + path).value() == "bare");
  CHECK(failure("file:/no/such") == "the file does not exist");
  CHECK(failure("file:/") == "/: Is a directory");
  CHECK(failure("nothing").starts_with("must begin with"));
}

TEST_CASE_FIXTURE(Fixture, "resolver: a reference is read once") {
  const std::string path = folder.write("secret", "first");
  Resolver resolver{options, transport, clock};
  CHECK(resolver.read("file:" + path).value() == "first");
  folder.write("secret", "second");
  CHECK(resolver.read("file:" + path).value() == "first");
}

TEST_CASE_FIXTURE(Fixture,
                  "resolver: berglas asks storage, KMS with the object's name, and opens") {
  serve_berglas();
  REQUIRE(read("berglas://b/dir/s").value() == "hush");
  REQUIRE(transport.requests.size() == 4);
  CHECK(transport.requests[0].headers[0].second == "Google");
  CHECK(transport.requests[1].url.ends_with("/o/dir%2Fs"));
  CHECK(transport.requests[1].headers.back().second == "Bearer tok");
  CHECK(transport.requests[2].url.ends_with("?alt=media&generation=77"));
  CHECK(transport.requests[3].body == R"({"ciphertext":"a2V5","additionalAuthenticatedData":")" +
                                          base64_encode("dir/s") + R"("})");
}

TEST_CASE_FIXTURE(Fixture, "resolver: a generation is asked for in both requests") {
  serve_berglas();
  REQUIRE(read("berglas://b/dir/s#12").value() == "hush");
  CHECK(transport.requests[1].url.ends_with("?generation=12"));
  CHECK(transport.requests[2].url.ends_with("?alt=media&generation=12"));
}

TEST_CASE_FIXTURE(Fixture, "resolver: an object without a key of KMS, or with a strange one") {
  const auto with_metadata = [this](const char* metadata) {
    transport.prepared.erase(transport.prepared.begin() + 1, transport.prepared.end());
    transport.answer("https://storage.googleapis.com/", 200, metadata);
    return failure("berglas://b/s");
  };
  CHECK(with_metadata("{}").find("missing KMS key") != std::string::npos);
  CHECK(with_metadata(R"({"metadata":{"berglas-secret":"1"}})").find("missing KMS key") !=
        std::string::npos);
  for (const char* key : {"x", "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
                          "projects/../locations/l/keyRings/r/cryptoKeys/k",
                          "projects/p?/locations/l/keyRings/r/cryptoKeys/k"}) {
    const auto text = std::string{R"({"metadata":{"berglas-kms-key":")"} + key + R"("}})";
    CHECK(with_metadata(text.c_str()).find("names no key") != std::string::npos);
  }
  CHECK(with_metadata("<html>").find("no JSON") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "resolver: Secret Manager's payload, its version and its checksum") {
  const std::string url = "https://secretmanager.googleapis.com/v1/projects/p/secrets/s/versions/";
  transport.answer(url + "latest:access", 200,
                   R"({"payload":{"data":"aHVzaA==","dataCrc32c":"3171481421"}})");
  transport.answer(url + "7:access", 200, R"({"payload":{"data":"aHVzaA=="}})");
  transport.answer(url + "8:access", 200, R"({"payload":{}})");
  CHECK(failure("sm://p/s").find("checksum") != std::string::npos);
  CHECK(read("sm://p/s#7").value() == "hush");
  CHECK(failure("sm://p/s#8").find("no payload") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "resolver: what may succeed later is tried again, and not for ever") {
  const std::string url = "https://secretmanager.googleapis.com/";
  transport.answer(url, 429, "");
  transport.answer(url, 503, "");
  transport.answer(url, 200, R"({"payload":{"data":"aHVzaA=="}})");
  CHECK(read("sm://p/s").value() == "hush");
  CHECK(transport.pauses == std::vector<Millis>{Millis{200}, Millis{400}});
  transport.prepared.back().responses = {{503, {{"Retry-After", "2"}}, ""}};
  transport.pauses.clear();
  CHECK(failure("sm://p/s") == "Secret Manager answered 503");
  CHECK(transport.pauses == std::vector<Millis>(attempts_max - 1, Millis{2'000}));
}

TEST_CASE_FIXTURE(Fixture, "resolver: no and not there are told apart, and are not asked again") {
  const std::string url = "https://secretmanager.googleapis.com/";
  transport.answer(url, 403, R"({"error":{"status":"PERMISSION_DENIED","message":"hush"}})");
  CHECK(failure("sm://p/s").starts_with("Secret Manager answered 403 (PERMISSION_DENIED): "));
  transport.prepared.back().responses = {{404, {}, R"({"error":{"status":"<hush>"}})"}};
  CHECK(failure("sm://p/s").starts_with("Secret Manager answered 404: there is none"));
  CHECK(transport.pauses.empty());
}

TEST_CASE_FIXTURE(Fixture, "resolver: a token is asked for once, and again when it has aged") {
  transport.answer("https://secretmanager.googleapis.com/", 200,
                   R"({"payload":{"data":"aHVzaA=="}})");
  Resolver resolver{options, transport, clock};
  CHECK(resolver.read("sm://p/a").has_value());
  CHECK(resolver.read("sm://p/b").has_value());
  CHECK(transport.requests.size() == 3);
  transport.time += Seconds{3'600};
  CHECK(resolver.read("sm://p/c").has_value());
  CHECK(transport.requests.size() == 5);
}

TEST_CASE_FIXTURE(Fixture, "resolver: a value beyond the bound is refused") {
  const std::string url = "https://secretmanager.googleapis.com/";
  transport.answer(
      url, 200,
      R"({"payload":{"data":")" + base64_encode(std::string(value_bytes_max + 1, 'x')) + R"("}})");
  CHECK(read("sm://p/s").error().is(Errc::too_large));
}

TEST_CASE_FIXTURE(Fixture,
                  "resolver: a destination gets the value, 0600, and its path is the value") {
  const std::string url = "https://secretmanager.googleapis.com/";
  transport.answer(url, 200, R"({"payload":{"data":"aHVzaA=="}})");
  const auto mode = [](const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 0777U;
  };
  const std::string wanted = folder.write("wanted", "something longer that was there before");
  CHECK(read("sm://p/s?destination=" + wanted).value() == wanted);
  CHECK(std::filesystem::file_size(wanted) == 4);
  CHECK(mode(wanted) == 0600U);
  const std::string temporary = read("sm://p/s?destination=tempfile").value();
  CHECK(std::filesystem::file_size(temporary) == 4);
  CHECK(mode(temporary) == 0600U);
  CHECK(mode(std::filesystem::path{temporary}.parent_path()) == 0700U);
  CHECK(read("sm://p/s?destination=tempfile").value() == temporary);
  wipe_file(temporary);
  CHECK(failure("sm://p/s?destination=/no/such/folder/x").find("No such file") !=
        std::string::npos);
}

}  // namespace
}  // namespace mainstay::secrets::resolver_test
