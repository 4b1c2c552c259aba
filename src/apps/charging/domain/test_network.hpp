#pragma once

#include <string>
#include <utility>
#include <variant>

#include "apps/charging/domain/network.hpp"
#include "base/check.hpp"

namespace mainstay::charging {

/// A network for tests, with one or two stations of two connectors and some tags. Every decision
/// goes into `batch`.
struct TestNetwork {
  explicit TestNetwork(NetworkRules rules = {}) : network(rules) {
    first = add("CP-1");
    second = add("CP-2");
    put_tag("CARD1");
    put_tag("CARD2");
    batch = {};
  }

  static SystemTime at(std::int64_t seconds) {
    return SystemTime{Seconds{1'800'000'000 + seconds}};
  }
  static ConnectorNumber number(int connector) {
    return ConnectorNumber{static_cast<std::uint16_t>(connector)};
  }

  StationId add(std::string identity) {
    StationRow row;
    row.identity = std::move(identity);
    auto made = network.add_station(row, now, batch);
    MS_CHECK(made.has_value());
    for (int connector = 1; connector <= 2; ++connector) {
      status(*made, connector, ocpp::ConnectorStatus::available, now);
    }
    return *made;
  }
  void put_tag(std::string tag, std::string parent = {}, int transactions_max = 1) {
    TagRow row;
    row.tag = std::move(tag);
    row.parent = std::move(parent);
    row.transactions_max = transactions_max;
    MS_CHECK(network.put_tag(row, now, batch).has_value());
  }

  /// What it answers; MS_CHECKs by std::get that it is that.
  template <class Request>
  typename Request::Answer say(StationId station, Request request,
                               const Network::Found* found = nullptr) {
    auto answer = network.handle(station, request, now, batch, found);
    MS_CHECK(std::holds_alternative<StationAnswer>(answer));
    return std::get<typename Request::Answer>(std::get<StationAnswer>(answer));
  }
  /// The lookup that it asks for.
  template <class Request>
  Network::Lookup lookup(StationId station, Request request) {
    auto answer = network.handle(station, request, now, batch);
    MS_CHECK(std::holds_alternative<Network::Lookup>(answer));
    return std::get<Network::Lookup>(answer);
  }

  void status(StationId station, int connector, ocpp::ConnectorStatus status, SystemTime at) {
    ocpp::StatusNotification said;
    said.connector_id = number(connector);
    said.status = status;
    said.timestamp = at;
    say(station, said);
  }
  static ocpp::StartTransaction start(int connector, std::string tag, SystemTime at,
                                      WattHours meter = 100) {
    ocpp::StartTransaction said;
    said.connector_id = number(connector);
    said.id_tag = std::move(tag);
    said.meter_start = meter;
    said.timestamp = at;
    return said;
  }
  static ocpp::StopTransaction stop(TransactionId id, SystemTime at, WattHours meter = 200) {
    ocpp::StopTransaction said;
    said.transaction_id = id;
    said.meter_stop = meter;
    said.timestamp = at;
    return said;
  }
  TransactionId begin(StationId station, int connector, std::string tag, SystemTime at) {
    const Network::Found nothing;  // should it ask whether that was told before
    return say(station, start(connector, std::move(tag), at), &nothing).transaction_id;
  }
  static ocpp::MeterValues meter(int connector, std::optional<TransactionId> transaction,
                                 SystemTime at, std::string value) {
    ocpp::SampledValue sample;
    sample.value = std::move(value);
    ocpp::MeterValues said;
    said.connector_id = number(connector);
    said.transaction_id = transaction;
    said.meter_value.push_back({at, {sample}});
    return said;
  }
  template <class Event>
  [[nodiscard]] int count() const {
    int out = 0;
    for (const NetworkEvent& event : batch.events) {
      if (std::holds_alternative<Event>(event)) ++out;
    }
    return out;
  }

  SystemTime now = at(0);
  Network network;
  Batch batch;
  StationId first{};
  StationId second{};
};

}  // namespace mainstay::charging
