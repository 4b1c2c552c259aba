#include "platform/search/elasticsearch.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/text.hpp"
#include "platform/http/client.hpp"
#include "platform/json/json.hpp"
#include "platform/search/words.hpp"

namespace mainstay::search {
namespace {

using json::Array;
using json::Object;

constexpr std::size_t answer_bytes_max = 16U << 20U;
constexpr std::size_t reason_bytes_max = 300;

// Ours beside the shape's. The id again, since sorting by _id itself is advised against.
constexpr const char* id_field = "ms_id";
constexpr const char* gone_field = "ms_gone";

/// Blocks for answers: not on the client's own thread.
class Server {
 public:
  Server(http::Client& client, ElasticsearchOptions options)
      : client_(client), options_(std::move(options)) {}

  struct Answer {
    int status = 0;
    json::Value body;
  };
  /// Errors: no answer, none that is JSON, 429 and 503 (Errc::busy).
  Result<Answer> ask(http::Method method, const std::string& path, std::string body,
                     const char* type = "application/json");
  /// The same, and any status but 2xx is an error.
  Result<json::Value> require(http::Method method, const std::string& path,
                              const json::Value& body);

  [[nodiscard]] const ElasticsearchOptions& options() const { return options_; }

 private:
  http::Client& client_;
  ElasticsearchOptions options_;
};

/// {"error": {"type": .., "reason": ..}}, or {"error": "text"}
std::string reason_of(const json::Value& body) {
  const json::Value* error = body.find("error");
  if (error == nullptr) return "no reason";
  if (const std::string* text = error->if_string()) return text->substr(0, reason_bytes_max);
  const std::string* reason = error->find_string("reason");
  if (reason == nullptr) reason = error->find_string("type");
  return reason == nullptr ? "no reason" : reason->substr(0, reason_bytes_max);
}

Error failed(int status, const json::Value& body) {
  const Errc code = status == 429 || status == 503 ? Errc::busy
                    : status == 400                ? Errc::refused
                                                   : Errc::engine;
  return {code, "Elasticsearch answered " + std::to_string(status) + ": " + reason_of(body)};
}

Result<Server::Answer> Server::ask(http::Method method, const std::string& path, std::string body,
                                   const char* type) {
  http::ClientRequest request;
  request.method = method;
  request.url = options_.url + path;
  request.body = std::move(body);
  if (!request.body.empty()) request.content_type = type;
  request.trust = http::Trust::operator_address;
  request.deadline = options_.deadline;
  request.response_bytes_max = answer_bytes_max;
  if (!options_.api_key.empty()) {
    request.headers.emplace_back("Authorization", "ApiKey " + options_.api_key);
  } else if (!options_.user.empty()) {
    request.headers.emplace_back("Authorization",
                                 "Basic " + base64_encode(options_.user + ":" + options_.password));
  }
  auto response = http::send_and_wait(client_, std::move(request));
  if (response.has_error()) return Error{Errc::engine, response.error().message()};
  Answer answer{response->status, {}};
  if (!response->body.empty()) {
    auto parsed = json::parse(response->body, {.bytes_max = answer_bytes_max});
    if (parsed.has_error()) {
      return Error{Errc::engine, "an answer (" + std::to_string(answer.status) + ") is no JSON"};
    }
    answer.body = std::move(*parsed);
  }
  if (answer.status == 429 || answer.status == 503) return failed(answer.status, answer.body);
  return answer;
}

Result<json::Value> Server::require(http::Method method, const std::string& path,
                                    const json::Value& body) {
  MS_TRY(auto answer, ask(method, path, body.is_null() ? "" : json::dump(body)));
  if (answer.status < 200 || answer.status > 299) return failed(answer.status, answer.body);
  return std::move(answer.body);
}

/// One index of ours: names, and the requests about generations.
class Place {
 public:
  Place(Server& server, const Shape& shape)
      : server_(server),
        shape_(shape),
        serving_(server.options().prefix + shape.name),
        building_(serving_ + "-building") {}

  [[nodiscard]] const std::string& serving() const { return serving_; }
  [[nodiscard]] const std::string& building() const { return building_; }

  struct State {
    std::string serving;   // the index behind the alias; empty: none
    std::string building;  // the same
    std::int64_t newest = 0;
  };
  Result<State> state();
  Result<std::string> create(std::int64_t generation, const std::string& alias);
  Result<> drop(const std::string& index);
  /// In one step.
  Result<> swap(const State& state);
  /// Makes the first generation when there is none.
  Result<State> ensure();

 private:
  [[nodiscard]] json::Value mappings() const;

  Server& server_;
  const Shape& shape_;
  std::string serving_;
  std::string building_;
};

/// GET _alias: {"shop-things-2": {"aliases": {"shop-things": {}}}}; 404 when there is none.
Result<Place::State> Place::state() {
  const std::string path = "/_alias/" + serving_ + "," + building_;
  MS_TRY(const auto answer, server_.ask(http::Method::get, path, ""));
  State state;
  // With one of two names missing it is a 404 that lists the other.
  if (answer.status != 200 && answer.status != 404) return failed(answer.status, answer.body);
  const Object* indexes = answer.body.if_object();
  for (const auto& [index, about] : indexes != nullptr ? *indexes : Object{}) {
    const json::Value* aliases = about.find("aliases");
    if (aliases == nullptr || !index.starts_with(serving_ + "-")) continue;
    const auto generation = parse_i64(index.substr(serving_.size() + 1));
    state.newest = std::max(state.newest, generation.value_or(0));
    if (aliases->find(serving_) != nullptr) state.serving = index;
    if (aliases->find(building_) != nullptr) state.building = index;
  }
  return state;
}

json::Value Place::mappings() const {
  const char* analyzer = shape_.language == Language::english ? "english" : "standard";
  Object properties{{id_field, Object{{"type", "keyword"}}},
                    {gone_field, Object{{"type", "boolean"}}}};
  for (const Shape::Field& field : shape_.fields) {
    properties.push_back({field.name, Object{{"type", "text"}, {"analyzer", analyzer}}});
  }
  for (const std::string& tag : shape_.tags) {
    properties.push_back({tag, Object{{"type", "keyword"}}});
  }
  return Object{{"dynamic", "strict"},
                {"_meta", Object{{"shape", fingerprint(shape_)}}},
                {"properties", std::move(properties)}};
}

Result<std::string> Place::create(std::int64_t generation, const std::string& alias) {
  std::string index = serving_ + "-" + std::to_string(generation);
  const json::Value body = Object{{"mappings", mappings()}, {"aliases", Object{{alias, Object{}}}}};
  MS_TRY([[maybe_unused]] const auto made, server_.require(http::Method::put, "/" + index, body));
  return index;
}

Result<> Place::drop(const std::string& index) {
  MS_TRY([[maybe_unused]] const auto gone,
         server_.require(http::Method::delete_, "/" + index, json::Value{}));
  return {};
}

Result<> Place::swap(const State& state) {
  Array actions;
  const auto act = [&](const char* what, const std::string& index, const std::string& alias) {
    actions.push_back(Object{{what, Object{{"index", index}, {"alias", alias}}}});
  };
  act("add", state.building, serving_);
  act("remove", state.building, building_);
  if (!state.serving.empty()) {
    actions.push_back(Object{{"remove_index", Object{{"index", state.serving}}}});
  }
  MS_TRY([[maybe_unused]] const auto swapped,
         server_.require(http::Method::post, "/_aliases", Object{{"actions", std::move(actions)}}));
  return {};
}

Result<Place::State> Place::ensure() {
  MS_TRY(State found, state());
  if (!found.serving.empty()) return found;
  const auto made = create(found.newest + 1, serving_);
  // Two processes may begin at once: the other one's is as good.
  if (made.has_error() && !made.error().is(Errc::refused)) return made.error();
  return state();
}

/// The lines of one _bulk request.
class Bulk {
 public:
  void index(const std::string& index, const char* action, const std::string& id,
             const json::Value& source) {
    line(Object{{action, Object{{"_index", index}, {"_id", id}}}});
    line(source);
  }
  void remove(const std::string& index, const std::string& id) {
    line(Object{{"delete", Object{{"_index", index}, {"_id", id}}}});
  }
  /// `may_exist`: a 409 of `create` is none.
  enum class Wait : std::uint8_t { no, until_found };
  Result<> send(Server& server, bool may_exist, Wait wait);

 private:
  void line(const json::Value& value) { text_.append(json::dump(value)).append("\n"); }
  std::string text_;
};

Result<> Bulk::send(Server& server, bool may_exist, Wait wait) {
  if (text_.empty()) return {};
  const char* path = wait == Wait::until_found ? "/_bulk?refresh=wait_for" : "/_bulk";
  MS_TRY(const auto answer,
         server.ask(http::Method::post, path, std::move(text_), "application/x-ndjson"));
  if (answer.status != 200) return failed(answer.status, answer.body);
  const json::Value* items = answer.body.find("items");
  const Array* all = items != nullptr ? items->if_array() : nullptr;
  if (all == nullptr) return Error{Errc::engine, "an answer of _bulk has no items"};
  for (const json::Value& item : *all) {
    const Object* actions = item.if_object();
    if (actions == nullptr || actions->size() != 1) continue;
    const auto& [action, result] = actions->front();
    const json::Value* status = result.find("status");
    const std::int64_t* code = status != nullptr ? status->if_int() : nullptr;
    if (code == nullptr) return Error{Errc::engine, "an item of _bulk has no status"};
    const bool is_fine = *code < 300 || (action == "delete" && *code == 404) ||
                         (action == "create" && *code == 409 && may_exist);
    if (!is_fine) return failed(static_cast<int>(*code), result);
  }
  return {};
}

json::Value source_of(const Document& document) {
  Object source{{id_field, document.id}};
  for (const NamedText& field : document.fields) {
    source.push_back({field.name, storable(field.text)});
  }
  std::map<std::string, Array> tags;
  for (const NamedText& tag : document.tags) tags[tag.name].emplace_back(tag.text);
  for (auto& [name, values] : tags) source.push_back({name, std::move(values)});
  return source;
}

json::Value query_of(const Shape& shape, const Query& query, const std::vector<Term>& terms) {
  Array fields;
  for (const Shape::Field& field : shape.fields) {
    fields.emplace_back(field.name + (field.weight == Weight::high ? "^5" : ""));
  }
  Array must;
  for (const Term& term : terms) {
    std::string text;
    for (const std::string& word : term.words) text.append(text.empty() ? "" : " ").append(word);
    Object match{{"query", std::move(text)},
                 {"type", term.is_prefix ? "phrase_prefix" : "phrase"},
                 {"fields", fields}};
    // How many words a prefix stands for at most; theirs is 50.
    if (term.is_prefix) match.push_back({"max_expansions", 1'000});
    must.push_back(Object{{"multi_match", std::move(match)}});
  }
  std::map<std::string, Array> by_name;
  for (const NamedText& filter : query.filters) by_name[filter.name].emplace_back(filter.text);
  Array filters;
  for (auto& [name, values] : by_name) {
    filters.push_back(Object{{"terms", Object{{name, std::move(values)}}}});
  }
  return Object{
      {"bool", Object{{"must", std::move(must)},
                      {"filter", std::move(filters)},
                      {"must_not", Array{Object{{"term", Object{{gone_field, true}}}}}}}}};
}

json::Value search_body(const Shape& shape, const Query& query, const std::vector<Term>& terms) {
  Object highlighted;
  for (const Shape::Field& field : shape.fields) highlighted.push_back({field.name, Object{}});
  Array order{Object{{"_score", "desc"}}, Object{{id_field, "asc"}}};
  if (terms.empty()) order = Array{Object{{id_field, "asc"}}};
  return Object{{"from", static_cast<std::int64_t>(query.offset)},
                {"size", static_cast<std::int64_t>(query.hits_max)},
                {"track_total_hits", limits.total_max},
                {"track_scores", true},
                {"_source", false},
                {"sort", std::move(order)},
                {"query", query_of(shape, query, terms)},
                {"highlight", Object{{"pre_tags", Array{std::string(1, match_begin)}},
                                     {"post_tags", Array{std::string(1, match_end)}},
                                     {"number_of_fragments", 1},
                                     {"fragment_size", 160},
                                     {"fields", std::move(highlighted)}}}};
}

/// {"_id": "1", "_score": 1.5, "highlight": {"title": ["the \u0002red\u0003 shoe"]}}
Result<Hit> hit_of(const Shape& shape, const json::Value& value) {
  Hit hit;
  const std::string* id = value.find_string("_id");
  if (id == nullptr) return Error{Errc::engine, "a hit has no _id"};
  hit.id = *id;
  if (const json::Value* score = value.find("_score")) {
    if (const double* real = score->if_double()) hit.score = *real;
    if (const std::int64_t* whole = score->if_int()) hit.score = static_cast<double>(*whole);
  }
  const json::Value* highlight = value.find("highlight");
  for (const Shape::Field& field : shape.fields) {
    const json::Value* found = highlight != nullptr ? highlight->find(field.name) : nullptr;
    const Array* fragments = found != nullptr ? found->if_array() : nullptr;
    if (fragments == nullptr || fragments->empty()) continue;
    if (const std::string* text = fragments->front().if_string()) hit.snippet = pieces_of(*text);
    break;
  }
  return hit;
}

Result<Found> found_in(const Shape& shape, const json::Value& body) {
  const json::Value* hits = body.find("hits");
  const json::Value* total = hits != nullptr ? hits->find("total") : nullptr;
  const json::Value* count = total != nullptr ? total->find("value") : nullptr;
  const json::Value* list = hits != nullptr ? hits->find("hits") : nullptr;
  if (count == nullptr || count->if_int() == nullptr || list == nullptr ||
      list->if_array() == nullptr) {
    return Error{Errc::engine, "an answer of _search has no hits"};
  }
  Found found;
  found.total = std::min(*count->if_int(), limits.total_max);
  for (const json::Value& one : *list->if_array()) {
    MS_TRY(auto hit, hit_of(shape, one));
    found.hits.push_back(std::move(hit));
  }
  return found;
}

class ElasticsearchRebuild final : public Rebuild {
 public:
  ElasticsearchRebuild(Server& server, Shape shape, std::string index)
      : server_(server), shape_(std::move(shape)), index_(std::move(index)) {}

  Result<> put(std::span<const Document> documents) override {
    MS_TRY_VOID(check(shape_, documents));
    MS_TRY_VOID(require_ours());
    Bulk bulk;
    for (const Document& document : documents) {
      bulk.index(index_, "create", document.id, source_of(document));
    }
    return bulk.send(server_, true, Bulk::Wait::no);
  }
  Result<> finish() override {
    Place place{server_, shape_};
    MS_TRY(const auto state, place.state());
    if (state.building != index_) return Error{Errc::superseded, shape_.name};
    MS_TRY([[maybe_unused]] const auto refreshed,
           server_.require(http::Method::post, "/" + index_ + "/_refresh", json::Value{}));
    return place.swap(state);
  }

 private:
  Result<> require_ours() {
    MS_TRY(const auto state, Place(server_, shape_).state());
    if (state.building != index_) return Error{Errc::superseded, shape_.name};
    return {};
  }

  Server& server_;
  Shape shape_;
  std::string index_;
};

class ElasticsearchIndex final : public Index {
 public:
  ElasticsearchIndex(http::Client& client, ElasticsearchOptions options, Shape shape)
      : server_(client, std::move(options)), shape_(std::move(shape)) {}

  [[nodiscard]] const Shape& shape() const override { return shape_; }

  Result<> put(std::span<const Document> documents) override {
    MS_TRY_VOID(check(shape_, documents));
    MS_TRY(const auto state, Place(server_, shape_).ensure());
    Bulk bulk;
    for (const std::string& index : {state.serving, state.building}) {
      if (index.empty()) continue;
      for (const Document& document : documents) {
        bulk.index(index, "index", document.id, source_of(document));
      }
    }
    return bulk.send(server_, false, Bulk::Wait::until_found);
  }
  /// Where it is being built a mark stays, so that the rebuild does not bring them back.
  Result<> remove(std::span<const std::string> ids) override {
    MS_TRY(const auto state, Place(server_, shape_).ensure());
    Bulk bulk;
    for (const std::string& id : ids) {
      bulk.remove(state.serving, id);
      if (!state.building.empty()) {
        bulk.index(state.building, "index", id, Object{{id_field, id}, {gone_field, true}});
      }
    }
    return bulk.send(server_, false, Bulk::Wait::until_found);
  }
  Result<Found> find(const Query& query) override {
    MS_TRY_VOID(check(shape_, query));
    const auto terms = parse_terms(query.text, query.last_is_prefix);
    if (terms.empty() && !query.text.empty()) return Found{};
    const std::string path = "/" + Place(server_, shape_).serving() + "/_search";
    MS_TRY(const auto answer,
           server_.ask(http::Method::post, path, json::dump(search_body(shape_, query, terms))));
    if (answer.status == 404) return Found{};  // nothing was ever put
    if (answer.status != 200) return failed(answer.status, answer.body);
    return found_in(shape_, answer.body);
  }
  Result<std::unique_ptr<Rebuild>> rebuild() override {
    Place place{server_, shape_};
    MS_TRY(const auto state, place.state());
    if (!state.building.empty()) MS_TRY_VOID(place.drop(state.building));
    MS_TRY(auto index, place.create(state.newest + 1, place.building()));
    return std::unique_ptr<Rebuild>{
        std::make_unique<ElasticsearchRebuild>(server_, shape_, std::move(index))};
  }

 private:
  Server server_;
  Shape shape_;
};

}  // namespace

std::unique_ptr<Index> make_elasticsearch_index(http::Client& client, ElasticsearchOptions options,
                                                Shape shape) {
  MS_CHECK(check(shape).has_value());
  return std::make_unique<ElasticsearchIndex>(client, std::move(options), std::move(shape));
}

}  // namespace mainstay::search
