#!/usr/bin/env bash
# Deploys PerfGate into the subscription that az is signed in to: docs/deploy.md has the whole way, step by step.
#
#   infra/deploy.sh staging|production [--yes] [--what-if] [--parameters FILE] [--location REGION] [--smoke-url URL] [--address IP]
#
#   --yes            deploys without asking after the preview (pipelines)
#   --what-if        ends after the preview
#   --parameters     parameter file; default infra/STAGE.bicepparam
#   --location       region of everything; default westeurope
#   --smoke-url      target of a short run at the end, whose gate is the exit status; without it there is none. The stage's
#                    parameter file must allow it: targetHosts its name, targetAddressRanges its address. On production whoever is
#                    signed in needs the role Admin; that the stage was named here is the confirmation that such a run wants.
#   --address        address of this machine as the database sees it; default: what api.ipify.org answers
#
# From the environment: PERFGATE_AUDIENCE (application id of PerfGate in Entra), PERFGATE_ALERT_EMAIL; and, where it is not to be
# who is signed in, PERFGATE_DATABASE_ADMIN, PERFGATE_DATABASE_ADMIN_ID, PERFGATE_DATABASE_ADMIN_TYPE (User, Group, ServicePrincipal).
#
# Exit status: 0 deployed, and the gate passed; 1 the gate failed; 2 inconclusive; 3 no verdict; 4 refused after the preview;
# 64 the command line or a setting cannot be used; 65 deployed, but the short run was refused: its target, or a field of it, cannot
# be used; 69 something is missing here; 70 a step failed.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
perfgate=${PERFGATE_CLI:-$root/perfgate}
stage=""
yes=""
preview_only=""
parameters=""
location=westeurope
smoke_url=""
address=""
rule_server=""
rule_group=""
work=""

say() { printf '== %s\n' "$*" >&2; }

end() {
  local status=$1
  shift
  printf 'deploy.sh: %s\n' "$*" >&2
  exit "$status"
}

# Runs a step; ends everything where it fails.
must() {
  local what=$1
  shift
  "$@" || end 70 "$what failed (exit status $?); nothing after it was done. It is safe to begin again."
}

# Whatever way this ends: the door to the database is closed again.
tidy() {
  if [ -n "$rule_server" ]; then
    az postgres flexible-server firewall-rule delete --resource-group "$rule_group" --name "$rule_server" \
      --rule-name deployment --yes --output none \
      || printf 'deploy.sh: the firewall rule "deployment" of %s could not be deleted: delete it by hand\n' "$rule_server" >&2
  fi
  [ -z "$work" ] || rm -rf "$work"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

value() {
  [ $# -ge 2 ] && [ -n "$2" ] || end 64 "$1 needs a value"
  printf '%s' "$2"
}

while [ $# -gt 0 ]; do
  case $1 in
    staging | production) [ -z "$stage" ] || end 64 "one stage, not '$stage' and '$1'"; stage=$1 ;;
    --yes) yes=true ;;
    --what-if) preview_only=true ;;
    --parameters) parameters=$(value "$@") || exit; shift ;;
    --location) location=$(value "$@") || exit; shift ;;
    --smoke-url) smoke_url=$(value "$@") || exit; shift ;;
    --address) address=$(value "$@") || exit; shift ;;
    *) end 64 "'$1' cannot be used; expected staging or production, --yes, --what-if, --parameters, --location, --smoke-url, --address" ;;
  esac
  shift
done

checks() {
  [ -n "$stage" ] || end 64 "which stage? staging or production"
  local tool
  for tool in az dotnet zip git curl; do
    command -v "$tool" >/dev/null || end 69 "$tool is not on PATH"
  done
  [ -n "${PERFGATE_AUDIENCE:-}" ] || end 64 "PERFGATE_AUDIENCE is not set: the application id of PerfGate in Entra"
  [ -n "${PERFGATE_ALERT_EMAIL:-}" ] || end 64 "PERFGATE_ALERT_EMAIL is not set: who hears of alerts"
  parameters=${parameters:-$root/infra/$stage.bicepparam}
  [ -r "$parameters" ] || end 64 "there is no parameter file $parameters"
  # The app would refuse the run, at the very end of all this.
  if [ -n "$smoke_url" ] && grep -Eq '^param targetHosts = \[\]' "$parameters"; then
    end 64 "--smoke-url has no chance: targetHosts of $parameters is empty, and so every target is refused"
  fi
  local signed_in
  signed_in=$(az account show --query name --output tsv) || end 69 "az is not signed in: az login"
  say "$stage, into the subscription '$signed_in', $location"
}

# What the parameter files read from the environment.
settings() {
  export PERFGATE_AUDIENCE PERFGATE_ALERT_EMAIL
  # A tag that is never built twice: runs under way keep the image they began with.
  local commit
  commit=$(git -C "$root" rev-parse --short=12 HEAD) || end 69 "$root is no clone: the image is named after its commit"
  git -C "$root" diff --quiet HEAD -- || commit="$commit-$(date -u +%Y%m%d%H%M%S)"
  export PERFGATE_RUNNER_TAG="${PERFGATE_RUNNER_TAG:-$commit}"

  # The month in which a budget began stays.
  local began
  began=$(az consumption budget list --query "[?name=='budget-perfgate-$stage'].timePeriod.startDate | [0]" --output tsv) || began=""
  began=${began%%T*}
  case $began in
    20??-??-01) export PERFGATE_BUDGET_START=$began ;;
    *) PERFGATE_BUDGET_START=$(date -u +%Y-%m-01); export PERFGATE_BUDGET_START ;;
  esac

  if [ -z "${PERFGATE_DATABASE_ADMIN_ID:-}" ]; then
    local kind name
    kind=$(az account show --query user.type --output tsv) || end 69 "az does not say who is signed in"
    if [ "$kind" = servicePrincipal ]; then
      name=$(az account show --query user.name --output tsv)
      PERFGATE_DATABASE_ADMIN_ID=$(az ad sp show --id "$name" --query id --output tsv) || end 69 "the service principal $name cannot be looked up: set PERFGATE_DATABASE_ADMIN_ID and PERFGATE_DATABASE_ADMIN"
      PERFGATE_DATABASE_ADMIN=$(az ad sp show --id "$name" --query displayName --output tsv)
      PERFGATE_DATABASE_ADMIN_TYPE=ServicePrincipal
    else
      PERFGATE_DATABASE_ADMIN_ID=$(az ad signed-in-user show --query id --output tsv) || end 69 "who is signed in cannot be looked up: set PERFGATE_DATABASE_ADMIN_ID and PERFGATE_DATABASE_ADMIN"
      PERFGATE_DATABASE_ADMIN=$(az ad signed-in-user show --query userPrincipalName --output tsv)
      PERFGATE_DATABASE_ADMIN_TYPE=User
    fi
  fi
  [ -n "${PERFGATE_DATABASE_ADMIN:-}" ] || end 64 "PERFGATE_DATABASE_ADMIN is not set beside PERFGATE_DATABASE_ADMIN_ID: its name"
  export PERFGATE_DATABASE_ADMIN PERFGATE_DATABASE_ADMIN_ID
  export PERFGATE_DATABASE_ADMIN_TYPE=${PERFGATE_DATABASE_ADMIN_TYPE:-User}
}

preview() {
  say "what would change"
  must "the preview" az deployment sub what-if --name "perfgate-$stage" --location "$location" \
    --parameters "$parameters"
  if [ -n "$preview_only" ]; then
    say "nothing was changed"
    exit 0
  fi
  if [ -z "$yes" ]; then
    local answer=""
    printf 'Deploy this to %s? [y/N] ' "$stage" >&2
    read -r answer || true
    case $answer in
      y | Y | yes) ;;
      *) end 4 "stopped after the preview; nothing was changed" ;;
    esac
  fi
}

# Before the deployment where there is a registry: the app's setting must not name an image that is not there yet.
image() {
  local registry=$1
  say "the runner image $registry/perfgate-runner:$PERFGATE_RUNNER_TAG"
  must "the build of the image" az acr build --registry "$registry" --image "perfgate-runner:$PERFGATE_RUNNER_TAG" \
    --file "$root/infra/runner/Dockerfile" --output none "$root"
}

output() {
  az deployment sub show --name "perfgate-$stage" --query "properties.outputs.$1.value" --output tsv \
    || end 70 "the deployment has no output '$1'"
}

deploy() {
  local registry
  registry=$(az acr list --resource-group "rg-perfgate-$stage" --query '[0].name' --output tsv 2>/dev/null) || registry=""
  [ -z "$registry" ] || image "$registry"
  say "deployment"
  must "the deployment" az deployment sub create --name "perfgate-$stage" --location "$location" \
    --parameters "$parameters" --output none
  if [ -z "$registry" ]; then
    registry=$(output registryName) || exit
    image "$registry"
  fi
}

migrate() {
  local is_private
  is_private=$(output databaseIsPrivate) || exit
  if [ "$is_private" = true ]; then
    say "the database is reached from its network alone: the app brings its schema when it starts"
    return
  fi
  local group server host database app token
  group=$(output resourceGroupName) || exit
  server=$(output databaseServerName) || exit
  host=$(output databaseHost) || exit
  database=$(output databaseName) || exit
  app=$(output appIdentityName) || exit
  if [ -z "$address" ]; then
    address=$(curl -fsS --max-time 20 https://api.ipify.org) || end 70 "this machine's address could not be asked for: --address"
  fi
  say "the schema of $server, from $address"
  rule_group=$group rule_server=$server
  must "the firewall rule" az postgres flexible-server firewall-rule create --resource-group "$group" --name "$server" \
    --rule-name deployment --start-ip-address "$address" --end-ip-address "$address" --output none
  token=$(az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv) || end 70 "no token for the database"
  # By the environment, where other users of this machine do not see it.
  PGPASSWORD=$token must "the migration" "$perfgate" migrate --grant-to "$app" --entra-identity \
    --connection "Host=$host;Database=$database;Username=$PERFGATE_DATABASE_ADMIN;Ssl Mode=VerifyFull"
}

publish() {
  local group app
  group=$(output resourceGroupName) || exit
  app=$(output functionAppName) || exit
  say "the function app $app"
  work=$(mktemp -d) || end 70 "no folder for temporary files"
  must "the build of the app" dotnet publish "$root/PerfGate.Functions/PerfGate.Functions.csproj" --configuration Release \
    --output "$work/app" -p:FunctionsPackages=required
  # With what begins with a dot: the host reads .azurefunctions.
  (cd "$work/app" && zip --quiet --recurse-paths "$work/app.zip" .) || end 70 "the package could not be made"
  must "the publication" az functionapp deployment source config-zip --resource-group "$group" --name "$app" \
    --src "$work/app.zip" --output none
}

ready() {
  local url=$1 attempt
  say "waiting for $url/ready"
  for attempt in $(seq 1 60); do
    curl -fsS --max-time 20 --output /dev/null "$url/ready" 2>/dev/null && return
    sleep "${PERFGATE_READY_PAUSE:-5}"
  done
  end 70 "$url/ready does not answer 200 after $attempt tries"
}

smoke() {
  local url=$1 token
  if [ -z "$smoke_url" ]; then
    say "no --smoke-url: no run is made"
    return 0
  fi
  say "a short run against $smoke_url"
  token=$(az account get-access-token --resource "api://$PERFGATE_AUDIENCE" --query accessToken --output tsv) \
    || end 70 "no token for PerfGate: has who is signed in a role there?"
  # Production wants its name twice; staging may have it twice.
  PERFGATE_TOKEN=$token "$perfgate" run "$root/infra/smoke.json" --server "$url" --base-url "$smoke_url" \
    --environment "$stage" --confirm-environment "$stage" --duration "${PERFGATE_SMOKE_DURATION:-30s}"
  local status=$?
  case $status in
    0 | 1 | 2 | 3) say "the gate says $status" ;;
    65) say "everything is deployed, but the short run was refused: what is above must be mended for it" ;;
    *) end 70 "everything is deployed, but the short run could not be asked for (exit status $status)" ;;
  esac
  return $status
}

checks
settings
preview
deploy
migrate
publish
url=$(output functionAppUrl) || exit
ready "$url"
smoke "$url"
status=$?
[ $status -ne 0 ] || say "done: $url"
exit $status
