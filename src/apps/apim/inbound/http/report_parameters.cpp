#include "apps/apim/inbound/http/report_parameters.hpp"

#include "apps/apim/errc.hpp"
#include "apps/apim/inbound/http/call_parameters.hpp"
#include "base/text.hpp"
#include "platform/http/request.hpp"

namespace mainstay::apim {
namespace {

/// "application/x-www-form-urlencoded; charset=x" without its parameters, in lower case.
std::string media_type(std::string_view content_type) {
  return lower_case(trimmed(content_type.substr(0, content_type.find(';'))));
}

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view multipart_type = "multipart/form-data";

std::string_view text_of(const Parameters::Node* node) {
  if (node == nullptr || node->kind != Parameters::Kind::text) return {};
  return trimmed(node->text);
}

Result<> read_transaction(const Parameters& parameters, const Parameters::Node& node,
                          ReportedTransaction& out) {
  out.app_id = text_of(parameters.child(node, "app_id"));
  out.user_key = text_of(parameters.child(node, "user_key"));
  out.timestamp = text_of(parameters.child(node, "timestamp"));
  out.response_code = read_log_code(parameters, parameters.child(node, "log"));
  return read_usage(parameters, parameters.child(node, "usage"), out.usage);
}

}  // namespace

Result<> read_report_body(Parameters& parameters, const http::Request& request) {
  const std::string_view content_type = request.header("Content-Type");
  const std::string type = media_type(content_type);
  if (type.empty() || type == form_type) return parameters.add_form(request.body);
  if (type == multipart_type) return parameters.add_multipart(request.body, content_type);
  return content_type_invalid(content_type);
}

Result<> check_transactions(const Parameters& parameters, const Parameters::Node* transactions) {
  using Kind = Parameters::Kind;
  if (transactions == nullptr || transactions->kind == Kind::nil) {
    return plain_error(Errc::transactions_is_blank);
  }
  if (transactions->kind == Kind::text && trimmed(transactions->text).empty()) {
    return plain_error(Errc::transactions_is_blank);
  }
  if (transactions->kind != Kind::map) return plain_error(Errc::transactions_format_invalid);
  for (const auto* one = parameters.first(*transactions); one; one = parameters.next(*one)) {
    if (one->kind == Kind::nil) return plain_error(Errc::transactions_has_nil_transaction);
    if (one->kind != Kind::map) return plain_error(Errc::transactions_format_invalid);
  }
  return {};
}

Result<> read_transactions(const Parameters& parameters, const Parameters::Node& transactions,
                           std::vector<ReportedTransaction>& batch, std::size_t& count) {
  count = 0;
  for (const auto* one = parameters.first(transactions); one != nullptr;
       one = parameters.next(*one)) {
    if (count == batch.size()) batch.emplace_back();
    MS_TRY_VOID(read_transaction(parameters, *one, batch[count++]));
  }
  return {};
}

}  // namespace mainstay::apim
