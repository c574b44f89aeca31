using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Configuration;
using PerfGate.Adapters;
using PerfGate.Adapters.Blobs;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Adapters.Retention;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Functions.Settings;
using PerfGate.Tests.Architecture;

namespace PerfGate.Tests.Functions;

public sealed partial class FunctionsSettingsTests
{
    private static readonly Dictionary<string, string?> Sound = new()
    {
        ["PerfGate__PostgresConnectionString"] = "Host=127.0.0.1;Database=perfgate;Password=hush",
        ["PerfGate__BlobConnectionString"] = "UseDevelopmentStorage=true",
        ["PerfGate__Auth__Authority"] = "https://login.microsoftonline.com/tenant/v2.0",
        ["PerfGate__Auth__Audience"] = "api://perfgate",
        ["NightlyEnduranceSchedule"] = "0 0 2 * * *",
        ["StartDueTestsSchedule"] = "0 */5 * * * *",
        ["SweepOrphanedRunnersSchedule"] = "0 */10 * * * *",
        ["PurgeHistorySchedule"] = "0 30 3 * * *",
    };

    [Fact]
    public void Few_settings_are_needed_and_the_rest_has_defaults()
    {
        var settings = Read();

        Assert.Equal("auto", settings.PerfGate.Engine);
        Assert.Equal("0 2 * * *", settings.PerfGate.NightlyCron);
        Assert.Equal(1, settings.PerfGate.SlotsPerEnvironment);
        Assert.Empty(settings.PerfGate.Admission.Production.Targets.Hosts!);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.PerfGate.RunnerSilence);
        Assert.Equal(
            new RetentionSettings(
                new RetentionPeriods(TimeSpan.FromDays(90), TimeSpan.FromDays(730)),
                TimeSpan.FromDays(30)
            ),
            settings.Retention
        );
        Assert.Equal(
            new TokenSettings.Issued(new Uri("https://login.microsoftonline.com/tenant/v2.0"), "api://perfgate"),
            settings.Tokens
        );
        Assert.True(settings.MigrateAtStart);
    }

    [Fact]
    public void What_is_missing_is_named_all_at_once()
    {
        var refused = Assert.Throws<SettingsException>(() => FunctionsSettings.Read(Configuration([])));

        Assert.Equal(
            [
                "NightlyEnduranceSchedule",
                "PerfGate__Auth__Authority",
                "PerfGate__BlobConnectionString",
                "PerfGate__PostgresConnectionString",
                "PurgeHistorySchedule",
                "StartDueTestsSchedule",
                "SweepOrphanedRunnersSchedule",
            ],
            refused.Errors.Select(error => error.Field).Order(StringComparer.Ordinal)
        );
        Assert.All(refused.Errors, error => Assert.Contains(error.Field, refused.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PerfGate__PostgresConnectionString", "Password=hush;Hostt=x")]
    [InlineData("PerfGate__PostgresConnectionString", "Password=hush")]
    [InlineData("PerfGate__PostgresAuthentication", "kerberos")]
    [InlineData("PerfGate__Environments__Staging__Targets", "https://shop.example")]
    [InlineData("PerfGate__Environments__Staging__AllowPrivate", "yes")]
    [InlineData("PerfGate__Environments__Production__ChangeWindow", "at night")]
    [InlineData("PerfGate__Callers__StartsBurst", "0")]
    [InlineData("PerfGate__Strip", "a(?=b)")]
    [InlineData("PerfGate__Strip", "x*")]
    [InlineData("PerfGate__Environments__Staging__MaxVus", "0")]
    [InlineData("PerfGate__Environments__Staging__MaxArrivalRate", "many")]
    [InlineData("PerfGate__Environments__Production__MaxRequestsPerSecond", "0")]
    [InlineData("PerfGate__Environments__Production__MaxEnduranceDuration", "8d")]
    [InlineData("PerfGate__Environments__Production__MaxLoadDuration", "0s")]
    [InlineData("PerfGate__Environments__Production__MaxEarlyStopWindow", "1s")]
    [InlineData("PerfGate__Environments__Staging__MaxEarlyStopErrorRate", "0")]
    [InlineData("PerfGate__Environments__Staging__Secrets", "SHOP_KEY;shop token")]
    [InlineData("PerfGate__Environments__Staging__Slots", "0")]
    [InlineData("PerfGate__Limits__RequestBytes", "1")]
    [InlineData("PerfGate__Limits__Scenarios", "2.5")]
    [InlineData("PerfGate__SlotsPerEnvironment", "0")]
    [InlineData("PerfGate__SlotsPerEnvironment", "1.5")]
    [InlineData("PerfGate__RunnerSilence", "14s")]
    [InlineData("PerfGate__RunnerSilence", "soon")]
    [InlineData("PerfGate__ImportBytes", "-1")]
    [InlineData("PerfGate__MigrateAtStart", "perhaps")]
    [InlineData("PerfGate__Runners", "clouds")]
    [InlineData("PerfGate__BlobServiceUrl", "http://perfgate.blob.core.windows.net")]
    [InlineData("PerfGate__Auth__Authority", "http://login.example")]
    [InlineData("PerfGate__Auth__Audience", "")]
    [InlineData("PerfGate__Auth__DataFolder", ".perfgate")]
    [InlineData("PerfGate__Retention__ArtifactDays", "0")]
    [InlineData("PerfGate__Retention__RunDays", "30")]
    [InlineData("PerfGate__Retention__OrchestrationDays", "for ever")]
    [InlineData("NightlyEnduranceSchedule", "0 2 * * *")]
    [InlineData("PurgeHistorySchedule", "0 0 25 * * *")]
    public void What_cannot_be_used_is_named_with_what_could_be_and_without_secrets(string name, string value)
    {
        var refused = Assert.Throws<SettingsException>(() => Read((name, value)));

        var error = Assert.Single(refused.Errors);
        Assert.Equal(name, error.Field);
        Assert.NotEmpty(error.Allowed);
        Assert.DoesNotContain("hush", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_environment_bears_what_its_settings_say()
    {
        var settings = Read(
            ("PerfGate__Environments__Staging__MaxVus", "5000"),
            ("PerfGate__Environments__Production__MaxVus", "50"),
            ("PerfGate__Environments__Production__MaxRequestsPerSecond", "100"),
            ("PerfGate__Environments__Production__MaxEnduranceDuration", "2h"),
            ("PerfGate__Environments__Production__MaxEarlyStopResponseTime", "2s"),
            ("PerfGate__Environments__Production__Secrets", "SHOP_KEY; SHOP_TOKEN"),
            ("PerfGate__Environments__Staging__Slots", "3"),
            ("PerfGate__Limits__Scenarios", "40")
        ).PerfGate;
        var limits = settings.Admission.Limits;

        var production = limits.On(TargetEnvironment.Production);
        Assert.Equal((5000, 50), (limits.Vus, production.Vus));
        Assert.Equal((20_000, 100), (limits.RequestsPerSecond, production.RequestsPerSecond));
        Assert.Equal(TimeSpan.FromHours(2), production.EnduranceDuration);
        Assert.Equal(Limits.Default.EnduranceDuration, limits.EnduranceDuration);
        Assert.Equal(Limits.Default.OnProduction!.Segments, production.Segments);
        Assert.Equal(Limits.Default.OnProduction.EarlyStop with { ResponseTime = 2000 }, production.EarlyStop);
        Assert.Equal(Limits.Default.EarlyStop, limits.EarlyStop);
        Assert.Equal((40, 40), (limits.Scenarios, production.Scenarios));
        Assert.Equal(
            (3, 1),
            (settings.SlotsOf(TargetEnvironment.Staging), settings.SlotsOf(TargetEnvironment.Production))
        );
        Assert.Null(settings.Admission.Staging.Secrets.Names);
        Assert.Equal(["SHOP_KEY", "SHOP_TOKEN"], settings.Admission.Production.Secrets.Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ; ")]
    public void A_list_that_is_there_and_names_nothing_allows_nothing(string empty)
    {
        var configuration = Configuration([
            KeyValuePair.Create<string, string?>("PerfGate__Environments__Staging__Targets", empty),
            KeyValuePair.Create<string, string?>("PerfGate__Environments__Staging__Secrets", empty),
        ]);

        // What is absent means something else to each host; what is empty means the same to both.
        foreach (var otherwise in new[] { TargetRules.Any, TargetRules.Nothing })
        {
            var (rules, problems) = AdmissionSettings.Read(configuration, otherwise);

            Assert.Empty(problems);
            Assert.Empty(rules.Staging.Targets.Hosts!);
            Assert.False(rules.Staging.Targets.AllowPrivate || rules.Staging.Targets.AllowLoopback);
            Assert.Empty(rules.Staging.Secrets.Names!);
            Assert.Equal(otherwise.Hosts, rules.Production.Targets.Hosts);
            Assert.Null(rules.Production.Secrets.Names);
        }
    }

    [Fact]
    public void Runners_in_containers_need_their_settings_and_a_blob_service()
    {
        var refused = Assert.Throws<SettingsException>(() =>
            Read(
                ("PerfGate__Runners", "containers"),
                ("PerfGate__BlobConnectionString", null),
                ("PerfGate__ArtifactFolder", "artifacts")
            )
        );
        Assert.Equal(
            [
                "PerfGate__BlobServiceUrl",
                "PerfGate__Containers__Image",
                "PerfGate__Containers__Regions",
                "PerfGate__Containers__ResourceGroup",
                "PerfGate__Containers__SubscriptionId",
            ],
            refused.Errors.Select(error => error.Field).Order(StringComparer.Ordinal)
        );

        var settings = Read(
            ("PerfGate__Runners", "containers"),
            ("PerfGate__BlobConnectionString", null),
            ("PerfGate__BlobServiceUrl", "https://perfgate.blob.core.windows.net"),
            ("PerfGate__Containers__SubscriptionId", Guid.NewGuid().ToString()),
            ("PerfGate__Containers__ResourceGroup", "perfgate"),
            ("PerfGate__Containers__Regions", "westeurope"),
            ("PerfGate__Containers__Image", "perfgate.azurecr.io/runner:1")
        );
        Assert.Equal("westeurope", Assert.Single(settings.PerfGate.Containers!.Regions).Name);
        Assert.Null(Read().PerfGate.Containers);
    }

    [Fact]
    public void A_load_may_not_be_longer_than_its_runners_may_write()
    {
        (string, string?)[] byIdentity =
        [
            ("PerfGate__BlobConnectionString", null),
            ("PerfGate__BlobServiceUrl", "https://perfgate.blob.core.windows.net"),
        ];

        var refused = Assert.Throws<SettingsException>(() =>
            Read([
                .. byIdentity,
                ("PerfGate__Environments__Staging__MaxEnduranceDuration", "168h"),
                ("PerfGate__Environments__Production__MaxLoadDuration", "167h"),
            ])
        );
        var longest = DurationText.Format(SignatureLifetime.LongestLoad(containers: null));

        Assert.Equal(
            [
                "PerfGate__Environments__Production__MaxLoadDuration",
                "PerfGate__Environments__Staging__MaxEnduranceDuration",
            ],
            refused.Errors.Select(error => error.Field).Order(StringComparer.Ordinal)
        );
        Assert.All(refused.Errors, error => Assert.Contains($"{longest} at most", error.Allowed));
        Assert.NotNull(Read([.. byIdentity, ("PerfGate__Environments__Staging__MaxEnduranceDuration", longest)]));
        // The account's own key signs for as long as one likes.
        Assert.NotNull(Read(("PerfGate__Environments__Staging__MaxEnduranceDuration", "168h")));
    }

    [Fact]
    public async Task Tokens_of_an_identity_provider_are_believed_for_this_audience_only()
    {
        var bearer = new JwtBearerOptions();
        (await Read().Tokens.LoadAsync(CancellationToken.None))(bearer);

        Assert.Equal("https://login.microsoftonline.com/tenant/v2.0", bearer.Authority);
        Assert.Equal("api://perfgate", bearer.Audience);
        Assert.True(bearer.RequireHttpsMetadata);
        Assert.True(bearer.TokenValidationParameters.ValidateIssuer);
        Assert.True(bearer.TokenValidationParameters.ValidateAudience);
        Assert.True(bearer.TokenValidationParameters.ValidateLifetime);
    }

    [Fact]
    public void A_schema_owner_is_somebody_else_than_the_app()
    {
        var owner = Read(
            ("PerfGate__PostgresAuthentication", "entra"),
            ("PerfGate__PostgresConnectionString", "Host=db;Username=app;Ssl Mode=VerifyFull"),
            ("PerfGate__PostgresOwnerConnectionString", "Host=db;Username=owner;Ssl Mode=VerifyFull"),
            ("PerfGate__PostgresOwnerClientId", "66666666-7777-8888-9999-000000000000")
        ).SchemaOwner!;

        Assert.True(owner.ByEntra);
        Assert.Equal("66666666-7777-8888-9999-000000000000", owner.ClientId);
        Assert.Null(Read().SchemaOwner);
    }

    [Theory]
    [InlineData("PerfGate__PostgresOwnerClientId", "is set without", null, "an-id")]
    [InlineData("PerfGate__PostgresOwnerClientId", "tokens are not asked for", "Host=db;Username=owner", "an-id")]
    [InlineData("PerfGate__PostgresOwnerConnectionString", "names no host", "Username=owner", null)]
    public void A_schema_owner_that_cannot_be_used_is_named(string field, string problem, string? owner, string? client)
    {
        var refused = Assert.Throws<SettingsException>(() =>
            Read(
                ("PerfGate__PostgresConnectionString", "Host=db;Username=app"),
                ("PerfGate__PostgresOwnerConnectionString", owner),
                ("PerfGate__PostgresOwnerClientId", client)
            )
        );

        Assert.Contains(
            refused.Errors,
            error => error.Field == field && error.Problem.Contains(problem, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Nightly_tests_are_due_when_their_timer_fires() =>
        Assert.Equal(
            "30 23 * * MON-FRI",
            Read(("NightlyEnduranceSchedule", "15 30 23 * * MON-FRI")).PerfGate.NightlyCron
        );

    [Fact]
    public void The_sample_can_be_used_as_it_is()
    {
        var settings = FunctionsSettings.Read(Configuration(Sample()!));

        Assert.IsType<TokenSettings.Local>(settings.Tokens);
    }

    [Fact]
    public void Every_setting_is_in_the_sample_and_described_and_no_other_is()
    {
        var described = Described()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root.FullName, "docs", "configuration.md")))
            .Select(match => match.Groups[1].Value)
            .Order(StringComparer.Ordinal)
            .ToList();
        var code = Directory
            .EnumerateFiles(Path.Combine(Repository.Root.FullName, "PerfGate.Functions", "Settings"), "*.cs")
            .Append(Path.Combine(Repository.Root.FullName, "PerfGate.Adapters", "Telemetry", "TelemetrySettings.cs"))
            .SelectMany(file => Named().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));

        Assert.Empty(
            code.Concat(ContainerInstanceSettings.Names)
                .Concat(AdmissionSettings.Names)
                .Concat(RetentionPeriods.Names)
                .Except(Sample().Keys)
        );
        Assert.Equal(Sample().Keys.Order(StringComparer.Ordinal), described);
    }

    private static Dictionary<string, string> Sample()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root.FullName, "local.settings.sample.json"));
        return JsonDocument.Parse(text).RootElement.GetProperty("Values").Deserialize<Dictionary<string, string>>()!;
    }

    private static FunctionsSettings Read(params (string Name, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Sound);
        foreach (var (name, value) in changes)
        {
            settings[name] = value;
        }
        return FunctionsSettings.Read(Configuration(settings));
    }

    private static IConfiguration Configuration(IEnumerable<KeyValuePair<string, string?>> settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(one =>
                    KeyValuePair.Create(one.Key.Replace("__", ":", StringComparison.Ordinal), one.Value)
                )
            )
            .Build();

    [GeneratedRegex(@"^\| `([A-Za-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Described();

    [GeneratedRegex("\"(PerfGate__[A-Za-z_]+|[A-Za-z]+Schedule|(?:OTEL|APPLICATIONINSIGHTS)_[A-Z_]+)\"")]
    private static partial Regex Named();
}
