#include "apps/clusters/settings.hpp"

#include <utility>

namespace mainstay::clusters {

using settings::Kind;
using settings::Spec;

namespace {

// Variables without a prefix are those of the service whose API this one is compatible with.

std::vector<Spec> api_settings() {
  return {
      {.key = "apps.clusters.enabled",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "run the platform API under /api and /clusters; --demo does, with a cluster and a "
               "forge of its own"},
      {.key = "apps.clusters.listen",
       .help = "address:port of a listener for the platform API alone; empty: the common one"},
      {.key = "apps.clusters.access",
       .fallback = "roles",
       .help = "roles: callers need accounts or API tokens with roles; open: nobody is asked, on "
               "loopback only",
       .choices = {"roles", "open"}},
      {.key = "apps.clusters.changes_per_minute",
       .kind = Kind::integer,
       .fallback = "120",
       .help = "how often one account may change something: 429 beyond",
       .least = 1,
       .most = 100'000},
      {.key = "apps.clusters.seals_per_minute",
       .kind = Kind::integer,
       .fallback = "30",
       .help = "how often one account may seal, render or reseal secrets: 429 beyond",
       .least = 1,
       .most = 100'000},
      {.key = "apps.clusters.namespace_roles",
       .kind = Kind::list,
       .help = "who may change what is in a namespace, besides the roles of the API, as \"shop-*: "
               "shop_team\"; what no line names is open to every author"},
      {.key = "apps.clusters.access_review",
       .fallback = "none",
       .help = "ask the API server whether whoever asks may change the object themselves "
               "(SubjectAccessReview), whom it knows by their name or e-mail address here",
       .choices = {"none", "name", "email"}},
      {.key = "apps.clusters.namespace",
       .fallback = "default",
       .help = "namespace of the secrets that are listed, and of new ones that name none",
       .variables = {"NAMESPACE"}},
      {.key = "apps.clusters.any_instance_type",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "node groups may have types that the catalogue does not know, and no price"},
      {.key = "apps.clusters.unsealing_keys",
       .kind = Kind::list,
       .help = "files of private keys (PEM) with which POST /api/sealing/reseal may open values; "
               "empty: `mainstay clusters reseal` does it where the keys are"},
      {.key = "apps.clusters.catalog_owner",
       .fallback = "group:default/platform",
       .help = "owner of Backstage entities without a label `team`"},
  };
}

std::vector<Spec> cluster_settings() {
  return {
      {.key = "apps.clusters.embedded_cluster",
       .kind = Kind::boolean,
       .fallback = "false",
       .help = "a Kubernetes API of our own on loopback, in memory: for development and tests, not "
               "for production"},
      {.key = "apps.clusters.embedded_cluster_port",
       .kind = Kind::integer,
       .fallback = "0",
       .help = "its port of 127.0.0.1; 0: any free one, which its kubeconfig names",
       .least = 0,
       .most = 65'535},
      {.key = "apps.clusters.embedded_cluster_examples",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "definitions of node groups, sealed secrets and applications, some groups, and a "
               "sealing key are in it from the start"},
  };
}

std::vector<Spec> kube_settings() {
  return {
      {.key = "apps.clusters.kube_connection",
       .fallback = "auto",
       .help = "which cluster: the embedded one where it runs; else auto: a kubeconfig that there "
               "is, or the pod's own; kubeconfig or pod: that or no start; none",
       .choices = {"auto", "kubeconfig", "pod", "none"}},
      {.key = "apps.clusters.kubeconfig",
       .help = "kubeconfig file, or several with colons; empty: $KUBECONFIG, then ~/.kube/config"},
      {.key = "apps.clusters.kube_context", .help = "its context; empty: the file's current one"},
      {.key = "apps.clusters.kube_exec_allowed",
       .kind = Kind::list,
       .help = "programs that a kubeconfig may run for credentials, as it names them; no others "
               "are run"},
      {.key = "apps.clusters.node_group_kinds",
       .kind = Kind::list,
       .fallback = "nodegroup",
       .help =
           "kinds of objects that are node groups: nodegroup, nodepool (Karpenter), machinepool "
           "(Cluster API), and those of the file below"},
      {.key = "apps.clusters.node_group_kinds_file",
       .help = "YAML file of further kinds, or of the built-in ones told otherwise"},
      {.key = "apps.clusters.watch_secrets",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "follow the metadata of Secrets; false: nothing is asked of Secrets"},
      {.key = "apps.clusters.watch_sealed_secrets",
       .kind = Kind::boolean,
       .fallback = "true",
       .help = "follow SealedSecrets"},
      {.key = "apps.clusters.watch_deliveries",
       .kind = Kind::list,
       .help = "argocd, flux: follow what brings the repository into the cluster"},
      {.key = "apps.clusters.kube_streaming_lists",
       .kind = Kind::boolean,
       .fallback = "true",
       .help =
           "ask for lists as watches first (Kubernetes 1.32); servers without them are asked for "
           "pages"},
      {.key = "apps.clusters.kube_page_size",
       .kind = Kind::integer,
       .fallback = "500",
       .help = "objects of one page of a list",
       .least = 1,
       .most = 10'000},
      {.key = "apps.clusters.cache_age_max",
       .kind = Kind::duration,
       .fallback = "5m",
       .help = "how old a copy of the cluster may be that has lost it before readiness fails"},
  };
}

std::vector<Spec> sealing_settings() {
  return {
      {.key = "apps.clusters.sealing_certificate",
       .help = "the certificate that secrets are sealed with: a PEM file, or an https address; "
               "empty: the cluster's sealed-secrets controller is asked"},
      {.key = "apps.clusters.sealing_certificate_roots",
       .help = "roots (PEM) besides the system's, for that address"},
      {.key = "apps.clusters.sealing_controller_namespace",
       .fallback = "kube-system",
       .help = "namespace of the controller's Service"},
      {.key = "apps.clusters.sealing_controller",
       .fallback = "sealed-secrets-controller",
       .help = "its name"},
      {.key = "apps.clusters.sealing_fingerprints",
       .kind = Kind::list,
       .help = "the only certificates to seal with, by SHA-256 of the certificate (hexadecimal) or "
               "of its key (SHA256:...); empty: whatever comes"},
      {.key = "apps.clusters.sealing_renewal_days",
       .kind = Kind::integer,
       .fallback = "30",
       .help = "how often the controller makes a new key; an older certificate is warned of",
       .least = 1,
       .most = 3'650},
      {.key = "apps.clusters.sealing_refresh",
       .kind = Kind::duration,
       .fallback = "1h",
       .help = "how often the certificate is fetched again; the last good one is kept",
       .least = 1'000},
      {.key = "apps.clusters.templates_folder",
       .help = "folder of templates of your own: nodegroup.yaml shapes node groups (docs)"},
  };
}

std::vector<Spec> forge_settings() {
  return {
      {.key = "apps.clusters.forge",
       .fallback = "none",
       .help = "where pull requests are made; embedded: here, on a repository of our own",
       .choices = {"none", "embedded", "github", "gitlab", "gitea"}},
      {.key = "apps.clusters.repository_organization",
       .help = "owner (GitHub, Gitea) or group (GitLab) of the repository",
       .variables = {"GITOPS_ORGANIZATION", "GITPOS_ORGANIZATION"}},
      {.key = "apps.clusters.repository",
       .help = "its name",
       .variables = {"GITOPS_REPO", "GITPOS_REPO"}},
      {.key = "apps.clusters.forge_app",
       .help = "id of a GitHub App, whose tokens of an hour are used instead of forge_token"},
      {.key = "apps.clusters.forge_installation",
       .help = "id of its installation at the organization"},
      {.key = "apps.clusters.forge_app_key",
       .help = "its private key, PEM: a reference to a file or a vault",
       .secret = true},
      {.key = "apps.clusters.forge_url",
       .help = "site of an own GitHub Enterprise, GitLab, Gitea or Forgejo; empty: github.com or "
               "gitlab.com"},
      {.key = "apps.clusters.forge_ca_file",
       .help = "roots (PEM) besides the system's, for the forge and for git over https"},
      {.key = "apps.clusters.forge_poll",
       .kind = Kind::duration,
       .fallback = "30s",
       .help = "how often an open pull request is looked at; webhooks tell sooner",
       .least = 1'000},
      {.key = "apps.clusters.webhook_secret",
       .help = "shared with the forge's webhook to /clusters/forge/hook; empty: none are taken",
       .secret = true},
      {.key = "apps.clusters.forge_user",
       .help = "user that git and the forge are told",
       .variables = {"GITHUB_USER"}},
      {.key = "apps.clusters.forge_token",
       .help = "its token: of the repository alone, contents and pull requests, to read and write",
       .secret = true,
       .variables = {"GITHUB_TOKEN"}},
  };
}

std::vector<Spec> git_settings() {
  return {
      {.key = "apps.clusters.repository_branch",
       .fallback = "main",
       .help = "the branch that pull requests are for",
       .variables = {"GITOPS_BRANCH", "GITPOS_BRANCH"}},
      {.key = "apps.clusters.repository_folder",
       .help = "folder of the bare mirrors; empty: clusters/git in the data folder",
       .variables = {"GITOPS_DESTINATION_FOLDER", "GITPOS_DESTINATION_FOLDER"}},
      {.key = "apps.clusters.repository_url",
       .help = "where git finds it: https://, ssh:// or an absolute path, without credentials; "
               "empty: by forge, organization and name"},
      {.key = "apps.clusters.repository_bytes_max",
       .kind = Kind::bytes,
       .fallback = "1GiB",
       .help = "no file of a mirror may be larger: a clone beyond is refused",
       .least = 1 << 20},
      {.key = "apps.clusters.catalog_folder",
       .fallback = "infrastructure/_catalog/templates",
       .help = "folder of the repository that node groups and secrets are written to"},
      {.key = "apps.clusters.branch_prefix",
       .fallback = "mainstay/",
       .help = "branches of changes begin with it"},
      {.key = "apps.clusters.commit_name",
       .fallback = "Mainstay",
       .help = "who commits; for whom stands in the commit's message"},
      {.key = "apps.clusters.commit_email",
       .fallback = "mainstay@localhost",
       .help = "its address"},
      {.key = "apps.clusters.signing_key",
       .help = "path of an SSH private key that commits are signed with; empty: one is made in the "
               "mirrors' folder; none: they are not signed"},
      {.key = "apps.clusters.ssh_key",
       .help = "path of the private key for ssh remotes; they need ssh_known_hosts too"},
      {.key = "apps.clusters.ssh_known_hosts", .help = "path of the hosts' keys"},
  };
}

std::vector<Spec> price_settings() {
  return {
      {.key = "apps.clusters.instance_types_file",
       .help = "instance types and prices: an AWS offer file, DescribeInstanceTypes, "
               "pricing-list.json or a snapshot; empty: pricing-list.json where it is there, else "
               "those that ship",
       .variables = {"INSTANCE_TYPES_FILE_SOURCE"}},
      {.key = "apps.clusters.instance_types_url",
       .help = "the same behind an URL, instead of a file: fetched with its ETag, such as "
               "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/"
               "eu-west-1/index.json"},
      {.key = "apps.clusters.instance_types_refresh",
       .kind = Kind::duration,
       .fallback = "7d",
       .help = "how often they are looked at again, up to a tenth later",
       .least = 1'000,
       .most = 31'536'000'000},
      {.key = "apps.clusters.instance_types_retry",
       .kind = Kind::duration,
       .fallback = "1h",
       .help = "how soon after a failure; meanwhile the last good ones stay",
       .least = 1'000,
       .most = 86'400'000},
      {.key = "apps.clusters.stores_path",
       .help = "folder of what is kept of them; empty: clusters/prices in the data folder",
       .variables = {"STORES_PATH"}},
      {.key = "apps.clusters.policy",
       .kind = Kind::list,
       .help = "rules that changes of node groups are held against, as \"team:* month <= 5000 "
               "USD\" or \"type not in *.metal\" (docs/clusters_prices.md)"},
  };
}

}  // namespace

std::vector<Spec> setting_specs() {
  std::vector<Spec> all;
  for (auto* part : {api_settings, cluster_settings, kube_settings, sealing_settings,
                     forge_settings, git_settings, price_settings}) {
    for (Spec& spec : part()) all.push_back(std::move(spec));
  }
  return all;
}

std::string unsafe_beyond_loopback(const settings::Settings& settings) {
  if (!settings.boolean("apps.clusters.enabled") ||
      settings.text("apps.clusters.access") != "open") {
    return {};
  }
  return "with a platform API that asks nobody who they are; set apps.clusters.access to roles";
}

}  // namespace mainstay::clusters
