using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Telemetry;
using PerfGate.Core.Runners;
using PerfGate.Functions.Settings;

namespace PerfGate.Tests.Telemetry;

public sealed class TelemetrySettingsTests
{
    private static readonly Dictionary<string, string?> Functions = new(
        FunctionsSettings.Schedules.Select(schedule => KeyValuePair.Create(schedule, (string?)"0 0 2 * * *"))
    )
    {
        ["PerfGate:PostgresConnectionString"] = "Host=db;Database=perfgate",
        ["PerfGate:ArtifactFolder"] = Path.GetTempPath(),
        ["PerfGate:Auth:DataFolder"] = Path.GetTempPath(),
    };

    [Fact]
    public void Where_nothing_is_set_nothing_is_registered()
    {
        using var services = Services([]);

        Assert.Null(services.GetService<TracerProvider>());
        Assert.Null(services.GetService<MeterProvider>());
        Assert.Null(services.GetService<LoggerProvider>());
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")]
    [InlineData(
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=http://127.0.0.1:9/"
    )]
    public void A_collector_or_application_insights_switches_all_three_signals_on(string name, string value)
    {
        using var services = Services(new() { [name] = value });

        Assert.NotNull(services.GetService<TracerProvider>());
        Assert.NotNull(services.GetService<MeterProvider>());
        Assert.NotNull(services.GetService<LoggerProvider>());
    }

    [Fact]
    public void The_standards_own_switch_turns_everything_off()
    {
        using var services = Services(
            new()
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
                ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "InstrumentationKey=00000000-0000-0000-0000-000000000000",
                ["OTEL_SDK_DISABLED"] = "true",
            }
        );

        Assert.Null(services.GetService<TracerProvider>());
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    public void A_setting_that_cannot_be_used_is_refused_by_name(string name, string value)
    {
        var settings = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://localhost:4317",
            [name] = value,
        };

        var refused = Assert.Throws<SettingsException>(() => FunctionsSettings.Read(Configuration(settings)));

        Assert.Equal(name, Assert.Single(refused.Errors).Field);
    }

    [Fact]
    public void A_runner_in_a_container_is_told_of_the_collector_in_secure_values()
    {
        var (read, _) = ContainerInstanceSettings.Read(
            Configuration(
                new()
                {
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "https://collector.example.com",
                    ["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=abc",
                }
            )
        );
        var order = new RunnerOrder
        {
            RunId = Guid.NewGuid(),
            Artifacts = new Uri("https://a/b/"),
            Deadline = TimeProvider.System.GetUtcNow(),
        };

        var group = ContainerGroupDefinition.Of(
            order,
            new ContainerRegion("westeurope"),
            read,
            TimeProvider.System.GetUtcNow()
        );

        var variables = JsonSerializer
            .Deserialize<JsonElement>(group)
            .GetProperty("properties")
            .GetProperty("containers")[0]
            .GetProperty("properties")
            .GetProperty("environmentVariables")
            .EnumerateArray()
            .ToList();
        Assert.All(variables, variable => Assert.False(variable.TryGetProperty("value", out _)));
        Assert.Equal(
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example.com"),
                ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=abc"),
            ],
            variables
                .Select(variable =>
                    (variable.GetProperty("name").GetString()!, variable.GetProperty("secureValue").GetString()!)
                )
                .Where(variable => variable.Item1 != RunnerOrder.Variable)
        );
    }

    [Theory]
    [InlineData("InstrumentationKey=11111111-2222-3333-4444-555555555555", true)]
    [InlineData(null, false)]
    public async Task Logs_that_the_worker_sends_itself_are_not_sent_by_the_host_again_uncleaned(
        string? insights,
        bool itself
    )
    {
        await using var services = Services(new() { ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = insights });

        var capabilities = services.GetRequiredService<IOptions<WorkerOptions>>().Value.Capabilities;

        // As the Functions host calls it.
        Assert.Equal(
            itself,
            capabilities.TryGetValue("WorkerApplicationInsightsLoggingEnabled", out var value) && value == "True"
        );
    }

    private static ServiceProvider Services(Dictionary<string, string?> more)
    {
        var settings = FunctionsSettings.Read(Configuration(more));
        return new ServiceCollection().AddLogging().AddPerfGateFunctions(settings, _ => { }).BuildServiceProvider();
    }

    private static IConfiguration Configuration(Dictionary<string, string?> more) =>
        new ConfigurationBuilder().AddInMemoryCollection(Functions).AddInMemoryCollection(more).Build();
}
