// Who brings the schema to a database that nobody outside the network reaches, and gives the app's own role its rights.

param serverName string
param migratorName string
param migratorPrincipalId string

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' existing = {
  name: serverName
}

resource admin 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2024-08-01' = {
  parent: server
  name: migratorPrincipalId
  properties: {
    principalName: migratorName
    principalType: 'ServicePrincipal'
    tenantId: tenant().tenantId
  }
}
