// Every right in the app's resource group, in one place. Each line: who, what, where. PerfGate.Tests/Infra holds the list against
// what the code calls. Names are made of names, which are known before anything is deployed, so that what-if can tell them.

param hostStorageName string
param artifactStorageName string
param registryName string
param insightsName string
param networkName string
param vaultName string
param runnerIdentityName string
param appIdentityName string
param appPrincipalId string
param runnerPrincipalId string

@description('The role of runner management, see main.bicep.')
param runnerRoleId string

resource hostStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: hostStorageName
}

resource artifactStorage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: artifactStorageName
}

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: registryName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource runnersSubnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  name: '${networkName}/runners'
}

resource runnerIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: runnerIdentityName
}

@description('Storage Blob Data Owner: what the Functions host asks for its own account (leases, keys, the deployed package).')
resource hostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostStorage.id, appIdentityName, 'blob-owner')
  scope: hostStorage
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
    )
  }
}

@description('Storage Queue Data Contributor: the queues of Durable.')
resource hostQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostStorage.id, appIdentityName, 'queue-contributor')
  scope: hostStorage
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
    )
  }
}

@description('Storage Table Data Contributor: the histories of Durable.')
resource hostTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostStorage.id, appIdentityName, 'table-contributor')
  scope: hostStorage
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
    )
  }
}

@description('Storage Blob Data Contributor: scripts, series, reports.')
resource artifacts 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(artifactStorage.id, appIdentityName, 'blob-contributor')
  scope: artifactStorage
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
    )
  }
}

@description('Storage Blob Delegator: the key that the signatures of runners are made with. The role above holds it too; named so that the one above can be narrowed to a container.')
resource signatures 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(artifactStorage.id, appIdentityName, 'blob-delegator')
  scope: artifactStorage
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
    )
  }
}

@description('Monitoring Metrics Publisher: telemetry without a key.')
resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appIdentityName, 'metrics-publisher')
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '3913510d-42f4-4e42-8a64-420c390055eb'
    )
  }
}

@description('Key Vault Secrets User: secrets of targets, which the app hands to the runners of runs that name them.')
resource secrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appIdentityName, 'secrets-user')
  scope: vault
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4633458b-17de-408a-b874-0445c86b69e6'
    )
  }
}

@description('Runner management: container groups may be put into this subnet, and into no other of the network.')
resource joinSubnet 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(runnersSubnet.id, appIdentityName, 'runner-management')
  scope: runnersSubnet
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: runnerRoleId
  }
}

@description('Runner management: container groups may be given this identity, and no other.')
resource giveIdentity 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(runnerIdentity.id, appIdentityName, 'runner-management')
  scope: runnerIdentity
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: runnerRoleId
  }
}

@description('AcrPull: the runner image. All that a runner may do.')
resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, runnerIdentityName, 'acr-pull')
  scope: registry
  properties: {
    principalId: runnerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '7f951dda-4ed3-4680-a7ca-43fe172d538d'
    )
  }
}
