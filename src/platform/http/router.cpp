#include "platform/http/router.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"

namespace mainstay::http {
namespace {

constexpr std::size_t methods_count = static_cast<std::size_t>(Method::other) + 1;
constexpr std::string_view optional_slash = "[/]";
constexpr std::string_view number_suffix = ":u64";

struct Registered {
  Method method;
  std::string pattern;
  Handler handler;
  std::vector<std::string> names = {};  // of the parameters, in the order of the path
  bool guarded = false;
};

using ByMethod = std::array<const Registered*, methods_count>;

/// A place in the tree of patterns: what is registered here, and how the path may go on. A trailing
/// slash is an empty last segment, so it is a literal child "" without children.
struct Node {
  ByMethod routes{};
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> number;
  std::unique_ptr<Node> text;

  [[nodiscard]] bool empty() const {
    return std::ranges::all_of(routes, [](const Registered* route) { return route == nullptr; });
  }
};

const Registered* serving(const ByMethod& routes, Method method) {
  const auto at = [&](Method m) { return routes[static_cast<std::size_t>(m)]; };
  if (const Registered* own = at(method)) return own;
  return method == Method::head ? at(Method::get) : nullptr;
}

struct Param {
  std::string_view name;
  bool number;
};

/// The parameter that a pattern's segment is, nothing for a literal; MS_CHECKs that it is one of
/// both.
std::optional<Param> parse_param(std::string_view segment) {
  if (!segment.starts_with('{')) {
    MS_CHECK(segment.find_first_of("{}[]%?#") == std::string_view::npos);
    return std::nullopt;
  }
  MS_CHECK(segment.ends_with('}'));
  std::string_view name = segment.substr(1, segment.size() - 2);
  const bool number = name.ends_with(number_suffix);
  if (number) name.remove_suffix(number_suffix.size());
  MS_CHECK(!name.empty() && name.find_first_of("{}[]%?#:") == std::string_view::npos);
  return Param{name, number};
}

/// `segments` begins with a slash; returns the first segment and leaves the rest.
std::string_view take_segment(std::string_view& segments) {
  segments.remove_prefix(1);
  const std::string_view segment = segments.substr(0, segments.find('/'));
  segments.remove_prefix(segment.size());
  return segment;
}

Node& child(Node& node, std::string_view segment, Registered& route) {
  const std::optional<Param> param = parse_param(segment);
  std::unique_ptr<Node>& slot = !param          ? node.literals[std::string{segment}]
                                : param->number ? node.number
                                                : node.text;
  if (slot == nullptr) slot = std::make_unique<Node>();
  if (param) route.names.emplace_back(param->name);
  return *slot;
}

/// Walks a path down the tree. The first place, literals before parameters, that serves the method
/// wins; the others on the way tell what they would have allowed.
class Match {
 public:
  Match(const Node& root, Method method, std::string_view path) : method_(method) {
    if (path.starts_with('/')) walk(root, path, 0);
  }

  [[nodiscard]] const Registered* route() const { return route_; }
  /// Only without a route: one entry per method that this path takes.
  [[nodiscard]] const std::array<bool, methods_count>& allowed() const { return allowed_; }
  [[nodiscard]] bool path_exists() const { return path_exists_; }
  /// Still percent-encoded, in the order of the route's names.
  [[nodiscard]] std::string_view raw_param(std::size_t index) const { return params_[index]; }

 private:
  bool walk(const Node& node, std::string_view rest, std::size_t params) {
    if (rest.empty()) return arrive(node);
    const std::string_view raw = take_segment(rest);
    std::optional<std::string> decoded;
    if (raw.find('%') != std::string_view::npos) decoded = percent_decode(raw, Plus::literal);
    const std::string_view segment = decoded ? std::string_view{*decoded} : raw;

    const auto literal = node.literals.find(segment);
    if (literal != node.literals.end() && walk(*literal->second, rest, params)) return true;
    if (raw.empty() || params == params_.size()) return false;
    params_[params] = raw;
    if (node.number && parse_u64(segment) && walk(*node.number, rest, params + 1)) return true;
    // The branch before may have gone deeper, but wrote behind this place only.
    return node.text && walk(*node.text, rest, params + 1);
  }

  bool arrive(const Node& node) {
    route_ = serving(node.routes, method_);
    for (std::size_t m = 0; m < methods_count; ++m) {
      const bool served = serving(node.routes, static_cast<Method>(m)) != nullptr;
      allowed_[m] = allowed_[m] || served;
      path_exists_ = path_exists_ || served;
    }
    return route_ != nullptr;
  }

  Method method_;
  const Registered* route_ = nullptr;
  std::array<std::string_view, PathParams::count_max> params_{};
  std::array<bool, methods_count> allowed_{};
  bool path_exists_ = false;
};

/// "DELETE, GET, HEAD, OPTIONS".
std::string allow_header(std::array<bool, methods_count> allowed) {
  allowed[static_cast<std::size_t>(Method::options)] = true;
  allowed[static_cast<std::size_t>(Method::other)] = false;
  std::vector<std::string_view> names;
  for (std::size_t m = 0; m < methods_count; ++m) {
    if (allowed[m]) names.push_back(to_text(static_cast<Method>(m)));
  }
  std::ranges::sort(names);
  std::string out;
  for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

bool covers(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) &&
         (prefix.empty() || path.size() == prefix.size() || path[prefix.size()] == '/');
}

/// False when an escape or the UTF-8 of a parameter is broken.
bool fill_params(const Match& match, PathParams& params) {
  const std::vector<std::string>& names = match.route()->names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::optional<std::string> value = percent_decode(match.raw_param(i), Plus::literal);
    if (!value || !is_valid_utf8(*value)) return false;
    params.add(names[i], *std::move(value));
  }
  return true;
}

/// Takes over what `from` has; two answers for one prefix and case are a mistake of ours.
void merge(Handler& into, Handler from) {
  if (!from) return;
  MS_CHECK(!into);
  into = std::move(from);
}

}  // namespace

struct Router::Impl {
  std::deque<Registered> routes;  // in the order of registration; the tree points into it
  Node root;
  // Patterns without parameters by their whole path: most requests need one look-up. A literal path
  // is always the closest match, so this only answers sooner what the tree would answer.
  std::unordered_map<std::string, const Node*, StringHash, std::equal_to<>> literal_paths;
  std::vector<std::pair<std::string, Scope>> scopes;  // longest prefix first

  void insert(Registered& route, std::string_view path);
  void dispatch(Request& request, Response& response) const;
  void refuse(const Match& match, const Request& request, Response& response) const;
  [[nodiscard]] const Handler* scoped(std::string_view path, Handler Scope::*which) const;
};

void Router::Impl::insert(Registered& route, std::string_view path) {
  MS_CHECK(path.starts_with('/'));
  route.names.clear();
  Node* node = &root;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view segment = take_segment(rest);
    MS_CHECK(!segment.empty() || rest.empty());  // '//' would never match
    node = &child(*node, segment, route);
  }
  MS_CHECK(route.names.size() <= PathParams::count_max);
  const Registered*& slot = node->routes[static_cast<std::size_t>(route.method)];
  MS_CHECK(slot == nullptr);
  slot = &route;
  if (route.names.empty()) literal_paths.emplace(path, node);
}

void Router::Impl::dispatch(Request& request, Response& response) const {
  request.params.clear();
  const auto literal = literal_paths.find(request.path);
  if (literal != literal_paths.end()) {
    const Registered* route = serving(literal->second->routes, request.method);
    if (route != nullptr) return route->handler(request, response);
  }
  const Match match{root, request.method, request.path};
  if (match.route() == nullptr) return refuse(match, request, response);
  if (!fill_params(match, request.params)) {
    response.promise_nothing();
    return problem(response, 400, "bad_path", "the path holds a broken escape or is not UTF-8");
  }
  match.route()->handler(request, response);
}

void Router::Impl::refuse(const Match& match, const Request& request, Response& response) const {
  if (request.method == Method::options) {
    if (const Handler* options = scoped(request.path, &Scope::options)) {
      return (*options)(request, response);
    }
    if (match.path_exists()) {
      response.status(204);
      return response.header("Allow", allow_header(match.allowed()));
    }
  }
  if (match.path_exists()) {
    if (const Handler* mismatch = scoped(request.path, &Scope::method_mismatch)) {
      return (*mismatch)(request, response);
    }
    response.promise_nothing();
    problem(response, 405, "method_not_allowed", "the resource does not take this method");
    return response.header("Allow", allow_header(match.allowed()));
  }
  if (const Handler* not_found = scoped(request.path, &Scope::not_found)) {
    return (*not_found)(request, response);
  }
  response.promise_nothing();
  problem(response, 404, "not_found", "nothing is at this path");
}

const Handler* Router::Impl::scoped(std::string_view path, Handler Scope::*which) const {
  for (const auto& [prefix, scope] : scopes) {
    if (scope.*which && covers(prefix, path)) return &(scope.*which);
  }
  return nullptr;
}

Router::Router() : impl_(std::make_unique<Impl>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler) {
  MS_CHECK(handler && method != Method::other);
  impl_->routes.push_back({method, std::string{pattern}, std::move(handler)});
  Registered& route = impl_->routes.back();
  const bool either = pattern.ends_with(optional_slash);
  if (either) pattern.remove_suffix(optional_slash.size());
  MS_CHECK(!either || !pattern.ends_with('/'));
  impl_->insert(route, pattern);
  if (either) impl_->insert(route, std::string{pattern} + '/');
}

void Router::scope(std::string_view prefix, Scope scope) {
  MS_CHECK(prefix.empty() || prefix.starts_with('/'));
  MS_CHECK(!prefix.ends_with('/') && prefix.find_first_of("{}[]%?#") == std::string_view::npos);
  auto at = std::ranges::find_if(impl_->scopes, [&](const auto& known) {
    return known.first == prefix || known.first.size() < prefix.size();
  });
  if (at == impl_->scopes.end() || at->first != prefix) {
    at = impl_->scopes.emplace(at, std::string{prefix}, Scope{});
  }
  merge(at->second.not_found, std::move(scope.not_found));
  merge(at->second.method_mismatch, std::move(scope.method_mismatch));
  merge(at->second.options, std::move(scope.options));
  merge(at->second.failure, std::move(scope.failure));
}

void Router::wrap(const UniqueFunction<Handler(Handler)>& wrapper) {
  for (Registered& route : impl_->routes) route.handler = wrapper(std::move(route.handler));
}

void Router::mark_guarded(std::size_t route) {
  MS_CHECK(route < impl_->routes.size());
  impl_->routes[route].guarded = true;
}

void Router::mount(std::string_view prefix, Router inner) {
  MS_CHECK(prefix.empty() || (prefix.starts_with('/') && !prefix.ends_with('/')));
  const std::string base{prefix};
  for (Registered& route : inner.impl_->routes) {
    add(route.method, base + route.pattern, std::move(route.handler));
    impl_->routes.back().guarded = route.guarded;
  }
  for (auto& [inner_prefix, inner_scope] : inner.impl_->scopes) {
    scope(base + inner_prefix, std::move(inner_scope));
  }
}

void Router::handle(Request& request, Response& response) const {
  try {
    impl_->dispatch(request, response);
  } catch (const std::exception&) {
    // A handler that deferred has given the answer away: its Deferred answers, at the latest when
    // it is dropped.
    if (!response.deferred()) fail(request, response);
  }
}

void Router::fail(const Request& request, Response& response) const {
  response.clear();
  if (const Handler* failure = impl_->scoped(request.path, &Scope::failure)) {
    return (*failure)(request, response);
  }
  problem(response, 500, "internal_error", "the server failed to answer this request");
}

std::vector<Router::Route> Router::routes() const {
  std::vector<Route> out;
  out.reserve(impl_->routes.size());
  for (const Registered& route : impl_->routes) {
    out.push_back({route.method, route.pattern, route.guarded});
  }
  return out;
}

}  // namespace mainstay::http
