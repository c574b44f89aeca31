using 'main.bicep'

// Production: the installation that may test production. Its database has no public address; an instance is always awake.
// What differs from tenant to tenant comes from the environment; infra/deploy.sh sets it, and docs/deploy.md explains it.

param stage = 'production'
param runnerTag = readEnvironmentVariable('PERFGATE_RUNNER_TAG', '')
param audience = readEnvironmentVariable('PERFGATE_AUDIENCE', '')
param alertEmail = readEnvironmentVariable('PERFGATE_ALERT_EMAIL', '')
param budgetStart = readEnvironmentVariable('PERFGATE_BUDGET_START', '')
param databaseAdministrator = {
  objectId: readEnvironmentVariable('PERFGATE_DATABASE_ADMIN_ID', '')
  name: readEnvironmentVariable('PERFGATE_DATABASE_ADMIN', '')
  type: readEnvironmentVariable('PERFGATE_DATABASE_ADMIN_TYPE', 'User')
}

param privateDatabase = true
param databaseSize = {
  skuName: 'Standard_D2ds_v5'
  skuTier: 'GeneralPurpose'
  storageGb: 64
  backupDays: 14
  highAvailability: true
}
param storageSku = 'Standard_ZRS'
param registrySku = 'Premium'
param addressPrefix = '10.91.0.0/22'
param alwaysReadyInstances = 1
param logRetentionDays = 90
param monthlyBudget = 900

// Nothing is reached unless it is named here: the hosts of production and their addresses, on purpose and one by one.
param targetHosts = []
param targetAddressRanges = []
