// The app's right in the runners' resource group, where nothing else is.

param appIdentityName string
param appPrincipalId string

@description('The role of runner management.')
param runnerRoleId string

@description('Runner management: container groups of this resource group.')
resource manageRunners 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, appIdentityName, 'runner-management')
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: runnerRoleId
  }
}
