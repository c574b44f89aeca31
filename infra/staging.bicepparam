using 'main.bicep'

// Staging: small, sleeps when nobody asks, and a database that the deployment reaches through the firewall.
// What differs from tenant to tenant comes from the environment; infra/deploy.sh sets it, and docs/deploy.md explains it.

param stage = 'staging'
param runnerTag = readEnvironmentVariable('PERFGATE_RUNNER_TAG', '')
param audience = readEnvironmentVariable('PERFGATE_AUDIENCE', '')
param alertEmail = readEnvironmentVariable('PERFGATE_ALERT_EMAIL', '')
param budgetStart = readEnvironmentVariable('PERFGATE_BUDGET_START', '')
param databaseAdministrator = {
  objectId: readEnvironmentVariable('PERFGATE_DATABASE_ADMIN_ID', '')
  name: readEnvironmentVariable('PERFGATE_DATABASE_ADMIN', '')
  type: readEnvironmentVariable('PERFGATE_DATABASE_ADMIN_TYPE', 'User')
}

param privateDatabase = false
param databaseSize = {
  skuName: 'Standard_B1ms'
  skuTier: 'Burstable'
  storageGb: 32
  backupDays: 7
  highAvailability: false
}
param storageSku = 'Standard_LRS'
param registrySku = 'Basic'
param monthlyBudget = 150

// Fill in before the first run: the hosts that loads may go to, their addresses, and the addresses of production, which no load may
// reach from here.
param targetHosts = []
param targetAddressRanges = []
param forbiddenAddressRanges = []
