// Two identities, so that a runner, which executes scripts of others, has nothing of what the app may do.

param appName string
param runnerName string
param location string
param tags { *: string }

@description('The function app: it reads and writes artifacts, asks for container groups, and opens the database.')
resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: appName
  location: location
  tags: tags
}

@description('Container groups: it pulls the runner image, and may do nothing else.')
resource runner 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: runnerName
  location: location
  tags: tags
}

output appId string = app.id
output appClientId string = app.properties.clientId
output appPrincipalId string = app.properties.principalId
output runnerId string = runner.id
output runnerPrincipalId string = runner.properties.principalId
