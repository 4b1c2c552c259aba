#include <doctest/doctest.h>

#include "apps/clusters/embedded_cluster/api_call.hpp"
#include "apps/clusters/embedded_cluster/discovery.hpp"
#include "apps/clusters/embedded_cluster/openapi.hpp"
#include "apps/clusters/embedded_cluster/presenter.hpp"
#include "apps/clusters/embedded_cluster/table.hpp"
#include "apps/clusters/embedded_cluster/test_state.hpp"
#include "apps/clusters/embedded_cluster/tokens.hpp"
#include "base/bytes.hpp"

// What is read from requests, and the documents that answers consist of.
namespace mainstay::clusters::embedded::documents_test {
namespace {

using test::doc;
using test::Fixture;
using Kind = Place::Kind;

std::string read(std::string_view path) {
  const Place at = parse_place(path);
  return std::to_string(static_cast<int>(at.kind)) + ' ' + at.group + '|' + at.version + '|' +
         at.plural + '|' + at.space + '|' + at.name + '|' + at.subresource + '|' + at.path;
}

std::string kind(Kind one) { return std::to_string(static_cast<int>(one)); }

/// The fields of a protobuf message: number and content of those that have a length.
std::vector<std::pair<unsigned, std::string>> fields(const std::string& message) {
  std::vector<std::pair<unsigned, std::string>> out;
  ByteReader reader{as_bytes(message)};
  while (reader.ok() && !reader.at_end()) {
    const auto tag = reader.varint();
    if ((tag & 7U) == 2) {
      out.emplace_back(static_cast<unsigned>(tag >> 3U), std::string{reader.text()});
    } else {
      out.emplace_back(static_cast<unsigned>(tag >> 3U), std::to_string(reader.varint()));
    }
  }
  CHECK(reader.ok());
  return out;
}

std::string field(const std::string& message, unsigned number) {
  for (const auto& [is, content] : fields(message)) {
    if (is == number) return content;
  }
  return {};
}

/// Of repeated NamedX.
std::string value_of(const std::string& message, unsigned number, const std::string& name) {
  for (const auto& [is, content] : fields(message)) {
    if (is == number && field(content, 1) == name) return field(content, 2);
  }
  return {};
}

}  // namespace

TEST_CASE("api call: paths, of the core group and of others") {
  CHECK(read("/api") == kind(Kind::api) +
                            " |||||"
                            "|/api");
  CHECK(read("/api/v1") == kind(Kind::group_version) +
                               " |v1||||"
                               "|/api/v1");
  CHECK(read("/apis/a.b").substr(0, 6) == kind(Kind::group) + " a.b|");
  CHECK(read("/apis/a.b/v1/things/x/status") == kind(Kind::resource) + " a.b|v1|things||x|status|");
  CHECK(read("/apis/a.b/v1/namespaces/n/things/x") ==
        kind(Kind::resource) + " a.b|v1|things|n|x||");
  CHECK(read("/api/v1/namespaces/n") == kind(Kind::resource) + " |v1|namespaces||n||");
  CHECK(read("/api/v1/namespaces/n/status") == kind(Kind::resource) + " |v1|namespaces||n|status|");
  CHECK(read("/api/v1/namespaces/n/secrets") == kind(Kind::resource) + " |v1|secrets|n|||");
  CHECK(read("/api/v1/namespaces/n/services/http:s:p/proxy/v1/cert.pem") ==
        kind(Kind::proxy) + " |v1|services|n|http:s:p|proxy|/v1/cert.pem");
  CHECK(parse_place("/apis/a/v1/x/%2e%2e%2fy").kind == Kind::unknown);
  CHECK(parse_place("/apis/a/v1/x/%zz").kind == Kind::unknown);
  CHECK(parse_place("/apis/a/v1/x/y/z/w").kind == Kind::unknown);
  CHECK(parse_place("/healthz").kind == Kind::other);
}

TEST_CASE("api call: the first shape that there is, of those that a client takes") {
  CHECK(parse_accept("")->shape == Shape::object);
  CHECK(parse_accept("application/vnd.kubernetes.protobuf, application/json")->shape ==
        Shape::object);
  const auto table = parse_accept(
      "application/json;as=Table;v=v1beta2;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g="
      "meta.k8s.io,application/json");
  CHECK(table->shape == Shape::table);
  CHECK(table->table_version == "v1beta1");
  CHECK(parse_accept("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")->shape ==
        Shape::metadata);
  CHECK(parse_accept("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
            ->discovery_version == "v2");
  CHECK(parse_accept("application/com.github.proto-openapi.spec.v2@v1.0+protobuf")->protobuf);
  CHECK_FALSE(parse_accept("text/html"));
}

TEST_CASE("api call: parameters, and the ones that are refused") {
  const auto query = Query::parse(
      "watch=1&limit=500&timeoutSeconds=7&labelSelector=a%3Db&dryRun=All&fieldManager=m&force=true"
      "&fieldValidation=Strict&allowWatchBookmarks=true");
  REQUIRE(query);
  CHECK(query->watch);
  CHECK(query->allow_bookmarks);
  CHECK(query->limit == 500);
  CHECK(query->timeout == Seconds{7});
  CHECK(query->label_selector == "a=b");
  CHECK(query->write.dry_run);
  CHECK(query->write.force);
  CHECK(query->write.validation == FieldValidation::strict);
  for (const char* const bad :
       {"limit=x", "timeoutSeconds=-1", "dryRun=Some", "fieldValidation=x", "a=%zz"}) {
    CAPTURE(bad);
    CHECK_FALSE(Query::parse(bad));
  }
  CHECK_FALSE(Query::parse("fieldManager=" + std::string(129, 'm')));
  CHECK(default_manager("kubectl/v1.20 (linux)") == "kubectl");
  CHECK(default_manager("") == "unknown");
}

TEST_CASE("api call: continue tokens come back as they went, and others are refused") {
  const ContinueToken token{42, "space/n\xC3\xA4me?>"};
  const auto back = ContinueToken::parse(token.text());
  REQUIRE(back.has_value());
  CHECK(back->revision == 42);
  CHECK(back->after == token.after);
  for (const char* const bad : {"", "?", "e30", "bm90IGpzb24"}) {
    CHECK_FALSE(ContinueToken::parse(bad).has_value());
  }
}

TEST_CASE("table: JSONPaths of columns find what they say") {
  const Document object = doc("{'spec':{'a':{'b':[{'n':'x','v':1},{'n':'y','v':2}]},'dot.ted':5}}");
  const auto found = [&](std::string_view path) {
    const Document* at = find_by_path(object, path);
    return at == nullptr ? std::string{"-"} : quoted(*at);
  };
  CHECK(found(".spec.a.b[1].v") == "2");
  CHECK(found("{.spec.a.b[*].n}") == "\"x\"");
  CHECK(found(".spec.a.b[?(@.n==\"y\")].v") == "2");
  CHECK(found(".spec['dot.ted']") == "5");
  CHECK(found(".spec.dot\\.ted") == "5");
  for (const char* const nothing : {".spec.no", ".spec.a.b[7]", "spec", ".spec.a.b[",
                                    ".spec.a.b[?(@.n==\"z\")]", ".spec.a.b[x]", "]["}) {
    CAPTURE(nothing);
    CHECK(found(nothing) == "-");
  }
}

TEST_CASE("table: ages as kubectl tells them") {
  const auto age = [](std::int64_t seconds) { return age_text(Seconds{seconds}); };
  CHECK(age(0) == "0s");
  CHECK(age(119) == "119s");
  CHECK(age(190) == "3m10s");
  CHECK(age(3'600) == "60m");
  CHECK(age(4 * 3'600 + 300) == "4h5m");
  CHECK(age(30 * 3'600) == "30h");
  CHECK(age(3 * 86'400) == "3d");
  CHECK(age(100 * 86'400) == "100d");
  CHECK(age(800LL * 86'400) == "2y70d");
  CHECK(age(-5) == "0s");
}

TEST_CASE("table: rows have the columns of their kind, and what the client wants of the object") {
  Fixture f;
  const Document made = f.make("example.org/v1", "groups",
                               doc("{'metadata':{'name':'g'},'spec':{'size':{'max':3}}}"));
  const ResourceType type = f.group().type;
  CHECK(quoted(*table_row(type, made, RowObject::none, test::by("").now).find("cells")) ==
        R"(["g",3])");
  const Document secret = f.make("v1", "namespaces", doc("{'metadata':{'name':'n'}}"));
  const auto row =
      table_row(f.at("v1", "namespaces").type, secret, RowObject::metadata, test::by("", 75).now);
  CHECK(quoted(*row.find("cells")) == R"(["n","Active","75s"])");
  CHECK(text_of(row, {"object", "kind"}) == "PartialObjectMetadata");
  CHECK(row.find("object")->find("status") == nullptr);
}

TEST_CASE("discovery: groups once, preferred versions first, subresources beside") {
  const Fixture f;
  const Document groups = api_group_list(f.state.types());
  std::vector<std::string> names;
  for (const Document& one : *groups.find("groups")->if_array()) {
    names.push_back(text_of(one, {"name"}) + '@' + text_of(one, {"preferredVersion", "version"}));
  }
  CHECK(names == std::vector<std::string>{"apiextensions.k8s.io@v1", "authorization.k8s.io@v1",
                                          "authentication.k8s.io@v1", "example.org@v1"});
  const auto list = api_resource_list(f.state.types(), "example.org", "v1");
  REQUIRE(list.has_value());
  CHECK(list->find("resources")->if_array()->size() == 2);
  CHECK_FALSE(api_resource_list(f.state.types(), "example.org", "v9").has_value());
  CHECK_FALSE(api_group(f.state.types(), "no.such").has_value());
  const Document all =
      aggregated_discovery(f.state.types(), Groups::named, "apidiscovery.k8s.io/v2");
  const Document& last = all.find("items")->if_array()->back();
  CHECK(last.find("versions")->if_array()->size() == 2);
  CHECK(text_of(last.find("versions")->if_array()->front().find("resources")->if_array()->front(),
                {"responseKind", "kind"}) == "Group");
}

TEST_CASE("openapi: v2 as protobuf says what kubectl looks for") {
  const Fixture f;
  const Document document = openapi_v2(f.state.types());
  const std::string message = openapi_v2_protobuf(document);
  CHECK(field(message, 1) == "2.0");
  const std::string models = field(message, 9);
  const std::string group = value_of(models, 1, "org.example.v1.Group");
  const std::string mark = value_of(group, 31, "x-kubernetes-group-version-kind");
  CHECK(field(mark, 2) == R"([{"group":"example.org","version":"v1","kind":"Group"}])");
  const std::string spec = value_of(field(group, 25), 1, "spec");
  const std::string mode = value_of(field(spec, 25), 1, "mode");
  CHECK(field(field(mode, 22), 1) == "string");
  const std::string paths = field(message, 8);
  const std::string path = value_of(paths, 2, "/api/v1/namespaces/{name}");
  const std::string patch = field(path, 8);
  std::vector<std::string> parameters;
  for (const auto& [number, content] : fields(patch)) {
    if (number == 8) parameters.push_back(field(field(field(field(content, 1), 2), 3), 4));
  }
  CHECK(parameters ==
        std::vector<std::string>{"dryRun", "fieldManager", "fieldValidation", "force"});
}

TEST_CASE("openapi: v3 has an address for each version, which changes with what there is") {
  Fixture f;
  const Document index = openapi_v3_index(f.state.types());
  const std::string address = text_of(index, {"paths", "apis/example.org/v1", "serverRelativeURL"});
  CHECK(address.starts_with("/openapi/v3/apis/example.org/v1?hash="));
  const auto document = openapi_v3(f.state.types(), "apis/example.org/v1");
  REQUIRE(document.has_value());
  CHECK(text_of(*document, {"components", "schemas", "org.example.v1.Group", "properties",
                            "metadata", "$ref"}) ==
        "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  CHECK_FALSE(openapi_v3(f.state.types(), "apis/no/v1").has_value());
  REQUIRE(f.state.remove(
      f.at("apiextensions.k8s.io/v1", "customresourcedefinitions", "groups.example.org"), {}));
  CHECK(text_of(openapi_v3_index(f.state.types()), {"paths", "api/v1", "serverRelativeURL"}) !=
        text_of(index, {"paths", "api/v1", "serverRelativeURL"}));
}

TEST_CASE("tokens: of the kubeconfig and of Secrets, until these are gone") {
  Tokens tokens{"admin-token"};
  CHECK(tokens.find("Bearer admin-token")->may("delete"));
  CHECK(tokens.find("") == nullptr);
  CHECK(tokens.find("Bearer ") == nullptr);
  CHECK(tokens.find("Basic admin-token") == nullptr);
  Document secret =
      doc("{'type':'kubernetes.io/service-account-token','metadata':{'namespace':'n','annotations':"
          "{'kubernetes.io/service-account.name':'sa','mainstay/verbs':'get, list'}}}");
  add_token(secret, "random");
  tokens.note("n/s", &secret);
  const Caller* caller = tokens.find("bearer random");
  REQUIRE(caller != nullptr);
  CHECK(caller->user == "system:serviceaccount:n:sa");
  CHECK(caller->may("list"));
  CHECK_FALSE(caller->may("watch"));
  tokens.note("n/s", nullptr);
  CHECK(tokens.find("Bearer random") == nullptr);
}

TEST_CASE("presenter: events and bookmarks in the shape that was asked for") {
  Fixture f;
  const Document made =
      f.make("example.org/v1", "groups", doc("{'metadata':{'name':'g'},'spec':{}}"));
  Acceptance accept;
  accept.shape = Shape::table;
  std::string out;
  const Presenter tables{f.group().type, accept, {}};
  tables.append_event(out, "ADDED", made, 0, test::by("").now);
  const auto event = json::parse(out);
  REQUIRE(event.has_value());
  CHECK(out.back() == '\n');
  CHECK(text_of(*event, {"object", "kind"}) == "Table");
  CHECK(find_path(*event, {"object", "rows"})->if_array()->size() == 1);
  out.clear();
  accept.shape = Shape::metadata;
  Presenter{f.group().type, accept, {}}.append_bookmark(out, 77, true);
  CHECK(out == R"({"type":"BOOKMARK","object":{"kind":"PartialObjectMetadata","apiVersion":)"
               R"("meta.k8s.io/v1","metadata":{"resourceVersion":"77","creationTimestamp":null,)"
               R"("annotations":{"k8s.io/initial-events-end":"true"}}}})"
               "\n");
}

}  // namespace mainstay::clusters::embedded::documents_test
