#include "apps/clusters/outbound/forge/rest_forges.hpp"

#include <utility>

#include "apps/clusters/errc.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters {
namespace {

using http::Method;

struct ForgeAnswer {
  int status = 0;
  json::Value body;
  [[nodiscard]] bool good() const { return status >= 200 && status < 300; }
};

std::string_view answer_header(const http::ClientResponse& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

/// What a forge says of a failure: GitHub and Gitea `message` (GitHub's `errors` say more), GitLab
/// `message` (a text or a list) or `error`.
std::string forge_reason(const json::Value& body) {
  std::string out;
  const auto add = [&out](const json::Value& one) {
    const std::string* text = one.if_string();
    if (text == nullptr) text = one.find_string("message");
    if (text != nullptr) out += (out.empty() ? "" : "; ") + text->substr(0, 300);
  };
  for (const std::string_view name : {"message", "error", "errors"}) {
    const json::Value* const found = body.find(name);
    if (found == nullptr) continue;
    const json::Array* const list = found->if_array();
    if (list == nullptr) add(*found);
    for (std::size_t n = 0; list != nullptr && n < list->size() && n < 3; ++n) add((*list)[n]);
  }
  return out;
}

/// Where the forges differ.
struct Dialect {
  std::string_view kind;
  std::string_view token_header;
  std::string_view token_prefix;
  std::string_view number;  // names of members
  std::string_view url;
  std::string_view head;
  std::string_view base;
  std::string_view body;
  int duplicate_status;  // of a POST for a branch that has an open one
  Method edit;
  std::string (*collection)(const RestForgeOptions&);
  /// Behind the collection: where the open one of that branch is found.
  std::string (*existing)(const RestForgeOptions&, const NewPullRequest&);
  Result<PullRequestStatus> (*status)(const json::Value&);
};

Error forge_refusal(const ForgeAnswer& answer, std::string_view what,
                    Errc code = Errc::forge_refused) {
  return Error{code, std::string{what} + ": " + std::to_string(answer.status) + ' ' +
                         forge_reason(answer.body)};
}

std::string text_in(const json::Value& body, std::string_view name) {
  const std::string* const found = body.find_string(name);
  return found == nullptr ? std::string{} : *found;
}

/// Number and address; a forge that gives neither is none.
Result<PullRequest> pull_request_in(const json::Value& body, std::string_view number,
                                    std::string_view url) {
  const json::Value* const found = body.find(number);
  const std::int64_t* const value = found == nullptr ? nullptr : found->if_int();
  if (value == nullptr || *value <= 0) {
    return Error{Errc::forge_unavailable, "the answer has no " + std::string{number}};
  }
  return PullRequest{*value, text_in(body, url)};
}

/// The first of a list; null when it is none, or empty.
const json::Value* first_of(const json::Value& body) {
  const json::Array* const list = body.if_array();
  return list == nullptr || list->empty() ? nullptr : &list->front();
}

bool flag_in(const json::Value& body, std::string_view name) {
  const json::Value* const found = body.find(name);
  return found != nullptr && found->if_bool() != nullptr && *found->if_bool();
}

/// Whose account; empty when it does not say.
std::string person_in(const json::Value& body, std::string_view name, std::string_view account) {
  constexpr std::size_t name_bytes_max = 100;
  const json::Value* const found = body.find(name);
  return found == nullptr ? std::string{} : text_in(*found, account).substr(0, name_bytes_max);
}

/// GitHub's and Gitea's: state open or closed, merged, merge_commit_sha.
Result<PullRequestStatus> status_in(const json::Value& body) {
  PullRequestStatus out;
  MS_TRY(out.pull_request, pull_request_in(body, "number", "html_url"));
  const std::string state = text_in(body, "state");
  if (state == "open") return out;
  if (state != "closed") return Error{Errc::forge_unavailable, "state '" + state + "' is unknown"};
  out.state = flag_in(body, "merged") ? PullRequestState::merged : PullRequestState::closed;
  if (out.state != PullRequestState::merged) return out;
  out.merge_commit = text_in(body, "merge_commit_sha");
  out.merged_by = person_in(body, "merged_by", "login");
  return out;
}

/// States: opened, closed, locked (is being merged), merged. Without a merge commit (fast forward)
/// it is the squashed one, or the branch's own.
Result<PullRequestStatus> gitlab_status_in(const json::Value& body) {
  PullRequestStatus out;
  MS_TRY(out.pull_request, pull_request_in(body, "iid", "web_url"));
  const std::string state = text_in(body, "state");
  if (state == "opened" || state == "locked") return out;
  if (state == "closed") {
    out.state = PullRequestState::closed;
    return out;
  }
  if (state != "merged") return Error{Errc::forge_unavailable, "state '" + state + "' is unknown"};
  out.state = PullRequestState::merged;
  for (const std::string_view name : {"merge_commit_sha", "squash_commit_sha", "sha"}) {
    if (out.merge_commit.empty()) out.merge_commit = text_in(body, name);
  }
  out.merged_by = person_in(body, "merge_user", "username");
  if (out.merged_by.empty()) out.merged_by = person_in(body, "merged_by", "username");
  return out;
}

std::string pulls_of(const RestForgeOptions& options) {
  return "/repos/" + percent_encode(options.owner) + '/' + percent_encode(options.repository) +
         "/pulls";
}

std::string merge_requests_of(const RestForgeOptions& options) {
  return "/projects/" + percent_encode(options.owner + '/' + options.repository) +
         "/merge_requests";
}

constexpr Dialect github{
    .kind = "github",
    .token_header = "Authorization",
    .token_prefix = "Bearer ",
    .number = "number",
    .url = "html_url",
    .head = "head",
    .base = "base",
    .body = "body",
    .duplicate_status = 422,
    .edit = Method::patch,
    .collection = pulls_of,
    .existing =
        [](const RestForgeOptions& options, const NewPullRequest& wanted) {
          return "?state=open&base=" + percent_encode(wanted.base) +
                 "&head=" + percent_encode(options.owner + ':' + wanted.head);
        },
    .status = status_in,
};

constexpr Dialect gitlab{
    .kind = "gitlab",
    .token_header = "PRIVATE-TOKEN",
    .token_prefix = "",
    .number = "iid",
    .url = "web_url",
    .head = "source_branch",
    .base = "target_branch",
    .body = "description",
    .duplicate_status = 409,
    .edit = Method::put,
    .collection = merge_requests_of,
    .existing =
        [](const RestForgeOptions&, const NewPullRequest& wanted) {
          return "?state=opened&source_branch=" + percent_encode(wanted.head) +
                 "&target_branch=" + percent_encode(wanted.base);
        },
    .status = gitlab_status_in,
};

constexpr Dialect gitea{
    .kind = "gitea",
    .token_header = "Authorization",
    .token_prefix = "token ",
    .number = "number",
    .url = "html_url",
    .head = "head",
    .base = "base",
    .body = "body",
    .duplicate_status = 409,
    .edit = Method::patch,
    .collection = pulls_of,
    .existing =  // the head's slashes stay: the route takes all that is left
    [](const RestForgeOptions&, const NewPullRequest& wanted) {
      return '/' + percent_encode(wanted.base) + '/' + wanted.head;
    },
    .status = status_in,
};

class RestForge final : public Forge {
 public:
  RestForge(const Dialect& dialect, RestForgeOptions options, ForgeSend send)
      : dialect_(dialect),
        options_(std::move(options)),
        send_(std::move(send)),
        requests_(dialect_.collection(options_)) {}

  Result<PullRequestStatus> open(const NewPullRequest& wanted) override {
    const json::Value body = json::Object{{std::string{dialect_.head}, wanted.head},
                                          {std::string{dialect_.base}, wanted.base},
                                          {"title", wanted.title},
                                          {std::string{dialect_.body}, wanted.body}};
    MS_TRY(const ForgeAnswer made, call(Method::post, requests_, &body));
    if (made.good()) return dialect_.status(made.body);
    if (made.status != dialect_.duplicate_status) return forge_refusal(made, requests_);
    MS_TRY(const ForgeAnswer there,
           call(Method::get, requests_ + dialect_.existing(options_, wanted)));
    const json::Value* const found =
        there.body.if_array() == nullptr ? &there.body : first_of(there.body);
    if (!there.good() || found == nullptr) return forge_refusal(made, requests_);
    MS_TRY(const PullRequest open, pull_request_in(*found, dialect_.number, dialect_.url));
    const json::Value news =
        json::Object{{"title", wanted.title}, {std::string{dialect_.body}, wanted.body}};
    return status_of(dialect_.edit, open.number, &news);
  }

  Result<PullRequestStatus> find(std::int64_t number) override {
    return status_of(Method::get, number, nullptr);
  }

  [[nodiscard]] std::string_view kind() const override { return dialect_.kind; }

 private:
  Result<PullRequestStatus> status_of(Method method, std::int64_t number,
                                      const json::Value* body) const {
    const std::string path = requests_ + '/' + std::to_string(number);
    MS_TRY(const ForgeAnswer answer, call(method, path, body));
    if (!answer.good()) return forge_refusal(answer, path);
    return dialect_.status(answer.body);
  }

  /// Answers below 500 other than those that refuse or slow down every call; the rest are errors.
  Result<ForgeAnswer> call(Method method, const std::string& path,
                           const json::Value* body = nullptr) const {
    MS_TRY(const std::string token, options_.token());
    http::ClientRequest request;
    request.method = method;
    request.url = options_.api + path;
    request.headers = {
        {std::string{dialect_.token_header}, std::string{dialect_.token_prefix} + token},
        {"Accept", "application/json"},
        {"User-Agent", "mainstay"}};
    if (&dialect_ == &github) request.headers.emplace_back("X-GitHub-Api-Version", "2022-11-28");
    if (body != nullptr) {
      request.body = json::dump(*body);
      request.content_type = "application/json";
    }
    request.trust = http::Trust::operator_address;
    request.response_bytes_max = 4U << 20U;
    auto sent = send_(std::move(request));
    if (sent.has_error()) return Error{Errc::forge_unavailable, sent.error().message()};
    return judged(*sent, path.substr(0, path.find('?')));
  }

  static Result<ForgeAnswer> judged(const http::ClientResponse& answer, const std::string& path) {
    ForgeAnswer out{.status = answer.status, .body = {}};
    auto body = json::parse(answer.body);
    if (body.has_value()) out.body = std::move(*body);
    const bool is_slowed_down =
        answer.status == 429 ||
        (answer.status == 403 && (answer_header(answer, "x-ratelimit-remaining") == "0" ||
                                  !answer_header(answer, "retry-after").empty()));
    if (answer.status >= 500 || is_slowed_down) {
      return forge_refusal(out, path, Errc::forge_unavailable);
    }
    if (answer.status == 401 || answer.status == 403 || answer.status == 404 ||
        (answer.status >= 300 && answer.status < 400)) {
      return forge_refusal(out, path);
    }
    if (out.good() && body.has_error()) {
      return Error{Errc::forge_unavailable, path + ": no JSON: " + body.error().message()};
    }
    return out;
  }

  const Dialect& dialect_;
  const RestForgeOptions options_;
  const ForgeSend send_;
  const std::string requests_;
};

}  // namespace

std::unique_ptr<Forge> make_github_forge(RestForgeOptions options, ForgeSend send) {
  return std::make_unique<RestForge>(github, std::move(options), std::move(send));
}

std::unique_ptr<Forge> make_gitlab_forge(RestForgeOptions options, ForgeSend send) {
  return std::make_unique<RestForge>(gitlab, std::move(options), std::move(send));
}

std::unique_ptr<Forge> make_gitea_forge(RestForgeOptions options, ForgeSend send) {
  return std::make_unique<RestForge>(gitea, std::move(options), std::move(send));
}

}  // namespace mainstay::clusters
