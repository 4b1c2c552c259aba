#include "apps/clusters/embedded_cluster/versioned_store.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/embedded_cluster/selector.hpp"
#include "apps/clusters/embedded_cluster/test_state.hpp"

namespace mainstay::clusters::embedded::versioned_store_test {
namespace {

using test::doc;

std::string keys(const VersionedStore::Page& page) {
  std::string out;
  for (const auto& [key, object] : page.objects) {
    out += key + '@' + text_of(*object, {"metadata", "resourceVersion"}) + ' ';
  }
  return out;
}

bool takes(const char* labels, const char* fields, const std::string& object) {
  const auto selector = Selector::parse(labels, fields);
  REQUIRE(selector);
  return selector->matches(doc(object));
}

}  // namespace

TEST_CASE("versioned store: each write has a revision, and the object says it") {
  VersionedStore store;
  CHECK(store.revision() == 1);
  store.put("secrets", "a/x", doc("{'v':1}"), 10);
  store.put("secrets", "a/y", doc("{}"), 20);
  store.put("secrets", "a/x", doc("{'v':2}"), 30);
  CHECK(keys(store.page("secrets", "", 4, "", 0)) == "a/x@4 a/y@3 ");
  CHECK(store.objects() == 2);
  CHECK(store.bytes() == 50);
  const Change& gone = store.remove("secrets", "a/y");
  CHECK(gone.revision == 5);
  CHECK(text_of(*gone.told, {"metadata", "resourceVersion"}) == "5");
  CHECK(store.find("secrets", "a/y") == nullptr);
  CHECK(store.bytes() == 30);
}

TEST_CASE(
    "versioned store: a list shows one moment, on every page, whatever is written meanwhile") {
  VersionedStore store;
  for (const char* const key : {"a/1", "a/2", "a/3", "b/1"}) store.put("s", key, doc("{}"), 1);
  const Revision then = store.revision();
  const auto first = store.page("s", "", then, "", 2);
  CHECK(keys(first) == "a/1@2 a/2@3 ");
  CHECK_FALSE(first.is_last);
  store.put("s", "a/3", doc("{'changed':1}"), 1);
  store.put("s", "a/21", doc("{}"), 1);
  store.remove("s", "b/1");
  store.put("other", "a/22", doc("{}"), 1);
  const auto second = store.page("s", "", then, "a/2", 2);
  CHECK(keys(second) == "a/3@4 b/1@5 ");
  CHECK(second.is_last);
  CHECK(keys(store.page("s", "a/", store.revision(), "", 0)) == "a/1@2 a/2@3 a/21@7 a/3@6 ");
  CHECK(keys(store.page("s", "a/", then, "", 0)) == "a/1@2 a/2@3 a/3@4 ");
  CHECK(store.page("none", "", then, "", 0).objects.empty());
}

TEST_CASE("versioned store: changes are kept up to a bound, by number and by size") {
  VersionedStore few({.changes_max = 3, .change_bytes_max = 1'000});
  for (int i = 0; i < 5; ++i) few.put("s", "k", doc("{}"), 1);
  CHECK(few.oldest_kept() == 3);
  std::vector<Revision> seen;
  few.changes_since(4, [&](const Change& change) {
    seen.push_back(change.revision);
    return true;
  });
  CHECK(seen == std::vector<Revision>{5, 6});
  VersionedStore small({.changes_max = 100, .change_bytes_max = 10});
  for (int i = 0; i < 5; ++i) small.put("s", "k", doc("{}"), 6);
  CHECK(small.oldest_kept() == 5);
}

TEST_CASE("selector: labels by equality, by sets, by presence") {
  const std::string object =
      "{'metadata':{'name':'n','labels':{'a':'1','b.org/c':'x'}},'type':'t'}";
  for (const char* const good : {"", "a=1", "a==1", "a!=2", "a", "!z", "a in (1,2)", "a notin (3)",
                                 "z notin (1)", "z!=1", "a=1,b.org/c=x", "a in (1), b.org/c"}) {
    CAPTURE(good);
    CHECK(takes(good, "", object));
  }
  for (const char* const bad : {"a=2", "a!=1", "z", "!a", "a in (2)", "a notin (1)", "a=1,z=1"}) {
    CAPTURE(bad);
    CHECK_FALSE(takes(bad, "", object));
  }
  for (const char* const wrong : {"=", "a=!", "a in 1", "a in (1", "a b", ",", "-a=1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(Selector::parse(wrong, ""));
  }
}

TEST_CASE("selector: fields by name, and others that objects have") {
  const std::string object = "{'metadata':{'name':'n','namespace':'s'},'type':'t'}";
  CHECK(takes("", "metadata.name=n", object));
  CHECK(takes("", "metadata.name=n,metadata.namespace!=x", object));
  CHECK(takes("", "type=t", object));
  CHECK(takes("", "status.phase=", object));
  CHECK_FALSE(takes("", "metadata.name!=n", object));
  const auto refused = Selector::parse("", "spec.size=1");
  REQUIRE_FALSE(refused);
  CHECK(refused.refusal().message == "field label not supported: spec.size");
}

}  // namespace mainstay::clusters::embedded::versioned_store_test
