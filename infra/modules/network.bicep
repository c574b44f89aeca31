// One network with three subnets: runners, function app, database. Nothing leads from runners anywhere but to the artifacts, the
// registry and the targets that are given.

param name string
param networkName string
param location string
param tags { *: string }

@description('Addresses of the network, at least a /22. They need to be free only where it is peered with another.')
param addressPrefix string

@description('Where runners may send load: address ranges, or a service tag such as Internet. None by default, and then there is no load.')
param targetAddressRanges string[]

@description('TCP ports of the targets.')
param targetPorts string[]

@description('Where runners must never send load, whatever the targets say: the address ranges of production.')
param forbiddenAddressRanges string[]

@description('Whether the database gets a subnet.')
param withDatabaseSubnet bool

var runnersPrefix = cidrSubnet(addressPrefix, 24, 0)
var functionsPrefix = cidrSubnet(addressPrefix, 26, 4)
var databasePrefix = cidrSubnet(addressPrefix, 28, 20)

var services = [
  {
    name: 'allow-artifacts'
    properties: {
      description: 'Script, series and results: blobs of this region, opened with signatures of the order.'
      priority: 100
      direction: 'Outbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: 'Storage.${location}'
      destinationPortRange: '443'
    }
  }
  {
    name: 'allow-registry'
    properties: {
      description: 'The runner image.'
      priority: 110
      direction: 'Outbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: 'AzureContainerRegistry.${location}'
      destinationPortRange: '443'
    }
  }
  {
    name: 'allow-sign-in'
    properties: {
      description: 'The identity that pulls the image signs in.'
      priority: 120
      direction: 'Outbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: 'AzureActiveDirectory'
      destinationPortRange: '443'
    }
  }
]

var forbidden = [
  for (range, i) in forbiddenAddressRanges: {
    name: 'deny-production-${i}'
    properties: {
      description: 'Production: before any target, so that a target that contains it does not open it.'
      priority: 1000 + i
      direction: 'Outbound'
      access: 'Deny'
      protocol: '*'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: range
      destinationPortRange: '*'
    }
  }
]

var targets = [
  for (range, i) in targetAddressRanges: {
    name: 'allow-target-${i}'
    properties: {
      description: 'A target of load.'
      priority: 2000 + i
      direction: 'Outbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: range
      destinationPortRanges: targetPorts
    }
  }
]

var closed = [
  {
    name: 'deny-all-else'
    properties: {
      description: 'Everything that is not named above, the rest of this network included.'
      priority: 4096
      direction: 'Outbound'
      access: 'Deny'
      protocol: '*'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '*'
    }
  }
  {
    name: 'deny-all-inbound'
    properties: {
      description: 'Nobody calls a runner.'
      priority: 4096
      direction: 'Inbound'
      access: 'Deny'
      protocol: '*'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '*'
    }
  }
]

resource runnerRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${name}-runners'
  location: location
  tags: tags
  properties: {
    securityRules: concat(services, forbidden, targets, closed)
  }
}

resource databaseRules 'Microsoft.Network/networkSecurityGroups@2024-05-01' = if (withDatabaseSubnet) {
  name: 'nsg-${name}-database'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'deny-runners'
        properties: {
          description: 'Runners have no business in the database.'
          priority: 100
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: runnersPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

@description('The one address that all load and all requests of the app come from: targets can tell it, and let it through.')
resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip-${name}-out'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource gateway 'Microsoft.Network/natGateways@2024-05-01' = {
  name: 'ng-${name}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [
      {
        id: address.id
      }
    ]
  }
}

var runnersSubnet = {
  name: 'runners'
  properties: {
    addressPrefix: runnersPrefix
    networkSecurityGroup: {
      id: runnerRules.id
    }
    natGateway: {
      id: gateway.id
    }
    serviceEndpoints: [
      {
        service: 'Microsoft.Storage'
        locations: [
          location
        ]
      }
    ]
    delegations: [
      {
        name: 'container-groups'
        properties: {
          serviceName: 'Microsoft.ContainerInstance/containerGroups'
        }
      }
    ]
  }
}

// Flex Consumption wants this delegation, and a subnet name without underscores.
var functionsSubnet = {
  name: 'functions'
  properties: {
    addressPrefix: functionsPrefix
    natGateway: {
      id: gateway.id
    }
    serviceEndpoints: [
      {
        service: 'Microsoft.Storage'
        locations: [
          location
        ]
      }
    ]
    delegations: [
      {
        name: 'flex-consumption'
        properties: {
          serviceName: 'Microsoft.App/environments'
        }
      }
    ]
  }
}

var databaseSubnets = withDatabaseSubnet
  ? [
      {
        name: 'database'
        properties: {
          addressPrefix: databasePrefix
          networkSecurityGroup: {
            id: databaseRules.id
          }
          delegations: [
            {
              name: 'postgres'
              properties: {
                serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers'
              }
            }
          ]
        }
      }
    ]
  : []

// Subnets within the network and not beside it: written one by one, each deployment would contend with the others.
resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: concat(
      [
        runnersSubnet
        functionsSubnet
      ],
      databaseSubnets
    )
  }

  resource runners 'subnets' existing = {
    name: 'runners'
  }

  resource functions 'subnets' existing = {
    name: 'functions'
  }

  resource database 'subnets' existing = {
    name: 'database'
  }
}

output networkId string = network.id
output runnersSubnetId string = network::runners.id
output functionsSubnetId string = network::functions.id
output databaseSubnetId string = withDatabaseSubnet ? network::database.id : ''
output outboundAddress string = address.properties.ipAddress
