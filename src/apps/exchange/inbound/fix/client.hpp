#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/exchange/inbound/fix/gateway.hpp"
#include "apps/exchange/inbound/fix/login.hpp"
#include "apps/exchange/inbound/fix/reader.hpp"
#include "apps/exchange/inbound/fix/session.hpp"
#include "platform/stream/connection.hpp"

namespace mainstay::exchange::fix {

class Client;
using ClientId = std::uint64_t;

/// What a connection needs of the gateway. On the server's thread.
class ClientHost {
 public:
  virtual ~ClientHost() = default;
  [[nodiscard]] virtual Now now() const = 0;
  [[nodiscard]] virtual const GatewayOptions& settings() const = 0;
  /// Whether anything new can be stored.
  [[nodiscard]] virtual bool accepts() const = 0;
  /// Then Client::begin_session() or refuse_login(), perhaps at once.
  virtual void check_login(Client& client, LoginRequest request) = 0;
  /// An application message of its session.
  virtual void take(Client& client, const Message& message) = 0;
  [[nodiscard]] virtual std::size_t unanswered(const Client& client) const = 0;
  /// Its session's numbers changed, or it has something to send.
  virtual void touch(Client& client) = 0;
  virtual void on_logged_on(Client& client, bool cancels_at_end) = 0;
  virtual void on_garbled() = 0;
  /// It asked for these numbers again, and messages among them are not kept any more.
  virtual void on_lost(const Client& client, std::uint64_t from, std::uint64_t to) = 0;
  virtual void on_end(Client& client, std::string_view reason) = 0;
  /// Stores what changed; then what was to be sent is let go.
  virtual void commit() = 0;
};

/// One connection of a FIX client: reads messages, logs on, and is its session's way to the client.
/// What the session sends waits in take_wire() until it is stored. Life: its connection's; thread:
/// the server's.
class Client final : public stream::Protocol {
 public:
  Client(ClientHost& host, stream::Connection& connection, ClientId id);

  void on_bytes(std::string_view bytes) override;
  void on_sent() override;
  void on_tick() override;
  void on_closed() override;

  [[nodiscard]] ClientId id() const { return id_; }
  /// Of whoever says that he logs on.
  [[nodiscard]] const std::string& comp_id() const { return comp_id_; }
  [[nodiscard]] const std::string& address() const { return connection_.peer(); }
  /// 0: none yet.
  [[nodiscard]] SessionNumber session_number() const { return session_number_; }
  [[nodiscard]] bool was_logged_on() const { return was_logged_on_; }
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }
  /// Whether it reads nothing because too much is unanswered.
  [[nodiscard]] bool is_waiting() const { return waiting_; }

  void begin_session(SessionState& state);
  void refuse_login(std::string_view why);
  void send(std::string_view type, std::string body);
  void reject(std::string_view raw, const Defect& defect);
  /// Who has just connected may log on first.
  void log_out(std::string_view why);
  /// Reads on.
  void go_on();

  [[nodiscard]] std::string take_wire();
  /// Sends what take_wire() gave.
  void let_go(std::string_view wire, bool closes);

 private:
  enum class Phase : std::uint8_t { fresh, checking, in_session, over };

  void read();
  void on_first(const Message& message);
  void on_message(const Message& message);
  void on_too_large();
  void after_session();
  void end(std::string_view reason);
  void end_if_late(Seconds patience);

  ClientHost& host_;
  stream::Connection& connection_;
  ClientId id_;
  Phase phase_ = Phase::fresh;
  SteadyTime since_;
  MessageReader reader_;
  std::string logon_;  // while the login is checked
  std::string comp_id_;
  SessionNumber session_number_ = 0;
  std::optional<Session> session_;
  Output output_;
  std::string wire_;  // to be stored first
  std::string reason_ = "the connection was lost";
  std::string leaving_;      // why it is logged out as soon as it has logged on; empty: it is not
  std::size_t garbled_ = 0;  // in a row
  bool was_logged_on_ = false;
  bool waiting_ = false;
};

}  // namespace mainstay::exchange::fix
