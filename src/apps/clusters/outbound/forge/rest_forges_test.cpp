#include "apps/clusters/outbound/forge/rest_forges.hpp"

#include <map>
#include <utility>
#include <vector>

#include "apps/clusters/ports/forge_contract.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::rest_forges_test {
namespace {

using http::ClientRequest;
using http::ClientResponse;
using http::Method;

const std::string commit_a(40, 'a');

/// A forge from its documentation: what it keeps is the same for all, what it says is not.
class FakeForge {
 public:
  struct Pull {
    std::string head, base, title, body;
    PullRequestState state = PullRequestState::open;
  };
  virtual ~FakeForge() = default;

  Result<ClientResponse> answer(const ClientRequest& request) {
    ++calls;
    if (fail_with != 0) return said(fail_with, json::Object{{"message", "not now"}}, fail_headers);
    const std::string site = "https://forge.test";
    REQUIRE(request.url.starts_with(site));
    const std::string target = request.url.substr(site.size());
    const std::size_t mark = target.find('?');
    std::string path = target.substr(0, mark);
    std::string query = mark == target.npos ? "" : target.substr(mark + 1);
    std::string credential;
    for (const auto& [name, value] : request.headers) {
      if (equals_ignoring_case(name, token_header())) credential = value;
    }
    if (credential != right_credential()) {
      return said(401, json::Object{{"message", "Bad credentials"}});
    }
    if (!path.starts_with(collection())) return said(404, json::Object{{"message", "Not Found"}});
    json::Value body;
    if (!request.body.empty()) body = *json::parse(request.body);
    return answer_here(request.method, path.substr(collection().size()), query, body);
  }

  std::map<std::int64_t, Pull> pulls;
  std::size_t calls = 0;
  int fail_with = 0;
  std::vector<std::pair<std::string, std::string>> fail_headers;

 protected:
  [[nodiscard]] virtual std::string collection() const = 0;
  [[nodiscard]] virtual std::string token_header() const = 0;
  [[nodiscard]] virtual std::string right_credential() const = 0;
  [[nodiscard]] virtual json::Value shown(std::int64_t number) const = 0;
  virtual ClientResponse duplicate(const Pull& pull) = 0;
  [[nodiscard]] virtual Method edit() const { return Method::patch; }
  struct Names {
    const char* head = "head";
    const char* base = "base";
    const char* body = "body";
  };
  [[nodiscard]] virtual Names names() const { return {}; }
  virtual ClientResponse list(std::string_view rest, const std::string& query) = 0;
  virtual ClientResponse no_branch() { return said(422, json::Object{{"message", "no branch"}}); }

  static ClientResponse said(int status, const json::Value& body,
                             std::vector<std::pair<std::string, std::string>> headers = {}) {
    return {status, std::move(headers), json::dump(body)};
  }
  [[nodiscard]] std::int64_t open_of(std::string_view head, std::string_view base) const {
    for (const auto& [number, pull] : pulls) {
      const bool is_it = pull.head == head && pull.base == base;
      if (is_it && pull.state == PullRequestState::open) return number;
    }
    return 0;
  }
  [[nodiscard]] static std::string field(const std::string& query, std::string_view name) {
    return std::string{http::form_field(*http::parse_form(query, 20), name)};
  }

 private:
  ClientResponse answer_here(Method method, const std::string& rest, const std::string& query,
                             const json::Value& body) {
    if (method == Method::post && rest.empty()) {
      const Pull wanted{*body.find_string(names().head), *body.find_string(names().base),
                        *body.find_string("title"), *body.find_string(names().body)};
      if (wanted.head == "no-such-branch") return no_branch();
      if (open_of(wanted.head, wanted.base) != 0) return duplicate(wanted);
      const std::int64_t number = static_cast<std::int64_t>(pulls.size()) + 7;
      pulls[number] = wanted;
      return said(201, shown(number));
    }
    const auto number = parse_i64(rest.empty() ? "" : rest.substr(1));
    if (!number) return list(rest, query);
    if (!pulls.contains(*number)) return said(404, json::Object{{"message", "Not Found"}});
    if (method == edit()) {
      pulls[*number].title = *body.find_string("title");
      pulls[*number].body = *body.find_string(names().body);
    }
    return said(200, shown(*number));
  }
};

class FakeGithub : public FakeForge {
 public:
  static constexpr auto make = make_github_forge;

 protected:
  std::string collection() const override { return "/repos/acme/infra/pulls"; }
  std::string token_header() const override { return "Authorization"; }
  std::string right_credential() const override { return "Bearer t0ken"; }
  json::Value shown(std::int64_t number) const override {
    const Pull& pull = pulls.at(number);
    const bool is_merged = pull.state == PullRequestState::merged;
    return json::Object{
        {"number", number},
        {"html_url", "https://github.com/acme/infra/pull/" + std::to_string(number)},
        {"state", pull.state == PullRequestState::open ? "open" : "closed"},
        {"merged", is_merged},
        {"merged_by", is_merged ? json::Value{json::Object{{"login", "ann"}}} : json::Value{}},
        {"merge_commit_sha", commit_a}};  // of an open one: of the test merge
  }
  ClientResponse duplicate(const Pull& pull) override {
    return said(
        422, json::Object{{"message", "Validation Failed"},
                          {"errors", json::Array{json::Object{{"message",
                                                               "A pull request already exists for "
                                                               "acme:" +
                                                                   pull.head + "."}}}}});
  }
  ClientResponse list(std::string_view rest, const std::string& query) override {
    REQUIRE(rest.empty());
    CHECK(field(query, "state") == "open");
    json::Array out;
    const std::string head = field(query, "head");
    REQUIRE(head.starts_with("acme:"));
    const std::int64_t number = open_of(head.substr(5), field(query, "base"));
    if (number != 0) out.push_back(shown(number));
    return said(200, std::move(out));
  }
};

class FakeGitlab : public FakeForge {
 public:
  static constexpr auto make = make_gitlab_forge;

 protected:
  std::string collection() const override { return "/projects/acme%2Finfra/merge_requests"; }
  std::string token_header() const override { return "PRIVATE-TOKEN"; }
  std::string right_credential() const override { return "t0ken"; }
  Names names() const override { return {"source_branch", "target_branch", "description"}; }
  Method edit() const override { return Method::put; }
  json::Value shown(std::int64_t number) const override {
    const Pull& pull = pulls.at(number);
    const bool is_merged = pull.state == PullRequestState::merged;
    return json::Object{
        {"id", number + 1'000},
        {"iid", number},
        {"web_url", "https://gitlab.com/acme/infra/-/merge_requests/" + std::to_string(number)},
        {"state", is_merged                              ? "merged"
                  : pull.state == PullRequestState::open ? "opened"
                                                         : "closed"},
        {"sha", std::string(40, 'b')},
        {"squash_commit_sha", nullptr},
        {"merge_user", is_merged ? json::Value{json::Object{{"username", "ann"}}} : json::Value{}},
        {"merge_commit_sha", is_merged ? json::Value{commit_a} : json::Value{nullptr}}};
  }
  ClientResponse duplicate(const Pull&) override {
    return said(409, json::Object{{"message", json::Array{"Another open merge request already "
                                                          "exists for this source branch: !7"}}});
  }
  ClientResponse no_branch() override {
    return said(400, json::Object{{"message", json::Array{"source_branch does not exist"}}});
  }
  ClientResponse list(std::string_view rest, const std::string& query) override {
    REQUIRE(rest.empty());
    CHECK(field(query, "state") == "opened");
    json::Array out;
    const std::int64_t number =
        open_of(field(query, "source_branch"), field(query, "target_branch"));
    if (number != 0) out.push_back(shown(number));
    return said(200, std::move(out));
  }
};

class FakeGitea : public FakeGithub {
 public:
  static constexpr auto make = make_gitea_forge;

 protected:
  std::string right_credential() const override { return "token t0ken"; }
  ClientResponse duplicate(const Pull&) override {
    return said(409, json::Object{{"message", "pull request already exists for these targets"}});
  }
  ClientResponse no_branch() override {
    return said(404, json::Object{{"message", "The target couldn't be found."}});
  }
  ClientResponse list(std::string_view rest, const std::string&) override {
    const std::size_t slash = rest.find('/', 1);
    const std::int64_t number = open_of(rest.substr(slash + 1), rest.substr(1, slash - 1));
    if (number == 0) return said(404, json::Object{{"message", "Not Found"}});
    return said(200, shown(number));
  }
};

template <class Fake>
class Holder {
 public:
  Forge& forge() { return *forge_; }
  void merge(std::int64_t number) { fake.pulls.at(number).state = PullRequestState::merged; }
  void close(std::int64_t number) { fake.pulls.at(number).state = PullRequestState::closed; }
  std::size_t opened() const { return fake.pulls.size(); }
  std::string title(std::int64_t number) const { return fake.pulls.at(number).title; }

  Fake fake;
  std::string token = "t0ken";

 private:
  std::unique_ptr<Forge> forge_ = Fake::make(
      {"https://forge.test", "acme", "infra", [this]() -> Result<std::string> { return token; }},
      [this](const ClientRequest& request) { return fake.answer(request); });
};

TEST_CASE_TEMPLATE("forge contract: over REST", Fake, FakeGithub, FakeGitlab, FakeGitea) {
  check_forge<Holder<Fake>>();
}

TEST_CASE_TEMPLATE("rest forge: what is worth trying again, and what is not", Fake, FakeGithub,
                   FakeGitlab, FakeGitea) {
  Holder<Fake> holder;
  const auto failed_as = [&holder](int status,
                                   std::vector<std::pair<std::string, std::string>> headers = {}) {
    holder.fake.fail_with = status;
    holder.fake.fail_headers = std::move(headers);
    const auto opened = holder.forge().open({"change", "main", "t", "b"});
    REQUIRE(opened.has_error());
    return opened.error();
  };
  for (const int status : {500, 502, 503, 504, 429}) {
    CHECK(failed_as(status).is(Errc::forge_unavailable));
  }
  CHECK(failed_as(403, {{"X-RateLimit-Remaining", "0"}}).is(Errc::forge_unavailable));
  CHECK(failed_as(403, {{"Retry-After", "60"}}).is(Errc::forge_unavailable));
  for (const int status : {301, 302, 401, 403, 404, 400, 410}) {
    CHECK(failed_as(status).is(Errc::forge_refused));
  }
  CHECK(failed_as(403).detail().find("403 not now") != std::string::npos);
  holder.fake.fail_with = 0;
  holder.token = "revoked";
  const auto revoked = holder.forge().open({"change", "main", "t", "b"});
  REQUIRE(revoked.has_error());
  CHECK(revoked.error().is(Errc::forge_refused));
  CHECK(revoked.error().message().find("revoked") == std::string::npos);
}

TEST_CASE("rest forge: answers that are none") {
  std::string body;
  const auto github = make_github_forge({"https://forge.test", "acme", "infra",
                                         []() -> Result<std::string> { return std::string{"t"}; }},
                                        [&body](const ClientRequest&) -> Result<ClientResponse> {
                                          return ClientResponse{200, {}, body};
                                        });
  for (const std::string& one :
       {std::string{}, std::string{"<html>"}, std::string{"[]"}, std::string{"{}"},
        std::string{R"({"number":"7"})"}, std::string{R"({"number":0,"state":"open"})"},
        std::string{R"({"number":7,"state":"odd"})"}}) {
    body = one;
    const auto found = github->find(7);
    REQUIRE(found.has_error());
    CHECK(found.error().is(Errc::forge_unavailable));
  }
}

TEST_CASE("rest forge: a merge request that was merged by a fast forward has its branch's commit") {
  const auto gitlab = make_gitlab_forge(
      {"https://forge.test", "a/b", "c", []() -> Result<std::string> { return std::string{"t"}; }},
      [](const ClientRequest& request) -> Result<ClientResponse> {
        CHECK(request.url == "https://forge.test/projects/a%2Fb%2Fc/merge_requests/7");
        return ClientResponse{200, {}, R"({"iid":7,"web_url":"https://x","state":"merged",
          "merge_commit_sha":null,"squash_commit_sha":null,"sha":"abc"})"};
      });
  CHECK(gitlab->find(7)->merge_commit == "abc");
}

}  // namespace
}  // namespace mainstay::clusters::rest_forges_test
