// What somebody must hear of: a night that failed or did not happen, and runners that nobody cleaned up.

param name string
param location string
param tags { *: string }
param workspaceId string

@description('Who is told.')
param email string

@description('Name of the nightly function.')
param nightlyFunction string = 'NightlyEndurance'

@description('How the sweep begins what it logs of each group it deletes.')
param sweptMessage string = 'Swept the orphaned container group'

@description('How it ends what is logged of a test that was due and not started.')
param notStartedMessage string = 'Nothing was started'

@description('Groups swept in six hours that are more than an orchestration that was ended by hand.')
param sweptGroups int = 3

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'perfgate'
    enabled: true
    emailReceivers: [
      {
        name: 'engineers'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource nightFailed 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${name}-night-failed'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'PerfGate: the nightly tests could not be started'
    description: 'The timer that starts the nightly tests failed.'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    criteria: {
      allOf: [
        {
          // What the host logs of each call; requests that went well are not recorded (host.json).
          query: 'AppTraces | where Message startswith "Executed \'Functions.${nightlyFunction}\' (Failed"'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}

resource nightRejected 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${name}-night-rejected'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'PerfGate: an endurance test did not pass'
    description: 'A nightly test failed its gate, was inconclusive, or ended in an error.'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    criteria: {
      allOf: [
        {
          query: 'AppMetrics | where Name == "perfgate.verdicts" and tostring(Properties["perfgate.test.type"]) == "endurance" and tostring(Properties["perfgate.verdict"]) != "passed"'
          metricMeasureColumn: 'Sum'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}

resource nightNotStarted 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${name}-night-not-started'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'PerfGate: a test that was due was not started'
    description: 'A change window, an emergency stop, limits that were narrowed since, or a night that goes on: the timer is well, and nothing ran.'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    criteria: {
      allOf: [
        {
          query: 'AppTraces | where Message contains "${notStartedMessage}"'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}

resource nightMissing 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${name}-night-missing'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'PerfGate: a night without tests'
    description: 'The timer that starts the nightly tests did not run for two days: an app that is broken says nothing.'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT1H'
    windowSize: 'P2D'
    criteria: {
      allOf: [
        {
          query: 'AppTraces | where Message startswith "Executed \'Functions.${nightlyFunction}\' (Succeeded"'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}

resource orphans 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'alert-${name}-orphans'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'PerfGate: runners were left behind'
    description: 'The sweep deletes more container groups than it should find. They cost money until then.'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT6H'
    criteria: {
      allOf: [
        {
          query: 'AppTraces | where Message startswith "${sweptMessage}"'
          timeAggregation: 'Count'
          operator: 'GreaterThanOrEqual'
          threshold: sweptGroups
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}

output actionGroupId string = people.id
