#include "apps/clusters/outbound/kube/reflection.hpp"

#include <future>
#include <thread>

#include <doctest/doctest.h>

#include "apps/clusters/outbound/kube/cached_objects.hpp"
#include "apps/clusters/outbound/kube/scripted_transport.hpp"

namespace mainstay::clusters::reflection_test {
namespace {

using test::status_text;

struct Told final : ReflectionObserver {
  std::string text;
  void published(const CacheState&, bool) override {}
  void listed(const std::string&, std::size_t objects) override {
    text += "listed " + std::to_string(objects) + "\n";
  }
  void events(const std::string&, std::uint64_t count) override {
    text += "events " + std::to_string(count) + "\n";
  }
  void failed(const std::string&, const ReflectorFailure& failure) override {
    text += "failed " + std::to_string(failure.status) + " " + failure.text + "\n";
  }
};

/// A copy of metadata, and the server that it is a copy of.
struct Copy {
  using Make = CachedObjects<ObjectFacts>::Make;
  explicit Copy(bool streaming = false, bool metadata_only = true, Make make = object_facts)
      : objects(std::move(make), {.name = "secrets"}),
        reflection(server, clock,
                   {.name = "secrets", .path = "/api/v1/secrets", .metadata_only = metadata_only},
                   {.page_size = 2, .streaming_lists = streaming}, Random{1}, objects, told) {
    reflection.start();
  }

  /// "name=version" of all, and the cache's own version.
  [[nodiscard]] std::string content() const {
    std::string text;
    objects.view()->objects.for_each([&text](const ObjectFacts& one) {
      text.append(one.name()).append("=").append(one.fields().resource_version).append(" ");
    });
    return text + "@" + objects.view()->state.resource_version;
  }
  [[nodiscard]] CacheState state() const { return objects.view()->state; }

  ManualClock clock{SystemTime{Seconds{1'000'000}}};
  test::ScriptedTransport server{clock};
  CachedObjects<ObjectFacts> objects;
  Told told;
  Reflection reflection;
};

std::string object(const std::string& name, const std::string& version) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"n","resourceVersion":")" + version +
         R"("}})";
}
std::string list(const std::string& version, const std::string& continue_token,
                 const std::string& items) {
  return R"({"kind":"List","metadata":{"resourceVersion":")" + version + R"(","continue":")" +
         continue_token + R"("},"items":[)" + items + "]}";
}
std::string event(const std::string& type, const std::string& of) {
  return R"({"type":")" + type + R"(","object":)" + of + "}\n";
}
std::string bookmark(const std::string& version, bool initial_end = false) {
  return event("BOOKMARK",
               R"({"metadata":{"resourceVersion":")" + version + "\"" +
                   (initial_end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "") +
                   "}}");
}

/// One that has listed `a` and `b` at version 10 and watches.
void sync(Copy& copy) {
  copy.server.answer(list("10", "", object("a", "1") + "," + object("b", "2")));
  REQUIRE(copy.content() == "a=1 b=2 @10");
}

}  // namespace

TEST_CASE("reflection: pages are buffered, and readers see the list when it is whole") {
  Copy copy;
  CHECK(copy.server.asked().path == "/api/v1/secrets?limit=2&resourceVersion=0");
  CHECK(copy.server.header("Accept") ==
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
  copy.server.answer(list("10", "to/ken", object("a", "1") + "," + object("b", "2")));
  CHECK(copy.content() == "@");
  CHECK_FALSE(copy.state().synced);
  CHECK(copy.server.asked().path == "/api/v1/secrets?limit=2&continue=to%2Fken");
  copy.server.answer(list("10", "", object("c", "3")));
  CHECK(copy.content() == "a=1 b=2 c=3 @10");
  CHECK(copy.state().synced);
  CHECK(copy.state().objects == 3);
  CHECK(copy.state().heard == copy.clock.wall());
  CHECK(copy.server.asked().path.starts_with(
      "/api/v1/secrets?watch=true&allowWatchBookmarks=true&timeoutSeconds="));
  CHECK(copy.server.asked().path.ends_with("&resourceVersion=10"));
  CHECK(copy.server.header("Accept") ==
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
  CHECK(copy.told.text == "listed 3\n");
}

TEST_CASE(
    "reflection: a list that is held open, between its bytes or within one, stops no reader") {
  std::promise<void> entered;
  std::promise<void> go_on;
  Copy copy{false, true, [&](const Document& one) {
              ObjectFacts facts = object_facts(one);
              if (facts.name() == "held") {
                entered.set_value();
                go_on.get_future().wait();
              }
              return facts;
            }};
  sync(copy);
  copy.server.part(event("ERROR", status_text(410, "Expired", "too old resource version: 10")));
  REQUIRE(copy.server.asked().path == "/api/v1/secrets?limit=2");
  const std::string text =
      list("30", "", object("a", "21") + "," + object("held", "22") + "," + object("z", "23"));
  const auto readers_see = [&](const char* what) {
    std::string seen;
    std::thread{[&] { seen = copy.content(); }}.join();
    CHECK(seen == what);
  };
  // The server has sent half of it.
  const std::size_t half = text.find("held");
  copy.server.part(std::string_view{text}.substr(0, half));
  readers_see("a=1 b=2 @10");
  // The connection's thread is in the middle of an object.
  std::thread connection{[&] {
    copy.server.part(std::string_view{text}.substr(half));
    copy.server.end();
  }};
  entered.get_future().wait();
  readers_see("a=1 b=2 @10");
  go_on.set_value();
  connection.join();
  readers_see("a=21 held=22 z=23 @30");
}

TEST_CASE("reflection: events change the copy as they come, cut anywhere") {
  Copy copy;
  sync(copy);
  const std::string text = event("ADDED", object("c", "11")) +
                           event("MODIFIED", object("a", "12")) +
                           event("DELETED", object("b", "13")) + bookmark("20");
  for (const char c : text) copy.server.part({&c, 1});
  CHECK(copy.content() == "a=12 c=11 @20");
  copy.server.part(event("DELETED", object("none", "21")) + event("ADDED", object("d", "22")));
  CHECK(copy.content() == "a=12 c=11 d=22 @22");
  CHECK(copy.told.text.ends_with("events 1\nevents 2\n"));
}

TEST_CASE(
    "reflection: a stream that ends goes on from the last version, a broken one after a pause") {
  Copy copy;
  sync(copy);
  copy.server.part(bookmark("15"));
  copy.server.pass(Millis{400'000});
  copy.server.end();
  CHECK(copy.server.asked().path.ends_with("&resourceVersion=15"));
  copy.server.part(event("ADDED", object("c", "16")));
  copy.server.break_off();
  CHECK(copy.server.is_idle());
  CHECK(copy.state().problem.find("the connection broke") != std::string::npos);
  CHECK(copy.state().synced);
  CHECK(copy.server.wait() >= Millis{800});
  CHECK(copy.server.asked().path.ends_with("&resourceVersion=16"));
  copy.server.part(bookmark("17"));
  CHECK(copy.state().problem.empty());
  CHECK(copy.content() == "a=1 b=2 c=16 @17");
}

TEST_CASE("reflection: an event cut short by the stream's end is no event") {
  Copy copy;
  sync(copy);
  copy.server.part(R"({"type":"DELETED","object":{"metadata":{"name":"a","namespace":"n")");
  copy.server.end();
  CHECK(copy.told.text.find("failed 0 the watch ended within an event") != std::string::npos);
  CHECK(copy.content() == "a=1 b=2 @10");
}

TEST_CASE("reflection: silence beyond the watch's own time is a dead connection") {
  Copy copy;
  sync(copy);
  // The transport ends it; here is what it is told to wait.
  CHECK(copy.server.asked().deadline >= Millis{305'000});
  CHECK(copy.server.asked().deadline <= Millis{606'000});
}

TEST_CASE("reflection: a version that is gone is listed anew at once, and readers see no gap") {
  Copy copy;
  sync(copy);
  SUBCASE("as an event") {
    copy.server.part(event("ERROR", status_text(410, "Expired", "too old resource version: 10")));
  }
  SUBCASE("as the watch's answer") {
    copy.server.end(410, status_text(410, "Expired", "too old resource version: 10"));
  }
  CHECK(copy.server.asked().path == "/api/v1/secrets?limit=2");
  CHECK(copy.content() == "a=1 b=2 @10");
  CHECK(copy.state().problem.empty());
  const auto before = copy.objects.view();
  copy.server.answer(list("90", "", object("b", "2") + "," + object("c", "80")));
  CHECK(copy.content() == "b=2 c=80 @90");  // what the list has not is gone
  // What did not change takes no more memory: it is the same object.
  CHECK(copy.objects.view()->objects.find("b", "n") == before->objects.find("b", "n"));
  CHECK(copy.told.text == "listed 2\nlisted 2\n");
}

TEST_CASE("reflection: a version that the server does not know yet is asked for without one") {
  Copy copy;
  sync(copy);
  copy.server.end(504, status_text(504, "Timeout", "Too large resource version: 10, current: 5",
                                   R"({"causes":[{"reason":"ResourceVersionTooLarge"}]})"));
  CHECK(copy.server.asked().path == "/api/v1/secrets?limit=2");
  copy.server.answer(list("5", "", object("a", "1")));
  CHECK(copy.content() == "a=1 @5");  // restored from an older backup: versions go back
}

TEST_CASE(
    "reflection: a continue token that expired begins the list anew, and buffers nothing twice") {
  Copy copy;
  copy.server.answer(list("10", "t", object("a", "1") + "," + object("gone", "2")));
  copy.server.end(410, status_text(410, "Expired", "The provided continue parameter is too old"));
  CHECK(copy.server.asked().path == "/api/v1/secrets?limit=2");
  copy.server.answer(list("11", "", object("a", "1")));
  CHECK(copy.content() == "a=1 @11");
}

TEST_CASE("reflection: forbidden and overloaded servers are told of, and get time") {
  Copy copy;
  copy.server.end(403, status_text(403, "Forbidden", "secrets is forbidden"));
  CHECK(copy.told.text == "failed 403 secrets is forbidden\n");
  CHECK(copy.state().problem == "secrets is forbidden");
  CHECK(copy.server.wait() >= Millis{800});
  copy.server.end(429, status_text(429, "TooManyRequests", "slow down"), {{"retry-after", "45"}});
  CHECK(copy.server.wait() == Millis{45'000});
  copy.server.end(503, "<html>a proxy's page</html>", {{"Retry-After", "soon"}});
  CHECK(copy.told.text.ends_with("failed 503 HTTP status 503\n"));
  CHECK(copy.server.wait() >= Millis{3'200});
  sync(copy);
  CHECK(copy.state().problem.empty());
}

TEST_CASE(
    "reflection: an answer that is no list of Kubernetes is a failure, not an empty cluster") {
  for (const char* body : {"<html></html>", "{}", R"({"items":[{"metadata":{"name":"a"}}]})",
                           R"({"metadata":{"resourceVersion":"7"},"items":[)"}) {
    CAPTURE(body);
    Copy copy;
    sync(copy);
    copy.server.part(event("ERROR", status_text(410, "Expired", "old")));
    copy.server.part(body);
    if (!copy.server.is_idle()) copy.server.end();
    CHECK(copy.content() == "a=1 b=2 @10");
    CHECK_FALSE(copy.state().problem.empty());
    CHECK(copy.server.is_idle());
  }
}

TEST_CASE(
    "reflection: a streaming list is seen when its bookmark has come, and goes on as a watch") {
  Copy copy{true};
  CHECK(copy.server.asked().path.find("&resourceVersion=&sendInitialEvents=true&"
                                      "resourceVersionMatch=NotOlderThan") != std::string::npos);
  copy.server.part(event("ADDED", object("b", "9")) + event("ADDED", object("a", "2")));
  copy.server.part(bookmark("10"));
  CHECK_FALSE(copy.state().synced);
  copy.server.part(bookmark("10", true) + event("MODIFIED", object("a", "11")));
  CHECK(copy.content() == "a=11 b=9 @11");
  CHECK(copy.told.text == "events 2\nevents 1\nlisted 2\nevents 2\n");
  copy.server.pass(Millis{400'000});
  copy.server.end();
  CHECK(copy.server.asked().path.ends_with("&resourceVersion=11"));
  // A relist streams again, and what was removed meanwhile is gone.
  copy.server.end(410, status_text(410, "Expired", "old"));
  CHECK(copy.server.asked().path.find("sendInitialEvents") != std::string::npos);
  copy.server.part(event("ADDED", object("b", "9")) + bookmark("20", true));
  CHECK(copy.content() == "b=9 @20");
}

TEST_CASE("reflection: a server without streaming lists is asked for pages, without a word") {
  Copy copy{true};
  SUBCASE("it says so") {
    copy.server.end(422, status_text(422, "Invalid", "sendInitialEvents: Forbidden"));
  }
  SUBCASE("it ends the stream early") {
    copy.server.part(event("ADDED", object("x", "1")));
    copy.server.end();
  }
  CHECK(copy.server.asked().path == "/api/v1/secrets?limit=2&resourceVersion=0");
  sync(copy);
  CHECK(copy.told.text.find("failed") == std::string::npos);
}

TEST_CASE("reflection: of a Secret nothing but metadata is kept, though a server sends it whole") {
  Copy copy;
  copy.server.answer(
      list("10", "",
           R"({"metadata":{"name":"db","namespace":"n","resourceVersion":"1","managedFields":[{}],)"
           R"("annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}","note":"x"}},)"
           R"("data":{"password":"c2VjcmV0"},"stringData":{"password":"secret"}})"));
  const auto view = copy.objects.view();
  const ObjectFacts* facts = view->objects.find("db", "n");
  REQUIRE(facts != nullptr);
  CHECK(facts->annotations() == ObjectFacts::Pairs{{"note", "x"}});
}

TEST_CASE("reflection: a kind that is read whole asks for it whole") {
  Copy copy{false, false};
  CHECK(copy.server.header("Accept") == "application/json");
}

TEST_CASE("reflection: objects without a name are left out and counted") {
  Copy copy;
  copy.server.answer(list("10", "", R"({"metadata":{}},7,)" + object("a", "1")));
  CHECK(copy.content() == "a=1 @10");
  CHECK(copy.objects.unreadable() == 2);
}

TEST_CASE("reflection: the transport's end is no failure") {
  Copy copy;
  sync(copy);
  copy.server.end(Error{http::ClientErrc::stopped});
  CHECK(copy.server.is_idle());
  CHECK(copy.told.text == "listed 2\n");
}

}  // namespace mainstay::clusters::reflection_test
