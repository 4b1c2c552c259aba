#include <algorithm>

#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"
#include "apps/apim/limits.hpp"
#include "apps/apim/ports/events.hpp"
#include "base/text.hpp"

namespace mainstay::apim {
namespace {

constexpr std::size_t per_page_default = 100;

struct Pages {
  std::size_t page = 1;  // from 1
  std::size_t per_page = per_page_default;
};

/// A number as the original reads it: what is none is 0.
std::size_t number_of(const std::string& text) {
  return static_cast<std::size_t>(parse_u64(text).value_or(0));
}

/// Nothing when per_page is there and not above 0.
Result<std::optional<Pages>> read_pages(const InternalCall& call) {
  MS_TRY(const auto page, call.query("page"));
  MS_TRY(const auto per_page, call.query("per_page"));
  Pages pages;
  // No list is longer than errors_per_service_max, so pages beyond that are as good as the last of
  // these.
  if (page) {
    pages.page = std::clamp<std::size_t>(number_of(*page), 1, Limits::errors_per_service_max + 1);
  }
  if (!per_page) return std::optional{pages};
  pages.per_page = std::min(number_of(*per_page), Limits::errors_per_page_max);
  if (pages.per_page == 0) return std::optional<Pages>{};
  return std::optional{pages};
}

/// Contexts are JSON already.
void append_error(std::string& out, const StoredError& error) {
  out.append(R"({"code":)");
  append_json_quoted(out, error.code);
  out.append(R"(,"message":)");
  append_json_quoted(out, error.message);
  out.append(R"(,"timestamp":)");
  append_json_quoted(out, utc_text(error.at));
  out.append(R"(,"context_info":)");
  out.append(error.context.empty() ? "{}" : error.context);
  out.append("}");
}

Result<> get_errors(InternalCall& call) {
  MS_TRY_VOID(find_service(*call.catalog, call.service_id()));
  MS_TRY(const auto pages, read_pages(call));
  if (!pages) {
    call.answer(400, {{"error", "per_page needs to be > 0"}});
    return {};
  }
  const auto list = call.api.errors.list(call.service_id().get(),
                                         (pages->page - 1) * pages->per_page, pages->per_page);
  std::string out = R"({"status":"found","errors":[)";
  for (std::size_t i = 0; i < list.errors.size(); ++i) {
    if (i > 0) out.append(",");
    append_error(out, list.errors[i]);
  }
  out.append(R"(],"count":)").append(std::to_string(list.count)).append("}");
  call.answer_text(200, out);
  return {};
}

Result<> delete_errors(InternalCall& call) {
  MS_TRY_VOID(find_service(*call.catalog, call.service_id()));
  call.api.errors.clear(call.service_id().get());
  call.answer(200, {{"status", "deleted"}});
  return {};
}

Result<> post_errors(InternalCall& call) {
  MS_TRY_VOID(find_service(*call.catalog, call.service_id()));
  MS_TRY(const json::Value body, call.body());
  const json::Value* sent = body.find("errors");
  if (sent == nullptr || sent->is_null()) return missing_parameter("errors");
  Attributes attributes{body};
  const auto messages = attributes.texts("errors");
  MS_TRY_VOID(attributes.checked());
  for (const std::string& message : messages) {
    call.api.errors.add(call.service_id().get(), {"error", message, call.now(), "{}"});
  }
  call.answer(201, {{"status", "created"}});
  return {};
}

}  // namespace

void add_error_routes(InternalRoutes& routes) {
  const std::string all = "/services/{service}/errors[/]";
  routes.add(http::Method::get, all, get_errors);
  routes.add(http::Method::delete_, all, delete_errors);
  if (routes.api().test_routes) routes.add(http::Method::post, all, post_errors);
}

}  // namespace mainstay::apim
