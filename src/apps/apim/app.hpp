#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/core/platform.hpp"
#include "platform/gate/gate.hpp"
#include "platform/http/router.hpp"
#include "platform/store/migrations.hpp"

namespace mainstay::apim {

/// API management as a module: construct (no effects), start(), stop(). Decides on the I/O threads;
/// owns a ticker for webhook pings and snapshots. One thread calls the life cycle.
class App {
 public:
  explicit App(Platform& platform);
  ~App();

  /// Brings back counters and catalog.
  Result<> start();
  /// After the server has stopped: leaves a snapshot.
  Result<> stop();

  /// `everywhere`: the router serves nothing else of ours, so the public API's refusals hold for
  /// every path of it.
  void register_public_routes(http::Router& router, bool everywhere);
  /// With the page /apim, unless a setting turns that off.
  void register_internal_routes(http::Router& router);

  /// Logs which services and metrics gates name that are not there.
  void say_what_gates_lack();
  /// What lets requests of other applications' routes pass, by a service of ours: keys are checked
  /// and usage is counted as by authrep. After start(); lives as long as this.
  gate::Authority& gate(std::string_view service_id);

  /// What an answer must wait for; see http::CommitBarrier.
  bool commit(UniqueFunction<void()> when_durable);

  /// A small tenant to try things with. Waits for it to be stored; made twice it is the same.
  Result<> add_demo();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The schema changes of this app, embedded from migrations/.
std::span<const store::Migration> migrations();

}  // namespace mainstay::apim
