#include "apps/clusters/embedded_cluster/refusal.hpp"

namespace mainstay::clusters::embedded {

Document to_status(const Refusal& refusal) {
  DocumentObject details;
  if (!refusal.name.empty()) details.push_back({"name", refusal.name});
  if (!refusal.group.empty()) details.push_back({"group", refusal.group});
  if (!refusal.kind.empty()) details.push_back({"kind", refusal.kind});
  DocumentArray causes;
  for (const Cause& cause : refusal.causes) {
    causes.emplace_back(DocumentObject{
        {"reason", cause.reason}, {"message", cause.message}, {"field", cause.field}});
  }
  if (!causes.empty()) details.push_back({"causes", std::move(causes)});
  if (refusal.retry_after_seconds > 0) {
    details.push_back({"retryAfterSeconds", refusal.retry_after_seconds});
  }
  DocumentObject status{
      {"kind", "Status"},    {"apiVersion", "v1"},         {"metadata", DocumentObject{}},
      {"status", "Failure"}, {"message", refusal.message}, {"reason", refusal.reason}};
  if (!details.empty()) status.push_back({"details", std::move(details)});
  status.push_back({"code", refusal.code});
  return status;
}

Refusal bad_request(std::string message) { return {400, "BadRequest", std::move(message)}; }

Refusal not_found(std::string group, std::string plural, std::string name) {
  const std::string resource = group.empty() ? plural : plural + '.' + group;
  std::string message = resource + " \"" + name + "\" not found";
  return {
      404, "NotFound", std::move(message), std::move(group), std::move(plural), std::move(name)};
}

Refusal expired(std::string message) { return {410, "Expired", std::move(message)}; }

Refusal forbidden(std::string message) { return {403, "Forbidden", std::move(message)}; }

Refusal invalid(std::string group, std::string kind, std::string name, std::vector<Cause> causes) {
  std::string message = kind;
  if (!group.empty()) message += '.' + group;
  message += " \"" + name + "\" is invalid: ";
  if (causes.size() > 1) message += '[';
  for (std::size_t i = 0; i < causes.size(); ++i) {
    if (i > 0) message += ", ";
    message += causes[i].field + ": " + causes[i].message;
  }
  if (causes.size() > 1) message += ']';
  return {422,
          "Invalid",
          std::move(message),
          std::move(group),
          std::move(kind),
          std::move(name),
          std::move(causes)};
}

}  // namespace mainstay::clusters::embedded
