#include "apps/clusters/commands/embedded.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "apps/clusters/embedded_cluster/embedded_cluster.hpp"
#include "platform/json/json.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay::clusters {

namespace {

void tell_embedded(const Call& call, const EmbeddedCluster& cluster) {
  const std::string url = cluster.url();
  const std::string file = cluster.kubeconfig_file();
  if (call.json) {
    const json::Value said = json::Object{{"url", url}, {"kubeconfig", file}};
    std::printf("%s\n", json::dump(said).c_str());
  } else {
    std::printf(
        "A Kubernetes API for development and tests, in memory; not for production.\n"
        "url         %s\n"
        "kubeconfig  %s (it has the token; nobody else may read it)\n"
        "Try         kubectl --kubeconfig %s api-resources\n"
        "Ctrl-C ends it, and everything in it.\n",
        url.c_str(), file.c_str(), file.c_str());
  }
  std::fflush(stdout);
}

int run_embedded(const Call& call) {
  EmbeddedClusterOptions options;
  const std::filesystem::path data = call.settings->text("data.folder");
  options.folder = data / "clusters" / "embedded-alone";
  options.kubeconfig = call.text("--kubeconfig");
  options.port = static_cast<std::uint16_t>(call.number("--port", 0));
  options.with_examples = !call.has("--bare");
  options.bookmark_every = Seconds{call.number("--bookmark-seconds", 60)};
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  // Before there are threads, so that none of them gets one.
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const MachineClock clock;
  EmbeddedCluster cluster{std::move(options), clock};
  if (const auto started = cluster.start(); !started) return call.fail(started.error());
  tell_embedded(call, cluster);
  int signal = 0;
  ::sigwait(&signals, &signal);
  cluster.stop();
  return exit_ok;
}

}  // namespace

Command embedded_command() {
  return {
      .name = "clusters embedded",
      .help =
          "serve a small Kubernetes API on loopback until Ctrl-C: for development and "
          "tests, never for production (docs/clusters_cluster.md)",
      .arguments = {number("--port", "of 127.0.0.1 (default: any free one)", 1, 65'535),
                    text("--kubeconfig",
                         "where to write how to get in, readable by you alone (default: "
                         "clusters/embedded-alone/kubeconfig in the data folder)"),
                    flag("--bare", "without the examples: no definitions, no node groups"),
                    number("--bookmark-seconds",
                           "between bookmarks of watches that want them (default: 60)", 1, 3'600)},
      .run = run_embedded};
}

}  // namespace mainstay::clusters
