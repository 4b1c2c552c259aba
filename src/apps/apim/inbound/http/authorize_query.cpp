#include "apps/apim/inbound/http/authorize_query.hpp"

#include <functional>

#include "apps/apim/inbound/http/call_parameters.hpp"
#include "apps/apim/inbound/http/extensions.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

void read_credentials(const Parameters& parameters, AuthorizeCommand& command) {
  command.caller = caller_keys(parameters);
  command.app_id = parameters.text("app_id");
  command.user_key = parameters.text("user_key");
  const Parameters::Node* key = parameters.find("app_key");
  if (key != nullptr && key->kind == Parameters::Kind::text) command.app_key = trimmed(key->text);
  const Parameters::Node* referrer = parameters.find("referrer");
  if (referrer != nullptr) command.referrer = referrer->text;
  const Parameters::Node* url = parameters.find("redirect_url");
  const Parameters::Node* uri = parameters.find("redirect_uri");
  command.redirect_named_url = url != nullptr || uri == nullptr;
  const Parameters::Node* redirect = url != nullptr ? url : uri;
  if (redirect != nullptr) command.redirect = redirect->text;
}

}  // namespace

Result<> AuthorizeQuery::parse(std::string_view query) {
  text.assign(query);
  parameters.clear();
  command = {};
  prepared.shape.reset();
  MS_TRY_VOID(parameters.add_query(text));
  read_credentials(parameters, command);
  const Parameters::Node* no_body_parameter = parameters.find("no_body");
  no_body = no_body_parameter != nullptr && switches_on(no_body_parameter->text);
  idempotency_key = parameters.find("idempotency_key");
  names_user_id = parameters.find("user_id") != nullptr;
  usage_is_map = read_usage(parameters, parameters.find("usage"), usage).has_value();
  command.usage = usage;
  command.response_code = read_log_code(parameters, parameters.find("log"));
  return {};
}

AuthorizeQueries::AuthorizeQueries(std::uint64_t seed)
    : seed_(seed), slots_(kept), passing_(seed) {}

Result<AuthorizeQuery*> AuthorizeQueries::get(std::string_view query) {
  if (newest_ != nullptr && newest_->text == query) return newest_;
  std::unique_ptr<AuthorizeQuery>& slot = slots_[std::hash<std::string_view>{}(query) % kept];
  if (slot != nullptr && slot->text == query) return newest_ = slot.get();
  if (query.size() > kept_bytes_max || query.find("idempotency_key") != std::string_view::npos) {
    MS_TRY_VOID(passing_.parse(query));
    return &passing_;
  }
  newest_ = nullptr;
  if (slot == nullptr) slot = std::make_unique<AuthorizeQuery>(seed_);
  if (auto parsed = slot->parse(query); parsed.has_error()) {
    slot.reset();  // half a query must not be found again
    return parsed.error();
  }
  return newest_ = slot.get();
}

}  // namespace mainstay::apim
