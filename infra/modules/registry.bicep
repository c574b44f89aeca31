// Where the runner image is. No admin user: it is pushed with the deployer's identity and pulled with the runners'.

param name string
param location string
param tags { *: string }

@allowed([
  'Basic'
  'Standard'
  'Premium'
])
param sku string

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
  }
  properties: {
    adminUserEnabled: false
    // Container groups come as a trusted service.
    networkRuleBypassOptions: 'AzureServices'
  }
}

output server string = registry.properties.loginServer
