#include "apps/clusters/outbound/kube/kube_client.hpp"

#include <atomic>
#include <optional>
#include <unordered_map>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "platform/lane/lane.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t connections_max = 512;
constexpr std::size_t programs_waiting_max = 4;

http::ClientRequest kube_request(const KubeConnection& connection, const KubeIdentity& identity,
                                 const KubeCall& call) {
  http::ClientRequest request;
  request.method = call.method;
  request.url = connection.server + call.path;
  request.headers = call.headers;
  request.headers.insert(request.headers.end(), identity.headers.begin(), identity.headers.end());
  request.body = call.body;
  request.content_type = call.content_type;
  request.trust = http::Trust::operator_address;  // of a kubeconfig or the pod
  request.deadline = call.deadline;
  request.response_bytes_max = call.response_bytes_max;
  request.tls = identity.tls;
  request.server_name = connection.server_name;
  return request;
}

}  // namespace

struct KubeClient::Impl {
  /// A call from its credentials to its end; again with others when they were not taken.
  struct Running {
    KubeCall call;
    std::optional<http::ClientStream> stream;
    Done done;
    http::TransferId transfer = 0;
    bool tried_again = false;
  };

  Impl(KubeConnection connection, const Clock& clock)
      : credentials(std::move(connection), clock, read_kube_file, run_exec,
                    [this](auto work) { return run_elsewhere(std::move(work)); }) {}

  bool run_elsewhere(UniqueFunction<UniqueFunction<void()>()> work);
  CallId submit(KubeCall call, std::optional<http::ClientStream> stream, Done done);
  void begin(CallId id);
  void send(CallId id, const KubeIdentity& identity);
  void ended(CallId id, Result<http::ClientResponse> answer);
  void finish(CallId id, Result<http::ClientResponse> answer);

  std::atomic<CallId> last_id{0};
  KubeCredentials credentials;
  // On the client's thread only.
  std::unordered_map<CallId, Running> running;
  std::unique_ptr<Lane> programs;  // where there are any
  std::atomic<bool> stopped{false};
  http::Client client{{.requests_max = connections_max, .ca_file = {}}};
};

bool KubeClient::Impl::run_elsewhere(UniqueFunction<UniqueFunction<void()>()> work) {
  return programs != nullptr &&
         programs->try_post([this, work = std::move(work)] { client.post(work()); });
}

KubeTransport::CallId KubeClient::Impl::submit(KubeCall call,
                                               std::optional<http::ClientStream> stream,
                                               Done done) {
  const CallId id = ++last_id;
  Running one{.call = std::move(call), .stream = std::move(stream), .done = std::move(done)};
  // Behind stop() nothing is posted any more: the caller is told here.
  if (stopped) {
    one.done(Error{http::ClientErrc::stopped});
    return id;
  }
  client.post([this, id, one = std::move(one)]() mutable {
    running.emplace(id, std::move(one));
    begin(id);
  });
  return id;
}

void KubeClient::Impl::begin(CallId id) {
  credentials.identity([this, id](const Result<KubeIdentity>& identity) {
    if (!running.contains(id)) return;  // cancelled meanwhile
    if (identity.has_error()) return finish(id, identity.error());
    send(id, *identity);
  });
}

void KubeClient::Impl::send(CallId id, const KubeIdentity& identity) {
  const Running& one = running.at(id);
  http::ClientRequest request = kube_request(credentials.connection(), identity, one.call);
  auto done = [this, id](Result<http::ClientResponse> answer) { ended(id, std::move(answer)); };
  http::TransferId transfer = 0;
  if (one.stream) {
    http::ClientStream parts{.on_part = [this, id](std::string_view part) -> Result<> {
                               return running.at(id).stream->on_part(part);
                             },
                             .idle_max = one.stream->idle_max};
    transfer = client.stream(std::move(request), std::move(parts), std::move(done));
  } else {
    transfer = client.send(std::move(request), std::move(done));
  }
  // A client that stops has told its end already.
  if (const auto found = running.find(id); found != running.end()) {
    found->second.transfer = transfer;
  }
}

void KubeClient::Impl::ended(CallId id, Result<http::ClientResponse> answer) {
  const auto found = running.find(id);
  if (found == running.end()) return;
  const bool unauthorized = answer.has_value() && answer->status == 401;
  if (unauthorized && !found->second.tried_again && credentials.refused()) {
    found->second.tried_again = true;
    return begin(id);
  }
  finish(id, std::move(answer));
}

void KubeClient::Impl::finish(CallId id, Result<http::ClientResponse> answer) {
  auto node = running.extract(id);
  node.mapped().done(std::move(answer));
}

Result<std::unique_ptr<KubeClient>> KubeClient::make(
    KubeConnection connection, const Clock& clock,
    const std::vector<std::string>& allowed_programs) {
  const bool has_program = connection.exec.has_value();
  if (has_program && !is_exec_allowed(*connection.exec, allowed_programs)) {
    return Error{Errc::permission_missing,
                 connection.source + " runs the program " + connection.exec->command +
                     " for credentials; name it in apps.clusters.kube_exec_allowed to admit that"};
  }
  auto impl = std::make_unique<Impl>(std::move(connection), clock);
  if (has_program) {
    impl->programs = std::make_unique<Lane>("kube.exec", programs_waiting_max);
    impl->programs->start();
  }
  return std::make_unique<KubeClient>(std::move(impl));
}

KubeClient::KubeClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KubeClient::~KubeClient() { stop(); }

void KubeClient::call(KubeCall call, Done done) {
  impl_->submit(std::move(call), std::nullopt, std::move(done));
}

KubeTransport::CallId KubeClient::stream(KubeCall call, http::ClientStream stream, Done done) {
  return impl_->submit(std::move(call), std::move(stream), std::move(done));
}

void KubeClient::cancel(CallId id) {
  impl_->client.post([impl = impl_.get(), id] {
    const auto found = impl->running.find(id);
    if (found == impl->running.end()) return;
    if (found->second.transfer != 0) return impl->client.cancel(found->second.transfer);
    impl->finish(id, Error{http::ClientErrc::stopped});
  });
}

void KubeClient::after(Millis wait, UniqueFunction<void()> work) {
  impl_->client.post(std::move(work), wait);
}

void KubeClient::stop() {
  if (impl_->stopped.exchange(true)) return;
  if (impl_->programs != nullptr) impl_->programs->stop();
  impl_->client.stop();
  // The thread has gone: those that waited for credentials, and those never begun.
  while (!impl_->running.empty()) {
    impl_->finish(impl_->running.begin()->first, Error{http::ClientErrc::stopped});
  }
}

}  // namespace mainstay::clusters
