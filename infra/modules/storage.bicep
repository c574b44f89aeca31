// A storage account without keys: only Entra identities, and signatures that they make.

param name string
param location string
param tags { *: string }

@description('Replication: Standard_LRS, Standard_ZRS, ...')
param sku string

@description('Blob containers.')
param containers string[]

@description('Subnets that may reach it; where there are none, every network may, with an identity.')
param subnetIds string[] = []

@description('After how many days blocks are stored more cheaply; 0 for never. Nothing is deleted by it: PerfGate does that, and knows what a baseline needs.')
param coolAfterDays int = 0

@description('Days that a deleted blob can be brought back.')
param undeleteDays int = 7

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: empty(subnetIds) ? 'Allow' : 'Deny'
      virtualNetworkRules: [
        for i in range(0, length(subnetIds)): {
          id: subnetIds[i]
          action: 'Allow'
        }
      ]
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: {
        enabled: true
        days: undeleteDays
      }
      containerDeleteRetentionPolicy: {
        enabled: true
        days: undeleteDays
      }
    }

    resource container 'containers' = [
      for container in containers: {
        name: container
        properties: {
          publicAccess: 'None'
        }
      }
    ]
  }

  resource lifecycle 'managementPolicies' = if (coolAfterDays > 0) {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'old-artifacts-are-seldom-read'
            type: 'Lifecycle'
            definition: {
              // Append blobs, the series, know no tiers.
              filters: {
                blobTypes: [
                  'blockBlob'
                ]
              }
              actions: {
                baseBlob: {
                  tierToCool: {
                    daysAfterModificationGreaterThan: coolAfterDays
                  }
                }
              }
            }
          }
        ]
      }
    }
  }
}

output blobEndpoint string = account.properties.primaryEndpoints.blob
