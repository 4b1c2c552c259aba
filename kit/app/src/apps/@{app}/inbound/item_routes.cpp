#include "apps/@{app}/inbound/item_routes.hpp"

#include <string>
#include <utility>

#include "base/random.hpp"
#include "platform/json/json.hpp"

namespace @{name}::@{app} {
namespace {

namespace http = mainstay::http;
namespace json = mainstay::json;

constexpr std::size_t id_bytes = 16;

void refuse(http::Response& response, const mainstay::Error& error) {
  http::problem(response, error.http_status(), error.name(), error.message());
}

json::Value to_json(const Item& item) {
  return json::Object{
      {"id", item.id}, {"text", item.text}, {"made_at", item.made_at.time_since_epoch().count()}};
}

void answer(http::Response& response, int status, const json::Value& value) {
  response.status(status);
  response.content_type("application/json");
  response.body() = json::dump(value) + "\n";
}

mainstay::Result<Item> read_item(const http::Request& request) {
  MS_TRY(const auto value, json::parse(request.body));
  const std::string* text = value.find_string("text");
  if (text == nullptr) return mainstay::Error{Errc::text_invalid, "send {\"text\": \"...\"}"};
  return make_item(mainstay::secret_hex(id_bytes), *text, request.at);
}

void create(ItemRows& rows, const http::Request& request, http::Response& response) {
  const auto item = read_item(request);
  if (item.has_error()) return refuse(response, item.error());
  rows.add(*item, [later = response.defer(), item = *item](mainstay::Result<> done) mutable {
    later.complete([done = std::move(done), item](http::Response& stored) {
      if (done.has_error()) return refuse(stored, done.error());
      answer(stored, 201, to_json(item));
      stored.header("Location", "/@{app}/" + item.id);
    });
  });
}

void list(ItemRows& rows, http::Response& response) {
  rows.newest([later = response.defer()](mainstay::Result<std::vector<Item>> items) mutable {
    later.complete([items = std::move(items)](http::Response& found) {
      if (items.has_error()) return refuse(found, items.error());
      json::Array all;
      for (const Item& item : *items) all.push_back(to_json(item));
      answer(found, 200, json::Object{{"items", std::move(all)}});
    });
  });
}

void show(ItemRows& rows, const http::Request& request, http::Response& response) {
  rows.find(std::string{request.params.text("id")},
            [later = response.defer()](mainstay::Result<std::vector<Item>> items) mutable {
              later.complete([items = std::move(items)](http::Response& found) {
                if (items.has_error()) return refuse(found, items.error());
                if (items->empty()) return refuse(found, Errc::unknown);
                answer(found, 200, to_json(items->front()));
              });
            });
}

}  // namespace

void register_routes(http::Router& router, ItemRows& rows) {
  router.add(http::Method::get, "/@{app}",
             [&rows](const http::Request&, http::Response& response) { list(rows, response); });
  router.add(http::Method::post, "/@{app}",
             [&rows](const http::Request& request, http::Response& response) {
               create(rows, request, response);
             });
  router.add(http::Method::get, "/@{app}/{id}",
             [&rows](const http::Request& request, http::Response& response) {
               show(rows, request, response);
             });
}

}  // namespace @{name}::@{app}
