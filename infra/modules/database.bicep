// PostgreSQL that knows no passwords: Entra tokens alone.

param name string
param location string
param tags { *: string }

@description('Compute: Standard_B1ms, Standard_D2ds_v5, ...')
param skuName string

@allowed([
  'Burstable'
  'GeneralPurpose'
  'MemoryOptimized'
])
param skuTier string

param storageGb int

@description('A second server in another zone, which takes over.')
param highAvailability bool

@minValue(7)
@maxValue(35)
param backupDays int

@description('Who may set up roles and tables: the group, user or service principal that deploys.')
param administrator { objectId: string, name: string, type: 'Group' | 'ServicePrincipal' | 'User' }

@description('The identity of the app that brings the schema and owns the tables, where it is private; else the administrator does.')
param migrator { principalId: string, name: string }

@description('Whether it has an address in the network alone; else it has a public one, behind a firewall.')
param isPrivate bool

@description('Its subnet, where it is private.')
param subnetId string

@description('Network of the subnet.')
param networkId string

@description('The one address that the firewall lets through, where there is one.')
param allowedAddress string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = if (isPrivate) {
  name: '${name}.private.postgres.database.azure.com'
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'network'
    location: 'global'
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: networkId
      }
    }
  }
}

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: skuName
    tier: skuTier
  }
  properties: {
    version: '16'
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenant().tenantId
    }
    storage: {
      storageSizeGB: storageGb
      autoGrow: 'Enabled'
    }
    backup: {
      backupRetentionDays: backupDays
      geoRedundantBackup: 'Disabled'
    }
    highAvailability: {
      mode: highAvailability ? 'ZoneRedundant' : 'Disabled'
    }
    network: isPrivate
      ? {
          delegatedSubnetResourceId: subnetId
          privateDnsZoneArmResourceId: zone.id
          publicNetworkAccess: 'Disabled'
        }
      : {
          publicNetworkAccess: 'Enabled'
        }
  }
  dependsOn: [
    zone::link
  ]
}

// One after the other: the server takes one operation at a time.
resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2024-08-01' = {
  parent: server
  name: 'perfgate'
  properties: {
    charset: 'UTF8'
    collation: 'en_US.utf8'
  }
}

resource firewall 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2024-08-01' = if (!isPrivate) {
  parent: server
  name: 'function-app'
  properties: {
    startIpAddress: allowedAddress
    endIpAddress: allowedAddress
  }
  dependsOn: [
    database
  ]
}

resource admin 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2024-08-01' = {
  parent: server
  name: administrator.objectId
  properties: {
    principalName: administrator.name
    principalType: administrator.type
    tenantId: tenant().tenantId
  }
  dependsOn: [
    database
    firewall
  ]
}

// Nobody outside the network reaches it.
resource migratorAdmin 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2024-08-01' = if (isPrivate) {
  parent: server
  // Azure gives the id: what-if cannot tell this one.
  name: migrator.principalId
  properties: {
    principalName: migrator.name
    principalType: 'ServicePrincipal'
    tenantId: tenant().tenantId
  }
  dependsOn: [
    admin
  ]
}

output host string = server.properties.fullyQualifiedDomainName
output databaseName string = database.name
