// The app as an administrator of a database that nobody outside the network reaches: it brings the schema itself.

param serverName string
param appName string
param appPrincipalId string

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' existing = {
  name: serverName
}

resource admin 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2024-08-01' = {
  parent: server
  name: appPrincipalId
  properties: {
    principalName: appName
    principalType: 'ServicePrincipal'
    tenantId: tenant().tenantId
  }
}
