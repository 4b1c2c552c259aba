#include "apps/clusters/embedded_cluster/api_call.hpp"

#include <algorithm>
#include <utility>

#include "apps/clusters/embedded_cluster/managed_fields.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::embedded {

namespace {

constexpr std::size_t parameters_max = 32;
constexpr std::size_t list_limit_max = 10'000;

/// Behind group and version.
void parse_resource(std::vector<std::string> steps, Place& place) {
  place.kind = Place::Kind::resource;
  const bool of_namespace_itself =
      steps.size() == 3 && (steps[2] == "status" || steps[2] == "finalize");
  if (steps[0] == "namespaces" && steps.size() >= 3 && !of_namespace_itself) {
    place.space = steps[1];
    steps.erase(steps.begin(), steps.begin() + 2);
  }
  place.plural = steps[0];
  if (steps.size() > 1) place.name = steps[1];
  if (steps.size() > 2) place.subresource = steps[2];
  if (place.plural == "services" && place.subresource == "proxy") {
    place.kind = Place::Kind::proxy;
    for (std::size_t i = 3; i < steps.size(); ++i) place.path += '/' + steps[i];
  } else if (steps.size() > 3) {
    place.kind = Place::Kind::unknown;
  }
}

bool is_true(std::string_view text) { return text == "true" || text == "1"; }

/// One of the alternatives of an Accept header.
struct MediaType {
  std::string_view type;
  std::string_view as, version, group;
};

MediaType parse_media_type(std::string_view text) {
  MediaType out;
  for (const std::string_view part : split(text, ';')) {
    const std::string_view one = trimmed(part);
    if (out.type.empty()) {
      out.type = one;
    } else if (one.starts_with("as=")) {
      out.as = one.substr(3);
    } else if (one.starts_with("v=")) {
      out.version = one.substr(2);
    } else if (one.starts_with("g=")) {
      out.group = one.substr(2);
    }
  }
  return out;
}

Outcome<FieldValidation> parse_validation(std::string_view text) {
  if (text.empty() || text == "Warn") return FieldValidation::warn;
  if (text == "Ignore") return FieldValidation::ignore;
  if (text == "Strict") return FieldValidation::strict;
  return invalid("meta.k8s.io", "CreateOptions", "",
                 {{"FieldValueNotSupported",
                   "Unsupported value: " + quoted(Document{text}) +
                       ": supported values: \"Ignore\", \"Strict\", \"Warn\"",
                   "fieldValidation"}});
}

Objection parse_write(const http::FormFields& fields, WriteOptions& out) {
  const auto value = [&](std::string_view name) { return http::form_field(fields, name); };
  const std::string_view dry_run = value("dryRun");
  if (!dry_run.empty() && dry_run != "All") {
    return invalid(
        "meta.k8s.io", "CreateOptions", "",
        {{"FieldValueNotSupported", "Unsupported value: supported values: \"All\"", "dryRun"}});
  }
  out.dry_run = !dry_run.empty();
  out.force = is_true(value("force"));
  out.manager = value("fieldManager");
  if (out.manager.size() > manager_bytes_max) {
    return invalid(
        "meta.k8s.io", "PatchOptions", "",
        {{"FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"}});
  }
  auto validation = parse_validation(value("fieldValidation"));
  if (!validation) return std::move(validation).refusal();
  out.validation = *validation;
  return std::nullopt;
}

}  // namespace

Place parse_place(std::string_view path) {
  Place place;
  std::vector<std::string> steps;
  for (const std::string_view part : split(path, '/')) {
    auto step = percent_decode(part, Plus::literal);
    if (!step || !is_valid_utf8(*step) || step->find('/') != std::string::npos) return place;
    if (!step->empty()) steps.push_back(*std::move(step));
  }
  place.path = path;
  if (steps.empty() || (steps[0] != "api" && steps[0] != "apis")) {
    place.kind = Place::Kind::other;
    return place;
  }
  const bool is_core = steps[0] == "api";
  if (!is_core && steps.size() > 1) place.group = steps[1];
  const std::size_t version = is_core ? 1 : 2;
  if (steps.size() > version) place.version = steps[version];
  if (steps.size() <= version + 1) {
    place.kind = steps.size() == 1         ? (is_core ? Place::Kind::api : Place::Kind::apis)
                 : steps.size() == version ? Place::Kind::group
                                           : Place::Kind::group_version;
    return place;
  }
  place.path.clear();
  steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(version + 1));
  parse_resource(std::move(steps), place);
  return place;
}

std::optional<Acceptance> parse_accept(std::string_view accept) {
  if (trimmed(accept).empty()) return Acceptance{};
  for (const std::string_view text : split(accept, ',')) {
    const MediaType one = parse_media_type(text);
    Acceptance out;
    if (one.type.starts_with("application/com.github.proto-openapi.spec.v2")) {
      out.protobuf = true;
      return out;
    }
    if (one.type != "application/json" && one.type != "*/*" && one.type != "application/*")
      continue;
    if (one.as.empty()) return out;
    if (one.as == "APIGroupDiscoveryList") {
      if (one.version != "v2" && one.version != "v2beta1") continue;
      out.discovery_version = one.version;
      return out;
    }
    if (one.group != "meta.k8s.io" || (one.version != "v1" && one.version != "v1beta1")) continue;
    out.table_version = one.version;
    if (one.as == "Table") {
      out.shape = Shape::table;
      return out;
    }
    if (one.as == "PartialObjectMetadata" || one.as == "PartialObjectMetadataList") {
      out.shape = Shape::metadata;
      return out;
    }
  }
  return std::nullopt;
}

Outcome<Query> Query::parse(std::string_view query) {
  const auto fields = http::parse_form(query, parameters_max);
  if (!fields) return bad_request("the query cannot be read");
  const auto value = [&](std::string_view name) { return http::form_field(*fields, name); };
  Query out;
  out.label_selector = value("labelSelector");
  out.field_selector = value("fieldSelector");
  out.resource_version = value("resourceVersion");
  out.resource_version_match = value("resourceVersionMatch");
  out.continue_token = value("continue");
  out.include_object = value("includeObject");
  out.watch = is_true(value("watch"));
  out.allow_bookmarks = is_true(value("allowWatchBookmarks"));
  out.send_initial_events = is_true(value("sendInitialEvents"));
  if (!value("limit").empty()) {
    const auto limit = parse_u64(value("limit"));
    if (!limit) return bad_request("limit is no number");
    out.limit = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, list_limit_max));
  }
  if (!value("timeoutSeconds").empty()) {
    const auto seconds = parse_u64(value("timeoutSeconds"));
    if (!seconds || *seconds > 86'400) return bad_request("timeoutSeconds is no number of seconds");
    if (*seconds > 0) out.timeout = Seconds{static_cast<std::int64_t>(*seconds)};
  }
  if (auto objection = parse_write(*fields, out.write)) return *objection;
  return out;
}

std::string default_manager(std::string_view user_agent) {
  std::string out{user_agent.substr(0, user_agent.find('/'))};
  if (out.size() > manager_bytes_max) out.resize(manager_bytes_max);
  return !out.empty() && is_valid_utf8(out) ? out : "unknown";
}

std::string ContinueToken::text() const {
  const Document said = DocumentObject{{"v", "meta.k8s.io/v1"}, {"rv", revision}, {"start", after}};
  std::string out = base64_encode(quoted(said));
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<ContinueToken> ContinueToken::parse(std::string_view text) {
  const auto bytes = base64url_decode(text);
  if (!bytes) return std::nullopt;
  const auto said = json::parse(*bytes);
  if (!said) return std::nullopt;
  const Document* revision = said->find("rv");
  const std::string* after = said->find_string("start");
  if (revision == nullptr || revision->if_int() == nullptr || *revision->if_int() < 1 ||
      after == nullptr) {
    return std::nullopt;
  }
  return ContinueToken{static_cast<Revision>(*revision->if_int()), *after};
}

}  // namespace mainstay::clusters::embedded
