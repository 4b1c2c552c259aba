#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/search/index.hpp"

namespace mainstay::http {
class Client;
}

namespace mainstay::search {

struct ElasticsearchOptions {
  std::string url;        // http:// or https://, without a path
  std::string user = {};  // with password: basic authentication
  std::string password = {};
  std::string api_key = {};  // in their place
  std::string prefix = {};   // of the names of indexes: one server serves several products
  Millis deadline{10'000};   // of a request
};

/// An index in Elasticsearch (7.17 and 8), over HTTP. A generation is an index of theirs; which one
/// serves is an alias of the index's name, which one is being built another. The client outlives
/// the index. MS_CHECKs the shape.
std::unique_ptr<Index> make_elasticsearch_index(http::Client& client, ElasticsearchOptions options,
                                                Shape shape);

}  // namespace mainstay::search
