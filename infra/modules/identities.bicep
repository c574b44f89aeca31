// One identity each, so that a runner, which executes scripts of others, has nothing of what the app may do, and the app that
// answers requests owns no table.

param appName string
param runnerName string
param migratorName string
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

@description('The schema of a database that nobody outside the network reaches: it owns the tables. The app takes it on when it starts, and for nothing else.')
resource migrator 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: migratorName
  location: location
  tags: tags
}

output appId string = app.id
output appClientId string = app.properties.clientId
output appPrincipalId string = app.properties.principalId
output runnerId string = runner.id
output runnerPrincipalId string = runner.properties.principalId
output migratorId string = migrator.id
output migratorClientId string = migrator.properties.clientId
output migratorPrincipalId string = migrator.properties.principalId
