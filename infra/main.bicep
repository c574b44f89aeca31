// PerfGate in a subscription: one resource group for the app and what it needs, one for the runners alone.
// What each part is for, what it costs, and how it is deployed: docs/deploy.md.

targetScope = 'subscription'

@description('Begins every name.')
@minLength(3)
@maxLength(10)
param name string = 'perfgate'

@description('Which installation: each has resources of its own.')
param stage 'staging' | 'production'

@description('Region of everything.')
param location string = deployment().location

@description('Tag of the runner image.')
param runnerTag string

@description('Whom tokens must be for: the application id of PerfGate in Entra.')
param audience string

@description('Who sets up roles and tables in the database: the group, user or service principal that deploys.')
param databaseAdministrator { objectId: string, name: string, type: 'Group' | 'ServicePrincipal' | 'User' }

@description('Whether the database has an address in the network alone. The app then brings the schema itself when it starts; else the deployment does it.')
param privateDatabase bool

@description('Compute of the database.')
param databaseSize {
  skuName: string
  skuTier: 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized'
  storageGb: int
  backupDays: int
  highAvailability: bool
}

@description('Replication of the storage accounts.')
param storageSku 'Standard_LRS' | 'Standard_ZRS'

@description('Tier of the registry. Documentation of container groups asks for Premium where images are pulled by identity.')
param registrySku 'Basic' | 'Standard' | 'Premium'

@description('Addresses of the network, at least a /22.')
param addressPrefix string = '10.90.0.0/22'

@description('Hosts that loads of this stage may go to: shop.example, *.shop.example, api.example:8443. None: every target is refused.')
param targetHosts string[] = []

@description('Whether those hosts may have addresses of private networks.')
param allowPrivateTargets bool = false

@description('Where runners may send load: address ranges, or a service tag such as Internet.')
param targetAddressRanges string[] = []

@description('TCP ports of the targets.')
param targetPorts string[] = ['80', '443']

@description('Where runners must never send load: the address ranges of production. Before any target.')
param forbiddenAddressRanges string[] = []

@description('Secrets of targets that tests may refer to as {{secret:NAME}}: their names in the key vault, with a hyphen where NAME has an underscore.')
param targetSecrets string[] = []

@description('Cores and memory of a runner.')
param runnerSize { cpu: string, memoryGb: string } = {
  cpu: '2'
  memoryGb: '4'
}

@description('When timers start: second, minute, hour, day, month, day of week; UTC.')
param schedules { nightlyEndurance: string, startDueTests: string, sweepOrphanedRunners: string, purgeHistory: string } = {
  nightlyEndurance: '0 0 2 * * *'
  startDueTests: '0 */5 * * * *'
  sweepOrphanedRunners: '0 */10 * * * *'
  purgeHistory: '0 30 3 * * *'
}

@description('Days that things are kept after the end of a run.')
param retentionDays { artifacts: string, orchestrations: string, runs: string } = {
  artifacts: '90'
  orchestrations: '30'
  runs: '730'
}

@description('Runs under load at once in one environment.')
param slotsPerEnvironment string = '1'

@description('Further settings of the app, by name: OTEL_EXPORTER_OTLP_ENDPOINT and the like. A deployment takes away what was set by hand.')
param moreSettings { *: string } = {}

@description('Instances of the app that are always there.')
param alwaysReadyInstances int = 0

@description('Days that logs are kept.')
param logRetentionDays int = 30

@description('Who hears of alerts and of the budget.')
param alertEmail string

@description('What both resource groups may cost in a month, in the currency of the subscription.')
param monthlyBudget int

@description('First of the month in which the budget began; it cannot be changed later.')
param budgetStart string

var installation = '${name}-${stage}'
var unique = take(uniqueString(subscription().subscriptionId, installation), 6)
var names = {
  app: 'func-${installation}-${unique}'
  appIdentity: 'id-${installation}-app'
  artifactStorage: 'st${name}runs${unique}'
  database: 'psql-${installation}-${unique}'
  hostStorage: 'st${name}host${unique}'
  insights: 'appi-${installation}'
  migrator: 'id-${installation}-migrator'
  network: 'vnet-${installation}'
  registry: 'cr${name}${stage}${unique}'
  runnerIdentity: 'id-${installation}-runner'
  vault: 'kv-${name}-${unique}'
  workspace: 'log-${installation}'
}
var packageContainer = 'app-package'
var runnerRepository = 'perfgate-runner'
var tags = {
  application: name
  stage: stage
}

resource appGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${installation}'
  location: location
  tags: tags
}

resource runnersGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${installation}-runners'
  location: location
  tags: tags
}

// What PerfGate calls of container groups, and the two rights that Azure asks for beside them. It takes effect where it is
// assigned: the runners' group, one subnet, one identity.
resource runnerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, installation, 'runner-management')
  properties: {
    roleName: 'PerfGate runner management (${installation}-${unique})'
    description: 'Creates, reads and deletes container groups of PerfGate\'s runners.'
    type: 'CustomRole'
    assignableScopes: [
      runnersGroup.id
      appGroup.id
    ]
    permissions: [
      {
        actions: [
          'Microsoft.ContainerInstance/containerGroups/read'
          'Microsoft.ContainerInstance/containerGroups/write'
          'Microsoft.ContainerInstance/containerGroups/delete'
          'Microsoft.ContainerInstance/containerGroups/containers/logs/read'
          'Microsoft.Network/virtualNetworks/subnets/join/action'
          'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

module identities 'modules/identities.bicep' = {
  scope: appGroup
  params: {
    appName: names.appIdentity
    runnerName: names.runnerIdentity
    migratorName: names.migrator
    location: location
    tags: tags
  }
}

module network 'modules/network.bicep' = {
  scope: appGroup
  params: {
    name: installation
    networkName: names.network
    location: location
    tags: tags
    addressPrefix: addressPrefix
    targetAddressRanges: targetAddressRanges
    targetPorts: targetPorts
    forbiddenAddressRanges: forbiddenAddressRanges
    withDatabaseSubnet: privateDatabase
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: appGroup
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    logRetentionDays: logRetentionDays
    dailyCapGb: 2
  }
}

module hostStorage 'modules/storage.bicep' = {
  scope: appGroup
  params: {
    name: names.hostStorage
    location: location
    tags: tags
    sku: storageSku
    containers: [
      packageContainer
    ]
  }
}

module artifactStorage 'modules/storage.bicep' = {
  scope: appGroup
  params: {
    name: names.artifactStorage
    location: location
    tags: tags
    sku: storageSku
    // BlobArtifactStore's container.
    containers: [
      'perfgate'
    ]
    subnetIds: [
      network.outputs.runnersSubnetId
      network.outputs.functionsSubnetId
    ]
    coolAfterDays: 30
  }
}

module registry 'modules/registry.bicep' = {
  scope: appGroup
  params: {
    name: names.registry
    location: location
    tags: tags
    sku: registrySku
  }
}

module vault 'modules/vault.bicep' = {
  scope: appGroup
  params: {
    name: names.vault
    location: location
    tags: tags
    purgeProtection: stage == 'production'
  }
}

module database 'modules/database.bicep' = {
  scope: appGroup
  params: {
    name: names.database
    location: location
    tags: tags
    skuName: databaseSize.skuName
    skuTier: databaseSize.skuTier
    storageGb: databaseSize.storageGb
    backupDays: databaseSize.backupDays
    highAvailability: databaseSize.highAvailability
    administrator: databaseAdministrator
    #disable-next-line what-if-short-circuiting
    migrator: {
      principalId: identities.outputs.migratorPrincipalId
      name: names.migrator
    }
    isPrivate: privateDatabase
    subnetId: network.outputs.databaseSubnetId
    networkId: network.outputs.networkId
    allowedAddress: network.outputs.outboundAddress
  }
}

module access 'modules/access.bicep' = {
  scope: appGroup
  params: {
    hostStorageName: names.hostStorage
    artifactStorageName: names.artifactStorage
    registryName: names.registry
    insightsName: names.insights
    networkName: names.network
    vaultName: names.vault
    runnerIdentityName: names.runnerIdentity
    appIdentityName: names.appIdentity
    appPrincipalId: identities.outputs.appPrincipalId
    runnerPrincipalId: identities.outputs.runnerPrincipalId
    runnerRoleId: runnerRole.id
  }
  dependsOn: [
    hostStorage
    artifactStorage
    registry
    monitoring
    network
    vault
  ]
}

module runnerAccess 'modules/runner-access.bicep' = {
  scope: runnersGroup
  params: {
    appIdentityName: names.appIdentity
    appPrincipalId: identities.outputs.appPrincipalId
    runnerRoleId: runnerRole.id
  }
}

module functionApp 'modules/function-app.bicep' = {
  scope: appGroup
  params: {
    name: names.app
    location: location
    tags: tags
    subnetId: network.outputs.functionsSubnetId
    identityId: identities.outputs.appId
    identityClientId: identities.outputs.appClientId
    hostStorageName: names.hostStorage
    hostBlobEndpoint: hostStorage.outputs.blobEndpoint
    packageContainer: packageContainer
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    artifactBlobEndpoint: artifactStorage.outputs.blobEndpoint
    databaseHost: database.outputs.host
    databaseName: database.outputs.databaseName
    databaseUser: names.appIdentity
    migrateAtStart: privateDatabase
    migratorId: identities.outputs.migratorId
    migratorClientId: identities.outputs.migratorClientId
    migratorName: names.migrator
    stage: stage
    targetHosts: targetHosts
    allowPrivateTargets: allowPrivateTargets
    vaultName: names.vault
    targetSecrets: targetSecrets
    runnersResourceGroup: runnersGroup.name
    runnersSubnetId: network.outputs.runnersSubnetId
    runnerIdentityId: identities.outputs.runnerId
    runnerImage: '${registry.outputs.server}/${runnerRepository}:${runnerTag}'
    runnerSize: runnerSize
    owner: installation
    audience: audience
    schedules: schedules
    retentionDays: retentionDays
    slotsPerEnvironment: slotsPerEnvironment
    moreSettings: moreSettings
    instanceMemoryMb: 2048
    maximumInstances: 40
    alwaysReadyInstances: alwaysReadyInstances
  }
  dependsOn: [
    // The app starts with its rights, or its first minutes are errors.
    access
    runnerAccess
  ]
}

module alerts 'modules/alerts.bicep' = {
  scope: appGroup
  params: {
    name: installation
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
  }
}

module budget 'modules/budget.bicep' = {
  params: {
    name: 'budget-${installation}'
    monthlyAmount: monthlyBudget
    startDate: budgetStart
    resourceGroupNames: [appGroup.name, runnersGroup.name]
    email: alertEmail
  }
}

output resourceGroupName string = appGroup.name
output runnersResourceGroupName string = runnersGroup.name
output registryName string = names.registry
output functionAppName string = names.app
output functionAppUrl string = functionApp.outputs.url
output vaultName string = names.vault
output databaseServerName string = names.database
output databaseHost string = database.outputs.host
output databaseName string = database.outputs.databaseName
output databaseIsPrivate bool = privateDatabase
output appIdentityName string = names.appIdentity
output outboundAddress string = network.outputs.outboundAddress
