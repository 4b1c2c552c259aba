#include "platform/secrets/settings.hpp"

#include "platform/secrets/transport.hpp"

namespace mainstay::secrets {

using settings::Kind;
using settings::Spec;

std::vector<Spec> setting_specs() {
  return {
      {.key = "secrets.age_identity",
       .help = "age's identity: its file, or AGE-SECRET-KEY-1... itself; empty: "
               "~/.config/mainstay/age.txt",
       .secret = true,
       .variables = {"MAINSTAY_AGE_IDENTITY"}},
      {.key = "secrets.age_program", .fallback = "age", .help = "the program age"},
      {.key = "secrets.google_credentials",
       .help = "a service account's key file, for berglas:// and sm://; empty: the metadata server",
       .variables = {"GOOGLE_APPLICATION_CREDENTIALS"}},
      {.key = "secrets.google_storage_url",
       .fallback = "https://storage.googleapis.com",
       .help = "where Cloud Storage is"},
      {.key = "secrets.google_kms_url",
       .fallback = "https://cloudkms.googleapis.com",
       .help = "where Cloud KMS is"},
      {.key = "secrets.google_secret_manager_url",
       .fallback = "https://secretmanager.googleapis.com",
       .help = "where Secret Manager is"},
      {.key = "secrets.google_metadata_url",
       .fallback = "http://metadata.google.internal",
       .help = "where the metadata server is"},
      {.key = "secrets.ca_file",
       .help = "PEM file of roots that those may have besides the system's"},
      {.key = "secrets.timeout",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "for one secret, with everything that is asked for it",
       .least = 100,
       .most = 600'000},
  };
}

Options options_of(const settings::Settings& settings) {
  Options out;
  out.age.program = settings.text("secrets.age_program");
  out.age.identity = settings.text("secrets.age_identity");
  if (out.age.identity.empty()) out.age.identity = usual_age_identity();
  out.age.deadline = settings.duration("secrets.timeout");
  out.google.storage_url = settings.text("secrets.google_storage_url");
  out.google.kms_url = settings.text("secrets.google_kms_url");
  out.google.secret_manager_url = settings.text("secrets.google_secret_manager_url");
  out.google.metadata_url = settings.text("secrets.google_metadata_url");
  out.google.credentials_file = settings.text("secrets.google_credentials");
  out.google.deadline = settings.duration("secrets.timeout");
  out.variables = settings.variables();
  return out;
}

namespace {

Options options_for(const settings::Settings& settings, Owner owner) {
  Options out = options_of(settings);
  out.owner = owner;
  return out;
}

}  // namespace

Machine::Machine(const settings::Settings& settings, Owner owner)
    : transport_(settings.text("secrets.ca_file")),
      resolver_(options_for(settings, owner), transport_, clock_) {}

}  // namespace mainstay::secrets
