#pragma once

#include <memory>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "platform/http/event_loop.hpp"

namespace mainstay::http {

/// Accepts on one listening socket for one event loop; hands the sockets to EventLoop::adopt. When
/// the process is out of descriptors or memory it pauses, since the waiting connections would wake
/// it up without end. The loop's thread.
class Acceptor {
 public:
  Acceptor(EventLoop& loop, const Listener& listener);

  /// Before start(). Fails when the loop cannot watch the socket.
  Result<> open(Descriptor socket);
  void start();
  /// Stops accepting. Unless the queue is kept for a successor, what already waits is taken first.
  void stop(Queue queue);

 private:
  void do_wait();
  void on_ready(bool failed);
  /// False when accepting must pause.
  bool accept_waiting(int accepts_max);
  void do_pause();

  EventLoop& loop_;
  const Listener& listener_;
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
      socket_;
  EventLoop::TickTimer pause_;
};

}  // namespace mainstay::http
