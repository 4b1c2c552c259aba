#include "apps/charging/inbound/http/plot_routes.hpp"

#include <string>
#include <utility>

#include "apps/charging/inbound/http/plot_answer.hpp"
#include "platform/http/form.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::charging {
namespace {

constexpr std::size_t parameters_max = 40;

void search(const PlotsDesk& desk, std::string_view form, SystemTime now,
            http::Response& response) {
  response.promise_nothing();
  const auto fields = http::parse_form(form, parameters_max);
  if (!fields) {
    return http::problem(response, 400, "parameters_invalid",
                         "At most 40 parameters of well-formed UTF-8 are taken.");
  }
  const auto query = read_plot_query(*fields, now);
  if (query.has_error()) return http::refuse_problem(response, query.error());
  // Rows live while they are read, so the answer is written there.
  auto found = desk.read([&](const PlotTable& table) -> Result<> {
    MS_TRY(const auto page, table.search(*query));
    answer_page(response, *query, page);
    return {};
  });
  if (found.has_error()) http::refuse_problem(response, found.error());
}

/// One plot by the path's number, as `append` writes it.
template <class Append>
void answer_one(const PlotsDesk& desk, const http::Request& request, http::Response& response,
                Append append) {
  response.promise_nothing();
  const PlotId id{static_cast<std::int64_t>(request.params.number("plot") & INT64_MAX)};
  const bool found = desk.read([&](const PlotTable& table) {
    const PlotRow* row = table.find(id);
    if (row != nullptr) append(response.body(), *row);
    return row != nullptr;
  });
  if (!found) return http::refuse_problem(response, PlotErrc::plot_unknown);
  response.content_type("application/json");
  response.body().push_back('\n');
}

}  // namespace

void register_plot_reading(http::Router& router, PlotsDesk& desk) {
  router.add(http::Method::get, "/charging/v1/plots",
             [&desk](const http::Request& request, http::Response& response) {
               search(desk, request.query, request.at, response);
             });
  router.add(http::Method::post, "/charging/v1/plots/search",
             [&desk](const http::Request& request, http::Response& response) {
               search(desk, request.body, request.at, response);
             });
  router.add(http::Method::get, "/charging/v1/plots/{plot:u64}",
             [&desk](const http::Request& request, http::Response& response) {
               answer_one(desk, request, response, append_details);
             });
  router.add(http::Method::get, "/charging/v1/plots/{plot:u64}/availability",
             [&desk](const http::Request& request, http::Response& response) {
               answer_one(desk, request, response, append_availability);
             });
}

}  // namespace mainstay::charging
