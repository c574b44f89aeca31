// The function app on a Flex Consumption plan, and each of its settings. What a setting means: docs/configuration.md.

param name string
param location string
param tags { *: string }

param subnetId string
param identityId string
param identityClientId string

param hostStorageName string
param hostBlobEndpoint string
param packageContainer string

param insightsConnectionString string
param artifactBlobEndpoint string

param databaseHost string
param databaseName string

@description('Role of the database that the app is: the name of its identity.')
param databaseUser string

@description('Whether the app brings the schema itself, because nobody else reaches the database.')
param migrateAtStart bool

@description('The identity that brings it: it owns the tables, and the app does not.')
param migratorId string
param migratorClientId string
param migratorName string

@description('Which environment the hosts below are for.')
@allowed([
  'staging'
  'production'
])
param stage string

@description('Hosts that loads may go to.')
param targetHosts string[]

@description('Whether they may have addresses of private networks.')
param allowPrivateTargets bool

param vaultName string

@description('Names in the key vault of secrets that tests may refer to.')
param targetSecrets string[]

param runnersResourceGroup string
param runnersSubnetId string
param runnerIdentityId string

@description('Registry, name and tag of the runner image.')
param runnerImage string

@description('Cores and memory of a runner.')
param runnerSize { cpu: string, memoryGb: string }

@description('Tag of this installation\'s container groups.')
param owner string

@description('Whom tokens must be for: the application id of PerfGate.')
param audience string

@description('When timers start: second, minute, hour, day, month, day of week; UTC.')
param schedules { nightlyEndurance: string, startDueTests: string, sweepOrphanedRunners: string, purgeHistory: string }

@description('Days that things are kept after the end of a run.')
param retentionDays { artifacts: string, orchestrations: string, runs: string }

@description('Settings beside those below, by name: a deployment sets them all, and takes away what was set by hand.')
param moreSettings { *: string }

@description('Runs under load at once in one environment.')
param slotsPerEnvironment string

param instanceMemoryMb int
param maximumInstances int

@description('Instances that are always there; 0 lets the app sleep, and the first answer after it takes some seconds.')
param alwaysReadyInstances int

// The plan sets FUNCTIONS_WORKER_RUNTIME by the runtime above, and refuses it as a setting. WEBSITE_HOSTNAME, which
// [DurableClient] reads, is set by Azure.
var settings = [
  { name: 'AzureWebJobsStorage__accountName', value: hostStorageName }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insightsConnectionString }
  {
    name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
    value: 'ClientId=${identityClientId};Authorization=AAD'
  }
  // Which of the app's identities DefaultAzureCredential is.
  { name: 'AZURE_CLIENT_ID', value: identityClientId }
  { name: 'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '104857600' }
  { name: 'NightlyEnduranceSchedule', value: schedules.nightlyEndurance }
  { name: 'StartDueTestsSchedule', value: schedules.startDueTests }
  { name: 'SweepOrphanedRunnersSchedule', value: schedules.sweepOrphanedRunners }
  { name: 'PurgeHistorySchedule', value: schedules.purgeHistory }
  {
    name: 'PerfGate__PostgresConnectionString'
    value: 'Host=${databaseHost};Database=${databaseName};Username=${databaseUser};Ssl Mode=VerifyFull'
  }
  // Tokens of the app's identity are the password.
  { name: 'PerfGate__PostgresAuthentication', value: 'entra' }
  { name: 'PerfGate__MigrateAtStart', value: migrateAtStart ? 'true' : 'false' }
  {
    name: 'PerfGate__PostgresOwnerConnectionString'
    value: migrateAtStart
      ? 'Host=${databaseHost};Database=${databaseName};Username=${migratorName};Ssl Mode=VerifyFull'
      : ''
  }
  { name: 'PerfGate__PostgresOwnerClientId', value: migrateAtStart ? migratorClientId : '' }
  { name: 'PerfGate__BlobServiceUrl', value: artifactBlobEndpoint }
  { name: 'PerfGate__Engine', value: 'k6' }
  { name: 'PerfGate__SlotsPerEnvironment', value: slotsPerEnvironment }
  { name: 'PerfGate__RunnerSilence', value: '1m' }
  { name: 'PerfGate__ImportBytes', value: '100000000' }
  { name: 'PerfGate__Runners', value: 'containers' }
  { name: 'PerfGate__Containers__SubscriptionId', value: subscription().subscriptionId }
  { name: 'PerfGate__Containers__ResourceGroup', value: runnersResourceGroup }
  { name: 'PerfGate__Containers__Regions', value: location }
  { name: 'PerfGate__Containers__SubnetIds', value: runnersSubnetId }
  { name: 'PerfGate__Containers__Image', value: runnerImage }
  { name: 'PerfGate__Containers__IdentityId', value: runnerIdentityId }
  { name: 'PerfGate__Containers__Cpu', value: runnerSize.cpu }
  { name: 'PerfGate__Containers__MemoryGb', value: runnerSize.memoryGb }
  { name: 'PerfGate__Containers__Owner', value: owner }
  { name: 'PerfGate__Containers__StartTimeout', value: '10m' }
  { name: 'PerfGate__Containers__Patience', value: '3m' }
  { name: 'PerfGate__Containers__LookInterval', value: '5s' }
  { name: 'PerfGate__Containers__Endpoint', value: environment().resourceManager }
  { name: 'PerfGate__Containers__Audience', value: environment().resourceManager }
  {
    name: 'PerfGate__Auth__Authority'
    value: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  }
  { name: 'PerfGate__Auth__Audience', value: audience }
  { name: 'PerfGate__Retention__ArtifactDays', value: retentionDays.artifacts }
  { name: 'PerfGate__Retention__OrchestrationDays', value: retentionDays.orchestrations }
  { name: 'PerfGate__Retention__RunDays', value: retentionDays.runs }
]

// In tests their names have underscores, in the vault hyphens.
var secrets = map(targetSecrets, secret => { name: secret, reference: toUpper(replace(secret, '-', '_')) })

// Of the other environment nothing is said, and so nothing is allowed.
var environmentName = stage == 'production' ? 'Production' : 'Staging'
var targetSettings = [
  { name: 'PerfGate__Environments__${environmentName}__Targets', value: join(targetHosts, ';') }
  { name: 'PerfGate__Environments__${environmentName}__AllowPrivate', value: allowPrivateTargets ? 'true' : 'false' }
  { name: 'PerfGate__Environments__${environmentName}__Secrets', value: join(map(secrets, one => one.reference), ';') }
]

// The platform puts the value in their place, with the app's identity.
var secretSettings = map(secrets, one => {
  name: 'PERFGATE_SECRET_${one.reference}'
  value: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${one.name})'
})

var furtherSettings = map(items(moreSettings), one => { name: one.key, value: one.value })

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
      '${migratorId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    clientAffinityEnabled: false
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostBlobEndpoint}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMb
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances == 0
          ? []
          : [
              {
                name: 'http'
                instanceCount: alwaysReadyInstances
              }
              {
                name: 'durable'
                instanceCount: alwaysReadyInstances
              }
            ]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: concat(settings, targetSettings, secretSettings, furtherSettings)
    }
  }

  // Publishing is with an Entra token, too.
  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

output url string = 'https://${app.properties.defaultHostName}'
