#include "platform/search/elasticsearch.hpp"

#include <doctest/doctest.h>

#include "base/test_python_server.hpp"
#include "platform/http/client.hpp"
#include "platform/search/index_contract.hpp"

namespace mainstay::search::elasticsearch_test {
namespace {

/// tests/support/elasticsearch_server.py, which answers in Elasticsearch's documented shapes.
class AsDocumented {
 public:
  [[nodiscard]] bool is_there() const {
    if (server_.port().empty()) MESSAGE("skipped on Elasticsearch's stand-in: no Python");
    return !server_.port().empty();
  }
  std::unique_ptr<Index> open(const Shape& shape, std::string password = "secret") {
    ElasticsearchOptions options;
    options.url = "http://127.0.0.1:" + server_.port();
    options.user = "shop";
    options.password = std::move(password);
    options.prefix = "test-";
    return make_elasticsearch_index(client_, std::move(options), shape);
  }

 private:
  PythonServer server_{{"tests/support/elasticsearch_server.py", "--user", "shop:secret"}};
  http::Client client_{http::ClientOptions{}};
};

TEST_CASE_TEMPLATE_INVOKE(search_contract_words, AsDocumented);
TEST_CASE_TEMPLATE_INVOKE(search_contract_changes, AsDocumented);
TEST_CASE_TEMPLATE_INVOKE(search_contract_hostile, AsDocumented);
TEST_CASE_TEMPLATE_INVOKE(search_contract_rebuild, AsDocumented);

TEST_CASE("elasticsearch: errors are told apart, and name no password") {
  AsDocumented engine;
  if (!engine.is_there()) return;
  auto index = engine.open(contract_shape());
  // Ids that make the stand-in answer so for an item of _bulk.
  const auto error_of = [&](const char* id) {
    const auto outcome = index->put(std::vector<Document>{document(id, "x")});
    REQUIRE(outcome.has_error());
    return outcome.error();
  };
  CHECK(error_of("answer-429").is(Errc::busy));
  CHECK(error_of("answer-400").is(Errc::refused));
  CHECK(error_of("answer-400").detail().find("mapper_parsing_exception") != std::string::npos);
  CHECK(error_of("answer-500").is(Errc::engine));
  const auto stranger = engine.open(contract_shape(), "wr0ng")->find({.text = "x"});
  REQUIRE(stranger.has_error());
  CHECK(stranger.error().detail().find("401") != std::string::npos);
  CHECK(stranger.error().message().find("wr0ng") == std::string::npos);
}

TEST_CASE("elasticsearch: a server that is away is the engine's failure") {
  http::Client client{http::ClientOptions{}};
  const auto index =
      make_elasticsearch_index(client, {.url = "http://127.0.0.1:1"}, contract_shape());
  const auto found = index->find({.text = "x"});
  REQUIRE(found.has_error());
  CHECK(found.error().is(Errc::engine));
}

}  // namespace
}  // namespace mainstay::search::elasticsearch_test
