// For secrets of targets: the app reads them for runs that name them. PerfGate itself has no secret.

param name string
param location string
param tags { *: string }

@description('Whether nobody can delete it for good before its time; it cannot be switched off again.')
param purgeProtection bool

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // null, not false: the service takes no false.
    enablePurgeProtection: purgeProtection ? true : null
  }
}

output name string = vault.name
