#include <thread>

#include "platform/auth/cases/administration.hpp"
#include "platform/auth/cases/sign_in.hpp"
#include "platform/auth/desk_fixture.hpp"
#include "platform/http/server.hpp"
#include "platform/http/test_client.hpp"

namespace mainstay::auth::guard_server_test {

TEST_CASE("guard: a caller is looked up behind the I/O thread, and the handler may defer too") {
  TestDesk<SqliteOnFile> test;
  MachineClock clock;
  const std::string password = "correct horse battery";
  REQUIRE(make_user(*test.store, test.desk->hasher, {"ada", "ada@example.org", {}, password},
                    clock.wall())
              .has_value());
  const auto signed_in = test.run(login, {{"login", "ada"}, {"password", password}}, clock.wall());
  REQUIRE(signed_in.has_value());

  http::Router router;
  std::vector<std::thread> workers;
  router.add(http::Method::get, "/now",
             test.desk->guard.require({}, [](const http::Request& request, http::Response& response,
                                             const Caller& caller) {
               response.body() = caller.name + " " + std::string{request.target};
             }));
  router.add(
      http::Method::get, "/later",
      test.desk->guard.require(
          {}, [&](const http::Request&, http::Response& response, const Caller& caller) {
            workers.emplace_back([later = response.defer(), name = caller.name]() mutable {
              later.complete([name](http::Response& answer) { answer.body() = name + " later"; });
            });
          }));
  http::ServerOptions options;
  options.threads = 1;
  http::Listener listener;
  listener.port = 0;
  listener.router = &router;
  options.listeners.push_back(listener);
  http::Server server{options, clock};
  REQUIRE(server.start().has_value());

  http::test::Client client{server.port()};
  const auto ask = [&](const std::string& path, const std::string& token) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nCookie: " + std::string{session_cookie} +
                "=" + token + "\r\n\r\n");
    return client.read();
  };
  const std::string& token = signed_in->cookie->token;
  CHECK(ask("/later", std::string(64, '0')).status == 401);
  CHECK(ask("/later", token).body == "ada later");       // looked up, then deferred once more
  CHECK(ask("/now?a=b", token).body == "ada /now?a=b");  // remembered
  test.desk->guard.forget_user(require_user(*test.store, "ada")->id);
  CHECK(test.desk->guard.remembered() == 0);
  CHECK(ask("/now?c=d", token).body == "ada /now?c=d");  // looked up
  CHECK(ask("/later", token).body == "ada later");       // remembered, then deferred
  server.stop();
  for (std::thread& worker : workers) worker.join();
}

}  // namespace mainstay::auth::guard_server_test
