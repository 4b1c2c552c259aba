#include "platform/search/module.hpp"

#include <utility>

#include "platform/core/platform.hpp"
#include "platform/search/elasticsearch.hpp"
#include "platform/search/sql_index.hpp"

namespace mainstay::search {

using settings::Kind;

std::vector<settings::Spec> Module::setting_specs() const {
  return {
      {.key = "search.url",
       .fallback = "store",
       .help = "where indexes are: store (SQLite's FTS5 or PostgreSQL's full text search), or "
               "http(s)://HOST:PORT of an Elasticsearch"},
      {.key = "search.user", .help = "login at Elasticsearch"},
      {.key = "search.password", .help = "password of that login", .secret = true},
      {.key = "search.api_key", .help = "API key, in the place of a login", .secret = true},
      {.key = "search.prefix",
       .fallback = "mainstay-",
       .help = "before the names of indexes in Elasticsearch, which may serve others too"},
      {.key = "search.timeout",
       .kind = Kind::duration,
       .fallback = "10s",
       .help = "for an answer of Elasticsearch",
       .least = 100,
       .most = 600'000},
  };
}

std::vector<store::Migration> Module::migrations() const {
  const auto all = search::migrations();
  return {all.begin(), all.end()};
}

std::vector<Command> Module::commands() const { return search::commands(); }

Result<std::unique_ptr<Service>> make_service(Platform& platform) {
  const settings::Settings& settings = platform.settings;
  const std::string& url = settings.text("search.url");
  if (url == "store") {
    return std::make_unique<Service>(
        [&store = platform.store](Shape shape) { return make_sql_index(store, std::move(shape)); });
  }
  const std::size_t scheme = url.find("://");
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (!is_http || url.find_first_of("/?#@", scheme + 3) != url.npos) {
    return Error{Errc::refused,
                 "search.url is store, or http(s)://HOST:PORT without path and login "
                 "(search.user, search.password)"};
  }
  ElasticsearchOptions options;
  options.url = url;
  options.user = settings.text("search.user");
  options.password = settings.text("search.password");
  options.api_key = settings.text("search.api_key");
  options.prefix = settings.text("search.prefix");
  options.deadline = settings.duration("search.timeout");
  return std::make_unique<Service>([&client = platform.client, options](Shape shape) {
    return make_elasticsearch_index(client, options, std::move(shape));
  });
}

Result<> Module::start(Platform& platform) {
  MS_TRY(service_, make_service(platform));
  platform.search = service_.get();
  return {};
}

Result<> Module::run() {
  service_->start();
  return {};
}

/// Answers what was asked.
void Module::drain() {
  if (service_ != nullptr) service_->stop();
}

Result<> Module::stop() {
  service_.reset();
  return {};
}

}  // namespace mainstay::search
