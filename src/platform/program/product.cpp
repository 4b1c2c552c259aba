#include "platform/program/product.hpp"

#include "platform/gate/settings.hpp"
#include "platform/secrets/settings.hpp"

namespace mainstay {
namespace {

using settings::Kind;
using settings::Spec;

std::vector<Spec> http_specs() {
  return {
      {.key = "http.address",
       .fallback = "127.0.0.1",
       .help = "address to listen on; a wider one than loopback needs credentials configured"},
      {.key = "http.port",
       .kind = Kind::integer,
       .fallback = "3000",
       .help = "port to listen on; 0: any free one",
       .variables = {"PORT"},
       .least = 0,
       .most = 65535},
      {.key = "http.threads",
       .kind = Kind::integer,
       .fallback = "0",
       .help = "I/O threads; 0: one a core",
       .variables = {"LISTENER_WORKERS", "PUMA_WORKERS"},
       .least = 0,
       .most = 1024},
      {.key = "http.admin_listen",
       .help = "address:port of a listener for /internal, /metrics, /liveness, /readiness, "
               "/openapi.json and /docs; empty: the common one"},
      {.key = "http.tls_certificate",
       .help = "PEM file of the certificate chain; empty: plain HTTP"},
      {.key = "http.tls_key", .help = "PEM file of the certificate's key"},
      {.key = "http.tls_watch",
       .kind = Kind::duration,
       .fallback = "60s",
       .help = "how often both files are looked at for new certificates; 0: only at a reload",
       .least = 0,
       .most = 86'400'000},
  };
}

std::vector<Spec> http_limit_specs() {
  return {
      {.key = "http.connections_max",
       .kind = Kind::integer,
       .fallback = "65536",
       .help = "open connections; beyond: 503",
       .least = 1,
       .most = 10'000'000},
      {.key = "http.target_bytes_max",
       .kind = Kind::bytes,
       .fallback = "5MiB",
       .help = "length of a request's target; beyond: 414",
       .least = 256,
       .most = 64 << 20},
      {.key = "http.head_bytes_max",
       .kind = Kind::bytes,
       .fallback = "64KiB",
       .help = "length of a request's header lines; beyond: 431",
       .least = 1024,
       .most = 64 << 20},
      {.key = "http.body_bytes_max",
       .kind = Kind::bytes,
       .fallback = "8MiB",
       .help = "length of a request's body; beyond: 413",
       .least = 1024,
       .most = 1 << 30},
      {.key = "http.head_timeout",
       .kind = Kind::duration,
       .fallback = "15s",
       .help = "from a request's first byte to the end of its head; beyond: 408",
       .least = 100,
       .most = 86'400'000},
      {.key = "http.body_timeout",
       .kind = Kind::duration,
       .fallback = "60s",
       .help = "for a request's body; beyond: 408",
       .least = 100,
       .most = 86'400'000},
      {.key = "http.idle_timeout",
       .kind = Kind::duration,
       .fallback = "75s",
       .help = "between two requests of a connection; beyond: closed",
       .least = 100,
       .most = 86'400'000},
      {.key = "http.commit_timeout",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "for an answer that waits for the disk; beyond: closed unanswered",
       .least = 100,
       .most = 3'600'000},
  };
}

std::vector<Spec> http_sending_specs() {
  return {
      {.key = "http.send_timeout",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "for a client to take any part of an answer that waits; beyond: closed",
       .least = 100,
       .most = 86'400'000},
      {.key = "http.send_total_timeout",
       .kind = Kind::duration,
       .fallback = "10m",
       .help = "for a client to take all of what waits for it; beyond: closed",
       .least = 100,
       .most = 86'400'000},
      {.key = "http.output_bytes_max",
       .kind = Kind::bytes,
       .fallback = "4MiB",
       .help = "answers that one client has not taken; beyond: it is not read from until it has",
       .least = 1024,
       .most = 1 << 30},
  };
}

std::vector<Spec> life_specs() {
  return {
      {.key = "http.drain_delay",
       .kind = Kind::duration,
       .fallback = "0s",
       .help = "how long a stop goes on serving while /readiness says 503, for load balancers",
       .least = 0,
       .most = 3'600'000},
      {.key = "http.drain",
       .kind = Kind::duration,
       .fallback = "10s",
       .help = "how long a stop or restart waits for answers that have begun",
       .least = 0,
       .most = 3'600'000},
      {.key = "http.handover_pause",
       .kind = Kind::duration,
       .fallback = "1s",
       .help = "how long new clients of a restart may wait for the last answers before it",
       .least = 0,
       .most = 60'000},
      {.key = "process.user",
       .help = "NAME or NAME:GROUP that root becomes once it has bound its ports"},
  };
}

std::vector<Spec> store_specs() {
  return {
      {.key = "store.url",
       .fallback = "sqlite:",
       .help = "relational store: sqlite:PATH, without a path NAME.db in the data folder by the "
               "program's name, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
       .secret = true,  // URLs hold passwords
       .variables = {"DATABASE_URL"}},
      {.key = "store.migrate_on_start",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "apply missing schema changes at start; else a start with missing ones is "
               "refused"},
      {.key = "store.wait",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "how long a start or a command waits for PostgreSQL to answer",
       .least = 0,
       .most = 3'600'000},
      {.key = "store.statement_timeout",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "of a statement on PostgreSQL, migrations aside; beyond: ended, 503",
       .least = 100,
       .most = 3'600'000},
  };
}

std::vector<Spec> service_specs() {
  const auto port = [](const char* key, const char* fallback, const char* help) {
    return Spec{.key = key,
                .kind = Kind::integer,
                .fallback = fallback,
                .help = help,
                .least = 1,
                .most = 65535};
  };
  return {
      port("services.postgres_port", "15432", "PostgreSQL of `services start`, on 127.0.0.1"),
      port("services.redis_port", "16379", "Redis of `services start`, on 127.0.0.1"),
      port("services.nats_port", "14222", "NATS of `services start`, on 127.0.0.1"),
  };
}

std::vector<Spec> engine_specs() {
  return {
      {.key = "data.folder", .fallback = "var", .help = "folder of the embedded engines' files"},
      {.key = "journal.durability",
       .fallback = "process",
       .help = "an answer survives the process, or (disk) a power cut",
       .choices = {"process", "disk"}},
      {.key = "journal.sync_every",
       .kind = Kind::duration,
       .fallback = "5ms",
       .help = "time between two fdatasyncs of a journal",
       .least = 1,
       .most = 60'000},
      {.key = "journal.stall_after",
       .kind = Kind::duration,
       .fallback = "2s",
       .help = "an fdatasync that takes longer makes the process not ready",
       .least = 10,
       .most = 600'000},
      {.key = "journal.backlog_bytes_max",
       .kind = Kind::bytes,
       .fallback = "256MiB",
       .help = "records that wait for the disk; beyond: calls that count get 503",
       .least = 65'536,
       .most = std::int64_t{1} << 36},
      {.key = "journal.snapshot_bytes",
       .kind = Kind::bytes,
       .fallback = "256MiB",
       .help = "a journal that has grown by this is replaced by a snapshot: bounds what a start "
               "replays",
       .least = 4'096,
       .most = std::int64_t{1} << 36},
      {.key = "journal.segment_bytes",
       .kind = Kind::bytes,
       .fallback = "64MiB",
       .help = "size of a journal's files",
       .least = 65'536,
       .most = 1 << 30},
  };
}

std::vector<Spec> log_specs() {
  return {
      {.key = "log.level",
       .fallback = "info",
       .help = "least level that is logged",
       .choices = {"debug", "info", "warning", "error"}},
      {.key = "log.format",
       .fallback = "text",
       .help = "shape of a log line",
       .choices = {"text", "json"}},
      {.key = "log.file",
       .help = "log file; empty: standard error",
       .variables = {"CONFIG_LOG_PATH"}},
      {.key = "log.access",
       .fallback = "text",
       .help = "one line a request, in this shape",
       .variables = {"CONFIG_REQUEST_LOGGERS"},
       .choices = {"none", "text", "json"}},
      {.key = "log.raw_credentials",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "show credentials in the access log instead of *** and their last characters"},
  };
}

}  // namespace

std::vector<Spec> setting_specs(const Product& product) {
  std::vector<Spec> all;
  const auto add = [&all](const std::vector<Spec>& part) {
    all.insert(all.end(), part.begin(), part.end());
  };
  for (const auto& part : {http_specs(), http_limit_specs(), http_sending_specs(), life_specs(),
                           store_specs(), service_specs(), engine_specs(), log_specs(),
                           secrets::setting_specs(), gate::setting_specs()}) {
    add(part);
  }
  for (const auto& module : product.modules) add(module->setting_specs());
  return all;
}

std::vector<store::Migration> migrations(const Product& product) {
  std::vector<store::Migration> all;
  for (const auto& module : product.modules) {
    const auto part = module->migrations();
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace mainstay
