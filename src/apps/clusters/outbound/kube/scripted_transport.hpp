#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/clusters/outbound/kube/kube_transport.hpp"
#include "base/clock.hpp"

namespace mainstay::clusters::test {

/// An API server that does what a test says, step by step, without a thread; time is the test's.
class ScriptedTransport final : public KubeTransport {
 public:
  explicit ScriptedTransport(ManualClock& clock) : clock_(clock) {}

  void call(KubeCall call, Done done) override {
    asked_.push_back({std::move(call), {}, std::move(done)});
  }
  CallId stream(KubeCall call, http::ClientStream stream, Done done) override {
    asked_.push_back({std::move(call), std::move(stream), std::move(done)});
    return asked_.size();
  }
  void cancel(CallId) override {}
  void after(Millis wait, UniqueFunction<void()> work) override {
    timers_.emplace_back(wait, std::move(work));
  }

  /// Runs what waits for no time.
  void settle() {
    while (!timers_.empty() && timers_.front().first <= Millis{0}) run_timer();
  }
  /// Lets the one timer's time pass; tells how long that was.
  Millis wait() {
    settle();
    REQUIRE(timers_.size() == 1);
    const Millis waited = timers_.front().first;
    clock_.advance(waited);
    run_timer();
    return waited;
  }
  void pass(Millis time) { clock_.advance(time); }

  /// What is asked now, the first of it.
  [[nodiscard]] const KubeCall& asked() {
    REQUIRE(is_asked());
    return asked_.front().call;
  }
  /// At least one thing is.
  [[nodiscard]] bool is_asked() {
    settle();
    return !asked_.empty();
  }
  [[nodiscard]] bool is_idle() const { return asked_.empty(); }
  [[nodiscard]] std::string header(std::string_view name) {
    for (const auto& [key, value] : asked().headers) {
      if (key == name) return value;
    }
    return {};
  }

  /// A part of the body; an error of its taker ends the answer, as the real one does.
  void part(std::string_view text) {
    REQUIRE(is_asked());
    if (auto taken = asked_.front().stream.on_part(text); taken.has_error()) end(taken.error());
  }
  void end(int status = 200, std::string body = {},
           std::vector<std::pair<std::string, std::string>> headers = {}) {
    http::ClientResponse answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers = std::move(headers);
    end(Result<http::ClientResponse>{std::move(answer)});
  }
  void end(Error error) { end(Result<http::ClientResponse>{std::move(error)}); }
  /// The connection broke.
  void break_off() { end(Error{http::ClientErrc::response_invalid, "the connection broke"}); }
  /// The whole answer of a call or list.
  void answer(std::string_view text) {
    REQUIRE(is_asked());
    if (!asked_.front().stream.on_part) return end(200, std::string{text});
    part(text);
    end();
  }

 private:
  struct Asked {
    KubeCall call;
    http::ClientStream stream;
    Done done;
  };

  void end(Result<http::ClientResponse> answer) {
    REQUIRE(is_asked());
    const Asked first = std::move(asked_.front());
    asked_.pop_front();
    first.done(std::move(answer));
  }
  void run_timer() {
    const auto work = std::move(timers_.front().second);
    timers_.pop_front();
    work();
  }

  ManualClock& clock_;
  std::deque<Asked> asked_;
  std::deque<std::pair<Millis, UniqueFunction<void()>>> timers_;
};

/// A meta/v1 Status.
inline std::string status_text(int code, const std::string& reason, const std::string& message,
                               const std::string& details = "{}") {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" + message +
         R"(","reason":")" + reason + R"(","details":)" + details + R"(,"code":)" +
         std::to_string(code) + "}";
}

}  // namespace mainstay::clusters::test
